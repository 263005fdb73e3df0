#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2119,SC2120
# Validation: the cases, what is said of them, and what it means for figures.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
}

@test "the cases are the workloads of that purpose; a wrong name is told the right ones" {
	py <<'EOF'
import dataclasses
import boots, trees
from harness import validate
from harness.errors import UsageError

case = dataclasses.replace(boots.WORK, purpose="validation", boots=("dom0",))
works = {"work": boots.WORK, "one": case, "two": dataclasses.replace(case, boots=("native", "dom0"))}
assert validate.chosen(works, []) == ("one", "two")
assert validate.chosen(works, ["two"]) == ("two",)
assert validate.boots(works) == {"one": ("dom0",), "two": ("native", "dom0")}
for names in (["work"], ["one", "three"]):
    said = trees.refusal(UsageError, validate.chosen, works, names)
    assert said == f"case {names[-1]}: allowed are one, two", said
said = trees.refusal(UsageError, validate.chosen, {"work": boots.WORK}, [])
assert said == "validate: no workload has the purpose validation", said
EOF
}

@test "a line for each case; below it the cells that are bad; known defects at the end" {
	py <<'EOF'
import dataclasses
import fixtures
from harness import report, validate
from harness.record import CellEnd, Planned, Verdict

known = "known defect F{} (docs/findings.md): frame believed"
ends = (
    ("oracle", "dom0-hook", "linear", Verdict.PASS, ""),
    ("oracle", "dom0-hook", "scattered", Verdict.PASS, ""),
    ("foreign", "dom0-iommu", "linear", Verdict.PASS, known.format(2)),
    ("foreign", "dom0-iommu", "scattered", Verdict.PASS, known.format(2) + "; " + known.format(1)),
    ("foreign", "dom0-pool", "linear", Verdict.PASS, known.format(2)),
    ("pool", "dom0-pool", "linear", Verdict.FAIL, "step a: 7 bytes differ"),
    ("pool", "dom0-pool", "scattered", Verdict.CRASH, "hang\x1b[2J"),
    ("pool", "native-plain", "linear", Verdict.SKIP, "no pool"),
    ("never", "dom0-hook", "linear", Verdict.SKIP, "no device"),
)
planned, cells = [], []
for number, (work, variant, p2m, verdict, reason) in enumerate(ends):
    name = f"{number:016x}"
    planned.append(Planned(name, variant, work, p2m, 2048))
    cells.append(CellEnd(name, variant, work, p2m, 2048, verdict, reason))
planned.append(Planned("f" * 16, "dom0-iommu", "pool", "linear", 2048))
made = dataclasses.replace(fixtures.run().manifest, planned=tuple(planned), cells=tuple(cells))
proves = {"oracle": "addresses", "foreign": "m2p", "pool": "a full pool"}
found = validate.report(made, proves)
assert [(c.name, c.verdict.value, c.passed, c.cells) for c in found.cases] == [
    ("oracle", "PASS", 2, 2),
    ("foreign", "PASS", 3, 3),
    ("pool", "CRASH", 0, 4),
    ("never", "SKIP", 0, 1),
], found.cases
text = report.text(found)
assert text.splitlines() == [
    "PASS   oracle   addresses  2/2 cells",
    "PASS   foreign  m2p  3/3 cells",
    "CRASH  pool     a full pool  0/4 cells",
    "       FAIL: dom0-pool, linear p2m, 2048 MiB: step a: 7 bytes differ",
    "       CRASH: dom0-pool, scattered p2m, 2048 MiB: hang?[2J",
    "       SKIP: native-plain, linear p2m, 2048 MiB: no pool",
    "SKIP   never      0/1 cells",
    "       SKIP: dom0-hook, linear p2m, 2048 MiB: no device",
    "",
    "Known defects of upstream code (docs/findings.md):",
    "F1  foreign in dom0-iommu: frame believed",
    "F2  foreign in dom0-iommu, dom0-pool: frame believed",
], text
quiet = validate.report(dataclasses.replace(made, cells=tuple(cells[:2])), proves)
assert "Known" not in report.text(quiet)
# What was planned and did not end has proved nothing.
assert [c.verdict.value for c in quiet.cases] == ["PASS", "ERROR", "ERROR", "ERROR"]
EOF
}

@test "what is known of a variant is what the latest whole validation of its kernel found" {
	py <<'EOF'
import dataclasses
import fixtures
from harness import validation
from harness.record import CellEnd, Kernel, Planned, Verdict

PASS, FAIL, SKIP, CRASH = Verdict.PASS, Verdict.FAIL, Verdict.SKIP, Verdict.CRASH
names = ("native-plain", "dom0-iommu", "dom0-hook", "dom0-pool")
run = fixtures.run(variants=names)
cases = {"one": ("native", "dom0"), "two": ("dom0",)}

def validated(number, ends={}, cut=(), keys={}, modules="modules", finished=True):
    """Return a validation: ends by (case, variant), PASS else; cut: never planned."""
    planned, cells, records = [], [], []
    for case, boots in cases.items():
        for variant in names:
            if variant.split("-")[0] not in boots or (case, variant) in cut:
                continue
            verdict = ends.get((case, variant), PASS)
            cell = fixtures.cell(
                variant,
                verdict=verdict or PASS,
                reason="" if verdict in (PASS, None) else "it did",
                workload=case,
                inputs={"modules": modules},
            )
            planned.append(Planned(cell.id, variant, case, "linear", 2048))
            if verdict:
                records.append(cell)
                cells.append(fixtures.ended(cell))
    made = dataclasses.replace(
        run.manifest,
        id=f"20261123T1612{number:02d}-validate-{number:06x}",
        profile="validate",
        planned=tuple(planned),
        cells=tuple(cells),
        kernels={**run.manifest.kernels, **keys},
    )
    return dataclasses.replace(run, manifest=made, cells=tuple(records))

def proofs(*validations):
    """Return them as they are on the disk: the latest first, cells when asked."""
    found = [validation.Proof(one.manifest, lambda one=one: one.cells) for one in validations]
    return lambda key: found[::-1]

def found(*validations):
    states = validation.states(run, proofs(*validations), cases)
    assert [state.variant for state in states] == list(names)
    return [
        (s.verdict.value if s.verdict else None, int(s.run[-6:], 16) if s.run else 0)
        for s in states
    ]

none = (None, 0)
assert found() == [none] * 4
assert found(validated(1)) == [("PASS", 1)] * 4
assert found(validated(1), validated(2)) == [("PASS", 2)] * 4
# The worst of a variant's cells, and of no other's; what was skipped says nothing.
ends = {("one", "dom0-hook"): FAIL, ("two", "dom0-iommu"): SKIP, ("two", "dom0-pool"): CRASH}
assert found(validated(1), validated(2, ends)) == [
    ("PASS", 2), ("PASS", 2), ("FAIL", 2), ("CRASH", 2),
]
all_skipped = {("one", "dom0-hook"): SKIP, ("two", "dom0-hook"): SKIP}
assert found(validated(1), validated(2, all_skipped))[2] == ("PASS", 1)
# Not all the cases, or not to the end: not a validation of that variant.
assert found(validated(1), validated(2, cut={("two", "dom0-hook")})) == [
    ("PASS", 2), ("PASS", 2), ("PASS", 1), ("PASS", 2),
]
assert found(validated(1, {("two", "dom0-hook"): None}))[2] == none
whole = validated(1)
more = Planned("e" * 16, "dom0-hook", "two", "scattered", 2048)
longer = dataclasses.replace(whole.manifest, planned=(*whole.manifest.planned, more))
assert found(dataclasses.replace(whole, manifest=longer))[2] == none
# A case that a variant does not boot for is not missed.
assert found(validated(1))[0] == ("PASS", 1)
# Another kernel was not validated; that of another design is no matter.
other = {"hook": Kernel("other", "s", "6.12", "0" * 64, ())}
assert found(validated(1, keys=other)) == [("PASS", 1), ("PASS", 1), none, ("PASS", 1)]
# The kernel of pool is iommu's: what tells is its module.
assert found(validated(1, modules="edited")) == [
    ("PASS", 1), ("PASS", 1), ("PASS", 1), none,
]
refused = validation.withheld(validation.states(run, proofs(validated(2, ends)), cases))
assert set(refused) == {"dom0-hook", "dom0-pool"}, refused
EOF
}

@test "validations are found by their profile; others, unfinished and unreadable ones are not" {
	py <<'EOF'
import dataclasses, os
from pathlib import Path
import fixtures
from harness import record, validation

tmp = Path(os.environ["TMP"])
places = (tmp / "one", tmp / "two")

def saved(place, number, **changes):
    run = fixtures.run(number, variants=("dom0-hook",))
    name = f"20261123T1612{number:02d}-validate-{number:06x}"
    made = dataclasses.replace(run.manifest, id=name, **{"profile": "validate", **changes})
    for cell in run.cells:
        record.save_cell(cell, place / name)
    record.save_manifest(made, place / name)
    return name

last = saved(places[0], 7)
first = saved(places[1], 3)
saved(places[1], 4, profile="my-validate-profile")
saved(places[1], 5, finished=None, verdict=None)
broken = saved(places[1], 6)
(places[1] / broken / "run.json").write_text("{")
fixtures.saved(places[1], 8)
proofs = validation.Validations().among([*places, places[0], tmp / "nowhere"])
found = [proof.manifest.id for proof in proofs("k-hook")]
assert found == [last, first], found
assert not list(proofs("k-other"))
EOF
}

@test "of validations only what is asked for is read, and that once" {
	py <<'EOF'
import dataclasses, os
from pathlib import Path
import fixtures
from harness import record, validation

runs = Path(os.environ["TMP"]) / "runs"
for number in range(4):
    run = fixtures.run(number, variants=("dom0-hook", "dom0-pool"))
    key = {"hook": dataclasses.replace(run.manifest.kernels["hook"], key=f"k{number}")}
    name = f"20261123T1612{number:02d}-validate-{number:06x}"
    kernels = {**run.manifest.kernels, **key}
    made = dataclasses.replace(run.manifest, id=name, profile="validate", kernels=kernels)
    for cell in run.cells:
        record.save_cell(cell, runs / name)
    record.save_manifest(made, runs / name)

read = []
for name in ("load_manifest", "load_cell"):
    def counted(path, old=getattr(record, name)):
        read.append(path.relative_to(runs).parts[0][-1] + path.name)
        return old(path)
    setattr(record, name, counted)

run = dataclasses.replace(run, manifest=dataclasses.replace(run.manifest, kernels=kernels))
cases = {"micro": ("dom0",)}
seen = validation.Validations()
for _ in range(3):
    hook, pool = validation.states(run, seen.among([runs]), cases)
    assert hook.run[-1] == pool.run[-1] == "3" and hook.verdict.value == "PASS"
# Of the three with the same kernel of pool only the newest is asked.
assert read.count("3run.json") == 2 and read.count("3cell.json") == 2 and set(read) == {"3run.json", "3cell.json"}, read
read.clear()
other = {"hook": dataclasses.replace(key["hook"], key="k1")}
one = dataclasses.replace(run.manifest, kernels=other, planned=run.manifest.planned[:1])
(hook,) = validation.states(dataclasses.replace(run, manifest=one), seen.among([runs]), cases)
assert hook.run[-1] == "1" and read == ["1run.json"], read
EOF
}

@test "a run's own I/O tables leave out a design that failed, and say so" {
	py <<'EOF'
import contextlib, io
import pages
from harness import paths, running, workload
from harness.record import Verdict
from harness.validation import State

made = pages.io()
known = workload.load_all(paths.repo().workloads)
known["micro"] = known["fio-nvme"]
running.closing = lambda done, progress: ""

def shown(*states):
    running.states = lambda done, runs: states
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        running.show(made, None, known, False)
    return said.getvalue()

assert "10500" in shown()
text = shown(State("dom0-hook", Verdict.FAIL, "that"))
first, rest = text.split("\n", 1)
assert first == "dom0-hook: no verdict, it failed validation in run that."
assert "10000" in rest and "10500" not in rest, rest
EOF
}
