#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Busy instructions: the plugin that counts them, in a made-up QEMU of each version of
# the interface, and the reader of what it writes.

setup_file() {
	load ../lib/common
	load ../lib/plugins
	checked_plugins
}

setup() {
	load ../lib/records
	export OUT=$BATS_FILE_TMPDIR TMP=$BATS_TEST_TMPDIR
}

@test "what is between the marks is counted, idle loops apart, in every version" {
	py <<'EOF'
import json, os, subprocess
from pathlib import Path
import plugin_cases

out, tmp = Path(os.environ["OUT"]), Path(os.environ["TMP"])
GUEST = """
block before 50 nop read nop
block start 100 WHOLE jmp
block work 1000 nop read nop write nop
block sleep 2000 nop read nop jmp
block edge 1ff0 nop nop nop nop nop nop nop nop nop nop nop nop nop nop nop nop nop nop
block windows 110 WINDOWS jmp
block end 500 nop END jmp
"""
RUN = "run 0 before\nrun 0 start\n" + "run 0 work\n" * 3 + "run 0 sleep\n" * 2
RUN += "run 0 edge\nrun 0 end\nrun 0 work\nrun 0 windows\nrun 0 work\nrun 0 end\n"
(tmp / "script").write_text(plugin_cases.script(GUEST + RUN))
for api in range(1, 6):
    words = [out / f"qemu{api}", out / "busy.so", tmp / "script", "vcpus=1", "--"]
    words += [f"out={tmp}/busy.jsonl", "idle=2000-2010", "idle=9000-9001"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert not done.returncode and not done.stderr, (api, done)
    head, first, second, end = map(json.loads, (tmp / "busy.jsonl").open())
    assert head["type"] == "head" and end == {"type": "end", "steps": 2}
    # Three times work, sixteen of edge before the idle ones, and end's nop.
    assert (first["busy"], first["idle"]) == (15 + 16 + 1, 8 + 2), (api, first)
    assert (second["busy"], second["idle"]) == (5 + 1, 0), (api, second)
EOF
}

@test "its words are checked" {
	: >"$TMP/script"
	for words in "idle=10-20" "out=$TMP/f idle=20-10" "out=$TMP/f idle=1" \
		"out=$TMP/f idle=x-y" "out=$TMP/f out=$TMP/g" "out=$TMP/f top=1" \
		"out=$TMP/none/f"; do
		# shellcheck disable=SC2086
		run "$OUT/qemu3" "$OUT/busy.so" "$TMP/script" -- $words
		echo "$words: $output"
		[ "$status" -eq 1 ]
		[[ "$output" == "bouncemark plugin: "* ]]
	done
}

@test "the reader takes a whole file and nothing else" {
	py <<'EOF'
import json, os
from pathlib import Path
import trees
from harness import busy
from harness.errors import HarnessError

path = Path(os.environ["TMP"]) / "busy.jsonl"
good = [
    {"type": "head", "format": 1, "plugin_api": 1},
    {"type": "step", "step": 0, "busy": 7, "idle": 1},
    {"type": "step", "step": 1, "busy": 0, "idle": 0},
    {"type": "end", "steps": 2},
]

def write(lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))

write(good)
assert busy.load(path, ["a", "b"]) == {"a": 7, "b": 0}
for lines, words in (
    (good[:-1], "has 3 lines"),
    (good[:2] + good[3:], "has 3 lines"),
    ([{**good[0], "format": 2}, *good[1:]], "line 1"),
    ([good[0], good[2], good[2], good[3]], "line 2: is not step 0"),
    ([good[0], {**good[1], "busy": -1}, *good[2:]], "line 2: busy"),
    ([good[0], {**good[1], "busy": "7"}, *good[2:]], "line 2: busy"),
    ([*good[:3], {"type": "end", "steps": 3}], "line 4"),
    ([*good[:2], 5, good[3]], "line 3: is no JSON object"),
):
    write(lines)
    said = trees.refusal(HarnessError, busy.load, path, ["a", "b"])
    assert words in said and str(path) in said, said
path.write_bytes(b"\xff\n" * 4)
assert str(path) in trees.refusal(HarnessError, busy.load, path, ["a", "b"])
path.unlink()
assert str(path) in trees.refusal(HarnessError, busy.load, path, ["a", "b"])
EOF
}
