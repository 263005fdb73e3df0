# SPDX-License-Identifier: GPL-2.0-only
"""Make the pages that the tests look at, and read a page as a parser does.

pages.py FOLDER makes good.html, bad.html, io.html, hostile.html and site/ there.
"""

import dataclasses
import html.parser
import sys
from pathlib import Path
from typing import Sequence

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

import fixtures  # noqa: E402
import hostile_pages as hostile  # noqa: E402
import nights  # noqa: E402
from harness import digest, page, sitedata  # noqa: E402
from harness import site as site_of  # noqa: E402
from harness.record import Run, Value, Verdict  # noqa: E402

VOID = {"meta", "link", "br", "img", "input", "hr"}


@dataclasses.dataclass
class Element:
    """An element: its name and attributes, and how many were around it."""

    tag: str
    attributes: dict[str, str | None]
    text: str = ""


class Reader(html.parser.HTMLParser):
    """Reads a page: its elements in order, and that all that opens is closed."""

    def __init__(self, text: str) -> None:
        """Read the whole of a page."""
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.wrong: list[str] = []
        self.feed(text)
        self.close()
        self.wrong += [f"{element.tag} is open" for element in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element down."""
        element = Element(tag, dict(attrs))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element of SVG down that closes itself."""
        self.elements.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost element, which must be this one."""
        if not self.open or self.open[-1].tag != tag:
            self.wrong.append(f"</{tag}> closes nothing")
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        """Give the text to every element around it."""
        for element in self.open:
            element.text += data

    def all(self, tag: str) -> list[Element]:
        """Return the elements of this name."""
        return [element for element in self.elements if element.tag == tag]


def digest_of(run: Run) -> digest.Digest:
    """Return the digest of a made-up run."""
    return digest.digest(run, {})


def undrawn(run: Run, raw: str = "") -> str:
    """Return the page of a made-up run without its drawings, which take time."""
    made = page.environment()
    made.globals.update(policy=page.POLICY, when=sitedata.when)
    return page.render(digest_of(run), environment=made, raw=raw, drawn=False)


def bad() -> Run:
    """Return a run with a crash, an error, and a cell that never ended."""
    ends = {
        "dom0-hook": (Verdict.CRASH, "panic: attempted to kill init"),
        "native-hook": (Verdict.ERROR, "the channel ends within a frame"),
    }
    return fixtures.run(2, ends=ends, never=["dom0-iommu"])


def io() -> Run:
    """Return a run with figures of I/O, in two layouts; scattered memory bounces."""
    more = [("dom0-iommu", "scattered", 2048), ("dom0-hook", "scattered", 2048)]
    made = fixtures.run(3, more=more)
    cells = []
    for number, cell in enumerate(made.cells):
        rate = 0.4 + number / 100 if cell.cell.p2m == "scattered" else 0.0
        values = tuple(
            value
            for step in ("randread-4096-d1", "randread-4096-d32")
            for value in (
                Value(step, "bounce_rate", "1", rate),
                Value(step, "instructions_per_io", "1", 8000.0 + 500 * number),
            )
        )
        cells.append(dataclasses.replace(cell, values=values))
    return dataclasses.replace(made, cells=tuple(cells))


def make(folder: Path) -> None:
    """Make every page."""
    runs: dict[str, Run] = {
        "good": fixtures.run(1),
        "bad": bad(),
        "io": io(),
        "hostile": hostile.run(),
    }
    for name, run in runs.items():
        text = page.html(digest_of(run), f"../runs/{run.manifest.id}")
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    site(folder / "site", 40, 12)


def site(folder: Path, number: int, metrics: int) -> None:
    """Make a site whose last night is hostile, and whose last metric is."""
    history, known = nights.history(number, metrics)
    runs = [nights.run_of(night) for night in range(number)]
    owned = hostile.run()
    last = dataclasses.replace(
        owned.manifest,
        id=f"20270101T000000-{'x' * 20}-ffffff",
        started="2027-01-01T00:00:00+00:00",
    )
    runs.append(dataclasses.replace(owned, manifest=last))
    made = digest_of(runs[-1])
    history = sitedata.History(
        (*history.nights, sitedata.night(made)),
        (*history.trends, hostile.trend(runs)),
    )
    site_of.build(
        history, folder, lambda name: made if name == last.id else known(name), drawn=1
    )


def main(words: Sequence[str]) -> None:
    """Make the pages in the folder that is named."""
    folder = Path(words[0])
    folder.mkdir(parents=True, exist_ok=True)
    make(folder)


if __name__ == "__main__":
    main(sys.argv[1:])
