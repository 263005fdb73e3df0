#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Questions: their files, the run that has the answer, and the answer.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "every question that is shipped loads, and its workload boots for its variants" {
	py <<'EOF'
from harness import paths, question, workload
from harness.designs import variant

repo = paths.repo()
works = workload.load_all(repo.workloads)
found = [question.load(path) for path in repo.questions.glob("*.toml")]
assert "dma32" in [asked.name for asked in found]
for asked in found:
    assert asked.workload in works, (asked.name, asked.workload)
    for name in (asked.baseline, *asked.variants):
        assert variant(name).boot in works[asked.workload].boots, (asked.name, name)
EOF
}

@test "a wrong question is refused in one sentence: the file, the member, what is allowed" {
	py <<'EOF'
import os
from pathlib import Path
import trees
from harness import question
from harness.errors import UsageError

path = Path(os.environ["TMP"]) / "mine.toml"
good = '''
text = """what does
   it cost?"""
workload = "micro"
baseline = "native-plain"
variants = ["dom0-iommu", "dom0-hook"]
'''
path.write_text(good)
made = question.Question(
    "mine", "what does it cost?", "micro", "native-plain", ("dom0-iommu", "dom0-hook")
)
assert question.load(path) == made
for old, new, said in (
    ("workload", "[workload", "not TOML: "),
    ("workload =", "works =", "works: allowed are text, workload, baseline, variants"),
    ('workload = "micro"', "", "workload: must be a string"),
    ('"micro"', '""', "workload: must be a string"),
    ('"native-plain"', '"dom0-plain"', "baseline: variant dom0-plain: allowed are "),
    ('"native-plain"', '"dom0-hook"', "variants: dom0-hook is the baseline"),
    ('["dom0-iommu", "dom0-hook"]', "[]", "variants: must be a list of names"),
    ('"dom0-iommu"', '"native-pool"', "variants: variant native-pool: allowed are "),
):
    assert good.count(old) == 1, old
    path.write_text(good.replace(old, new))
    found = trees.refusal(UsageError, question.load, path)
    assert found.startswith(f"{path}: {said}") and "\n" not in found, found
EOF
}

@test "the answer: a row per operation, medians, bounce rates, differences to the baseline" {
	py <<'EOF'
import fixtures
from harness import answer, compare, question
from harness.record import Bounce, Verdict
from harness.validation import State

names = ("dom0-iommu", "dom0-hook", "dom0-pool", "dom0-exchange")
asked = question.Question("q", "What does it cost?", "micro", "native-plain", names)
variants = ("native-plain", *names)
half = {("dom0-pool", "map_single-64"): Bounce(1000, 0, 500, 0, 0, 0)}
run = fixtures.run(variants=variants, bounces=half, drops={"dom0-exchange": ["sync-4096"]})
found = question.answer(asked, run, ())
assert len(found.rows) == len(fixtures.OPERATIONS)
assert (found.run, found.unit) == (run.manifest.id, "instructions")
row = next(r for r in found.rows if (r.label, r.key.series) == ("map_single 4096", "map"))
assert row.baseline.p50 == 54 and [p.figure.p50 for p in row.points] == [274, 124, 164, 279]
assert [p.difference.ticks for p in row.points] == [220, 70, 110, 225]
text = answer.text(found, 200)
assert text.startswith("What does it cost?\n\n")
lines = text.splitlines()

def line_of(*words):
    (line,) = [line for line in lines if line.split()[: len(words)] == list(words)]
    return line

line = line_of("map_single", "4096", "map")
assert line.split() == (
    "map_single 4096 map 54 0% 274 0% +220 +407.4% 124 0% +70 +129.6% "
    "164 0% +110 +203.7% 279 0% +225 +416.7%"
).split(), line
line = line_of("map_single", "4096", "mask32", "map")
assert line.split().count("100%") == 5, line
line = line_of("map_single", "64", "map")
assert line.split()[-7:] == "150 50% work 265 0% +225 +562.5%".split(), line
assert "work: differs in work: bounced: dom0-pool mask 50%, native-plain no." in text
line = line_of("sync", "4096", "sync_for_cpu")
assert line.split()[-2:] == ["?", "?"], line
assert "?: dom0-exchange: not measured." in text
line = line_of("coherent", "65536", "alloc")
assert line.split()[4] == "-", line
for width in (80, 100, 200):
    shown = answer.text(found, width)
    assert all(len(line) <= width for line in shown.splitlines()), width
    for number in ("274", "+220", "+407.4%", "100%"):
        assert number in shown.split(), (width, number)
# A design that failed validation is named and has no column.
states = (State("dom0-iommu", Verdict.PASS, "good"), State("dom0-hook", Verdict.FAIL, "bad"))
refused = question.answer(asked, run, states)
text = answer.text(refused, 200)
assert "dom0-hook: no verdict, it failed validation in run bad." in text
assert " 124 " not in text and " 274 " in text and "hook" not in text.split("\n\n")[1]
assert "validated: dom0-iommu PASS (good); dom0-hook FAIL (bad)." in text
plain = compare.to_json(refused)
assert plain["kind"] == "answer" and plain["question"]["text"] == "What does it cost?"
assert plain["rows"][0]["points"][0]["difference"]["ticks"] == 220
assert plain["rows"][0]["points"][1]["figure"]["reason"].startswith("no verdict, ")
EOF
}

@test "the answer: natively p2m is linear, whatever it is beside it" {
	py <<'EOF'
import fixtures
from harness import question

asked = question.Question("q", "?", "micro", "native-plain", ("dom0-iommu",))
both = fixtures.run(variants=("native-plain", "dom0-iommu"), more=[("dom0-iommu", "scattered", 2048)])
found = question.answer(asked, both, ())
assert len(found.rows) == 2 * len(fixtures.OPERATIONS)
for row in found.rows:
    assert row.label.endswith(row.key.p2m) and row.points[0].difference.ticks is not None
only = fixtures.run(variants=("native-plain",), more=[("dom0-iommu", "scattered", 2048)])
found = question.answer(asked, only, ())
assert len(found.rows) == len(fixtures.OPERATIONS)
assert all(row.points[0].difference.ticks is not None for row in found.rows)
EOF
}

@test "compare --question takes the latest run that has it all, or names what makes one" {
	py <<'EOF'
import dataclasses, json, os
from pathlib import Path
import fixtures, trees
from commands import refused, said
from harness import paths, record
from harness.record import Verdict

tmp = Path(os.environ["TMP"])
root = paths.repo().root
paths.repo = lambda: paths.Repo(tmp / "repo")
trees.bench(tmp / "repo")
question = '''
text = "What does it cost?"
workload = "micro"
baseline = "native-plain"
variants = ["dom0-iommu", "dom0-hook"]
'''
trees.write(tmp / "repo/bench/questions", {"cost.toml": question})
runs = tmp / "runs"
ask = ("compare", "--results", str(runs), "--question", "cost")
refused(2, "question costs: allowed are cost", *ask[:-1], "costs")
hint = (
    f"question cost: no run in {runs} has the answer; make one with: bouncemark run "
    "--workload micro --variant native-plain --variant dom0-iommu --variant dom0-hook "
    f"--results {runs}"
)
refused(2, hint, *ask)
refused(2, "compare: give runs or --question, not both", *ask, "a")
fixtures.saved(runs, 9, variants=fixtures.VARIANTS[:5])
fixtures.saved(runs, 8, ends={"dom0-hook": (Verdict.FAIL, "no")})
going = fixtures.saved(runs, 7)
record.save_manifest(
    dataclasses.replace(going.manifest, finished=None, verdict=None), going.path
)
debug = fixtures.saved(runs, 6)
record.save_manifest(dataclasses.replace(debug.manifest, debug=True), debug.path)
(runs / "zzz").mkdir()
(runs / "zzz/run.json").write_text("{")
refused(2, hint, *ask)
fixtures.saved(runs, 1)
best = fixtures.saved(runs, 2)
status, text, errors = said(*ask)
assert (status, errors) == (0, "") and f"Run {best.manifest.id}." in text, text
assert text.startswith("What does it cost?") and "not validated: native-plain" in text
status, text, _ = said(*ask, "--json")
assert status == 0 and json.loads(text)["run"] == best.manifest.id
assert said("list", "questions") == (0, "cost  What does it cost?\n", "")
EOF
}
