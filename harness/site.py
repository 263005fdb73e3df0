# SPDX-License-Identifier: GPL-2.0-only
"""The site over a history: static files that any web server or artifact store holds.

index.html, runs/ID.html, metrics/NAME.html, and assets/, which all pages share. No
page asks for anything outside of the folder; it works from disk as well. Trends are
drawn in the browser by dygraphs: hundreds of charts are not drawn beforehand.
"""

import shutil
import tempfile
from pathlib import Path
from typing import Callable
from urllib.parse import quote

import jinja2

from harness import page, sitedata
from harness.digest import Digest
from harness.errors import Missing, UsageError
from harness.sitedata import History, Night, Trend

DYGRAPHS = Path("/usr/share/javascript/dygraphs")
_LICENCE = Path("/usr/share/doc/libjs-dygraphs/copyright")
_MARKER = Path("assets") / "site.js"
# Runs whose charts are drawn, the latest; a second or two each.
DRAWN = 5
_ALARMS = 30


def build(
    history: History,
    folder: Path,
    digest_of: Callable[[str], Digest | None],
    drawn: int = DRAWN,
) -> None:
    """Build the site as folder, in the place of one that is there.

    digest_of: the digest of a run by its id; None where its records cannot be read.
    drawn: how many of the latest runs have their charts; the others have the tables.
    The site is built under another name and renamed. UsageError where the folder is
    there and no site; Missing without dygraphs.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARKER).is_file():
        raise UsageError(f"{folder}: is there and is no site; name another folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        _fill(history, fresh, digest_of, drawn)
        fresh.chmod(0o755)
        _replace(folder, fresh)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _replace(folder: Path, fresh: Path) -> None:
    """Give the fresh site its name; the old one is gone only after that."""
    if not folder.exists():
        fresh.rename(folder)
        return
    old = fresh.with_name(f"{fresh.name}.old")
    folder.rename(old)
    try:
        fresh.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old)


def _fill(
    history: History,
    folder: Path,
    digest_of: Callable[[str], Digest | None],
    drawn: int,
) -> None:
    for name in ("assets", "runs", "metrics"):
        (folder / name).mkdir()
    environment = page.environment()
    environment.globals.update(policy=page.SITE_POLICY, when=sitedata.when, link=quote)
    _assets(environment, folder / "assets")
    answer = _runs(history, environment, folder / "runs", digest_of, drawn)
    nights = {night.run: night for night in history.nights}
    template = environment.get_template("metric.html")
    for trend in history.trends:
        path = folder / "metrics" / f"{sitedata.slug(trend.metric)}.html"
        _write(path, _metric(template, trend, nights))
    index = environment.get_template("index.html").render(
        history=history,
        latest=history.nights[-1] if history.nights else None,
        answer=answer,
        marks=sitedata.latest_marks(history.trends, _ALARMS),
        items=[sitedata.item(trend) for trend in history.trends],
    )
    _write(folder / "index.html", index)


def _runs(
    history: History,
    environment: jinja2.Environment,
    folder: Path,
    digest_of: Callable[[str], Digest | None],
    drawn: int,
) -> Digest | None:
    """Write the runs' pages; return the latest run that has an answer on costs."""
    marked = sitedata.by_run(history.trends)
    found: Digest | None = None
    for number, night in enumerate(reversed(history.nights)):
        made = digest_of(night.run)
        path = folder / f"{night.run}.html"
        if made is None:
            text = environment.get_template("unreadable.html").render(night=night)
        else:
            text = page.render(
                made,
                environment=environment,
                raw=night.raw,
                site=True,
                drawn=number < drawn,
                marks=marked.get(night.run),
            )
            if found is None and made.designs.rows and made.good:
                found = made
        _write(path, text)
    return found


def _metric(template: jinja2.Template, trend: Trend, nights: dict[str, Night]) -> str:
    return template.render(
        trend=trend,
        name=str(trend.metric),
        unit=sitedata.unit(trend),
        better=sitedata.better(trend),
        item=sitedata.item(trend),
        drawn=sitedata.drawn(trend),
        nights=nights,
    )


def _assets(environment: jinja2.Environment, folder: Path) -> None:
    """Put what all pages share there: style, script, and dygraphs with its licence."""
    style = environment.get_template("style.css").render()
    _write(folder / "site.css", style)
    _write(folder / "site.js", environment.get_template("site.js").render())
    try:
        for name in ("dygraph.min.js", "dygraph.min.css"):
            shutil.copyfile(DYGRAPHS / name, folder / name)
        shutil.copyfile(_LICENCE, folder / "dygraph-copyright.txt")
    except FileNotFoundError:
        raise Missing("the site needs dygraphs: apt-get install libjs-dygraphs")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
