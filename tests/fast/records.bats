#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Records: what is saved comes back, what is wrong is refused in one sentence.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "a run comes back as it was saved, in the plan's order" {
	py <<'EOF'
import dataclasses, os
from pathlib import Path
import fixtures
from harness import record

run = fixtures.saved(Path(os.environ["TMP"]))
assert tuple(cell.cell.variant for cell in run.cells) == fixtures.VARIANTS
cell = run.cells[5]
again = record.save_cell(dataclasses.replace(cell, facts={"n": 1, "b": "[1,\n 2] [1, 2]"}), run.path)
assert record.load_cell(again).facts == {"n": 1, "b": "[1,\n 2] [1, 2]"}
assert record.load_cell(record.save_cell(cell, run.path)) == cell
assert isinstance(cell.verdict, record.Verdict)
assert cell.measurements[0].hist == ((110, 1000),)
manifest = run.manifest
assert record.load_manifest(record.save_manifest(manifest, run.path)) == manifest
EOF
}

@test "both schemas are valid JSON Schema" {
	py <<'EOF'
import json, jsonschema
from harness import record

for path in (record.CELL_SCHEMA, record.RUN_SCHEMA):
    jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text()))
EOF
}

@test "no verdict but PASS may carry numbers, and each must say why" {
	py <<'EOF'
import dataclasses, os
from pathlib import Path
import fixtures
from harness import record

tmp = Path(os.environ["TMP"])
numbers = tuple(fixtures.measured("dom0-hook"))
value = (record.Value("rate", "samples_per_second", "1/s", 5),)
for verdict in set(record.Verdict) - {record.Verdict.PASS}:
    good = fixtures.cell(verdict=verdict, reason="it ended so")
    record.load_cell(record.save_cell(good, tmp))
    for changes, words in (
        ({"measurements": numbers}, "measurements: must be empty unless"),
        ({"values": value}, "values: must be empty unless"),
        ({"reason": ""}, "reason: must say why"),
        ({"reason": "two\nlines"}, "reason: must be one line"),
    ):
        bad = dataclasses.replace(good, **changes)
        text = fixtures.refusal(record.save_cell, bad, tmp)
        assert "cell.json" in text and words in text, text
EOF
}

@test "PASS needs engagement that holds and inputs that are known" {
	py <<'EOF'
import dataclasses, os
from pathlib import Path
import fixtures
from harness import record

tmp = Path(os.environ["TMP"])
good = fixtures.cell(measurements=fixtures.measured("dom0-hook"))
record.load_cell(record.save_cell(good, tmp))
proof = good.engagement[0]
wrong = dataclasses.replace(proof, ok=False)
for proofs, words in (
    ((), "engagement: must not be empty"),
    ((proof, wrong), "engagement[1].ok: must be true"),
):
    bad = dataclasses.replace(good, engagement=proofs)
    text = fixtures.refusal(record.save_cell, bad, tmp)
    assert words in text, text
failed = fixtures.cell(verdict=record.Verdict.ERROR, reason="not engaged")
record.save_cell(dataclasses.replace(failed, engagement=(wrong,)), tmp)
for member in ("kernel", "modules", "guest", "workload", "qemu", "xen", "cmdline"):
    inputs = dataclasses.replace(good.inputs, **{member: None})
    bad = dataclasses.replace(good, inputs=inputs)
    text = fixtures.refusal(record.save_cell, bad, tmp)
    assert f"inputs.{member}: must be known" in text, text
    record.save_cell(dataclasses.replace(failed, inputs=inputs), tmp)
native = fixtures.cell("native-hook", fixtures.measured("native-hook"))
assert native.inputs.xen is None
record.save_cell(native, tmp)
EOF
}

@test "a run has a verdict if and only if it is finished" {
	py <<'EOF'
import dataclasses, os
from pathlib import Path
import fixtures
from harness import record

run = fixtures.saved(Path(os.environ["TMP"]))
going = {"finished": None, "verdict": None}
record.save_manifest(dataclasses.replace(run.manifest, **going), run.path)
for member, words in (
    ("finished", "verdict: must be null while"),
    ("verdict", "verdict: must be given when"),
):
    bad = dataclasses.replace(run.manifest, **{member: None})
    text = fixtures.refusal(record.save_manifest, bad, run.path)
    assert words in text, text
EOF
}

@test "a member too many, too few, of the wrong type or version is named" {
	py <<'EOF'
import json, os
from pathlib import Path
import fixtures
from harness import record

run = fixtures.saved(Path(os.environ["TMP"]))
path = record.cell_path(run.path, run.cells[4].id)
text = path.read_text()

def broken(change):
    data = json.loads(text)
    change(data)
    path.write_text(json.dumps(data))
    said = fixtures.refusal(record.load_cell, path)
    assert said.startswith(f"{path}: "), said
    return said.removeprefix(f"{path}: ")

assert "'foo' was unexpected" in broken(lambda d: d.update(foo=1))
assert "'facts' is a required" in broken(lambda d: d.pop("facts"))
said = broken(lambda d: d.update(schema=2))
assert said == "schema: version 2 is unknown here, 1 is known", said
assert broken(lambda d: d.update(schema="1")).startswith("schema: ")
said = broken(lambda d: d["measurements"][3].update(count=-1))
assert said.startswith("measurements[3].count: -1 is less than"), said
said = broken(lambda d: d["measurements"][0].update(series="probe"))
assert said.startswith("measurements[0].series: 'probe' is not one of"), said
said = broken(lambda d: d["cell"].update(force=True))
assert said.endswith("boot, design and force make dom0-iommu+force"), said
said = broken(lambda d: d.update(id="0123456789abcdef"))
assert "but the folder is" in said, said
said = broken(lambda d: d.update(id="0123456789abcdef\n"))
assert said.startswith("id: "), said
said = broken(lambda d: d["measurements"].append(d["measurements"][0]))
assert said == "measurements[14]: map_single-64 map is there twice", said
EOF
}

@test "numbers and times that nobody could count with are refused" {
	py <<'EOF'
import json, os
from pathlib import Path
import fixtures
from harness import record
from harness.record import Value

run = fixtures.saved(Path(os.environ["TMP"]))
cell, manifest = record.cell_path(run.path, run.cells[4].id), run.path / "run.json"

def broken(path, load, change):
    whole = path.read_text()
    data = json.loads(whole)
    change(data)
    path.write_text(json.dumps(data).replace('"huge"', "1e999"))
    said = fixtures.refusal(load, path).removeprefix(f"{path}: ")
    path.write_text(whole)
    return said

for name in ("memory_mib", "low_mib", "vcpus", "scatter_seed", "scatter_share"):
    for given in ("lots", 2048.0, True, -1, 10**30):
        said = broken(cell, record.load_cell, lambda d: d["cell"]["parameters"].update({name: given}))
        assert said == f"cell.parameters.{name}: {json.dumps(given)} is no whole number from 0", said
value = {"step": "s", "name": "n", "unit": "1", "value": 10**400}
said = broken(cell, record.load_cell, lambda d: d["values"].append(value))
assert said == "values[0].value: is not finite", said
value["value"] = "huge"
said = broken(cell, record.load_cell, lambda d: d["values"].append(value))
assert said == "is not JSON: 1e999 is too large", said
said = broken(cell, record.load_cell, lambda d: d["measurements"][0].update(count=2**64))
assert said.startswith("measurements[0].count: "), said
for given in ("2026-99-99T00:00:00Z", "0001-01-01T00:00:00+14:00", "0000-01-01T00:00:00Z"):
    for name in ("started", "finished"):
        said = broken(manifest, record.load_manifest, lambda d: d.update({name: given}))
        assert said == f"{name}: {given} is no time; allowed is one like 2026-01-31T23:59:59Z", said
def reason(data):
    data["cells"][0].update(reason="\x1b]0;mine\x07")
assert "one line without control" in broken(manifest, record.load_manifest, reason)
for part in ("planned", "cells"):
    def memory(data):
        data[part][0].update(memory_mib=10**30)
    assert "memory_mib: " in broken(manifest, record.load_manifest, memory)
EOF
}

@test "a measurement that contradicts its own histogram is refused" {
	py <<'EOF'
import dataclasses, os
from pathlib import Path
import fixtures
from harness import record

tmp = Path(os.environ["TMP"])
numbers = fixtures.measured("dom0-hook")
good = dataclasses.replace(
    fixtures.measurement("s", "map", {}, 120, numbers[0].bounce, low=100), step="s"
)
none = record.measure(fixtures.series_frame("s", "map", [], 7), {}, good.bounce, None)
assert (none.min, none.p50, none.p99, none.max, none.hist) == (None,) * 4 + ((),)
for cell in (good, none):
    record.save_cell(fixtures.cell(measurements=[cell]), tmp)
more = dataclasses.replace(good.bounce, mask=600, missed=600)
for start, changes, words in (
    (good, {"hist": ((100, 0), (120, 1000))}, "hist[0][1]: 0 is less than"),
    (good, {"hist": ((-1, 1), (120, 999))}, "hist[0][0]: -1 is less than"),
    (good, {"hist": ((100, 1), (120, 999, 1))}, "hist[1]: [120, 999, 1] is too long"),
    (good, {"hist": ((100, True), (120, 999))}, "hist[0][1]: True is not of type"),
    (good, {"hist": (100, 900)}, "hist[0]: 100 is not of type"),
    (good, {"hist": 7}, "hist: 7 is not of type"),
    (good, {"count": 999}, "hist: counts 1000 operations, count is 999"),
    (good, {"hist": ((120, 999), (100, 1))}, "hist: is not ascending"),
    (good, {"hist": ((100, 1), (100, 999))}, "hist: is not ascending"),
    (good, {"hist": ((100, 1), (2049, 999))}, "hist: [2049] is no bucket's"),
    (good, {"p50": 119}, "p50: is 119, hist says 120"),
    (good, {"p90": 121}, "p90: is 121, hist says 120"),
    (good, {"p99": 121}, "p99: is 121, hist says 120"),
    (good, {"p50": None}, "p50: must not be null"),
    (good, {"min": 99}, "hist: does not reach from min to max"),
    (good, {"max": 121}, "hist: does not reach from min to max"),
    (good, {"sum": 99_999}, "sum: cannot be"),
    (good, {"sum": 120_001}, "sum: cannot be"),
    (good, {"bounce": more}, "bounce: has more mappings by reason"),
    (none, {"p50": 0}, "p50: must be null when count is 0"),
    (none, {"min": 0}, "min: must be null when count is 0"),
    (none, {"sum": 1}, "sum: must be 0"),
):
    bad = fixtures.cell(measurements=[dataclasses.replace(start, **changes)])
    text = fixtures.refusal(record.save_cell, bad, tmp)
    assert f"measurements[0].{words}" in text, text
EOF
}

@test "a save that fails leaves the old record and no litter" {
	py <<'EOF'
import dataclasses, os
from pathlib import Path
import fixtures
from harness import record

tmp = Path(os.environ["TMP"])
cell = fixtures.cell(measurements=fixtures.measured("dom0-hook"))
path = record.save_cell(cell, tmp)
before = path.read_bytes()
changed = dataclasses.replace(cell, reason="other")

def full(*_):
    raise OSError(28, "No space left on device")

for name in ("fsync", "replace"):
    kept = getattr(os, name)
    setattr(os, name, full)
    text = fixtures.refusal(record.save_cell, changed, tmp)
    setattr(os, name, kept)
    assert text == f"{path}: No space left on device", text
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == ["cell.json"], os.listdir(path.parent)
bad = dataclasses.replace(cell, facts={"nan": float("nan")})
assert "cannot be written as JSON" in fixtures.refusal(record.save_cell, bad, tmp)
assert path.read_bytes() == before
record.save_cell(changed, tmp)
assert record.load_cell(path) == changed
(tmp / "file").write_text("")
assert "file" in fixtures.refusal(record.save_cell, cell, tmp / "file")
EOF
}

@test "killed in the middle of saving, a record is whole" {
	py <<'EOF'
import os, random, signal, time
from pathlib import Path
import dataclasses
import fixtures
from harness import record

tmp = Path(os.environ["TMP"])
cell = fixtures.cell(measurements=fixtures.measured("dom0-hook"))
path = record.save_cell(cell, tmp)
seen = set()
for seed in range(6):
    child = os.fork()
    if child == 0:
        for number in range(1_000_000):
            record.save_cell(dataclasses.replace(cell, reason=f"{number}"), tmp)
    time.sleep(0.05 + random.Random(seed).random() / 20)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    seen.add(record.load_cell(path).reason)
assert len(seen) > 1, seen
EOF
}

@test "a record that no check lets pass is its own cell's ERROR; a full disk is not" {
	py <<'EOF'
import dataclasses, os, types
from pathlib import Path
import fixtures
from harness import jsonfile, record
from harness.record import RecordError, Verdict
from harness.runner import Runner

tmp = Path(os.environ["TMP"])
good = fixtures.run(1).cells[0]
bad = dataclasses.replace(good, verdict=Verdict.FAIL, reason="a\ttab")
runner = types.SimpleNamespace(_folder=tmp)
assert Runner._saved(runner, good) == good
made = Runner._saved(runner, bad)
assert made == record.load_cell(record.cell_path(tmp, good.id))
assert made.verdict is Verdict.ERROR and made.inputs == good.inputs
assert made.reason.startswith("its record is not sound: "), made.reason

def full(path, data):
    raise RecordError(path, "", "No space left on device") from OSError(28, "No space")

jsonfile.write = full
try:
    Runner._saved(runner, good)
except RecordError as problem:
    assert "No space left" in str(problem)
else:
    raise AssertionError("nothing was written, and nobody knows")
EOF
}

@test "damaged files are refused with their name, whatever the damage" {
	py <<'EOF'
import os, random
from pathlib import Path
import fixtures
from harness import record

tmp = Path(os.environ["TMP"])
cell = fixtures.cell(measurements=fixtures.measured("dom0-hook")[:2])
path = record.save_cell(cell, tmp)
whole = path.read_bytes()
for data, words in (
    (b"", "is not JSON"),
    (b"[]", "is not of type 'object'"),
    (b"null", "is not of type 'object'"),
    (b"\xff\xfe", "byte 0: is not UTF-8"),
    (b"[" * 100_000, "is not JSON"),
    (whole.replace(b"9.25", b"NaN"), "NaN is not JSON"),
    (whole.replace(b"9.25", b"-Infinity"), "is not JSON"),
    (whole + b"{}", "is not JSON: Extra data"),
):
    path.write_bytes(data)
    text = fixtures.refusal(record.load_cell, path)
    assert text.startswith(f"{path}: ") and words in text, text
for size in range(0, len(whole) - 2, 41):
    path.write_bytes(whole[:size])
    assert f"{path}: " in fixtures.refusal(record.load_cell, path)
path.unlink()
assert fixtures.refusal(record.load_cell, path) == f"{path}: No such file or directory"
dice = random.Random(7)
refused = 0
for _ in range(150):
    data = bytearray(whole)
    for _ in range(dice.randint(1, 3)):
        data[dice.randrange(len(data))] = dice.randrange(256)
    path.write_bytes(data)
    try:
        record.load_cell(path)
    except record.RecordError as error:
        assert str(error).startswith(f"{path}: ") and "\n" not in str(error)
        refused += 1
assert refused > 75, refused
EOF
}

@test "a run whose manifest and cells disagree is refused" {
	py <<'EOF'
import dataclasses, os, shutil
from pathlib import Path
import fixtures
from harness import record

Verdict = record.Verdict
tmp = Path(os.environ["TMP"])
run = fixtures.saved(tmp, ends={"dom0-hook": (Verdict.FAIL, "wrong")})
cell = run.cells[5]
path = record.cell_path(run.path, cell.id)
record.save_cell(fixtures.cell("dom0-hook", fixtures.measured("dom0-hook")), run.path)
text = fixtures.refusal(record.load_run, run.path)
assert text.endswith(
    "is dom0-hook micro linear 2048 MiB PASS, "
    "but run.json says dom0-hook micro linear 2048 MiB FAIL"
)
for member, value in (("p2m", "scattered"), ("parameters", {"memory_mib": 512})):
    spec = dataclasses.replace(cell.cell, **{member: value})
    record.save_cell(dataclasses.replace(cell, cell=spec), run.path)
    text = fixtures.refusal(record.load_run, run.path)
    assert text.endswith("but run.json says dom0-hook micro linear 2048 MiB FAIL"), text
path.unlink()
assert fixtures.refusal(record.load_run, run.path) == f"{path}: No such file or directory"
record.save_cell(cell, run.path)
assert record.load_run(run.path) == run

ends = run.manifest.cells
for changes, words in (
    ({"planned": run.manifest.planned[1:]}, "is not in the plan"),
    ({"planned": run.manifest.planned * 2}, "planned: has a cell twice"),
    ({"cells": ends + ends[:1]}, "cells: has a cell twice"),
    (
        {"cells": (dataclasses.replace(ends[0], variant="dom0-hook"),)},
        "cells[0].variant: is dom0-hook, planned was native-plain",
    ),
    (
        {"cells": (dataclasses.replace(ends[0], p2m="scattered"),)},
        "cells[0].p2m: is scattered, planned was linear",
    ),
    (
        {"cells": (dataclasses.replace(ends[0], memory_mib=512),)},
        "cells[0].memory_mib: is 512, planned was 2048",
    ),
    ({"cells": (dataclasses.replace(ends[5], reason=""),)}, "cells[0].reason: must"),
):
    bad = dataclasses.replace(run.manifest, **changes)
    text = fixtures.refusal(record.save_manifest, bad, run.path)
    assert words in text, text

moved = tmp / "20261123T000000-other-abcdef"
shutil.copytree(run.path, moved)
assert f"but the folder is {moved.name}" in fixtures.refusal(record.load_run, moved)
EOF
}

@test "cells of one variant and workload are told apart by layout and memory" {
	py <<'EOF'
import dataclasses, os
from pathlib import Path
import fixtures
from harness import record
from harness.record import Kind

tmp = Path(os.environ["TMP"])
run = fixtures.saved(tmp, more=(("dom0-hook", "scattered", 2048), ("dom0-hook", "linear", 4096)))
found = [(cell.cell.variant, cell.cell.p2m, cell.cell.kind.memory_mib) for cell in run.cells]
assert found[5:] == [
    ("dom0-hook", "linear", 2048),
    ("dom0-hook", "scattered", 2048),
    ("dom0-hook", "linear", 4096),
], found
kinds = run.manifest.kinds
assert kinds == [cell.cell.kind for cell in run.cells]
assert [record.title(kind, kinds) for kind in kinds[5:]] == [
    "dom0-hook micro 2048 MiB",
    "dom0-hook micro scattered 2048 MiB",
    "dom0-hook micro 4096 MiB",
]
# As much as is needed, and no more.
assert record.title(kinds[6], kinds[:7]) == "dom0-hook micro scattered"
assert record.title(kinds[5], kinds[:7]) == "dom0-hook micro"
other = Kind("dom0-hook", "other", "linear", 4096)
assert record.title(kinds[5], [*kinds[:7], other]) == "dom0-hook micro"
EOF
}

@test "a run of an older version is refused by its version" {
	py <<'EOF'
import json, os
from pathlib import Path
import fixtures
from harness import record

run = fixtures.saved(Path(os.environ["TMP"]))
path = record.manifest_path(run.path)
data = json.loads(path.read_text())
path.write_text(json.dumps({**data, "schema": 1}))
said = fixtures.refusal(record.load_run, run.path)
assert said == f"{path}: schema: version 1 is unknown here, 2 is known", said
path.write_text(json.dumps({**data, "debug": "no"}))
assert "debug: 'no' is not of type" in fixtures.refusal(record.load_run, run.path)
EOF
}

@test "a run that was cut off loads with the cells it has" {
	py <<'EOF'
import dataclasses, os
from pathlib import Path
import fixtures
from harness import record

run = fixtures.saved(Path(os.environ["TMP"]), never=("dom0-iommu", "dom0-hook"))
assert len(run.cells) == 4 and len(run.manifest.planned) == 6
going = dataclasses.replace(
    run.manifest, finished=None, verdict=None, cells=run.manifest.cells[:1]
)
record.save_manifest(going, run.path)
assert record.load_run(run.path).cells == run.cells
finished = dataclasses.replace(run.manifest, cells=run.manifest.cells[:1])
record.save_manifest(finished, run.path)
assert record.load_run(run.path).cells == run.cells[:1]
EOF
}

@test "verdicts have the exit codes of the command, and an order" {
	py <<'EOF'
from harness.record import Verdict, worst

codes = {verdict.value: verdict.exit_code for verdict in Verdict}
assert codes == {"PASS": 0, "ERROR": 3, "FAIL": 4, "CRASH": 5, "SKIP": 6}, codes
assert worst([Verdict.PASS, Verdict.SKIP]) is Verdict.SKIP
assert worst([Verdict.FAIL, Verdict.ERROR, Verdict.PASS]) is Verdict.FAIL
assert worst([Verdict.CRASH, Verdict.FAIL]) is Verdict.CRASH
assert worst([]) is Verdict.ERROR
EOF
}
