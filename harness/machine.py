# SPDX-License-Identifier: GPL-2.0-only
"""The machine a run is on: what is worth knowing of it, and its tools' versions."""

import os
import platform
from pathlib import Path

from harness import command, hypervisor, qemu
from harness.errors import HarnessError


def host() -> dict[str, str | int | float | bool | None]:
    """Return what is worth knowing of the machine; no name, no address."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    model = None
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return {
        "cpus": os.cpu_count(),
        "cpu_model": model,
        "memory_mib": memory >> 20,
        "kernel": platform.release(),
        "distribution": platform.freedesktop_os_release().get("PRETTY_NAME"),
    }


def tools() -> dict[str, str | None]:
    """Return the versions of the tools; None for what is not there."""
    found: dict[str, str | None] = {
        "xen": hypervisor.version(),
        "python": platform.python_version(),
    }
    for name, argv in (("qemu", qemu.QEMU), ("gcc", "gcc"), ("ld", "ld")):
        try:
            found[name] = command.output([argv, "--version"]).splitlines()[0]
        except HarnessError:
            found[name] = None
    return found
