# SPDX-License-Identifier: GPL-2.0-only
"""Counting: QEMU's plugin that sees every instruction of a guest, and its cache.

What the plugin writes is read by counters.py.
"""

from dataclasses import dataclass
from pathlib import Path

from harness import command
from harness.errors import Missing, UsageError

NAME = "counters.so"
FILE = "counters.jsonl"
# The other plugin, which tells busy from idle and nothing else.
BUSY, BUSY_FILE = "busy.so", "busy.jsonl"
# And the one that lets devices answer before the guest goes on.
SETTLE, SETTLE_FILE = "settle.so", "settle.json"
# How much longer a guest takes that is counted, at most.
SLOWNESS = 6
# A first level as most x86 CPUs of the last ten years have it, and a slice of a
# last level of a size that one CPU of a server gets.
LEVELS = {"l1d": "32768:8:64", "llc": "2097152:16:64"}


@dataclass(frozen=True)
class Counting:
    """The plugin of a boot, what it is told, and the file that it writes.

    words: names and values; of counters.so "l1d" and "llc", each bytes:ways:line, if
    it models caches.
    """

    plugin: Path
    words: tuple[tuple[str, str], ...] = ()
    file: str = FILE

    @property
    def key(self) -> str:
        """Return what it counts with, as a record names it."""
        folder = self.plugin.parent.name
        if self.file == BUSY_FILE:
            return f"{folder} {self.plugin.stem}"
        return " ".join([folder, *(f"{name}={level}" for name, level in self.words)])


def level(text: str) -> str:
    """Return a level of a cache as the plugin takes it: bytes:ways:line.

    The numbers may have K or M behind them. UsageError says what is wrong.
    """
    words = text.split(":")
    if len(words) != 3:
        raise UsageError(f"cache {text}: allowed is SIZE:WAYS:LINE, like 32K:8:64")
    return ":".join(str(_bytes(word, text)) for word in words)


def _bytes(word: str, text: str) -> int:
    scale = {"K": 1 << 10, "M": 1 << 20}.get(word[-1:].upper(), 1)
    digits = word[:-1] if scale > 1 else word
    if not digits.isdecimal():
        raise UsageError(f"cache {text}: {word!r} is no number")
    return int(digits) * scale


def require_plugins(qemu: str) -> None:
    """Raise Missing unless this QEMU takes plugins."""
    lines = command.output([qemu, "-help"]).splitlines()
    if not any(line.startswith("-plugin ") for line in lines):
        raise Missing(
            f"{qemu}: this QEMU was built without TCG plugins; explain needs them, "
            "all else works without"
        )
