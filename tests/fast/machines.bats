#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Reports for machines, each read by a parser or a schema that is not ours.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR XSD=$REPO/tests/lib/junit.xsd
}

# made: write JUnit and KTAP of a good run, of bad ones and of a hostile one to TMP.
made() {
	py <<'EOF'
import os
from pathlib import Path
import digests, hostile
from harness import junit, ktap

tmp = Path(os.environ["TMP"])
runs = {"good": digests.good(), "hostile": digests.of(hostile.made(halves=True))}
runs |= {name.replace(" ", "-"): digest for name, digest in digests.bad().items()}
for name, digest in runs.items():
    for module, end in ((junit, "xml"), (ktap, "tap")):
        (tmp / f"{name}.{end}").write_text(module.text(digest))
EOF
}

@test "JUnit: valid by its schema, and junitparser counts what the run has" {
	made
	xmllint --noout --schema "$XSD" "$TMP"/*.xml
	py <<'EOF'
import os
from pathlib import Path
from junitparser import Error, Failure, JUnitXml, Skipped

tmp = Path(os.environ["TMP"])


def suite(name):
    (found,) = JUnitXml.fromfile(str(tmp / f"{name}.xml"))
    cases = list(found)
    results = [r for case in cases for r in case.result]
    counts = [sum(isinstance(r, t) for r in results) for t in (Failure, Error, Skipped)]
    assert counts == [found.failures, found.errors, found.skipped], (name, counts)
    assert found.tests == len(cases) == 7, (name, found.tests)
    assert cases[0].name == "as a whole"
    return counts, cases


assert suite("good")[0] == [0, 0, 0]
# The run as a whole is bad in each of them, whatever its cells are.
wanted = {
    "CRASH": [2, 0, 0],
    "FAIL": [2, 0, 0],
    "ERROR": [0, 2, 0],
    "SKIP": [0, 1, 1],
    "UNFINISHED": [0, 2, 0],
    "INCOMPLETE": [0, 2, 0],
    "failed-validation": [1, 0, 0],
    "difference": [1, 0, 0],
}
for name, counts in wanted.items():
    found, cases = suite(name)
    assert found == counts and cases[0].result, (name, found)
_, cases = suite("CRASH")
(crash,) = [case for case in cases if case.classname.endswith("dom0-hook")]
assert crash.result[0].message == "why CRASH" and crash.result[0].type == "CRASH"
EOF
}

@test "KTAP: TAP::Parser reads it, and finds the same cells bad" {
	made
	cat >"$TMP/read.pl" <<'EOF'
use strict; use warnings; use TAP::Parser;
for my $file (@ARGV) {
	my $text = do { open my $in, '<', $file or die; local $/; <$in> };
	my $parser = TAP::Parser->new({ tap => $text });
	$parser->run;
	my ($name) = $file =~ m{([^/]*)\.tap$};
	printf "%s planned %d run %d failed %d skipped %d errors %d\n", $name,
	    $parser->tests_planned, $parser->tests_run, scalar $parser->failed,
	    scalar $parser->skipped, scalar $parser->parse_errors;
}
EOF
	run perl "$TMP/read.pl" "$TMP"/*.tap
	echo "$output"
	[[ $output == *"good planned 7 run 7 failed 0 skipped 0 errors 0"* ]]
	[[ $output == *"CRASH planned 7 run 7 failed 2 skipped 0 errors 0"* ]]
	[[ $output == *"ERROR planned 7 run 7 failed 2 skipped 0 errors 0"* ]]
	[[ $output == *"SKIP planned 7 run 7 failed 1 skipped 1 errors 0"* ]]
	[[ $output == *"UNFINISHED planned 7 run 7 failed 2 skipped 0 errors 0"* ]]
	[[ $output == *"failed-validation planned 7 run 7 failed 1 skipped 0 errors 0"* ]]
	[[ $output == *"hostile planned 7 run 7 failed 5 skipped 1 errors 0"* ]]
	run prove -e cat "$TMP/good.tap"
	[ "$status" -eq 0 ]
	run prove -e cat "$TMP/CRASH.tap"
	[ "$status" -ne 0 ]
}

@test "KTAP: the kernel's own parser finds the same cells bad" {
	made
	tools=$(echo "${XDG_CACHE_HOME:-$HOME/.cache}"/bouncemark/sources/*/tools/testing/kunit)
	[ -e "${tools%% *}/kunit_parser.py" ] || skip "no kernel source is unpacked yet"
	cat >"$TMP/read.py" <<'EOF'
import contextlib, io, os, sys
sys.path.insert(0, sys.argv[1])
# It keeps the standard output that it finds when it is loaded.
with contextlib.redirect_stdout(io.StringIO()):
    import kunit_parser
for name in sys.argv[2:]:
    with contextlib.redirect_stdout(io.StringIO()):
        lines = open(f"{os.environ['TMP']}/{name}.tap").read().splitlines()
        found = kunit_parser.parse_run_tests(lines)
    c = found.counts
    print(name, c.passed, c.failed, c.crashed, c.skipped, c.errors, len(found.subtests))
EOF
	run "$PY" -B "$TMP/read.py" "${tools%% *}" good CRASH SKIP hostile
	echo "$output"
	[ "$output" = "good 7 0 0 0 0 7
CRASH 5 2 0 0 0 7
SKIP 5 1 0 1 0 7
hostile 1 5 0 1 0 7" ]
}

@test "OpenMetrics: its parser and Prometheus' older one read the same figures" {
	py <<'EOF'
import dataclasses, datetime
import digests, hostile
from harness import inert, openmetrics
from prometheus_client import parser as older
from prometheus_client.openmetrics import parser


def samples(digest):
    text = openmetrics.text(digest)
    found = []
    for module in (parser, older):
        families = list(module.text_string_to_metric_families(text))
        assert {family.type for family in families} == {"gauge"}
        every = [sample for family in families for sample in family.samples]
        assert all(sample.timestamp is None for sample in every)
        found.append([(s.name, tuple(sorted(s.labels.items())), s.value) for s in every])
    assert found[0] == found[1]
    assert len({sample[:2] for sample in found[0]}) == len(found[0])
    return found[0]


def named(found, name):
    return [(dict(labels), value) for n, labels, value in found if n == f"bouncemark_{name}"]


good = digests.good()
found = samples(good)
assert named(found, "run_good") == [({"profile": "quick"}, 1)]
assert named(found, "run_cells") == [({"profile": "quick", "ended": "PASS"}, 6)]
when = datetime.datetime(2026, 11, 23, 15, 14, tzinfo=datetime.timezone.utc)
assert named(found, "run_finished_seconds")[0][1] == when.timestamp()
figures = named(found, "figure")
assert len(figures) == len(good.points) == 6 * 14 * 2
wanted = {"variant": "dom0-hook", "step": "map_single-64", "name": "map.p50"}
(one,) = [v for labels, v in figures if wanted.items() <= labels.items()]
assert one == 110, one
for name, digest in digests.bad().items():
    assert named(samples(digest), "run_good")[0][1] == 0, name
cut = samples(digests.bad()["UNFINISHED"])
# Unknown is not there; it is never 0.
assert not named(cut, "run_finished_seconds")
assert len(named(cut, "cell_passed")) == 5
assert ({"profile": "quick", "ended": "missing"}, 1) in named(cut, "run_cells")
# Of a label that would end the line, and begin one that says that all is well.
for word in hostile.WORDS:
    run = hostile.made(halves=True)
    manifest = dataclasses.replace(run.manifest, profile=word)
    evil = samples(digests.of(dataclasses.replace(run, manifest=manifest)))
    ((labels, good),) = named(evil, "run_good")
    assert good == 0 and labels["profile"] == inert.plain(word), (word, labels)
EOF
}

@test "CSV: a row for the run, each cell and each figure, and no formula" {
	py <<'EOF'
import csv, io
import digests, hostile
from harness import csvfile


def rows(digest):
    text = io.StringIO(csvfile.text(digest), newline="")
    return list(csv.DictReader(text, strict=True))


good = digests.good()
found = rows(good)
assert found[0]["what"] == "run" and found[0]["standing"] == "PASS"
assert [r["standing"] for r in found if r["what"] == "cell"] == ["PASS"] * 6
figures = [r for r in found if r["what"] == "figure"]
assert len(figures) == len(good.points)
key = ("dom0-iommu", "sync-4096", "sync_for_cpu.min")
(one,) = [r for r in figures if (r["variant"], r["step"], r["name"]) == key]
assert float(one["value"]) == 316
assert (one["direction"], one["unit"]) == ("lower", "ticks"), one
for name, digest in digests.bad().items():
    first = rows(digest)[0]
    assert first["what"] == "run" and first["standing"] != "PASS", name
for digest in (good, digests.of(hostile.made(halves=True))):
    for row in rows(digest):
        assert None not in row and len(row) == len(csvfile.MEMBERS)
        for name, text in row.items():
            assert text.isprintable(), text
            assert name == "value" or text[:1] not in tuple("=+-@"), text
EOF
}

@test "JSON and KCIDB fit their schemas, and say first how the run stands" {
	py <<'EOF'
import json
import jsonschema
import digests, hostile
from harness import kcidb, paths, reportjson

folder = paths.repo().root / "results"
checks = {}
for name in ("report", "kcidb"):
    rules = json.loads((folder / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(rules)
    dates = jsonschema.FormatChecker()
    checks[name] = jsonschema.Draft202012Validator(rules, format_checker=dates)


def both(digest):
    found = []
    for name, module in (("report", reportjson), ("kcidb", kcidb)):
        data = json.loads(module.text(digest))
        checks[name].validate(data)
        found.append(data)
    return found


report, ci = both(digests.good())
assert report["good"] and report["standing"] == "PASS" and not report["troubles"]
assert len(report["figures"]) == 6 * 14 * 2
statuses = [test["status"] for test in ci["tests"]]
assert statuses[:7] == ["PASS"] * 7 and set(statuses[7:]) == {"DONE"}
wanted = {
    "CRASH": "FAIL",
    "FAIL": "FAIL",
    "ERROR": "ERROR",
    "SKIP": "SKIP",
    "UNFINISHED": "MISS",
    "INCOMPLETE": "MISS",
    "failed validation": "FAIL",
    "difference": "FAIL",
}
for name, digest in digests.bad().items():
    report, ci = both(digest)
    assert not report["good"] and (report["troubles"] or report["cautions"]), name
    assert ci["tests"][0]["status"] == wanted[name], (name, ci["tests"][0])
    assert ci["tests"][0]["comment"].startswith(digest.headline)
    # Nothing refers to what is not there, nothing is there twice.
    for of, to in (("builds", "checkouts"), ("tests", "builds")):
        ids = [item["id"] for item in ci[to]]
        assert len(set(ids)) == len(ids), name
        assert {item[f"{to[:-1]}_id"] for item in ci[of]} <= set(ids), name
both(digests.of(hostile.made(halves=True)))
# The schemas can refuse.
report["good"] = "yes"
ci["tests"][0]["status"] = "CRASH"
assert not checks["report"].is_valid(report) and not checks["kcidb"].is_valid(ci)
EOF
}
