# SPDX-License-Identifier: GPL-2.0-only
"""Progress: what is done now, and where the time went.

Expected times are those the same work took the last time on this machine.
A terminal has one line that is kept up to date; a log gets a line a minute, so
that who follows it, or ends what is silent, sees that the run goes on.
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
LOG_SECONDS = 60.0


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
        """Keep telling of the work while the block runs."""
        over = threading.Event()

        def tell() -> None:
            while not over.wait(TICK_SECONDS if self._tty else LOG_SECONDS):
                if self._tty:
                    self._show()
                else:
                    self._put(self._line() + "\n")

        teller = threading.Thread(target=tell, daemon=True)
        teller.start()
        try:
            yield
        finally:
            over.set()
            teller.join()
            if self._tty:
                self._put("\r\x1b[K")
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
        if self._tty:
            width = os.get_terminal_size(self._stream.fileno()).columns or 80
            self._put("\r\x1b[K" + self._line()[: width - 1])

    def _line(self) -> str:
        with self._lock:
            done = self._done
            now = list(self._now.items())
        doing = []
        for name, begin in now:
            usual = self._past.get(name)
            spent = clock(time.monotonic() - begin)
            doing.append(f"{name} {spent}" + (f"/{clock(usual)}" if usual else ""))
        head = f"[{done}/{self._total} {clock(self.elapsed())}] "
        return head + (", ".join(doing) or "...")

    def _put(self, text: str) -> None:
        with self._lock:
            self._stream.write(text)
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
