# SPDX-License-Identifier: GPL-2.0-only
"""Check that a comparison's JSON has the table's figures.  same_table.py TEXT JSON"""

import json
import re
import sys
from pathlib import Path
from typing import Any, Iterator

# A row of the table: series, and figures with the marks of what they are. Minima are in
# parentheses.
_ROW = re.compile(r".* {2,}([a-z_]+)((?: +~?\d+[A-Z!]*)+)")
_MINIMUM = re.compile(r" *\(\d+\)")


def printed(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield series and figures of each row of the first table, that of costs."""
    for line in text.split("\noperation ")[1].splitlines():
        found = _ROW.fullmatch(_MINIMUM.sub("", line))
        if found:
            yield found[1], re.findall(r"\d+", found[2])


def recorded(data: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Yield the same of the JSON's rows."""
    for row in data["rows"]:
        figures = [row["figures"][name]["p50"] for name in data["variants"]]
        yield row["key"]["series"].removeprefix("sync_"), [str(p50) for p50 in figures]


def main(text: str, data: dict[str, Any]) -> None:
    """Compare them; the sentences, too."""
    table, rows = list(printed(text)), list(recorded(data))
    assert len(rows) >= 10, rows
    assert table == rows, "\n".join(
        f"{one} is not {other}" for one, other in zip(table, rows) if one != other
    )
    flat = " ".join(text.split())
    assert len(data["sentences"]) == 3, data["sentences"]
    for number, sentence in enumerate(data["sentences"], 1):
        assert f"{number}. {sentence}" in flat, sentence
        assert re.search(r"\d", sentence), sentence


main(Path(sys.argv[1]).read_text(), json.loads(Path(sys.argv[2]).read_text()))
