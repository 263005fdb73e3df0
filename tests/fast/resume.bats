#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Runs that are cut off and go on: with the whole command, of a checkout made up for
# the tests, with a script in the place of QEMU. One run is made for all of them.

setup_file() {
	load ../lib/records
	load ../lib/made_up
	made_up "$BATS_FILE_TMPDIR"
	words=(--profile one --kernel "$MADE/linux" --workloads-from "$MADE/more")
	for number in 0 1 2 3; do words+=(--workload "w$number"); done
	export RUN_WORDS="${words[*]}"
	# shellcheck disable=SC2086
	bench run --results "$MADE/runs" $RUN_WORDS
}

setup() {
	load ../lib/records
	load ../lib/made_up
	load ../lib/disk
	made_up "$BATS_FILE_TMPDIR"
	export TMP=$BATS_TEST_TMPDIR
	cp -r "$MADE/runs" "$TMP/runs"
	FOLDER=$(echo "$TMP"/runs/*)
	export FOLDER ID=${FOLDER##*/}
	run true
}

# cut_off KEEP: make of the run that is finished one that was cut off after KEEP cells.
cut_off() {
	KEEP=$1 py <<'PY'
import json, os, shutil
from pathlib import Path

folder, keep = Path(os.environ["FOLDER"]), int(os.environ["KEEP"])
path = folder / "run.json"
data = json.loads(path.read_text())
for end in data["cells"][keep:]:
    (folder / "cells" / end["id"] / "cell.json").unlink()
data.update(cells=data["cells"][:keep], finished=None, verdict=None)
path.write_text(json.dumps(data))
(folder / "SHA256SUMS").unlink(missing_ok=True)
PY
}

resume() {
	run bench run --results "$TMP/runs" --resume "$ID" "$@"
	echo "$output"
}

@test "a run goes on with the cells that are missing, and keeps the others as they are" {
	cut_off 2
	before=$(cd "$FOLDER" && find . -name cell.json -exec sha256sum {} +)
	first=$(echo "$FOLDER"/cells/*/cell.json | cut -d' ' -f1)
	touch "$FOLDER/.run.json.left.tmp" "${first%/*}/.cell.json.left.tmp"
	resume
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "2 of 4 cells were kept" ]
	[[ "${lines[-1]}" == "PASS: 4 of 4 cells passed; $FOLDER" ]]
	cd "$FOLDER"
	sha256sum --check --strict --quiet <<<"$before"
	sha256sum --check --strict --quiet SHA256SUMS
	[ "$(grep -c cell.json SHA256SUMS)" -eq 4 ]
	[ -z "$(find . -name '*.tmp')" ]
	cd "$REPO"
	py <<'PY'
import os
from pathlib import Path
from harness import record

made, old = (record.load_run(Path(p)) for p in (os.environ["FOLDER"], f"{os.environ['MADE']}/runs/{os.environ['ID']}"))
kinds = lambda run: [(c.id, c.verdict, c.inputs, c.measurements) for c in run.cells]
assert kinds(made) == kinds(old) and made.manifest.started == old.manifest.started
assert made.manifest.kernels == old.manifest.kernels
assert all(seconds >= old.manifest.stages[name] for name, seconds in made.manifest.stages.items())
PY
	# Nothing is left to do.
	resume
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "run $ID is finished" ]
	[[ "${lines[-1]}" == "PASS: 4 of 4 cells passed; $FOLDER" ]]
}

@test "killed at any moment, again and again, a run loses only what was in flight" {
	py <<'PY'
import os, random, signal, subprocess, time
from pathlib import Path
import made
from harness import record

runs = Path(os.environ["TMP"]) / "killed"
bench = ["run", "--results", runs]
words = os.environ["RUN_WORDS"].split()
seed = random.randrange(1000)
print("seed", seed)
chance = random.Random(seed)
kept, kills = {}, 0
# A boot takes half a second: the first two are killed for sure, the others perhaps.
for seconds in (0.5, 0.5, 1.2, 1.2, None):
    begin = time.monotonic()
    process = made.started(
        *bench, *words, env={"FAKE_DELAY": "0.5"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    while not list(runs.glob("*/run.json")):
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.005)
    if seconds:
        time.sleep(chance.random() * seconds)
        process.kill()
    said = process.communicate()[0]
    (folder,) = runs.iterdir()
    now = {path: path.read_bytes() for path in folder.glob("cells/*/cell.json")}
    assert all(now.get(path) == data for path, data in kept.items()), (kept, now)
    assert len(record.load_run(folder).cells) == len(now)
    kept, words = now, ["--resume", folder.name]
    assert process.returncode in (0, -signal.SIGKILL), said
    kills += process.returncode == -signal.SIGKILL
assert process.returncode == 0 and kills >= 2, (kills, said)
run = record.load_run(folder)
(old,) = (Path(os.environ["MADE"]) / "runs").iterdir()
old = record.load_run(old)
about = lambda run: sorted((c.id, c.verdict, c.measurements) for c in run.cells)
assert len(run.cells) == 4 and about(run) == about(old) and run.manifest.verdict is old.manifest.verdict
assert subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder).returncode == 0
PY
}

@test "killed, a run takes its guests with it" {
	py <<'PY'
import os, signal, time
from pathlib import Path
import boots, made

tmp = Path(os.environ["TMP"])
words = ["run", "--results", tmp / "dead", *os.environ["RUN_WORDS"].split()]
env = {"FAKE_QEMU": "sleep", "FAKE_PIDS": str(tmp / "pids")}
process = made.started(*words, env=env)
while not (tmp / "pids").exists() or not (tmp / "pids").read_text().endswith("\n"):
    assert process.poll() is None
    time.sleep(0.02)
process.kill()
process.wait()
guests = [line.split()[0] for line in (tmp / "pids").read_text().splitlines()]
try:
    assert guests and all(boots.gone(pid) for pid in guests), guests
finally:
    for pid in guests:
        # What the script itself started.
        try:
            os.killpg(int(pid), signal.SIGKILL)
        except ProcessLookupError:
            pass
PY
}

@test "a run that is being run is left to the process that does" {
	cut_off 1
	exec 9>>"$FOLDER/.lock"
	echo 4711 >"$FOLDER/.lock"
	flock -x 9
	before=$(cd "$FOLDER" && find . -type f -exec sha256sum {} + | sort)
	run bench run --results "$TMP/runs" --resume "$ID" 9>&-
	exec 9>&-
	[ "$status" -eq 3 ]
	[ "$output" = "bouncemark: run $ID is being run by process 4711" ]
	[ "$(cd "$FOLDER" && find . -type f -exec sha256sum {} + | sort)" = "$before" ]
}

@test "a record that is damaged is done again, and one line says so" {
	cut_off 3
	bad=$(echo "$FOLDER"/cells/*/cell.json | cut -d' ' -f1)
	truncate -s 700 "$bad"
	echo old >"${bad%/*}/left"
	resume
	[ "$status" -eq 0 ]
	[[ "${lines[0]}" == "done again: $bad: line "*": is not JSON: "* ]]
	[ "${lines[1]}" = "2 of 4 cells were kept" ]
	[[ "${lines[-1]}" == "PASS: 4 of 4 cells passed; $FOLDER" ]]
	[ ! -e "${bad%/*}/left" ]
	# Killed between the last manifest and the sums.
	rm "$FOLDER/SHA256SUMS"
	resume
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "run $ID is finished" ]
	(cd "$FOLDER" && sha256sum --check --strict --quiet SHA256SUMS)
}

@test "what was changed since is named, and the run stays as it was" {
	cut_off 2
	before=$(cat "$FOLDER/run.json")
	sed -i 's/size = 64/size = 128/' "$MADE/more/w1.toml"
	resume
	sed -i 's/size = 128/size = 64/' "$MADE/more/w1.toml"
	[ "$status" -eq 3 ]
	[[ "$output" =~ ^bouncemark:\ run\ $ID\ cannot\ be\ resumed:\ workload\ w1\ was\ [0-9a-f]{16}\ and\ is\ [0-9a-f]{16}\;\ make\ a\ new\ run$ ]]
	mv "$MADE/linux" "$MADE/linux.kept"
	cp -r "$MADE/linux.kept" "$MADE/linux"
	echo "int more;" >>"$MADE/linux/init/main.c"
	resume
	rm -r "$MADE/linux"
	mv "$MADE/linux.kept" "$MADE/linux"
	[ "$status" -eq 3 ]
	[[ "$output" == "bouncemark: run $ID cannot be resumed: kernel of iommu was "*" and is "*"; make a new run" ]]
	sed -i 's/0.0 (a script)/0.1 (a script)/' "$FOLDER/run.json"
	resume
	[ "$status" -eq 3 ]
	[ "$output" = "bouncemark: run $ID cannot be resumed: qemu was QEMU emulator version 0.1 (a script) and is QEMU emulator version 0.0 (a script); make a new run" ]
	sed -i 's/0.1 (a script)/0.0 (a script)/' "$FOLDER/run.json"
	[ "$(cat "$FOLDER/run.json")" = "$before" ]
	sed -i 's/"guest": "[^"]*"/"guest": "another"/' "$FOLDER"/cells/*/cell.json
	resume
	[ "$status" -eq 3 ]
	[[ "$output" == "bouncemark: run $ID cannot be resumed: guest of native-iommu was another and is "* ]]
}

@test "what cannot be resumed, and what the run knows already, is refused in a sentence" {
	resume --variant native-iommu
	[ "$status" -eq 2 ]
	[ "$output" = "bouncemark: --resume: the run knows its --variant; leave it out" ]
	for words in "--boots 3" "--versus tree"; do
		# shellcheck disable=SC2086
		resume $words
		[ "$status" -eq 2 ]
		[ "$output" = "bouncemark: --resume: goes on with one run; leave ${words% *} out" ]
	done
	run bench run --results "$TMP/runs" --resume nothing
	[ "$status" -eq 2 ]
	[ "$output" = "bouncemark: run nothing: no such in $TMP/runs; see: bouncemark list runs" ]
	cut_off 1
	sed -i 's/"whole": true/"whole": false/' "$FOLDER/request.json"
	resume
	[ "$status" -eq 3 ]
	[ "$output" = "bouncemark: run $ID cannot be resumed: it is of mutants or explain: give that command again" ]
	echo '{' >"$FOLDER/request.json"
	resume
	[ "$status" -eq 3 ]
	[[ "$output" == "bouncemark: $FOLDER/request.json: line 2 column 1: is not JSON: "* ]]
	rm "$FOLDER/request.json"
	resume
	[ "$status" -eq 3 ]
	[ "$output" = "bouncemark: run $ID cannot be resumed: it has no request.json, for it is of an earlier bouncemark" ]
}

@test "on a disk that is full a run ends with one sentence, and goes on when it is not" {
	cut_off 2
	on_disk 2m <<'SH'
cp -r "$TMP/runs" "$TMP/disk"
# What is removed to be done again would make room.
for cell in "$TMP/disk/runs/$ID"/cells/*; do
	[ -e "$cell/cell.json" ] || rm -r "$cell"
done
dd if=/dev/zero of="$TMP/disk/fill" bs=4k 2>/dev/null || true
before=$(cd "$TMP/disk/runs" && find . -name cell.json -exec sha256sum {} +)
status=0
said=$(bench run --resume "$TMP/disk/runs/$ID" 2>&1) || status=$?
echo "$said"
[ "$status" -eq 3 ]
[[ "$said" == "bouncemark: $TMP/disk/runs/$ID/"*"No space left on device" ]]
[ "$(wc -l <<<"$said")" -eq 1 ]
(cd "$TMP/disk/runs" && sha256sum --check --quiet <<<"$before")
rm "$TMP/disk/fill"
bench run --resume "$TMP/disk/runs/$ID" | grep -q "^PASS: 4 of 4 cells passed"
mount -o remount,ro "$TMP/disk"
status=0
# shellcheck disable=SC2086
said=$(bench run --results "$TMP/disk/runs" $RUN_WORDS 2>&1) || status=$?
echo "$said"
[ "$status" -eq 3 ]
[[ "$said" == "bouncemark: $TMP/disk/runs/"*"Read-only file system" ]]
[ "$(wc -l <<<"$said")" -eq 1 ]
SH
}
