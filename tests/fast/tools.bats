#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The host's tools for the guest: a tool with all of its libraries, or the reason why
# not. Small programs stand in for the tools, all but once.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
	mkdir -p "$TMP/bin" "$TMP/lib" "$TMP/cache"
	REAL=$PATH
}

# library NAME TEXT [ARGUMENT...]: build a shared library of C source.
library() {
	printf '%s\n' "$2" >"$TMP/$1.c"
	gcc -shared -fPIC "-Wl,-soname=$1" -o "$TMP/lib/$1" "$TMP/$1.c" "${@:3}"
}

# program NAME TEXT [ARGUMENT...]: build a program of C source, first on PATH.
program() {
	printf '#include <stdio.h>\n%s\n' "$2" >"$TMP/$1.c"
	gcc -o "$TMP/bin/$1" "$TMP/$1.c" -L"$TMP/lib" "-Wl,-rpath,$TMP/lib" "${@:3}"
	PATH=$TMP/bin:$REAL
}

# tiny_fio: a fio of one function, which is in a library.
tiny_fio() {
	library libtiny.so.1 'const char *tiny(void) { return "fio-3.33"; }'
	program fio 'const char *tiny(void); int main(void) { puts(tiny()); }' \
		-l:libtiny.so.1
}

# ceph_fio [VALUE [ARGUMENT...]]: a fio that wants something of librbd when it has an argument; that
# library is linked with another one. A function of that name it has from elsewhere.
ceph_fio() {
	library libdeep.so.1 'int deep(void) { return 0; }'
	echo 'TWIN_1 { rbd_twin; };' >"$TMP/twin.map"
	library libtwin.so.1 'int rbd_twin(void) { return 0; }' \
		"-Wl,--version-script=$TMP/twin.map"
	echo 'VERSIONED_1 { rbd_new; };' >"$TMP/rbd.map"
	library librbd.so.1 "int deep(void);
int rbd_old(void) { return deep(); }
int rbd_new(void) { return 3; }
int rbd_twin(void) { return 4; }
int rbd_data = 5;" -L"$TMP/lib" "-Wl,-rpath,$TMP/lib" -l:libdeep.so.1 \
		"-Wl,--version-script=$TMP/rbd.map"
	program fio "int rbd_old(void), rbd_new(void), rbd_twin(void); extern int rbd_data;
int main(int argc, char **argv)
{
	puts(\"fio-3.33\");
	fflush(stdout);
	return argc > 2 ? ${1:-argc > 3 ? rbd_new() : rbd_old()} : rbd_twin();
}" "${@:2}" -Wl,-z,now -Wl,--allow-shlib-undefined -l:libtwin.so.1 -l:librbd.so.1
}

# unpack ARCHIVE: into $TMP/guest.
unpack() {
	rm -rf "$TMP/guest"
	mkdir "$TMP/guest"
	(cd "$TMP/guest" && cpio --quiet -id <"$1")
}

# in_guest PROGRAM [ARGUMENT...]: run it with the loader and the libraries of the
# guest, and no others.
in_guest() {
	local folders
	folders=$(find "$TMP/guest" -name '*.so*' -printf '%h\n' | sort -u | paste -sd:)
	"$TMP/guest/lib64/ld-linux-x86-64.so.2" --inhibit-cache \
		--library-path "$folders" "$TMP/guest/$1" "${@:2}"
}

# archive NAME...: make it, print its path.
archive() {
	py <<EOF
from pathlib import Path
from harness import tools
from harness.paths import Cache
print(tools.archive("$*".split(), Cache(Path("$TMP/cache"))))
EOF
}

# reason CALL: the class, verdict and sentence of the error that a call ends with.
reason() {
	py <<EOF
from pathlib import Path
from harness import loader, standins, tools
from harness.errors import HarnessError
from harness.paths import Cache
cache = Cache(Path("$TMP/cache"))
try:
    $1
except HarnessError as error:
    print(type(error).__name__, error.verdict.value, error, sep="|")
EOF
}

@test "a tool comes with its libraries and its loader, and runs with them" {
	tiny_fio
	made=$(archive fio)
	cpio --quiet -it <"$made" | sort >"$TMP/names"
	for name in usr/bin/fio "${TMP#/}/lib/libtiny.so.1" lib64/ld-linux-x86-64.so.2; do
		grep -qx "$name" "$TMP/names"
	done
	grep -q '/libc\.so\.6$' "$TMP/names"
	unpack "$made"
	[ "$(find "$TMP/guest" -type f | wc -l)" -eq 4 ]
	[ -x "$TMP/guest/usr/bin/fio" ]
	cmp "$TMP/bin/fio" "$TMP/guest/usr/bin/fio"
	mv "$TMP/lib" "$TMP/elsewhere"
	[ "$(in_guest usr/bin/fio)" = fio-3.33 ]
}

@test "an archive is made once, and anew when something in it changes" {
	tiny_fio
	made=$(archive fio)
	[[ "$made" =~ ^$TMP/cache/bouncemark/tools/[0-9a-f]{16}\.cpio$ ]] ||
		[[ "$made" =~ ^$TMP/cache/tools/[0-9a-f]{16}\.cpio$ ]]
	before=$(stat -c %i "$made")
	[ "$(archive fio)" = "$made" ]
	[ "$(stat -c %i "$made")" -eq "$before" ]
	library libtiny.so.1 'const char *tiny(void) { return "fio-3.34"; }'
	other=$(archive fio)
	[ "$other" != "$made" ]
	unpack "$other"
	[ "$(in_guest usr/bin/fio)" = fio-3.34 ]
	library libtiny.so.1 'const char *tiny(void) { return "fio-3.33"; }'
	[ "$(archive fio)" = "$made" ]
}

@test "two tools are in one archive, what they share once" {
	tiny_fio
	program perf 'int main(void) { puts("perf version 6.1.187"); }'
	unpack "$(archive perf fio)"
	[ "$(in_guest usr/bin/fio)" = fio-3.33 ]
	[ "$(in_guest usr/bin/perf)" = "perf version 6.1.187" ]
	[ "$(find "$TMP/guest" -type f | wc -l)" -eq 5 ]
	[ "$(archive fio perf)" = "$(archive perf fio)" ]
}

@test "a tool that is not installed is SKIP, with the package to install" {
	[ "$(reason 'tools.archive(["fio"], cache, {"PATH": "/nowhere"})')" = \
		"Missing|SKIP|fio is not installed; install fio" ]
	[ "$(reason 'tools.archive(["perf"], cache, {"PATH": "/nowhere"})')" = \
		"Missing|SKIP|perf is not installed; install linux-perf" ]
	[ ! -e "$TMP/cache/tools" ]
}

@test "a library that is not there is SKIP, one that lacks a function is ERROR" {
	tiny_fio
	library libtiny.so.1 'int other;'
	[ "$(reason 'tools.contents("fio", cache)')" = \
		"HarnessError|ERROR|fio: no library of it has tiny" ]
	rm "$TMP/lib/libtiny.so.1"
	[ "$(reason 'tools.contents("fio", cache)')" = \
		"Missing|SKIP|fio needs libtiny.so.1, which is not installed" ]
}

@test "a static tool comes alone, a script is refused" {
	program fio 'int main(void) { puts("fio-3.33"); }' -static
	made=$(archive fio)
	[ "$(cpio --quiet -it <"$made" | tail -n 1)" = usr/bin/fio ]
	[ "$(cpio --quiet -it <"$made" | grep -c so)" -eq 0 ]
	printf '#!/bin/sh\necho fio-3.33\n' >"$TMP/bin/fio"
	[[ "$(reason 'tools.archive(["fio"], cache)')" == \
		"HarnessError|ERROR|$TMP/bin/fio: not an ELF program: "* ]]
}

@test "versions: too old is SKIP, none at all or a failure is ERROR" {
	while IFS='|' read -r name said wanted; do
		program "$name" "int main(void) { puts(\"$said\"); }"
		[ "$(reason "print(tools.version('$name'))")" = "$wanted" ]
	done <<'EOF'
fio|fio-3.30|fio-3.30
fio|fio-3.29|Missing|SKIP|fio is too old: fio-3.29; 3.30 or later is needed
fio|3.33|HarnessError|ERROR|fio: is no version: '3.33'
iperf3|iperf 3.9 (cJSON 1.7.13)|iperf 3.9 (cJSON 1.7.13)
iperf3|iperf 3.7|Missing|SKIP|iperf3 is too old: iperf 3.7; 3.9 or later is needed
perf|perf version 6.1.187|perf version 6.1.187
perf|perf version 5.10.9|Missing|SKIP|perf is too old: perf version 5.10.9; 6.1 or later is needed
perf||HarnessError|ERROR|perf: is no version: ''
mkfs.xfs|mkfs.xfs version 6.1.0|mkfs.xfs version 6.1.0
mkfs.xfs|mkfs.xfs version 4.20.0|Missing|SKIP|mkfs.xfs is too old: mkfs.xfs version 4.20.0; 5.0 or later is needed
EOF
	program fio 'int main(void) { puts("fio-2.21"); }'
	[ "$(reason 'tools.archive(["fio"], cache)')" = \
		"Missing|SKIP|fio is too old: fio-2.21; 3.30 or later is needed" ]
	program perf 'int main(void) { fputs("no\n", stderr); return 1; }'
	[[ "$(reason 'tools.version("perf")')" == "Failed|ERROR|"*": no" ]]
	program mkfs.xfs 'int main(void) { puts("mkfs.xfs version 6.1.0"); }'
	rm "$TMP/bin/fio"
	[ "$(reason "print(tools.versions({'PATH': '$TMP/bin'}))")" = \
		"{'fio': None, 'iperf3': None, 'perf': None, 'mkfs.xfs': 'mkfs.xfs version 6.1.0'}" ]
}

@test "what the loader says is understood to the letter" {
	py <<'EOF'
from pathlib import Path
from harness.errors import HarnessError, Missing
from harness.loader import Library, parse

good = """\tlinux-vdso.so.1 (0x00007ffc3d5f2000)
\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f1f33cf8000)

\t/lib64/ld-linux-x86-64.so.2 (0x00007f1f33e1a000)
"""
assert parse(good, "x") == (
    Library("libm.so.6", Path("/lib/x86_64-linux-gnu/libm.so.6")),
    Library("/lib64/ld-linux-x86-64.so.2", Path("/lib64/ld-linux-x86-64.so.2")),
)
for line, kind, right in (
    ("\tliba.so.1 => not found", Missing, "x needs liba.so.1, which is not installed"),
    ("undefined symbol: f\t(/usr/bin/x)", HarnessError, "x: no library of it has f"),
    ("undefined symbol: g, version V_1\t(/x)", HarnessError, "x: no library of it has g"),
    ("\tliba.so.1 => /a", HarnessError, "x: what the loader says is unknown: liba.so.1 => /a"),
    ("\tliba.so.1 => liba.so.1 (0x1)", HarnessError, "x: what the loader says is unknown"),
    ("Segmentation fault", HarnessError, "x: what the loader says is unknown: Segment"),
):
    try:
        parse(good + line + "\n", "x")
    except HarnessError as error:
        assert type(error) is kind and str(error).startswith(right), (line, error)
    else:
        raise AssertionError(line)
EOF
}

@test "a library that no workload calls is stood in for, with what only it needs" {
	ceph_fio
	made=$(archive fio)
	cpio --quiet -it <"$made" >"$TMP/names"
	grep -q '/librbd\.so\.1$' "$TMP/names"
	! grep -q libdeep "$TMP/names" || false
	unpack "$made"
	! cmp -s "$TMP/lib/librbd.so.1" "$TMP/guest/$TMP/lib/librbd.so.1" || false
	# As long as nobody calls it nothing is different.
	[ "$(in_guest usr/bin/fio)" = fio-3.33 ]
	run in_guest usr/bin/fio 1 2
	[ "$status" -eq 1 ]
	[ "$output" = "fio-3.33
rbd_old: librbd.so.1 was left out of the guest" ]
	run in_guest usr/bin/fio 1 2 3
	[ "$status" -eq 1 ]
	[ "${lines[1]}" = "rbd_new: librbd.so.1 was left out of the guest" ]
	# Not because of how it was called: the real library answers.
	run "$TMP/bin/fio" 1 2 3
	[ "$status" -eq 3 ]
}

@test "stand-ins have the versions of the real functions, and are made once" {
	ceph_fio
	call='print(standins.make(Path("'$TMP'/bin/fio"), [loader.Library("librbd.so.1", Path("'$TMP'/lib/librbd.so.1"))], cache))'
	folder=$(reason "$call")
	readelf --dyn-syms -W "$folder/librbd.so.1" >"$TMP/symbols"
	grep -q 'FUNC .* rbd_new@@VERSIONED_1$' "$TMP/symbols"
	grep -q 'FUNC .* rbd_old$' "$TMP/symbols"
	! grep -q rbd_twin "$TMP/symbols" || false
	touch -d 2001-01-01 "$folder/librbd.so.1"
	[ "$(reason "$call")" = "$folder" ]
	[ "$(stat -c %Y "$folder/librbd.so.1")" -eq "$(date -d 2001-01-01 +%s)" ]
	[ "$(find "$TMP/cache/tools/standins" -mindepth 1 -maxdepth 1 -type d)" = "$folder" ]
}

@test "data of a library cannot be stood in for" {
	ceph_fio rbd_data -fno-pie -no-pie
	[ "$(reason 'tools.contents("fio", cache)')" = \
		"HarnessError|ERROR|fio: no library of it has rbd_data" ]
	ceph_fio rbd_data -fPIC -mno-direct-extern-access
	[ "$(reason 'tools.contents("fio", cache)')" = \
		"HarnessError|ERROR|librbd.so.1: rbd_data is no function to stand in for" ]
}

@test "the tools of this host run with what goes into the guest" {
	PATH=$REAL:/usr/sbin
	for name in fio iperf3 perf mkfs.xfs; do
		unpack "$(archive "$name")"
		program=$(cd "$TMP/guest" && find usr -name "$name" -type f)
		option=--version
		[ "$name" != mkfs.xfs ] || option=-V
		[ "$(in_guest "$program" "$option")" = "$("$name" "$option")" ]
	done
}
