#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The designs of one run: differences, and the answer in three sentences.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "designs: variants in the fixed order, differences to the instruction" {
	py <<'EOF'
import fixtures
from harness import compare

designs = compare.designs(fixtures.run())
assert designs.variants == fixtures.VARIANTS
assert (designs.unit, designs.probes) == ("instructions", (4, 4))
assert len(designs.rows) == len(fixtures.OPERATIONS)
families = [row.family for row in designs.rows]
assert families == ["unbounced"] * 10 + ["bounced"] * 2 + ["coherent"] * 2
row = designs.rows[2]
assert (row.label, row.key.series, row.op) == ("map_single 4096", "map", "map_single")
assert [row.figures[name].p50 for name in designs.variants] == [54, 57, 59, 914, 274, 124]
assert (row.dom0.ticks, row.dom0.percent) == (-150, 100 * -150 / 274)
assert (row.native_iommu.ticks, row.native_hook.ticks) == (3, 2)
assert [row.bounced for row in designs.rows[8:]] == ["no"] * 2 + ["all mask"] * 2 + ["-"] * 2
EOF
}

@test "designs: what is missing is unknown with its reason, never 0" {
	py <<'EOF'
import fixtures
from harness import compare, publish
from harness.record import Verdict

for number, (options, reason) in enumerate(
    (
        ({"ends": {"dom0-hook": (Verdict.CRASH, "guest panicked")}}, "CRASH: guest panicked"),
        ({"ends": {"dom0-hook": (Verdict.SKIP, "no Xen")}}, "SKIP: no Xen"),
        ({"never": ["dom0-hook"]}, "never run"),
        ({"variants": fixtures.VARIANTS[:5]}, "not in the plan"),
        ({"drops": {"dom0-hook": ["map_single-64"]}}, "not measured"),
        (
            {"failed": {("dom0-hook", "map_single-64", s): 1000 for s in fixtures.MAP}},
            "all 1000 operations failed",
        ),
    )
):
    designs = compare.designs(fixtures.run(number, **options))
    row = designs.rows[0]
    assert row.figures["dom0-hook"].reason == reason, row
    assert (row.dom0.ticks, row.dom0.percent) == (None, None)
    assert row.dom0.reason == f"dom0-hook: {reason}", row.dom0
    assert row.native_hook.ticks == 2
    text = publish.designs_text(designs, 200)
    line = next(line for line in text.splitlines() if line.startswith("map_single 64 "))
    # A variant that was never planned has no column; its difference is unknown.
    planned = reason != "not in the plan"
    assert line.split().count("?") == 1 + planned, line
    assert (f"? dom0-hook: {reason}" in text) == planned, text
EOF
}

@test "designs: no difference where the two did not do the same work" {
	py <<'EOF'
import fixtures
from harness import compare, publish
from harness.record import Bounce

key = ("dom0-hook", "map_single-64", "map")
half = Bounce(1000, 0, 0, 500, 0, 0)
for number, (options, family, bounced, reason) in enumerate(
    (
        ({"bounces": {key[:2]: half}}, "bounced", "dom0-iommu no, dom0-hook contiguity 50%",
         "bounced: dom0-hook contiguity 50%, dom0-iommu no"),
        ({"failed": {key: 3}}, "unbounced", "no", "3 operations of dom0-hook failed"),
    )
):
    run = fixtures.run(number, **options)
    designs = compare.designs(run)
    row = next(row for row in designs.rows if row.key.step == key[1])
    assert (row.family, row.bounced) == (family, bounced), row
    assert row.figures["dom0-hook"].p50 == 110
    assert row.dom0.ticks is None and row.native_hook.ticks == 2
    assert row.dom0.reason == f"differs in work: {reason}", row.dom0.reason
    text = publish.designs_text(designs, 200)
    assert f"work: differs in work: {reason}" in text, text
    assert ("110X" if number == 0 else "110!") in text
    assert "differ in work" in designs.sentences[0], designs.sentences[0]
EOF
}

@test "designs: whether mappings bounced and why, in words" {
	py <<'EOF'
import dataclasses
import fixtures
from harness import operations
from harness.figures import marks
from harness.record import Bounce

for counts, words, letters in (
    ((10, 0, 0, 0, 0, 0), "no", ""),
    ((10, 10, 0, 0, 0, 0), "all forced", "F"),
    ((10, 0, 10, 0, 0, 0), "all mask", "M"),
    ((10, 0, 0, 10, 0, 0), "all contiguity", "C"),
    ((10, 0, 0, 4, 0, 0), "contiguity 40%", "X"),
    ((10, 0, 5, 4, 0, 0), "mask 50%, contiguity 40%", "X"),
    ((10, 0, 0, 0, 10, 0), "all unexplained", "X"),
    ((10, 0, 0, 0, 0, 1), "missed 10%", "X"),
    ((10, 0, 9, 0, 0, 1), "mask 90%, missed 10%", "X"),
    ((9000, 0, 1, 0, 0, 0), "mask <1%", "X"),
    ((9000, 0, 8999, 0, 0, 0), "mask >99%", "X"),
    ((0, 0, 0, 0, 0, 0), "-", ""),
):
    figure = operations.Figure(9, 9, True, 10, 0, 4, Bounce(*counts), {})
    assert operations.bounced(figure) == words, (counts, operations.bounced(figure))
    assert marks(figure) == letters, counts
    assert marks(dataclasses.replace(figure, failed=1)) == letters + "!"
EOF
}

@test "sentences: hook cheaper, dearer, equal and mixed" {
	py <<'EOF'
import fixtures
from harness import compare
from harness.record import Verdict

base = fixtures.run()
maps = ["map_single-64", "map_single-4096", "map_single-65536"]

def said(**plus):
    run = base
    for step, ticks in plus.items():
        name = maps[int(step[1:])]
        run = fixtures.changed(run, "dom0-hook", name, "map", 300 + ticks)
    return compare.designs(run).sentences[0]

text = said()
assert text == (
    "In dom0 an unbounced map and unmap of 64 B to 64 KiB costs 227 to 283 "
    "instructions under hook and 527 to 583 under iommu: hook is cheaper by 300; "
    "sync: hook is cheaper by 300; scatter-gather: hook is cheaper by 4,800."
), text
assert ": hook is cheaper by 5 to 7;" in said(m0=-5, m1=-6, m2=-7)
assert ": hook is dearer by 1;" in said(m0=1, m1=1, m2=1)
assert ": hook is dearer by 1 to 1,500;" in said(m0=1, m1=30, m2=1500)
assert ": hook costs the same;" in said(m0=0, m1=0, m2=0)
text = said(m0=0, m1=-2, m2=9)
assert ": hook is cheaper by 2 at 1, dearer by 9 at 1 and equal at 1 of 3 points;" in text
assert ": hook is cheaper by 2 at 1 and equal at 2 of 3 points;" in said(m0=0, m1=-2, m2=0)
assert ": hook is dearer by 4 to 9 at 2 and equal at 1 of 3 points" in said(m0=0, m1=4, m2=9)
EOF
}

@test "sentences: bounced, coherent and native users" {
	py <<'EOF'
import fixtures
from harness import compare

base = fixtures.run()
_, bounced, native = compare.designs(base).sentences
assert bounced == (
    "In dom0 (instructions), bounced map and unmap: hook is cheaper by about 300; "
    "bounced sync: not measured; coherent alloc and free: hook is cheaper by 300."
), bounced
assert native == (
    "Native users, where nothing bounces (instructions): the iommu design costs them "
    "6 to 96 more in all 6 operations; the hooks cost them 4 to 64 more in all 6 "
    "operations."
), native
run = base
for step, _, names in fixtures.STEPS:
    ticks = -2 * (16 if "sg" in step else 1)
    for name in names:
        run = fixtures.changed(run, "native-hook", step, name, ticks)
assert "the hooks cost them nothing in all 6" in compare.designs(run).sentences[2]
run = fixtures.changed(run, "native-hook", "sync-4096", "sync_for_cpu", -5)
text = compare.designs(run).sentences[2]
assert "the hooks cost them 3 less in 1 and nothing in 5 of 6 operations" in text, text
run = fixtures.changed(run, "native-hook", "coherent-65536", "free", 5)
text = compare.designs(run).sentences[2]
assert "them 7 more in 1, 3 less in 1 and nothing in 4 of 6 operations" in text, text
EOF
}

@test "sentences: no verdict where a cell failed, errored, crashed, was not run" {
	py <<'EOF'
import dataclasses
import fixtures
from harness import compare, record
from harness.record import Verdict

ends = [(v, "it ended so") for v in Verdict if v is not Verdict.PASS]
number = 0
for verdict, reason in ends:
    for variant in ("dom0-hook", "dom0-iommu", "native-plain", "native-iommu"):
        number += 1
        run = fixtures.run(number, ends={variant: (verdict, reason)})
        one, two, three = compare.designs(run).sentences
        said = f"{variant} {verdict.value}: it ended so"
        if variant.startswith("dom0"):
            for text in (one, two):
                assert text.endswith(f"no verdict: {said}."), text
            assert "verdict" not in three
        else:
            assert "verdict" not in one + two
            assert f"no verdict on the iommu design: {said};" in three, three
            assert ("on the hooks" in three) == (variant == "native-iommu"), three
other = fixtures.cell("dom0-hook", verdict=Verdict.FAIL, reason="data corrupted")
other = dataclasses.replace(
    other, id="0" * 16, cell=fixtures.spec("dom0-hook", "validate")
)
run = fixtures.run()
plan = record.Planned(other.id, "dom0-hook", "validate", "linear", 2048)
manifest = dataclasses.replace(run.manifest, planned=run.manifest.planned + (plan,))
run = dataclasses.replace(run, manifest=manifest, cells=run.cells + (other,))
designs = compare.designs(run)
assert designs.rows[0].dom0.ticks == -150
assert designs.sentences[0].endswith("no verdict: dom0-hook FAIL: data corrupted.")
long = "no answer from the guest within its time. " * 9
every = {name: (Verdict.ERROR, long) for name in fixtures.VARIANTS}
for text in compare.designs(fixtures.run(90, ends=every)).sentences:
    assert "no verdict" in text and len(text) < 300, text
one, two, three = compare.designs(fixtures.run(91, never=["dom0-hook"])).sentences
assert one.endswith("no verdict: dom0-hook never run: micro."), one
steps = [step for step, _, _ in fixtures.STEPS]
run = fixtures.run(92, drops={"dom0-hook": steps[:1], "native-hook": steps[1:]})
one, two, three = compare.designs(run).sentences
assert "hook is cheaper by 300 (of 3, 1 not known);" in one, one
assert "the hooks cost them 4 more in the one operation (of 6, 5 not known)." in three
drops = {name: ["sync-4096"] for name in fixtures.VARIANTS}
one = compare.designs(fixtures.run(93, drops=drops)).sentences[0]
assert "; sync: not measured;" in one, one
drops = {name: steps[:3] for name in fixtures.VARIANTS}
one = compare.designs(fixtures.run(94, drops=drops)).sentences[0]
assert one.startswith("In dom0 (instructions), unbounced map and unmap: not measured;")
EOF
}

@test "sentences: coarse figures are 'about', the wall clock gives no verdict" {
	py <<'EOF'
import fixtures
from harness import compare, publish

base = fixtures.run()
run = fixtures.changed(base, "dom0-iommu", "map_sg-4096x16", "map", 0, low=4000)
figure = compare.designs(run).rows[6].figures["dom0-iommu"]
assert (figure.p50, figure.min, figure.exact) == (4832, 4000, False)
designs = compare.designs(run)
assert "scatter-gather: hook is cheaper by about 3,968." in designs.sentences[0]
text = publish.designs_text(designs, 200)
assert " ~4832  (4000) " in text, text
assert "~ the lower bound of a bucket" in text, text
assert " ~-1568 -32.5% " in text, text
assert "before a difference: that of the minima" in " ".join(text.split()), text
run = fixtures.run(2, clock="wall")
for text in compare.designs(run).sentences:
    assert text.startswith("Wall clock, one boot per variant, no verdict: "), text
    assert "instructions" not in text and len(text) < 300, text
EOF
}

@test "sentences: short and true for whatever numbers there are" {
	py <<'EOF'
import dataclasses, random, re
import fixtures
from harness import compare

base = fixtures.run()
dice = random.Random(3)
for trial in range(60):
    cells = []
    for cell in base.cells:
        found = []
        for item in cell.measurements:
            ticks = dice.choice([50, dice.randrange(2000), dice.randrange(3_000_000)])
            low = dice.choice([None, ticks // 2])
            counts = dice.choice([item.bounce] * 9 + [fixtures.bounce("+force", "")])
            args = (item.step, item.series, item.parameters, ticks, counts, low)
            found.append(fixtures.measurement(*args, dice.choice([0] * 9 + [5, 1000])))
        kept = [item for item in found if dice.random() < 0.95]
        cells.append(dataclasses.replace(cell, measurements=tuple(kept)))
    run = dataclasses.replace(base, cells=tuple(cells))
    designs = compare.designs(run)
    rows = {(row.key.step, row.key.series): row.dom0.ticks for row in designs.rows}
    sync = [rows.get(("sync-4096", name)) for name in fixtures.SYNC]
    text = designs.sentences[0]
    for sentence in designs.sentences:
        assert len(sentence) < 300 and sentence.endswith("."), sentence
    found = re.search(r"; sync: (.*?); scatter", text)
    assert found, text
    said = found[1]
    if None in sync or sum(sync) == 0:
        assert "er by" not in said, (said, sync)
    else:
        word = "dearer" if sum(sync) > 0 else "cheaper"
        assert re.search(f"{word} by (about )?{abs(sum(sync)):,}$", said), (said, sync)
EOF
}

@test "sentences: pages that are allocated are no coherent memory" {
	py <<'EOF'
import dataclasses
import fixtures
from harness import compare

run = fixtures.run()
said = compare.designs(run).sentences[1]
assert "coherent alloc and free: hook is cheaper by 300." in said
cells = []
for cell in run.cells:
    ticks = 5000 if cell.cell.variant == "dom0-hook" else 1000
    none = fixtures.bounce("", "coherent")
    pages = [
        fixtures.measurement("pages-4096", series, {"op": "pages"}, ticks, none)
        for series in fixtures.ALLOC
    ]
    cells.append(dataclasses.replace(cell, measurements=(*cell.measurements, *pages)))
both = compare.designs(dataclasses.replace(run, cells=tuple(cells)))
assert both.sentences[1] == said and len(both.rows) == len(fixtures.OPERATIONS) + 2
EOF
}

@test "a cell measured twice with different results is unknown" {
	py <<'EOF'
import dataclasses
import fixtures
from harness import compare

run = fixtures.run()
again = fixtures.changed(run, "dom0-hook", "map_single-64", "map", 1)
both = dataclasses.replace(run, cells=run.cells + again.cells)
row = compare.designs(both).rows[0]
assert row.figures["dom0-iommu"].p50 == 260
assert row.figures["dom0-hook"].reason == "boots of this run disagree: p50 110 and 111"
EOF
}

@test "designs: one p2m layout at a time, and natively it is always linear" {
	py <<'EOF'
import dataclasses
import fixtures
from harness import compare, publish
from harness.record import Verdict

dom0 = ("dom0-iommu", "dom0-hook")
run = fixtures.run(more=[(name, "scattered", 2048) for name in dom0])
linear = compare.designs(run)
assert (linear.p2m, linear.left_out) == ("linear", ("insn clock, scattered p2m layout",))
assert len(linear.rows) == len(fixtures.OPERATIONS)
mixed = compare.designs(run, p2m="scattered")
assert (mixed.p2m, mixed.left_out) == ("scattered", ("insn clock, linear p2m layout",))
assert len(mixed.rows) == len(fixtures.OPERATIONS)
for row in mixed.rows:
    assert (row.key.p2m, row.dom0.ticks) == ("scattered", -150 * (16 if "sg" in row.label else 1))
    assert row.native_iommu.ticks is not None and row.native_hook.ticks is not None
assert "(insn clock, a tick is an instruction; scattered p2m)" in publish.designs_text(mixed, 200)
# A dom0 that was only scattered is shown as it was, with the natives beside it.
alone = [cell for cell in run.cells if cell.cell.p2m == "scattered" or cell.cell.boot == "native"]
shown = compare.designs(dataclasses.replace(run, cells=tuple(alone)))
assert shown.p2m == "scattered" and len(shown.rows) == len(fixtures.OPERATIONS)
assert shown.left_out == () and shown.rows[0].native_hook.ticks == 2
# What one layout's cell says is nothing to the other's figures, but to the verdict.
cells = list(run.cells)
bad = {"verdict": Verdict.FAIL, "reason": "torn", "measurements": ()}
cells[-1] = dataclasses.replace(cells[-1], **bad)
half = dataclasses.replace(run, cells=tuple(cells))
row = compare.designs(half, p2m="scattered").rows[0]
assert row.figures["dom0-hook"].reason == "FAIL: torn", row.figures["dom0-hook"]
shown = compare.designs(half)
assert shown.rows[0].dom0.ticks == -150 and shown.unknown == {"dom0-hook": "FAIL: torn"}
cells = run.cells[:-1]
never = compare.designs(dataclasses.replace(run, cells=cells))
assert never.unknown == {"dom0-hook": "never run: micro scattered"}, never.unknown
EOF
}

@test "designs: sizes of memory are rows of their own, and say so" {
	py <<'EOF'
import fixtures
from harness import compare

run = fixtures.run(more=[(name, "linear", 8192) for name in fixtures.VARIANTS])
rows = compare.designs(run).rows
assert len(rows) == 2 * len(fixtures.OPERATIONS)
labels = [row.label for row in rows]
assert {"map_single 64 2048 MiB", "map_single 64 8192 MiB"} <= set(labels), labels
assert all(row.dom0.ticks is not None for row in rows)
# A size that one variant lacks was not in its plan.
run = fixtures.run(more=[("dom0-hook", "linear", 8192)])
row = next(r for r in compare.designs(run).rows if r.label == "map_single 64 8192 MiB")
assert row.figures["dom0-iommu"].reason == "not in the plan", row
EOF
}

@test "designs: one that failed validation has no column, no difference, and is named" {
	py <<'EOF'
import fixtures
from harness import compare, publish
from harness.record import Verdict
from harness.validation import State

run = fixtures.run()
name = "20261123T160000-validate-00000a"

def states(**ends):
    found = {variant: None for variant in fixtures.VARIANTS}
    found |= {variant.replace("_", "-"): verdict for variant, verdict in ends.items()}
    return [State(v, verdict, name if verdict else "") for v, verdict in found.items()]

good = compare.designs(run, validated=states(dom0_iommu=Verdict.PASS, dom0_hook=Verdict.PASS))
text = " ".join(publish.designs_text(good, 200).split())
assert good.sentences == compare.designs(run).sentences and good.rows[0].dom0.ticks == -150
assert (
    f"validated: dom0-iommu, dom0-hook PASS ({name}); not validated: native-plain, "
    "native-iommu, native-hook, native-plain+force."
) in text, text
assert "alidated" not in publish.designs_text(compare.designs(run), 200)
none = " ".join(publish.designs_text(compare.designs(run, validated=states()), 200).split())
assert "not validated: native-plain, native-iommu" in none and " validated: dom0" not in none
for verdict, words in (
    (Verdict.FAIL, f"no verdict, it failed validation in run {name}"),
    (Verdict.CRASH, f"no verdict, it failed validation in run {name}"),
    (Verdict.ERROR, f"no verdict, its validation in run {name} ended as ERROR"),
):
    table = compare.designs(run, validated=states(dom0_hook=verdict, dom0_iommu=Verdict.PASS))
    for row in table.rows:
        assert row.figures["dom0-hook"].reason == words, row
        assert row.dom0.ticks is None and row.native_hook.ticks is not None
    for sentence in table.sentences[:2]:
        assert f"no verdict: dom0-hook {verdict.value} in validation {name}." in sentence
        assert len(sentence) < 300
    for width in (80, 200):
        shown = publish.designs_text(table, width)
        lines = shown.splitlines()
        assert all(len(line) <= width for line in lines)
        flat = " ".join(shown.split())
        assert f"dom0-hook: {words}." in flat, flat
        assert f"dom0-iommu PASS ({name}); dom0-hook {verdict.value} ({name})" in flat, flat
        # No column of its own, none of the difference, and no question marks either.
        row = next(line for line in lines if line.startswith("map_single 4096 "))
        assert "124" not in row and "?" not in row, row
        assert "274" in shown and "-150" not in shown
plain = compare.to_json(table)
assert plain["validated"][5] == {"variant": "dom0-hook", "verdict": "ERROR", "run": name}
assert plain["validated"][0] == {"variant": "native-plain", "verdict": None, "run": ""}
EOF
}

@test "what bounces in one pool differs by its minima: its median lies between two places of a slot" {
	py <<'EOF'
import dataclasses
import fixtures
from harness import compare, publish
from harness.designs import same_pool
from harness.operations import subtract

base = fixtures.run()
step, series = "map_single-4096-mask32", "unmap"
row = next(r for r in compare.designs(base).rows if (r.key.step, r.key.series) == (step, series))
iommu, hook = (row.figures[name] for name in ("dom0-iommu", "dom0-hook"))
# The same kernel in another boot: one sample more at the dearer place.
run = fixtures.changed(base, "dom0-hook", step, series, 300, low=hook.min)
designs = compare.designs(run)
row = next(r for r in designs.rows if (r.key.step, r.key.series) == (step, series))
moved = row.figures["dom0-hook"]
assert moved.exact and moved.p50 == hook.p50 + 300 and moved.min == hook.min, moved
assert (row.dom0.ticks, row.dom0.exact) == (hook.min - iommu.min, False), row.dom0
assert row.dom0.percent == 100 * row.dom0.ticks / iommu.p50
text = publish.designs_text(designs, 200)
assert f"~{row.dom0.ticks:+d} " in text
assert all(f.exact for r in designs.rows for f in r.figures.values())
assert "before a difference: that of the minima" in " ".join(text.split()), text
assert designs.sentences[1] == compare.designs(base).sentences[1]
# A pool of its own: how it finds a slot is what the designs differ in.
assert same_pool("dom0-hook", "native-plain") and same_pool("dom0-exchange", "dom0-iommu")
assert not same_pool("dom0-pool", "native-plain") and not same_pool("dom0-iommu", "dom0-pool")
found = subtract("dom0-pool", moved, "native-plain", iommu, same_pool=False)
assert (found.ticks, found.exact) == (moved.p50 - iommu.p50, True), found
coarse = dataclasses.replace(moved, exact=False)
found = subtract("dom0-pool", coarse, "native-plain", iommu, same_pool=False)
assert (found.ticks, found.exact) == (moved.p50 - iommu.p50, False), found
EOF
}
