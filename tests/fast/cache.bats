#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The cache: what lies there is told, and what nobody has used for long goes.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
}

@test "what lies in the cache is told by kind, how much and how large" {
	py <<'EOF'
import os
from pathlib import Path
import trees
from commands import said

root = Path(os.environ["XDG_CACHE_HOME"]) / "bouncemark"
assert said("cache") == (0, f"{root}: nothing is there\n", "")
trees.write(root, {f"kernels/{n}/bzImage": "x" * (3 << 20) for n in "ab"})
trees.write(root, {"trees/linux-1/xen/vmlinux": "x" * (1 << 20)})
status, text, errors = said("cache")
lines = [line.split() for line in text.splitlines()]
assert (status, errors) == (0, ""), errors
assert lines[:2] == [["trees", "1", "1", "MiB"], ["kernels", "2", "6", "MiB"]], text
assert lines[-1][0] == f"{root}:", text
EOF
}

@test "what was not used for long is removed, what was used or is in use stays" {
	py <<'EOF'
import os, shutil, time
from pathlib import Path
import trees
from commands import refused, said
from harness import build, designs, lock
from harness.paths import Cache

tmp = Path(os.environ["TMP"])
root = Path(os.environ["XDG_CACHE_HOME"]) / "bouncemark"
repo, cache = trees.bench(tmp / "repo"), Cache(root)
packed = trees.tarball(trees.kernel(tmp / "linux"), tmp / "linux.tar.xz")

def make():
    origin = trees.resolve(str(packed), cache, tmp / "log")
    plan = build.plan_kernel(designs.DESIGNS["iommu"], origin, repo)
    kernel = build.kernel(plan, cache)
    return origin, kernel, build.modules(kernel, repo, cache), build.guest(repo, cache)

def there():
    kinds = ("sources/*", "trees/*/*", "kernels/*", "modules/*", "guest/*", "logs/*")
    found = [path for kind in kinds for path in root.glob(kind)]
    return {str(path.relative_to(root)) for path in found if path.suffix != ".lock"}

def old():
    past = time.time() - 31 * 86400
    for path in root.rglob("*"):
        os.utime(path, (past, past), follow_symlinks=False)

origin, kernel, modules, guest = make()
whole = there()
status, text, errors = said("cache", "--prune")
assert (status, errors) == (0, "") and there() == whole, text
# What a run takes from the cache is used by that.
old()
make()
said("cache", "--prune")
kept = {name for name in whole if not name.startswith(("logs/", "trees/"))}
assert there() >= kept, kept - there()
# A tree that is being built in, sources that are being unpacked.
# The tree of a kernel that is there was not, and is gone.
assert not [name for name in there() if name.startswith("trees/")]
shutil.rmtree(kernel.folder)
make()
old()
slot = root / "trees" / origin.slot
with lock.locked(slot / "xen.lock"), lock.locked(root / f"sources/{origin.slot}.lock"):
    status, text, errors = said("cache", "--prune", "--days", "30")
    assert text.startswith("removed: 1 kernels, 1 modules, 1 guest"), text
    assert origin.root.exists() and not kernel.folder.exists()
    assert (slot / "xen/Makefile").exists()
said("cache", "--prune")
assert there() == set(), there()
assert not list(root.rglob(".making-*"))
# All of it is made again.
assert make()[1].image.exists()
for days in ("0", "-1", "x"):
    refused(2, "--days", "cache", "--prune", "--days", days)
refused(2, "--days", "cache", "--days", "3")
EOF
}

@test "what killed builds have left goes at once, unless one is still at it" {
	py <<'EOF'
import os, time
from pathlib import Path
import trees
from commands import said
from harness import build

root = Path(os.environ["XDG_CACHE_HOME"]) / "bouncemark"
trees.write(root, {"kernels/.making-left/bzImage": "", "modules/.making-left/x": ""})
past = time.time() - 86400 - 60
for kind in ("kernels", "modules"):
    os.utime(root / kind / ".making-left", (past, past))
with build._artifact(root / "kernels", "key") as folder:
    said("cache", "--prune")
    assert folder.exists()
assert sorted(os.listdir(root / "kernels")) == ["key"]
assert os.listdir(root / "modules") == []
EOF
}
