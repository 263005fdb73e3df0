#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016
# Debian packages: ci/install and what the harness knows of them. Nothing real is
# asked or installed: scripts stand in for dpkg-query, apt-get, sudo and id.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
	mkdir -p "$TMP/bin" "$TMP/ci"
	cp ci/install "$TMP/ci"
	cat >"$TMP/ci/one.txt" <<'EOF'
# What one needs.
gcc
qemu-system-x86   # the machine

python3
EOF
	printf 'bats\ngcc-12\n' >"$TMP/ci/two.txt"
	script dpkg-query 'there="$(cat "$TMP/there")"
for name in "$@"; do
	case " $there " in
	*" $name "*) echo "$name installed" ;;
	*" -$name "*) echo "$name config-files" ;;
	*) [ "${name#[-$]}" != "$name" ] || echo "no package $name" >&2 ;;
	esac
done
exit 1'
	script apt-get 'echo "$*; $DEBIAN_FRONTEND" >>"$TMP/apt"
[ ! -e "$TMP/broken" ] || { echo "E: Unable to locate package" >&2; exit 100; }'
	script id 'cat "$TMP/id"'
	script sudo 'echo "sudo $*" >>"$TMP/sudo"
[ ! -e "$TMP/no-sudo" ] || { echo "a password is required" >&2; exit 1; }
shift
unset DEBIAN_FRONTEND
exec "$@"'
	echo 0 >"$TMP/id"
	PATH=$TMP/bin:$PATH
}

# script NAME TEXT: a program of that name, first on PATH.
script() {
	printf '#!/bin/bash\n%s\n' "$2" >"$TMP/bin/$1"
	chmod +x "$TMP/bin/$1"
}

# installed NAME...: the packages that are there; -NAME was removed, not purged.
installed() {
	echo "$*" >"$TMP/there"
}

@test "with all packages there nothing is said and nothing is run" {
	installed gcc python3 qemu-system-x86 bats gcc-12
	echo 1000 >"$TMP/id"
	run "$TMP/ci/install" one.txt two.txt
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	[ ! -e "$TMP/apt" ]
	[ ! -e "$TMP/sudo" ]
}

@test "without root and sudo one line names the command, and nothing is run" {
	installed gcc -python3 qemu-system bats
	echo 1000 >"$TMP/id"
	touch "$TMP/no-sudo"
	run "$TMP/ci/install" one.txt two.txt
	[ "$status" -eq 3 ]
	[ "${#lines[@]}" -eq 1 ]
	[ "$output" = "bouncemark: missing packages, install them with: apt-get install --no-install-recommends qemu-system-x86 python3 gcc-12" ]
	[ ! -e "$TMP/apt" ]
}

@test "as root apt-get installs just what is missing, and asks nothing" {
	installed gcc
	run "$TMP/ci/install" one.txt
	[ "$status" -eq 0 ]
	[[ "$output" =~ ^packages:\ [0-9]+\ installed\ in\ [0-9]+\ s$ ]]
	[ "$(cat "$TMP/apt")" = "update; noninteractive
install -y --no-install-recommends qemu-system-x86 python3; noninteractive" ]
	[ ! -e "$TMP/sudo" ]
}

@test "with sudo apt-get runs through it, and still asks nothing" {
	installed gcc python3
	echo 1000 >"$TMP/id"
	run "$TMP/ci/install" one.txt
	[ "$status" -eq 0 ]
	[[ "$output" =~ ^packages:\ [0-9]+\ installed\ in\ [0-9]+\ s$ ]]
	[ "$(cat "$TMP/apt")" = "update; noninteractive
install -y --no-install-recommends qemu-system-x86; noninteractive" ]
	[ "$(grep -c '^sudo -n ' "$TMP/sudo")" -eq 3 ]
}

@test "an apt-get that fails is quoted, and so is a list that is not there" {
	installed gcc
	touch "$TMP/broken"
	run "$TMP/ci/install" one.txt
	[ "$status" -eq 3 ]
	[ "${lines[0]}" = "E: Unable to locate package" ]
	[ "${lines[1]}" = "bouncemark: apt-get could not install qemu-system-x86 python3" ]
	rm "$TMP/apt"
	run "$TMP/ci/install" three.txt
	[ "$status" -ne 0 ]
	[[ "$output" == *three.txt* ]]
	[ ! -e "$TMP/apt" ]
}

@test "the harness finds the same packages missing" {
	installed gcc -python3 qemu-system-x86
	py <<'EOF'
import os
from pathlib import Path
from harness import packages, paths

repo = paths.Repo(Path(os.environ["TMP"]))
(repo.root / "ci/one.txt").rename(repo.root / "ci/packages.txt")
(repo.root / "ci/two.txt").rename(repo.root / "ci/packages-test.txt")
names = ["gcc", "qemu-system-x86", "python3"]
assert packages.wanted(repo, tests=False) == names
assert packages.wanted(repo, tests=True) == names + ["bats", "gcc-12"]
assert packages.absent(packages.wanted(repo, True)) == ["python3", "bats", "gcc-12"]
EOF
}
