#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016
# doctor: what it prints, and its status, where nothing is missing and where something
# is. Scripts stand in for QEMU, dpkg-query and the compilers.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	mkdir "$TMP/bin"
	PATH=$TMP/bin:$PATH
	# As QEMU it boots a Xen that says its name on the console, unless SILENT or BROKEN.
	script qemu-system-x86_64 'case $1 in
--version) echo "QEMU emulator version 0.0" && exit ;;
-help) echo "${PLUGINS--plugin file}" && exit ;;
esac
while [ "$1" != -serial ]; do shift; done
[ -z "$BROKEN" ] || { echo "qemu: $BROKEN" >&2; exit 1; }
[ -n "$SILENT" ] || echo "(XEN) Xen version 4.0 (made up)" >"${2#file:}"
touch "${2#file:}"'
	script gcc 'echo "gcc 1.0"'
	script ld 'echo "ld 2.0"'
	# Of these packages all but ABSENT are installed.
	script dpkg-query 'shift 3
for name in "$@"; do
	if [ "$name" = "$ABSENT" ]; then continue; fi
	echo "$name installed"
done'
	cat >"$TMP/doctor.py" <<'EOF'
import os, sys
from pathlib import Path
from harness import cli, doctor, hypervisor, source

tmp = Path(os.environ["TMP"])
(tmp / "xen").touch()
hypervisor.image = lambda cache: tmp / "xen"
hypervisor.version = lambda: os.environ.get("XEN", "4.17") or None
source.DEFAULT = tmp / os.environ.get("SOURCES", "xen")
doctor.DISK_GIB = int(os.environ.get("DISK", 0))
doctor.MEMORY_GIB = 0
sys.exit(cli.main(["doctor"]))
EOF
}

# script NAME TEXT: a command of this name that does this.
script() {
	printf '#!/bin/bash\n%s\n' "$2" >"$TMP/bin/$1"
	chmod +x "$TMP/bin/$1"
}

# examined STATUS WHAT: doctor ends so, and its last line is this.
examined() {
	PYTHONPATH=$REPO run "$PY" "$TMP/doctor.py"
	echo "$output"
	[ "$status" -eq "$1" ]
	[ "${lines[-1]}" = "$2" ]
}

# says WHAT MARK FOUND: a line of the output.
says() {
	grep -qE "^$1 +$2 +$3\$" <<<"$output"
}

@test "nothing is missing: 0, and a line for each thing that was looked at" {
	examined 0 "nothing is missing"
	says packages ok 'all installed'
	says gcc ok 'gcc 1.0'
	says ld ok 'ld 2.0'
	says python ok '3\.[0-9.]+'
	says qemu ok 'QEMU emulator version 0.0'
	says xen ok 4.17
	says 'kernel sources' ok "$TMP/xen"
	says 'accelerator tcg' ok 'works: a guest booted Xen 4.0'
	says 'accelerator kvm' '(ok|no)' '.*'
	says plugins ok 'QEMU takes them: explain works'
	says disk ok "[0-9]+ GiB free at $TMP/cache/bouncemark"
	says memory ok '[0-9]+ GiB, [0-9]+ CPUs'
	[ "${#lines[@]}" -eq 13 ]
}

@test "what keeps a run from working is missing: 3, and the last line names it" {
	ABSENT=flex examined 3 "missing: packages"
	says packages MISSING 'apt-get install --no-install-recommends flex'
	XEN='' examined 3 "missing: xen"
	says xen MISSING 'not found'
	SOURCES=nowhere examined 3 "missing: kernel sources"
	says 'kernel sources' MISSING "$TMP/nowhere"
	DISK=1000000 examined 3 "missing: disk"
	script ld 'exit 1'
	SILENT=1 examined 3 "missing: ld, accelerator tcg"
	says 'accelerator tcg' MISSING 'a guest starts and prints nothing: it does not really work'
	script ld 'echo "ld 2.0"'
	BROKEN='no such machine' examined 3 "missing: accelerator tcg"
	says 'accelerator tcg' MISSING 'qemu: no such machine'
}

@test "without what only explain needs nothing is missing" {
	PLUGINS=none examined 0 "nothing is missing"
	says plugins no '.*: this QEMU was built without TCG plugins; explain needs them, .*'
}
