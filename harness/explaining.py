# SPDX-License-Identifier: GPL-2.0-only
"""The command explain: where the instructions of a cell go, or those between two."""

import argparse
import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Mapping, Sequence

from harness import (
    atomic,
    build,
    callgrind,
    counted,
    counting,
    explain,
    explained,
    flame,
    paths,
    profile,
    publish,
    qemu,
    record,
    run,
    running,
    sourcelines,
    stacks,
)
from harness.counted import Counted, Wanted
from harness.designs import needed, variant, variants
from harness.errors import UsageError
from harness.explain import Difference, Explanation, Name
from harness.progress import Progress
from harness.record import RecordError, Verdict
from harness.tables import Style
from harness.workload import LAYOUTS, Step, Workload

_CELL = re.compile(r"[0-9a-f]{16}")
# The one series of a step that is counted as a whole.
WHOLE = "all"


@dataclass(frozen=True)
class Result:
    """A series that was explained: name, for its files, and what was found."""

    name: str
    found: Explanation | Difference
    counted: tuple[Counted, ...]
    step: int
    series: int


def explain_cells(options: argparse.Namespace) -> int:
    """Print where the instructions of a cell, or the difference of two, go."""
    known = running.workloads(options.workloads_from)
    wanted, words = _wanted(options, known, paths.runs(options.results))
    work = known[wanted[0].workload]
    steps = _steps(work, words)
    counting.require_plugins(qemu.QEMU)
    cells = _count(options, wanted, known)
    notes = [note for cell in cells for note in cell.notes]
    if not words:
        lines = [line for step in steps for line in _totals(cells, work, step)]
        print(
            "\n".join([*lines, *notes, "name a step, or an op, to see its functions"])
        )
        return Verdict.PASS.exit_code
    chosen = steps if options.all else steps[:1]
    results = [one for step in chosen for one in _results(cells, work, step)]
    if options.json:
        print(json.dumps([explained.to_json(one.found) for one in results], indent=1))
    else:
        print("\n\n".join([*_texts(options, results), *dict.fromkeys(notes)]))
        _say_more(steps[len(chosen) :])
    folder = options.output or cells[0].folder.parent.parent / counted.PROFILE
    folder.mkdir(parents=True, exist_ok=True)
    for one in results:
        for name, text in _files(one):
            atomic.write(folder / name, text.encode())
    print(f"stacks, flame graphs and callgrind files: {folder}", file=sys.stderr)
    return Verdict.PASS.exit_code


def _texts(options: argparse.Namespace, results: Sequence[Result]) -> list[str]:
    width = publish.width_for(sys.stdout, os.environ)
    style = publish.style_for(sys.stdout, os.environ)
    texts = []
    for one in results:
        texts.append(_text(one.found, width, style, options.top))
        if options.lines:
            texts += [_lines(one, cell, options.top) for cell in one.counted]
    return texts


def _lines(one: Result, cell: Counted, top: int) -> str:
    found = sourcelines.listing(cell.places, one.step, one.series, cell.elves)
    return sourcelines.text(found, f"{cell.cell.cell.variant} {one.name}", top)


def _text(found: Explanation | Difference, width: int, style: Style, top: int) -> str:
    if isinstance(found, Difference):
        return explained.difference_text(found, width, style, top)
    return explained.explanation_text(found, width, style, top)


def _say_more(steps: Sequence[Step]) -> None:
    if steps:
        names = ", ".join(step.name for step in steps)
        print(f"\n--all shows as well: {names}")


def _wanted(
    options: argparse.Namespace, known: Mapping[str, Workload], runs: Path
) -> tuple[list[Wanted], list[str]]:
    """Return the one or two cells the user means, and the words behind them."""
    words = list(options.words)
    found: list[Wanted] = []
    while words and len(found) < 2 and _names_cell(words[0], runs):
        found.append(_cell(words.pop(0), options, known, runs))
    if not found:
        names = ", ".join(one.name for one in variants())
        raise UsageError(
            f"explain {words[0]}: no cell; allowed are the id of one that was run, "
            f"its folder, or a variant: {names}"
        )
    if found[0].workload != found[-1].workload:
        raise UsageError(
            f"explain: {found[0].workload} and {found[-1].workload} do different work"
        )
    return found, words


def _names_cell(word: str, runs: Path) -> bool:
    return word in [one.name for one in variants()] or _record(word, runs) is not None


def _record(word: str, runs: Path) -> Path | None:
    """Return the record of a cell given by folder or id; the latest; None if none."""
    if (Path(word) / "cell.json").is_file():
        return Path(word) / "cell.json"
    if not _CELL.fullmatch(word):
        return None
    return max(runs.glob(f"*/cells/{word}/cell.json"), default=None)


def _cell(
    word: str, options: argparse.Namespace, known: Mapping[str, Workload], runs: Path
) -> Wanted:
    path = _record(word, runs)
    if path:
        return _recorded(word, path, known)
    name = options.workload
    if name not in known:
        raise UsageError(f"workload {name}: allowed are {', '.join(known)}")
    work, boots = known[name], variant(word).boot
    if boots not in work.boots:
        raise UsageError(f"{word}: workload {name} does not run {boots}")
    sizes = [machine.memory_mib for machine in work.machines]
    memory = options.memory or sizes[0]
    if memory not in sizes:
        raise UsageError(
            f"--memory {memory}: workload {name} has {', '.join(map(str, sizes))}"
        )
    layout = "linear" if boots == "native" else options.p2m
    return Wanted(word, name, layout, memory)


def _recorded(word: str, path: Path, known: Mapping[str, Workload]) -> Wanted:
    """Return what makes a recorded cell again."""
    try:
        cell = record.load_cell(path)
    except RecordError as problem:
        raise UsageError(f"cell {word}: {problem}")
    made = cell.cell
    if made.clock != "insn":
        raise UsageError(
            f"cell {word}: was run in the {made.clock} clock; instructions are counted "
            "in the insn clock only (neither KVM nor real time can be)"
        )
    if made.workload not in known:
        raise UsageError(f"cell {word}: workload {made.workload} is not there any more")
    kind = made.kind
    where = (kind.variant, kind.workload, kind.p2m, kind.memory_mib)
    return Wanted(*where, cell.id, cell.inputs.kernel)


def _steps(work: Workload, words: Sequence[str]) -> list[Step]:
    """Return the steps of these names or operations; all when there is no word."""
    if not words:
        return list(work.steps)
    found: dict[str, Step] = {}
    for word in words:
        named = [s for s in work.steps if word in (s.name, s.parameters.get("op"))]
        if not named:
            names = ", ".join(step.name for step in work.steps)
            ops = dict.fromkeys(str(s.parameters.get("op", "")) for s in work.steps)
            raise UsageError(
                f"step {word}: workload {work.name} has {names}; or all of an op: "
                f"{', '.join(filter(None, ops))}"
            )
        found |= {step.name: step for step in named}
    return list(found.values())


def _count(
    options: argparse.Namespace,
    wanted: Sequence[Wanted],
    known: Mapping[str, Workload],
) -> list[Counted]:
    repo, cache = paths.repo(), paths.cache()
    levels = {"l1d": options.l1d, "llc": options.llc} if options.cache else {}
    bench = run.Bench(
        repo=repo,
        cache=cache,
        profile=profile.Profile(counted.PROFILE, "", "insn", LAYOUTS, (), ()),
        workloads=known,
        kernel=options.kernel,
        accelerator="tcg",
        runs=paths.runs(options.results),
        debug=options.debug,
        lines=options.lines,
        counting=counting.Counting(
            build.plugin(repo, cache),
            tuple((name, counting.level(text)) for name, text in levels.items()),
        ),
    )
    designs = needed(item.variant for item in wanted)
    total = 2 * (1 + len(designs)) + len(wanted)
    progress = Progress(sys.stderr, cache.folder() / "durations.json", total)
    with progress.showing():
        return counted.count(bench, wanted, progress)


def _series(cells: Sequence[Counted], step: Step) -> list[str]:
    """Return the names of a step's series; of a step with none it is all of it."""
    return cells[0].series(step.name) or [WHOLE]


def _explanation(
    cell: Counted, at: int, step: Step, number: int, name: str
) -> Explanation:
    what = Name(cell.cell.cell.variant, step.name, name)
    measured = cell.measured(step.name, name)
    return explain.explain(cell.places, at, number, what, measured)


def _results(cells: Sequence[Counted], work: Workload, step: Step) -> Iterator[Result]:
    """Yield the explanations of a step's series: of the cell, or of the difference."""
    at = work.steps.index(step)
    for number, name in enumerate(_series(cells, step)):
        sides = [_explanation(cell, at, step, number, name) for cell in cells]
        found: Explanation | Difference = sides[0]
        if len(sides) == 2:
            found = explain.subtract(*sides)
        variants_here = "-minus-".join(one.name.variant for one in sides)
        file = f"{variants_here}.{step.name}.{name}"
        yield Result(file, found, tuple(cells), at, number)


def _totals(cells: Sequence[Counted], work: Workload, step: Step) -> Iterator[str]:
    """Yield a line for each series of a step: instructions of an operation."""
    at = work.steps.index(step)
    for number, name in enumerate(_series(cells, step)):
        sides = [_explanation(cell, at, step, number, name) for cell in cells]
        figures = [one.total.insns / one.operations for one in sides]
        text = "".join(f" {figure:14.2f}" for figure in figures)
        if len(figures) == 2:
            text += f" {figures[0] - figures[1]:+14.2f}"
        yield f"{step.name:34} {name:16}{text}"


def _files(one: Result) -> Iterator[tuple[str, str]]:
    """Yield the files of a result, name and text."""
    folded = [stacks.fold(cell.places, one.step, one.series) for cell in one.counted]
    yield f"{one.name}.json", json.dumps(explained.to_json(one.found), indent=1) + "\n"
    if len(folded) == 2:
        both = stacks.pair(*folded)
        yield f"{one.name}.folded", stacks.pair_text(both)
        yield f"{one.name}.svg", flame.draw_pair(both, one.name)
        yield f"{one.name}.by-b.svg", flame.draw_pair(both, one.name, width_of_b=True)
        return
    places = one.counted[0].places
    yield f"{one.name}.folded", stacks.text(folded[0])
    yield f"{one.name}.svg", flame.draw(folded[0], one.name)
    text = callgrind.text(places, one.step, one.series, one.name)
    yield f"callgrind.out.{one.name}", text
