# SPDX-License-Identifier: GPL-2.0-only
"""The summary of a night, for a mail: text of 72 columns. Nothing here reads or writes.

What is to be pasted into a shell is one command, also where it is broken.
"""

import shlex
import string
import textwrap
from dataclasses import dataclass
from typing import Sequence

from harness import cellname
from harness.exact import What
from harness.findings import Finding
from harness.nightverdict import Ended, Outcome, Unrepeatable
from harness.record import Kind

WIDTH = 72
# The rest is in night.json.
_SHOWN = 10
_COMMANDS = 3
_SAFE = frozenset(f"{string.ascii_letters}{string.digits}@%+=:,./-_")


@dataclass(frozen=True)
class Subject:
    """What a night was about.

    id: the night's; kernel: as the user named it, None for Debian's; tree, commit: the
    git tree that it is of, where it is one without changes; good: the commit of the
    night before, None where there is none; nights: how many it was held against;
    folder: of its account; options: what its commands need to find the same again,
    --results and --workloads-from where they were given.
    """

    id: str
    kernel: str | None
    tree: str | None
    commit: str | None
    good: str | None
    clock: str
    nights: int
    folder: str
    options: tuple[str, ...] = ()


def text(outcome: Outcome, subject: Subject) -> str:
    """Return the summary: verdict, what holds, and what to type next."""
    blocks = [_head(outcome, subject)]
    blocks.append(_cells("WRONG", outcome.wrong))
    blocks.append(_cells("NOT KNOWN", outcome.unknown))
    blocks.append(_unrepeatable(outcome.unrepeatable))
    blocks.append(_findings("REGRESSIONS", outcome.regressions))
    better = "Improvements, the baseline from now on"
    blocks.append(_findings(better, outcome.improvements))
    blocks.append(_findings("Better, and no baseline: wrong", outcome.doubtful))
    for what, title in (
        (What.FIXED, "Fixed"),
        (What.CHANGED, "Changed, and neither is better"),
        (What.ACCEPTED, "Accepted"),
    ):
        blocks.append(_findings(title, outcome.of(what)))
    if outcome.notes:
        blocks.append([line for note in outcome.notes for line in _wrap(note, "* ")])
    blocks.append(_next(outcome, subject))
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def shell(words: Sequence[str], indent: str = "  ") -> list[str]:
    """Return a command as lines for a shell, each of at most WIDTH columns.

    Only a word that a shell would read otherwise when it is broken may be longer.
    """
    lines = [indent.rstrip(" ") if not words else indent]
    more, room = indent + "  ", WIDTH - 2
    for word in words:
        quoted = shlex.quote(word)
        line = lines[-1]
        blank = " " if line.strip() else ""
        if len(line) + len(blank) + len(quoted) <= room:
            lines[-1] = line + blank + quoted
            continue
        if len(more) + len(quoted) <= room or not set(word) <= _SAFE:
            lines[-1] += " \\"
            lines.append(more + quoted)
            continue
        # Within double quotes a backslash takes the newline behind it away; what
        # follows must then begin at the margin.
        lines[-1] += " \\"
        rest = f'"{word}"'
        lines.append(more + rest[: room - len(more)] + "\\")
        rest = rest[room - len(more) :]
        while len(rest) > room:
            lines.append(rest[:room] + "\\")
            rest = rest[room:]
        lines.append(rest)
    return lines


def change(before: float | None, after: float | None, unit: str) -> str:
    """Return a change in words: 122 -> 134 ticks (+12, +9.8 %)."""
    if before is None or after is None:
        return f"{_number(before)} -> {_number(after)} {unit}"
    told = f"{_number(before)} -> {_number(after)} {unit} ({after - before:+.6g}"
    if before:
        told += f", {100 * (after - before) / abs(before):+.2g} %"
    return told + ")"


def _number(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.10g}"


def _head(outcome: Outcome, subject: Subject) -> list[str]:
    at = f", commit {subject.commit[:12]}" if subject.commit else ""
    lines = [f"bouncemark nightly: {outcome.word}"]
    kernel = subject.kernel or "Debian's linux-source-6.12"
    lines += _wrap(f"night {subject.id}, {subject.clock} clock")
    lines += _wrap(f"kernel {kernel}{at}")
    bad = len(outcome.wrong) + len(outcome.unknown) + outcome.skipped
    lines += _wrap(f"{outcome.planned - bad} of {outcome.planned} cells passed")
    if outcome.first:
        lines += _wrap("The first night: there is no baseline to judge it by yet.")
    else:
        lines += _wrap(
            f"{outcome.judged} metrics were held against {subject.nights} "
            f"earlier night{'s' if subject.nights != 1 else ''}"
        )
    return lines


def _cells(title: str, cells: Sequence[Ended]) -> list[str]:
    if not cells:
        return []
    # What passed before comes first.
    ordered = sorted(cells, key=lambda cell: not cell.is_new)
    lines = [f"{title}: {_count(len(cells), 'cell')}"]
    for cell in ordered[:_SHOWN]:
        before = "passed before" if cell.is_new else "not so for the first time"
        if cell.before is None:
            before = "nothing is known of it before"
        said = f"{cellname.name(cell.kind)}: {cell.verdict.value}, {before}"
        lines += _wrap(said, "  ") + _wrap(cell.reason, "    ")
    return lines + _rest(len(cells))


def _findings(title: str, findings: Sequence[Finding]) -> list[str]:
    if not findings:
        return []
    lines = [f"{title}: {_count(len(findings), 'metric')}"]
    for one in findings[:_SHOWN]:
        lines += _wrap(str(one.metric), "  ")
        said = change(one.before, one.after, one.unit)
        if one.boots:
            boots = _count(len(one.boots), "more boot")
            said += f"; {boots} agree{'s' if len(one.boots) == 1 else ''}"
        elif not one.new:
            said += f"; since {one.since}"
        if one.why:
            said += f"; {one.why}"
        lines += _wrap(said, "    ")
    return lines + _rest(len(findings))


def _unrepeatable(lost: Sequence[Unrepeatable]) -> list[str]:
    if not lost:
        return []
    lines = [f"NOT REPRODUCIBLE: {_count(len(lost), 'metric')}"]
    for one in lost[:_SHOWN]:
        lines += _wrap(str(one.metric), "  ")
        lines += _wrap(
            f"was {_number(one.before)}; the first boot said {_number(one.first)}, "
            f"the second {_number(one.second)}",
            "    ",
        )
    return lines + _rest(len(lost))


def _rest(count: int) -> list[str]:
    return [f"  and {count - _SHOWN} more: see night.json"] if count > _SHOWN else []


def _next(outcome: Outcome, subject: Subject) -> list[str]:
    """Return the commands that reproduce what is told, and those that bisect it."""
    again, search = _commands(outcome, subject)
    lines: list[str] = []
    if again:
        lines += ["To reproduce:", *again, ""]
    if search:
        lines += ["To find the commit:", *search, ""]
    elif again:
        lines += _wrap("To find the commit there must be a git tree without changes,")
        lines += _wrap("in this night and in one before it.") + [""]
    return lines + _wrap(f"The account of the night: {subject.folder}")


def _commands(outcome: Outcome, subject: Subject) -> tuple[list[str], list[str]]:
    kernel = ["--kernel", subject.kernel] if subject.kernel else []
    if subject.tree and subject.commit:
        kernel = ["--kernel", f"{subject.tree}@{subject.commit[:12]}"]
    again: list[str] = []
    search: list[str] = []
    targets: dict[tuple[str, str], tuple[Kind, str]] = {}
    for cell in sorted(outcome.wrong, key=lambda cell: not cell.is_new):
        key = (cell.kind.workload, cell.kind.variant)
        what = cellname.name(cell.kind) if cell.is_new else ""
        targets.setdefault(key, (cell.kind, what))
    wrong = list(targets)[:_COMMANDS]
    for one in outcome.regressions:
        kind = cellname.of_metric(one.metric)
        key = ("", kind.variant)
        targets.setdefault(key, (kind, str(one.metric) if one.new else ""))
    costs = [key for key in targets if not key[0]][:_COMMANDS]
    for key in [*wrong, *costs]:
        kind, metric = targets[key]
        words = ["./bouncemark", "run", "--profile", "nightly"]
        words += ["--workload", kind.workload, "--variant", kind.variant]
        words += ["--clock", subject.clock, *kernel]
        again += shell([*words, *subject.options])
        if metric and subject.good and subject.commit and subject.tree:
            words = ["./bouncemark", "bisect", "--kernel", subject.tree]
            words += ["--good", subject.good[:12], "--bad", subject.commit[:12]]
            words += ["--metric", metric]
            search += shell([*words, *subject.options])
    return again, search


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _wrap(said: str, indent: str = "") -> list[str]:
    """Return words as lines of at most WIDTH columns; what is too long is broken."""
    clean = "".join(letter if letter.isprintable() else " " for letter in said)
    return textwrap.wrap(
        clean,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=" " * (len(indent) + (0 if "*" in indent else 2)),
        break_on_hyphens=False,
    )
