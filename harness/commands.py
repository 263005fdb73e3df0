# SPDX-License-Identifier: GPL-2.0-only
"""The words of the command: what the user may say, and who does it."""

import argparse
import importlib
from pathlib import Path
from typing import Callable, NoReturn

from harness import counting, reporting, statuses, workload
from harness.designs import DESIGNS

USAGE_STATUS = 2
# As a shell says that SIGPIPE ended a program.
UNREAD_STATUS = 141


class _Parser(argparse.ArgumentParser):
    """A parser that refuses in one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and leave."""
        self.exit(USAGE_STATUS, f"{self.prog}: {message}\n")


def parser() -> argparse.ArgumentParser:
    """Return the command's parser."""
    top = _Parser(
        prog="bouncemark",
        description="what DMA costs under Xen: five designs, measured and compared",
        epilog=statuses.text(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    one = commands.add_parser("doctor", help="what is here and what is missing")
    one.set_defaults(do=_later("telling", "doctor_"))

    one = commands.add_parser("build", help="build kernels, modules and the guest")
    one.add_argument("designs", nargs="*", metavar="DESIGN", help=", ".join(DESIGNS))
    _kernel(one)
    _debug(one)
    one.set_defaults(do=_later("running", "build"))

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
    one.add_argument(
        "--accelerator",
        choices=("tcg", "kvm"),
        default="tcg",
        help="of QEMU; kvm: in the wall clock only",
    )
    one.add_argument(
        "--compare", action="store_true", help="print the comparison afterwards"
    )
    one.add_argument(
        "--boots", type=int, metavar="N", help="N runs; with --versus N of each kernel"
    )
    one.add_argument(
        "--versus",
        metavar="K",
        help="another kernel, by turns with --kernel, and compared; --clock wall only",
    )
    one.add_argument(
        "--resume", metavar="RUN", help="go on with a run that was cut off"
    )
    _booted(one)
    _debug(one)
    one.set_defaults(do=_run)

    one = commands.add_parser("validate", help="prove the designs right, case by case")
    one.add_argument(
        "cases", nargs="*", metavar="CASE", help="only these (default: all)"
    )
    _booted(one)
    _debug(one)
    one.set_defaults(do=_later("running", "validate_cases"))

    one = commands.add_parser(
        "mutants", help="plant bugs; the validation has to find each of them"
    )
    one.add_argument(
        "names", nargs="*", metavar="NAME", help="only these (default: all)"
    )
    one.add_argument("--results", type=Path, metavar="DIR", help="where runs are kept")
    one.set_defaults(do=_later("mutating", "run_mutants"))

    one = commands.add_parser(
        "compare", help="the designs within one run, or one run with another"
    )
    one.add_argument(
        "runs", nargs="*", metavar="RUN", help="id or folder (default: the last run)"
    )
    one.add_argument(
        "--question", metavar="Q", help="its answer, from the latest run that has it"
    )
    one.add_argument("--json", action="store_true", help="the same for machines")
    one.add_argument(
        "--clock", choices=workload.CLOCKS, default="insn", help="wall: of boots"
    )
    one.add_argument(
        "--with",
        nargs="+",
        dest="others",
        metavar="RUN",
        help="wall clock: the boots of the other side",
    )
    one.add_argument("--all", action="store_true", help="also what does not differ")
    one.add_argument("--results", type=Path, metavar="DIR", help="where runs are kept")
    one.set_defaults(do=_compare)

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
    one.add_argument(
        "--workload", default="micro", metavar="W", help="what a variant runs"
    )
    one.add_argument(
        "--p2m",
        choices=workload.LAYOUTS,
        default="linear",
        help="layout of dom0's memory, of a variant",
    )
    one.add_argument("--memory", type=int, metavar="MIB", help="of the machine")
    one.add_argument("--all", action="store_true", help="every step that is meant")
    one.add_argument("--top", type=int, default=12, metavar="N", help="functions")
    one.add_argument("--cache", action="store_true", help="model a cache as well")
    for level, which in (("l1d", "first"), ("llc", "last")):
        one.add_argument(
            f"--{level}",
            default=counting.LEVELS[level],
            metavar="SIZE:WAYS:LINE",
            help=f"the {which} level of --cache's model",
        )
    one.add_argument(
        "--lines", action="store_true", help="lines of source; builds kernels for it"
    )
    one.add_argument("--json", action="store_true", help="the same for machines")
    one.add_argument("--output", type=Path, metavar="DIR", help="for graphs and stacks")
    _made(one)
    _debug(one)
    one.set_defaults(do=_later("explaining", "explain_cells"))

    _nights(commands)

    one = commands.add_parser("accept", help="a change that is known and wanted")
    one.add_argument("metric", metavar="METRIC", help="its name; * for many")
    one.add_argument(
        "--since", required=True, metavar="RUN", help="that has the change"
    )
    one.add_argument("--why", required=True, metavar="TEXT", help="for who reads it")
    one.add_argument("--who", metavar="NAME", help="who says so")
    one.add_argument("--results", type=Path, metavar="DIR", help="where runs are kept")
    one.set_defaults(do=_later("accepting", "accept"))

    _store(commands)

    one = commands.add_parser("list", help="what there is")
    one.add_argument(
        "what",
        choices=("variants", "workloads", "profiles", "questions", "runs"),
        help="what is listed",
    )
    one.add_argument("--results", type=Path, metavar="DIR", help="where runs are kept")
    one.set_defaults(do=_later("telling", "list_"))

    one = commands.add_parser("completion", help="what a shell completes words with")
    one.add_argument("shell", choices=("bash", "zsh"), help="whose words")
    one.set_defaults(do=_later("telling", "completion_"))

    one = commands.add_parser("manual", help="the manual page, as man reads it")
    one.set_defaults(do=_later("telling", "manual_"))
    return top


def _nights(commands: "argparse._SubParsersAction[_Parser]") -> None:
    one = commands.add_parser(
        "nightly", help="run, validate, judge what changed since the nights before"
    )
    one.add_argument(
        "--workload", action="append", metavar="W", help="measure only this; repeatable"
    )
    one.add_argument(
        "--case", action="append", metavar="CASE", help="prove only this; repeatable"
    )
    one.add_argument(
        "--clock", choices=workload.CLOCKS, help="instead of the profile's"
    )
    one.add_argument(
        "--notify", metavar="CMD", help="a shell command that gets the summary"
    )
    _booted(one)
    one.set_defaults(do=_later("nightly", "nightly"))

    one = commands.add_parser("bisect", help="find the commit that changed a metric")
    one.add_argument("--good", required=True, metavar="REV", help="without the change")
    one.add_argument("--bad", required=True, metavar="REV", help="with the change")
    one.add_argument(
        "--metric", required=True, metavar="M", help="its name, or CASE@VARIANT"
    )
    _made(one)
    _debug(one)
    one.set_defaults(do=_later("bisecting", "bisect"))


def _store(commands: "argparse._SubParsersAction[_Parser]") -> None:
    one = commands.add_parser("index", help="bring the index over the runs up to date")
    one.add_argument("--rebuild", action="store_true", help="make it anew")
    one.add_argument(
        "--verify", action="store_true", help="check every file of every run as well"
    )
    one.add_argument("--results", type=Path, metavar="DIR", help="where runs are kept")
    one.set_defaults(do=_later("storecmd", "index"))

    one = commands.add_parser("cache", help="what lies in the cache, and how large")
    one.add_argument(
        "--prune", action="store_true", help="remove what was not used for long"
    )
    one.add_argument("--days", type=int, metavar="N", help="so long, in days; 30")
    one.set_defaults(do=_later("cachecmd", "cache"))

    one = commands.add_parser("history", help="a metric from run to run")
    one.add_argument("metric", metavar="METRIC", help="its name; a pattern with *")
    one.add_argument("--last", type=int, metavar="N", help="only the latest")
    one.add_argument("--profile", metavar="P", help="only runs of this profile")
    one.add_argument("--clock", choices=workload.CLOCKS, help="only runs in it")
    form = one.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="the same for machines")
    form.add_argument("--csv", action="store_true", help="the same for tables")
    one.add_argument("--results", type=Path, metavar="DIR", help="where runs are kept")
    one.set_defaults(do=_later("storecmd", "history"))

    one = commands.add_parser("export", help="all runs' records as JSON lines")
    one.add_argument("file", metavar="FILE", help="- is standard output")
    one.add_argument("--results", type=Path, metavar="DIR", help="where runs are kept")
    one.set_defaults(do=_later("storecmd", "export"))

    one = commands.add_parser("import", help="make the runs of such a file")
    one.add_argument("file", metavar="FILE", help="- is standard input")
    one.add_argument("--results", type=Path, metavar="DIR", help="where runs are kept")
    one.set_defaults(do=_later("storecmd", "import_"))


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


def _debug(one: argparse.ArgumentParser) -> None:
    """Offer kernels with checks; not where what they cost would be taken for a cost."""
    one.add_argument(
        "--debug", action="store_true", help="kernels with the kernel's own checks"
    )


def _later(module: str, command: str) -> Callable[[argparse.Namespace], int]:
    """Return a command whose module is imported when it is given, and not before."""

    def do(options: argparse.Namespace) -> int:
        found = importlib.import_module(f"harness.{module}")
        done: int = getattr(found, command)(options)
        return done

    return do


def _compare(options: argparse.Namespace) -> int:
    if options.clock == "wall":
        return _later("abrunning", "compare_boots")(options)
    return _later("comparing", "compare_runs")(options)


def _run(options: argparse.Namespace) -> int:
    if options.resume:
        return _later("resuming", "resume_run")(options)
    if options.boots is not None or options.versus:
        return _later("abrunning", "run_boots")(options)
    return _later("running", "run_profile")(options)
