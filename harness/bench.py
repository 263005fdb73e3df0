# SPDX-License-Identifier: GPL-2.0-only
"""What a run works with, and the build of all that its guests need."""

from dataclasses import dataclass
from pathlib import Path
from typing import Mapping, Sequence

from harness import archive, atomic, build, source, workload
from harness.counting import Counting
from harness.designs import DESIGNS, debugging, lined
from harness.errors import HarnessError
from harness.paths import Cache, Repo
from harness.profile import Profile
from harness.progress import Progress


@dataclass(frozen=True)
class Bench:
    """What a run works with.

    debug: kernels have the kernel's own checks. further: patches that go onto
    every kernel after its design's series. counting: how instructions are counted,
    if they are. busy: the folder of the plugin that tells busy from idle ones, if it
    is to. lines: kernels know their lines of source. workloads_from: the folder of
    the user's that workloads has, too.
    """

    repo: Repo
    cache: Cache
    profile: Profile
    workloads: Mapping[str, workload.Workload]
    kernel: str | None
    accelerator: str
    runs: Path
    debug: bool = False
    further: tuple[Path, ...] = ()
    counting: Counting | None = None
    busy: Path | None = None
    lines: bool = False
    workloads_from: Path | None = None


@dataclass(frozen=True)
class Built:
    """All that was built, by design; failed: why a design has no kernel."""

    kernels: Mapping[str, build.Kernel]
    modules: Mapping[str, Path]
    guest: Path
    failed: Mapping[str, HarnessError]


def kernel_plans(
    bench: Bench, designs: Sequence[str]
) -> tuple[dict[str, build.KernelPlan], dict[str, HarnessError]]:
    """Return the kernels to build by design, and why a design cannot have one."""
    log = bench.cache.folder("logs") / "source.log"
    origin = source.resolve(bench.kernel, bench.cache, log)
    plans, failed = {}, {}
    for name in designs:
        design = debugging(DESIGNS[name]) if bench.debug else DESIGNS[name]
        design = lined(design) if bench.lines else design
        try:
            further = bench.further
            plans[name] = build.plan_kernel(design, origin, bench.repo, further)
        except HarnessError as problem:
            failed[name] = problem
    return plans, failed


def build_all(
    bench: Bench,
    plans: Mapping[str, build.KernelPlan],
    failed: Mapping[str, HarnessError],
    progress: Progress,
) -> Built:
    """Build every kernel, its modules, and the guest's init.

    A kernel that cannot be built takes down its own cells and no others.
    """
    problems = dict(failed)
    kernels: dict[str, build.Kernel] = {}
    modules: dict[str, Path] = {}
    with progress.unit("build", "guest"):
        guest = build.guest(bench.repo, bench.cache)
    for name, planned in plans.items():
        try:
            with progress.unit("build", name):
                built = build.kernel(planned, bench.cache)
                modules[name] = build.modules(built, bench.repo, bench.cache)
                kernels[name] = built
        except HarnessError as problem:
            problems[name] = problem
    return Built(kernels, modules, guest, problems)


def initramfs(built: Built, design: str, cache: Cache) -> Path:
    """Return the initramfs of a kernel: init and the modules, made once."""
    guest, modules = built.guest, built.modules[design]
    place = cache.folder("initramfs") / f"{guest.name}-{modules.name}.cpio"
    if not place.exists():
        files = {
            f"lib/bouncemark/{path.name}": path.read_bytes()
            for path in sorted(modules.glob("*.ko"))
        }
        files["init"] = (guest / "init").read_bytes()
        atomic.write(place, archive.newc(files, frozenset({"init"})))
    return cache.used(place)
