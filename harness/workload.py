# SPDX-License-Identifier: GPL-2.0-only
"""Workloads and profiles: TOML files, checked before anything runs.

A workload is one file of bench/workloads/. Its head says what it is and needs,
its steps what the guest does. A step member that is a list is an axis: the step
stands for the cross product of its axes, each with a name made from the
template in "name".
"""

import itertools
import math
import re
import string
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping

from harness import hashing, jsonfile, paths
from harness.boot import Machine
from harness.errors import UsageError
from harness.record import RecordError, Scalar

SCHEMA = 1
SCHEMA_FILE = paths.repo().workloads / "workload.schema.json"
_NAME = re.compile(r"[a-z0-9_.+-]{1,80}")
BOOTS = ("native", "dom0")
CLOCKS = ("insn", "wall")
LAYOUTS = ("linear",)


@dataclass(frozen=True)
class Step:
    """One step of a workload: its kind, its name, and what the guest is told."""

    kind: str
    name: str
    parameters: Mapping[str, Scalar]


@dataclass(frozen=True)
class Metric:
    """What a figure of a workload is: its unit, and which way is better."""

    name: str
    unit: str
    direction: str
    good_for: str


@dataclass(frozen=True)
class Workload:
    """One file of bench/workloads/; deadline in seconds of real time."""

    name: str
    description: str
    boots: tuple[str, ...]
    pci: str | None
    modules: tuple[str, ...]
    arguments: str
    deadline: float
    machine: Machine
    metrics: tuple[Metric, ...]
    steps: tuple[Step, ...]
    sha: str


@dataclass(frozen=True)
class Profile:
    """Which workloads run on which variants, in which clock and p2m layout."""

    name: str
    description: str
    clock: str
    p2m: str
    workloads: tuple[str, ...]
    variants: tuple[str, ...]


def load(path: Path) -> Workload:
    """Return the workload of a file; UsageError says what is wrong where."""
    data = _toml(path)
    try:
        jsonfile.check({"schema": SCHEMA, **data}, SCHEMA_FILE, path)
    except RecordError as problem:
        raise UsageError(str(problem))
    if math.isnan(data["deadline"]):
        raise UsageError(f"{path}: deadline: nan is not a number of seconds")
    machine = data["machine"]
    if machine["low_mib"] >= machine["memory_mib"]:
        raise UsageError(f"{path}: machine.low_mib: must be less than memory_mib")
    steps = [step for entry in data["step"] for step in _expand(entry, path)]
    names = [step.name for step in steps]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(
                f"{path}: step {name}: stands twice; name must tell its axes apart"
            )
    devices = (data["device"],) if "device" in data else ()
    return Workload(
        name=path.stem,
        description=data["description"],
        boots=tuple(data.get("boots", BOOTS)),
        pci=data.get("pci"),
        modules=tuple(data["modules"]),
        arguments=data.get("arguments", ""),
        deadline=float(data["deadline"]),
        machine=Machine(machine["memory_mib"], machine["low_mib"], devices),
        metrics=tuple(Metric(**metric) for metric in data["metric"]),
        steps=tuple(steps),
        sha=hashing.file(path)[: hashing.DIGITS],
    )


def _toml(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            return tomllib.load(stream)
    except OSError as problem:
        raise UsageError(f"{path}: {problem.strerror}")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise UsageError(f"{path}: not TOML: {problem}")


def _expand(entry: Mapping[str, Any], path: Path) -> list[Step]:
    """Return the steps an entry stands for."""
    keys = [key for key in entry if key not in ("kind", "name")]
    axes = [
        entry[key] if isinstance(entry[key], list) else [entry[key]] for key in keys
    ]
    steps = []
    for values in itertools.product(*axes):
        parameters = dict(zip(keys, values))
        name = _name(str(entry["name"]), parameters, path)
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"{path}: step {name!r}: allowed are 1 to 80 of a-z 0-9 _ . + -"
            )
        steps.append(Step(str(entry["kind"]), name, parameters))
    return steps


def _name(template: str, parameters: Mapping[str, Any], path: Path) -> str:
    """Return the name a template makes of a step's members."""
    where = f"{path}: step {template!r}: name"
    try:
        for _, member, _, _ in string.Formatter().parse(template):
            if member is not None and member not in parameters:
                known = ", ".join(parameters)
                raise UsageError(f"{where}: no member {member}; allowed are {known}")
        return template.format(**parameters)
    except (KeyError, IndexError, ValueError) as problem:
        raise UsageError(f"{where}: {problem}")


def load_all(folder: Path) -> dict[str, Workload]:
    """Return every workload of a folder, by name."""
    return {path.stem: load(path) for path in sorted(folder.glob("*.toml"))}


def load_profile(path: Path) -> Profile:
    """Return the profile of a file; UsageError says what is wrong where."""
    data = _toml(path)
    lists, words = ("workloads", "variants"), ("description", "clock", "p2m")
    for key in data:
        if key not in lists + words:
            raise UsageError(f"{path}: {key}: allowed are {', '.join(words + lists)}")
    for key in words:
        if not isinstance(data.get(key), str):
            raise UsageError(f"{path}: {key}: must be a string")
    for key in lists:
        value = data.get(key)
        good = isinstance(value, list) and value
        if not good or not all(isinstance(name, str) for name in data[key]):
            raise UsageError(f"{path}: {key}: must be a list of names")
    for key, allowed in (("clock", CLOCKS), ("p2m", LAYOUTS)):
        if data[key] not in allowed:
            raise UsageError(
                f"{path}: {key}: {data[key]}: allowed are {', '.join(allowed)}"
            )
    return Profile(
        path.stem,
        data["description"],
        data["clock"],
        data["p2m"],
        tuple(data["workloads"]),
        tuple(data["variants"]),
    )
