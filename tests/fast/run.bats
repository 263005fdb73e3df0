#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2119,SC2120
# Runs from plan to record, with the whole command: of a checkout made up for the
# test, whose kernel is a tiny tree, with a script in the place of QEMU.

setup() {
	load ../lib/records
	load ../lib/made_up
	export TMP=$BATS_TEST_TMPDIR
	made_up "$TMP"
	export BEFORE='
from harness import boot, qemu

qemu.QEMU = os.environ.get("QEMU", qemu.QEMU)
really = boot.boot

def watched(target, place, deadline, stop):
    (made / "deadlines").open("a").write(f"{deadline}\n")
    return really(target, place, deadline, stop)

boot.boot = watched'
}

# of_linux WORDS...: bouncemark run, or COMMAND, of the made-up kernel. QEMU: its name.
of_linux() {
	local words=()
	if [ -z "${COMMAND:-}" ]; then
		words=(--profile "${PROFILE:-one}")
	fi
	bench "${COMMAND:-run}" --results "$TMP/runs" "${words[@]}" --kernel "$TMP/linux" "$@"
}

@test "a run keeps what went in, what each cell measured, and what the guest was given" {
	run of_linux
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "${lines[-1]}" == "PASS: 1 of 1 cells passed; $TMP/runs/"* ]]
	[[ "${lines[-2]}" == "time: plan "*", build "*", boot "*", in all "* ]]
	[ "${#lines[@]}" -eq 2 ]
	# The design that no cell needs was not built.
	kernels=("$TMP"/cache/bouncemark/kernels/*)
	[ "${#kernels[@]}" -eq 1 ]
	py <<'EOF'
import hashlib, os, subprocess
from pathlib import Path
from harness import record

tmp = Path(os.environ["TMP"])
(folder,) = (tmp / "runs").iterdir()
run = record.load_run(folder)
made, (cell,) = run.manifest, run.cells
assert made.verdict is cell.verdict is record.Verdict.PASS and made.finished
assert list(made.kernels) == ["iommu"] and made.kernels["iommu"].release == "6.12"
assert made.kernels["iommu"].source.startswith(f"{tmp}/linux (")
config = b"CONFIG_PCI=y\nCONFIG_VT=n\nCONFIG_XEN=y\n"
assert made.kernels["iommu"].config_sha256 == hashlib.sha256(config).hexdigest()
assert made.tools["qemu"] == "QEMU emulator version 0.0 (a script)"
assert cell.inputs.kernel == made.kernels["iommu"].key and cell.inputs.xen is None
assert "console=ttyS0" in cell.inputs.cmdline
assert len(cell.measurements) == 3 and cell.facts["dma.xen_pv"] is False
place = folder / "cells" / cell.id
names = {path.name for path in place.iterdir()}
assert names == {"cell.json", "channel.raw", "console.log", "job", "qemu.cmd"}, names
assert f"cell {cell.id}\n" in (place / "job").read_text()
(image,) = (tmp / "cache/bouncemark/initramfs").iterdir()
words = ["cpio", "--quiet", "-tv"]
done = subprocess.run(words, stdin=image.open(), capture_output=True, text=True)
listed = [line.split() for line in done.stdout.splitlines()]
assert [(line[0], line[-1]) for line in listed] == [
    ("drwxr-xr-x", "lib"),
    ("drwxr-xr-x", "lib/bouncemark"),
    ("-rwxr-xr-x", "init"),
    ("-rw-r--r--", "lib/bouncemark/dmabench.ko"),
], listed
EOF
}

@test "a kernel that cannot be built takes down its own cells and no others" {
	SERIES='{"patch": "--- a/init/main.c\n+++ b/init/main.c\n@@ -1 +1 @@\n-no\n+yes\n"}' \
		run of_linux --variant native-iommu --variant native-hook --variant dom0-hook
	echo "$output"
	[ "$status" -eq 3 ]
	[[ "$output" == *"ERROR  native-hook work: 0001-two.patch does not apply to "* ]]
	[[ "$output" == *"ERROR  dom0-hook work: 0001-two.patch does not apply to "* ]]
	[[ "${lines[-1]}" == "ERROR: 1 of 3 cells passed; "* ]]
}

@test "without a series the hook's cells are skipped, and the others decide" {
	export SERIES='{"release": "6.6"}'
	run of_linux --variant native-iommu --variant native-hook
	echo "$output"
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "SKIP  native-hook work: no hook series for Linux 6.12; there is one for 6.6" ]
	[[ "${lines[-1]}" == "PASS: 1 of 2 cells passed; "* ]]
	run of_linux --variant native-hook
	[ "$status" -eq 6 ]
}

@test "a guest of the wrong variant, or none at all, makes no number and no traceback" {
	FAKE_VARIANT=dom0-iommu run of_linux
	echo "$output"
	[ "$status" -eq 3 ]
	[[ "${lines[0]}" == "ERROR  native-iommu work: native-iommu did not engage: "* ]]
	FAKE_QEMU=fail run of_linux
	[ "$status" -eq 3 ]
	[[ "${lines[0]}" == "ERROR  native-iommu work: QEMU ended with status 1: "*"no such device" ]]
	FAKE_QEMU='' run of_linux
	[ "$status" -eq 5 ]
	[[ "${lines[0]}" == "CRASH  native-iommu work: early exit: "* ]]
	QEMU=qemu-nowhere run of_linux
	[ "$status" -eq 3 ]
	[[ "${lines[0]}" == "ERROR  native-iommu work: qemu-nowhere: cannot be started: No such file or directory" ]]
}

@test "interrupted, a run ends at once, leaves no guest behind and keeps what it has" {
	py <<'EOF'
import os, shutil, signal, subprocess, time
from pathlib import Path
import boots, made
from harness import record

tmp = Path(os.environ["TMP"])
variants = ["native-iommu", "native-iommu+force", "dom0-iommu", "dom0-iommu+force"]
words = ["run", "--results", tmp / "runs", "--profile", "one", "--kernel", tmp / "linux"]
words += [word for name in variants for word in ("--variant", name)]
for number in (signal.SIGINT, signal.SIGTERM):
    shutil.rmtree(tmp / "runs", ignore_errors=True)
    # Whoever runs the tests in the background makes them ignore the interrupt.
    default = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
    process = made.started(
        *words, env={"FAKE_QEMU": "sleep"}, stderr=subprocess.PIPE, preexec_fn=default
    )
    while not (tmp / "pids").exists():
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.05)
    time.sleep(0.1)
    begin = time.monotonic()
    process.send_signal(number)
    said = process.communicate()[1]
    assert (process.returncode, said) == (
        130,
        "bouncemark: interrupted; what was finished is kept\n",
    ), (process.returncode, said)
    assert time.monotonic() - begin < 10
    pids = (tmp / "pids").read_text().split()
    assert len(pids) >= 2 and all(boots.gone(pid) for pid in pids)
    (folder,) = (tmp / "runs").iterdir()
    # What had not begun did not begin any more.
    begun = list((folder / "cells").iterdir())
    assert len(begun) <= max(os.cpu_count(), 1), begun
    run = record.load_run(folder)
    assert len(run.manifest.planned) == 4 and run.manifest.cells == ()
    assert run.manifest.finished is None and run.manifest.verdict is None
    (tmp / "pids").unlink()
EOF
}

@test "validate says for each case what it proves and where it does not hold" {
	COMMAND=validate run of_linux
	echo "$output"
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "PASS   case  made up  1/1 cells" ]
	[[ "${lines[-2]}" == "time: plan "* ]]
	[[ "${lines[-1]}" == "PASS: 1 of 1 cells passed; $TMP/runs/"*-validate-* ]]
	[ "${#lines[@]}" -eq 3 ]
	# What was proved of a kernel is told where its figures are.
	run of_linux --compare
	[ "$status" -eq 0 ]
	flat=$(tr -s ' \n' ' ' <<<"$output")
	[[ "$flat" == *" validated: native-iommu PASS (2"*-validate-*"). "* ]]
	# The later one counts; a run's id is its second.
	sleep 1
	COMMAND=validate FAKE_VARIANT=native-plain run of_linux case
	echo "$output"
	[ "$status" -eq 3 ]
	[ "${lines[0]}" = "ERROR  case  made up  0/1 cells" ]
	[[ "${lines[1]}" == "       ERROR: native-iommu, linear p2m, 2048 MiB: native-iommu did not engage: "* ]]
	run of_linux --compare
	[ "$status" -eq 0 ]
	flat=$(tr -s ' \n' ' ' <<<"$output")
	[[ "$flat" == *"native-iommu: no verdict, its validation in run 2"*" ended as ERROR."* ]]
	# A workload that is no case cannot be validated.
	COMMAND=validate run of_linux work
	[ "$status" -eq 2 ]
	[[ "$output" == *"case work: allowed are case" ]]
}

@test "at its end a run names its bad cells, and known defects of those that passed" {
	py <<'EOF'
import dataclasses, os
from pathlib import Path
import fixtures
from harness import running
from harness.progress import Progress
from harness.record import Verdict

tmp = Path(os.environ["TMP"])
run = fixtures.run(ends={"dom0-iommu": (Verdict.FAIL, "torn")}, more=[("dom0-hook", "scattered", 2048)])
*ends, last = run.manifest.cells
known = dataclasses.replace(last, reason="known defect F1 (docs/findings.md): lost")
made = dataclasses.replace(run.manifest, cells=(*ends, known))
progress = Progress(open(os.devnull, "w"), tmp / "durations", 1)
said = running.closing(dataclasses.replace(run, manifest=made), progress).splitlines()
assert said[:2] == [
    "FAIL  dom0-iommu micro: torn",
    "PASS  dom0-hook micro scattered: known defect F1 (docs/findings.md): lost",
], said
assert len(said) == 4 and said[3].startswith("FAIL: 6 of 7 cells passed; "), said
EOF
}

@test "debug kernels have a tree of their own, more time, and are told of in the manifest" {
	run of_linux
	run of_linux --debug
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(cat "$TMP/deadlines")" = "60.0
240.0" ]
	py <<'EOF'
import os
from pathlib import Path
from harness import record

tmp = Path(os.environ["TMP"])
one, two = [record.load_run(folder) for folder in sorted((tmp / "runs").iterdir())]
if one.manifest.debug:
    one, two = two, one
assert (one.manifest.debug, two.manifest.debug) == (False, True)
keys = [run.manifest.kernels["iommu"].key for run in (one, two)]
assert keys[0] != keys[1] and two.cells[0].inputs.kernel == keys[1]
configs = [tmp / "cache/bouncemark/kernels" / key / "config" for key in keys]
assert [path.read_text().count("CONFIG_CHECKS=y") for path in configs] == [0, 1]
(slot,) = (tmp / "cache/bouncemark/trees").iterdir()
assert (slot / "xen").is_dir() and (slot / "xen-debug").is_dir()
EOF
	run bench list runs --results "$TMP/runs"
	echo "$output"
	[ "$(grep -c 'insn debug$' <<<"$output")" -eq 1 ]
	[ "$(grep -c 'insn$' <<<"$output")" -eq 1 ]
}

@test "a layout that was asked for and is not there is ERROR, in its own cell" {
	cat >"$TMP/both.toml" <<'EOF'
description = "made up"
clock = "insn"
p2m = ["linear", "scattered"]
scatter_seed = 5
workloads = ["work"]
variants = ["dom0-iommu"]
EOF
	# The guest tells what linear memory is.
	FAKE_VARIANT=dom0-iommu PROFILE=$TMP/both.toml run of_linux
	echo "$output"
	[ "$status" -eq 3 ]
	[[ "${lines[0]}" == "ERROR  dom0-iommu work scattered: dom0-iommu did not engage: p2m is scattered: "* ]]
	[[ "${lines[-1]}" == "ERROR: 1 of 2 cells passed; "* ]]
	py <<'EOF'
import json, os
from pathlib import Path
from harness import record

tmp = Path(os.environ["TMP"])
(folder,) = (tmp / "runs").iterdir()
run = record.load_run(folder)
good, bad = run.cells
assert (good.cell.p2m, bad.cell.p2m) == ("linear", "scattered")
assert bad.cell.parameters["scatter_seed"] == 5 and "scatter_seed" not in good.cell.parameters
job = (folder / "cells" / bad.id / "job").read_text()
assert "p2mscatter.ko seed=5 share=50\n" in job, job
kept = json.loads((tmp / "cache/bouncemark/durations.json").read_text())
assert {"boot dom0-iommu work", "boot dom0-iommu work scattered"} <= set(kept), kept
EOF
}
