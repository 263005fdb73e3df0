# SPDX-License-Identifier: GPL-2.0-only
"""The report of a run as plain text for a mailing list: 72 columns of ASCII.

No line is wider, and none is one that mail or git would take for something else.
Everything here decides; nothing reads or writes.
"""

import re
import shlex
from typing import Sequence

from harness import inert, iotable
from harness.digest import Digest
from harness.environment import Fact
from harness.figures import footnotes, tables
from harness.publish import CLOCKS, runs_text
from harness.record import Verdict
from harness.tables import PLAIN, Block, Column, Field, paragraph, show, table
from harness.troubles import grouped

WIDTH = 72
NAMED = 12
# Characters of a fact.
_NAME, _VALUE = 24, 200
_PERSON = "YOUR NAME <you@example.org>"
# What git am takes for the end of a message, and mail for a new one.
_TAKEN = re.compile(r"---(\s|$)|diff -|Index: |From |>From |-- $")
_DESCRIBED = {
    "run": ("started", "clock", "accelerator", "kernel's own checks"),
    "host": (),
    "tools": (),
    "kernels": (),
}


def text(digest: Digest) -> str:
    """Return the report; it ends with a newline."""
    parts = [_head(digest), _answer(digest), _section("What ran", _facts(digest))]
    if digest.designs.rows:
        parts.append(_section("Cost of the operations", _costs(digest)))
    if digest.change:
        changed = runs_text(digest.change, WIDTH)
        parts.append(_section("What changed", changed))
    if digest.io:
        parts.append(_section("I/O", iotable.text(digest.io, WIDTH)))
    if digest.matrix.cells:
        parts.append(_section("Drivers", iotable.works(digest.matrix, WIDTH)))
    if digest.validation:
        parts.append(_section("Validation", _cases(digest)))
    if digest.mutants:
        results = [_line(one.line, "  ") for one in digest.mutants]
        parts.append(_section("Planted bugs", "\n".join([*results, digest.score])))
    parts.append(_section("To run it again", _command(digest.command)))
    parts.append(_section("Trailer, if you want one", trailer(digest)))
    lines = "\n\n".join(parts).splitlines()
    return "\n".join(map(_harmless, lines)) + "\n"


def trailer(digest: Digest) -> str:
    """Return lines to end a mail or a commit with; the person puts the name in.

    Tested-by of a run that is good, else Reported-by, with the link it needs.
    """
    cells = digest.cells
    passed = sum(cell.verdict is Verdict.PASS for cell in cells)
    profile = inert.ascii_only(digest.run.manifest.profile, 20)
    # A line that begins with a blank goes on with the trailer before it.
    what = f" # bouncemark {profile}: {passed}/{len(cells)} cells"
    if digest.good:
        return f"Tested-by: {_PERSON}\n{what}"
    link = "Closes: https://lore.kernel.org/r/MESSAGE-ID"
    return f"Reported-by: {_PERSON}\n{what}, {digest.standing}\n{link}"


def _head(digest: Digest) -> str:
    """Return what a reader must know before anything else."""
    lines = [_line(digest.headline)]
    groups = grouped(digest.troubles)
    for group in groups[:NAMED]:
        names, more = inert.first(group.names, NAMED)
        others = f" and {more} more" if more else ""
        lines.append(
            _line(f"  {group.word}: {', '.join(names)}{others}: {group.reason}")
        )
    if len(groups) > NAMED:
        lines.append(f"  and {len(groups) - NAMED} other reasons")
    lines += map(_line, digest.cautions)
    if not digest.good:
        lines.append("This is not the report of a good run.")
    return "\n".join(lines)


def _answer(digest: Digest) -> str:
    numbered = enumerate(digest.answer, 1)
    texts = [_line(f"{n}. {text}", "   ") for n, text in numbered]
    return "\n".join([*texts, *(_line(note) for note in digest.notes)])


def _section(heading: str, body: str) -> str:
    return f"{heading}\n{'=' * len(heading)}\n{body}"


def _line(text: str, indent: str = "    ") -> str:
    return paragraph(inert.ascii_only(text), WIDTH, PLAIN, indent)


def _facts(digest: Digest) -> str:
    """Return the environment in two columns; the run's own id first."""
    rows = [("run", digest.id)]
    rows += [_named(fact) for fact in digest.environment if _told(fact)]
    wide = max(len(name) for name, _ in rows)
    return "\n".join(
        paragraph(f"{name:{wide}}  {value}", WIDTH, PLAIN, " " * (wide + 2))
        for name, value in rows
    )


def _told(fact: Fact) -> bool:
    chosen = _DESCRIBED.get(fact.group)
    return chosen is not None and (not chosen or fact.name in chosen)


def _named(fact: Fact) -> tuple[str, str]:
    prefix = {"host": "host ", "kernels": ""}.get(fact.group, "")
    value = CLOCKS.get(fact.value, fact.value) if fact.name == "clock" else fact.value
    name = inert.ascii_only(prefix + fact.name)[:_NAME]
    return name, inert.ascii_only(value, _VALUE)


def _costs(digest: Digest) -> str:
    designs = digest.designs
    parts = [show(built, WIDTH, PLAIN) for built in tables(designs, WIDTH, PLAIN)]
    # What is known of the validation stands at the top.
    notes = [note for note in footnotes(designs) if note not in digest.notes]
    parts.append("\n".join(_line(note, "  ") for note in notes))
    return "\n\n".join(parts)


def _cases(digest: Digest) -> str:
    report = digest.validation
    assert report
    rows = [
        [
            Field(case.verdict.value),
            Field(case.name),
            Field(f"{case.passed}/{case.cells}"),
            Field(inert.ascii_only(case.proves, 200)),
        ]
        for case in report.cases
    ]
    columns = [Column("verdict", False), Column("case", False)]
    columns += [Column("cells", True), Column("proves", False)]
    built = show(table(columns, [Block("", rows)], PLAIN), WIDTH, PLAIN)
    known = [
        _line(f"known defect {one.id} in {_places(one.where)}: {one.said}")
        for one in report.known
    ]
    return "\n".join([built, *known])


def _places(where: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{case} ({variant})" for case, variant in where)


def _command(command: str) -> str:
    """Return a command in lines that a shell joins again, none too wide."""
    if not command:
        return "The record does not tell how."
    lines, line = [], "   "
    for word in shlex.split(command):
        pieces = _pieces(word)
        if len(line) + 1 + len(pieces[0]) + 2 > WIDTH:
            lines.append(f"{line} \\")
            line = "     "
        line += f" {pieces[0]}"
        for piece in pieces[1:]:
            # No blank before it: the shell joins the pieces to one word.
            lines.append(f"{line}\\")
            line = piece
    return "\n".join([*lines, line])


def _pieces(word: str) -> list[str]:
    """Return a word in pieces that fit in a line, each quoted for the shell."""
    found: list[str] = []
    rest = word
    while rest or not found:
        size = len(rest)
        while len(shlex.quote(rest[:size])) > WIDTH - 10:
            size -= 1
        found.append(shlex.quote(rest[:size]))
        rest = rest[size:]
    return found


def _harmless(line: str) -> str:
    """Return a line that neither mail nor git takes for anything but text."""
    line = line.rstrip()
    return f" {line[: WIDTH - 1]}" if _TAKEN.match(line) else line
