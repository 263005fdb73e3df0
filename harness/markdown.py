# SPDX-License-Identifier: GPL-2.0-only
"""The report of a run as Markdown, as merge requests show it: the GitHub flavour.

Everything here decides; nothing reads or writes.
"""

from typing import Iterable, Sequence

from harness import inert
from harness.digest import Digest
from harness.figures import footnotes
from harness.grid import FIRST, grid
from harness.iotable import NONE, Shown
from harness.pairs import Change
from harness.troubles import grouped

# Characters of a field, and cells that are named one by one.
_FIELD = 300
_NAMED = 12
_LISTS = ("changed", "varied", "informational")


def text(digest: Digest) -> str:
    """Return the report; it ends with a newline."""
    parts = [f"# bouncemark: {_say(digest.id)}", *_head(digest)]
    parts.append("\n".join(f"{n}. {_say(t)}" for n, t in enumerate(digest.answer, 1)))
    parts += [_say(note) for note in digest.notes]
    if digest.designs.rows:
        parts += _costs(digest)
    if digest.change:
        parts += _change(digest)
    if digest.io:
        parts += ["## I/O", *map(_shown, digest.io)]
    if digest.matrix.cells:
        parts += ["## Drivers", _matrix(digest)]
    if digest.validation:
        parts += ["## Validation", _cases(digest)]
    if digest.mutants:
        rows = [[one.outcome.value, one.name, one.reason] for one in digest.mutants]
        parts += ["## Planted bugs", _say(digest.score)]
        parts.append(_table(("outcome", "bug", "what was said"), rows))
    facts = [[fact.group, fact.name, fact.value] for fact in digest.environment]
    parts += ["## What ran", _table(("", "what", "value"), facts)]
    command = digest.command or "# the record does not tell how"
    parts += ["## To run it again", f"```sh\n{command}\n```"]
    return "\n\n".join(parts) + "\n"


def _head(digest: Digest) -> list[str]:
    """Return what a reader must know before anything else."""
    lines = [f"**{_say(digest.headline)}**"]
    if not digest.good:
        lines.append("**This is not the report of a good run.**")
    groups, more = inert.first(grouped(digest.troubles), _NAMED)
    rows = []
    for group in groups:
        names, others = inert.first(group.names, _NAMED)
        listed = ", ".join(names) + (f" and {others} more" if others else "")
        rows.append([group.word, listed, group.reason])
    if more:
        rows.append(["", f"and {more} other reasons", ""])
    lines += [_table(("ended", "cells", "reason"), rows)] if rows else []
    return lines + [f"**{_say(caution)}**" for caution in digest.cautions]


def _costs(digest: Digest) -> list[str]:
    designs = digest.designs
    found = grid(designs)
    rows: list[Sequence[str]] = []
    for heading, block in found.blocks.items():
        rows += [[heading.lower(), *row] for row in block]
    made = _table(("", *found.headings), rows, len(FIRST) + 1)
    notes = [note for note in footnotes(designs) if note not in digest.notes]
    listed = "\n".join(f"- {_say(note)}" for note in notes)
    return ["## Cost of the operations", made, listed]


def _change(digest: Digest) -> list[str]:
    change = digest.change
    assert change
    rows = [[str(one.what), _or_none(one.a), _or_none(one.b)] for one in change.inputs]
    parts = [f"## Against {_say(change.a)}", _say(change.summary)]
    parts += [_table(("input", "before", "now"), rows)] if rows else []
    changes: list[Change] = [one for name in _LISTS for one in getattr(change, name)]
    shown, more = inert.first(changes)
    body = [
        [
            one.kind,
            one.variant,
            f"{one.label} {one.key.series}",
            str(one.a),
            str(one.b),
            one.note if one.ticks is None else f"{one.ticks:+d}",
        ]
        for one in shown
    ]
    titles = ("", "variant", "operation", "before", "now", f"change, {change.unit}")
    parts += [_table(titles, body, 3)] if body else []
    return parts + ([f"And {more} more."] if more else [])


def _shown(shown: Shown) -> str:
    unit = "" if shown.metric.unit == "1" else f", {shown.metric.unit}"
    title = f"{shown.metric.name}{unit}: {shown.metric.good_for}"
    columns = [" ".join(name.split()) for name in shown.columns]
    rows = [
        [work, step, *(row.get(name, NONE) for name in shown.columns)]
        for (work, step), row in shown.rows.items()
    ]
    return f"{_say(title)}\n\n{_table(('workload', 'step', *columns), rows, 2)}"


def _matrix(digest: Digest) -> str:
    matrix = digest.matrix
    rows = [
        [device, *(row[n].text if n in row else NONE for n in matrix.variants)]
        for device, row in matrix.cells.items()
    ]
    return _table(("device", *matrix.variants), rows)


def _cases(digest: Digest) -> str:
    report = digest.validation
    assert report
    rows = [
        [case.verdict.value, case.name, f"{case.passed}/{case.cells}", case.proves]
        for case in report.cases
    ]
    made = _table(("verdict", "case", "cells", "proves"), rows)
    known = [f"- {_say(f'known defect {one.id}: {one.said}')}" for one in report.known]
    return "\n\n".join([made, "\n".join(known)]) if known else made


def _table(
    titles: Iterable[str], rows: Sequence[Sequence[str]], words: int | None = None
) -> str:
    """Return a table; words: how many columns are words, the rest are numbers."""
    heads = list(titles)
    words = len(heads) if words is None else words
    rules = ["---"] * words + ["---:"] * (len(heads) - words)
    lines = [[_say(head) for head in heads], rules]
    lines += [[_say(field) for field in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _or_none(text: str | None) -> str:
    return "none" if text is None else text


def _say(text: str) -> str:
    return inert.markdown(text, _FIELD)
