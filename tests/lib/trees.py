# SPDX-License-Identifier: GPL-2.0-only
"""Tiny kernel trees: what the harness reads of one, and a build of a second."""

import os
import subprocess
from pathlib import Path
from typing import Callable, Mapping

from harness import hashing
from harness.paths import Cache, Repo
from harness.source import Series, Source, resolve

OLD = 1_000_000_000.0

MAKEFILE = """\
# SPDX-License-Identifier: GPL-2.0
VERSION = 6
PATCHLEVEL = 12
SUBLEVEL = 1

bzImage:
\techo build $(KCFLAGS) $(KERNEL) >>built
\tif test -e broken; then exit 7; fi
\tmkdir -p arch/x86/boot
\tcat init/main.c .config >arch/x86/boot/bzImage
\techo symbols >System.map

modules:
\tset -e; for d in $(dir $(wildcard $(M)/*/Kbuild)); do \\
\tcat include/linux/dma.h $$d*.c >$$d/text; \\
\tld -r -b binary -o $$d$$(basename $$d).ko $$d/text; done

clean:
\techo clean >>built
"""

# Stands for the kernel's: the fragments become the .config, but for what the
# file "refused" names.
MERGE = """\
#!/bin/sh
shift
cat "$@" >"${KCONFIG_CONFIG:-.config}"
test -e refused && grep -v -f refused .config >.new && mv .new .config
exit 0
"""

FILES = {
    "Makefile": MAKEFILE,
    ".gitignore": "*.o\n.*.cmd\n/vmlinux\n/.config\nSystem.map\n",
    "init/main.c": "int main;\n",
    "include/linux/dma.h": "int dma;\n",
    "kernel/dma/direct.c": "one\ntwo\nthree\nfour\n",
    "kernel/dma/old.c": "old\n",
    "arch/x86/kernel/vmlinux.lds.S": "SECTIONS\n",
    "arch/x86/tools/relocs.c": "relocs\n",
    "tools/include/generated/asm-offsets.h": "/* a stub */\n",
    "scripts/kconfig/merge_config.sh": MERGE,
}

PATCH = """\
From: A <a@example.org>
Subject: [PATCH] dma: two becomes 2, old.c goes, new.c comes

---
diff --git a/kernel/dma/direct.c b/kernel/dma/direct.c
--- a/kernel/dma/direct.c
+++ b/kernel/dma/direct.c
@@ -1,4 +1,4 @@
 one
-two
+2
 three
 four
diff --git a/kernel/dma/new.c b/kernel/dma/new.c
new file mode 100644
--- /dev/null
+++ b/kernel/dma/new.c
@@ -0,0 +1 @@
+new
diff --git a/kernel/dma/old.c b/kernel/dma/old.c
deleted file mode 100644
--- a/kernel/dma/old.c
+++ /dev/null
@@ -1 +0,0 @@
-old
"""

ONE = """\
--- a/init/main.c
+++ b/init/main.c
@@ -1 +1 @@
-int main;
+int exchanged;
"""

FRAGMENTS = {
    "base": "CONFIG_PCI=y\nCONFIG_VT=n\n",
    "plain": "CONFIG_XEN=n\n",
    "xen": "CONFIG_XEN=y\n",
    "debug": "CONFIG_CHECKS=y\n",
}


WORK = """\
description = "made up"
device = "edu"
pci = "1234:11e8"
modules = ["dmabench"]
deadline = 60

[machine]
memory_mib = 2048
low_mib = 1024

[[metric]]
name = "ticks"
unit = "instructions"
direction = "lower"
good_for = "tests"

[[step]]
kind = "dmabench"
name = "map-64"
op = "map_single"
size = 64

[[step]]
kind = "dmabench"
name = "sync-64"
op = "sync"
size = 64
"""

PROFILE = """\
description = "made up"
clock = "insn"
p2m = "linear"
workloads = ["work"]
variants = ["native-iommu"]
"""


VALIDATE = """\
description = "made up"
clock = "insn"
p2m = ["linear", "scattered"]
purpose = "validation"
variants = ["native-iommu"]
"""


def write(root: Path, files: Mapping[str, str]) -> None:
    """Write files below root, with times long past; #! makes one executable."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755 if text.startswith("#!") else 0o644)
        os.utime(path, (OLD, OLD))


def kernel(root: Path, **changes: str) -> Path:
    """Write a kernel tree, with an executable and two links; return root."""
    write(root, {**FILES, **changes})
    (root / "include/linux/link.h").symlink_to("dma.h")
    (root / "include/prefix").symlink_to("linux")
    return root


def git(tree: Path, *words: str) -> None:
    """Run git in a tree, whatever the user's configuration."""
    about = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    command = ["git", "-C", str(tree), *about, *words]
    subprocess.run(command, check=True, capture_output=True)


def repository(root: Path) -> Path:
    """Make a tree a git tree with one commit, tagged one; return root."""
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "one")
    git(root, "tag", "one")
    return root


def tarball(tree: Path, path: Path) -> Path:
    """Pack a tree, without .git, as kernels are packed; return path."""
    words = ["tar", "-C", str(tree.parent), "--exclude=.git", "-cJf", str(path)]
    subprocess.run([*words, tree.name], check=True)
    return path


def build(tree: Path) -> None:
    """Leave behind what an in-tree build of a kernel does."""
    folders = ["include/config", "include/generated", "arch/x86/include/generated"]
    products = [f"{folder}/product.h" for folder in folders]
    products += ["vmlinux", "vmlinux.o", "init/main.o", "init/.main.o.cmd"]
    products += [".config", "System.map", "modules.order", "Module.symvers"]
    products += ["arch/x86/boot/bzImage", "arch/x86/kernel/vmlinux.lds"]
    products += ["arch/x86/kernel/.vmlinux.lds.cmd", "init/.main.o.d"]
    products += ["arch/x86/tools/relocs", "arch/x86/tools/.relocs.cmd"]
    products += ["tools/objtool/objtool", "tools/objtool/objtool-in.o"]
    products += ["lib/crc32table.h", "scripts/kconfig/parser.tab.c"]
    write(tree, {name: "product\n" for name in products})


def series(*patches: Path) -> Series:
    """Return the series of these patches."""
    return Series(patches, tuple((path.name, hashing.file(path)) for path in patches))


def patch(path: Path, text: str = PATCH) -> Path:
    """Write a patch; return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def checkout(root: Path, release: str = "6.12", diff: str = PATCH) -> Repo:
    """Write what a checkout of bouncemark has for kernels: fragments, two series."""
    for name, text in FRAGMENTS.items():
        write(root / "kconfigs", {f"{name}.config": text})
    folder = root / "bench/designs/hook" / release
    patch(folder / "0001-two.patch", diff)
    patch(folder / "0000-cover-letter.patch", "no patch\n")
    patch(root / "bench/designs/exchange" / release / "0001-one.patch", ONE)
    return Repo(root)


def bench(root: Path, release: str = "6.12", patch: str = PATCH) -> Repo:
    """Write all of a checkout that a run needs; its guest and module are texts."""
    made = checkout(root, release, patch)
    write(
        root / "bench",
        {
            "guest/Makefile": "init:\n\techo init >$(O)/init\n",
            "modules/Kbuild": "obj-m := dmabench/\n",
            "modules/dmabench/Kbuild": "obj-m := dmabench.o\n",
            "modules/dmabench/dmabench.c": "module\n",
            "workloads/work.toml": WORK,
            "workloads/case.toml": f'purpose = "validation"\n{WORK}',
            "profiles/one.toml": PROFILE,
            "profiles/validate.toml": VALIDATE,
        },
    )
    return made


def source(kernel: Path | str, folder: Path) -> Source:
    """Resolve what KERNEL= names, with a cache and a log in folder."""
    return resolve(str(kernel), Cache(folder / "cache"), folder / "log")


def refusal(
    kind: type[BaseException], function: Callable[..., object], *words: object
) -> str:
    """Return what an exception says that a call must end with."""
    try:
        function(*words)
    except kind as problem:
        assert type(problem) is kind, type(problem)
        return str(problem)
    raise AssertionError(f"{function} accepted what it must refuse")
