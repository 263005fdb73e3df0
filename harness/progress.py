# SPDX-License-Identifier: GPL-2.0-only
"""Progress on a terminal, and where the time went.

Expected times are those the same work took the last time on this machine.
Without a terminal nothing is printed while a run goes on.
"""

import json
import os
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, TextIO

from harness import atomic

TICK_SECONDS = 1.0


def clock(seconds: float) -> str:
    """Return a duration as m:ss."""
    whole = int(seconds + 0.5)
    return f"{whole // 60}:{whole % 60:02d}"


class Progress:
    """One status line: what is done now, done/total, elapsed and expected time."""

    def __init__(self, stream: TextIO, history: Path, total: int) -> None:
        """Take the stream to show on, the file of past durations, and the total."""
        self._stream = stream
        self._tty = stream.isatty()
        self._history = history
        self._past = _read(history)
        self._total = total
        self._done = 0
        self._now: dict[str, float] = {}
        self._lock = threading.Lock()
        self._begin = time.monotonic()
        self.stages: dict[str, float] = {}

    @contextmanager
    def showing(self) -> Iterator[None]:
        """Keep the status line alive while the block runs."""
        over = threading.Event()

        def tick() -> None:
            while not over.wait(TICK_SECONDS):
                self._show()

        ticker = threading.Thread(target=tick, daemon=True)
        if self._tty:
            ticker.start()
        try:
            yield
        finally:
            over.set()
            if self._tty:
                ticker.join()
                self._stream.write("\r\x1b[K")
                self._stream.flush()
            _write(self._history, self._past)

    @contextmanager
    def unit(self, stage: str, what: str) -> Iterator[None]:
        """Account for one unit of work, like ("boot", "dom0-iommu micro")."""
        name = f"{stage} {what}"
        begin = time.monotonic()
        with self._lock:
            self._now[name] = begin
        self._show()
        finished = False
        try:
            yield
            finished = True
        finally:
            spent = time.monotonic() - begin
            with self._lock:
                del self._now[name]
                self._done += 1
                if finished:
                    self._past[name] = spent
            self._show()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Account real time to a stage of the run."""
        begin = time.monotonic()
        try:
            yield
        finally:
            spent = time.monotonic() - begin
            self.stages[name] = round(self.stages.get(name, 0.0) + spent, 3)

    def elapsed(self) -> float:
        """Return seconds since the beginning."""
        return time.monotonic() - self._begin

    def _show(self) -> None:
        if not self._tty:
            return
        with self._lock:
            doing = []
            for name, begin in self._now.items():
                usual = self._past.get(name)
                spent = clock(time.monotonic() - begin)
                doing.append(f"{name} {spent}" + (f"/{clock(usual)}" if usual else ""))
            text = f"[{self._done}/{self._total} {clock(self.elapsed())}] "
            text += ", ".join(doing) or "..."
            width = os.get_terminal_size(self._stream.fileno()).columns or 80
            self._stream.write("\r\x1b[K" + text[: width - 1])
            self._stream.flush()


def _read(path: Path) -> dict[str, float]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): float(spent) for name, spent in data.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _write(path: Path, past: dict[str, float]) -> None:
    try:
        atomic.write(path, json.dumps(past, indent=1, sort_keys=True).encode())
    except OSError:
        # No expected times the next time: nothing a run should end for.
        pass
