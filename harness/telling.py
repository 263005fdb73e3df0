# SPDX-License-Identifier: GPL-2.0-only
"""The commands that only tell: doctor, list, completion, manual."""

import argparse
import datetime
import os
import sys

from harness import (
    commands,
    comparing,
    completion,
    doctor,
    listing,
    manual,
    paths,
    profile,
    publish,
    question,
    workload,
)
from harness.designs import variants
from harness.record import Verdict


def doctor_(_: argparse.Namespace) -> int:
    """Say what is here and what is missing."""
    findings = doctor.examine(paths.repo(), paths.cache())
    print(doctor.text(findings))
    good = not doctor.missing(findings)
    return (Verdict.PASS if good else Verdict.ERROR).exit_code


def completion_(options: argparse.Namespace) -> int:
    """Print what a shell completes words with."""
    print(completion.script(commands.parser(), options.shell), end="")
    return Verdict.PASS.exit_code


def manual_(_: argparse.Namespace) -> int:
    """Print the manual page."""
    changed = datetime.date.fromtimestamp(os.stat(__file__).st_mtime)
    print(manual.page(commands.parser(), changed.isoformat()), end="")
    return Verdict.PASS.exit_code


def list_(options: argparse.Namespace) -> int:
    """Print what there is of something."""
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
