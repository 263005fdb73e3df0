# SPDX-License-Identifier: GPL-2.0-only
# For tests of QEMU's plugins: they, and QEMUs made up to load them, in $BATS_FILE_TMPDIR.

# fake_qemus FLAGS API...: compile a QEMU of each version of the interface.
fake_qemus() {
	local api
	for api in "${@:2}"; do
		# shellcheck disable=SC2086
		gcc $1 -D_GNU_SOURCE -DAPI="$api" -rdynamic \
			-o "$BATS_FILE_TMPDIR/qemu$api" tests/lib/fake_qemu_plugins.c -ldl
	done
}

# checked_plugins: compile the plugins and a QEMU of every version with sanitizers.
checked_plugins() {
	local strict='-std=gnu11 -O1 -g -Wall -Wextra -Werror'
	strict+=' -fsanitize=address,undefined -fno-sanitize-recover=all'
	make -s -C bench/plugin O="$BATS_FILE_TMPDIR" CFLAGS="$strict" plugin
	fake_qemus "$strict" 1 2 3 4 5
}
