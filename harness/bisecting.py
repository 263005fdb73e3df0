# SPDX-License-Identifier: GPL-2.0-only
"""The command bisect: git bisect, with a boot of one cell as its question.

What boots gave is kept in results/bisect/ID/state.json after each of them. git's own
state is not: the bisection begins anew whenever the command is given, and is answered
from what is kept. So whoever kills it, by whatever means, loses the boot in flight.
"""

import argparse
import dataclasses
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from harness import (
    atomic,
    bisectrule,
    bisecttext,
    cellname,
    gittree,
    hashing,
    jsonfile,
    lock,
    onecell,
    paths,
    plan,
    running,
    series,
)
from harness.bench import Bench
from harness.bisectrule import REPEAT, SEARCH, SKIP, Boot, Ends, Question
from harness.bisecttext import Blame
from harness.errors import HarnessError, UsageError
from harness.gittree import Commit
from harness.jsonfile import RecordError
from harness.profile import Profile
from harness.record import Kind, Verdict
from harness.workload import LAYOUTS

_VERSION = 1


def bisect(options: argparse.Namespace) -> int:
    """Find the commit between two that changed a metric, or broke a case."""
    question = bisectrule.parse(options.metric)
    if not options.kernel:
        raise UsageError("bisect: --kernel: must name a git tree of a kernel")
    tree = Path(options.kernel).expanduser().absolute()
    if not tree.is_dir() or not gittree.top(tree):
        raise UsageError(f"--kernel {options.kernel}: must be the top of a git tree")
    good, bad = (gittree.commit_of(tree, rev) for rev in (options.good, options.bad))
    if not gittree.is_ancestor(tree, good, bad):
        raise UsageError(
            f"--good {options.good}: must be a commit before --bad {options.bad}"
        )
    parts = [str(tree), good, bad, question.text, options.debug]
    folder = paths.bisections(options.results) / hashing.of(parts)
    with lock.owned(folder / ".lock", "this bisection"):
        return _Search(options, question, tree, folder).whole(good, bad)


@dataclass
class _Search:
    """A bisection under way: what is asked, and every boot that was made for it."""

    options: argparse.Namespace
    question: Question
    tree: Path
    folder: Path
    boots: list[Boot] = field(default_factory=list)

    def whole(self, good: str, bad: str) -> int:
        """Measure the ends, search, repeat the blame, and print it."""
        self._load()
        clone = self.folder / "tree"
        gittree.clone(self.tree, clone)
        kinds = self._kinds()
        between = gittree.between(self.tree, good, bad)
        print(f"{between} commits to search; kept in {self.folder}")
        if self.boots:
            print(f"{len(self.boots)} boots are known already")
        found = [self._measured(sha, SEARCH, kinds) for sha in (good, bad)]
        ends = bisectrule.ends(self.question, kinds, *found)
        skipped: dict[str, str] = {}
        step = gittree.begin(clone, good, bad)
        while step.ask:
            word, why = self._side(step.ask, SEARCH, ends)
            if word == SKIP:
                skipped[step.ask] = why
            self._say(step.ask, word, why)
            step = gittree.answer(clone, word)
        log = gittree.log(clone)
        atomic.write(self.folder / "git-bisect.log", log.encode("utf-8"))
        if not step.culprit:
            left = [gittree.about(self.tree, sha) for sha in step.left]
            raise HarnessError(bisecttext.only_skipped(left, skipped))
        return self._blame(step.culprit, ends, skipped)

    def _blame(self, sha: str, ends: Ends, skipped: dict[str, str]) -> int:
        """Boot parent and culprit afresh; print the blame if they say the same."""
        parent = gittree.commit_of(self.tree, f"{sha}^")
        sides = [self._side(one, REPEAT, ends) for one in (parent, sha)]
        for one, (word, why) in zip((parent, sha), sides):
            self._say(one, f"again {word}", why)
        if [word for word, _ in sides] != [bisectrule.GOOD, bisectrule.BAD]:
            raise HarnessError(
                f"{sha[:12]} was found, but fresh boots do not say so: its parent "
                f"{parent[:12]} is {sides[0][0]} ({sides[0][1]}), it is {sides[1][0]} "
                f"({sides[1][1]})"
            )
        blame = Blame(
            metric=self.question.text,
            cell=cellname.name(ends.kind),
            culprit=gittree.about(self.tree, sha),
            parent=parent,
            before=tuple(b for b in self.boots if b.commit == parent),
            after=tuple(b for b in self.boots if b.commit == sha),
            boots=len(self.boots),
            skipped=skipped,
        )
        jsonfile.write(self.folder / "blame.json", bisecttext.to_json(blame))
        print("\n" + bisecttext.text(blame, str(self.folder)))
        # What it needs is in the record; a work tree of a kernel is 1.5 GB.
        shutil.rmtree(self.folder / "tree")
        return Verdict.PASS.exit_code

    def _side(self, sha: str, purpose: str, ends: Ends) -> tuple[str, str]:
        return bisectrule.side(self._measured(sha, purpose, [ends.kind]), ends)

    def _measured(self, sha: str, purpose: str, kinds: list[Kind]) -> list[Boot]:
        """Return the boots of a commit, made now unless they are known."""
        found = []
        for kind in kinds:
            mine = self._known(sha, purpose, kind)
            while bisectrule.wanted(mine, self.question.clock):
                mine.append(self._boot(sha, purpose, kind))
            sure = [one for one in mine if one.verdict is not Verdict.ERROR]
            found += sure or mine[-1:]
        return found

    def _known(self, sha: str, purpose: str, kind: Kind) -> list[Boot]:
        about = (sha, purpose, cellname.name(kind))
        return [b for b in self.boots if (b.commit, b.purpose, b.cell) == about]

    def _boot(self, sha: str, purpose: str, kind: Kind) -> Boot:
        """Build a commit and boot a cell of it; what it gave is kept."""
        clone = self.folder / "tree"
        gittree.check_out(clone, sha)
        bench = onecell.alone(self._bench(kind.variant, str(clone)), kind)
        run, cell = onecell.boot(bench)
        values = [
            point.value
            for metric, _, point in series.points(run, bench.workloads)
            if metric == self.question.metric
        ]
        made = Boot(
            commit=sha,
            purpose=purpose,
            cell=cellname.name(kind),
            verdict=cell.verdict,
            reason=cell.reason,
            value=values[0] if values else None,
            built=onecell.is_built(run, cell),
            run=run.manifest.id,
        )
        self.boots.append(made)
        self._save()
        return made

    def _bench(self, variant: str, kernel: str) -> Bench:
        clock = self.question.clock
        chosen = Profile("bisect", "", clock, LAYOUTS, (), (variant,))
        known = running.workloads(self.options.workloads_from)
        bench = running.bench_for(self.options, chosen, known)
        return dataclasses.replace(bench, kernel=kernel, runs=self.folder / "runs")

    def _kinds(self) -> list[Kind]:
        """Return the cells that the question is about; UsageError if there is none."""
        if self.question.metric:
            return [cellname.of_metric(self.question.metric)]
        named = self.question.named
        assert named
        bench = self._bench(named.variant, str(self.tree))
        profile = dataclasses.replace(bench.profile, workloads=(named.workload,))
        kinds = [c.planned.kind for c in plan.cells(profile, bench.workloads, {})]
        found = [
            kind
            for kind in kinds
            if named.p2m in (None, kind.p2m)
            and named.memory_mib in (None, kind.memory_mib)
        ]
        if not found:
            cells = ", ".join(map(cellname.name, kinds))
            raise UsageError(f"case {self.question.text}: allowed are {cells}")
        return found

    def _say(self, sha: str, word: str, why: str) -> None:
        about: Commit = gittree.about(self.tree, sha)
        first = why.splitlines()[0] if why else ""
        print(f"{word:4}  {sha[:12]}  {about.subject}: {first}")

    def _save(self) -> None:
        data = {"schema": _VERSION, "boots": bisectrule.plain(self.boots)}
        jsonfile.write(self.folder / "state.json", data)

    def _load(self) -> None:
        path = self.folder / "state.json"
        if not path.exists():
            return
        data = jsonfile.read(path)
        try:
            if data["schema"] != _VERSION:
                raise ValueError(f"version {data['schema']} is unknown here")
            self.boots = list(bisectrule.boots_of(data["boots"]))
        except (KeyError, TypeError, ValueError) as problem:
            what = f"is no state of a bisection: {problem}; remove it to begin anew"
            raise RecordError(path, "", what) from problem
