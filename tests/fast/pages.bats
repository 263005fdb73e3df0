#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The page of a run and the site over a history, as a parser reads them. What a
# browser makes of them is in browser.bats.

setup_file() {
	load ../lib/records
	# The made-up pages, once for all tests.
	export PAGES=$BATS_FILE_TMPDIR/pages
	"$PY" tests/lib/pages.py "$PAGES"
}

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "page: it is well-formed, one file, and asks for nothing outside of it" {
	py <<'EOF'
import os, re
from pathlib import Path
import pages

for name in ("good", "bad", "io", "hostile"):
    text = (Path(os.environ["PAGES"]) / f"{name}.html").read_text()
    read = pages.Reader(text)
    assert not read.wrong, (name, read.wrong[:5])
    assert not read.all("script"), name
    for element in read.elements:
        for key in ("src", "href", "data", "srcset", "action"):
            value = element.attributes.get(key) or ""
            assert not re.match(r"(?i)\s*([a-z]+:)?//", value), (name, value)
        links = element.attributes.get("href", "") or ""
        assert element.tag != "link" or links == "data:,", links
    assert "@import" not in text and "url(http" not in text
    ids = [e.attributes["id"] for e in read.elements if "id" in e.attributes]
    assert len(ids) == len(set(ids)), [i for i in ids if ids.count(i) > 1][:5]
    wanted = {href[1:] for e in read.all("a") if (href := e.attributes["href"] or "").startswith("#")}
    assert wanted <= set(ids), wanted - set(ids)
EOF
}

@test "page: every chart says what it is and has its table" {
	py <<'EOF'
import os
from pathlib import Path
import pages

found = {}
for name in ("good", "io"):
    read = pages.Reader((Path(os.environ["PAGES"]) / f"{name}.html").read_text())
    figures, drawings = read.all("figure"), read.all("svg")
    assert len(figures) == len(drawings) >= 4, (name, len(figures), len(drawings))
    for figure in figures:
        assert figure.attributes["id"], name
    ids = {e.attributes.get("id"): e.text for e in read.elements}
    for drawing in drawings:
        assert drawing.attributes["role"] == "img"
        for told in drawing.attributes["aria-labelledby"].split():
            assert ids[told].strip(), told
    found[name] = {figure.attributes["id"] for figure in figures}
    # A table in each figure, with headings that say of what.
    text = (Path(os.environ["PAGES"]) / f"{name}.html").read_text()
    for part in text.split("<figure ")[1:]:
        part = part.partition("</figure>")[0]
        assert '<th scope="col"' in part and "<td" in part
assert {"cost-by-size", "cost-unbounced", "cost-bounced", "cost-coherent", "distribution"} <= found["good"]
assert {"bounces", "per-io"} <= found["io"]
EOF
}

@test "page: the charts show the figures of the records" {
	py <<'EOF'
import fixtures, pages
from harness import costcharts, compare, iocharts, spreadcharts

run = fixtures.run()
charts = {one.name: one for one in costcharts.costs(compare.designs(run))}
(maps, unmaps) = charts["cost-by-size"].panels
assert maps.groups == ("64 B", "4 KiB", "64 KiB"), maps.groups
for series in maps.series:
    steps = ("map_single-64", "map_single-4096", "map_single-65536")
    wanted = tuple(fixtures.cost(series.variant, step, "map") for step in steps)
    assert series.values == wanted, (series, wanted)
# swiotlb=force bounces: it is in the table of what does not, and not in its chart.
assert "native-plain+force" not in {one.variant for one in maps.series}
assert "native-plain+force" in charts["cost-by-size"].table.headings
assert "native-plain+force" in {s.variant for s in charts["cost-bounced"].panels[0].series}
curves = spreadcharts.distributions(run)
for panel in curves.panels:
    for one in panel.series:
        shares = [share for _, share in one.points]
        assert shares == sorted(shares) and shares[-1] == 1.0, one
bounces = iocharts.bounces(pages.io())
assert bounces.panels and bounces.table.rows
lines = {one.variant: one.points for one in bounces.panels[0].series}
assert lines["dom0-iommu"] == ((0.0, 0.0), (50.0, 46.0)), lines["dom0-iommu"]
assert lines["native-plain"] == ((0.0, 0.0),), lines["native-plain"]
per_io = iocharts.per_io(pages.io())
values = {(one.variant, one.layout): one.values for one in per_io.panels[0].series}
assert values["dom0-hook", "linear"] == (10500.0, 10500.0), values
EOF
}

@test "page: what is unknown is a question mark, in the table and in the chart" {
	py <<'EOF'
import fixtures, pages
from harness import charts, compare, costcharts

run = fixtures.run(drops={"dom0-hook": ["map_single-4096"]})
(chart, *_) = costcharts.costs(compare.designs(run))
hook = chart.table.headings.index("dom0-hook")
row = next(r for r in chart.table.rows if r[:2] == ("map_single 4096", "map"))
assert row[hook] == "?", row
values = {one.variant: one.values for one in chart.panels[0].series}
assert values["dom0-hook"][1] is None and values["dom0-hook"][0] is not None
assert ">?</text>" in charts.draw(chart)
EOF
}

@test "page: a design that failed its validation has no figure in any chart" {
	py <<'EOF'
import pages
from harness import digest, iocharts, spreadcharts, validation
from harness.record import Verdict
from harness.validation import State

run = pages.io()
failed = (State("dom0-hook", Verdict.FAIL, "20261125T225014-validate-c4f6dc"),)
made = digest.digest(run, {}, validated=failed)
assert not made.good
kept = validation.trusted(made.run, made.designs.validated)
for chart in (spreadcharts.distributions(kept), iocharts.bounces(kept), iocharts.per_io(kept)):
    assert chart.table.rows and chart.panels
    assert "dom0-hook" not in str(chart), chart.name
assert "dom0-hook" in str(iocharts.per_io(run))
EOF
}

@test "page: a run that is not good says so before everything else" {
	py <<'EOF'
import os
from pathlib import Path
import fixtures, pages

text = (Path(os.environ["PAGES"]) / "bad.html").read_text()
read = pages.Reader(text)
(title,) = read.all("title")[:1]
assert title.text.startswith("INCOMPLETE"), title.text
body = text.partition("<body>")[2]
alert = body.index('role="alert"')
assert alert < body.index('id="answer"') and alert < body.index("<nav")
box = next(e for e in read.elements if e.attributes.get("role") == "alert")
for word in ("CRASH", "panic: attempted to kill init", "ERROR", "missing", "dom0-iommu micro", "INCOMPLETE: 3 of 6 cells passed"):
    assert word in box.text, (word, box.text)
good = (Path(os.environ["PAGES"]) / "good.html").read_text()
assert 'role="alert"' not in good and "<title>PASS" in good
cut = fixtures.run()
import dataclasses
made = dataclasses.replace(cut.manifest, finished=None, verdict=None)
text = pages.undrawn(dataclasses.replace(cut, manifest=made))
assert 'role="alert"' in text and "<title>UNFINISHED" in text and "never finished" in text
EOF
}

@test "page: hostile strings are inert, and 10 MB of them are cut short" {
	py <<'EOF'
import os
from pathlib import Path
import hostile_pages as hostile
import pages

allowed = {"script": {"src", "defer", "type", "id"}}
folder = Path(os.environ["PAGES"])
found = [folder / "hostile.html", *(folder / "site").rglob("*.html")]
assert len(found) > 50
for path in found:
    text = path.read_text()
    assert len(text) < 1_000_000, (path, len(text))
    read = pages.Reader(text)
    assert not read.wrong, (path, read.wrong[:3])
    for element in read.elements:
        assert not [key for key in element.attributes if key.startswith("on")], path
        assert element.tag not in ("img", "iframe", "object", "b", "base"), path
        if element.tag == "script":
            kind = element.attributes.get("type")
            assert kind == "application/json" or element.attributes["src"], path
            assert hostile.OWNED not in element.text or kind, path
    for char in ("\x1b", "\x00", "\u202e", "\x85", "\u2028"):
        assert char not in text, (path, char)
    assert "{{" not in text or "{{7*7}}" in text, path
    assert "AAAA" * 1000 not in text and "BBBB" * 1000 not in text
shown = pages.Reader((folder / "hostile.html").read_text())
whole = " ".join(element.text for element in shown.all("td"))
assert hostile.TEXT[:60] in whole and "more]" in whole and r"\x1b[31m\u202e" in whole
EOF
}

@test "page: the same records make the same bytes" {
	py <<'EOF'
import os
from pathlib import Path
import fixtures, pages
from harness import page

run = fixtures.run(1)
text = page.html(pages.digest_of(run), f"../runs/{run.manifest.id}")
assert text == (Path(os.environ["PAGES"]) / "good.html").read_text()
more = {("dom0-hook", "sync-4096", "sync_for_cpu"): 1}
assert pages.undrawn(fixtures.run(1, plus=more)) != pages.undrawn(run)
EOF
}

@test "page: the records are linked, relative to where the page lies" {
	py <<'EOF'
import fixtures, pages

run = fixtures.run(1)
read = pages.Reader(pages.undrawn(run, f"../../runs/{run.manifest.id}"))
links = {e.attributes["href"] for e in read.all("a")}
base = f"../../runs/{run.manifest.id}"
assert f"{base}/run.json" in links
for cell in run.cells:
    assert f"{base}/cells/{cell.id}/cell.json" in links
read = pages.Reader(pages.undrawn(run))
assert all((e.attributes["href"] or "").startswith("#") for e in read.all("a"))
EOF
}

@test "site: a page a run, a page a metric, and every link leads somewhere" {
	py <<'EOF'
import os
from pathlib import Path
from urllib.parse import unquote
import pages

folder = Path(os.environ["PAGES"]) / "site"
assert len(list((folder / "runs").iterdir())) == 41
assert len(list((folder / "metrics").iterdir())) == 13
seen = 0
for path in folder.rglob("*.html"):
    for element in pages.Reader(path.read_text()).elements:
        for key in ("href", "src"):
            link = element.attributes.get(key) or ""
            if not link or link.startswith(("#", "data:")) or "/records/" in link:
                continue
            target = (path.parent / unquote(link.partition("#")[0])).resolve()
            assert target.is_relative_to(folder.resolve()), (path, link)
            assert target.is_file(), (path, link)
            seen += 1
assert seen > 500, seen
EOF
}

@test "site: alarms, changes and what was accepted stand on the index and the pages" {
	py <<'EOF'
import os, tempfile
from pathlib import Path
import nights, pages
from harness import site, sitedata
from harness.sitedata import Mark

history, digest_of = nights.history(5, 3)
run = history.nights[-2].run
marks = tuple(Mark(kind, run, f"why {kind}") for kind in sitedata.KINDS)
import dataclasses
first = dataclasses.replace(history.trends[0], marks=marks)
history = sitedata.History(history.nights, (first, *history.trends[1:]))
folder = Path(os.environ["TMP"]) / "site"
site.build(history, folder, digest_of, drawn=0)
slug = sitedata.slug(first.metric)
for path in ("index.html", f"metrics/{slug}.html", f"runs/{run}.html"):
    text = (folder / path).read_text()
    for kind in sitedata.KINDS:
        assert f"why {kind}" in text, (path, kind)
assert "why alarm" not in (folder / f"runs/{history.nights[0].run}.html").read_text()
data = sitedata.drawn(first)
assert {mark["kind"] for mark in data["marks"]} == set(sitedata.KINDS)
assert len(data["points"]) == len(data["runs"]) == len(first.points)
EOF
}

@test "site: it is replaced whole or not at all, and no other folder is" {
	py <<'EOF'
import os
from pathlib import Path
import nights
from harness import site
from harness.errors import UsageError

folder = Path(os.environ["TMP"]) / "site"
history, digest_of = nights.history(3, 2)
site.build(history, folder, digest_of, drawn=0)
before = {p: p.read_bytes() for p in folder.rglob("*.html")}

def broken(name):
    raise OSError("no space left on device")

try:
    site.build(history, folder, broken, drawn=0)
    raise SystemExit("built all the same")
except OSError:
    pass
assert {p: p.read_bytes() for p in folder.rglob("*.html")} == before
assert [p.name for p in folder.parent.iterdir() if "site" in p.name] == ["site"]
more, digest_of = nights.history(4, 2)
site.build(more, folder, digest_of, drawn=0)
assert len(list((folder / "runs").iterdir())) == 4
mine = Path(os.environ["TMP"]) / "mine"
mine.mkdir()
(mine / "thesis").write_text("x")
try:
    site.build(more, mine, digest_of, drawn=0)
    raise SystemExit("overwrote a folder")
except UsageError as problem:
    assert "is no site" in str(problem)
assert (mine / "thesis").read_text() == "x"
EOF
}

@test "site: a run that cannot be read, or is bad, is told of and never looks good" {
	py <<'EOF'
import dataclasses, os
from pathlib import Path
import nights
from harness import site, sitedata

history, digest_of = nights.history(3, 1)
bad = dataclasses.replace(history.nights[-1], standing="ERROR", good=False, headline="run.json: is not JSON")
history = sitedata.History((*history.nights[:-1], bad), history.trends)
folder = Path(os.environ["TMP"]) / "site"
site.build(history, folder, lambda name: None if name == bad.run else digest_of(name), drawn=0)
index = (folder / "index.html").read_text()
assert index.index('role="alert"') < index.index('id="answer"')
assert "run.json: is not JSON" in index
page = (folder / "runs" / f"{bad.run}.html").read_text()
assert "cannot be read" in page and "ERROR" in page
# The answer is that of a run that is good.
assert f"From run <a href=\"runs/{history.nights[-2].run}.html\"" in index
empty = Path(os.environ["TMP"]) / "empty"
site.build(sitedata.History((), ()), empty, digest_of)
assert "No good run" in (empty / "index.html").read_text()
EOF
}

@test "site: metrics have files of their own, whatever they are called" {
	py <<'EOF'
import hostile_pages as hostile
import nights
from harness import sitedata
from harness.series import Metric

names = [sitedata.slug(one) for one in nights.metrics(500)]
one = Metric("dom0-hook", "micro", "linear", 2048, "insn", "a-b", "c")
two = Metric("dom0-hook", "micro", "linear", 2048, "insn", "a", "b-c")
long = Metric("x" * 400, "micro", "linear", 2048, "insn", "a", "b")
names += [sitedata.slug(m) for m in (one, two, long, hostile.trend([nights.run_of(0)]).metric)]
assert len(set(names)) == len(names)
assert all(set(n) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-") and len(n) < 100 for n in names)
EOF
}

@test "site: a year of 500 metrics is built in time; here a part of it" {
	run "$PY" tests/bench/site.py --nights 40 --metrics 40 --drawn 0 --json
	echo "$output"
	[ "$status" -eq 0 ]
	"$PY" - "$output" <<'EOF'
import json, sys
found = json.loads(sys.argv[1])
assert found["pages"] == 81, found
assert 0 < found["cpu_seconds"] < 30, found
EOF
}
