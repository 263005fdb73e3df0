#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Bisections, with the whole command, of a kernel's git tree made up for the tests: 16
# commits, one makes it slower, one wrong; some do not build or boot.

setup_file() {
	load ../lib/records
	load ../lib/nights
	nights "$BATS_FILE_TMPDIR"
	bench list profiles >/dev/null
}

setup() {
	load ../lib/records
	load ../lib/nights
	nights "$BATS_FILE_TMPDIR"
	export TMP=$BATS_TEST_TMPDIR RUNS=$BATS_TEST_TMPDIR/runs
}

WHO=(-c user.name=a -c user.email=a@example.org)
METRIC=native-iommu/work/linear/2048/insn/map-64/map.min

# bisect WORDS...: of the tree, in the runs of $RUNS.
bisect() {
	run bench bisect --results "$RUNS" --kernel "$TREE" "$@"
	echo "$output"
}

@test "the commit that made it slower is found, and said by fresh boots as well" {
	before=$(git -C "$TREE" for-each-ref; git -C "$TREE" status --porcelain; cat "$TREE/.git/HEAD")
	bisect --good c0 --bad c12 --metric "$METRIC"
	[ "$status" -eq 0 ]
	[[ "$output" == *"blame: $(git -C "$TREE" rev-parse c6)"* ]]
	[[ "$output" == *"       number 6"*"       a <a@example.org>, 20"* ]]
	[[ "$output" == *"$METRIC
  40 -> 47 (+7, +18 %)
  parent in 1 fresh boot: 40
  commit in 1 fresh boot: 47"* ]]
	# A boot for each line, and the two ends.
	boots=$(grep -cE '^(good|bad|again)' <<<"$output")
	[[ "$output" == *"  $((boots + 2)) boots of work@native-iommu/linear/2048 in all"* ]]
	[ "$boots" -le 7 ]
	# The user's tree is as it was.
	after=$(git -C "$TREE" for-each-ref; git -C "$TREE" status --porcelain; cat "$TREE/.git/HEAD")
	[ "$before" = "$after" ]
	py <<'PY'
import json, os
from pathlib import Path

(folder,) = (Path(os.environ["RUNS"]) / "bisect").iterdir()
data = json.loads((folder / "blame.json").read_text())
assert data["subject"] == "number 6" and [b["value"] for b in data["after"]] == [47, 47], data
assert "git bisect start" in (folder / "git-bisect.log").read_text()
# Of all kernels only the one that the metric is of was built.
designs = {d for p in (folder / "runs").glob("*/run.json") for d in json.loads(p.read_text())["kernels"]}
assert designs == {"iommu"}, designs
PY
	# What was found is told again, without a boot.
	bisect --good c0 --bad c12 --metric "$METRIC"
	[ "$status" -eq 0 ]
	[[ "$output" == *"$((boots + 2)) boots are known already"*"  $((boots + 2)) boots of "* ]]
}

@test "the commit that broke a case is found behind one that does not build" {
	bisect --good c7 --bad c12 --metric case@native-iommu
	[ "$status" -eq 0 ]
	[[ "$output" == *"blame: $(git -C "$TREE" rev-parse c11)"* ]]
	[[ "$output" == *"  PASS -> FAIL (step map-64: copy-in: made up)"* ]]
}

@test "where only commits that do not build or boot are left, they are told of" {
	bisect --good c12 --bad c16 --metric case@native-iommu
	[ "$status" -eq 3 ]
	[[ "$output" == *"no cell passes at the good end and is FAIL or CRASH at the bad one: good is FAIL (step map-64: copy-in: made up)"* ]]
	git -C "$TREE" checkout -q c7
	git -C "$TREE" checkout -q -b faulty
	echo dies >>"$TREE/init/main.c"
	git -C "$TREE" "${WHO[@]}" commit -q -a -m 'does not boot'
	sed -i '/dies/d' "$TREE/init/main.c"
	echo wrong >>"$TREE/init/main.c"
	git -C "$TREE" "${WHO[@]}" commit -q -a -m 'boots, and is wrong'
	bisect --good c7 --bad faulty --metric case@native-iommu/linear/2048
	git -C "$TREE" checkout -q c0
	git -C "$TREE" branch -q -D faulty
	[ "$status" -eq 3 ]
	[[ "$output" == *"skip  "*"does not boot: CRASH (early exit"* ]]
	[[ "$output" == *"bouncemark: it is one of 2 commits, and which cannot be told:
    "*"  boots, and is wrong
    "*"  does not boot: skipped: CRASH (early exit"* ]]
}

@test "killed with SIGKILL again and again it goes on, and boots nothing twice" {
	py <<'PY'
import json, os, signal, subprocess, time
from pathlib import Path
import made

runs = Path(os.environ["RUNS"])
words = ["bisect", "--results", runs, "--kernel", os.environ["TREE"]]
words += ["--good", "c0", "--bad", "c7"]
words += ["--metric", "native-iommu/work/linear/2048/insn/map-64/map.min"]
kept: list = []
kills = 0
for round in range(30):
    process = made.started(*words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    wanted = len(kept) + 1
    while process.poll() is None:
        states = list(runs.glob("bisect/*/state.json"))
        if states and len(json.loads(states[0].read_text())["boots"]) >= wanted:
            process.kill()
            break
        time.sleep(0.01)
    said = process.communicate()[0]
    (state,) = runs.glob("bisect/*/state.json")
    now = json.loads(state.read_text())["boots"]
    assert now[: len(kept)] == kept, (kept, now)
    kept = now
    if process.returncode != -signal.SIGKILL:
        break
    kills += 1
assert process.returncode == 0 and "number 6" in said and kills >= 3, (kills, said)
asked = [(boot["commit"], boot["purpose"]) for boot in kept]
assert len(set(asked)) == len(asked), asked
PY
}

@test "what cannot be bisected is refused in a sentence" {
	bisect --good c0 --bad c5 --metric "$METRIC"
	[ "$status" -eq 3 ]
	[[ "$output" == *"bouncemark: $METRIC: the ends do not differ: good 40, bad 40" ]]
	bisect --good c5 --bad c0 --metric "$METRIC"
	[ "$status" -eq 2 ]
	[ "$output" = "bouncemark: --good c5: must be a commit before --bad c0" ]
	bisect --good nowhere --bad c0 --metric "$METRIC"
	[ "$status" -eq 2 ]
	[ "$output" = "bouncemark: nowhere: $TREE has no such git commit" ]
	bisect --good c0 --bad c5 --metric speed
	[ "$status" -eq 2 ]
	[ "$output" = "bouncemark: metric speed: allowed is VARIANT/WORKLOAD/P2M/MEMORY/CLOCK/STEP/NAME; or CASE@VARIANT or CASE@VARIANT/P2M/MEMORY" ]
	bisect --good c0 --bad c5 --metric case@native-iommu/linear/1
	[ "$status" -eq 2 ]
	[ "$output" = "bouncemark: case case@native-iommu/linear/1: allowed are case@native-iommu/linear/2048" ]
	run bench bisect --results "$RUNS" --good c0 --bad c5 --metric "$METRIC" --kernel "$MADE/repo"
	[ "$status" -eq 2 ]
	[ "$output" = "bouncemark: --kernel $MADE/repo: must be the top of a git tree" ]
}

@test "noise decides nothing: boots in the wall clock are three, and must be apart" {
	py <<'PY'
from harness import bisectrule
from harness.bisectrule import Boot
from harness.errors import HarnessError
from harness.record import Kind, Verdict
import trees

question = bisectrule.parse("native-iommu/work/linear/2048/wall/map-64/map.min")
kind = Kind("native-iommu", "work", "linear", 2048)

def boots(*values, verdict=Verdict.PASS, built=True):
    return [Boot("c", "search", "work", verdict, "said", v, built, "run") for v in values]

ends = bisectrule.ends(question, [kind], boots(10, 11, 12), boots(20, 21, 22))
assert (ends.good, ends.bad) == (11, 21)
said = trees.refusal(HarnessError, bisectrule.ends, question, [kind], boots(10, 11, 20), boots(20, 21, 22))
assert "the ends do not differ: good 10, 11, 20, bad 20, 21, 22" in said, said
side = lambda *words, **more: bisectrule.side(boots(*words, **more), ends)[0]
assert side(9, 15, 40) == "good" and side(9, 17, 40) == "bad"
assert side(None, verdict=Verdict.CRASH) == "skip" and side(None, built=False) == "skip"
wanted = lambda *words, **more: bisectrule.wanted(boots(*words, **more), "wall")
assert wanted(1, 2) and not wanted(1, 2, 3) and not wanted(None, built=False)
# The harness's own fault gets one more chance, and only one.
error = boots(None, verdict=Verdict.ERROR)
assert bisectrule.wanted(error, "insn") and not bisectrule.wanted(error * 2, "insn")
assert not bisectrule.wanted(boots(1), "insn")
PY
}
