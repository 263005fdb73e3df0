# SPDX-License-Identifier: GPL-2.0-only
"""Feed harness.frames torn and altered streams: frame_fuzz.py SEED ROUNDS FILE...

Each file is a valid stream. Of every altered copy the parser must return those
frames that lie whole before the first altered byte, no other; and it must call
the stream complete only if no byte was altered. Prints what was tried; exits
with 1 and the stream's seed at the first answer that is wrong.
"""

import random
import sys
import time
from pathlib import Path
from typing import Callable, List, Mapping, Sequence, Tuple

from harness import frames

LONGEST = 0.1  # seconds of processor time for one stream
LARGE = 10000  # bytes; of a larger file a fifth of the rounds is tried
Alter = Callable[[random.Random, bytes], bytes]


def truncate(rng: random.Random, data: bytes) -> bytes:
    """Cut the end off."""
    return data[: rng.randrange(len(data))]


def flip_bits(rng: random.Random, data: bytes) -> bytes:
    """Flip 1 to 8 bits."""
    altered = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        altered[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(altered)


def insert(rng: random.Random, data: bytes) -> bytes:
    """Put 1 to 20 bytes in somewhere."""
    at = rng.randint(0, len(data))
    return data[:at] + rng.randbytes(rng.randint(1, 20)) + data[at:]


def remove(rng: random.Random, data: bytes) -> bytes:
    """Take 1 to 20 bytes out."""
    at = rng.randrange(len(data))
    until = at + rng.randint(1, 20)
    return data[:at] + data[until:]


def swap(rng: random.Random, data: bytes) -> bytes:
    """Swap two bytes."""
    altered = bytearray(data)
    a, b = rng.randrange(len(data)), rng.randrange(len(data))
    altered[a], altered[b] = altered[b], altered[a]
    return bytes(altered)


def digits(rng: random.Random, data: bytes) -> bytes:
    """Put another digit in the place of one."""
    places = [i for i, byte in enumerate(data[:4000]) if chr(byte).isdigit()]
    altered = bytearray(data)
    altered[rng.choice(places)] = ord(rng.choice("0123456789"))
    return bytes(altered)


def duplicate(rng: random.Random, data: bytes) -> bytes:
    """Send a line twice, at once or later."""
    lines = data.splitlines(keepends=True)
    lines.insert(rng.randint(0, len(lines)), rng.choice(lines))
    return b"".join(lines)


def reorder(rng: random.Random, data: bytes) -> bytes:
    """Move a line."""
    lines = data.splitlines(keepends=True)
    line = lines.pop(rng.randrange(len(lines)))
    lines.insert(rng.randint(0, len(lines)), line)
    return b"".join(lines)


def drop(rng: random.Random, data: bytes) -> bytes:
    """Lose 1 to 3 lines."""
    lines = data.splitlines(keepends=True)
    at = rng.randrange(len(lines))
    until = at + rng.randint(1, 3)
    return b"".join(lines[:at] + lines[until:])


def garbage(rng: random.Random, data: bytes) -> bytes:
    """Send anything else: noise, or what looks like a frame and is none."""
    noise = rng.randbytes(rng.randrange(2000))
    header = b"BM1 %d %d %08x " % (
        rng.choice((0, 1, 2**62)),
        rng.choice((1, len(noise), 1048576, 9999999)),
        rng.getrandbits(32),
    )
    deep = rng.choice((b"[", b'{"a":')) * rng.randrange(3000)
    return rng.choice((noise, header + noise, header + deep, noise.hex().encode()))


def leave(rng: random.Random, data: bytes) -> bytes:
    """Alter nothing."""
    return data


ALTERATIONS: Mapping[str, Alter] = {
    function.__name__: function
    for function in (
        truncate,
        flip_bits,
        insert,
        remove,
        swap,
        digits,
        duplicate,
        reorder,
        drop,
        garbage,
        leave,
    )
}


def kept(original: bytes, altered: bytes) -> int:
    """Return how many lines of original lie whole before the first difference."""
    same, differ = 0, min(len(original), len(altered)) + 1
    while differ - same > 1:
        middle = (same + differ) // 2
        if original.startswith(altered[:middle]):
            same = middle
        else:
            differ = middle
    return original.count(b"\n", 0, same)


def judge(original: bytes, truth: Sequence[frames.Frame], altered: bytes) -> str:
    """Return what is wrong with the parser's answer, empty if nothing is."""
    began = time.process_time()
    stream = frames.parse(altered)
    took = time.process_time() - began
    if took > LONGEST:
        return f"took {took:.3f} s"
    count = kept(original, altered)
    if list(stream.frames) != list(truth[:count]):
        return f"{len(stream.frames)} frames, {count} are true"
    if stream.complete != (altered == original):
        return f"complete is {stream.complete}"
    lines = original.splitlines(keepends=True)
    clean = altered == b"".join(lines[:count])
    if (stream.damage is None) != clean:
        return f"damage is {stream.damage}"
    if stream.torn and stream.damage is None:
        return "torn, yet no damage"
    torn = original.startswith(altered) and not clean
    if torn and not stream.torn:
        return "a torn frame is not called so"
    return ""


def fuzz(seed: int, rounds: int, originals: Sequence[bytes]) -> Tuple[str, int]:
    """Return what is wrong first, empty if nothing is, and the streams tried."""
    tried = 0
    for number, original in enumerate(originals):
        truth = frames.parse(original)
        if not truth.complete:
            return f"file {number} is not valid: {truth.damage}", tried
        share = rounds if len(original) < LARGE else rounds // 5
        for name, alter in ALTERATIONS.items():
            for index in range(share):
                rng = random.Random(f"{seed} {number} {name} {index}")
                wrong = judge(original, truth.frames, alter(rng, original))
                tried += 1
                if wrong:
                    return f"file {number} {name} {index}: {wrong}", tried
    return "", tried


def main(arguments: List[str]) -> int:
    """Run; return the exit status."""
    seed, rounds = int(arguments[0]), int(arguments[1])
    originals = [Path(name).read_bytes() for name in arguments[2:]]
    wrong, tried = fuzz(seed, rounds, originals)
    print(wrong or f"{tried} streams")
    return 1 if wrong or not tried else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
