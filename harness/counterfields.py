# SPDX-License-Identifier: GPL-2.0-only
"""The members of a line of a counters file: what each may be, or one sentence."""

import re
from typing import Any, NoReturn, Sequence

from harness.countershapes import Cache, Level

LONGEST_INSTRUCTION = 15
HEX = re.compile("[0-9a-f]{16}")

Json = dict[str, Any]


class Bad(Exception):
    """What is wrong, and with which line; 0: the one that is being read."""

    def __init__(self, what: str, line: int = 0) -> None:
        """Keep both; str() is what."""
        super().__init__(what)
        self.line = line


def bad(what: str) -> NoReturn:
    """Raise Bad of the line that is being read."""
    raise Bad(what)


def members(data: Json, must: frozenset[str], may: frozenset[str]) -> None:
    """Refuse an object that lacks a member or has one too many."""
    if must <= data.keys() <= may:
        return
    for name in sorted(must - data.keys()):
        bad(f"{data['type']} lacks {name}")
    for name in sorted(data.keys() - may):
        bad(f"{data['type']} has a member too many: {name}")


def whole(data: Json, key: str, least: int = 0) -> int:
    """Return a member that must be an integer from least."""
    value = data[key]
    if type(value) is not int or value < least:
        bad(f"{key} is not an integer from {least}")
    return value


def address(data: Json, key: str) -> int:
    """Return a member that must be an address."""
    value = data[key]
    if type(value) is not str or not HEX.fullmatch(value):
        bad(f"{key} is not an address of 16 hex digits")
    return int(value, 16)


def numbers(value: Any, key: str, length: int) -> Sequence[int]:
    """Return what must be a list of so many integers from 0."""
    if not isinstance(value, list) or len(value) != length:
        bad(f"{key} is not a list of {length}: a number per instruction")
    if set(map(type, value)) != {int} or min(value) < 0:
        bad(f"{key} holds what is not an integer from 0")
    return value


def cache(data: Any) -> Cache | None:
    """Return the caches of a head line."""
    if data is None:
        return None
    try:
        levels = [
            Level(whole(data[name], "bytes", 1), whole(data[name], "ways", 1))
            for name in ("l1d", "llc")
        ]
        return Cache(whole(data, "line", 1), *levels)
    except (KeyError, TypeError):
        bad("cache has not line, l1d and llc, each of these with bytes and ways")
