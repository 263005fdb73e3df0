# SPDX-License-Identifier: GPL-2.0-only
# For tests of records and comparisons: py runs the Python on its standard input.
load ../lib/common

# py: run a script with the harness and the test helpers importable. A failed
# assert shows its line.
py() {
	cat >"$BATS_TEST_TMPDIR/script.py"
	PYTHONPATH="$REPO:$REPO/tests/lib" "${PY:-/usr/bin/python3}" \
		"$BATS_TEST_TMPDIR/script.py"
}
