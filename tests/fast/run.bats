#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2119,SC2120
# Runs from plan to record, with the whole command: of a checkout made up for the
# test, whose kernel is a tiny tree, with a script in the place of QEMU.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	mkdir "$TMP/bin"
	ln -s "$REPO/tests/lib/fake_qemu" "$TMP/bin/qemu-system-x86_64"
	PATH=$TMP/bin:$PATH
	export FAKE_QEMU=talk FAKE_VARIANT=native-iommu FAKE_PIDS=$TMP/pids
	export FAKE_GUEST=$REPO/tests/lib/fake_guest.py
	cat >"$TMP/bench.py" <<'EOF'
import json, os, sys
from pathlib import Path
import trees
from harness import boot, cli, paths

tmp = Path(os.environ["TMP"])
paths.repo = lambda: paths.Repo(tmp / "repo")
boot.QEMU = os.environ.get("QEMU", boot.QEMU)
if not (tmp / "repo").exists():
    trees.bench(tmp / "repo", **json.loads(os.environ.get("SERIES", "{}")))
    trees.kernel(tmp / "linux")
words = ["--profile", "one", "--kernel", str(tmp / "linux")]
sys.exit(cli.main(["run", "--results", str(tmp / "runs"), *words, *sys.argv[1:]]))
EOF
}

# bench WORDS...: bouncemark run, of the made-up checkout. QEMU: its name; SERIES:
# the kernel release the hook series is for, and its patch.
bench() {
	PYTHONPATH="$REPO:$REPO/tests/lib" "$PY" -B "$TMP/bench.py" "$@"
}

@test "a run keeps what went in, what each cell measured, and what the guest was given" {
	run bench
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
		run bench --variant native-iommu --variant native-hook --variant dom0-hook
	echo "$output"
	[ "$status" -eq 3 ]
	[[ "$output" == *"ERROR  native-hook work: 0001-two.patch does not apply to "* ]]
	[[ "$output" == *"ERROR  dom0-hook work: 0001-two.patch does not apply to "* ]]
	[[ "${lines[-1]}" == "ERROR: 1 of 3 cells passed; "* ]]
}

@test "without a series the hook's cells are skipped, and the others decide" {
	export SERIES='{"release": "6.6"}'
	run bench --variant native-iommu --variant native-hook
	echo "$output"
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "SKIP  native-hook work: no hook series for Linux 6.12; there is one for 6.6" ]
	[[ "${lines[-1]}" == "PASS: 1 of 2 cells passed; "* ]]
	run bench --variant native-hook
	[ "$status" -eq 6 ]
}

@test "a guest of the wrong variant, or none at all, makes no number and no traceback" {
	FAKE_VARIANT=dom0-iommu run bench
	echo "$output"
	[ "$status" -eq 3 ]
	[[ "${lines[0]}" == "ERROR  native-iommu work: native-iommu did not engage: "* ]]
	FAKE_QEMU=fail run bench
	[ "$status" -eq 3 ]
	[[ "${lines[0]}" == "ERROR  native-iommu work: QEMU ended with status 1: "*"no such device" ]]
	FAKE_QEMU='' run bench
	[ "$status" -eq 5 ]
	[[ "${lines[0]}" == "CRASH  native-iommu work: early exit: "* ]]
	QEMU=qemu-nowhere run bench
	[ "$status" -eq 3 ]
	[[ "${lines[0]}" == "ERROR  native-iommu work: qemu-nowhere: cannot be started: No such file or directory" ]]
}

@test "interrupted, a run ends at once, leaves no guest behind and keeps what it has" {
	py <<'EOF'
import os, shutil, signal, subprocess, sys, time
from pathlib import Path
import boots
from harness import record

tmp = Path(os.environ["TMP"])
os.environ["FAKE_QEMU"] = "sleep"
variants = ["native-iommu", "native-iommu+force", "dom0-iommu", "dom0-iommu+force"]
words = [word for name in variants for word in ("--variant", name)]
for number in (signal.SIGINT, signal.SIGTERM):
    shutil.rmtree(tmp / "runs", ignore_errors=True)
    bench = [sys.executable, "-B", str(tmp / "bench.py"), *words]
    # Whoever runs the tests in the background makes them ignore the interrupt.
    default = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(
        bench, stderr=subprocess.PIPE, text=True, preexec_fn=default
    )
    while not (tmp / "pids").exists():
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
