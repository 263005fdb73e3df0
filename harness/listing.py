# SPDX-License-Identifier: GPL-2.0-only
"""Lists as text: an item a line, wrapped only where a terminal is narrow.

Nothing here reads or writes.
"""

import textwrap
from typing import Sequence

from harness.publish import COLOURS
from harness.tables import Style, clean, paint

# The least that the last field of a line is wrapped to.
_LEAST = 20
_COLOURS = {verdict.value: how for verdict, how in COLOURS.items()}


def lines(rows: Sequence[Sequence[str]], width: int | None, style: Style) -> list[str]:
    """Return rows as lines: fields aligned, the last one wrapped below itself.

    width: None where every item is to be one line: in a pipe, in a file. The second
    field has a verdict's colour if it is one, and there is colour.
    """
    fields = [[clean(text, style) for text in row] for row in rows]
    wide: dict[int, int] = {}
    for row in fields:
        # A row's last field is as wide as it is; nothing stands behind it.
        for place, text in enumerate(row[:-1]):
            wide[place] = max(wide.get(place, 0), len(text))
    return [line for row in fields for line in _lines(row, wide, width, style)]


def _lines(
    row: Sequence[str], wide: dict[int, int], width: int | None, style: Style
) -> list[str]:
    places = [f"{text:{wide[place]}}" for place, text in enumerate(row[:-1])]
    indent = sum(len(text) + 2 for text in places)
    if len(row) > 2 and row[1] in _COLOURS:
        places[1] = paint(row[1], _COLOURS[row[1]], style) + places[1][len(row[1]) :]
    head = "".join(f"{text}  " for text in places)
    parts = [row[-1]]
    if width is not None:
        room = max(width - indent, _LEAST)
        parts = textwrap.wrap(row[-1], room, break_on_hyphens=False) or [""]
    return [head + parts[0], *(" " * indent + part for part in parts[1:])]
