#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Nights, with the whole command: of a checkout and a kernel's git tree made up for the
# tests, with a script in the place of QEMU.

setup_file() {
	load ../lib/records
	load ../lib/nights
	nights "$BATS_FILE_TMPDIR"
	# What all tests begin with: two nights in which nothing happened.
	export RUNS=$MADE/two
	bench list profiles >/dev/null
	at c0
	night
	echo "$output" >"$MADE/first"
	echo "$status" >"$MADE/first.status"
	at c1
	night
	echo "$output" >"$MADE/second"
	echo "$status" >"$MADE/second.status"
}

setup() {
	load ../lib/records
	load ../lib/nights
	nights "$BATS_FILE_TMPDIR"
	export TMP=$BATS_TEST_TMPDIR RUNS=$BATS_TEST_TMPDIR/runs
	cp -r "$MADE/two" "$RUNS"
	at c1
}

METRIC=native-iommu/work/linear/2048/insn/map-64/map.min

@test "the first night has no baseline and says so; the second finds nothing" {
	cat "$MADE/first" "$MADE/second"
	[ "$(cat "$MADE/first.status")" -eq 0 ]
	grep -q '^bouncemark nightly: no regression$' "$MADE/first"
	grep -q '^The first night: there is no baseline to judge it by yet.$' "$MADE/first"
	[ "$(cat "$MADE/second.status")" -eq 0 ]
	grep -q '^2 of 2 cells passed$' "$MADE/second"
	grep -q '^6 metrics were held against 1 earlier night$' "$MADE/second"
	# Account, summary and reports are there.
	folders=("$RUNS"/nightly/*-night-*)
	[ "${#folders[@]}" -eq 2 ]
	for file in night.json summary.txt report.txt report.json junit.xml; do
		[ -s "${folders[1]}/$file" ]
	done
	diff "${folders[1]}/summary.txt" <(sed "s,$RUNS,$MADE/two," "$MADE/second")
}

@test "a regression is booted once more and told with its size, and how to find it" {
	at c6
	night --notify "cat >$TMP/mail"
	[ "$status" -eq 1 ]
	[ "${lines[0]}" = "once more: work@native-iommu/linear/2048" ]
	[ "${lines[1]}" = "bouncemark nightly: REGRESSION" ]
	[[ "$output" == *"REGRESSIONS: 6 metrics"* ]]
	flat=$(tr -s ' \n' ' ' <<<"$output")
	[[ "$flat" == *" $METRIC 40 -> 47 ticks (+7, +18 %); 1 more boot agrees "* ]]
	good=$(git -C "$TREE" rev-parse --short=12 c1)
	bad=$(git -C "$TREE" rev-parse --short=12 c6)
	[[ "${flat//\\ /}" == *"./bouncemark bisect --kernel $TREE --good $good --bad $bad --metric "* ]]
	# The command's standard input had the summary, and nothing is wider than a mail.
	diff "$TMP/mail" "$(find "$RUNS/nightly" -name summary.txt | sort | tail -n 1)"
	run grep -E '.{73}' "$TMP/mail"
	[ "$status" -eq 1 ]
	# As long as it stands it is told, and no longer booted again.
	night
	[ "$status" -eq 1 ]
	[[ "$output" != *"once more"* ]]
	# What it says to paste makes the same again, where the night is.
	shown=$(sed -n '/^To reproduce:/,/^$/p' <<<"$output" | sed 1d)
	before=("$RUNS"/*-nightly-*)
	PATH=$MADE/bin:$PATH PYTHONPATH="$REPO:$REPO/tests/lib" bash -c "${shown/.\/bouncemark/$PY $MADE/bench.py}"
	after=("$RUNS"/*-nightly-*)
	[ "${#after[@]}" -eq "$((${#before[@]} + 1))" ]
	grep -q '"p50": 47' "${after[-1]}"/cells/*/cell.json
	# Once it is accepted it is no regression.
	rm -r "${after[-1]}"
	since=$(find "$RUNS" -maxdepth 1 -name '*-nightly-*' | sort | tail -n 1)
	bench accept --results "$RUNS" --since "${since##*/}" --why wanted 'native-iommu/work/*'
	night
	[ "$status" -eq 0 ]
}

@test "a run that somebody made of the profile is no night" {
	# As the summary's "To reproduce" makes it; the night after finds the change itself.
	at c6
	bench run --profile nightly --results "$RUNS" --kernel "$TREE"
	night
	[ "$status" -eq 1 ]
	[[ "$output" == *"held against 2 earlier nights"* ]]
	flat=$(tr -s ' \n' ' ' <<<"$output")
	[[ "$flat" == *" $METRIC 40 -> 47 ticks (+7, +18 %); 1 more boot agrees "* ]]
	[[ "$output" == *"To find the commit:"* ]]
}

@test "an improvement is no failure, and is what counts from then on" {
	at c6
	export RUNS=$TMP/own
	night
	at c5
	night
	[ "$status" -eq 0 ]
	[[ "$output" == *"Improvements, the baseline from now on: 6 metrics"* ]]
	night
	[ "$status" -eq 0 ]
	[[ "$output" != *Improvements* ]]
	at c6
	night
	[ "$status" -eq 1 ]
	night
	[ "$status" -eq 1 ]
	flat=$(tr -s ' \n' ' ' <<<"$output")
	[[ "$flat" == *" $METRIC 40 -> 47 ticks (+7, +18 %); since "* ]]
}

@test "what got better with a variant that is wrong is no baseline until it is right" {
	at c6
	export RUNS=$TMP/own
	night
	at c5
	git -C "$TREE" checkout -q -b wrong
	echo wrong >>"$TREE/init/main.c"
	night
	[ "$status" -eq 4 ]
	[[ "$output" == *"Better, and no baseline: wrong: 6 metrics"* ]]
	[[ "$output" != *Improvements* ]]
	# Mended as it was before: nothing has got worse.
	git -C "$TREE" checkout -q -f c6
	git -C "$TREE" branch -q -D wrong
	night
	[ "$status" -eq 0 ]
	[[ "$output" != *REGRESSION* ]]
	at c5
	night
	[ "$status" -eq 0 ]
	[[ "$output" == *"Improvements, the baseline from now on: 6 metrics"* ]]
}

@test "a change that the second boot does not have is ERROR, and never a silent pass" {
	export FAKE_DRIFT=$TMP/drift
	night
	[ "$status" -eq 3 ]
	[[ "$output" == *"bouncemark nightly: ERROR"*"NOT REPRODUCIBLE: 6 metrics"* ]]
	flat=$(tr -s ' \n' ' ' <<<"$output")
	[[ "$flat" == *" $METRIC was 40; the first boot said 41, the second 43 "* ]]
}

@test "a case that passed before is named, and comes before a regression" {
	at c11
	night
	[ "$status" -eq 4 ]
	[[ "$output" == *"bouncemark nightly: WRONG"*"REGRESSIONS: 6 metrics"* ]]
	flat=$(tr -s ' \n' ' ' <<<"$output")
	[[ "$flat" == *" case@native-iommu/linear/2048: FAIL, passed before step map-64: copy-in: made up "* ]]
	[[ "${flat//\\ /}" == *" --metric case@native-iommu/linear/2048 "* ]]
	night
	[ "$status" -eq 4 ]
	[[ "$output" == *"case@native-iommu/linear/2048: FAIL, not so for the first time"* ]]
}

@test "a case that fails only as a known defect does is no failure, and is told" {
	cp "$MADE/repo/bench/workloads/case.toml" "$TMP/case.toml"
	mkdir "$TMP/more"
	cat "$TMP/case.toml" - >"$TMP/more/case.toml" <<-'TOML'

		[[finding]]
		id = "F9"
		step = "map-64"
		shows = "copy-in: made up"
		variants = ["native-iommu"]

		[[finding]]
		id = "F9"
		step = "sync-64"
		shows = "copy-in: made up"
		variants = ["native-iommu"]
	TOML
	at c5
	git -C "$TREE" checkout -q -b known
	echo wrong >>"$TREE/init/main.c"
	night --workloads-from "$TMP/more"
	git -C "$TREE" checkout -q -f c5
	git -C "$TREE" branch -q -D known
	[ "$status" -eq 0 ]
	[[ "$output" == *"* known defect F9: "*"copy-in: made up"* ]]
}

@test "a command that fails, or takes for ever, changes no verdict and is told of" {
	night --notify 'cat >/dev/null; exit 7'
	[ "$status" -eq 0 ]
	[[ "$output" == "bouncemark: --notify: cat >/dev/null; exit 7: exit status 7"* ]]
	py <<'PY'
import time
from harness import notify

begin = time.monotonic()
said = notify.tell("sleep 60 & sleep 60", "text", 0.3)
assert said == "--notify: sleep 60 & sleep 60: not done after 0 s", said
assert time.monotonic() - begin < 10
# Who does not read its input has not failed.
assert notify.tell("exec 0<&-; exit 0", "x" * 1000000) == ""
PY
}

@test "commands to paste fit into a mail, and a shell reads them as one" {
	py <<'PY'
import random, subprocess
from harness import nighttext

chance = random.Random(1)
letters = "abcdefghij0123456789/-._"
for number in range(60):
    words = ["printf", "%s\\n"]
    for _ in range(6):
        length = chance.choice([1, 10, 40, 66, 67, 68, 69, 70, 71, 72, 90, 200])
        words.append("".join(chance.choice(letters[:-2]) for _ in range(length)))
    words.append("with blank and 'quote'")
    lines = nighttext.shell(words)
    assert all(len(line) <= nighttext.WIDTH for line in lines), lines
    done = subprocess.run(["sh", "-c", "\n".join(lines)], capture_output=True, text=True)
    assert done.stdout.splitlines() == words[2:], (lines, done)
PY
}

@test "what is refused is refused in a sentence" {
	night --debug
	[ "$status" -eq 2 ]
	[ "$output" = "bouncemark: unrecognized arguments: --debug" ]
	night --case work
	[ "$status" -eq 2 ]
	[ "$output" = "bouncemark: case work: allowed are case" ]
	echo '{}' >"$(find "$RUNS/nightly" -name night.json | sort | tail -n 1)"
	night
	[ "$status" -eq 3 ]
	[[ "$output" == *"/night.json: schema: version None is unknown here, 1 is known"* ]]
}

@test "of all that holds the worst is the status: wrong, not known, regression, none" {
	py <<'PY'
import dataclasses
from harness import nightverdict
from harness.exact import What
from harness.findings import Finding, State
from harness.nightverdict import Ended, Outcome, Unrepeatable
from harness.record import Kind, Verdict
from harness.series import Metric

metric = Metric("native-iommu", "work", "linear", 2048, "insn", "map-64", "map.min")
found = Finding(metric, "ticks", What.REGRESSION, State.EXACT, "run", 40.0, 47.0, True)
cell = lambda verdict: (Ended(Kind("v", "w", "linear", 1), verdict, "said", None),)
whole = Outcome(
    planned=2,
    wrong=cell(Verdict.CRASH),
    unknown=cell(Verdict.ERROR),
    skipped=0,
    findings=(found,),
    unrepeatable=(Unrepeatable(metric, 1.0, 2.0, None),),
    judged=1,
    first=False,
    notes=(),
)
statuses = [whole.status]
for fields in ({"wrong": ()}, {"unknown": ()}, {"unrepeatable": ()}, {"findings": ()}):
    whole = dataclasses.replace(whole, **fields)
    statuses.append(whole.status)
assert statuses == [4, 3, 3, 1, 0], statuses
# Where nothing could run nothing is known; a candidate is no regression yet.
assert dataclasses.replace(whole, skipped=2).status == 3
young = dataclasses.replace(found, state=State.CANDIDATE)
assert dataclasses.replace(whole, findings=(young,)).status == 0
# A second boot without a value, or another one, is no confirmation.
for again, held, lost in (({metric: 47.0}, 1, 0), ({metric: 46.0}, 0, 1), ({}, 0, 1)):
    one, other = nightverdict.repeated([found], again)
    assert (len(one), len(other)) == (held, lost)
# What stands, or is noisy, is not booted again here.
stands = dataclasses.replace(found, new=False)
assert nightverdict.repeated([stands], {}) == ((stands,), ())
PY
}

@test "what is to be pasted has the clock, and where runs and workloads are" {
	py <<'PY'
import shlex
from harness import nighttext
from harness.exact import What
from harness.findings import Finding, State
from harness.nighttext import Subject
from harness.nightverdict import Outcome
from harness.series import Metric

metric = Metric("native-iommu", "work", "linear", 2048, "wall", "map-64", "map.min")
found = Finding(metric, "ticks", What.REGRESSION, State.CONFIRMED, "run", 40.0, 47.0, True)
whole = Outcome(2, (), (), 0, (found,), (), 1, False, ())
options = ("--results", "/my runs", "--workloads-from", "/more")
subject = Subject("night", "/linux", "/linux", "b" * 40, "a" * 40, "wall", 3, "/folder", options)
said = nighttext.text(whole, subject).replace("\\\n", " ")
lines = [shlex.split(line) for line in said.splitlines() if "./bouncemark" in line]
again = ["./bouncemark", "run", "--profile", "nightly", "--workload", "work"]
again += ["--variant", "native-iommu", "--clock", "wall", "--kernel", "/linux@" + 12 * "b"]
search = ["./bouncemark", "bisect", "--kernel", "/linux", "--good", 12 * "a", "--bad", 12 * "b"]
assert lines == [[*again, *options], [*search, "--metric", str(metric), *options]], lines
PY
}
