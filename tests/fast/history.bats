#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A metric from run to run, and a whole history that is taken elsewhere.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "history prints a metric's values, those of a pattern, and the last of them" {
	py <<'PY'
import csv, io, json, os
from pathlib import Path
import fixtures, archives
from archives import METRIC, command

runs = Path(os.environ["TMP"]) / "runs"
where = ("--results", runs)
status, said, errors = command("history", METRIC, *where)
assert (status, said) == (2, "") and errors == (
    f"bouncemark: metric {METRIC}: no run has any; make one with: bouncemark run\n"
), errors
folders = [archives.night(runs, number, 10 * number) for number in range(3)]
base = fixtures.cost(*archives.STEP)
status, said, errors = command("history", METRIC, *where)
assert (status, errors) == (0, "")
assert said.splitlines() == [
    f"{METRIC}  (ticks, lower is better)",
    *(
        f"2026-11-0{number + 1}T03:00:00+00:00  {base + 10 * number}  {folder.name}"
        for number, folder in enumerate(folders)
    ),
], said
status, said, errors = command("history", METRIC, "--last", 1, *where)
assert len(said.splitlines()) == 2 and said.rstrip().endswith(folders[2].name)
status, said, errors = command("history", "dom0-*/map_single-4096/*.min", "--json", *where)
made = json.loads(said)
names = [f"{variant}/micro/linear/2048/insn/map_single-4096/{series}.min"
         for variant in ("dom0-hook", "dom0-iommu") for series in ("map", "unmap")]
assert [one["metric"] for one in made] == names, made
assert made[0]["points"][2] == {
    "run": folders[2].name, "started": "2026-11-03T03:00:00+00:00", "value": base + 20
}, made[0]
assert (made[0]["unit"], made[0]["direction"]) == ("ticks", "lower")
status, said, errors = command("history", METRIC, "--csv", "--last", 2, *where)
lines = list(csv.DictReader(io.StringIO(said)))
assert [(line["metric"], line["value"]) for line in lines] == [
    (METRIC, str(base + 10)), (METRIC, str(base + 20))
], lines
status, said, errors = command("history", METRIC, "--profile", "quick", *where)
assert (status, said) == (0, "") and errors == f"metric {METRIC}: no run that is meant has it\n"
status, said, errors = command("history", METRIC.replace("hook", "hok"), *where)
assert status == 2 and errors.count("\n") == 1 and METRIC in errors, errors
status, said, errors = command("history", METRIC, "--last", 0, *where)
assert status == 2 and errors == "bouncemark: --last: allowed are numbers from 1\n"
PY
}

@test "a history is exported and imported whole, and again without harm" {
	py <<'PY'
import io, json, os, subprocess, sys
from pathlib import Path
import archives
from harness import record, sums
from archives import METRIC, command

tmp = Path(os.environ["TMP"])
runs, other, file = tmp / "runs", tmp / "other", tmp / "history.jsonl"
folders = [archives.night(runs, number, number) for number in range(2)]
folders.append(archives.night(runs, 2, finished=None, verdict=None, unsummed=True))
assert command("export", file, "--results", runs) == (0, "", "")
lines = [json.loads(line) for line in file.read_text().splitlines()]
assert lines[0] == {"format": "bouncemark history", "version": 1} and lines[-1] == {"end": 3}
assert [line["run"] for line in lines[1:-1]] == [folder.name for folder in folders]
status, said, errors = command("import", file, "--results", other)
assert (status, errors) == (0, "") and said == f"3 runs made in {other}, 0 were there, 0 refused\n", said
names = lambda top: sorted(str(path.relative_to(top)) for path in top.rglob("*") if path.is_file())
assert names(other) == names(runs), names(other)
for name in names(runs):
    assert (other / name).read_bytes() == (runs / name).read_bytes(), name
assert [sums.load(other / folder.name) is None for folder in folders] == [False, False, True]
# The same from a pipe, by the command itself.
script = f"./bouncemark export - --results {runs} | ./bouncemark import - --results {other}"
done = subprocess.run(["bash", "-o", "pipefail", "-c", script], capture_output=True, text=True)
assert done.returncode == 0 and done.stdout == f"0 runs made in {other}, 3 were there, 0 refused\n", done
one, two = (command("history", METRIC, "--results", place) for place in (runs, other))
assert one == two and len(one[1].splitlines()) == 4
# Another run of the same name is refused by name; the rest is made.
path = record.manifest_path(other / folders[0].name)
changed = path.read_text().replace('"boot": 60', '"boot": 61')
path.write_text(changed)
record_before = path.read_bytes()
(other / folders[1].name).rename(tmp / "away")
status, said, errors = command("import", file, "--results", other)
assert (status, said) == (3, f"1 runs made in {other}, 1 were there, 1 refused\n"), said
assert errors == f"{file}: line 2: run {folders[0].name} is there already and is another\n", errors
assert path.read_bytes() == record_before
# A run that is damaged is left out, and said.
archives.flip(next(folders[1].glob("cells/*/cell.json")), 400)
before = file.read_bytes()
status, said, errors = command("export", file, "--results", runs)
assert status == 3 and errors.startswith("left out: ") and folders[1].name in errors, errors
assert len(file.read_bytes().splitlines()) == len(before.splitlines()) - 1
PY
}

@test "a broken line is named, and what was before it is kept" {
	py <<'PY'
import json, os
from pathlib import Path
import archives
from harness import record
from archives import command

tmp = Path(os.environ["TMP"])
runs, file = tmp / "runs", tmp / "history.jsonl"
first = archives.night(runs, 0).name
archives.night(runs, 1)
assert command("export", file, "--results", runs)[0] == 0
head, one, two, end = file.read_bytes().splitlines(keepends=True)
count = iter(range(100))

def refused(data):
    other = tmp / f"other-{next(count)}"
    file.write_bytes(data)
    status, said, errors = command("import", file, "--results", other)
    assert status == 3 and errors.count("\n") == 1, (status, errors)
    made = sorted(path.name for path in other.iterdir()) if other.exists() else []
    for name in made:
        record.load_run(other / name)
    assert said == f"{len(made)} runs made in {other}, 0 were there, 0 refused\n", said
    prefix = f"bouncemark: {file}"
    assert errors.startswith(prefix), errors
    return made, errors[len(prefix) :].strip()

assert refused(head + one + two[:-50] + b"\n" + end) == (
    [first], ": line 3: is not JSON: " + refused(head + one + two[:-50])[1].partition("JSON: ")[2]
)
assert refused(head + one + two) == (sorted(p.name for p in runs.iterdir()), ": ends after 2 runs, cut off")
assert refused(head + one + end) == ([first], ": line 3: 2 runs were written, 1 are there")
assert refused(head + one + two + end + one)[1] == ": line 5: comes behind the end"
assert refused(b"") == ([], ": is empty")
assert refused(one) == ([], ': line 1: is not the head of a history, "bouncemark history"')
assert refused(head.replace(b"1}", b"7}") + one) == ([], ": line 1: version 7 is unknown here, 1 is known")
assert refused(head + one + b"[]\n" + end) == ([first], ": line 3: is no whole JSON object")
assert refused(head + one + b"{}\n" + end)[1].startswith(": line 3: is no run; its members are ")

def other_run(change):
    data = json.loads(two)
    change(data)
    return refused(head + one + json.dumps(data).encode() + b"\n" + end)

def climbs(data):
    data["run"] = data["manifest"]["id"] = "../evil"

made, said = other_run(climbs)
assert made == [first] and "line 3: " in said and "'../evil' does not match" in said, said
assert not (tmp / "evil").exists()
made, said = other_run(lambda data: data.update(run="x"))
assert made == [first] and said == ": line 3: x: is not the manifest's run", said
made, said = other_run(lambda data: data["cells"][0].update(verdict="GOOD"))
assert made == [first] and said.startswith(": line 3: "), said
made, said = other_run(lambda data: data["cells"].pop())
assert made == [first] and said.endswith("/cell.json: No such file or directory"), said
file.unlink()
status, said, errors = command("import", file, "--results", runs)
assert status == 3 and errors == f"bouncemark: {file}: No such file or directory\n", errors
PY
}

@test "what a record says moves no cursor, and is no formula" {
	py <<'PY'
from harness import historytext
from harness.series import Kind, Metric, Point

metric = Metric("dom0-hook", "=1+1", "linear", 2048, "insn", "s", "\x1b]0;mine\x07")
one = historytext.Series(metric, Kind("=2", "lower"), (Point("run", "now", 1.0),))
said = historytext.text([one])
assert said.splitlines()[0].endswith(r"/s/\x1b]0;mine\x07  (=2, lower is better)"), said
assert "\x1b" not in said
lines = historytext.to_csv([one]).splitlines()
assert lines[1] == r"dom0-hook/=1+1/linear/2048/insn/s/\x1b]0;mine\x07,'=2,run,now,1", lines
PY
}
