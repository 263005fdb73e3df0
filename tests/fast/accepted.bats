#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Accepted changes: the command, its file, and which metrics an acceptance is of.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "accept records who accepted what, since when and why, and says how many metrics" {
	py <<'EOF'
import os
from pathlib import Path
import fixtures
fixtures.saved(Path(os.environ["TMP"]), 1, variants=("dom0-hook", "dom0-iommu"))
EOF
	run=20261123T151201-quick-000001
	metric=dom0-hook/micro/linear/2048/insn/map_single-4096/map.p50
	run ./bouncemark accept "$metric" --since "$run" --why "a check more" --who me --results "$TMP"
	[ "$status" -eq 0 ]
	[ "$output" = "accepted: 1 metric since 20261123T151201-quick-000001; recorded in $TMP/accepted.jsonl" ]
	run ./bouncemark accept 'dom0-hook/*' --since 20261123T151201-quick-000001 --why 'all "of" it' --results "$TMP"
	[ "$status" -eq 0 ]
	[[ "$output" == "accepted: 28 metrics since"* ]]
	py <<'EOF'
import os
from pathlib import Path
from harness import accepting
found = accepting.read(Path(os.environ["TMP"]) / "accepted.jsonl")
assert [(one.metric.split("/")[-1], one.why, one.who) for one in found] == [
    ("map.p50", "a check more", "me"), ("*", 'all "of" it', None)]
assert {one.since for one in found} == {"20261123T151201-quick-000001"}
assert all(one.when.startswith("20") and one.when.endswith("Z") for one in found)
EOF
	cp "$TMP/accepted.jsonl" "$TMP/before"
	refused() {
		run ./bouncemark accept "$@" --results "$TMP"
		[ "$status" -eq 2 ]
		[ "${#lines[@]}" -eq 1 ]
		cmp "$TMP/accepted.jsonl" "$TMP/before"
	}
	refused "$metric" --since nowhere --why x
	[[ "$output" == *"run nowhere: no such in $TMP"* ]]
	refused "$metric" --since 20261123T151201-quick-000001 --why " "
	[[ "$output" == *"must say why"* ]]
	refused map.p50 --since 20261123T151201-quick-000001 --why x
	[[ "$output" == *"allowed is VARIANT/WORKLOAD/"* ]]
	refused "native-plain/*" --since 20261123T151201-quick-000001 --why x
	[[ "$output" == *"run 20261123T151201-quick-000001 has none of that name"* ]]
	# A damaged file is not added to.
	printf '{"metric"' >>"$TMP/accepted.jsonl"
	cp "$TMP/accepted.jsonl" "$TMP/before"
	run ./bouncemark accept "$metric" --since 20261123T151201-quick-000001 --why x --results "$TMP"
	[ "$status" -eq 3 ]
	[[ "$output" == *"accepted.jsonl: line 3: is cut off"* ]]
	cmp "$TMP/accepted.jsonl" "$TMP/before"
}

@test "a damaged line is told of by its number, and what a line may have" {
	py <<'EOF'
import json, os
from pathlib import Path
import fixtures
from harness import accepted, accepting

path = Path(os.environ["TMP"]) / "accepted.jsonl"
assert accepting.read(path) == ()
good = {"metric": "a/*", "since": "r1", "why": "w", "when": "2026-01-31T23:59:59Z", "who": None}
def text(**changes):
    return json.dumps({**good, **changes}) + "\n"
assert accepted.parse("", path) == ()
one = accepted.parse(text(), path)[0]
assert accepted.parse(accepted.line(one), path) == (one,)
without = json.dumps({key: value for key, value in good.items() if key != "who"}) + "\n"
assert accepted.parse(without, path) == (one,)
for bad, sentence in (
    ("{]\n", "line 2: is not JSON"),
    ("\n", "line 2: is not JSON"),
    ("[]\n", "line 2: is no object"),
    (text(why=""), "line 2: why: must be a string, and not empty"),
    (text(since=5), "line 2: since: must be a string"),
    (text(who=5), "line 2: who: must be a string"),
    (text(when="yesterday"), "line 2: when: yesterday: must be UTC like"),
    (text(colour="red"), "line 2: colour: allowed are metric, since, why, when, who"),
    (text()[:-1], "line 2: is cut off"),
    ("{}\n", "line 2: metric: must be a string"),
):
    found = fixtures.refusal(accepted.parse, text() + bad, path)
    assert found.startswith(f"{path}: {sentence}"), found
path.write_bytes(b"\xff\n")
assert "byte 0: is not UTF-8" in fixtures.refusal(accepting.read, path)
EOF
}

@test "an acceptance covers the metrics of its pattern, and the latest run counts" {
	py <<'EOF'
from harness import accepted
from harness.accepted import Acceptance

def one(metric, since):
    return Acceptance(metric, since, f"{metric} {since}", "2026-01-01T00:00:00Z")

names = ("dom0-hook/a/x.p50", "dom0-hook/b/x.p50", "dom0-pool/a/x.p50")
runs = ("r1", "r2", "r3")
found = accepted.starts(
    [one("dom0-hook/*", "r2"), one("dom0-hook/a/x.p50", "r1"), one("*/b/x.p50", "r3"), one("*", "gone")],
    names, runs)
assert {index: (start.night, start.by.why) for index, start in found.items()} == {
    0: (1, "dom0-hook/* r2"), 1: (2, "*/b/x.p50 r3")}
# Of the same run the later line counts.
found = accepted.starts([one("*", "r2"), one(names[2], "r2")], names, runs)
assert found[2].by.metric == names[2]
assert accepted.starts([one("dom0-hook", "r1")], names, runs) == {}
# Only * is special.
assert not one("dom0-hook/?/x.p50", "r1").covers(names[0])
assert one("dom0-hook/a/x.*", "r1").covers(names[0])
assert not one("dom0-hook/a/x*50", "r1").covers("dom0-hook/a/y.p50")
assert [bad.since for bad in accepted.unknown([one("*", "r1"), one("*", "gone")], runs)] == ["gone"]
EOF
}
