#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Kernel sources: what a source is made of, and how a build tree gets there.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
	export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
}

@test "the same content has one key: as tarball, as git ref, as tree with git and without" {
	py <<'EOF'
import os, shutil, subprocess
from pathlib import Path
import trees

tmp = Path(os.environ["TMP"])
plain = trees.kernel(tmp / "plain")
tracked = trees.repository(trees.kernel(tmp / "tracked"))
names = [
    plain,
    tracked,
    f"{tracked}@one",
    trees.tarball(plain, tmp / "linux.tar.xz"),
]
found = [trees.source(name, tmp) for name in names]
assert {source.release for source in found} == {"6.12"}
for source in found[1:]:
    assert source.manifest == found[0].manifest, source.label
    assert source.key == found[0].key
links = {"include/linux/link.h", "include/prefix"}
assert set(found[0].manifest) == {*trees.FILES, *links}
words = ["git", "-C", str(tracked), "rev-parse", "HEAD:include/linux/link.h"]
blob = subprocess.run(words, capture_output=True, text=True).stdout.strip()
assert found[0].manifest["include/linux/link.h"] == f"120000 {blob}"
assert found[0].manifest["scripts/kconfig/merge_config.sh"].startswith("100755 ")
assert [source.pristine for source in found] == [False, False, True, True]
# Successive states of one tree are built at one place.
assert found[1].slot == found[2].slot != found[0].slot

keys = {found[0].key}
(plain / "init/main.c").write_text("int other;\n")
keys.add(trees.source(plain, tmp).key)
(plain / "init/main.c").chmod(0o755)
keys.add(trees.source(plain, tmp).key)
(plain / "include/linux/link.h").unlink()
(plain / "include/linux/link.h").symlink_to("nowhere.h")
keys.add(trees.source(plain, tmp).key)
assert len(keys) == 4, keys
EOF
}

@test "a git tree is what its work tree is: edited, added, removed, without what is ignored" {
	py <<'EOF'
import os
from pathlib import Path
import trees

tmp = Path(os.environ["TMP"])
tree = trees.repository(trees.kernel(tmp / "linux"))
first = trees.source(tree, tmp)
(tree / "init/main.c").write_text("int edited;\n")
(tree / "kernel/dma/old.c").unlink()
(tree / "kernel/dma/staged.c").write_text("staged\n")
trees.git(tree, "add", "kernel/dma/staged.c")
(tree / "kernel/dma/staged.c").write_text("staged, then edited\n")
(tree / "kernel/dma/untracked.c").write_text("untracked\n")
(tree / "kernel/dma/ignored.o").write_text("ignored\n")
os.utime(tree / "Makefile")
trees.repository(trees.kernel(tree / "other"))
(tree / "include/linux/dma.h").unlink()
(tree / "include/linux/dma.h").mkdir()
second = trees.source(tree, tmp)
assert second.key != first.key and second.slot == first.slot
changed = {
    name
    for name in {*first.manifest, *second.manifest}
    if first.manifest.get(name) != second.manifest.get(name)
}
assert changed == {
    "init/main.c",
    "kernel/dma/old.c",
    "kernel/dma/staged.c",
    "kernel/dma/untracked.c",
    "include/linux/dma.h",
}, changed
assert not {"kernel/dma/old.c", "include/linux/dma.h"} & set(second.manifest)
copy = trees.kernel(tmp / "copy", **{"kernel/dma/staged.c": "staged, then edited\n"})
same = trees.source(copy, tmp).manifest["kernel/dma/staged.c"]
assert second.manifest["kernel/dma/staged.c"] == same
# A ref is what was committed, whatever the work tree holds.
assert trees.source(f"{tree}@one", tmp).key == first.key
EOF
}

@test "a tree that was built is the source it was before" {
	py <<'EOF'
import os
from pathlib import Path
import trees

tmp = Path(os.environ["TMP"])
tree = trees.kernel(tmp / "linux")
before = trees.source(tree, tmp)
assert "arch/x86/kernel/vmlinux.lds.S" in before.manifest
trees.build(tree)
after = trees.source(tree, tmp)
assert after.manifest == before.manifest, set(after.manifest) - set(before.manifest)
assert after.key == before.key
EOF
}

@test "a KERNEL= that is none ends with status 2 and one sentence that names it" {
	py <<'EOF'
import contextlib, io, os
from pathlib import Path
import trees
from harness import cli

tmp = Path(os.environ["TMP"])
tree = trees.repository(trees.kernel(tmp / "linux"))
(tmp / "text").write_text("no tarball\n")
(tmp / "empty").mkdir()
trees.write(tmp / "other", {"Makefile": "all:\n\ttrue\n"})
trees.write(tmp / "bytes", {"Makefile": ""})
(tmp / "bytes/Makefile").write_bytes(b"\xff\xfe VERSION")
packed = trees.tarball(tmp / "other", tmp / "other.tar.xz")
for kernel, words in (
    (tmp / "nowhere", "no such thing; allowed: a tarball, a kernel tree, or TREE@REF"),
    (f"{tmp}/nowhere@one", "no such thing"),
    (f"{tree}@two", "has no such git ref"),
    (f"{tree}@--all", "has no such git ref"),
    (f"{tmp}/empty@one", "has no such git ref"),
    (tmp / "text", "cannot be unpacked"),
    (tmp / "empty", "no kernel tree, it has no Makefile"),
    (tmp / "other", "not a kernel's, it names no version"),
    (tmp / "bytes", "not a kernel's, it names no version"),
    (packed, "not a kernel's, it names no version"),
):
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        status = cli.main(["build", "plain", "--kernel", str(kernel)])
    text = said.getvalue()
    assert status == 2, (kernel, status, text)
    assert text.count("\n") == 1 and text.startswith("bouncemark: "), text
    assert words in text and str(kernel) in text, text
left = list((tmp / "cache/bouncemark/sources").glob("tmp*"))
assert not left, left
EOF
}

@test "a build tree is touched only where it differs, and what differs is new to make" {
	py <<'EOF'
import os, time
from pathlib import Path
import trees
from harness import source

tmp = Path(os.environ["TMP"])
root, tree = trees.kernel(tmp / "linux"), tmp / "tree"
none = trees.series()
source.sync(trees.source(root, tmp), none, tree, tmp / "log")
for path in tree.rglob("*"):
    os.utime(path, (trees.OLD, trees.OLD), follow_symlinks=False)
(tree / "init/main.o").write_text("an object\n")
# Other content, and a time before that of the object.
trees.write(root, {"init/main.c": "int before;\n", "lib/new.c": "new\n"})
os.utime(root / "init/main.c", (1, 1))
(root / "kernel/dma/old.c").unlink()
(root / "arch/x86/tools/relocs.c").chmod(0o755)
(root / "include/linux/link.h").unlink()
(root / "include/linux/link.h").symlink_to("../linux/dma.h")
begin = time.time() - 2
source.sync(trees.source(root, tmp), none, tree, tmp / "log")
touched = {
    str(path.relative_to(tree))
    for path in tree.rglob("*")
    if path.lstat().st_mtime > begin and not path.is_dir()
}
assert touched == {
    ".bouncemark-manifest",
    "arch/x86/tools/relocs.c",
    "include/linux/link.h",
    "init/main.c",
    "init/main.o",
    "lib/new.c",
}, touched
assert not (tree / "kernel/dma/old.c").exists()
assert (tree / "init/main.c").read_text() == "int before;\n"
assert (tree / "init/main.o").exists()
assert os.access(tree / "arch/x86/tools/relocs.c", os.X_OK)
assert os.readlink(tree / "include/linux/link.h") == "../linux/dma.h"
old = (tree / ".bouncemark-manifest").stat().st_mtime_ns
source.sync(trees.source(root, tmp), none, tree, tmp / "log")
assert (tree / ".bouncemark-manifest").stat().st_mtime_ns == old
EOF
}

@test "a series is applied, taken back when it is dropped, and never reaches the source" {
	py <<'EOF'
import os
from pathlib import Path
import trees
from harness import manifest, source

tmp = Path(os.environ["TMP"])
packed = trees.tarball(trees.kernel(tmp / "linux"), tmp / "linux.tar.xz")
origin, tree = trees.source(packed, tmp), tmp / "tree"
assert origin.pristine
dma = tree / "kernel/dma"
two = trees.series(trees.patch(tmp / "0001-two.patch"))
for _ in range(2):
    source.sync(origin, two, tree, tmp / "log")
    assert (dma / "direct.c").read_text() == "one\n2\nthree\nfour\n"
    assert (dma / "new.c").read_text() == "new\n"
    assert not (dma / "old.c").exists()
    assert manifest.walk(origin.root) == origin.manifest
    source.sync(origin, trees.series(), tree, tmp / "log")
    assert (dma / "direct.c").read_text() == trees.FILES["kernel/dma/direct.c"]
    assert sorted(path.name for path in dma.iterdir()) == ["direct.c", "old.c"]
    # Taken back, a file is newer than the objects made of the patched one.
    assert (dma / "direct.c").stat().st_mtime > trees.OLD
assert (tree / "init/main.c").samefile(origin.root / "init/main.c")
EOF
}

@test "a patch that does not apply is named, and the tree stays what it was" {
	py <<'EOF'
import os
from pathlib import Path
import trees
from harness import manifest, source
from harness.errors import HarnessError

tmp = Path(os.environ["TMP"])
origin, tree = trees.source(trees.kernel(tmp / "linux"), tmp), tmp / "tree"
good = trees.patch(tmp / "0001-two.patch")
source.sync(origin, trees.series(), tree, tmp / "log")
before = manifest.walk(tree)
for number, (old, new) in enumerate(
    (("-two", "-zwei"), (" four", " five"), ("direct.c", "indirect.c"))
):
    bad = trees.patch(tmp / f"0002-{number}.patch", trees.PATCH.replace(old, new))
    for order in ((bad,), (bad, good)):
        sync = (origin, trees.series(*order), tree, tmp / "log")
        said = trees.refusal(HarnessError, source.sync, *sync)
        assert f"0002-{number}.patch does not apply to {origin.label}" in said, said
# Nor does one that stands there already.
sync = (origin, trees.series(good, good), tree, tmp / "log")
said = trees.refusal(HarnessError, source.sync, *sync)
assert said.startswith("0001-two.patch does not apply"), said
after = manifest.walk(tree)
after.pop(".bouncemark-manifest"), before.pop(".bouncemark-manifest")
assert after == before == origin.manifest
EOF
}

@test "a tree whose making was cut off is made anew, at whatever point that was" {
	py <<'EOF'
import os
from pathlib import Path
import trees
from harness import manifest, source

tmp = Path(os.environ["TMP"])
packed = trees.tarball(trees.kernel(tmp / "linux"), tmp / "linux.tar.xz")
two = trees.series(trees.patch(tmp / "0001-two.patch"))
place = source._place
for origin in (trees.source(packed, tmp), trees.source(tmp / "linux", tmp)):
    tree = tmp / f"tree-{origin.pristine}"
    source.sync(origin, two, tree, tmp / "log")
    good = manifest.walk(tree)
    source.sync(origin, trees.series(), tree, tmp / "log")
    for left in range(2):
        counter = iter(range(left))

        def cut(origin, target):
            if next(counter, None) is None:
                raise KeyboardInterrupt
            place(origin, target)

        source._place = cut
        trees.refusal(KeyboardInterrupt, source.sync, origin, two, tree, tmp / "log")
        source._place = place
        (tree / "kernel/dma/litter.c").write_text("of a build that was cut off\n")
        source.sync(origin, two, tree, tmp / "log")
        assert manifest.walk(tree) == good, left
        source.sync(origin, trees.series(), tree, tmp / "log")
EOF
}

@test "a file can take a folder's place, and a folder a file's" {
	py <<'EOF'
import os, shutil
from pathlib import Path
import trees
from harness import manifest, source

tmp = Path(os.environ["TMP"])
root, tree = trees.kernel(tmp / "linux"), tmp / "tree"
first = trees.source(root, tmp)
source.sync(first, trees.series(), tree, tmp / "log")
(tree / "kernel/dma/direct.o").write_text("an object in the way\n")
shutil.rmtree(root / "kernel/dma")
trees.write(root, {"kernel/dma": "a file\n"})
(root / "init/main.c").unlink()
trees.write(root, {"init/main.c/part.c": "part\n"})
second = trees.source(root, tmp)
source.sync(second, trees.series(), tree, tmp / "log")
assert (tree / "kernel/dma").read_text() == "a file\n"
assert (tree / "init/main.c/part.c").read_text() == "part\n"
shutil.rmtree(root)
source.sync(trees.source(trees.kernel(root), tmp), trees.series(), tree, tmp / "log")
found = manifest.walk(tree)
found.pop(".bouncemark-manifest")
assert found == first.manifest
EOF
}

@test "sources that change between plan and build are refused, and nothing wrong is kept" {
	py <<'EOF'
import os, shutil
from pathlib import Path
import trees
from harness import build, designs
from harness.errors import HarnessError
from harness.paths import Cache

tmp = Path(os.environ["TMP"])
repo, cache = trees.checkout(tmp / "repo"), Cache(tmp / "cache")
names = ("init/main.c", "kernel/dma/direct.c")
text = trees.FILES["init/main.c"]

def edited(root):
    (root / "init/main.c").write_text("int edited;\n")

def patched(root):
    (root / "kernel/dma/direct.c").write_text("one\ntwo\nthree\nfour\nfive\n")

def removed(root):
    (root / "init/main.c").unlink()

for tracked in (False, True):
    for change in (edited, patched, removed):
        for built in (False, True):
            root = trees.kernel(tmp / f"{change.__name__}-{tracked}-{built}")
            root = trees.repository(root) if tracked else root
            design = designs.DESIGNS["hook"]
            if built:
                # A tree that stands already, of sources that were others.
                (root / "init/main.c").write_text("int before;\n")
                first = build.plan_kernel(design, trees.source(root, tmp), repo)
                build.kernel(first, cache)
                (root / "init/main.c").write_text(text)
            plan = build.plan_kernel(design, trees.source(root, tmp), repo)
            before = {name: (root / name).read_text() for name in names}
            change(root)
            (root / "init/new.c").write_text("new\n")
            said = trees.refusal(HarnessError, build.kernel, plan, cache)
            assert f" changed since the build was planned; " in said, said
            assert said.startswith(f"{root}: "), said
            assert build.cached_kernel(plan, cache) is None
            # Changed back they are what they were, and the tree follows.
            for name, content in before.items():
                (root / name).write_text(content)
            assert build.kernel(plan, cache).image.read_text().startswith(text)
            tree = cache.root / "trees" / plan.source.slot / "xen"
            assert (tree / "kernel/dma/direct.c").read_text() == "one\n2\nthree\nfour\n"
            # A new file is none of the plan's.
            assert not (tree / "init/new.c").exists()
            shutil.rmtree(cache.root / "kernels")
EOF
}

@test "a tarball that cannot be unpacked because the disk is full is no bad usage" {
	py <<'EOF'
import os
from pathlib import Path
import trees
from harness.errors import Failed

tmp = Path(os.environ["TMP"])
packed = trees.tarball(trees.kernel(tmp / "linux"), tmp / "linux.tar.xz")
trees.repository(tmp / "linux")
tar = """#!/bin/sh
case $1 in -x) echo "No space left" >&2; exit 2; esac
exec /bin/tar "$@"
"""
trees.write(tmp / "bin", {"tar": tar})
os.environ["PATH"] = f"{tmp}/bin:{os.environ['PATH']}"
for kernel in (packed, f"{tmp}/linux@one"):
    said = trees.refusal(Failed, trees.source, kernel, tmp)
    assert "see " in said and "No space left" in said, said
EOF
}

@test "a folder that is no kernel tree is refused unread, and what is no file is no source" {
	py <<'EOF'
import os
from pathlib import Path
import trees
from harness.errors import UsageError

tmp = Path(os.environ["TMP"])
(tmp / "folder").mkdir()
os.mkfifo(tmp / "folder/pipe")
said = trees.refusal(UsageError, trees.source, tmp / "folder", tmp)
assert said.endswith("no kernel tree, it has no Makefile"), said
os.mkfifo(tmp / "folder/Makefile")
said = trees.refusal(UsageError, trees.source, tmp / "folder", tmp)
assert said.endswith("no kernel tree, it has no Makefile"), said
for tree in (trees.kernel(tmp / "plain"), trees.repository(trees.kernel(tmp / "git"))):
    before = trees.source(tree, tmp).key
    os.mkfifo(tree / "init/pipe")
    assert trees.source(tree, tmp).key == before
EOF
}
