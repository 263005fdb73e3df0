# SPDX-License-Identifier: GPL-2.0-only
# Common to all Bats files: the repository's root is the working directory.
REPO=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
PY=/usr/bin/python3
cd "$REPO" || exit 1
