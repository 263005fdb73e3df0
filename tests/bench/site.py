#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Measure how long the site of a history takes; exit status 4: too long or too large.

site.py [--nights N] [--metrics N] [--drawn N] [--output DIR] [--json]

The history is made up by a seed (tests/lib/nights.py). Measured is the CPU time of
building the site, digests of the runs included, in one process; reading records is
not in it. The limits are 60 s, and 2 MB for a page with all that it loads.
"""

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "lib")]

import nights  # noqa: E402
from harness import site  # noqa: E402
from harness.errors import HarnessError  # noqa: E402

SECONDS, BYTES = 60.0, 2_000_000


def measure(
    number: int, metrics: int, drawn: int, folder: Path
) -> dict[str, int | float | str]:
    """Build the site of a made-up history in folder; return what was measured."""
    history, digest_of = nights.history(number, metrics)
    begin, cpu = time.monotonic(), time.process_time()
    site.build(history, folder, digest_of, drawn)
    spent, cpu = time.monotonic() - begin, time.process_time() - cpu
    assets = sum(path.stat().st_size for path in (folder / "assets").iterdir())
    pages = {path: path.stat().st_size for path in folder.rglob("*.html")}
    largest = max(pages, key=lambda path: pages[path])
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "nights": number,
        "metrics": metrics,
        "pages": len(pages),
        "cpu_seconds": round(cpu, 2),
        "seconds": round(spent, 2),
        "largest_page": str(largest.relative_to(folder)),
        "largest_page_bytes": pages[largest] + assets,
        "site_bytes": sum(pages.values()) + assets,
        "peak_memory_mib": used // 1024,
    }


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description="how long the site takes")
    parser.add_argument("--nights", type=int, default=365, metavar="N")
    parser.add_argument("--metrics", type=int, default=500, metavar="N")
    parser.add_argument(
        "--drawn", type=int, default=site.DRAWN, metavar="N", help="runs with drawings"
    )
    parser.add_argument("--output", type=Path, metavar="DIR", help="keep the site")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.nights < 1 or options.metrics < 1:
        parser.error("--nights, --metrics: allowed are numbers from 1")
    try:
        with tempfile.TemporaryDirectory() as scratch:
            folder = options.output or Path(scratch) / "site"
            found = measure(options.nights, options.metrics, options.drawn, folder)
    except HarnessError as problem:
        print(f"site: {problem}", file=sys.stderr)
        return problem.verdict.exit_code
    if options.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name.replace('_', ' '):20} {value}")
    late = float(found["cpu_seconds"]) > SECONDS
    large = int(found["largest_page_bytes"]) > BYTES
    for missed, limit in ((late, f"{SECONDS:.0f} s"), (large, f"{BYTES} bytes")):
        if missed:
            print(f"site: MISSED: {limit}", file=sys.stderr)
    return 4 if late or large else 0


if __name__ == "__main__":
    sys.exit(main())
