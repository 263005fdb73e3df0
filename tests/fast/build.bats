#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Artifacts: keyed by what they are made of, there whole or not at all. The kernel
# here is a tiny tree with a merge tool and a Makefile of its own.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "a kernel is built once, and both designs of a family in one tree" {
	py <<'EOF'
import os
from pathlib import Path
import trees
from harness import account, build, designs, lock
from harness.paths import Cache

tmp = Path(os.environ["TMP"])
repo, cache = trees.checkout(tmp / "repo"), Cache(tmp / "cache")
origin = trees.source(trees.kernel(tmp / "linux"), tmp)
plans = [
    build.plan_kernel(design, origin, repo) for design in designs.DESIGNS.values()
]
assert [plan.design.name for plan in plans] == list(designs.DESIGNS)
# pool is a module in the kernel of iommu.
assert plans[3].key == plans[1].key and len({plan.key for plan in plans}) == 4
assert [len(plan.series.patches) for plan in plans] == [0, 0, 1, 0, 1]
assert build.cached_kernel(plans[0], cache) is None
for _ in range(2):
    plain, iommu, hook, pool, exchange = [build.kernel(plan, cache) for plan in plans]
assert build.cached_kernel(plans[2], cache) == hook and pool.folder == iommu.folder
for kernel, xen in ((plain, "n"), (iommu, "y"), (hook, "y")):
    assert kernel.folder == cache.root / "kernels" / kernel.plan.key
    config = f"CONFIG_PCI=y\nCONFIG_VT=n\nCONFIG_XEN={xen}\n"
    assert kernel.config.read_text() == config
    assert kernel.image.read_text() == "int main;\n" + config
    assert (kernel.folder / "System.map").read_text() == "symbols\n"
    assert (kernel.folder / "devel/include/linux/dma.h").exists()
assert exchange.image.read_text().startswith("int exchanged;\n")
# Each against the first of its tree, and a kernel that is another's against none.
names = list(designs.DESIGNS)
built = dict(zip(names, (plain, iommu, hook, pool, exchange)))
told = account.differences(built)
assert list(told) == ["plain..iommu", "iommu..hook", "iommu..exchange"], told
assert told["plain..iommu"] == ("CONFIG_XEN: n -> y",) and not told["iommu..hook"]
slot = cache.root / "trees" / origin.slot
assert (slot / "plain/built").read_text() == "build\n"
assert (slot / "xen/built").read_text() == "build\n" * 3
assert not (slot / "xen/kernel/dma/new.c").exists()
EOF
}

@test "source, series, fragments and each tool change a kernel's key, and nothing else" {
	py <<'EOF'
import os, shutil
from pathlib import Path
import trees
from harness import build, designs, lock

tmp = Path(os.environ["TMP"])
repo = trees.checkout(tmp / "repo")
root = trees.kernel(tmp / "linux")
patch = repo.designs / "hook/6.12/0001-two.patch"

def key(name="hook", tree=root):
    design = designs.DESIGNS[name]
    return build.plan_kernel(design, trees.source(tree, tmp), repo).key

first = key()
assert key() == first
(repo.designs / "hook/6.12/0000-cover-letter.patch").write_text("other words\n")
(repo.kconfigs / "plain.config").write_text("CONFIG_OTHER=n\n")
os.utime(root / "init/main.c")
assert key() == first
assert key(tree=shutil.copytree(root, tmp / "copy", symlinks=True)) == first
keys = [first, key("iommu"), key("plain")]
(root / "init/main.c").write_text("int edited;\n")
keys.append(key())
patch.write_text(trees.PATCH.replace("+2", "+zwei"))
keys.append(key())
shutil.copy(patch, patch.with_name("0002-more.patch"))
keys.append(key())
for name in ("base", "xen"):
    with (repo.kconfigs / f"{name}.config").open("a") as stream:
        stream.write("CONFIG_MORE=y\n")
    keys.append(key())
os.environ["PATH"] = f"{tmp}/bin:{os.environ['PATH']}"
for tool in ("gcc", "ld", "make"):
    trees.write(tmp / "bin", {tool: f"#!/bin/sh\necho {tool} 99.1\n"})
    keys.append(key())
assert len(set(keys)) == len(keys) == 11, keys
EOF
}

@test "the caller's environment does not reach a build" {
	py <<'EOF'
import os
from pathlib import Path
import trees
from harness import build, designs, lock
from harness.paths import Cache

tmp = Path(os.environ["TMP"])
repo, cache = trees.checkout(tmp / "repo"), Cache(tmp / "cache")
origin = trees.source(trees.kernel(tmp / "linux"), tmp)
# As make bench KERNEL=... leaves it, and what a kernel's developer may have set.
os.environ["MAKEFLAGS"] = " -- KERNEL=/somewhere"
os.environ["KCFLAGS"] = "-O0"
os.environ["KCONFIG_CONFIG"] = f"{tmp}/elsewhere"
build.kernel(build.plan_kernel(designs.DESIGNS["plain"], origin, repo), cache)
built = cache.root / "trees" / origin.slot / "plain/built"
assert built.read_text() == "build\n", built.read_text()
assert not (tmp / "elsewhere").exists()
EOF
}

@test "a build that fails, however it does, leaves nothing in the cache" {
	py <<'EOF'
import os
from pathlib import Path
import trees
from harness import build, designs, lock
from harness.errors import Failed
from harness.paths import Cache

tmp = Path(os.environ["TMP"])
repo, cache = trees.checkout(tmp / "repo"), Cache(tmp / "cache")
root = trees.kernel(tmp / "linux", broken="")
design = designs.DESIGNS["iommu"]

def plan():
    return build.plan_kernel(design, trees.source(root, tmp), repo)

def kept():
    return [path.name for path in cache.folder("kernels").iterdir()]

said = trees.refusal(Failed, build.kernel, plan(), cache)
assert said.startswith("make: exit status 2; see ") and "Error 7" in said, said
assert kept() == []
built = cache.root / "trees" / plan().source.slot / "xen/built"
(root / "broken").unlink()
good = plan()
copy = build.shutil.copytree

def cut(origin, *words, **more):
    if origin.name == "include":
        raise problem
    return copy(origin, *words, **more)

for problem in (OSError(28, "No space left on device"), KeyboardInterrupt()):
    build.shutil.copytree = cut
    trees.refusal(type(problem), build.kernel, good, cache)
    build.shutil.copytree = copy
    assert kept() == [], kept()
assert build.kernel(good, cache).image.exists()
assert kept() == [good.key]
assert built.read_text() == "build\n" * 4
EOF
}

@test "after a make that was killed the next one begins from clean objects" {
	py <<'EOF'
import os
from pathlib import Path
import trees
from harness import build, designs, lock
from harness.errors import HarnessError
from harness.paths import Cache

tmp = Path(os.environ["TMP"])
repo, cache = trees.checkout(tmp / "repo"), Cache(tmp / "cache")
makefile = trees.MAKEFILE.replace("exit 7", "sleep 300")
root = trees.kernel(tmp / "linux", Makefile=makefile, broken="")

def plan():
    return build.plan_kernel(designs.DESIGNS["iommu"], trees.source(root, tmp), repo)

build.KERNEL_SECONDS = 0.3
said = trees.refusal(HarnessError, build.kernel, plan(), cache)
assert said.startswith("make: not done after 0 s; see "), said
(root / "broken").unlink()
build.KERNEL_SECONDS = 30
assert build.kernel(plan(), cache).image.exists()
(root / "init/main.c").write_text("int other;\n")
assert build.kernel(plan(), cache).image.exists()
built = cache.root / "trees" / plan().source.slot / "xen/built"
assert built.read_text().split() == ["build", "clean", "build", "build"]
EOF
}

@test "of two that make one artifact the first wins, and the second takes it" {
	py <<'EOF'
import os
from pathlib import Path
from harness import build, designs, lock

parent = Path(os.environ["TMP"])

def fill(folder):
    (folder / "file").write_text("second")
    with build._artifact(parent, "key") as other:
        (other / "file").write_text("first")

place = build._once(parent, "key", fill)
assert (place / "file").read_text() == "first"
assert build._once(parent, "key", lambda folder: 1 / 0) == place
assert os.listdir(parent / "key") == ["file"]
assert [name for name in os.listdir(parent) if "making" in name] == []
EOF
}

@test "only one builds in a tree; who waits too long gives up with the lock's name" {
	py <<'EOF'
import os, threading, time, types
from pathlib import Path
import trees
from harness import build, designs, lock
from harness.errors import HarnessError
from harness.paths import Cache

tmp = Path(os.environ["TMP"])
repo, cache = trees.checkout(tmp / "repo"), Cache(tmp / "cache")
origin = trees.source(trees.kernel(tmp / "linux"), tmp)
plan = build.plan_kernel(designs.DESIGNS["hook"], origin, repo)
path = cache.root / "trees" / origin.slot / "xen.lock"
# The same clock, looked at more often.
lock.time = types.SimpleNamespace(
    monotonic=time.monotonic, sleep=lambda _: time.sleep(0.02)
)
lock.LOCK_SECONDS = 0.1
with lock.locked(path):
    said = trees.refusal(HarnessError, build.kernel, plan, cache)
assert said == f"{path}: held by another run for too long", said
assert not (path.parent / "xen").exists()
lock.LOCK_SECONDS = 30
held = lock.locked(path)
held.__enter__()
found = []
waiting = threading.Thread(target=lambda: found.append(build.kernel(plan, cache)))
waiting.start()
time.sleep(0.2)
assert waiting.is_alive() and not found
held.__exit__(None, None, None)
waiting.join()
assert found[0].image.exists()
EOF
}

@test "without a series for a release its cells are skipped, and the releases named" {
	py <<'EOF'
import os
from pathlib import Path
import trees
from harness import build, designs, lock
from harness.errors import Missing
from harness.record import Verdict

tmp = Path(os.environ["TMP"])
repo = trees.checkout(tmp / "repo")
trees.patch(repo.designs / "hook/6.6/0001-two.patch")
makefile = trees.MAKEFILE.replace("LEVEL = 12", "LEVEL = 15")
origin = trees.source(trees.kernel(tmp / "linux", Makefile=makefile), tmp)
assert origin.release == "6.15"
said = trees.refusal(Missing, build.plan_kernel, designs.DESIGNS["hook"], origin, repo)
assert said == "no hook series for Linux 6.15; there is one for 6.12, 6.6", said
assert Missing.verdict is Verdict.SKIP
assert build.plan_kernel(designs.DESIGNS["iommu"], origin, repo).series.patches == ()
EOF
}

@test "options that do not stick stop the build, all of them listed" {
	py <<'EOF'
import os
from pathlib import Path
import trees
from harness import build, designs, lock
from harness.errors import HarnessError
from harness.paths import Cache

tmp = Path(os.environ["TMP"])
repo, cache = trees.checkout(tmp / "repo"), Cache(tmp / "cache")
merge = trees.MERGE.replace("exit 0", "echo CONFIG_VT=m >>.config")
changes = {"refused": "PCI\nXEN\n", "scripts/kconfig/merge_config.sh": merge}
origin = trees.source(trees.kernel(tmp / "linux", **changes), tmp)
plan = build.plan_kernel(designs.DESIGNS["iommu"], origin, repo)
said = trees.refusal(HarnessError, build.kernel, plan, cache)
assert said.splitlines() == [
    "iommu kernel: 3 requested options did not stick:",
    "    CONFIG_PCI=y was asked for, the kernel's answer is n",
    "    CONFIG_VT=n was asked for, the kernel's answer is m",
    "    CONFIG_XEN=y was asked for, the kernel's answer is n",
], said
tree = cache.root / "trees" / origin.slot / "xen"
assert (tree / ".config").exists() and not (tree / "built").exists()
EOF
}

@test "modules are built for each kernel, and anew when a source of theirs changes" {
	py <<'EOF'
import os
from pathlib import Path
import trees
from harness import build, designs, lock
from harness.errors import Failed
from harness.paths import Cache

tmp = Path(os.environ["TMP"])
repo, cache = trees.checkout(tmp / "repo"), Cache(tmp / "cache")
trees.write(repo.modules, {"one/Kbuild": "obj-m := one.o\n", "one/one.c": "one\n"})
trees.write(repo.modules, {"include/uapi/dma.h": "one\n", "one/notes.txt": "a\n"})
trees.write(repo.modules, {"Kbuild": "obj-m := one/\n"})
origin = trees.source(trees.kernel(tmp / "linux"), tmp)
kernels = [
    build.kernel(build.plan_kernel(designs.DESIGNS[name], origin, repo), cache)
    for name in ("plain", "iommu")
]
folders = [build.modules(kernel, repo, cache) for kernel in kernels]
assert folders[0] != folders[1]
for folder in folders:
    assert sorted(os.listdir(folder)) == ["debug", "one.ko"]
    assert os.listdir(folder / "debug") == ["one.ko"]
    assert b"int dma;\none\n" in (folder / "one.ko").read_bytes()
(repo.modules / "one/notes.txt").write_text("b\n")
assert build.modules(kernels[0], repo, cache) == folders[0]
keys = {folders[0].name}
for name in ("include/uapi/dma.h", "one/one.c", "one/Kbuild"):
    (repo.modules / name).write_text("two\n")
    keys.add(build.modules(kernels[0], repo, cache).name)
assert len(keys) == 4
(repo.modules / "one/one.c").unlink()
said = trees.refusal(Failed, build.modules, kernels[0], repo, cache)
assert said.startswith("make: exit status 2; see "), said
assert len(os.listdir(cache.root / "modules")) == 5
EOF
}

@test "a design's module is built beside the others, for that design alone" {
	py <<'EOF'
import os
from pathlib import Path
import trees
from harness import build, designs
from harness.errors import Missing
from harness.paths import Cache

tmp = Path(os.environ["TMP"])
repo, cache = trees.checkout(tmp / "repo"), Cache(tmp / "cache")
trees.write(repo.modules, {"one/Kbuild": "obj-m := one.o\n", "one/one.c": "one\n"})
trees.write(repo.modules, {"Kbuild": "obj-m := one/\n"})
origin = trees.source(trees.kernel(tmp / "linux"), tmp)
iommu, pool = [
    build.kernel(build.plan_kernel(designs.DESIGNS[name], origin, repo), cache)
    for name in ("iommu", "pool")
]
assert iommu.folder == pool.folder
said = trees.refusal(Missing, build.modules, pool, repo, cache)
assert said == f"no xen_dma_pool module: {repo.designs}/pool has no Kbuild", said
first = build.modules(iommu, repo, cache)
files = {"Kbuild": "obj-m := xen_dma_pool.o\n", "pool.c": "pool\n", "notes.txt": "a\n"}
trees.write(repo.designs / "pool", files)
keys = {first.name}
made = build.modules(pool, repo, cache)
assert sorted(os.listdir(made)) == ["debug", "one.ko", "pool.ko"], os.listdir(made)
assert b"int dma;\npool\n" in (made / "pool.ko").read_bytes()
# What the others have is none of their business, nor what is no source.
(repo.designs / "pool/notes.txt").write_text("b\n")
assert build.modules(iommu, repo, cache) == first
assert build.modules(pool, repo, cache) == made
for path in (repo.designs / "pool/pool.c", repo.modules / "one/one.c"):
    path.write_text("two\n")
    keys.add(build.modules(pool, repo, cache).name)
assert len(keys | {made.name}) == 4 and build.modules(iommu, repo, cache) != first
EOF
}

@test "debug kernels have one fragment more, a key and a tree of their own" {
	py <<'EOF'
import os
from pathlib import Path
import trees
from harness import build, designs
from harness.paths import Cache

tmp = Path(os.environ["TMP"])
repo, cache = trees.checkout(tmp / "repo"), Cache(tmp / "cache")
origin = trees.source(trees.kernel(tmp / "linux"), tmp)
hook = designs.DESIGNS["hook"]
debug = designs.debugging(hook)
assert (debug.name, debug.patched) == ("hook", True)
kernels = [
    build.kernel(build.plan_kernel(design, origin, repo), cache)
    for design in (hook, debug)
]
assert kernels[0].plan.key != kernels[1].plan.key
texts = [kernel.config.read_text() for kernel in kernels]
assert texts[1] == texts[0] + "CONFIG_CHECKS=y\n", texts
slot = cache.root / "trees" / origin.slot
for name in ("xen", "xen-debug"):
    assert (slot / name / "built").read_text() == "build\n", name
EOF
}

@test "what .incbin takes in is not taken from the compiler's cache" {
	py <<'EOF'
import os
from pathlib import Path
from harness import command, kbuild
from harness.paths import Cache

tmp = Path(os.environ["TMP"])
(tmp / "piggy.S").write_text('.section .rodata, "a"\n.incbin "payload"\n')
(tmp / "Makefile").write_text(
    "piggy.o: piggy.S payload\n\t$(CC) -Wp,-MMD,.d -c -o $@ $<\n"
)
cache = Cache(tmp / "cache")
for payload in (b"first", b"other"):
    (tmp / "payload").write_bytes(payload)
    (tmp / "piggy.o").unlink(missing_ok=True)
    command.run(
        kbuild.make(cache, "piggy.o"),
        seconds=60,
        log=tmp / "log",
        cwd=tmp,
        environment=kbuild.environment(cache),
    )
    assert payload in (tmp / "piggy.o").read_bytes(), payload
EOF
}
