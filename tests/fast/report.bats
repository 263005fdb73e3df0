#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The command report: what every report says first, its text for mail, Markdown.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
}

@test "a run that is not good says so first, in every text, and why" {
	py <<'EOF'
import digests
from harness import lkml, markdown

good = digests.good()
assert good.good and not good.troubles and not good.cautions
assert lkml.text(good).startswith("PASS: 6 of 6 cells passed.\n")
assert "not the report" not in lkml.text(good) + markdown.text(good)
for name, digest in digests.bad().items():
    assert not digest.good, name
    text = lkml.text(digest)
    head = " ".join(text.split("\n\n")[0].split())
    assert head.startswith(digest.standing) and digest.standing != "PASS", head
    assert "This is not the report of a good run." in head
    for cell in digest.troubles:
        assert f"{cell.word}: {cell.name}" in head and cell.reason in head, head
    for caution in digest.cautions:
        assert caution in head, head
    shown = markdown.text(digest).split("\n\n")
    assert shown[1].startswith(f"**{digest.standing}: "), shown[1]
    assert shown[2] == "**This is not the report of a good run.**"
    assert "Tested-by" not in text and "Reported-by: YOUR NAME" in text
cut = digests.bad()["UNFINISHED"]
assert cut.headline == "UNFINISHED: 5 of 6 cells passed, 1 never ended."
(lost,) = cut.troubles
assert (lost.word, lost.verdict, lost.seconds) == ("missing", None, None)
failed = digests.bad()["failed validation"]
assert not [m for m, _, _ in failed.points if m.variant == "dom0-hook"]
EOF
}

@test "a run with the kernel's own checks says what its costs are worth" {
	py <<'EOF'
import dataclasses
import digests, fixtures
from harness import lkml

run = fixtures.run()
manifest = dataclasses.replace(run.manifest, debug=True)
digest = digests.of(dataclasses.replace(run, manifest=manifest))
head = lkml.text(digest).split("\n\n")[0]
assert "their costs mean nothing" in " ".join(head.split()), head
assert digest.command.endswith("--debug"), digest.command
EOF
}

@test "text for mail: 72 columns of ASCII, no line that mail or git would take" {
	py <<'EOF'
import re
import digests, hostile
from harness import lkml

runs = [digests.good(), *digests.bad().values()]
for digest in (*runs, digests.of(hostile.made(halves=True))):
    text = lkml.text(digest)
    assert text.isascii() and text.endswith("\n") and len(text) < 1 << 20
    for line in text.splitlines():
        assert len(line) <= 72 and line == line.rstrip(), line
        assert line.isprintable() or not line, line
        # git's mailinfo ends a message at these; mail quotes a From.
        assert not re.match(r"---(\s|$)|--- \S|diff -|Index: |From ", line), line
for line in ("---", "--- a/x", "diff -u a b", "Index: x", "From nobody"):
    assert lkml._harmless(line) == f" {line}"
assert lkml._harmless("--------- ---") == "--------- ---"
EOF
}

@test "text for mail: git reads the trailers, a shell the command" {
	py <<'EOF'
import os
from pathlib import Path
import digests
from harness import lkml

tmp = Path(os.environ["TMP"])
(tmp / "good").write_text("x\n\n" + lkml.trailer(digests.good()) + "\n")
(tmp / "bad").write_text("x\n\n" + lkml.trailer(digests.bad()["CRASH"]) + "\n")
long = "./say " + " ".join(f"--kernel='/a b/{i}/{'x' * (20 * i)}'" for i in range(1, 9))
text = lkml._command(long)
assert max(map(len, text.splitlines())) <= 72 and text.count("\n") > 8
(tmp / "command").write_text(text.replace("./say", "printf '%s\\n'") + "\n")
(tmp / "wanted").write_text(long.replace("./say", "printf '%s\\n'") + "\n")
EOF
	run git interpret-trailers --parse "$TMP/good"
	[ "$output" = "Tested-by: YOUR NAME <you@example.org> # bouncemark quick: 6/6 cells" ]
	run git interpret-trailers --parse "$TMP/bad"
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[0]} == "Reported-by: YOUR NAME <"*"5/6 cells, CRASH" ]]
	[[ ${lines[1]} == "Closes: "* ]]
	[ "$(bash "$TMP/command")" = "$(bash "$TMP/wanted")" ]
	[ "$(sh "$TMP/command" | wc -l)" -eq 8 ]
}

@test "the command that makes a run again names what the profile does not" {
	py <<'EOF'
import dataclasses
import digests, fixtures
from harness.source import DEFAULT

run = fixtures.run()


def command(source=f"{DEFAULT} (0123)", run=run, **changes):
    kernels = {n: dataclasses.replace(k, source=source) for n, k in run.manifest.kernels.items()}
    manifest = dataclasses.replace(run.manifest, kernels=kernels, **changes)
    return digests.of(dataclasses.replace(run, manifest=manifest)).command


assert command() == "./bouncemark run --profile quick"
assert command("/src/my linux@v6.13 (01)").endswith("'--kernel=/src/my linux@v6.13'")
assert command(clock="wall", accelerator="kvm").endswith("--clock wall --accelerator kvm")
few = fixtures.run(variants=["dom0-iommu", "dom0-hook"])
assert command(run=few).endswith("quick --variant dom0-iommu --variant dom0-hook")
assert command(profile="mutant-no_flush") == "./bouncemark mutants no_flush"
# What a record does not tell is not made up.
assert command(profile="explain") == ""
assert command("/a\nb (01)") == ""
planned = tuple(dataclasses.replace(p, workload="my_own") for p in run.manifest.planned)
assert command(planned=planned, cells=()) == ""
EOF
}

@test "hostile strings stay text in Markdown, and ten megabytes stay small" {
	py <<'EOF'
import re
import digests, hostile
from harness import csvfile, inert, junit, kcidb, ktap, lkml, markdown, openmetrics, reportjson

digest = digests.of(hostile.made(halves=True))
for module in (csvfile, junit, kcidb, ktap, lkml, markdown, openmetrics, reportjson):
    text = module.text(digest)
    assert 1000 < len(text.encode()) < 1 << 20, (module.__name__, len(text))
    lines = re.sub("[\r\n]", "", text)
    assert lines.isprintable(), module.__name__
text = markdown.text(digest)
for what in ("<script", "<img", "](", "http://", "https://", "www.evil", "@all", "#1 ", "`id`", "&x;"):
    assert what not in text, what
widths = {line.count("|") for line in text.split("## What ran")[1].split("\n\n")[1].splitlines()}
assert widths == {4}, widths
assert "map_single 64" in text
assert inert.bounded(hostile.HUGE, 10) == "A<b>A<b>A<...[10,485,750 more]"
assert inert.csv("=1+1") == "'=1+1" and inert.csv(" @x") == "' @x"
assert inert.csv("\t=x") == r"\t=x" and inert.csv("1-1") == "1-1"
assert inert.plain("a\x1b[0m\n\u202e\ud800\ufffe") == r"a\x1b[0m\n\u202e\ud800\ufffe"
EOF
}

@test "report writes one format to the output or a file, all of them to a folder" {
	py <<'EOF'
import json, os
from pathlib import Path
import fixtures, hostile
from commands import refused, said

tmp = Path(os.environ["TMP"])
runs = tmp / "runs"
at = ("--results", str(runs))
refused(2, f"no runs in {runs}; make one with", "report", *at)
first = fixtures.saved(runs, 1)
last = hostile.saved(runs, 2)
refused(2, f"run nope: no such in {runs}", "report", "nope", *at)
refused(2, "invalid choice: 'pdf'", "report", "--format", "pdf", *at)
refused(2, "is not there", "report", "--output", tmp / "no/x.txt", *at)
status, text, err = said("report", *at)
# Of the last run, whose cells failed: the report was made all the same.
assert (status, err) == (0, "") and text.startswith("CRASH: 1 of 6 cells passed, ")
status, text, err = said("report", first.manifest.id, *at)
assert (status, err) == (0, "") and text.startswith("PASS: 6 of 6 cells passed.\n")
status, text, _ = said("report", first.manifest.id, "--against", last.manifest.id, *at)
assert status == 0 and "What changed" in text
file = tmp / "run.json"
status, text, _ = said("report", first.manifest.id, "--format", "json", "--output", str(file), *at)
assert (status, text) == (0, "") and json.loads(file.read_text())["run"] == first.manifest.id
refused(2, "a folder is needed", "report", "--format", "all", "--output", file, *at)
status, text, err = said("report", first.manifest.id, last.manifest.id, "--format", "all", *at)
assert (status, err) == (0, ""), err
for run in (first, last):
    folder = tmp / "reports" / run.manifest.id
    made = {path.name for path in folder.iterdir()}
    assert made == {
        "report.txt", "report.md", "report.html", "report.json", "report.csv",
        "junit.xml", "report.ktap", "bouncemark.prom", "kcidb.json",
    }, made
    assert all(str(folder / name) in text for name in made)
(runs / first.manifest.id / "run.json").write_text("{")
refused(3, "is not JSON", "report", first.manifest.id, *at)
EOF
}

@test "a validation's report has its cases, and the score of the bugs planted" {
	py <<'EOF'
import dataclasses
import digests, fixtures
from harness import lkml, markdown
from harness.mutants import Outcome, Result

run = fixtures.run(ends={"dom0-hook": (fixtures.record.Verdict.FAIL, "lost a page")})
manifest = dataclasses.replace(run.manifest, profile="validate")
tried = (
    Result("no_flush", Outcome.CAUGHT, "stale data"),
    Result("off_by_one", Outcome.NOT_CAUGHT, "oracle found nothing wrong"),
)
digest = digests.of(dataclasses.replace(run, manifest=manifest), tried=tried)
assert "mutation score: 1 of 2 (50 %)." in digest.answer
assert "0 of 1 cases passed wherever they were planned; not: micro." in digest.answer
for text in (lkml.text(digest), markdown.text(digest)):
    assert "NOT CAUGHT" in text and "off_by_one" in text and "5/6" in text
EOF
}
