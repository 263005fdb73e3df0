# SPDX-License-Identifier: GPL-2.0-only
"""Kernels, modules and the guest's init: built once, kept by what they are made of.

An artifact is a folder named by the hash of everything that went into it. It
appears whole or not at all. The iommu, hook and exchange kernels are built in one
tree after each other: their objects differ in a dozen files, and their paths must
not, for kbuild would compile all the others again. pool has iommu's kernel.
"""

import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator

from harness import command, counting, hashing, kbuild, kconfig, source
from harness.designs import Design
from harness.errors import Failed, HarnessError, Missing
from harness.lock import locked
from harness.paths import Cache, Repo
from harness.source import Series, Source

RECIPE = 3
MODULE_RECIPE = 4
DEBUG = "debug"
KERNEL_SECONDS = 3600
MODULE_SECONDS = 300
GUEST_SECONDS = 120


@dataclass(frozen=True)
class KernelPlan:
    """A kernel that can be built: its parts and the key they make."""

    design: Design
    source: Source
    series: Series
    fragments: tuple[Path, ...]
    key: str


@dataclass(frozen=True)
class Kernel:
    """A kernel that was built: a folder of the cache."""

    plan: KernelPlan
    folder: Path

    @property
    def image(self) -> Path:
        """Return the bzImage."""
        return self.folder / "bzImage"

    @property
    def config(self) -> Path:
        """Return the final .config."""
        return self.folder / "config"

    @property
    def elf(self) -> Path:
        """Return vmlinux, which is there when the kernel has debug information."""
        return self.folder / "vmlinux"


def compiler() -> str:
    """Return the versions of what turns sources into a kernel."""
    lines = [command.output([tool, "--version"]) for tool in ("gcc", "ld", "make")]
    return "; ".join(text.splitlines()[0] for text in lines)


def series_of(design: Design, release: str, repo: Repo) -> Series:
    """Return a design's series for a kernel release; Missing if there is none."""
    if not design.patched:
        return Series((), ())
    folder = repo.designs / design.name / release
    found = sorted(folder.glob("*.patch"))
    patches = tuple(p for p in found if not p.name.startswith("0000-"))
    if not patches:
        have = ", ".join(sorted(p.name for p in folder.parent.glob("*")))
        raise Missing(
            f"no {design.name} series for Linux {release}; there is one for "
            f"{have or 'no release'}"
        )
    return _lengthened(Series((), ()), patches)


def _lengthened(series: Series, further: tuple[Path, ...]) -> Series:
    """Return a series with further patches after its own."""
    hashes = tuple((path.name, hashing.file(path)) for path in further)
    return Series(series.patches + further, series.hashes + hashes)


def plan_kernel(
    design: Design, origin: Source, repo: Repo, further: tuple[Path, ...] = ()
) -> KernelPlan:
    """Return what a design's kernel is made of, with its key.

    further: patches that come after the design's series.
    """
    series = _lengthened(series_of(design, origin.release, repo), further)
    fragments = tuple(repo.kconfigs / f"{name}.config" for name in design.fragments)
    parts = {
        "recipe": RECIPE,
        "source": origin.key,
        "series": series.hashes,
        "fragments": [hashing.file(path) for path in fragments],
        "compiler": compiler(),
    }
    return KernelPlan(design, origin, series, fragments, hashing.of(parts))


def cached_kernel(plan: KernelPlan, cache: Cache) -> Kernel | None:
    """Return the kernel of a plan if the cache has it."""
    folder = cache.root / "kernels" / plan.key
    return Kernel(plan, folder) if folder.is_dir() else None


def kernel(plan: KernelPlan, cache: Cache) -> Kernel:
    """Return the kernel of a plan, built now unless the cache has it."""
    found = cached_kernel(plan, cache)
    if found:
        cache.used(found.folder)
        return found
    slot = cache.folder("trees", plan.source.slot)
    log = cache.folder("logs") / f"kernel-{plan.design.name}-{plan.key}.log"
    with locked(slot / f"{plan.design.family}.lock") as held:
        found = cached_kernel(plan, cache)
        if found:
            return found
        tree = slot / plan.design.family
        source.sync(plan.source, plan.series, tree, log)
        _configure(plan, tree, cache, log)
        _make_kernel(tree, cache, log, held)
        with _artifact(cache.folder("kernels"), plan.key) as folder:
            _collect(tree, folder)
    return Kernel(plan, cache.root / "kernels" / plan.key)


@contextmanager
def _artifact(parent: Path, key: str) -> Iterator[Path]:
    """Give a folder to fill that becomes parent/key once it is filled."""
    scratch = Path(tempfile.mkdtemp(prefix=".making-", dir=parent))
    try:
        yield scratch
        os.chmod(scratch, 0o755)
        os.rename(scratch, parent / key)
    except OSError:
        if not (parent / key).is_dir():
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _configure(plan: KernelPlan, tree: Path, cache: Cache, log: Path) -> None:
    """Merge the fragments with the kernel's own tool; each symbol must have stuck."""
    words = ["scripts/kconfig/merge_config.sh", "-n", *map(str, plan.fragments)]
    environment = kbuild.environment(cache)
    command.run(words, seconds=300, log=log, cwd=tree, environment=environment)
    asked = kconfig.merged([p.read_text(encoding="utf-8") for p in plan.fragments])
    final = kconfig.parse((tree / ".config").read_text(encoding="utf-8"))
    lost = kconfig.lost(asked, final)
    if lost:
        raise HarnessError(
            f"{plan.design.name} kernel: {len(lost)} requested options did not "
            "stick:\n" + "\n".join("    " + line for line in lost)
        )


def _make_kernel(tree: Path, cache: Cache, log: Path, held: int) -> None:
    """Run make; after a build that was cut off, from clean objects.

    held: the tree's lock. Of a bouncemark that was killed make goes on for a while;
    until then nobody else may touch the tree.
    """
    marker = tree / ".bouncemark-building"
    environment = kbuild.environment(cache)
    if marker.exists():
        words = kbuild.make(cache, "clean")
        command.run(words, seconds=300, log=log, cwd=tree, environment=environment)
    marker.touch()
    try:
        command.run(
            kbuild.make(cache, "bzImage", "modules"),
            seconds=KERNEL_SECONDS,
            log=log,
            cwd=tree,
            environment=environment,
            holds=held,
        )
    except Failed:
        # make itself ended: what it has compiled until then is good.
        marker.unlink()
        raise
    marker.unlink()


# What kbuild reads when it builds a module outside of the tree.
_DEVEL = (
    "Makefile",
    ".config",
    "Module.symvers",
    "scripts",
    "include",
    "arch/x86/Makefile",
    "arch/x86/Makefile.um",
    "arch/x86/Makefile_32.cpu",
    "arch/x86/include",
    "tools/objtool/objtool",
)


def _collect(tree: Path, folder: Path) -> None:
    """Copy what a kernel leaves: image, symbols, config, and what modules need."""
    shutil.copy2(tree / "arch/x86/boot/bzImage", folder / "bzImage")
    shutil.copy2(tree / "System.map", folder / "System.map")
    shutil.copy2(tree / ".config", folder / "config")
    if "CONFIG_DEBUG_INFO=y" in (folder / "config").read_text().splitlines():
        shutil.copy2(tree / "vmlinux", folder / "vmlinux")
    for name in _DEVEL:
        origin, target = tree / name, folder / "devel" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if origin.is_dir():
            shutil.copytree(origin, target, symlinks=True)
        elif origin.exists():
            shutil.copy2(origin, target)


def modules_key(built: Kernel, repo: Repo) -> str:
    """Return the key of the modules for a kernel; Missing if its design lacks one."""
    kinds = (".c", ".h", "")
    parts = [MODULE_RECIPE, built.plan.key, hashing.folder(repo.modules, kinds)]
    design = built.plan.design
    if design.module:
        folder = repo.designs / design.name
        if not (folder / "Kbuild").exists():
            raise Missing(f"no {design.module} module: {folder} has no Kbuild")
        parts.append(hashing.folder(folder, kinds))
    return hashing.of(parts)


def modules(built: Kernel, repo: Repo, cache: Cache) -> Path:
    """Return the folder with the modules for a kernel, built unless it is there.

    All in one go, a design's own beside the others: one may use another's symbols.
    In its folder DEBUG are the same with what tells lines of source.
    """
    key = modules_key(built, repo)
    log = cache.folder("logs") / f"modules-{key}.log"
    design = built.plan.design

    def fill(folder: Path) -> None:
        with tempfile.TemporaryDirectory() as place:
            work = Path(place) / "modules"
            shutil.copytree(repo.modules, work)
            if design.module:
                shutil.copytree(repo.designs / design.name, work / design.name)
            words = kbuild.make(cache, "-C", str(built.folder / "devel"))
            words += [f"M={work}", "W=1", "KCFLAGS=-g", "modules"]
            environment = kbuild.environment(cache)
            command.run(words, seconds=MODULE_SECONDS, log=log, environment=environment)
            debug = folder / DEBUG
            debug.mkdir()
            for made in work.glob("*/*.ko"):
                shutil.copy2(made, debug / made.name)
                words = ["strip", "--strip-debug", "-o", str(folder / made.name)]
                command.run([*words, str(made)], seconds=GUEST_SECONDS, log=log)

    return cache.used(_once(cache.folder("modules"), key, fill))


def guest(repo: Repo, cache: Cache) -> Path:
    """Return the folder with the guest's init, built unless it is there."""
    sources = hashing.folder(repo.guest, (".c", ".h", ""))
    sources += hashing.folder(repo.modules / "include", (".h",))
    key = hashing.of([RECIPE, sources, compiler()])
    log = cache.folder("logs") / f"guest-{key}.log"

    def fill(folder: Path) -> None:
        with tempfile.TemporaryDirectory() as place:
            words = ["make", "-C", str(repo.guest), f"O={place}", "init"]
            environment = kbuild.environment(cache)
            command.run(words, seconds=GUEST_SECONDS, log=log, environment=environment)
            shutil.copy2(Path(place) / "init", folder / "init")

    return cache.used(_once(cache.folder("guest"), key, fill))


def plugin(repo: Repo, cache: Cache) -> Path:
    """Return QEMU's plugin that counts, built unless it is there."""
    sources = hashing.folder(repo.plugin, (".c", ".h", ""))
    sources += hashing.files([repo.marks], repo.root)
    key = hashing.of([RECIPE, sources, compiler()])
    log = cache.folder("logs") / f"plugin-{key}.log"

    def fill(folder: Path) -> None:
        words = ["make", "-C", str(repo.plugin), f"O={folder}", "plugin"]
        environment = kbuild.environment(cache)
        command.run(words, seconds=GUEST_SECONDS, log=log, environment=environment)

    return cache.used(_once(cache.folder("plugin"), key, fill)) / counting.NAME


def _once(parent: Path, key: str, fill: Callable[[Path], None]) -> Path:
    """Return parent/key, filled by fill() if it is not there yet."""
    place = parent / key
    if not place.is_dir():
        with _artifact(parent, key) as folder:
            fill(folder)
    return place
