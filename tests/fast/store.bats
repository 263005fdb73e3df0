#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The index over the runs: what it takes from them, and what it does when they, or
# it, are not what was written.

setup() {
	load ../lib/records
	load ../lib/disk
	export TMP=$BATS_TEST_TMPDIR
}

@test "the index has every figure of the runs, in the order of their start" {
	py <<'PY'
import os
from pathlib import Path
import archives
from harness import indexing, record, series, store, storequery

tmp = Path(os.environ["TMP"])
runs = tmp / "runs"
# The clock was set back before the third run; two began in one second.
late = archives.night(runs, 2, 20)
early = archives.night(runs, 1, 10)
back = archives.night(runs, 3, 30, started="2026-10-01T03:00:00+00:00")
same = "2026-11-02T05:00:00+02:00"
twin = archives.night(runs, 4, 40, started=same, drops={"dom0-hook": ["sync-4096"]})
archives.night(runs, 5, 50, debug=True)
with store.opened(tmp / "index") as index:
    done = indexing.update(index, runs, {})
    assert len(done.taken) == 5 and done.problems == (), done
    metric = series.parse(archives.METRIC)
    points = storequery.history(index, metric)
    order = [back.name, early.name, twin.name, late.name]
    assert [point.run for point in points] == order, points
    base = points[0].value - 30
    assert [point.value - base for point in points] == [30, 10, 40, 20], points
    assert points[2].started == same
    rows = list(storequery.rows(index))
    expected = {
        (str(metric), name, point.value)
        for name in order
        for metric, _, point in series.points(record.load_run(runs / name), {})
    }
    assert set(rows) == expected and len(rows) == len(expected)
    made = storequery.arrays(index)
    assert list(made.runs) == order and made.values.dtype == "float64"
    assert made.values.shape == (len(made.metrics), 4)
    cube = {
        (str(metric), run, value)
        for metric, line in zip(made.metrics, made.values)
        for run, value in zip(made.runs, line)
        if value == value
    }
    assert cube == expected
    # What was not measured is not a number, and it is that run's alone.
    gaps = made.values != made.values
    assert gaps.sum() == 4 and gaps[:, 2].sum() == 4, gaps.sum()
    assert made.kinds[0] == series.Kind("ticks", "lower"), made.kinds[0]
    chosen = storequery.Chosen(profile="quick")
    assert storequery.arrays(index, chosen).values.shape == (0, 0)
    assert storequery.history(index, metric, storequery.Chosen(clock="wall")) == []
    assert len(storequery.history(index, metric, storequery.Chosen("nightly"))) == 4
PY
}

@test "an update takes what is new or changed and drops what is gone" {
	py <<'PY'
import dataclasses, json, os, shutil
from pathlib import Path
import archives
from harness import indexing, record, series, store, storequery, sums

tmp = Path(os.environ["TMP"])
runs = tmp / "runs"
folders = [archives.night(runs, number, number) for number in range(3)]
names = tuple(folder.name for folder in folders)
metric = series.parse(archives.METRIC)

def update():
    with store.opened(tmp / "index") as index:
        assert index.notes == (), index.notes
        done = indexing.update(index, runs, {})
        return done.taken, done.dropped, [p.value for p in storequery.history(index, metric)]

with store.opened(tmp / "index") as index:
    assert indexing.update(index, tmp / "none", {}).taken == ()
taken, dropped, values = update()
assert (taken, dropped) == (names, ())
assert update() == ((), (), values)
# Other times alone are no change.
os.utime(folders[0] / "run.json", (1, 1))
assert update() == ((), (), values)
shutil.rmtree(folders[1])
assert update() == ((), (names[1],), values[::2])
# Another value, with sums that fit.
path = next(folders[2].glob("cells/*/cell.json"))
for path in folders[2].glob("cells/*/cell.json"):
    cell = record.load_cell(path)
    if cell.cell.variant == "dom0-hook":
        kept = [m for m in cell.measurements if m.step != "map_single-4096"]
        record.save_cell(dataclasses.replace(cell, measurements=tuple(kept)), folders[2])
sums.save(folders[2])
assert update() == ((names[2],), (), values[:1])
PY
}

@test "a damaged record is told of and takes down no other" {
	py <<'PY'
import os
from pathlib import Path
import archives
from archives import command, flip

runs = Path(os.environ["TMP"]) / "runs"
folders = [archives.night(runs, number, number) for number in range(4)]
cell = sorted(folders[1].glob("cells/*/cell.json"))[0]
whole = {path: path.read_bytes() for path in (cell, folders[2] / "run.json")}
# A digit that became another: JSON and schema would let it pass.
place = cell.read_bytes().index(b'"sum": ') + 7
flip(cell, place)
(folders[2] / "run.json").write_bytes(whole[folders[2] / "run.json"][:100])
(folders[3] / "SHA256SUMS").write_text("what\n")
where = ("--results", runs)
status, said, errors = command("index", *where)
name = f"{cell.relative_to(runs)}"
assert status == 3 and "3 runs, " in said and "3 problems" in said, (said, errors)
lines = errors.splitlines()
assert lines == [
    f"not taken: {name}: was changed or damaged: SHA256SUMS says otherwise",
    f"not taken: {folders[2].name}/run.json: was changed or damaged: SHA256SUMS says otherwise",
    f"not taken: {folders[3].name}/SHA256SUMS: line 1: is no sum and name of a file",
], lines
# The other cell of the run, and the other runs, are there; it is said again.
status, said, errors = command("history", "*/map_single-4096/map.min", "--csv", *where)
assert status == 0 and len(errors.splitlines()) == 3
found = [line.split(",")[2] for line in said.splitlines()[1:]]
assert sorted(found) == sorted(2 * [folders[0].name] + [folders[1].name] + 2 * [folders[3].name])
# Repaired, it is taken, though run.json and the sums are as they were.
for path, data in whole.items():
    path.write_bytes(data)
(folders[3] / "SHA256SUMS").unlink()
status, said, errors = command("index", *where)
assert (status, errors) == (0, "") and "4 runs, " in said, (said, errors)
# A run from before there were sums is checked in full.
cell = sorted(folders[3].glob("cells/*/cell.json"))[0]
cell.write_text(cell.read_text().replace('"failed": 0', '"failed": -1', 1))
(folders[3] / "run.json").write_text((folders[3] / "run.json").read_text() + " ")
status, said, errors = command("index", *where)
assert status == 3 and errors.startswith(f"not taken: {cell.relative_to(runs)}: measurements[0].failed: -1 is less"), errors
PY
}

@test "raw output is in the sums, sha256sum reads them, and index --verify checks all" {
	py <<'PY'
import os, subprocess
from pathlib import Path
import archives
from harness import sums
from archives import command

runs = Path(os.environ["TMP"]) / "runs"
folder = archives.night(runs, 1)
raw = next(folder.glob("cells/*")) / "outputs" / "a" / "fio.json"
raw.parent.mkdir(parents=True)
raw.write_text("{}")
(folder / ".lock").write_text("1")
sums.save(folder)
names = {path.relative_to(folder).parts[-1] for path in map(Path, sums.load(folder)) for path in [folder / path]}
assert names == {"run.json", "cell.json", "fio.json"}, names
check = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
assert subprocess.run(check, cwd=folder).returncode == 0
where = ("--results", runs)
assert command("index", "--verify", *where)[0] == 0
raw.write_text("{ }")
assert subprocess.run(check, cwd=folder, capture_output=True).returncode == 1
assert command("index", *where)[0] == 0
status, said, errors = command("index", "--verify", *where)
assert status == 3 and errors == f"damaged: {raw}: was changed or damaged: SHA256SUMS says otherwise\n", errors
# No sums: of an earlier bouncemark, or, with a request, cut off at its very end.
(folder / "SHA256SUMS").unlink()
assert command("index", *where)[0] == 0
(folder / "request.json").write_text("{}")
(folder / "run.json").touch()
(folder / "run.json").write_text((folder / "run.json").read_text() + "\n")
status, said, errors = command("index", *where)
assert status == 3 and errors == (
    f"not taken: {folder.name}/SHA256SUMS: is not there: the run was cut off at its end;"
    f" run --resume {folder.name}\n"
), errors
(folder / "run.json").unlink()
errors = command("index", *where)[2]
assert errors == f"not taken: {folder.name}/run.json: is not there: the run was cut off before it began\n", errors
PY
}

@test "an index that is damaged is set aside, said aloud and made anew" {
	py <<'PY'
import os, random, sqlite3, struct
from pathlib import Path
import archives
from harness import indexing, series, store, storequery
from archives import command

runs = Path(os.environ["TMP"]) / "runs"
index = runs / "index.sqlite"
for number in range(3):
    archives.night(runs, number, number)
where = ("history", archives.METRIC, "--json", "--results", runs)
status, right, errors = command(*where)
assert (status, errors) == (0, "")
good = index.read_bytes()
metric = series.parse(archives.METRIC)

def read():
    with store.opened(index) as found:
        indexing.update(found, runs, {})
        return storequery.history(found, metric), found.notes

points, notes = read()
assert len(points) == 3 and notes == ()

def ruin(data):
    for left in runs.glob("index.sqlite*"):
        left.unlink()
    index.write_bytes(data)
    found, notes = read()
    assert found == points, (found, notes)
    if notes:
        (note,) = notes
        assert note.endswith("; it is now index.sqlite.damaged-1 and is made anew"), note
        assert (runs / "index.sqlite.damaged-1").read_bytes() == data
        assert read() == (points, ())
    return bool(notes)

assert not ruin(good)
assert ruin(b"no database\n" * 100)
assert ruin(good[: len(good) // 2])
assert ruin(good[:5000] + bytes(4096) + good[9096:])
chance = random.Random(1)
seen = 0
for _ in range(10):
    data = bytearray(good)
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    seen += ruin(bytes(data))
assert seen >= 1, seen
# The head of the file, but for what makes it one of a newer bouncemark.
for place in {*range(0, 100, 6)} - {60}:
    ruin(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
# A value that another program would take for one.
value = struct.pack("<d", points[1].value)
place = good.index(value)
assert ruin(good[:place] + struct.pack("<d", 12345.0) + good[place + 8 :])
# Someone else's database.
for left in runs.glob("index.sqlite*"):
    left.unlink()
with sqlite3.connect(index) as other:
    other.execute("CREATE TABLE t (a)")
other.close()
status, said, errors = command(*where)
assert (status, said) == (0, right) and "is no index of bouncemark's; it is now " in errors, errors
PY
}

@test "an older index is made anew, a newer one is refused" {
	py <<'PY'
import os, sqlite3
from pathlib import Path
import archives
from harness import storeschema
from archives import command

runs = Path(os.environ["TMP"]) / "runs"
index = runs / "index.sqlite"
archives.night(runs, 1)
where = ("history", archives.METRIC, "--results", runs)
right = command(*where)

def version(number):
    db = sqlite3.connect(index)
    db.execute(f"PRAGMA user_version = {number}")
    db.execute("DROP TABLE cells")
    db.commit()
    db.close()

storeschema_version = storeschema.VERSION
from harness import store
store.VERSION = storeschema_version + 1
status, said, errors = command(*where)
assert (status, said) == right[:2]
assert errors == f"{index}: version {storeschema_version} is made anew as {storeschema_version + 1}\n", errors
assert not list(runs.glob("*damaged*"))
store.VERSION = storeschema_version
status, said, errors = command(*where)
assert (status, said) == (3, "")
assert errors == (
    f"bouncemark: {index}: version {storeschema_version + 1} is of a newer bouncemark, "
    f"{storeschema_version} is known; use that one, or remove the file: it is made "
    "again from the runs\n"
), errors
assert command("index", "--rebuild", "--results", runs)[0] == 0
assert command(*where) == right
PY
}

@test "several updates at once, and one that is killed, leave the index whole" {
	py <<'PY'
import os, signal
from pathlib import Path
import archives
from harness import indexing, series, store, storequery

tmp = Path(os.environ["TMP"])
runs = tmp / "runs"
names = [archives.night(runs, number, number).name for number in range(6)]
metric = series.parse(archives.METRIC)

def forked(do):
    child = os.fork()
    if not child:
        try:
            do()
            os._exit(0)
        finally:
            os._exit(1)
    return child

def update():
    with store.opened(tmp / "index") as index:
        return indexing.update(index, runs, {})

really = indexing._put
count = iter(range(6))

def dies(*words):
    really(*words)
    if next(count) == 3:
        # Within the transaction of the fourth run.
        os.kill(os.getpid(), signal.SIGKILL)

indexing._put = dies
assert os.waitpid(forked(update), 0)[1] == signal.SIGKILL
indexing._put = really
with store.opened(tmp / "index") as index:
    assert [p.run for p in storequery.history(index, metric)] == names[:3]
assert update().taken == tuple(names[3:])
(tmp / "index").unlink()
children = [forked(update) for _ in range(4)]
assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4
with store.opened(tmp / "index") as index:
    assert index.notes == () and [p.run for p in storequery.history(index, metric)] == names
assert update().taken == ()
PY
}

@test "on a full disk, or one that cannot be written, one sentence says so" {
	py <<'PY'
import os
from pathlib import Path
import archives

for number in range(3):
    archives.night(Path(os.environ["TMP"]) / "runs", number)
PY
	export PY REPO
	on_disk 440k <<'SH'
cp -r "$TMP/runs" "$TMP/disk"
dd if=/dev/zero of="$TMP/disk/fill" bs=1k 2>/dev/null || true
status=0
said=$("$REPO/bouncemark" index --results "$TMP/disk/runs" 2>&1) || status=$?
echo "$said"
[ "$status" -eq 3 ]
[ "$said" = "bouncemark: $TMP/disk/runs/index.sqlite: the disk is full; the runs are as they were" ]
diff -r --exclude='index*' "$TMP/runs" "$TMP/disk/runs"
rm "$TMP/disk/fill"
mount -o remount,size=4m "$TMP/disk"
"$REPO/bouncemark" index --results "$TMP/disk/runs" | grep -q ': 3 runs, '
mount -o remount,ro "$TMP/disk"
status=0
said=$("$REPO/bouncemark" index --results "$TMP/disk/runs" 2>&1) || status=$?
echo "$said"
[ "$status" -eq 3 ]
[ "$said" = "bouncemark: $TMP/disk/runs/index.sqlite.lock: Read-only file system" ]
SH
}

@test "the benchmark of the archive ends well, and with 4 when it is too slow" {
	words=(--nights 3 --metrics 200 --read 20)
	run "$PY" -B tests/bench/archive.py "${words[@]}"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"rebuild "* && "$output" == *"arrays "* ]]
	run "$PY" -B tests/bench/archive.py "${words[@]}" --limit 0 --json "$TMP/json"
	[ "$status" -eq 4 ]
	grep -q '"is_missed": true' "$TMP/json"
}
