# SPDX-License-Identifier: GPL-2.0-only
"""Workloads: TOML files, checked before anything runs.

A workload is one file of bench/workloads/. Its head says what it is and needs,
its steps what the guest does. A step member that is a list is an axis: the step
stands for the cross product of its axes, each with a name made from the
template in "name". A list of memory sizes is an axis, too: a machine for each. And
so is a list of devices that are driven: a workload for each, named FILE-DEVICE.
"""

import dataclasses
import itertools
import math
import re
import string
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping, Sequence

from harness import driven, hashing, jsonfile, paths, tomlfile
from harness.qemu import Disk, Machine, Nic
from harness.designs import BOOTS, variant
from harness.driven import Driven
from harness.errors import UsageError
from harness.record import RecordError, Scalar

SCHEMA = 1
SCHEMA_FILE = paths.repo().workloads / "workload.schema.json"
_NAME = re.compile(r"[a-z0-9_.+-]{1,80}")
CLOCKS = ("insn", "wall")
LAYOUTS = ("linear", "scattered")
BENCHMARK, VALIDATION = PURPOSES = ("benchmark", "validation")
FIO, IPERF3 = "fio", "iperf3"
TOOL_KINDS = (FIO, IPERF3)
DISK_MIB = 256
# The step that a workload with a driven device begins with.
BIND = "bind"
_NO_MKFS = "none"


@dataclass(frozen=True)
class Step:
    """One step of a workload: its kind, its name, and what the guest is told."""

    kind: str
    name: str
    parameters: Mapping[str, Scalar]

    @property
    def measures(self) -> bool:
        """Tell whether it times operations of the DMA API."""
        return self.kind == "dmabench" and "expect" not in self.parameters

    @property
    def tools(self) -> tuple[str, ...]:
        """Return the tools of the host that it runs in the guest."""
        if self.kind not in TOOL_KINDS:
            return ()
        found = (self.kind, "perf" if self.parameters.get("perf") else "")
        made = self.parameters.get("mkfs", _NO_MKFS)
        return tuple(filter(None, (*found, "" if made == _NO_MKFS else f"mkfs.{made}")))


@dataclass(frozen=True)
class Metric:
    """What a figure of a workload is: its unit, and which way is better.

    floor: a change of fewer percent is not worth telling; None: as the rule has it.
    """

    name: str
    unit: str
    direction: str
    good_for: str
    floor: float | None = None


@dataclass(frozen=True)
class Finding:
    """A known defect of upstream code, and where a workload shows it.

    step: fails on these variants, with a message in which the pattern shows is
    found; docs/findings.md tells more under the id.
    """

    id: str
    variants: tuple[str, ...]
    step: str
    shows: str


@dataclass(frozen=True)
class Workload:
    """One file of bench/workloads/; deadline in seconds of real time.

    p2m: layouts where it makes sense; machines: one for each size of memory;
    console: patterns of what its console may show though it looks bad; drives:
    names of the devices it is for, a workload for each; driven: the one of this.
    """

    name: str
    description: str
    boots: tuple[str, ...]
    pci: str | None
    modules: tuple[str, ...]
    arguments: str
    deadline: float
    machines: tuple[Machine, ...]
    metrics: tuple[Metric, ...]
    steps: tuple[Step, ...]
    sha: str
    purpose: str = BENCHMARK
    p2m: tuple[str, ...] = LAYOUTS
    console: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    drives: tuple[str, ...] = ()
    disk_mib: int = 0
    settle: bool = True
    driven: Driven | None = None

    @property
    def tools(self) -> tuple[str, ...]:
        """Return the tools of the host that its guest needs, sorted."""
        found = {tool for step in self.steps for tool in step.tools}
        return tuple(sorted(found))

    @property
    def waits(self) -> bool:
        """Tell whether its guest waits for the host: a server's answer, a disk's."""
        return bool(self.tools)

    @property
    def measures(self) -> bool:
        """Tell whether it asks how long something takes: all benchmarks may."""
        return self.purpose != VALIDATION or any(s.measures for s in self.steps)

    @property
    def asks_server(self) -> bool:
        """Tell whether it needs the host's end of a connection."""
        return any(step.kind == IPERF3 for step in self.steps)


def load(path: Path) -> Workload:
    """Return the workload of a file; UsageError says what is wrong where.

    One that drives devices cannot be run before it is given one: see on().
    """
    data = tomlfile.read(path)
    try:
        jsonfile.check({"schema": SCHEMA, **data}, SCHEMA_FILE, path)
    except RecordError as problem:
        raise UsageError(str(problem))
    if math.isnan(data["deadline"]):
        raise UsageError(f"{path}: deadline: nan is not a number of seconds")
    steps = [step for entry in data["step"] for step in _expand(entry, path)]
    names = [step.name for step in steps]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(
                f"{path}: step {name}: stands twice; name must tell its axes apart"
            )
    for number, pattern in enumerate(data.get("console", ())):
        tomlfile.pattern(pattern, f"{path}: console[{number}]")
    return Workload(
        name=path.stem,
        description=data["description"],
        boots=tuple(data.get("boots", BOOTS)),
        pci=data.get("pci"),
        modules=tuple(data["modules"]),
        arguments=data.get("arguments", ""),
        deadline=float(data["deadline"]),
        machines=_machines(data, path),
        metrics=tuple(Metric(**metric) for metric in data["metric"]),
        steps=tuple(steps),
        sha=_sha(path, steps),
        purpose=data.get("purpose", PURPOSES[0]),
        p2m=tuple(data.get("p2m", LAYOUTS)),
        console=tuple(data.get("console", ())),
        findings=_findings(data.get("finding", ()), names, path),
        drives=tuple(data.get("drives", ())),
        disk_mib=data.get("disk_mib", DISK_MIB),
        settle=data.get("settle", True),
    )


def _sha(path: Path, steps: Sequence[Step]) -> str:
    """Return the hash of a workload: of its file, and of the jobs that it names."""
    own = hashing.file(path)[: hashing.DIGITS]
    names = {str(step.parameters["job"]) for step in steps if "job" in step.parameters}
    if not names:
        return own
    folder = paths.repo().jobs
    known = sorted(job.name for job in folder.glob("*.fio"))
    for name in names:
        if name not in known:
            raise UsageError(f"{path}: job {name}: allowed are {', '.join(known)}")
    return hashing.of([own, [hashing.file(folder / name) for name in sorted(names)]])


def _machines(data: Mapping[str, Any], path: Path) -> tuple[Machine, ...]:
    """Return the machines of a workload, one for each size of memory."""
    low, asked = data["machine"]["low_mib"], data["machine"]["memory_mib"]
    sizes = asked if isinstance(asked, list) else [asked]
    if low >= min(sizes):
        raise UsageError(f"{path}: machine.low_mib: must be less than memory_mib")
    devices = (data["device"],) if "device" in data else ()
    devices += tuple(data.get("devices", ()))
    disks = tuple(Disk(**disk) for disk in data.get("disk", ()))
    vcpus = data["machine"].get("vcpus", 1)
    return tuple(Machine(size, low, devices, disks, vcpus=vcpus) for size in sizes)


def on(work: Workload, device: Driven) -> Workload:
    """Return a workload that drives a device: the first step binds its driver.

    Drivers of the kernel are bound before modules are there: a design that is a
    module gets no device that is not bound again.
    """
    bind = Step(BIND, BIND, {"pci": device.pci, "driver": device.driver})
    steps = [bind]
    for step in work.steps:
        if step.kind == FIO and "device" not in step.parameters:
            given: dict[str, Scalar] = {"device": device.path, **step.parameters}
            step = dataclasses.replace(step, parameters=given)
        steps.append(step)
    return dataclasses.replace(
        work,
        name=f"{work.name}-{device.name}",
        description=f"{work.description}; {device.name}",
        machines=tuple(_with(one, device, work) for one in work.machines),
        steps=tuple(steps),
        sha=hashing.of([work.sha, device.sha]),
        console=work.console + device.console,
        drives=(),
        driven=device,
    )


def _with(machine: Machine, device: Driven, work: Workload) -> Machine:
    """Return a machine that has a device, too."""
    if device.kind == driven.NETWORK:
        return dataclasses.replace(machine, nics=(*machine.nics, Nic(device.nic)))
    devices = machine.devices
    if device.controller:
        devices += (device.controller,)
    disk = Disk(device.disk, work.disk_mib)
    disks = (*machine.disks, disk)
    return dataclasses.replace(machine, devices=devices, disks=disks)


def _findings(
    entries: Sequence[Mapping[str, Any]], steps: Sequence[str], path: Path
) -> tuple[Finding, ...]:
    """Return the findings of a workload; each must be of a step that is there."""
    found = []
    for entry in entries:
        where = f"{path}: finding {entry['id']}"
        if entry["step"] not in steps:
            known = ", ".join(steps)
            raise UsageError(f"{where}: step {entry['step']}: allowed are {known}")
        tomlfile.pattern(entry["shows"], f"{where}: shows")
        try:
            names = tuple(variant(name).name for name in entry["variants"])
        except UsageError as problem:
            raise UsageError(f"{where}: {problem}")
        found.append(Finding(entry["id"], names, entry["step"], entry["shows"]))
    return tuple(found)


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
    """Return every workload of a folder, by name; one for each device it drives."""
    devices = driven.load_all(paths.repo().devices)
    found = {}
    for path in sorted(folder.glob("*.toml")):
        work = load(path)
        for name in work.drives:
            if name not in devices:
                known = ", ".join(devices)
                raise UsageError(f"{path}: drives {name}: allowed are {known}")
        each = [on(work, devices[name]) for name in work.drives] or [work]
        found.update({one.name: one for one in each})
    return found
