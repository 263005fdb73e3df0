# SPDX-License-Identifier: GPL-2.0-only
"""Flame graphs of folded stacks, drawn by Brendan Gregg's flamegraph.pl.

Debian has that script in the package libdevel-nytprof-perl. What it draws is one SVG
that needs nothing else; colours are by function, so that the same input makes the
same file.
"""

import html
import tempfile
from pathlib import Path
from typing import Iterable

from harness import command, stacks
from harness.errors import Missing
from harness.stacks import Folded, FoldedPair

SCRIPT = Path("/usr/share/perl5/Devel/NYTProf/flamegraph.pl")
SECONDS = 120
# Perl's hashes have no order unless they are told to.
ORDER = ("env", "PERL_HASH_SEED=0", "PERL_PERTURB_KEYS=0")


def draw(folded: Folded, title: str) -> str:
    """Return a flame graph as SVG.

    The counts are those of one operation where all of them are whole, else those of
    all operations. Missing when the script is not there; HarnessError when it fails.
    """
    counts = folded.counts.values()
    return _draw(stacks.text(folded), _scale(counts, folded.operations), title)


def draw_pair(both: FoldedPair, title: str, width_of_b: bool = False) -> str:
    """Return a differential flame graph as SVG: red is what costs more in a, blue less.

    The widths are those of a: what only b ran is not to be seen. With width_of_b
    they are those of b, the colours mean the same, and what only a ran is missing.
    A frame has the colour of its own instructions. Missing and HarnessError as draw().
    """
    # A frame of no width can take the place of another in the script's own table.
    own = 1 if width_of_b else 0
    shown = {stack: pair for stack, pair in both.counts.items() if pair[own]}
    text = "".join(
        f"{';'.join(stack)} {pair[1 - own]} {pair[own]}\n"
        for stack, pair in shown.items()
    )
    counts = [pair[own] for pair in shown.values()]
    options = _scale(counts, both.operations)
    return _draw(text, [*options, *["--negate"] * width_of_b], title)


def _scale(counts: Iterable[int], operations: int) -> list[str]:
    """Return the options that say what is counted."""
    if any(count % operations for count in counts):
        return ["--countname", f"instructions in {operations} operations"]
    # The script prints a count times the factor, rounded to a whole number.
    return ["--countname", "instructions", "--factor", f"{1 / operations:.17g}"]


def _draw(text: str, options: Iterable[str], title: str) -> str:
    if not SCRIPT.exists():
        raise Missing(f"{SCRIPT}: not there; the package libdevel-nytprof-perl has it")
    if not text:
        # The script fails when there is nothing to draw.
        text = "nothing 1\n"
    with tempfile.NamedTemporaryFile("w", encoding="ascii", suffix=".folded") as file:
        file.write(text)
        file.flush()
        argv = [*ORDER, "perl", str(SCRIPT), "--hash", "--encoding", "UTF-8"]
        argv += ["--fonttype", "Verdana, sans-serif", "--title", html.escape(title)]
        return command.output([*argv, *options, file.name], seconds=SECONDS)
