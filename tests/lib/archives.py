# SPDX-License-Identifier: GPL-2.0-only
"""Made-up runs of many nights for the tests, saved with their sums; and the command."""

import contextlib
import dataclasses
import datetime
import io
from pathlib import Path
from typing import Any

import fixtures
from harness import cli, record, sums

BEGIN = datetime.datetime(2026, 11, 1, 3, tzinfo=datetime.timezone.utc)
STEP = ("dom0-hook", "map_single-4096", "map")
METRIC = "dom0-hook/micro/linear/2048/insn/map_single-4096/map.min"
PAIR = ("dom0-iommu", "dom0-hook")


def night(runs: Path, number: int, plus: int = 0, **changes: Any) -> Path:
    """Save the run of a night; return its folder. plus: ticks of STEP, more than usual.

    changes: of the manifest, or unsummed=True, or drops and variants of fixtures.run.
    """
    about = {n: changes.pop(n) for n in ("variants", "drops") if n in changes}
    about.setdefault("variants", PAIR)
    summed = not changes.pop("unsummed", False)
    made = fixtures.run(number, plus={STEP: plus}, **about)
    begin = BEGIN + datetime.timedelta(days=number)
    name = f"{begin.strftime('%Y%m%dT%H%M%S')}-nightly-{number:06x}"
    known = {"id": name, "profile": "nightly", "started": begin.isoformat()}
    manifest = dataclasses.replace(made.manifest, **{**known, **changes})
    folder = runs / manifest.id
    for one in made.cells:
        record.save_cell(one, folder)
    record.save_manifest(manifest, folder)
    if summed:
        sums.save(folder)
    return folder


def flip(path: Path, place: int) -> None:
    """Change a bit of a file's byte; place: negative from its end."""
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def command(*words: object) -> tuple[int, str, str]:
    """Run the command in this process; return its status, output and errors."""
    out, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        status = cli.main([str(word) for word in words])
    return status, out.getvalue(), errors.getvalue()
