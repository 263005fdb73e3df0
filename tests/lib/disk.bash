# SPDX-License-Identifier: GPL-2.0-only
# For tests of disks that are full or cannot be written to.

# on_disk SIZE: run the script on standard input where $TMP/disk is a disk of SIZE, with
# bench if there is such a function. Only the script sees the disk.
on_disk() {
	{
		declare -f bench || true
		cat
	} >"$TMP/on_disk"
	mkdir -p "$TMP/disk"
	unshare -m true 2>/dev/null || skip "no mount namespace of one's own here"
	unshare -m bash -e -c "mount -t tmpfs -o size=$1 none '$TMP/disk'; . '$TMP/on_disk'"
}
