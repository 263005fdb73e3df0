# SPDX-License-Identifier: GPL-2.0-only
"""A run as JUnit XML: a test for the run as a whole, and one for each cell.

Everything here decides; nothing reads or writes.
"""

import xml.etree.ElementTree as tree

from harness import inert
from harness.digest import Digest, Ended
from harness.record import Verdict

# Lines of a guest's console, and characters of each.
_LINES, _LINE = 40, 200
_FAILED = (Verdict.FAIL, Verdict.CRASH)


def text(digest: Digest) -> str:
    """Return the document, with its XML declaration.

    FAIL and CRASH are failures, ERROR and cells that never ended are errors.
    """
    whole = _whole(digest)
    cases = [whole, *(_case(digest, cell) for cell in digest.cells)]
    seconds = sum(cell.seconds or 0 for cell in digest.cells)
    counts = {
        "tests": str(len(cases)),
        "failures": str(sum(case.find("failure") is not None for case in cases)),
        "errors": str(sum(case.find("error") is not None for case in cases)),
        "time": f"{seconds:.3f}",
    }
    root = tree.Element("testsuites", {"name": "bouncemark", **counts})
    skipped = sum(case.find("skipped") is not None for case in cases)
    about = {"skipped": str(skipped), "timestamp": digest.run.manifest.started}
    suite = tree.SubElement(root, "testsuite", {"name": digest.id, **counts, **about})
    rows = tree.SubElement(suite, "properties")
    for fact in digest.environment:
        name = inert.plain(f"{fact.group}: {fact.name}", _LINE)
        value = inert.plain(fact.value, _LINE)
        tree.SubElement(rows, "property", {"name": name, "value": value})
    suite.extend(cases)
    tree.indent(root)
    body = tree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _whole(digest: Digest) -> tree.Element:
    """Return the test of the run as a whole: it passes only if the run is good."""
    case = tree.Element("testcase", _named(digest, "run", "as a whole"))
    if not digest.good:
        # A cell that failed is a failure; one that is not there, an error.
        failed = any(cell.verdict in _FAILED for cell in digest.troubles)
        kind = "failure" if failed or not digest.troubles else "error"
        said = [digest.headline, *digest.cautions]
        _problem(case, kind, digest.standing, " ".join(said))
    return case


def _case(digest: Digest, cell: Ended) -> tree.Element:
    kind = cell.kind
    name = f"{kind.workload} {kind.p2m} {kind.memory_mib} MiB"
    case = tree.Element("testcase", _named(digest, kind.variant, name))
    if cell.seconds is not None:
        case.set("time", f"{cell.seconds:.3f}")
    if cell.verdict is Verdict.SKIP:
        _problem(case, "skipped", cell.word, cell.reason)
    elif cell.verdict in _FAILED:
        _problem(case, "failure", cell.word, cell.reason)
    elif cell.verdict is not Verdict.PASS:
        _problem(case, "error", cell.word, cell.reason)
    tails = [one.console_tail for one in digest.run.cells if one.id == cell.id]
    lines = [inert.plain(line, _LINE) for tail in tails for line in tail[-_LINES:]]
    if cell.reason and cell.verdict is Verdict.PASS:
        lines.insert(0, inert.plain(cell.reason))
    if lines:
        tree.SubElement(case, "system-out").text = "\n".join(lines)
    return case


def _named(digest: Digest, group: str, name: str) -> dict[str, str]:
    profile = inert.plain(digest.run.manifest.profile)
    group = f"bouncemark.{profile}.{inert.plain(group)}"
    return {"classname": group, "name": inert.plain(name)}


def _problem(case: tree.Element, kind: str, word: str, said: str) -> None:
    message = inert.plain(said)
    tree.SubElement(case, kind, {"type": word, "message": message}).text = message
