# SPDX-License-Identifier: GPL-2.0-only
"""A made-up run whose every string is hostile, as far as its schema allows it."""

import dataclasses
from pathlib import Path

import fixtures
from harness import record
from harness.record import Verdict

# HTML, shell, formulas, links, LaTeX, TAP, C, colours, directions, halves of pairs.
WORDS = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "`id` $(touch /tmp/owned); rm -rf / 'quoted' \"double\" \\",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "-2+3|x|y|",
    "[click](javascript:alert(3)) ![x](http://evil.example/x.png) **bold** @all #1",
    "]]> <!ENTITY x SYSTEM 'file:///etc/passwd'> &x; &amp;",
    "# SKIP not really\nok 1 everything # TODO",
    '"} 1\nbouncemark_run_good{profile="fake"} 1\n# EOF',
    "\x1b[31m\x1b]0;title\x07\x00\x08\x7f\r\n\t\v\f\x85\u2028",
    "\u202egnp.exe\u2066 \ud800 \ufffe \U0010ffff caf\xe9 \u4e2d",
    "https://evil.example/ www.evil.example/ someone@evil.example",
    "From nobody\n---\ndiff -u a b\nIndex: x",
)
# 10 MiB, in one place; elsewhere what is long for the place it is in.
HUGE = "A<b>" * (10 << 18)
LONG = "A<b>" * 5000
PRINTED = [word for word in WORDS if not any(ord(c) < 32 or c == "\x7f" for c in word)]


def saved(folder: Path, number: int = 1, variants: int = 6) -> record.Run:
    """Save a run with hostile strings under folder; return it as it was made.

    Only one without halves of surrogate pairs can be saved: see made().
    """
    run = made(number, variants)
    path = folder / run.manifest.id
    for cell in run.cells:
        record.save_cell(cell, path)
    record.save_manifest(run.manifest, path)
    return record.load_run(path)


def made(number: int = 1, variants: int = 6, halves: bool = False) -> record.Run:
    """Return the run: cells that failed, died and were not run, and one that passed.

    halves: with halves of surrogate pairs, which JSON's escapes can say.
    """
    words = [w if halves else w.replace("\ud800", "") for w in WORDS]
    reasons = [w for w in PRINTED if halves or "\ud800" not in w]
    chosen = fixtures.VARIANTS[:variants]
    ends = {
        name: ([Verdict.FAIL, Verdict.CRASH, Verdict.ERROR, Verdict.SKIP][n % 4], "x")
        for n, name in enumerate(chosen[:-1])
    }
    run = fixtures.run(number, variants=chosen, ends=ends)
    cells = []
    for n, cell in enumerate(run.cells):
        reason = reasons[n % len(reasons)][:1000] if cell.verdict is not PASS else ""
        values = [
            record.Value("step", word[:200], word[:40], word if i else LONG)
            for i, word in enumerate(words)
        ]
        values += [record.Value("step", w[:200], w[:40], 1.5) for w in words]
        cells.append(
            dataclasses.replace(
                cell,
                reason=reason,
                facts={word: word for word in words} | {"long": LONG},
                values=tuple(values) if cell.verdict is PASS else (),
                console_tail=()
                if cell.verdict is PASS
                else (LONG if n else HUGE, *words),
            )
        )
    made = run.manifest
    manifest = dataclasses.replace(
        made,
        host={word: word for word in words} | {"long": LONG},
        tools={word: word for word in words} | {"gcc": LONG, "qemu": words[0]},
        kernels={
            name: dataclasses.replace(
                kernel, key=words[0][:400], source=words[8][:400], patches=(LONG,)
            )
            for name, kernel in made.kernels.items()
        },
        config_diff={words[0]: (LONG,), LONG: ()},
        cells=tuple(fixtures.ended(cell) for cell in cells),
    )
    return record.Run(run.path, manifest, tuple(cells))


PASS = Verdict.PASS
