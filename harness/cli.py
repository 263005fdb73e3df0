# SPDX-License-Identifier: GPL-2.0-only
"""The command: what the user says, and which step does it."""

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from typing import Callable, NoReturn, Sequence

from harness import compare, doctor, paths, plan, publish, record, run, workload
from harness.build import DESIGNS
from harness.errors import HarnessError, UsageError
from harness.progress import Progress, clock
from harness.record import RecordError, Verdict

USAGE_STATUS = 2
_EPILOG = """exit status: 0 PASS, 2 bad usage, 3 ERROR (the harness could not tell),
4 FAIL (the subject is wrong), 5 CRASH (a guest died), 6 SKIP (nothing could run)"""


class _Parser(argparse.ArgumentParser):
    """A parser that refuses in one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and leave."""
        self.exit(USAGE_STATUS, f"{self.prog}: {message}\n")


def parser() -> argparse.ArgumentParser:
    """Return the command's parser."""
    top = _Parser(
        prog="bouncemark",
        description="what DMA costs under Xen: two designs, measured and compared",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    one = commands.add_parser("doctor", help="what is here and what is missing")
    one.set_defaults(do=_doctor)

    one = commands.add_parser("build", help="build kernels, modules and the guest")
    one.add_argument("designs", nargs="*", metavar="DESIGN", help=", ".join(DESIGNS))
    _kernel(one)
    one.set_defaults(do=_build)

    one = commands.add_parser("run", help="run a profile's cells, keep the records")
    one.add_argument(
        "--profile",
        default="quick",
        help="a name (see: list profiles) or a file",
    )
    one.add_argument(
        "--variant", action="append", metavar="V", help="only this variant; repeatable"
    )
    one.add_argument(
        "--workload", action="append", metavar="W", help="this workload; repeatable"
    )
    one.add_argument(
        "--workloads-from", type=Path, metavar="DIR", help="a folder of further files"
    )
    one.add_argument(
        "--clock", choices=workload.CLOCKS, help="instead of the profile's"
    )
    one.add_argument("--accelerator", choices=("tcg", "kvm"), default="tcg")
    one.add_argument("--results", type=Path, metavar="DIR", help="where runs are kept")
    one.add_argument(
        "--compare", action="store_true", help="print the comparison afterwards"
    )
    _kernel(one)
    one.set_defaults(do=_run)

    one = commands.add_parser(
        "compare", help="the designs within one run, or one run with another"
    )
    one.add_argument("runs", nargs="*", metavar="RUN", help="id or folder; last run")
    one.add_argument("--json", action="store_true", help="the same for machines")
    one.add_argument("--results", type=Path, metavar="DIR", help="where runs are kept")
    one.set_defaults(do=_compare)

    one = commands.add_parser("list", help="what there is")
    one.add_argument("what", choices=("variants", "workloads", "profiles", "runs"))
    one.add_argument("--results", type=Path, metavar="DIR", help="where runs are kept")
    one.set_defaults(do=_list)
    return top


def _kernel(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--kernel",
        metavar="K",
        help="tarball, tree, or TREE@REF; default: Debian's linux-source-6.12",
    )


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        status = _command(words)
        sys.stdout.flush()
        return status
    except UsageError as problem:
        print(f"bouncemark: {problem}", file=sys.stderr)
        return USAGE_STATUS
    except (HarnessError, RecordError) as problem:
        print(f"bouncemark: {problem}", file=sys.stderr)
        return Verdict.ERROR.exit_code
    except KeyboardInterrupt:
        print("bouncemark: interrupted; what was finished is kept", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Nobody reads any more: what is left in the buffer goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as problem:
        where = f"{problem.filename}: " if problem.filename else ""
        print(f"bouncemark: {where}{problem.strerror}", file=sys.stderr)
        return Verdict.ERROR.exit_code


def _command(words: Sequence[str] | None) -> int:
    try:
        options = parser().parse_args(words)
    except SystemExit as done:
        # --help, or a word that was refused.
        return int(done.code or 0)
    do: Callable[[argparse.Namespace], int] = options.do
    return do(options)


def _interrupt(*_: object) -> None:
    """Take a signal as Ctrl-C: guests and builds are stopped on the way out."""
    raise KeyboardInterrupt


def _doctor(_: argparse.Namespace) -> int:
    findings = doctor.examine(paths.repo(), paths.cache())
    print(doctor.text(findings))
    good = not doctor.missing(findings)
    return (Verdict.PASS if good else Verdict.ERROR).exit_code


def _build(options: argparse.Namespace) -> int:
    designs = options.designs or list(DESIGNS)
    for name in designs:
        if name not in DESIGNS:
            raise UsageError(f"design {name}: allowed are {', '.join(DESIGNS)}")
    profile = workload.Profile("build", "", "insn", "linear", (), ())
    bench = _bench(options, profile, {})
    progress = _progress(bench, len(designs) + 1)
    with progress.showing():
        plans, failed = run.kernel_plans(bench, designs)
        built = run.build_all(bench, plans, failed, progress)
    for name, kernel in built.kernels.items():
        print(f"{name}  {kernel.plan.key}  {kernel.folder}")
    for name, problem in built.failed.items():
        print(f"{name}  {problem.verdict.value}: {problem}", file=sys.stderr)
    return max((p.verdict.exit_code for p in built.failed.values()), default=0)


def _bench(
    options: argparse.Namespace,
    profile: workload.Profile,
    workloads: dict[str, workload.Workload],
) -> run.Bench:
    return run.Bench(
        repo=paths.repo(),
        cache=paths.cache(),
        profile=profile,
        workloads=workloads,
        kernel=options.kernel,
        accelerator=getattr(options, "accelerator", "tcg"),
        runs=_runs(options),
    )


def _runs(options: argparse.Namespace) -> Path:
    given: Path | None = getattr(options, "results", None)
    return given.absolute() if given else paths.repo().runs


def _progress(bench: run.Bench, total: int) -> Progress:
    return Progress(sys.stderr, bench.cache.folder() / "durations.json", total)


def _profile(options: argparse.Namespace) -> workload.Profile:
    """Return the profile with what the user said instead of it."""
    folder = paths.repo().profiles
    named = folder / f"{options.profile}.toml"
    given = Path(options.profile)
    if not named.exists() and not given.is_file():
        known = ", ".join(sorted(path.stem for path in folder.glob("*.toml")))
        raise UsageError(
            f"profile {options.profile}: no such; allowed are {known}, or a file"
        )
    profile = workload.load_profile(named if named.exists() else given)
    return workload.Profile(
        profile.name,
        profile.description,
        options.clock or profile.clock,
        profile.p2m,
        tuple(options.workload or profile.workloads),
        tuple(options.variant or profile.variants),
    )


def _run(options: argparse.Namespace) -> int:
    profile = _profile(options)
    if options.accelerator == "kvm" and profile.clock == "insn":
        raise UsageError(
            "--accelerator kvm: the insn clock needs tcg; add --clock wall"
        )
    workloads = workload.load_all(paths.repo().workloads)
    if options.workloads_from:
        if not options.workloads_from.is_dir():
            raise UsageError(f"--workloads-from {options.workloads_from}: no folder")
        workloads.update(workload.load_all(options.workloads_from))
    bench = _bench(options, profile, workloads)
    # Before anything is unpacked or built: does the profile name what there is?
    cells = plan.cells(profile, workloads, {})
    designs = plan.designs(profile.variants)
    progress = _progress(bench, len(designs) + 1 + len(cells))
    with progress.showing():
        folder = run.execute(bench, progress)
    done = record.load_run(folder)
    with progress.stage("judge"):
        text = _designs(done) if options.compare else ""
    if text:
        print(text)
    print(_closing(done, folder, progress))
    verdict = done.manifest.verdict or Verdict.ERROR
    return verdict.exit_code


def _designs(done: record.Run) -> str:
    width = publish.width_for(sys.stdout, os.environ)
    style = publish.style_for(sys.stdout, os.environ)
    return publish.designs_text(compare.designs(done), width, style)


def _closing(done: record.Run, folder: Path, progress: Progress) -> str:
    """Return what a run says at its end: bad cells, time by stage, verdict."""
    lines = [
        f"{end.verdict.value}  {end.variant} {end.workload}: {end.reason}"
        for end in done.manifest.cells
        if end.verdict is not Verdict.PASS
    ]
    stages = ", ".join(f"{name} {clock(s)}" for name, s in progress.stages.items())
    lines.append(f"time: {stages}, in all {clock(progress.elapsed())}")
    verdict = done.manifest.verdict
    passed = sum(end.verdict is Verdict.PASS for end in done.manifest.cells)
    lines.append(
        f"{verdict.value if verdict else 'unfinished'}: {passed} of "
        f"{len(done.manifest.planned)} cells passed; {folder}"
    )
    return "\n".join(lines)


def _find_run(name: str, runs: Path) -> Path:
    """Return the folder of a run given by id or path."""
    for path in (Path(name), runs / name):
        if (path / "run.json").is_file():
            return path
    raise UsageError(f"run {name}: no such in {runs}; see: bouncemark list runs")


def _run_folders(runs: Path) -> list[Path]:
    return sorted(path.parent for path in runs.glob("*/run.json"))


def _compare(options: argparse.Namespace) -> int:
    runs = _runs(options)
    names = options.runs
    if not names:
        folders = _run_folders(runs)
        if not folders:
            raise UsageError(f"no runs in {runs}; make one with: bouncemark run")
        names = [str(folders[-1])]
    if len(names) > 2:
        raise UsageError("compare: give one run, or two")
    loaded = [record.load_run(_find_run(name, runs)) for name in names]
    if len(loaded) == 1:
        table = compare.designs(loaded[0])
        made = json.dumps(compare.to_json(table), indent=1)
        print(made if options.json else _designs(loaded[0]))
        verdict = loaded[0].manifest.verdict or Verdict.ERROR
        return verdict.exit_code
    diff = compare.runs(loaded[0], loaded[1])
    width = publish.width_for(sys.stdout, os.environ)
    style = publish.style_for(sys.stdout, os.environ)
    made = json.dumps(compare.to_json(diff), indent=1)
    print(made if options.json else publish.runs_text(diff, width, style))
    return diff.verdict.exit_code


def _list(options: argparse.Namespace) -> int:
    repo = paths.repo()
    if options.what == "variants":
        for chosen in plan.variants():
            print(chosen.name)
    elif options.what == "workloads":
        for name, work in workload.load_all(repo.workloads).items():
            print(f"{name:16} {len(work.steps):3} steps  {work.description}")
    elif options.what == "profiles":
        for path in sorted(repo.profiles.glob("*.toml")):
            print(f"{path.stem:16} {workload.load_profile(path).description}")
    else:
        for folder in _run_folders(_runs(options)):
            manifest = record.load_manifest(folder / "run.json")
            verdict = manifest.verdict.value if manifest.verdict else "unfinished"
            cells = f"{len(manifest.cells)}/{len(manifest.planned)} cells"
            print(f"{manifest.id}  {verdict:10} {cells:12} {manifest.clock}")
    return 0
