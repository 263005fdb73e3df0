# SPDX-License-Identifier: GPL-2.0-only
# For tests of whole runs: a checkout and a kernel made up, a script for QEMU.

# made_up DIR: make them in DIR; the variables that bench needs are exported. BEFORE:
# Python that goes before the command; SERIES: the kernel release that the hook series is
# for, and its patch, as JSON.
made_up() {
	export MADE=$1 XDG_CACHE_HOME=$1/cache PYTHONPYCACHEPREFIX=$1/compiled PY REPO
	mkdir -p "$MADE/bin" "$MADE/more"
	ln -sf "$REPO/tests/lib/fake_qemu" "$MADE/bin/qemu-system-x86_64"
	export FAKE_QEMU=talk FAKE_VARIANT=native-iommu FAKE_PIDS=$MADE/pids
	export FAKE_GUEST=$REPO/tests/lib/fake_guest.py
	cat >"$MADE/bench.py" <<'PY'
import json, os, sys
from pathlib import Path
import trees
from harness import cli, paths

made = Path(os.environ["MADE"])
paths.repo = lambda: paths.Repo(made / "repo")
if not (made / "repo").exists():
    trees.bench(made / "repo", **json.loads(os.environ.get("SERIES", "{}")))
    trees.kernel(made / "linux")
    for number in range(6):
        trees.write(made / "more", {f"w{number}.toml": trees.WORK})
exec(os.environ.get("BEFORE", ""))
sys.exit(cli.main(sys.argv[1:]))
PY
}

# bench WORDS...: bouncemark WORDS of the made-up checkout.
bench() {
	PATH=$MADE/bin:$PATH PYTHONPATH="$REPO:$REPO/tests/lib" "$PY" "$MADE/bench.py" "$@"
}
