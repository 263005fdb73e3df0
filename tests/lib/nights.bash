# SPDX-License-Identifier: GPL-2.0-only
# For tests of nights and bisections: a made-up checkout whose nights measure "work" and
# prove "case", and a made-up kernel's git tree that decides what they come to.

# nights DIR: make them in DIR; the variables that bench needs are exported.
nights() {
	load ../lib/made_up
	made_up "$1"
	export FAKE_QEMU=kernel FAKE_GUEST=$REPO/tests/lib/fake_kernel_guest.py
	export TREE=$MADE/linux
	cat >"$MADE/bench.py" <<'PY'
import os, sys
from pathlib import Path
import planted, trees
from harness import cli, paths

made = Path(os.environ["MADE"])
paths.repo = lambda: paths.Repo(made / "repo")
if not (made / "repo").exists():
    trees.bench(made / "repo")
    folder = made / "repo/bench"
    trees.write(folder, {
        "profiles/nightly.toml": trees.PROFILE,
        "workloads/case.toml": 'purpose = "validation"\n' + trees.WORK.replace("size = 64", "size = 128"),
    })
    planted.tree(made / "linux")
exec(os.environ.get("BEFORE", ""))
sys.exit(cli.main(sys.argv[1:]))
PY
}

# night WORDS...: a night of the tree as it is, in the runs of $RUNS.
night() {
	run bench nightly --results "$RUNS" --kernel "$TREE" "$@"
	echo "$output"
}

# at REVISION: the tree advances to it.
at() {
	git -C "$TREE" checkout -q "$1"
}
