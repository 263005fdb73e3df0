# SPDX-License-Identifier: GPL-2.0-only
"""The command report --history: a site over all runs there are."""

import argparse
import os
from pathlib import Path

from harness import accepting, gather, paths, record, site, sitedata, trends
from harness.digest import Digest
from harness.record import RecordError
from harness.storecmd import up_to_date
from harness.storequery import Chosen, arrays
from harness.validation import Validations


def build(options: argparse.Namespace) -> int:
    """Build the site over the runs; 0 whatever they say."""
    runs = paths.runs(options.results)
    folder = options.output or runs.parent / "site"
    with up_to_date(options.results) as (store, _):
        found = arrays(store, Chosen())
    acceptances = accepting.read(paths.accepted(options.results))
    raw = os.path.relpath(runs, folder.absolute() / "runs")
    seen = Validations()
    nights = tuple(_night(runs / run, runs, f"{raw}/{run}", seen) for run in found.runs)
    history = sitedata.History(nights, tuple(trends.trends(found, acceptances)))
    site.build(history, folder, lambda run: _digest(runs / run, runs, seen))
    print(folder / "index.html")
    return 0


def _digest(folder: Path, runs: Path, seen: Validations) -> Digest | None:
    try:
        return gather.gathered(folder, runs, seen=seen)
    except (RecordError, OSError):
        return None


def _night(folder: Path, runs: Path, raw: str, seen: Validations) -> sitedata.Night:
    digest = _digest(folder, runs, seen)
    if digest:
        return sitedata.night(digest, raw)
    made = record.load_manifest(record.manifest_path(folder))
    return sitedata.Night(
        run=folder.name,
        started=made.started,
        profile=made.profile,
        standing="UNREADABLE",
        good=False,
        headline="a record of the run cannot be read",
        raw=raw,
    )
