# SPDX-License-Identifier: GPL-2.0-only
"""Let the counting plugin watch made-up guests, and look at all that it counted.

plugin_cases.py FAKE PLUGIN FOLDER [OPTION...]: run every case in the QEMU FAKE
(fake_qemu_plugins.c, with its options) and compare what the plugin wrote, to the last
count, with what is said here. Prints how many cases there were, or ends with the first
that is wrong.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Sequence

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from harness import counters  # noqa: E402
from harness.errors import HarnessError  # noqa: E402

INSNS = {
    "nop": "90",
    "read": "488b07",
    "write": "488907",
    "ret": "c3",
    "iretq": "48cf",
    "cr3": "0f22d8",
    "add": "480107",
    "locked": "f0480107",
    "movs": "48a5",
    "jmp": "eb00",
    "OPEN": "2e0f31",
    "CLOSE": "3e0f31",
    "CLOSEP": "3e0f01f9",
    "REC0": "0f1f800100424d",
    "REC1": "0f1f800200424d",
    "PROBE": "0f1f800300424d",
    "WINDOWS": "0f1f801000424d",
    "WHOLE": "0f1f801100424d",
    "END": "0f1f801200424d",
}


@dataclass(frozen=True)
class Case:
    """A guest and what is counted of it.

    script: as fake_qemu_plugins.c takes it, but instructions have names, CALL:ADDRESS
    and JMP:ADDRESS are such, and the address of a block may be "+NAME": behind
    another. wanted: what lines() makes of the counts; words: of the plugin; refused:
    what the reader must say of the file instead.
    """

    name: str
    script: str
    wanted: str = ""
    vcpus: int = 1
    words: tuple[str, ...] = ()
    refused: str = ""


# A function that calls one that calls one, in windows of which some are recorded.
NEST = """
block start 100 WINDOWS nop jmp
block open 200 nop OPEN
block body 1000 nop nop CALL:2000
block mid 2000 nop CALL:3000
block leaf 3000 nop nop nop ret
block midend +mid ret
block close +body nop CLOSE
block closep +body nop CLOSEP
block rec0 400 nop REC0
block rec1 410 nop REC1
block probe 420 nop PROBE
block end 500 nop END jmp
"""
WINDOW = """
run 0 open
run 0 body
run 0 mid
run 0 leaf
run 0 midend
"""

CASES = (
    Case(
        "windows: recorded ones count, in their series; others do not",
        NEST
        + "run 0 leaf\nrun 0 start\n"
        + f"{WINDOW}run 0 close\nrun 0 rec0\n" * 2
        + f"{WINDOW}run 0 closep\n"  # not recorded
        + f"{WINDOW}run 0 closep\nrun 0 leaf\nrun 0 rec1\n"
        + "run 0 open\nrun 0 close\nrun 0 probe\n"
        + f"{WINDOW}"  # not closed
        + "run 0 end\nrun 0 leaf\n",
        """
        step 0 windows
        series 0.0: 2 windows, 24 insns
        0.0 cpu0 / 1000:2 1001:2 1002:2 1007:2 1008:2
        0.0 cpu0 /2000 2000:2 2001:2 2006:2
        0.0 cpu0 /2000/3000 3000:2 3001:2 3002:2 3003:2
        reads 0.0 2006:2 3003:2
        writes 0.0 1002:2 2001:2
        calls 0.0 /2000:2 /2000/3000:2
        series 0.1: 1 windows, 12 insns
        0.1 cpu0 / 1000:1 1001:1 1002:1 1007:1 1008:1
        0.1 cpu0 /2000 2000:1 2001:1 2006:1
        0.1 cpu0 /2000/3000 3000:1 3001:1 3002:1 3003:1
        reads 0.1 2006:1 3003:1
        writes 0.1 1002:1 2001:1
        calls 0.1 /2000:1 /2000/3000:1
        series 0.2: 1 windows, 2 insns
        0.2 cpu0 / 1007:1 1008:1
        """,
    ),
    Case(
        "a window that closes in the middle of a block, and one of one instruction",
        "block start 100 WINDOWS jmp\nblock open 200 OPEN\n"
        "block body 300 nop CLOSE nop REC0 nop\nblock only 300 CLOSEP REC1\n"
        "block end 500 END jmp\n"
        "run 0 start\nrun 0 open\nrun 0 body\nrun 0 open\nrun 0 only\nrun 0 end",
        """
        step 0 windows
        series 0.0: 1 windows, 2 insns
        0.0 cpu0 / 300:1 301:1
        series 0.1: 1 windows, 1 insns
        0.1 cpu0 / 300:1
        """,
    ),
    Case(
        "a whole step, cut short by an interrupt, an exception and a fault",
        "block start 100 WHOLE nop jmp\n"
        "block body 1000 nop read nop JMP:1000\n"
        "block again 1001 read nop JMP:1000\n"
        "block rest 1004 nop JMP:1000\n"
        "block handler 8000 nop iretq\n"
        "block end 9000 nop nop END nop jmp\n"
        "run 0 body\nrun 0 start\n"
        "run 0 body 1:r:5000:3\n"
        # an interrupt behind the block, and back to where it jumps to
        "run 0 handler\nrun 0 body 1:r:5000:3\n"
        # a fault: the read is executed again
        "cut 0 body 2\nrun 0 handler\nrun 0 again 0:r:5000:3\n"
        # an exception that is over behind its instruction
        "cut 0 body 2\nrun 0 handler\nrun 0 rest\n" "run 0 end\nrun 0 body\n",
        """
        step 0 whole
        series 0.0: 1 windows, 25 insns
        0.0 cpu0 / 1000:4 1001:5 1004:4 1005:4
        0.0 cpu0 /8000 8000:3 8001:3
        0.0 cpu0 /9000 9000:1 9001:1
        reads 0.0 1001:5
        calls 0.0 /8000:3 /9000:1
        """,
    ),
    Case(
        "caches: what was in which, cold and warm, over two lines, in windows only",
        "block start 100 WINDOWS jmp\nblock open 200 OPEN\n"
        "block body 300 read write CLOSE\nblock rec0 400 REC0\n"
        "block other 600 read\nblock end 500 END jmp\n"
        "run 0 start\n"
        # outside of a window a line becomes known, inside it is
        "run 0 other 0:r:0:3\n" "run 0 open\nrun 0 body 0:r:8:3 1:w:40:3\nrun 0 rec0\n"
        # 80 takes the first level's place of 0; the last level has both
        "run 0 other 0:r:80:0\n" "run 0 open\nrun 0 body 0:r:0:2 1:w:7c:3\nrun 0 rec0\n"
        # a window that is not recorded warms all the same
        "run 0 open\nrun 0 body 0:r:0:2 1:w:c0:3\n"
        "run 0 open\nrun 0 body 0:r:0:2 1:w:c0:3\nrun 0 rec0\n"
        "run 0 end\n",
        """
        step 0 windows
        series 0.0: 3 windows, 9 insns
        0.0 cpu0 / 300:3 303:3 306:3
        reads 0.0 300:3
        writes 0.0 303:3
        l1 0.0 300:1 303:2
        llc 0.0 303:1
        """,
        words=("l1d=128:1:64", "llc=512:2:64"),
    ),
    Case(
        "an access to a device is repeated outside of its block, counted once",
        "block start 100 WINDOWS jmp\nblock open 200 OPEN\n"
        "block body 300 nop read nop write CLOSE\n"
        "block rest 304 nop write CLOSE\n"
        "block rec0 400 REC0\nblock end 500 END jmp\n"
        "run 0 start\n"
        "run 0 open\ncut 0 body 2\nrepeat 0 body 1 0:R:fe00:2\n"
        "run 0 rest 1:w:10:0\nrun 0 rec0\n"
        # the access may be of the size of one, and the block is known by now
        "run 0 open\ncut 0 body 2\nrepeat 0 body 1 0:R:fe00:2\n"
        "run 0 rest 1:w:10:0\nrun 0 rec0\n"
        # with nothing of a device it is whole
        "run 0 open\nrun 0 body 1:r:8:3 3:w:10:0\nrun 0 rec0\n" "run 0 end\n",
        """
        step 0 windows
        series 0.0: 3 windows, 15 insns
        0.0 cpu0 / 300:3 301:3 304:3 305:3 308:3
        reads 0.0 301:3
        writes 0.0 305:3
        l1 0.0 305:1
        llc 0.0 305:1
        """,
        words=("l1d=128:1:64", "llc=512:2:64"),
    ),
    Case(
        "the same without a cache: some accesses are known, others are not",
        "block start 100 WINDOWS jmp\nblock open 200 OPEN\n"
        "block body 300 read add locked movs CLOSE\n"
        "block rest 303 add locked movs CLOSE\n"
        "block rec0 400 REC0\nblock end 500 END jmp\n"
        "run 0 start\n"
        "run 0 open\ncut 0 body 1\nrepeat 0 body 0 0:R:fe00:2\n"
        "run 0 rest 0:r:10:3 0:w:10:3 1:r:10:3 1:w:10:3 2:r:10:3 2:w:10:3 2:r:18:3\n"
        "run 0 rec0\n"
        "run 0 open\ncut 0 body 3 0:r:0:3 1:r:0:3 1:w:0:3\n"
        "repeat 0 body 2 0:R:fe00:3 0:W:fe00:3\nblock more 30a movs CLOSE\n"
        "run 0 more 0:r:10:3 0:w:20:3\nrun 0 rec0\nrun 0 end\n",
        """
        step 0 windows
        series 0.0: 2 windows, 10 insns
        0.0 cpu0 / 300:2 303:2 306:2 30a:2 30c:2
        reads 0.0 300:2 303:2 306:2 30a:3
        writes 0.0 303:2 306:2 30a:2
        """,
    ),
    Case(
        "an instruction that QEMU left for the next page",
        "block start 100 WHOLE jmp\nblock body 1ff8 nop read nop nop JMP:1ff0\n"
        "block last 1ffe nop JMP:1ff8\nblock next 1ffe JMP:1ff8\n"
        "block end 1ff8 END jmp\n"
        "run 0 start\ncut 0 body 4\nrun 0 next\ncut 0 body 4\nrun 0 next\n"
        "run 0 end\n",
        """
        step 0 whole
        series 0.0: 1 windows, 10 insns
        0.0 cpu0 / 1ff8:2 1ff9:2 1ffc:2 1ffd:2 1ffe:2
        reads 0.0 1ff9:2
        """,
    ),
    Case(
        "a page that is elsewhere when the CPU has forgotten where it was",
        "block start 100 WHOLE jmp\nblock body 1000 read write\n"
        "block switch +body cr3 JMP:1000\nblock back +body JMP:1000\n"
        "block end +body END jmp\n"
        "run 0 start\n"
        # a store and a load to a page are asked for each on its own
        "run 0 body 0:r:5000:3 1:w:5000:3\nmap 7000\nrun 0 back\n"
        # what is known is not asked for again
        "run 0 body 0:r:5000:3 1:w:5000:3\nrun 0 switch\n"
        "run 0 body 0:r:5000:3 1:w:5000:3\nrun 0 end\n",
        """
        step 0 whole
        series 0.0: 1 windows, 9 insns
        0.0 cpu0 / 1000:3 1003:3 1006:2 1009:1
        reads 0.0 1000:3
        writes 0.0 1003:3
        l1 0.0 1000:2
        llc 0.0 1000:2
        """,
        words=("l1d=1024:2:64", "llc=8192:4:64"),
    ),
    Case(
        "two vCPUs take turns in a whole step, also with a block cut short",
        "block start 100 WHOLE jmp\nblock a 1000 nop nop CALL:2000\n"
        "block f 2000 nop nop nop ret\nblock b 3000 read read JMP:3000\n"
        "block back +a JMP:1000\nblock end +a nop END jmp\n"
        "run 0 start\nrun 1 b\nrun 0 a\nrun 1 b\nrun 0 f\ncut 1 b 1\nrun 0 back\n"
        "run 0 a\nrun 0 f\ncut 1 b 2\nrun 0 end\nrun 1 b\n",
        """
        step 0 whole
        series 0.0: 1 windows, 25 insns
        0.0 cpu0 / 1000:2 1001:2 1002:2 1007:2
        0.0 cpu0 /2000 2000:2 2001:2 2002:2 2003:2
        0.0 cpu1 / 3000:4 3003:3 3006:2
        reads 0.0 2003:2 3000:4 3003:3
        writes 0.0 1002:2
        calls 0.0 /2000:2
        """,
        vcpus=2,
    ),
    Case(
        "the other vCPU's instructions are not in a window, whenever it gets its turn",
        NEST
        + "block b 3000 nop nop jmp\nblock c 6000 nop nop nop nop nop\n"
        + "block f 2000 ret\nblock loose 1010 read nop\n"
        + "block tail 1013 nop CLOSE\n"
        + "run 1 b\nrun 0 start\nrun 1 b\n"
        + "run 0 open\nrun 1 c\nrun 0 body\nrun 1 c\nrun 1 b\nrun 0 f\nrun 0 close\n"
        + "run 1 c\nrun 0 rec0\n"
        # the block of the window is cut short, the other goes on
        + "run 0 open\ncut 0 loose 1\nrun 1 c\nrun 0 tail\nrun 0 rec0\n"
        + "run 0 end\nrun 1 b\n",
        """
        step 0 windows
        series 0.0: 2 windows, 9 insns
        0.0 cpu0 / 1000:1 1001:1 1002:1 1007:1 1008:1 1010:1 1013:1 1014:1
        0.0 cpu0 /2000 2000:1
        reads 0.0 1010:1 2000:1
        writes 0.0 1002:1
        calls 0.0 /2000:1
        """,
        vcpus=2,
    ),
    Case(
        "windows of two vCPUs at once: the last one counts, what is left is not mixed",
        NEST
        + "block open2 210 OPEN\nblock b 3000 nop nop CLOSE\n"
        + "run 0 start\nrun 0 open\nrun 0 body\n"
        + "run 1 open2\nrun 1 b\nrun 0 close\nrun 0 rec0\nrun 1 rec1\n"
        + "run 0 end\n",
        """
        step 0 windows
        series 0.1: 1 windows, 3 insns
        0.1 cpu1 / 3000:1 3001:1 3002:1
        """,
        vcpus=2,
    ),
    Case(
        "marks without their others, in and outside of steps",
        NEST
        + "run 0 end\nrun 0 open\nrun 0 close\nrun 0 rec0\n"
        + "run 0 start\nrun 0 close\nrun 0 rec0\n"
        + "run 0 open\nrun 0 rec1\n"  # not closed
        + "run 0 close\nrun 0 rec0\nrun 0 rec0\n"  # of both, one is recorded
        + "run 0 end\nrun 0 close\nrun 0 rec0\nrun 0 end\n",
        """
        step 0 windows
        series 0.0: 1 windows, 4 insns
        0.0 cpu0 / 410:1 411:1
        0.0 cpu0 /1007 1007:1 1008:1
        calls 0.0 /1007:1
        """,
    ),
    Case(
        "a step that begins in another one is a part of it",
        NEST
        + "block whole 120 nop WHOLE jmp\nblock behind +start nop END jmp\n"
        + "run 0 start\nrun 0 whole\n"
        + f"{WINDOW}run 0 close\nrun 0 whole\nrun 0 rec0\nrun 0 end\nrun 0 end\n"
        + "run 0 whole\nrun 0 start\nrun 0 behind\n",
        """
        step 0 windows
        series 0.0: 1 windows, 12 insns
        0.0 cpu0 / 1000:1 1001:1 1002:1 1007:1 1008:1
        0.0 cpu0 /2000 2000:1 2001:1 2006:1
        0.0 cpu0 /2000/3000 3000:1 3001:1 3002:1 3003:1
        reads 0.0 2006:1 3003:1
        writes 0.0 1002:1 2001:1
        calls 0.0 /2000:1 /2000/3000:1
        step 1 whole
        series 1.0: 1 windows, 4 insns
        1.0 cpu0 / 100:1 107:1 108:1 10a:1
        """,
    ),
    Case(
        "steps after each other, of both kinds, one with nothing in it",
        NEST
        + "block whole 120 nop WHOLE jmp\n"
        + f"run 0 start\n{WINDOW}run 0 close\nrun 0 rec1\nrun 0 end\n"
        + "run 0 leaf\nrun 0 start\nrun 0 end\n"
        + "run 0 whole\nrun 0 leaf\nrun 0 end\nrun 0 leaf\n"
        + "run 0 start\nrun 0 open\nrun 0 close\nrun 0 rec1\nrun 0 end\n",
        """
        step 0 windows
        series 0.1: 1 windows, 12 insns
        0.1 cpu0 / 1000:1 1001:1 1002:1 1007:1 1008:1
        0.1 cpu0 /2000 2000:1 2001:1 2006:1
        0.1 cpu0 /2000/3000 3000:1 3001:1 3002:1 3003:1
        reads 0.1 2006:1 3003:1
        writes 0.1 1002:1 2001:1
        calls 0.1 /2000:1 /2000/3000:1
        step 1 windows
        step 2 whole
        series 2.0: 1 windows, 5 insns
        2.0 cpu0 / 500:1 3000:1 3001:1 3002:1 3003:1
        reads 2.0 3003:1
        step 3 windows
        series 3.1: 1 windows, 2 insns
        3.1 cpu0 / 1007:1 1008:1
        """,
    ),
    Case(
        "a device is accessed before QEMU has forgotten what was translated",
        "block start 100 WHOLE read write jmp\nblock body 1000 nop nop\n"
        "block end +body END read jmp\n"
        "cut 0 start 2\nrepeat 0 start 1 0:R:fe00:2\nrun 0 body\n"
        "cut 0 end 2\nrepeat 0 end 1 0:R:fe00:2\nrun 0 body\n",
        """
        step 0 whole
        series 0.0: 1 windows, 2 insns
        0.0 cpu0 / 1000:1 1001:1
        """,
    ),
    Case(
        "the same instructions in blocks of other lengths",
        "block start 100 WHOLE jmp\n"
        "block long 1000 nop read nop jmp\nblock short 1000 nop read\n"
        "block other 1000 read nop\nblock end +short END jmp\n"
        "run 0 start\nrun 0 long 1:r:8:3\nrun 0 short 1:r:8:3\nrun 0 long\n"
        "run 0 other 0:r:8:3\nrun 0 short\nrun 0 end\n",
        """
        step 0 whole
        series 0.0: 1 windows, 14 insns
        0.0 cpu0 / 1000:5 1001:4 1003:1 1004:2 1005:2
        reads 0.0 1000:1 1001:4
        """,
    ),
    Case(
        "a guest that goes away in the middle of a step",
        NEST + f"run 0 start\n{WINDOW}run 0 close\nrun 0 rec0\n",
        refused="the file was cut off: its last line is not of type end",
    ),
    Case(
        "a guest that goes away when a step has just begun",
        NEST + "run 0 start\n",
        refused="the file was cut off: its last line is not of type end",
    ),
    Case("a guest without a step", NEST + f"{WINDOW}run 0 close\n", ""),
)


def script(text: str) -> str:
    """Return a script in which names have become bytes and places addresses."""
    ends: dict[str, int] = {}
    lines = []
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["block"]:
            where = words[2]
            at = ends[where[1:]] if where[0] == "+" else int(where, 16)
            insns = []
            ends[words[1]] = at
            for word in words[3:]:
                insns.append(_insn(word, ends[words[1]]))
                ends[words[1]] += len(insns[-1]) // 2
            line = f"block {words[1]} {at:x} {' '.join(insns)}"
        lines.append(line)
    return "\n".join(lines) + "\n"


def _insn(word: str, at: int) -> str:
    name, _, target = word.partition(":")
    if not target:
        return INSNS[word]
    distance = int(target, 16) - at - 5
    return {"CALL": "e8", "JMP": "e9"}[name] + distance.to_bytes(
        4, "little", signed=True
    ).hex()


def lines(found: counters.Counters) -> Iterator[str]:
    """Yield all that was counted, by what was executed where."""
    for number, step in enumerate(found.steps):
        yield f"step {number} {step.kind}"
        for key, series in step.series.items():
            where = f"{number}.{key}"
            yield f"series {where}: {series.windows} windows, {series.insns} insns"
            yield from _series(found, step, series, where)


def _series(
    found: counters.Counters, step: counters.Step, series: counters.Series, where: str
) -> Iterator[str]:
    places: dict[str, dict[int, int]] = {}
    accesses: dict[str, dict[int, int]] = {}
    for cell in series.cells:
        block = found.blocks[cell.block]
        place = places.setdefault(f"cpu{cell.vcpu} {_path(step, cell.node) or '/'}", {})
        at = block.vaddr
        for index, size in enumerate(block.sizes):
            execs = cell.execs if isinstance(cell.execs, int) else cell.execs[index]
            _add(place, at, execs)
            for name in ("reads", "writes", "l1", "llc"):
                each = getattr(cell, name)
                if each:
                    _add(accesses.setdefault(name, {}), at, each[index])
            at += size
    for name, counts in sorted(places.items()):
        yield f"{where} {name} {_counts(counts)}"
    for name in ("reads", "writes", "l1", "llc"):
        if accesses.get(name):
            yield f"{name} {where} {_counts(accesses[name])}"
    if series.calls:
        calls = sorted(
            (_path(step, node), calls) for node, calls in series.calls.items()
        )
        yield f"calls {where} " + " ".join(f"{path}:{count}" for path, count in calls)


def _add(counts: dict[int, int], at: int, count: int) -> None:
    if count:
        counts[at] = counts.get(at, 0) + count


def _counts(counts: dict[int, int]) -> str:
    return " ".join(f"{at:x}:{count}" for at, count in sorted(counts.items()))


def _path(step: counters.Step, node: int) -> str:
    if node == counters.ROOT:
        return ""
    return f"{_path(step, step.nodes[node].parent)}/{step.nodes[node].entry:x}"


def _sorted(text: str) -> list[str]:
    return sorted(line.strip() for line in text.splitlines() if line.strip())


def check(case: Case, fake: str, plugin: str, folder: Path, more: Sequence[str]) -> str:
    """Return "", or what is wrong with a case."""
    (folder / "script").write_text(script(case.script), encoding="utf-8")
    out = folder / "counters.jsonl"
    words = [fake, plugin, str(folder / "script"), f"vcpus={case.vcpus}", *more]
    words += ["--", f"out={out}", *case.words]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    if done.returncode or done.stderr:
        return f"exit status {done.returncode}\n{done.stderr}"
    try:
        found = counters.load(out)
    except HarnessError as problem:
        return "" if case.refused and case.refused in str(problem) else str(problem)
    if case.refused:
        return "the reader takes the file"
    got, wanted = list(lines(found)), _sorted(case.wanted)
    # That counts are written once was looked at by the reader.
    wrong = [f"- {line}" for line in wanted if line not in got]
    wrong += [f"+ {line}" for line in got if line not in wanted]
    return "\n".join(wrong)


def main(fake: str, plugin: str, folder: str, *more: str) -> None:
    """Check every case."""
    for case in CASES:
        wrong = check(case, fake, plugin, Path(folder), more)
        if wrong:
            sys.exit(f"{case.name}:\n{wrong}")
    print(f"{len(CASES)} cases")


if __name__ == "__main__":
    main(*sys.argv[1:])
