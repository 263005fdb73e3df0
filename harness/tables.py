# SPDX-License-Identifier: GPL-2.0-only
"""Tables and paragraphs for a terminal, no line wider than asked."""

import dataclasses
import io
import os
import textwrap
from typing import IO, Mapping, Sequence

from rich.box import Box
from rich.console import Console
from rich.table import Table
from rich.text import Text

NARROWEST = 40
DEFAULT_WIDTH = 80


@dataclasses.dataclass(frozen=True)
class Style:
    """What the terminal can show. The default is fit for pipes and files."""

    color: bool = False
    unicode: bool = False


@dataclasses.dataclass(frozen=True)
class Column:
    """A heading (lines by newline); numbers never wrap, words may."""

    heading: str
    number: bool


@dataclasses.dataclass(frozen=True)
class Field:
    """One field of a table: text, and the rich style it has where there is colour."""

    text: str
    style: str = ""


@dataclasses.dataclass(frozen=True)
class Block:
    """Rows under a heading of their own; no heading line when it is empty."""

    heading: str
    rows: Sequence[Sequence[Field]]


PLAIN = Style()


def style_for(stream: IO[str], environ: Mapping[str, str]) -> Style:
    """Return what a stream can show: colour only on a terminal without NO_COLOR."""
    terminal = stream.isatty() and environ.get("TERM") != "dumb"
    encoding = (getattr(stream, "encoding", None) or "ascii").lower()
    return Style(
        color=terminal and not environ.get("NO_COLOR"),
        unicode=terminal and encoding.replace("-", "") == "utf8",
    )


def width_for(stream: IO[str], environ: Mapping[str, str]) -> int:
    """Return a stream's width in characters: COLUMNS, the terminal's, or 80."""
    columns = environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return max(int(columns), NARROWEST)
    try:
        found = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        found = 0
    return max(found, NARROWEST) if found else DEFAULT_WIDTH


def clean(text: str, style: Style) -> str:
    """Return text without what could move a cursor or not be shown."""
    shown = "".join(char if char.isprintable() else "?" for char in text)
    if style.unicode:
        return shown
    return shown.encode("ascii", "replace").decode("ascii")


def paragraph(text: str, width: int, style: Style, indent: str = "") -> str:
    """Return text wrapped; the lines after the first begin with indent.

    No name is broken at its hyphens: it can be looked for, and copied.
    """
    shown = clean(text, style)
    return textwrap.fill(shown, width, subsequent_indent=indent, break_on_hyphens=False)


def paint(text: str, how: str, style: Style) -> str:
    """Return text, already wrapped, in a rich style where there is colour."""
    if not style.color:
        return text
    return "\n".join(
        _print(Text(line, style=how), len(line) + 1, style)
        for line in text.splitlines()
    )


def table(columns: Sequence[Column], blocks: Sequence[Block], style: Style) -> Table:
    """Build a table; show() makes text of it."""
    built = Table(
        box=_box(style),
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        header_style="bold",
    )
    for place, column in enumerate(columns):
        texts = [column.heading]
        texts += [row[place].text for block in blocks for row in block.rows]
        widest = max(len(line) for text in texts for line in text.split("\n"))
        built.add_column(
            Text(column.heading),
            justify="right" if column.number else "left",
            no_wrap=column.number,
            min_width=widest if column.number else None,
            vertical="top",
            overflow="fold",
        )
    for block in blocks:
        if block.heading:
            built.add_row(Text(block.heading, style="bold"))
        for row in block.rows:
            built.add_row(*(_text(field, style) for field in row))
        built.add_section()
    return built


def least(built: Table, width: int) -> int:
    """Return the narrowest width at which no number is broken."""
    console = _console(width, PLAIN, io.StringIO())
    options = console.options.update(max_width=10_000)
    return built.__rich_measure__(console, options).minimum


def most(built: Table, width: int) -> int:
    """Return the width at which nothing is broken."""
    console = _console(width, PLAIN, io.StringIO())
    options = console.options.update(max_width=10_000)
    return built.__rich_measure__(console, options).maximum


def show(built: Table, width: int, style: Style) -> str:
    """Return a table as text, no line wider than width."""
    return _print(built, width, style)


def _text(field: Field, style: Style) -> Text:
    lines = (clean(line, style) for line in field.text.split("\n"))
    return Text("\n".join(lines), style=field.style)


def _print(what: "Table | Text", width: int, style: Style) -> str:
    out = io.StringIO()
    _console(width, style, out).print(what, end="")
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def _console(width: int, style: Style, out: IO[str]) -> Console:
    return Console(
        file=out,
        width=width,
        color_system="standard" if style.color else None,
        force_terminal=style.color,
        no_color=not style.color,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        _environ={},
    )


def _box(style: Style) -> Box:
    rule = "\u2500" if style.unicode else "-"
    none, line = "    \n", f" {rule * 2} \n"
    return Box(none + none + line + none + line + none + none + none)
