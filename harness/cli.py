# SPDX-License-Identifier: GPL-2.0-only
"""The command: what the user says, and which step does it."""

import argparse
import datetime
import os
import signal
import sys
from pathlib import Path
from typing import Callable, NoReturn, Sequence

from harness import (
    accepting,
    comparing,
    counting,
    doctor,
    explaining,
    listing,
    mutating,
    paths,
    profile,
    publish,
    question,
    reporting,
    running,
    workload,
)
from harness.designs import DESIGNS, variants
from harness.errors import HarnessError, UsageError
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
    one.set_defaults(do=running.build)

    one = commands.add_parser("run", help="run a profile's cells, keep the records")
    one.add_argument(
        "--profile",
        default="quick",
        help="a name (see: list profiles) or a file",
    )
    one.add_argument(
        "--workload", action="append", metavar="W", help="this workload; repeatable"
    )
    one.add_argument(
        "--clock", choices=workload.CLOCKS, help="instead of the profile's"
    )
    one.add_argument("--accelerator", choices=("tcg", "kvm"), default="tcg")
    one.add_argument(
        "--compare", action="store_true", help="print the comparison afterwards"
    )
    _booted(one)
    one.set_defaults(do=running.run_profile)

    one = commands.add_parser("validate", help="prove the designs right, case by case")
    one.add_argument("cases", nargs="*", metavar="CASE", help="only these; all")
    _booted(one)
    one.set_defaults(do=running.validate_cases)

    one = commands.add_parser(
        "mutants", help="plant bugs; the validation has to find each of them"
    )
    one.add_argument("names", nargs="*", metavar="NAME", help="only these; all")
    one.add_argument("--results", type=Path, metavar="DIR", help="where runs are kept")
    one.set_defaults(do=mutating.run_mutants)

    one = commands.add_parser(
        "compare", help="the designs within one run, or one run with another"
    )
    one.add_argument("runs", nargs="*", metavar="RUN", help="id or folder; last run")
    one.add_argument(
        "--question", metavar="Q", help="its answer, from the latest run that has it"
    )
    one.add_argument("--json", action="store_true", help="the same for machines")
    one.add_argument("--results", type=Path, metavar="DIR", help="where runs are kept")
    one.set_defaults(do=comparing.compare_runs)

    reporting.add(commands)

    one = commands.add_parser(
        "explain", help="where the instructions go, function by function"
    )
    one.add_argument(
        "words",
        nargs="+",
        metavar="WORD",
        help="a cell or two (variant, id or folder), then steps or ops",
    )
    one.add_argument("--workload", default="micro", metavar="W", help="of a variant")
    one.add_argument("--p2m", choices=workload.LAYOUTS, default="linear")
    one.add_argument("--memory", type=int, metavar="MIB", help="of the machine")
    one.add_argument("--all", action="store_true", help="every step that is meant")
    one.add_argument("--top", type=int, default=12, metavar="N", help="functions")
    one.add_argument("--cache", action="store_true", help="model a cache as well")
    one.add_argument("--l1d", default=counting.LEVELS["l1d"], metavar="SIZE:WAYS:LINE")
    one.add_argument("--llc", default=counting.LEVELS["llc"], metavar="SIZE:WAYS:LINE")
    one.add_argument(
        "--lines", action="store_true", help="lines of source; builds kernels for it"
    )
    one.add_argument("--json", action="store_true", help="the same for machines")
    one.add_argument("--output", type=Path, metavar="DIR", help="for graphs and stacks")
    _made(one)
    one.set_defaults(do=explaining.explain_cells)

    one = commands.add_parser("accept", help="a change that is known and wanted")
    one.add_argument("metric", metavar="METRIC", help="its name; * for many")
    one.add_argument(
        "--since", required=True, metavar="RUN", help="that has the change"
    )
    one.add_argument("--why", required=True, metavar="TEXT", help="for who reads it")
    one.add_argument("--who", metavar="NAME", help="who says so")
    one.add_argument("--results", type=Path, metavar="DIR", help="where runs are kept")
    one.set_defaults(do=accepting.accept)

    one = commands.add_parser("list", help="what there is")
    one.add_argument(
        "what",
        choices=("variants", "workloads", "profiles", "questions", "runs"),
        help="of what",
    )
    one.add_argument("--results", type=Path, metavar="DIR", help="where runs are kept")
    one.set_defaults(do=_list)

    one = commands.add_parser("completion", help="what a shell completes words with")
    one.add_argument("shell", choices=("bash", "zsh"), help="whose words")
    one.set_defaults(do=_completion)

    one = commands.add_parser("manual", help="the manual page, as man reads it")
    one.set_defaults(do=_manual)
    return top


def _booted(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--variant", action="append", metavar="V", help="only this variant; repeatable"
    )
    _made(one)


def _made(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--workloads-from", type=Path, metavar="DIR", help="a folder of further files"
    )
    one.add_argument("--results", type=Path, metavar="DIR", help="where runs are kept")
    _kernel(one)


def _kernel(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--kernel",
        metavar="K",
        help="tarball, tree, or TREE@REF; default: Debian's linux-source-6.12",
    )
    one.add_argument(
        "--debug", action="store_true", help="kernels with the kernel's own checks"
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
    except HarnessError as problem:
        print(f"bouncemark: {problem}", file=sys.stderr)
        return problem.verdict.exit_code
    except RecordError as problem:
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
        options = _options(words)
    except SystemExit as done:
        # --help, or a word that was refused.
        return int(done.code or 0)
    do: Callable[[argparse.Namespace], int] = options.do
    return do(options)


def _options(words: Sequence[str] | None) -> argparse.Namespace:
    """Return what the user said. Words of a list may stand before and after options."""
    known = parser()
    options, rest = known.parse_known_args(words)
    if rest and (not hasattr(options, "words") or rest[0].startswith("-")):
        known.error(f"unrecognized arguments: {' '.join(rest)}")
    if rest:
        options.words += rest
    return options


def _interrupt(*_: object) -> None:
    """Take a signal as Ctrl-C: guests and builds are stopped on the way out."""
    raise KeyboardInterrupt


def _doctor(_: argparse.Namespace) -> int:
    findings = doctor.examine(paths.repo(), paths.cache())
    print(doctor.text(findings))
    good = not doctor.missing(findings)
    return (Verdict.PASS if good else Verdict.ERROR).exit_code


def _completion(options: argparse.Namespace) -> int:
    from harness import completion

    print(completion.script(parser(), options.shell), end="")
    return Verdict.PASS.exit_code


def _manual(_: argparse.Namespace) -> int:
    from harness import manual

    changed = datetime.date.fromtimestamp(os.stat(__file__).st_mtime)
    print(manual.page(parser(), changed.isoformat()), end="")
    return Verdict.PASS.exit_code


def _list(options: argparse.Namespace) -> int:
    repo = paths.repo()
    if options.what == "variants":
        rows = [[chosen.name] for chosen in variants()]
    elif options.what == "workloads":
        rows = [
            [name, f"{len(work.steps):3} steps", work.description]
            for name, work in workload.load_all(repo.workloads).items()
        ]
    elif options.what == "profiles":
        found = sorted(repo.profiles.glob("*.toml"))
        rows = [[path.stem, profile.load(path).description] for path in found]
    elif options.what == "questions":
        found = sorted(repo.questions.glob("*.toml"))
        rows = [[path.stem, question.load(path).text] for path in found]
    else:
        rows = comparing.runs_rows(paths.runs(options.results))
    width = publish.width_for(sys.stdout, os.environ)
    style = publish.style_for(sys.stdout, os.environ)
    terminal = sys.stdout.isatty()
    for line in listing.lines(rows, width if terminal else None, style):
        print(line)
    return 0
