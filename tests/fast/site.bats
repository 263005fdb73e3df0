#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# report --history: the site over the runs that are there, and what is marked on it.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "every run and every metric has its page, and changes are marked" {
	py <<'EOF'
import os
from pathlib import Path
import archives

runs = Path(os.environ["TMP"]) / "runs"
for number, plus in enumerate((0, 0, 46, 46, 0)):
    archives.night(runs, number, plus)
(runs / "20261103T030000-broken-00000f").mkdir()
status, out, errors = archives.command(
    "report", "--history", "--results", runs, "--output", runs.parent / "site"
)
site = runs.parent / "site"
assert status == 0 and out.split() == [str(site / "index.html")], (out, errors)
pages = {path.name for path in (site / "runs").glob("*.html")}
assert len(pages) == 5, pages
(page,) = site.glob("metrics/dom0-hook-micro-linear-2048-insn-map-single-4096-map.min*")
text = page.read_text()
assert "alarm" in text and "fixed" in text, text[:2000]
(other,) = site.glob("metrics/dom0-iommu-micro-linear-2048-insn-map-single-4096-map.min*")
assert '"kind": "alarm"' not in other.read_text()
EOF
}

@test "steps are alarms for the worse, accepted when somebody has said so, fixed when gone" {
	py <<'EOF'
import numpy
from harness import series, sitedata, trends
from harness.accepted import Acceptance
from harness.storequery import Arrays

metric = series.parse("dom0-hook/micro/linear/2048/insn/map_single-64/map.min")
runs = tuple(f"run{n}" for n in range(8))

def marks(values, direction="lower", acceptances=()):
    found = Arrays((metric,), (series.Kind("ticks", direction),), runs, runs, numpy.array([values]))
    return [(m.kind, m.run) for trend in trends.trends(found, acceptances) for m in trend.marks]

n = numpy.nan
up = [100.0, 100, 100, 146, 146, 146, 146, 146]
assert marks(up) == [("alarm", "run3")]
assert marks(up, "higher") == [("change", "run3")]
assert marks(up, "none") == []
assert marks([100.0, 100, n, 146, 146, 100, 100, 100]) == [("alarm", "run3"), ("fixed", "run5")]
assert marks([5.0] * 8) == []
why = Acceptance(str(metric), "run3", "wanted", "2026-11-01T00:00:00+00:00")
assert marks(up, acceptances=[why]) == [("accepted", "run3")]
EOF
}

@test "a folder that is no site is not touched, and runs beside --history are refused" {
	mkdir "$TMP/site" "$TMP/runs"
	echo mine >"$TMP/site/file"
	run ./bouncemark report --history --results "$TMP/runs" --output "$TMP/site"
	echo "$output"
	[ "$status" -eq 2 ]
	[ "$(cat "$TMP/site/file")" = mine ]
	run ./bouncemark report --history x --results "$TMP/runs"
	[ "$status" -eq 2 ]
}
