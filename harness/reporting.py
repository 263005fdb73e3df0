# SPDX-License-Identifier: GPL-2.0-only
"""The command report: a run's records as something that people and machines read."""

import argparse
import importlib
import importlib.util
import os
from pathlib import Path
from typing import Any, Callable

from harness import atomic, comparing, gather, paths
from harness.digest import Digest
from harness.errors import UsageError

ALL = "all"
# Format -> the module and the function that make it, and the name of its file.
# The modules are loaded when they are needed.
_MAKERS = {
    "text": ("lkml", "text", "report.txt"),
    "markdown": ("markdown", "text", "report.md"),
    "html": ("page", "html", "report.html"),
    "json": ("reportjson", "text", "report.json"),
    "csv": ("csvfile", "text", "report.csv"),
    "junit": ("junit", "text", "junit.xml"),
    "ktap": ("ktap", "text", "report.ktap"),
    "openmetrics": ("openmetrics", "text", "bouncemark.prom"),
    "kcidb": ("kcidb", "text", "kcidb.json"),
}


def formats() -> list[str]:
    """Return the formats there are, in the order in which they are told."""
    return [
        name
        for name, (module, _, _) in _MAKERS.items()
        if importlib.util.find_spec(f"harness.{module}")
    ]


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the command's words to the parser."""
    one = commands.add_parser("report", help="a run for mail, for CI, for a browser")
    one.add_argument(
        "runs", nargs="*", metavar="RUN", help="id or folder (default: the last run)"
    )
    one.add_argument(
        "--against", metavar="RUN", help="what changed since this run, too"
    )
    one.add_argument(
        "--format",
        choices=(*formats(), ALL),
        default="text",
        help="default text; all: every format",
    )
    one.add_argument(
        "--output",
        type=Path,
        metavar="PATH",
        help="a file, or a folder for several (default: results/reports)",
    )
    one.add_argument(
        "--history",
        action="store_true",
        help="a site over all runs, in --output (default: results/site)",
    )
    one.add_argument(
        "--results",
        type=Path,
        metavar="DIR",
        help="where runs are kept; the defaults are then DIR/../reports, DIR/../site",
    )
    one.set_defaults(do=report)


def report(options: argparse.Namespace) -> int:
    """Write reports of runs; 0 whatever they say: their verdict is in them.

    One run in one format goes to standard output, or to the file that --output
    names. Several, or all formats, go to a folder for each run: in --output, or
    in results/reports.
    """
    runs = paths.runs(options.results)
    if options.history:
        return _site(options)
    folders = [comparing.find_run(name, runs) for name in options.runs]
    folders = folders or [comparing.last_run(runs)]
    before = comparing.find_run(options.against, runs) if options.against else None
    digests = [gather.gathered(folder, runs, before) for folder in folders]
    if options.format != ALL and len(digests) == 1:
        if options.output is None:
            print(_made(options.format, digests[0], Path.cwd()), end="")
            return 0
        place = options.output
        if place.is_dir():
            place /= _MAKERS[options.format][2]
        _write(place, _made(options.format, digests[0], place.parent))
        return 0
    root = options.output or runs.parent / "reports"
    if root.exists() and not root.is_dir():
        raise UsageError(f"--output {root}: a folder is needed, and it is none")
    for digest in digests:
        _folder(digest, root, options.format)
    return 0


def write(run: Path, runs: Path, name: str, folder: Path) -> None:
    """Write the report of a run's folder, in one format, into a folder."""
    made = _made(name, gather.gathered(run, runs, None), folder)
    atomic.write(folder / _MAKERS[name][2], made.encode("utf-8"))


def _folder(digest: Digest, root: Path, name: str) -> None:
    """Write a run's reports, in one format or in all, to a folder of its id."""
    folder = root / digest.id
    folder.mkdir(parents=True, exist_ok=True)
    for one in formats() if name == ALL else (name,):
        path = folder / _MAKERS[one][2]
        _write(path, _made(one, digest, folder))
        print(path)


def _write(path: Path, text: str) -> None:
    if not path.parent.is_dir():
        raise UsageError(f"--output {path}: the folder {path.parent} is not there")
    atomic.write(path, text.encode("utf-8"))


def _made(name: str, digest: Digest, folder: Path) -> str:
    """Return a report in a format; folder: where it will be, for links to records."""
    module, function, _ = _MAKERS[name]
    made: Callable[..., str] = getattr(
        importlib.import_module(f"harness.{module}"), function
    )
    if name == "html":
        return made(digest, raw=os.path.relpath(digest.run.path, folder))
    return made(digest)


def _site(options: argparse.Namespace) -> int:
    if options.runs or options.against or options.format != "text":
        raise UsageError("report: --history is of all runs, and a site; give no other")
    built: int = importlib.import_module("harness.siting").build(options)
    return built
