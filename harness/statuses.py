# SPDX-License-Identifier: GPL-2.0-only
"""The command's exit statuses, in words: what --help and the manual both tell."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Status:
    """An exit status, and what it stands for: one clause."""

    number: int
    meaning: str


# Of every command that has none of its own.
GENERAL = (
    Status(0, "PASS"),
    Status(2, "bad usage"),
    Status(3, "ERROR: the harness could not tell"),
    Status(4, "FAIL: the subject is wrong, or differs"),
    Status(5, "CRASH: a guest died"),
    Status(6, "SKIP: nothing could run, a requirement is missing"),
    Status(130, "interrupted; what was finished is kept"),
    Status(141, "nobody read the output to its end"),
)
WORST = "A run ends as the worst of its cells that were not skipped."
# GNU make hands on none of them: it ends with 2.
NIGHTLY = (
    Status(0, "no regression"),
    Status(1, "a regression"),
    Status(3, "the harness could not tell"),
    Status(4, "a cell failed or crashed"),
)
NIGHTLY_TITLE = "nightly has its own, and 2, 130 and 141:"


def text() -> str:
    """Return all of it as --help shows it; without a newline at the end."""
    return "\n".join(
        ["exit status:", *map(_line, GENERAL), WORST, NIGHTLY_TITLE]
        + [*map(_line, NIGHTLY)]
    )


def _line(status: Status) -> str:
    return f"  {status.number:<4} {status.meaning}"
