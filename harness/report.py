# SPDX-License-Identifier: GPL-2.0-only
"""The report of a validation as text. Nothing is decided here.

A line is as long as what it says: it can be looked for with grep.
"""

from harness.publish import COLOURS
from harness.record import CellEnd
from harness.tables import PLAIN, Style, clean, paint
from harness.validate import Case, Known, Report


def text(report: Report, style: Style = PLAIN) -> str:
    """Return a line for each case, its bad cells below it, and the known defects."""
    width = max((len(case.name) for case in report.cases), default=0)
    lines: list[str] = []
    for case in report.cases:
        lines.append(_case(case, width, style))
        lines += [_bad(end, style) for end in case.bad]
    if report.known:
        lines += ["", "Known defects of upstream code (docs/findings.md):"]
        lines += [_known(known, style) for known in report.known]
    return "\n".join(lines)


def _case(case: Case, width: int, style: Style) -> str:
    verdict = paint(f"{case.verdict.value:5}", COLOURS[case.verdict], style)
    proves = clean(case.proves, style)
    return f"{verdict}  {case.name:{width}}  {proves}  {case.passed}/{case.cells} cells"


def _bad(end: CellEnd, style: Style) -> str:
    where = f"{end.variant}, {end.p2m} p2m, {end.memory_mib} MiB"
    return clean(f"       {end.verdict.value}: {where}: {end.reason}", style)


def _known(known: Known, style: Style) -> str:
    where: dict[str, list[str]] = {}
    for case, variant in known.where:
        where.setdefault(case, []).append(variant)
    places = [f"{case} in {', '.join(names)}" for case, names in where.items()]
    return clean(f"{known.id}  {'; '.join(places)}: {known.said}", style)
