# SPDX-License-Identifier: GPL-2.0-only
"""A run as KTAP, the kernel's TAP: the run as a whole, then each cell.

Everything here decides; nothing reads or writes. No test is nested in another:
parsers of plain TAP read it, too. Documentation/dev-tools/ktap.rst is its form.
"""

from harness import inert
from harness.digest import Digest, Ended
from harness.record import Verdict

_NAME, _LINE, _LINES = 200, 500, 40


def text(digest: Digest) -> str:
    """Return the stream; it ends with a newline.

    What is said of a cell stands before its result, as the kernel does it.
    """
    lines = ["KTAP version 1", f"1..{len(digest.cells) + 1}"]
    whole = "the run as a whole"
    said = [digest.headline, *digest.cautions] if not digest.good else []
    lines += [_diagnostic(whole, line) for line in said]
    lines.append(f"{'ok' if digest.good else 'not ok'} 1 {whole}")
    records = {cell.id: cell for cell in digest.run.cells}
    for number, cell in enumerate(digest.cells, 2):
        name = inert.tap(cell.name, _NAME)
        passed = cell.verdict is Verdict.PASS
        if cell.reason:
            lines.append(_diagnostic(name, f"{cell.word}: {cell.reason}"))
        if not passed and cell.id in records:
            tail = records[cell.id].console_tail[-_LINES:]
            lines += [_diagnostic(name, f"console: {line}") for line in tail]
        result = "ok" if passed or cell.verdict is Verdict.SKIP else "not ok"
        lines.append(f"{result} {number} {name}{_directive(cell)}")
    return "\n".join(lines) + "\n"


def _diagnostic(name: str, said: str) -> str:
    return f"# {name}: {inert.tap(said, _LINE)}"


def _directive(cell: Ended) -> str:
    """Return what a cell ended as, where ok and not ok do not tell it."""
    if cell.verdict is Verdict.SKIP:
        return f" # SKIP {inert.tap(cell.reason, _NAME)}"
    if cell.verdict in (None, Verdict.ERROR):
        return f" # ERROR {inert.tap(cell.reason, _NAME)}"
    return ""
