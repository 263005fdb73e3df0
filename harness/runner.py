# SPDX-License-Identifier: GPL-2.0-only
"""Boot the cells of a run, and keep a record of each.

The manifest is on disk before the first cell and after every one, so a run that
is cut off has kept what was finished.
"""

import dataclasses
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Lock
from typing import Mapping, Sequence

from harness import (
    account,
    archive,
    boot,
    busy,
    collect,
    frames,
    hypervisor,
    meter,
    plan,
    qemu,
    record,
    server,
    settled,
    sums,
    tools,
    workload,
)
from harness.bench import Bench, Built, initramfs
from harness.counting import SLOWNESS as COUNTING_SLOWNESS
from harness.counting import BUSY_FILE, SETTLE, SETTLE_FILE, Counting
from harness.errors import HarnessError
from harness.progress import Progress
from harness.record import Cell, CellEnd, Inputs, Manifest, RecordError, Verdict

# The kernel's own checks cost it that much.
DEBUG_SLOWNESS = 4


class Runner:
    """Boots cells, some at a time, and keeps the manifest up to date."""

    def __init__(
        self,
        bench: Bench,
        built: Built,
        manifest: Manifest,
        folder: Path,
        progress: Progress,
    ) -> None:
        self._bench = bench
        self._built = built
        self._manifest = manifest
        self._before = dict(manifest.stages)
        self._folder = folder
        self._progress = progress
        self._lock = Lock()
        self._stop = Event()
        # A kernel's symbols take a second to read.
        self._busy_countings: dict[tuple[Path, bool], Counting] = {}

    def all(self, cells: Sequence[plan.PlannedCell]) -> None:
        """Boot every cell. In the insn clock nothing that runs beside it matters."""
        width = os.cpu_count() or 1 if self._manifest.clock == "insn" else 1
        pool = ThreadPoolExecutor(max_workers=width)
        try:
            for future in [pool.submit(self._one, cell) for cell in cells]:
                future.result()
        except BaseException:
            self._stop.set()
            raise
        finally:
            pool.shutdown(cancel_futures=True)

    def finish(self) -> Path:
        """Write the manifest of the finished run and return its folder."""
        verdicts = [end.verdict for end in self._manifest.cells]
        passed = [verdict for verdict in verdicts if verdict is not Verdict.SKIP]
        self._manifest = dataclasses.replace(
            self._manifest,
            finished=account.now(),
            stages=self._stages(),
            verdict=record.worst(passed or verdicts),
        )
        record.save_manifest(self._manifest, self._folder)
        sums.save(self._folder)
        return self._folder

    def _stages(self) -> dict[str, float]:
        """Return the seconds of each stage, with those before the run was cut off."""
        found = dict(self._before)
        for name, seconds in self._progress.stages.items():
            found[name] = round(found.get(name, 0.0) + seconds, 3)
        return found

    def _one(self, cell: plan.PlannedCell) -> None:
        planned = cell.planned
        what = record.title(planned.kind, self._manifest.kinds)
        with self._progress.unit("boot", what):
            done = self._cell(cell)
        with self._lock:
            done = self._saved(done)
            end = CellEnd(
                **dataclasses.asdict(planned), verdict=done.verdict, reason=done.reason
            )
            self._manifest = dataclasses.replace(
                self._manifest,
                cells=(*self._manifest.cells, end),
                stages=self._stages(),
            )
            record.save_manifest(self._manifest, self._folder)

    def _saved(self, done: Cell) -> Cell:
        """Write a cell's record; return it, or the ERROR that is there in its place.

        A record that no check lets pass is that cell's affair; RecordError only where
        nothing can be written.
        """
        try:
            record.save_cell(done, self._folder)
        except RecordError as problem:
            if isinstance(problem.__cause__, OSError):
                raise
            done = dataclasses.replace(
                done,
                verdict=Verdict.ERROR,
                reason=collect.line(f"its record is not sound: {problem}"),
                engagement=(),
                facts={},
                measurements=(),
                values=(),
                console_tail=(),
            )
            record.save_cell(done, self._folder)
        return done

    def _cell(self, cell: plan.PlannedCell) -> Cell:
        design = cell.variant.design
        inputs = self._inputs(cell)
        try:
            problem = self._built.failed.get(design)
            if problem:
                raise problem
            return self._measured(cell, *self._boot(cell))
        except HarnessError as problem:
            return collect.without_boot(cell, problem, inputs)

    def _boot(self, cell: plan.PlannedCell) -> tuple[boot.Boot, Inputs]:
        place = self._place(cell)
        place.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            port = server.PORT
            if cell.workload.asks_server:
                port = stack.enter_context(server.iperf3(place / "server.log"))
            text = plan.job(cell, port)
            (place / "job").write_text(text, encoding="utf-8")
            target = self._target(cell, self._job(cell, text))
            slowness = DEBUG_SLOWNESS if self._bench.debug else 1
            slowness *= COUNTING_SLOWNESS if target.counting else 1
            deadline = cell.workload.deadline * slowness
            ended = boot.boot(target, place, deadline, self._stop)
        self._job_archive(cell).unlink()
        cmdline = qemu.command_line(target)
        return ended, dataclasses.replace(self._inputs(cell), cmdline=cmdline)

    def _place(self, cell: plan.PlannedCell) -> Path:
        return self._folder / "cells" / cell.id

    def _job_archive(self, cell: plan.PlannedCell) -> Path:
        return self._place(cell) / "job.cpio"

    def _job(self, cell: plan.PlannedCell, text: str) -> Path:
        """Return an archive with a cell's job, and the files that its steps name."""
        files = {"bouncemark/job": text.encode()}
        for step in cell.workload.steps:
            if step.kind == workload.FIO:
                name = str(step.parameters["job"])
                path = self._bench.repo.jobs / name
                files[f"lib/bouncemark/jobs/{name}"] = path.read_bytes()
        path = self._job_archive(cell)
        path.write_bytes(archive.newc(files))
        return path

    def _target(self, cell: plan.PlannedCell, job: Path) -> qemu.Target:
        design, cache = cell.variant.design, self._bench.cache
        names = cell.workload.tools
        further = [tools.archive(names, cache)] if names else []
        return qemu.Target(
            image=self._built.kernels[design].image,
            initramfs=(initramfs(self._built, design, cache), *further, job),
            xen=hypervisor.image(cache) if cell.variant.boot == "dom0" else None,
            arguments=_arguments(cell),
            machine=cell.machine,
            clock=cell.spec.clock,
            accelerator=self._bench.accelerator,
            counting=self._counting(cell),
            waits=cell.workload.waits,
            settle=self._settle(cell),
            measures=cell.workload.measures,
        )

    def _measured(
        self, cell: plan.PlannedCell, ended: boot.Boot, inputs: Inputs
    ) -> Cell:
        """Return the record of a cell that was booted, with its metrics."""
        made = collect.record(cell, ended, inputs)
        if not cell.workload.tools:
            return made
        stream = frames.parse(ended.channel)
        collect.keep_outputs(stream, self._place(cell))
        waited = self._place(cell) / SETTLE_FILE
        if waited.exists() and made.verdict is Verdict.PASS:
            facts = {**made.facts, **settled.load(waited)}
            made = dataclasses.replace(made, facts=facts)
        return meter.finish(cell, made, stream.steps, self._busy(cell, made))

    def _counting(self, cell: plan.PlannedCell) -> Counting | None:
        """Return how a cell's instructions are counted; None if they are not."""
        if self._bench.counting or not self._bench.busy:
            return self._bench.counting
        kernel = self._built.kernels[cell.variant.design].folder
        is_dom0 = cell.variant.boot == "dom0"
        with self._lock:
            if (kernel, is_dom0) not in self._busy_countings:
                made = busy.counting(self._bench.busy, kernel, is_dom0)
                self._busy_countings[kernel, is_dom0] = made
            return self._busy_countings[kernel, is_dom0]

    def _settle(self, cell: plan.PlannedCell) -> Path | None:
        """Return the plugin that lets a cell's devices answer; a server's it cannot."""
        work = cell.workload
        settles = work.tools and work.settle and not work.asks_server
        return self._bench.busy / SETTLE if self._bench.busy and settles else None

    def _busy(self, cell: plan.PlannedCell, made: Cell) -> Mapping[str, int] | None:
        """Return the busy instructions of each step; None if they were not counted."""
        if not self._bench.busy or made.verdict is not Verdict.PASS:
            return None
        names = [step.name for step in cell.workload.steps]
        return busy.load(self._place(cell) / BUSY_FILE, names)

    def _inputs(self, cell: plan.PlannedCell) -> Inputs:
        kernel = self._built.kernels.get(cell.variant.design)
        modules = self._built.modules.get(cell.variant.design)
        tools = self._manifest.tools
        counting = self._counting(cell) if kernel else None
        return Inputs(
            kernel=kernel.plan.key if kernel else None,
            modules=modules.name if modules else None,
            guest=self._built.guest.name,
            workload=cell.workload.sha,
            qemu=tools["qemu"],
            xen=tools["xen"] if cell.variant.boot == "dom0" else None,
            cmdline=None,
            plugin=counting.key if counting else None,
        )


def _arguments(cell: plan.PlannedCell) -> str:
    force = "swiotlb=force" if cell.variant.force else ""
    return f"{cell.workload.arguments} {force}".strip()
