#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Comparisons as text and as JSON.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "text: every figure is there at 80 and at 200 columns, and no line is wider" {
	py <<'EOF'
import fixtures
from harness import compare, publish
from harness.record import Verdict

a = fixtures.run(1)
lows = {(v, "map_single-4096", "map"): 7 for v in fixtures.VARIANTS}
large = {(v, s, n): 10**8 for v in fixtures.VARIANTS for s, n in fixtures.OPERATIONS[12:]}
end = {"native-plain": (Verdict.CRASH, "guest panicked " + "x" * 200)}
b = fixtures.run(2, lows=lows, plus=large, ends=end)
every = [(v, s, n) for v in fixtures.VARIANTS for s, n in fixtures.OPERATIONS]
c = fixtures.run(3, plus={key: 70_000 for key in every}, lows={key: 10_001 for key in every})
for width in (80, 100, 120, 200, 60, 40):
    for run in (a, b, c):
        designs = compare.designs(run)
        text = publish.designs_text(designs, width)
        assert text.isascii() and "\x1b" not in text
        for line in text.splitlines():
            assert len(line) <= width and line == line.rstrip(), (width, line)
        if width >= 60:
            words = text.replace("(", " ").replace(")", " ").split()
            words = {word.rstrip("FM").lstrip("~") for word in words}
            for row in designs.rows:
                assert set(row.label.split()) <= words, (width, row.label)
                for figure in row.figures.values():
                    shown = {str(getattr(figure, "p50", "?")), str(getattr(figure, "min", "?"))}
                    assert shown <= words, (width, row.label, shown)
                ticks = row.dom0.ticks
                if ticks is not None:
                    assert (f"{ticks:+d}" if ticks else "0") in words, (width, row.label)
    for diff in (compare.runs(a, b), compare.runs(b, a), compare.runs(a, c)):
        for line in publish.runs_text(diff, width).splitlines():
            assert len(line) <= width, (width, line)
table = publish.designs_text(compare.designs(a), 80).split("\n\n")
assert len(table[1].splitlines()) < 25
row = next(line for line in table[1].splitlines() if line.startswith("map_single 4096 "))
assert row.split() == ["map_single", "4096", "map", "54", "57", "59", "914F", "274", "124"]
assert "the probe's 4 are included, not subtracted" in " ".join(table[3].split())
assert "in brackets" not in table[3]
text = publish.designs_text(compare.designs(b), 80)
assert "(7)" in text and "in brackets the minimum" in text
wide = publish.designs_text(compare.designs(a), 200)
row = next(line for line in wide.splitlines() if line.startswith("map_single 4096 "))
assert row.split() == (
    "map_single 4096 map 54 57 59 914F 274 124 no -150 -54.7% +3 +5.6% +2 +3.5%"
).split(), row
EOF
}

@test "text: what debug kernels cost is said to mean nothing" {
	py <<'EOF'
import dataclasses
import fixtures
from harness import compare, publish

run = fixtures.run()
words = "The kernels have the kernel's own checks: costs mean nothing."
assert words not in publish.designs_text(compare.designs(run), 200)
manifest = dataclasses.replace(run.manifest, debug=True)
table = compare.designs(dataclasses.replace(run, manifest=manifest))
assert words in publish.designs_text(table, 200)
EOF
}

@test "text: hostile reasons cannot move the cursor or pose as markup" {
	py <<'EOF'
import dataclasses
import fixtures
from harness import compare, publish

designs = compare.designs(fixtures.run(never=["dom0-hook"]))
reason = "\x1b[2J\r[bold]red[/bold] caf\u00e9 \u202e"
hostile = dataclasses.replace(designs, unknown={"dom0-hook": reason})
text = publish.designs_text(hostile, 120)
assert "? dom0-hook: ?[2J?[bold]red[/bold] caf? ?" in text, text
assert text.isascii() and "\x1b" not in text
text = publish.designs_text(hostile, 120, publish.Style(unicode=True))
assert "caf\u00e9 ?" in text and "\x1b" not in text and "\u2500" in text
EOF
}

@test "text: colour on a terminal only, and not with NO_COLOR" {
	py <<'EOF'
import os, pty
import fixtures
from harness import compare, publish

diff = compare.runs(*[fixtures.run()] * 2)
master, slave = pty.openpty()
terminal = os.fdopen(slave, "w", encoding="utf-8")
latin = open(os.devnull, "w", encoding="latin-1")
assert publish.style_for(terminal, {"TERM": "xterm"}) == publish.Style(True, True)
assert not publish.style_for(terminal, {"TERM": "xterm", "NO_COLOR": "1"}).color
assert publish.style_for(terminal, {"TERM": "xterm", "NO_COLOR": ""}).color
assert not publish.style_for(terminal, {"TERM": "dumb"}).color
assert publish.style_for(latin, {"TERM": "xterm"}) == publish.PLAIN
plain = publish.runs_text(diff, 80)
colour = publish.runs_text(diff, 80, publish.Style(color=True))
assert "\x1b[1;32mPASS" in colour and "\x1b" not in plain
import re
assert re.sub(r"\x1b\[[0-9;]*m", "", colour) == plain
assert publish.width_for(latin, {}) == 80
assert publish.width_for(latin, {"COLUMNS": "132"}) == 132
assert publish.width_for(latin, {"COLUMNS": "x"}) == 80
import fcntl, struct, termios
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 97, 0, 0))
assert publish.width_for(terminal, {}) == 97
EOF
}

@test "JSON: both comparisons survive the round trip with all they say" {
	py <<'EOF'
import json
import fixtures
from harness import compare
from harness.record import Verdict

a = fixtures.run(1)
end = {"native-plain": (Verdict.CRASH, "guest panicked")}
b = fixtures.run(2, ends=end, plus={("dom0-hook", "sync-4096", "sync_for_cpu"): 1})
designs, diff = compare.to_json(compare.designs(b)), compare.to_json(compare.runs(a, b))
for plain in (designs, diff):
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain["schema"] == 1
assert (designs["kind"], diff["kind"]) == ("designs", "runs")
row = designs["rows"][0]
assert row["figures"]["native-plain"] == {"reason": "CRASH: guest panicked"}
assert row["figures"]["dom0-hook"]["p50"] == 110 and row["figures"]["dom0-hook"]["exact"]
assert row["dom0"]["ticks"] == -150 and row["native_iommu"]["ticks"] is None
assert designs["sentences"] == list(compare.designs(b).sentences)
assert (diff["verdict"], diff["equal"]) == ("CRASH", 39)
assert diff["changed"][0]["ticks"] == 1 and diff["changed"][0]["variant"] == "dom0-hook"
assert len(diff["only_a"]) == 14
EOF
}

@test "lists: a line an item in a pipe, wrapped below itself where it is narrow" {
	py <<'EOF'
import fixtures
from harness import listing
from harness.tables import PLAIN, Style

rows = [["fio_mask-mptsas1068", "  3 steps", "word " * 40], ["micro", " 46 steps", "x\x1b[2J"]]
whole = listing.lines(rows, None, PLAIN)
assert len(whole) == 2 and whole[0].endswith("word word ")
assert whole[1] == "micro                 46 steps  x?[2J"
for width in (80, 200):
    found = listing.lines(rows, width, PLAIN)
    assert all(len(line) <= width for line in found)
    assert [line.index("word") for line in found[:-1]] == [32] * (len(found) - 1)
runs = [["run-1", "PASS", "6/6 cells", "insn"], ["run-22", "FAIL", "6/6 cells", "insn"], ["r", "unreadable: x"]]
plain = listing.lines(runs, 80, PLAIN)
assert plain[1:] == ["run-22  FAIL  6/6 cells  insn", "r       unreadable: x"]
painted = listing.lines(runs, 80, Style(color=True))
assert "\x1b[1;32mPASS\x1b[0m  6/6" in painted[0] and "\x1b[1;31mFAIL" in painted[1]
EOF
}

@test "I/O: tables are split by columns, and no step's name is broken" {
	py <<'EOF'
import dataclasses
import fixtures
from harness import iotable
from harness.workload import Metric

steps = ["randread-4096-d32", "verify-write-1048576-d32"]
columns = [f"dom0\n{name}\n{layout}" for name in ("iommu", "hook", "pool") for layout in ("", "scattered")]
rows = {("fio-nvme", step): {name: str(10**9 + n) for n, name in enumerate(columns)} for step in steps}
metric = Metric("instructions_per_io", "1", "lower", "what an I/O costs the CPU, " * 5)
shown = [iotable.Shown(metric, tuple(columns), rows)]
for width, tables in ((72, 2), (80, 2), (200, 1)):
    text = iotable.text(shown, width)
    assert all(len(line) <= width for line in text.splitlines()), width
    assert [text.count(step) for step in steps] == [tables] * 2, (width, text)
    for n in range(len(columns)):
        assert text.split().count(str(10**9 + n)) == 2, (width, n)
    assert text.split("\n")[0].startswith("instructions_per_io: ")
# What a tool reported is as long as it may be in a table.
assert iotable._figure("x\n" * 5000).startswith(r"x\nx\n") and len(iotable._figure("x" * 9999)) < 80
EOF
}
