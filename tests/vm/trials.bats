#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The harness's own verdicts: guests that must FAIL, ERROR, CRASH or be SKIPped,
# booted for real. One run holds them all; each test looks at one cell of it.

load ../lib/common

TRIALS=(ok fail error skip panic exit poweroff reboot garbage truncate hang
	silent module_fail module_oops module_warn leak absent)

setup_file() {
	load ../lib/common
	export RESULTS="$BATS_FILE_TMPDIR/runs"
	local words=()
	for name in "${TRIALS[@]}"; do
		words+=(--workload "trial-$name")
	done
	kept output ./bouncemark run --profile quick --variant native-plain \
		--workloads-from tests/vm/workloads --results "$RESULTS" "${words[@]}"
	kept output-dom0 ./bouncemark run --profile quick --variant dom0-iommu \
		--workloads-from tests/vm/workloads --results "$BATS_FILE_TMPDIR/dom0" \
		--workload trial-panic --workload trial-hang
}

# The cell of workload $1 has verdict $2, and its reason matches $3.
expect() {
	"$PY" tests/lib/cell.py "${FOLDER:-$RESULTS}" "$1" "$2" "$3"
}

@test "a guest that does its job passes" {
	expect trial-ok PASS '^$'
}

@test "a step that fails is FAIL, with the step's message" {
	expect trial-fail FAIL 'step trial: asked to end as fail'
}

@test "a step that could not tell is ERROR" {
	expect trial-error ERROR 'step trial: asked to end as error'
}

@test "a skipped step does not spoil the others" {
	expect trial-skip PASS '^$'
}

@test "a panic is CRASH and says which" {
	expect trial-panic CRASH 'kernel panic: sysrq triggered crash'
}

@test "a dead PID 1 is CRASH" {
	expect trial-exit CRASH 'kernel panic: Attempted to kill init'
}

@test "a guest that powers off early is CRASH" {
	expect trial-poweroff CRASH 'early exit: .*in step trial'
}

@test "a guest that reboots is CRASH and is not started again" {
	expect trial-reboot CRASH 'early exit: the guest rebooted'
}

@test "junk on the channel is ERROR" {
	expect trial-garbage ERROR 'channel damaged: .*byte [0-9]+'
}

@test "a torn frame is ERROR" {
	expect trial-truncate ERROR 'torn frame: .*byte [0-9]+'
}

@test "a hang is CRASH after the deadline" {
	expect trial-hang CRASH 'hang: not done after 2[5-9] s \(in step trial\)'
}

@test "a guest that falls silent in mid-frame is CRASH after the deadline" {
	expect trial-silent CRASH 'hang: not done after 2[5-9] s'
}

@test "a module that does not load is ERROR, named" {
	expect trial-module_fail ERROR 'module.trial_fail.ko: .*EIO'
}

@test "an oops is CRASH and says where" {
	expect trial-module_oops CRASH 'oops: BUG: kernel NULL pointer dereference'
}

@test "a warning of the kernel is FAIL, though everything went on" {
	expect trial-module_warn FAIL 'console: WARNING: CPU: .* trial_warn_init'
}

@test "a page that is lost each time a module is loaded is FAIL" {
	expect trial-leak FAIL 'step trial: leak: [0-9]+ KiB less free after 100 times'
}

@test "a module that is not there is ERROR, named" {
	expect trial-absent ERROR 'module.absent.ko.*(ENOENT|No such file)'
}

@test "a cell that did not pass has no number, and keeps its last console lines" {
	"$PY" - "$RESULTS" <<-'EOF'
		import json, pathlib, sys
		bad = 0
		for path in pathlib.Path(sys.argv[1]).glob("*/cells/*/cell.json"):
		    cell = json.loads(path.read_text())
		    if cell["verdict"] == "PASS":
		        assert cell["measurements"], path
		        continue
		    bad += 1
		    assert not cell["measurements"] and not cell["values"], path
		    for name in ("console.log", "channel.raw", "job", "qemu.cmd"):
		        assert (path.parent / name).exists(), (path, name)
		    if cell["cell"]["workload"] == "trial-panic":
		        assert any("panic" in line for line in cell["console_tail"]), path
		assert bad == 15, bad
	EOF
}

@test "the run ends with the worst verdict's exit status and names each bad cell" {
	[ "$(cat "$BATS_FILE_TMPDIR/output.status")" -eq 5 ]
	grep -q '^CRASH  native-plain trial-panic: kernel panic' "$BATS_FILE_TMPDIR/output"
	grep -q '2 of 17 cells passed' "$BATS_FILE_TMPDIR/output"
}

@test "in dom0 a panic is CRASH too, without waiting for Xen to reboot" {
	FOLDER="$BATS_FILE_TMPDIR/dom0" expect trial-panic CRASH 'kernel panic: sysrq'
}

@test "in dom0 a hang is CRASH after the deadline" {
	FOLDER="$BATS_FILE_TMPDIR/dom0" expect trial-hang CRASH 'hang: not done'
}

@test "no QEMU is left behind" {
	[ -z "$(pgrep -f "qemu-system-x86_64.*$BATS_FILE_TMPDIR")" ]
}
