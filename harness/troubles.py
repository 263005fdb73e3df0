# SPDX-License-Identifier: GPL-2.0-only
"""What did not go as it must, in few words: cells that ended alike, together.

Everything here decides; nothing reads or writes.
"""

from dataclasses import dataclass
from typing import Sequence

from harness.digest import Ended


@dataclass(frozen=True)
class Group:
    """Cells that ended with one verdict and one reason; word: as Ended.word."""

    word: str
    reason: str
    names: tuple[str, ...]


def grouped(troubles: Sequence[Ended]) -> tuple[Group, ...]:
    """Return the groups of a digest's troubles, in their order: the worst first."""
    found: dict[tuple[str, str], list[str]] = {}
    for cell in troubles:
        found.setdefault((cell.word, cell.reason), []).append(cell.name)
    return tuple(
        Group(word, reason, tuple(names)) for (word, reason), names in found.items()
    )
