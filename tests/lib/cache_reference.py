# SPDX-License-Identifier: GPL-2.0-only
"""A cache model that is none of the plugin's: slow, short and plain.

cache_reference.py compare TEST_CACHE: replay made-up traces through TEST_CACHE (see
test_cache.c) and compare access by access. Prints what was compared.

cache_reference.py trace FILE L1D LLC: the same with what the plugin wrote with
trace=FILE. Levels are bytes:ways:line. Prints "N accesses, 0 differ".

Either ends with the first access that differs.
"""

import random
import struct
import subprocess
import sys
from pathlib import Path
from typing import Callable, Iterable, Iterator, List, Sequence, Tuple

Access = Tuple[int, int]
# struct access_trace: address, size, where it was found, nothing.
RECORD = struct.Struct("<QIHH")
RECORDS_AT_ONCE = 1 << 16
WHERE = ("in the first level", "in the last level", "in memory")

GEOMETRIES = (
    # direct mapped, both
    ("1024:1:64", "4096:1:64"),
    ("512:2:64", "2048:2:64"),
    ("32768:8:64", "262144:16:64"),
    # fewer sets in the last level than in the first, and no more lines
    ("1024:1:16", "1024:16:16"),
    ("4096:2:128", "4096:8:128"),
    # one set each, ways that are no power of two
    ("192:3:64", "384:6:64"),
    ("256:2:16", "1024:8:16"),
    ("2048:8:128", "16384:8:128"),
)


class Level:
    """A level of a cache: a list for each set, of the lines in it, oldest first."""

    def __init__(self, text: str) -> None:
        """Take bytes:ways:line."""
        size, self.ways, self.line = (int(word) for word in text.split(":"))
        self.sets: List[List[int]] = [[] for _ in range(size // self.ways // self.line)]

    def has(self, line: int) -> bool:
        """Tell whether a line is there. It is afterwards, and used last."""
        lines = self.sets[line % len(self.sets)]
        found = line in lines
        if found:
            lines.remove(line)
        elif len(lines) == self.ways:
            del lines[0]
        lines.append(line)
        return found


class Cache:
    """Two levels; the last is asked for what the first does not have."""

    def __init__(self, l1d: str, llc: str) -> None:
        """Take both levels as bytes:ways:line."""
        self.l1d, self.llc = Level(l1d), Level(llc)

    def line(self, line: int) -> int:
        """Return where a line was: 0 in the first level, 1 in the last, 2 in memory."""
        if self.l1d.has(line):
            return 0
        return 1 if self.llc.has(line) else 2

    def access(self, address: int, size: int) -> int:
        """Return where an access was: where the farther of its lines was."""
        first = address // self.l1d.line
        last = (address + size - 1) // self.l1d.line
        where = self.line(first)
        for line in range(first + 1, last + 1):
            where = max(where, self.line(line))
        return where


def check(
    cache: Cache, accesses: Iterable[Tuple[int, int, int]]
) -> Tuple[int, List[int]]:
    """Compare accesses (address, size, where it is said to have been found).

    Returns how many there were, and how often each outcome was. Ends with the first
    that differs.
    """
    counts = [0, 0, 0]
    number = 0
    for number, (address, size, said) in enumerate(accesses, 1):
        where = cache.access(address, size)
        if where != said:
            named = WHERE[said] if said < len(WHERE) else f"at {said}"
            sys.exit(
                f"access {number}, {size} bytes at {address:#x}: is {WHERE[where]}, "
                f"was said to be {named}"
            )
        counts[where] += 1
    return number, counts


def records(path: Path) -> Iterator[Tuple[int, int, int]]:
    """Yield the accesses of a trace."""
    with path.open("rb") as stream:
        while True:
            data = stream.read(RECORD.size * RECORDS_AT_ONCE)
            if len(data) % RECORD.size:
                sys.exit(f"{path}: ends within a record")
            if not data:
                return
            for address, size, where, zero in RECORD.iter_unpack(data):
                if zero:
                    sys.exit(f"{path}: not what the plugin writes")
                yield address, size, where


def uniform(rng: random.Random, l1d: Level, llc: Level) -> Iterator[Access]:
    """Yield accesses all over twice of what the last level holds."""
    reach = 2 * len(llc.sets) * llc.ways * llc.line
    for _ in range(20000):
        yield rng.randrange(reach), 1 << rng.randrange(7)


def local(rng: random.Random, l1d: Level, llc: Level) -> Iterator[Access]:
    """Yield accesses near each other, as programs make them; most of them aligned."""
    at = 1 << 32
    for _ in range(20000):
        if rng.random() < 0.02:
            at = rng.randrange(1 << 40)
        at = max(0, at + rng.randint(-4, 4) * l1d.line // 2)
        size = 1 << rng.randrange(4)
        yield at // size * size if rng.random() < 0.9 else at, size


def one_set(rng: random.Random, l1d: Level, llc: Level) -> Iterator[Access]:
    """Yield one way more than a set has, in turn, in every level: all must miss."""
    for level in (l1d, llc):
        stride = len(level.sets) * level.line
        for ways in (level.ways - 1, level.ways, level.ways + 1):
            for turn in range(4 * (ways + 1)):
                yield turn % max(ways, 1) * stride, 8


def oldest(rng: random.Random, l1d: Level, llc: Level) -> Iterator[Access]:
    """Yield what tells the line used longest ago from the one that came first."""
    stride = len(l1d.sets) * l1d.line
    for _ in range(2000):
        yield rng.randrange(l1d.ways + 2) * stride, 1
        yield rng.randrange(2) * stride, 1


def straddling(rng: random.Random, l1d: Level, llc: Level) -> Iterator[Access]:
    """Yield accesses around the ends of lines, up to a line long."""
    reach = 2 * len(l1d.sets) * l1d.ways
    for _ in range(10000):
        size = rng.choice([1, 2, 4, 8, 16])
        end = (1 + rng.randrange(reach)) * l1d.line
        yield end - rng.randrange(size + 1), size


def high(rng: random.Random, l1d: Level, llc: Level) -> Iterator[Access]:
    """Yield lines that differ in the highest bits of a physical address only."""
    for _ in range(4000):
        yield rng.randrange(64) << 46 | rng.randrange(2) << 12, 8


TRACES: Sequence[Callable[[random.Random, Level, Level], Iterator[Access]]] = (
    uniform,
    local,
    one_set,
    oldest,
    straddling,
    high,
)


def replay(test_cache: str, l1d: str, llc: str, trace: Sequence[Access]) -> List[int]:
    """Return where the plugin's model found each access."""
    text = "".join(f"{address} {size}\n" for address, size in trace)
    words = [test_cache, l1d, llc]
    done = subprocess.run(words, input=text, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(words)}: exit status {done.returncode}\n{done.stderr}")
    found = [int(line) for line in done.stdout.split()]
    if len(found) != len(trace):
        sys.exit(f"{' '.join(words)}: {len(found)} of {len(trace)} accesses")
    return found


def compare(test_cache: str) -> None:
    """Replay every trace in every geometry."""
    total = [0, 0, 0]
    for l1d, llc in GEOMETRIES:
        for make in TRACES:
            name = f"{make.__name__} {l1d} {llc}"
            trace = list(make(random.Random(name), Level(l1d), Level(llc)))
            found = replay(test_cache, l1d, llc, trace)
            said = ((*access, where) for access, where in zip(trace, found))
            print(name, end=": ", flush=True)
            number, counts = check(Cache(l1d, llc), said)
            print(f"{number} accesses, {counts}, 0 differ")
            total = [one + more for one, more in zip(total, counts)]
    # A trace that never finds anything in one of the three compares little.
    assert min(total) > 10000, total


def main(what: str, *words: str) -> None:
    """Do what the first word says."""
    if what == "compare":
        compare(*words)
        return
    assert what == "trace", what
    path, l1d, llc = words
    number, _ = check(Cache(l1d, llc), records(Path(path)))
    print(f"{number} accesses, 0 differ")


if __name__ == "__main__":
    main(*sys.argv[1:])
