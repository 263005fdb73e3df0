# SPDX-License-Identifier: GPL-2.0-only
# Common to all Bats files: the repository's root is the working directory.
REPO=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
PY=/usr/bin/python3
cd "$REPO" || exit 1

# slot TREE: the folder of the cache where kernels of a tree are built.
slot() {
	PYTHONPATH=$REPO "$PY" - "$1" <<'EOF'
import sys
from pathlib import Path
from harness import paths, source

print(paths.cache().root / "trees" / source._slot(Path(sys.argv[1])))
EOF
}

# kept NAME COMMAND...: run it, whatever becomes of it; what it says is in the file NAME of
# $BATS_FILE_TMPDIR, and its status in NAME.status.
kept() {
	run "${@:2}"
	echo "$output" >"$BATS_FILE_TMPDIR/$1"
	echo "$status" >"$BATS_FILE_TMPDIR/$1.status"
}
