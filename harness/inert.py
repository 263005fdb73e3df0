# SPDX-License-Identifier: GPL-2.0-only
"""Strings of records made safe for a report: short enough, visible, and never code.

A record may hold anything: a driver's message, a guest's console, a tool's words.
Every report sends every string through here; HTML is escaped by its templates, and
takes plain() first. Everything here decides; nothing reads or writes.
"""

import re
from typing import Sequence, TypeVar

# Characters of one string, and members of one list, that a report shows.
ROOM = 2000
MOST = 200

_T = TypeVar("_T")
_SPOKEN = re.compile(r"[^A-Za-z0-9 .,;=/%+()'?\-]")
_FORMULA = "=+-@\uff1d\uff0b\uff0d\uff20"


def bounded(text: str, room: int = ROOM) -> str:
    """Return text with at most room characters of it, and how many are left out."""
    if len(text) <= room:
        return text
    return f"{text[:room]}...[{len(text) - room:,} more]"


def first(items: Sequence[_T], most: int = MOST) -> tuple[Sequence[_T], int]:
    """Return the first members of a list, and how many more there are."""
    return items[:most], max(len(items) - most, 0)


def plain(text: str, room: int = ROOM) -> str:
    r"""Return text on one line, without what is not seen: an escape is \x1b.

    So are newlines, the marks that turn the direction of writing, and halves of
    surrogate pairs, which cannot be encoded. What is left is legal in XML 1.0.
    """
    return "".join(map(_visible, bounded(text, room)))


def _visible(char: str) -> str:
    if char.isprintable():
        return char
    return char.encode("unicode_escape").decode("ascii")


def ascii_only(text: str, room: int = ROOM) -> str:
    r"""Return text as plain() does, and in ASCII: what is not is \xe9."""
    return plain(text, room).encode("ascii", "backslashreplace").decode("ascii")


def markdown(text: str, room: int = ROOM) -> str:
    """Return text that Markdown shows as it is, wherever in a line it stands.

    No markup, HTML, link, mention, or end of a table's field: what could begin one
    is a character reference.
    """
    made = plain(text, room)

    def spoken(found: re.Match[str]) -> str:
        char, place = found[0], found.start()
        around = made[place - 1 : place] + made[place + 1 : place + 2]
        if char == "_" and len(around) == 2 and around.isalnum():
            return char
        if char == ":" and made[place + 1 : place + 2] in (" ", ""):
            return char
        return char if ord(char) > 127 else f"&#{ord(char)};"

    shown = _SPOKEN.sub(spoken, made)
    return re.sub(r"(?i)www\.", lambda found: found[0][:-1] + "&#46;", shown)


def csv(text: str, room: int = ROOM) -> str:
    """Return text that no spreadsheet takes for a formula: it gets a ' before it."""
    made = plain(text, room)
    return f"'{made}" if made.lstrip()[:1] in set(_FORMULA) else made


def label(text: str, room: int = ROOM) -> str:
    """Return text as the value of an OpenMetrics label, without its quotes."""
    return plain(text, room).replace("\\", "\\\\").replace('"', '\\"')


def tap(text: str, room: int = ROOM) -> str:
    r"""Return text as a TAP description: in it # would begin a directive."""
    return ascii_only(text, room).replace("#", r"\x23")
