# SPDX-License-Identifier: GPL-2.0-only
"""What a console log says of how a guest died. Words for a reason, no verdict."""

import re
from typing import Sequence

TAIL_LINES = 20
_LINE_LENGTH = 240

_DEATHS: Sequence[tuple[str, str]] = (
    # An oops ends in a panic here: what comes first says more.
    (r"\b(BUG: .*)", "oops: {}"),
    (r"(kernel BUG at .*)", "oops: {}"),
    (r"(general protection fault.*)", "oops: {}"),
    (r"Oops: (.*)", "oops: {}"),
    (r"Kernel panic - not syncing: (.*)", "kernel panic: {}"),
    (r"\(XEN\) Panic on CPU \d+:", "Xen panic"),
    (r"Domain 0 crashed", "Xen: domain 0 crashed"),
)
_ENDINGS: Sequence[tuple[str, str]] = (
    (r"reboot: Restarting system", "the guest rebooted"),
    (r"Dom0 shutdown: rebooting machine", "the guest rebooted"),
    (r"reboot: Power down", "the guest powered off"),
    (r"Dom0 halted: halting machine", "the guest powered off"),
    (r"Preparing system for ACPI S5 state", "the guest powered off"),
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


def ending(console: bytes) -> str | None:
    """Return in words how the guest ended by itself; None if it does not say."""
    return _find(clean(console), _ENDINGS)


def _find(lines: Sequence[str], patterns: Sequence[tuple[str, str]]) -> str | None:
    for pattern, words in patterns:
        for line in lines:
            if found := re.search(pattern, line):
                return words.format(*(group.strip() for group in found.groups()))
    return None
