#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What can go wrong in a night that is nobody's regression: each ends with the status
# and the message that the documentation says. No guest is started.

setup_file() {
	load ../lib/records
	load ../lib/nights
	nights "$BATS_FILE_TMPDIR"
	export RUNS=$MADE/one
	bench list profiles >/dev/null
	at c0
	night
	echo "$output"
	[ "$status" -eq 0 ]
}

setup() {
	load ../lib/records
	load ../lib/nights
	load ../lib/disk
	nights "$BATS_FILE_TMPDIR"
	export TMP=$BATS_TEST_TMPDIR RUNS=$BATS_TEST_TMPDIR/runs
	cp -r "$MADE/one" "$RUNS"
	at c0
}

@test "a guest that dies is CRASH: 4" {
	at c13
	night
	[ "$status" -eq 4 ]
	[[ "$output" == *"bouncemark nightly: WRONG"*"WRONG: 2 cells"*"work@native-iommu/linear/2048: CRASH, passed before"*"early exit"* ]]
}

@test "QEMU killed from outside is ERROR: 3, and the next night is good again" {
	FAKE_QEMU=signal night
	[ "$status" -eq 3 ]
	[[ "$output" == *"bouncemark nightly: ERROR"*"NOT KNOWN: 2 cells"*"work@native-iommu/linear/2048: ERROR, passed before"*"QEMU ended with signal 11"* ]]
	night
	[ "$status" -eq 0 ]
	[[ "$output" == *"6 metrics were held against 2 earlier nights"* ]]
}

@test "a kernel that does not build is ERROR: 3, with what the build said" {
	at c8
	night
	[ "$status" -eq 3 ]
	[[ "$output" == *"NOT KNOWN: 2 cells"*"make: exit status 2"* ]]
}

@test "a full disk is ERROR: 3 in one sentence, and whoever is to know is told" {
	on_disk 600k <<'SH'
mkdir "$TMP/disk/runs"
dd if=/dev/zero of="$TMP/disk/fill" bs=4k count=135 2>/dev/null
status=0
said=$(bench nightly --results "$TMP/disk/runs" --kernel "$TREE" --notify "cat >$TMP/mail" 2>&1 >/dev/null) || status=$?
echo "$said"
[ "$status" -eq 3 ]
[[ "$said" == "bouncemark: $TMP/disk/runs/"*"o space left on device" || "$said" == "bouncemark: $TMP/disk/runs/"*"disk is full"* ]]
[ "$(wc -l <<<"$said")" -eq 1 ]
[ "$(head -n 1 "$TMP/mail")" = "bouncemark nightly: ERROR" ]
grep -q "${said#bouncemark: }" "$TMP/mail"
SH
}

@test "a results folder that cannot be written to is ERROR: 3, before anything is run" {
	on_disk 4m <<'SH'
cp -r "$RUNS" "$TMP/disk/runs"
mount -o remount,ro "$TMP/disk"
status=0
said=$(bench nightly --results "$TMP/disk/runs" --kernel "$TREE" --notify "cat >$TMP/mail" 2>&1 >/dev/null) || status=$?
echo "$said"
[ "$status" -eq 3 ]
[[ "$said" == "bouncemark: $TMP/disk/runs/"*"Read-only file system" ]]
[ "$(wc -l <<<"$said")" -eq 1 ]
grep -q "Read-only file system" "$TMP/mail"
SH
}

@test "an index that is damaged is made again, with a note, and the night is judged" {
	dd if=/dev/urandom of="$RUNS/index.sqlite" bs=1k count=8 conv=notrunc 2>/dev/null
	night
	[ "$status" -eq 0 ]
	[[ "$output" == *"6 metrics were held against 1 earlier night"* ]]
	flat=$(tr -s ' \n' ' ' <<<"$output")
	[[ "$flat" == *"it is now index.sqlite.damaged-1 and is made anew"* ]]
}

@test "a record of an earlier night that is damaged is told of, and is no baseline" {
	record=$(echo "$RUNS"/*-nightly-*/cells/*/cell.json)
	truncate -s 100 "$record"
	# What the index knows already it does not read again.
	rm "$RUNS"/index.sqlite*
	at c6
	night
	echo "$output"
	[ "$status" -eq 0 ]
	flat=$(tr -s ' \n' ' ' <<<"$output")
	[[ "$flat" == *"/cell.json: "*"was changed or damaged: SHA256SUMS says otherwise"* ]]
	[[ "$output" != *REGRESSION* ]]
}

@test "a clock that was set back is told of, and the night is judged all the same" {
	rm -r "$RUNS"
	BEFORE='
import datetime
from harness import account

class Late(datetime.datetime):
    @classmethod
    def now(cls, zone=None):
        return datetime.datetime.now(zone) + datetime.timedelta(days=900)

class Module:
    datetime, timezone = Late, datetime.timezone

account.datetime = Module' night
	[ "$status" -eq 0 ]
	at c6
	night
	[ "$status" -eq 1 ]
	flat=$(tr -s ' \n' ' ' <<<"$output")
	[[ "$flat" == *"REGRESSIONS: 6 metrics"*"* the clock was set back: 2"*"-nightly-"*" seems to be later than tonight "* ]]
}

@test "a second night says whose the first is and leaves: 3" {
	(
		exec 9<>"$RUNS/nightly/.lock"
		flock 9
		echo "$BASHPID" >"$RUNS/nightly/.lock"
		touch "$TMP/held"
		exec sleep 60
	) &
	holder=$!
	until [ -e "$TMP/held" ]; do sleep 0.05; done
	night
	kill "$holder"
	[ "$status" -eq 3 ]
	[[ "$output" == "bouncemark: a night is being run by process "* ]]
	[ "${#lines[@]}" -eq 1 ]
}

@test "sources that change in the night are ERROR: 3, and no verdict is made of it" {
	BEFORE='
import os, subprocess
from harness import running
really = running.execute

def execute(bench):
    done = really(bench)
    subprocess.run(["git", "-C", os.environ["TREE"], "checkout", "-q", "c6"], check=True)
    return done

running.execute = execute' night
	[ "$status" -eq 3 ]
	[[ "${lines[0]}" == "bouncemark: iommu kernel: the sources changed while the night was running; "* ]]
	[ "$(find "$RUNS/nightly" -name night.json | wc -l)" -eq 1 ]
}

@test "a kernel that is gone, or no kernel any more, is ERROR: 3, and is told" {
	echo "no tarball" >"$TMP/text"
	for kernel in "$TMP/gone" "$TREE@gone" "$TMP/text"; do
		run bench nightly --results "$RUNS" --kernel "$kernel" --notify "cat >$TMP/mail"
		echo "$output"
		[ "$status" -eq 3 ]
		[ "$(head -n 1 "$TMP/mail")" = "bouncemark nightly: ERROR" ]
		grep -q "KERNEL=$kernel: " "$TMP/mail"
	done
	# Wrong options are told to who gave them.
	rm "$TMP/mail"
	for words in "--variant dom0-hok" "--workload wrok" "--case csae" --debug; do
		# shellcheck disable=SC2086
		night $words --notify "cat >$TMP/mail"
		[ "$status" -eq 2 ]
		[ "${#lines[@]}" -eq 1 ]
		[ ! -e "$TMP/mail" ]
	done
	[ "$(find "$RUNS/nightly" -name '*-night-*' | wc -l)" -eq 4 ]
}

@test "what nobody has thought of is ERROR: 3, never a regression, and is told" {
	for problem in 'ValueError("odd")' 'subprocess.TimeoutExpired(["git"], 60)' '1 / 0'; do
		BEFORE="
import subprocess
from harness import running

def execute(bench):
    raise $problem

running.execute = execute" night --notify "cat >$TMP/mail"
		[ "$status" -eq 3 ]
		[ "$(head -n 1 "$TMP/mail")" = "bouncemark nightly: ERROR" ]
	done
	[[ "$output" == Traceback*"ZeroDivisionError"* ]]
	grep -q "^ZeroDivisionError: division by zero$" "$TMP/mail"
}

@test "a summary that nobody reads is kept, and is sent" {
	at c6
	py <<'PY'
import os, subprocess, sys
from pathlib import Path

made, tmp = Path(os.environ["MADE"]), Path(os.environ["TMP"])
runs = Path(os.environ["RUNS"])
os.environ["PATH"] = f"{made}/bin:{os.environ['PATH']}"
os.environ["PYTHONPATH"] = f"{os.environ['REPO']}:{os.environ['REPO']}/tests/lib"
words = [sys.executable, str(made / "bench.py"), "nightly", "--results", str(runs)]
words += ["--kernel", os.environ["TREE"], "--notify", f"cat >{tmp}/mail"]
reader, writer = os.pipe()
os.close(reader)
done = subprocess.run(words, stdout=writer, stderr=subprocess.PIPE, text=True)
assert done.returncode == 141 and "Broken pipe" not in done.stderr, done
text = (tmp / "mail").read_text()
assert text.startswith("bouncemark nightly: REGRESSION\n"), text
assert max(runs.glob("nightly/*/summary.txt")).read_text() == text
PY
}

@test "killed with SIGKILL a night leaves nothing that keeps the next from its work" {
	py <<'PY'
import os, time
from pathlib import Path
import made

pids = Path(os.environ["MADE"]) / "pids"
words = ["nightly", "--results", os.environ["RUNS"], "--kernel", os.environ["TREE"]]
process = made.started(*words, env={"FAKE_QEMU": "sleep"})
while not pids.exists():
    assert process.poll() is None
    time.sleep(0.02)
process.kill()
process.wait()
# The script's own children.
for pid in pids.read_text().split():
    try:
        os.kill(int(pid), 9)
    except ProcessLookupError:
        pass
pids.unlink()
PY
	night
	[ "$status" -eq 0 ]
	[[ "$output" == *"6 metrics were held against 2 earlier nights"* || "$output" == *"held against 1 earlier night"* ]]
}

@test "of a build that was killed make keeps the tree until it is done" {
	py <<'PY'
import os, signal, subprocess, sys, time
from pathlib import Path
from harness import lock

place = Path(os.environ["TMP"])
script = """
import sys
from pathlib import Path
from harness import command, lock

place = Path(sys.argv[1])
with lock.locked(place / "lock") as held:
    words = ["sh", "-c", f"touch {place}/begun; sleep 1.5; touch {place}/ended"]
    command.run(words, seconds=60, log=place / "log", holds=held)
"""
process = subprocess.Popen([sys.executable, "-c", script, str(place)])
while not (place / "begun").exists():
    time.sleep(0.01)
os.kill(process.pid, signal.SIGKILL)
process.wait()
assert not (place / "ended").exists()
with lock.locked(place / "lock"):
    assert (place / "ended").exists()
PY
}
