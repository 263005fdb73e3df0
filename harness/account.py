# SPDX-License-Identifier: GPL-2.0-only
"""The account of a run: what goes into its manifest before and after the build."""

import datetime
import secrets
from typing import Mapping, Sequence

from harness import hashing, kconfig, machine, plan, profile
from harness.build import Kernel as BuiltKernel
from harness.record import Kernel, Manifest


def now() -> str:
    """Return the time as ISO 8601, UTC."""
    stamp = datetime.datetime.now(datetime.timezone.utc)
    return stamp.isoformat(timespec="seconds")


def run_id(name: str) -> str:
    """Return a new run's id: when, which profile, and three random bytes."""
    stamp = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%S")
    return f"{stamp}-{name}-{secrets.token_hex(3)}"


def manifest(
    chosen: profile.Profile,
    accelerator: str,
    debug: bool,
    cells: Sequence[plan.PlannedCell],
) -> Manifest:
    """Return the manifest of a run that begins now."""
    return Manifest(
        id=run_id(chosen.name),
        profile=chosen.name,
        started=now(),
        finished=None,
        host=machine.host(),
        tools=machine.tools(),
        kernels={},
        config_diff={},
        accelerator=accelerator,
        clock=chosen.clock,
        debug=debug,
        stages={},
        planned=tuple(cell.planned for cell in cells),
        cells=(),
        verdict=None,
    )


def kernels(built: Mapping[str, BuiltKernel]) -> dict[str, Kernel]:
    """Return what each design's kernel was made of."""
    return {
        name: Kernel(
            key=kernel.plan.key,
            source=f"{kernel.plan.source.label} ({kernel.plan.source.key})",
            release=kernel.plan.source.release,
            config_sha256=hashing.file(kernel.config),
            patches=tuple(name for name, _ in kernel.plan.series.hashes),
        )
        for name, kernel in built.items()
    }


def differences(built: Mapping[str, BuiltKernel]) -> dict[str, tuple[str, ...]]:
    """Return in which options each kernel differs from the first of its family.

    The first of a family differs from the one before it. Kernels that are one and
    the same are left out.
    """
    configs = {
        name: kconfig.parse(kernel.config.read_text(encoding="utf-8"))
        for name, kernel in built.items()
    }
    found = {}
    firsts: dict[str, str] = {}
    last = ""
    for name, kernel in built.items():
        base = firsts.setdefault(kernel.plan.design.family, name)
        base = last if base == name else base
        if base and built[base].plan.key != kernel.plan.key:
            lines = kconfig.difference(configs[base], configs[name])
            found[f"{base}..{name}"] = tuple(lines)
        last = name
    return found
