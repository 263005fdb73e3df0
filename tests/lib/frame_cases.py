# SPDX-License-Identifier: GPL-2.0-only
"""Streams with right checksums that harness.frames must refuse, and why.

Each row: payloads behind a hello frame, and what the damage must say of the
last of them. Every payload before it is good.
"""

import json
import sys
import zlib
from typing import Any, Dict, List, Sequence, Tuple

from harness import frames

HELLO: Dict[str, Any] = {
    "type": "hello",
    "protocol": 1,
    "cell": "00ff",
    "release": "6.12",
    "version": "#1",
    "cmdline": "",
    "clocksource": "tsc",
    "cpus": 1,
    "memory_kib": 1,
}
FACT = {"type": "fact", "name": "a.b", "value": 1}
BEGIN = {"type": "begin", "step": "s", "kind": "dmabench"}
END = {"type": "end", "step": "s", "status": "ok", "message": ""}
VALUE = {"type": "value", "step": "s", "name": "v", "unit": "1/s", "value": 1}
OUTPUT = {"type": "output", "step": "s", "name": "fio.json", "part": 0, "text": "a"}
BYE = {"type": "bye", "frames": 2}
SERIES = {
    "type": "series",
    "step": "s",
    "series": "map",
    "count": 3,
    "failed": 0,
    "min": 5,
    "max": 2050,
    "sum": 2061,
    "hist": [[5, 1], [6, 1], [2048, 1]],
}
COUNTS = {
    "type": "counts",
    "step": "s",
    "mapped": 4,
    "forced": 1,
    "mask": 1,
    "contiguity": 1,
    "unexplained": 0,
    "missed": 1,
    "nsecs": 1,
}
INTEGER = "a number is not an integer from 0 to 2^64-1"
ORDER = "hello is not the first frame, and the first only"


def text(payload: Dict[str, Any], **changes: Any) -> str:
    """Return a payload as JSON, some members changed; None takes one out."""
    merged = {**payload, **changes}
    return json.dumps({k: v for k, v in merged.items() if v is not None})


def stream(bodies: Sequence[str]) -> bytes:
    """Return frames of payloads, numbers and checksums right."""
    data = b""
    for seq, body in enumerate(bodies):
        raw = body.encode("utf-8", "surrogatepass")
        head = b"%d %d " % (seq, len(raw))
        data += b"BM1 %b%08x %b\n" % (head, zlib.crc32(head + raw), raw)
    return data


Row = Tuple[List[str], str]


def in_step(*bodies: str) -> List[str]:
    """Return payloads behind a hello and a begin."""
    return [text(HELLO), text(BEGIN), *bodies]


def json_rows() -> List[Row]:
    """Return payloads that are not the JSON of a record at all."""
    hello = text(HELLO)
    deep = '{"type":' + "[" * 100000 + "]" * 100000 + "}"
    return [
        (["{"], "it is not JSON"),
        (['{"type":"bye"'], "it is not JSON"),
        ([hello + " x"], "it is not JSON"),
        (["[]"], "it is not a JSON object"),
        (["null"], "it is not a JSON object"),
        ([deep], "it is not JSON"),
        ([hello[:-1] + ', "cpus": 1}'], "a key stands twice in an object"),
        ([hello, '{"type":"fact","name":"a","value":{"x":1,"x":2}}'], "twice"),
        ([hello, '{"type":"fact","name":"a","value":1.0}'], INTEGER),
        ([hello, '{"type":"fact","name":"a","value":1e3}'], INTEGER),
        ([hello, '{"type":"fact","name":"a","value":-1}'], INTEGER),
        ([hello, '{"type":"fact","name":"a","value":-0}'], INTEGER),
        ([hello, '{"type":"fact","name":"a","value":01}'], "it is not JSON"),
        ([hello, '{"type":"fact","name":"a","value":NaN}'], INTEGER),
        ([hello, '{"type":"fact","name":"a","value":Infinity}'], INTEGER),
        ([hello, text(FACT, value=2**64)], INTEGER),
        ([hello, '{"type":"fact","name":"a","value":' + "9" * 9999 + "}"], INTEGER),
        ([hello, text(FACT, value="\ud800")], "value holds half a surrogate pair"),
        ([hello, '{"type":"\ud800"}'], "it is not UTF-8"),
    ]


def type_rows() -> List[Row]:
    """Return records that lack something, have too much or the wrong type."""
    hello = text(HELLO)
    return [
        (["{}"], "its type is unknown"),
        (['{"type":1}'], "its type is unknown"),
        (['{"type":"hallo"}'], "its type is unknown"),
        ([text(HELLO, cpus=None)], "hello lacks cpus"),
        ([text(HELLO, cpus=0)], "cpus is 0"),
        ([text(HELLO, more=1)], "hello has a field too many"),
        ([text(HELLO, protocol=2)], "protocol is not 1"),
        ([text(HELLO, cell="0X")], "cell is not a hex id"),
        ([text(HELLO, cpus="1")], "cpus is not an integer"),
        ([text(HELLO, cpus=True)], "cpus is not an integer"),
        ([text(HELLO, release=1)], "release is not a string"),
        ([hello, '{"type":"fact","name":"a","value":null}'], "not an integer"),
        ([hello, text(FACT, value=[1])], "value is not an integer"),
        ([hello, text(FACT, name="")], "the fact has no usable name"),
        ([hello, text(BEGIN, step="S")], "step is not a name"),
        ([hello, text(BEGIN, kind="")], "kind is not a name"),
        (in_step(text(VALUE, value=True)), "value is not an integer"),
        (in_step(text(END, status="OK")), "status is none of those known"),
        (in_step(text(COUNTS, missed=2)), "more bounced than was mapped"),
        (in_step(text(OUTPUT, part=None)), "output lacks part"),
        (in_step(text(OUTPUT, part="0")), "part is not an integer"),
        (in_step(text(OUTPUT, text=1)), "text is not a string"),
        (in_step(text(OUTPUT, name="../job")), "the output is none of those known"),
        (in_step(text(OUTPUT, text="a" * 65537)), "the part is too long"),
        (
            [text(HELLO), text(BEGIN, step=".."), text(OUTPUT, step="..")],
            "a folder cannot be called like the step",
        ),
    ]


def series_rows() -> List[Row]:
    """Return series whose figures cannot be."""
    empty = text(SERIES, count=0, hist=[])
    rows = [
        (text(SERIES, series="mapp"), "series is none of those known"),
        (text(SERIES, hist={}), "hist is not a list"),
        (text(SERIES, hist=[[5, 1], 6]), "hist is not a list of pairs of integers"),
        (text(SERIES, hist=[[5, 1, 1]]), "hist is not a list of pairs of integers"),
        (text(SERIES, hist=[[5, True]]), "hist is not a list of pairs of integers"),
        (text(SERIES, hist=[[6, 1], [5, 1], [2048, 1]]), "hist does not ascend"),
        (text(SERIES, hist=[[5, 1], [5, 1], [2048, 1]]), "hist does not ascend"),
        (text(SERIES, hist=[[5, 2], [2049, 1]]), "hist has no such bucket"),
        (text(SERIES, hist=[[5, 2], [2**40, 1]]), "hist has no such bucket"),
        (text(SERIES, hist=[[5, 3], [2048, 0]]), "hist has an empty bucket"),
        (text(SERIES, count=4), "hist does not hold count operations"),
        (text(SERIES, min=4), "min and max do not fit hist"),
        (text(SERIES, max=2064), "min and max do not fit hist"),
        (text(SERIES, min=2, max=1, hist=[[1, 3]]), "min and max do not fit hist"),
        (text(SERIES, sum=2059), "sum does not fit min and max"),
        (text(SERIES, sum=4106), "sum does not fit min and max"),
        (empty, "nothing was timed, yet ticks"),
    ]
    return [(in_step(body), why) for body, why in rows]


def order_rows() -> List[Row]:
    """Return records that are good, but not where they stand."""
    hello, begin, end = text(HELLO), text(BEGIN), text(END)
    stray = "it belongs to a step that is not running"
    return [
        ([text(FACT)], ORDER),
        ([hello, hello], ORDER),
        ([hello, text(FACT), text(FACT, value=2)], "a second fact of one name"),
        ([hello, end], stray),
        ([hello, text(SERIES)], stray),
        (in_step(text(VALUE, step="t")), stray),
        (in_step(end, text(COUNTS)), stray),
        (in_step(begin), "a step has not ended"),
        (in_step(text(FACT)), "a step has not ended"),
        (in_step(text(BYE, frames=3)), "a step has not ended"),
        (in_step(end, begin), "a second step of one name"),
        (in_step(text(SERIES), text(SERIES)), "a second series of one name"),
        (in_step(text(COUNTS), text(COUNTS)), "a second counts of one name"),
        (in_step(text(VALUE), text(VALUE)), "a second value of one name"),
        (in_step(text(OUTPUT, part=1)), "part 1 of an output where 0 is due"),
        (
            in_step(text(OUTPUT), text(OUTPUT, part=2)),
            "part 2 of an output where 1 is due",
        ),
        (in_step(text(OUTPUT), text(OUTPUT)), "part 0 of an output where 1 is due"),
        (
            in_step(text(OUTPUT), text(OUTPUT, name="perf.csv", part=1)),
            "part 1 of an output where 0 is due",
        ),
        ([hello, text(OUTPUT)], stray),
        (in_step(text(OUTPUT, step="t")), stray),
        ([hello, text(BYE, frames=1)], "bye counts other frames than came"),
        ([hello, text(BYE), text(FACT)], "something follows the last frame"),
    ]


def check(bodies: List[str], why: str) -> str:
    """Return what is wrong with the parser's answer, empty if nothing is."""
    got = frames.parse(stream(bodies))
    if got.complete or got.torn:
        return "is taken for complete or torn"
    if len(got.frames) != len(bodies) - 1:
        return f"{len(got.frames)} frames are kept"
    if got.damage is None or why not in got.damage:
        return f"the damage is {got.damage}"
    offset = len(stream(bodies[:-1]))
    place = f"frame {len(bodies) - 1} at byte {offset}: "
    return "" if got.damage.startswith(place) else f"the place is {got.damage}"


def main() -> int:
    """Try all rows; return the exit status."""
    rows = json_rows() + type_rows() + series_rows() + order_rows()
    failures = 0
    for bodies, why in rows:
        wrong = check(bodies, why)
        if wrong:
            failures += 1
            print(f"{bodies[-1][:100]} ({why}): {wrong}")
    print(f"{len(rows)} cases, {failures} failures")
    return 1 if failures or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
