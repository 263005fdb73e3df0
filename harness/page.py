# SPDX-License-Identifier: GPL-2.0-only
"""The page of a run: HTML in one file that needs no network and runs no script.

What it says is the digest's (digest.py, pagedata.py, *charts.py), how it looks the
templates'. Every string goes through inert.plain and is escaped by jinja2: nothing
of a record is ever HTML. The only markup put in is the charts' SVG, which an XML
library wrote.
"""

from pathlib import Path
from typing import Any, Mapping, Sequence
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from harness import (
    costcharts,
    inert,
    iocharts,
    pagedata,
    sitedata,
    spreadcharts,
    validation,
)
from harness.chartdata import Chart, Table
from harness.digest import Digest

# No script, no request: what slips through all else is still dead.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
SITE_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline' file:; "
    "script-src 'self' file:; img-src data:"
)
_TEMPLATES = Path(__file__).parent / "templates"


def html(digest: Digest, raw: str = "") -> str:
    """Return the page of a run.

    raw: the folder of its records, relative to where the page will be; "" leaves
    the links out.
    """
    made = environment()
    made.globals.update(policy=POLICY, when=sitedata.when)
    return render(digest, environment=made, raw=raw)


def render(
    digest: Digest,
    *,
    environment: jinja2.Environment,
    raw: str = "",
    site: bool = False,
    drawn: bool = True,
    marks: Table | None = None,
) -> str:
    """Return the page of a run, by itself or as a page of the site.

    drawn: with its charts, and not only their tables: drawing takes a second or
    two. marks: what the site knows that changed in this run.
    """
    costs = costcharts.costs(digest.designs)
    run = validation.trusted(digest.run, digest.designs.validated)
    spread = [chart for chart in [spreadcharts.distributions(run)] if chart]
    io = iocharts.all_of(run)
    charts = {"costs": costs, "spread": spread, "io": io}
    return environment.get_template("run.html").render(
        digest=digest,
        made=digest.run.manifest,
        tables=_tables(digest),
        charts=charts,
        drawings=_drawings([*costs, *spread, *io]) if drawn else {},
        sections=_sections(digest, charts, marks),
        raw=quote(raw, safe="/."),
        site=site,
        marks=marks,
        most_troubles=pagedata.MOST_TROUBLES,
    )


def environment() -> jinja2.Environment:
    """Return the templates: they escape everything, and refuse what is not given."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["first"] = inert.first
    return made


def _finalize(value: Any) -> Any:
    """Make a string of a record inert; what the templates made themselves passes."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    if len(value) <= inert.ROOM and value.isprintable():
        return value
    return inert.plain(value)


def _drawings(charts: Sequence[Chart]) -> Mapping[str, Markup]:
    """Draw the charts; matplotlib is loaded only here."""
    from harness import charts as drawing

    return {one.name: Markup(drawing.draw(one)) for one in charts if one.panels}


def _tables(digest: Digest) -> Mapping[str, Any]:
    makers = (
        pagedata.troubles,
        pagedata.differences,
        pagedata.io,
        pagedata.matrix,
        pagedata.validation,
        pagedata.defects,
        pagedata.validated,
        pagedata.mutants,
        pagedata.environment,
        pagedata.engagements,
    )
    return {maker.__name__: maker(digest) for maker in makers}


def _sections(
    digest: Digest, charts: Mapping[str, Sequence[Chart]], marks: Table | None
) -> list[tuple[str, str]]:
    """Return the ids and names of the sections that the page has."""
    found = (
        ("answer", "Answer", True),
        ("nights", "What changed", bool(marks)),
        ("costs", "Designs", bool(digest.designs.rows)),
        ("latency", "Latency", bool(charts["spread"])),
        ("io", "Real I/O", bool(charts["io"] or digest.io)),
        ("drivers", "Drivers", bool(digest.matrix.cells)),
        ("validation", "Validation", True),
        ("environment", "Environment", True),
        ("cells", "Cells", True),
    )
    return [(name, text) for name, text, here in found if here]
