#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The results channel: what the guest's code writes, the harness reads; what
# was torn or altered on the way is never taken for a result.

setup_file() {
	load ../lib/common
	make -s -C bench/guest O="$BATS_FILE_TMPDIR" sample
	for variant in 0 1 2 3 4; do
		: >"$BATS_FILE_TMPDIR/stream$variant"
		"$BATS_FILE_TMPDIR/emit_sample" \
			"$BATS_FILE_TMPDIR/stream$variant" "$variant"
	done
}

setup() {
	load ../lib/common
	export TMP=$BATS_FILE_TMPDIR
}

# fuzz ROUNDS HARNESS: streams of every variant against the parser in a folder.
fuzz() {
	PYTHONPATH=$2 timeout 60 "$PY" -B tests/lib/frame_fuzz.py "${SEED:-1}" "$1" \
		"$TMP"/stream[0-3]
}

# broken EXPRESSION: fuzz a copy of the parser that sed EXPRESSION has changed;
# succeeds if the fuzzing notices.
broken() {
	cp -r harness "$BATS_TEST_TMPDIR/harness"
	sed -i "$1" "$BATS_TEST_TMPDIR/harness/frames.py"
	run cmp harness/frames.py "$BATS_TEST_TMPDIR/harness/frames.py"
	[ "$status" -eq 1 ]
	run fuzz 40 "$BATS_TEST_TMPDIR"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == "file "* ]]
}

@test "what the guest's code writes is read as it was meant" {
	PYTHONPATH=. "$PY" -B - <<'EOF'
import os
from harness import frames

with open(os.environ["TMP"] + "/stream1", "rb") as file:
    stream = frames.parse(file.read())
assert stream.damage is None and stream.complete and not stream.torn
hello = stream.hello
assert hello is not None and hello.cell == "0123456789abcdef" and hello.cpus == 1
assert stream.facts == {
    "dma.ops": "xen_swiotlb_map_page",
    "dma.max_mapping_size": 2**64 - 1,
    "symbol.xen_p2m_addr": True,
    "swiotlb.used_after": 0,
}
steps = {step.name: step for step in stream.steps}
assert list(steps) == [
    "map_single-4096", "map_sg-4096x16", "nothing", "mb", "r", "f", "s"
]
single = steps["map_single-4096"]
assert single.kind == "dmabench" and single.end.status == "ok"
assert [series.series for series in single.series] == ["map", "unmap", "probe"]
assert single.series[0].hist == ((95, 20000),) and single.series[0].min == 95
assert single.counts.mapped == 20000 and single.counts.missed == 156
assert len(steps["map_sg-4096x16"].series[0].hist) == 7
assert steps["nothing"].series[0].hist == () and steps["nothing"].series[0].max == 0
assert steps["mb"].values[0].value == 898156 and steps["mb"].counts is None
assert steps["r"].values[0].value == "Linux"
assert steps["s"].end.status == "fail"
assert steps["f"].outputs == {"fio.json": "{}\n", "fio.stderr": "a?b"}
assert steps["s"].outputs == {}
EOF
}

@test "a long output is cut between characters, and joined again" {
	PYTHONPATH=. "$PY" -B - <<'EOF'
import os
from harness import frames, payloads

with open(os.environ["TMP"] + "/stream4", "rb") as file:
    stream = frames.parse(file.read())
assert stream.complete, stream.damage
(step,) = stream.steps
count = (3 * 65536 - 4) // 4
assert step.outputs["fio.json"] == "x" + "\U0001f600" * count
assert step.outputs["fio.stderr"] == "x" * 65536
assert step.outputs["perf.csv"] == "\x80" * 3 * 65536
assert step.outputs["perf.stderr"] == ""
parts = {}
for output in stream.records(payloads.Output):
    parts.setdefault(output.name, []).append(len(output.text.encode()))
assert parts["fio.json"][0] == 65533 and max(parts["fio.json"]) <= 65536
assert [len(parts[name]) for name in ("fio.stderr", "perf.csv")] == [1, 3]
EOF
}

@test "outputs become files of the cell's folder" {
	PYTHONPATH=. "$PY" -B - <<'EOF'
import os
from pathlib import Path
from harness import collect, frames

folder = Path(os.environ["BATS_TEST_TMPDIR"])
data = Path(os.environ["TMP"], "stream4").read_bytes()
collect.keep_outputs(frames.parse(data), folder)
found = {path.name: path.stat().st_size for path in folder.glob("outputs/long/*")}
assert found == {
    "fio.json": 3 * 65536 - 3,
    "fio.stderr": 65536,
    "perf.csv": 2 * 3 * 65536,
    "perf.stderr": 0,
}, found
cut = data.index(b"fio.json") + 200000
collect.keep_outputs(frames.parse(data[:cut]), folder / "torn")
torn = (folder / "torn/outputs/long/fio.json").read_text()
assert torn and (folder / "outputs/long/fio.json").read_text().startswith(torn)
collect.keep_outputs(frames.parse(b""), folder / "none")
assert not (folder / "none").exists()
EOF
}

@test "any text arrives, bytes that are not UTF-8 as their number" {
	PYTHONPATH=. "$PY" -B - <<'EOF'
import os
from harness import frames

with open(os.environ["TMP"] + "/stream2", "rb") as file:
    stream = frames.parse(file.read())
assert stream.complete, stream.damage
facts = stream.facts
for value in range(1, 256):
    assert facts[f"byte.{value}"] == chr(value), value
assert facts["quotes"] == '"\\/" BM1 0 2 00000000 {}\n'
assert facts["utf8"] == "grüß \U0001f600"
assert facts["torn"] == "\xe2\x82"
assert stream.hello.cmdline == 'a="\xff\x01" b'
EOF
}

@test "nothing at all is neither complete nor damaged" {
	PYTHONPATH=. "$PY" -B - <<'EOF'
from harness import frames

stream = frames.parse(b"")
assert stream == frames.Stream((), None, torn=False, complete=False)
assert stream.hello is None and stream.steps == () and stream.facts == {}
EOF
}

@test "11880 torn, altered and made-up streams: nothing false is accepted" {
	run fuzz 450 .
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$output" = "11880 streams" ]
}

@test "frames with a right checksum are refused if they cannot be meant" {
	PYTHONPATH=. "$PY" -B tests/lib/frame_cases.py
}

@test "a long channel takes no more time per byte than a short one" {
	PYTHONPATH=. "$PY" -B - <<'EOF'
import time
from harness import frames


def cost(data):
    began = time.process_time()
    frames.parse(data)
    return time.process_time() - began


header = b"BM1 0 1048576 00000000 "
for data in (b"B", b"BM1 ", b"\n", header, header + b"["):
    assert cost(data * (8 * 2**20 // len(data))) < 1, data
EOF
}

@test "the fuzzing notices a parser that ignores the checksum" {
	broken 's/ != header\[3\]/ == b""/'
}

@test "the fuzzing notices a parser that ignores the frame numbers" {
	broken 's/seq != order.seq/seq < 0/'
}

@test "the fuzzing notices a parser that ignores what follows the end" {
	broken 's/offset < len(data)/not order.done and offset < len(data)/'
}

@test "the fuzzing notices a parser that skips what it does not know" {
	broken 's/HEADER.match(/HEADER.search(/'
}

@test "the fuzzing notices a parser that raises" {
	cp -r harness "$BATS_TEST_TMPDIR/harness"
	sed -i 's/except payloads.PayloadError/except ZeroDivisionError/; s/"the checksum is wrong"/1 \/ 0/' \
		"$BATS_TEST_TMPDIR/harness/frames.py"
	run fuzz 40 "$BATS_TEST_TMPDIR"
	[ "$status" -eq 1 ]
	[[ "$output" == *ZeroDivisionError* ]]
}
