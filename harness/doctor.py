# SPDX-License-Identifier: GPL-2.0-only
"""Doctor: what is here, what really works, and what is missing."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

from harness import command, counting, hypervisor, machine, packages, qemu, source
from harness.errors import HarnessError
from harness.paths import Cache, Repo

PROBE_SECONDS = 30.0
DISK_GIB = 12
MEMORY_GIB = 4


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what, what was found, and whether that is enough.

    needed: without it nothing runs.
    """

    what: str
    found: str
    good: bool
    needed: bool = True


def examine(repo: Repo, cache: Cache) -> list[Finding]:
    """Look at everything a run needs; starts two guests to know the accelerators."""
    findings = [_packages(repo), *_tools(), _sources()]
    findings += [_accelerator("tcg", cache, True), _accelerator("kvm", cache, False)]
    findings.append(_plugins())
    return [*findings, *_room(cache)]


def missing(findings: Sequence[Finding]) -> list[Finding]:
    """Return what keeps a run from working."""
    return [one for one in findings if one.needed and not one.good]


def text(findings: Sequence[Finding]) -> str:
    """Return the findings as lines, then what is missing."""
    width = max(len(one.what) for one in findings)
    lines = []
    for one in findings:
        mark = "ok" if one.good else ("MISSING" if one.needed else "no")
        lines.append(f"{one.what:{width}}  {mark:7}  {one.found}")
    bad = missing(findings)
    names = ", ".join(one.what for one in bad)
    lines.append(f"missing: {names}" if bad else "nothing is missing")
    return "\n".join(lines)


def _packages(repo: Repo) -> Finding:
    absent = packages.absent(packages.wanted(repo, tests=False))
    if absent:
        return Finding("packages", f"{packages.INSTALL} {' '.join(absent)}", False)
    return Finding("packages", "all installed", True)


def _tools() -> list[Finding]:
    versions = machine.tools()
    findings = [
        Finding(name, version or "not found", version is not None)
        for name, version in versions.items()
    ]
    return sorted(findings, key=lambda one: one.what)


def _sources() -> Finding:
    there = source.DEFAULT.exists()
    return Finding("kernel sources", str(source.DEFAULT), there)


def _accelerator(name: str, cache: Cache, needed: bool) -> Finding:
    """Start Xen without a dom0: its banner shows that 64-bit code with paging runs."""
    what = f"accelerator {name}"
    if name == "kvm" and not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return Finding(what, "/dev/kvm: not there, or not for this user", False, needed)
    try:
        image = hypervisor.image(cache)
        said = _probe(name, image)
    except HarnessError as problem:
        return Finding(what, str(problem), False, needed)
    silent = "a guest starts and prints nothing: it does not really work"
    return Finding(what, said or silent, bool(said), needed)


def _plugins() -> Finding:
    try:
        counting.require_plugins(qemu.QEMU)
    except HarnessError as problem:
        return Finding("plugins", str(problem), False, needed=False)
    return Finding("plugins", "QEMU takes them: explain works", True, needed=False)


def _probe(accelerator: str, image: Path) -> str:
    """Return Xen's banner as a guest printed it, "" if it printed none."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        machine = qemu.Machine(512, 256, ())
        target = qemu.Target(image, (), None, "", machine, "wall", accelerator)
        argv = qemu.arguments(target, Path("/dev/null"), folder)
        argv[argv.index("-append") + 1] = "console=com1 com1=115200,8n1 noreboot=0"
        del argv[argv.index("-initrd") :]
        log = folder / "qemu.log"
        try:
            command.run(argv, seconds=PROBE_SECONDS, log=log)
        except HarnessError:
            # Without a dom0 Xen panics and reboots, or waits: the banner tells.
            pass
        console = folder / "console.log"
        if not console.exists():
            raise HarnessError(command.tail(log, lines=1).strip())
        for line in console.read_text("utf-8", "replace").splitlines():
            if "Xen version" in line:
                version = line.split("Xen version")[1].split()[0]
                return f"works: a guest booted Xen {version}"
    return ""


def _room(cache: Cache) -> list[Finding]:
    free = shutil.disk_usage(cache.folder()).free >> 30
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    cpus = os.cpu_count() or 1
    return [
        Finding("disk", f"{free} GiB free at {cache.root}", free >= DISK_GIB),
        Finding("memory", f"{memory} GiB, {cpus} CPUs", memory >= MEMORY_GIB),
    ]
