# SPDX-License-Identifier: GPL-2.0-only
"""What a console log says of how a guest died. Words for a reason, no verdict."""

import re
from typing import Sequence

TAIL_LINES = 20
_LINE_LENGTH = 240
# Xen's words when its dom0 died: it counts five seconds down and reboots.
DOM0_CRASHED = "Hardware Dom0 crashed"

_DEATHS: Sequence[tuple[str, str]] = (
    # An oops ends in a panic here: what comes first says more.
    (r"\b(BUG: .*)", "oops: {}"),
    (r"(kernel BUG at .*)", "oops: {}"),
    (r"(general protection fault.*)", "oops: {}"),
    (r"Oops: (.*)", "oops: {}"),
    (r"Kernel panic - not syncing: (.*)", "kernel panic: {}"),
    (r"\(XEN\) Panic on CPU \d+:", "Xen panic"),
    (DOM0_CRASHED, "Xen: dom0 crashed"),
)
# Those after which nothing runs any more. What "BUG:" is said of may live on.
_FATAL = _DEATHS[-3:]
_ENDINGS: Sequence[tuple[str, str]] = (
    (r"reboot: Restarting system", "the guest rebooted"),
    (r"Dom0 shutdown: rebooting machine", "the guest rebooted"),
    (r"reboot: Power down", "the guest powered off"),
    (r"Dom0 halted: halting machine", "the guest powered off"),
    (r"Preparing system for ACPI S5 state", "the guest powered off"),
)
# What a kernel, or Xen, says when something is wrong that does not kill it.
_SPLATS = re.compile(
    r"\b(?:WARNING: |BUG: |UBSAN: )|\bDMA-API: (?!preallocated|debugging enabled)"
    r"|INFO: possible |INFO: task .* blocked|rcu: INFO: |INFO: rcu"
    r"|sleeping function called|KASAN: |KFENCE: |kmemleak: .* new "
    r"|\bBUG \S+ \((?:Not t|T)ainted|pagealloc: "
    r"|swiotlb buffer is full|\bpool is (?:full|out of reach)"
    r"|\(XEN\) .*(?:Over-allocation|\bBad |\bError |\bmm\.c:)"
)


def clean(console: bytes) -> list[str]:
    """Return the lines of a console, printable characters only, bounded in length."""
    text = console.decode("utf-8", "replace").replace("\r", "")
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|[^\n\t\x20-\x7e]", "", text).split("\n")
    return [line[:_LINE_LENGTH].rstrip() for line in lines if line.strip()]


def tail(console: bytes) -> tuple[str, ...]:
    """Return the last lines of a console."""
    return tuple(clean(console)[-TAIL_LINES:])


def death(console: bytes) -> str | None:
    """Return in words how the guest's kernel, or Xen, died; None if it did not."""
    return _find(clean(console), _DEATHS)


def fatal(console: bytes) -> bool:
    """Tell whether a console shows the end of the guest's kernel, or of Xen."""
    return _find(clean(console), _FATAL) is not None


def splats(console: bytes) -> list[str]:
    """Return the lines in which something is said to be wrong, deadly or not."""
    return [line for line in clean(console) if _SPLATS.search(line)]


def ending(console: bytes) -> str | None:
    """Return in words how the guest ended by itself; None if it does not say."""
    return _find(clean(console), _ENDINGS)


def _find(lines: Sequence[str], patterns: Sequence[tuple[str, str]]) -> str | None:
    for pattern, words in patterns:
        for line in lines:
            if found := re.search(pattern, line):
                return words.format(*(group.strip() for group in found.groups()))
    return None
