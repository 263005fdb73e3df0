#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# How boots end that do not come to their end, and how a reason says it.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "a boot that did not come to its end is CRASH or ERROR, and the reason says how" {
	py <<'EOF'
import os, re
from pathlib import Path
import boots
from harness import collect, record

tmp = Path(os.environ["TMP"])
cell = boots.cell()
talk = boots.talk(cell)
whole, none = boots.channel(talk), b""
early = boots.channel(talk[:-1])
begun = boots.channel(talk[: len(boots.facts(cell)) + 2])
facts = boots.channel(talk[: len(boots.facts(cell)) + 1])
torn, damaged = whole[:-5], whole.replace(b'"count": 2', b'"count": 3', 1)
panic = b"[ 1.5] Kernel panic - not syncing: Attempted to kill init!\r\n"
oops = b"[ 1.4] Oops: general protection fault, probably for non-canonical\n" + panic
bug = b"[ 1.4] kernel BUG at kernel/dma/direct.c:7!\n" + panic
page = b"[ 1.4] BUG: unable to handle page fault for address: ffff\n" + panic
xen = b"(XEN) ****\n(XEN) Panic on CPU 0:\n(XEN) FATAL TRAP\n"
off, again = b"reboot: Power down\n", b"reboot: Restarting system\n"
debug = b"[ 1.4] [DEBUG: nothing happened]\n"
killed = {"status": None, "why": "deadline"}
for data, changes, verdict, words in (
    (
        begun,
        {"console": panic},
        "CRASH",
        r"kernel panic: Attempted to kill init! \(in step map-64\)",
    ),
    (early, {"console": oops}, "CRASH", "oops: general protection fault"),
    (
        facts,
        {"console": bug},
        "CRASH",
        r"oops: kernel BUG at .*:7! \(before the first step\)",
    ),
    (
        none,
        {"console": page},
        "CRASH",
        r"oops: .*page fault.* \(the guest never answered\)",
    ),
    # Dead is dead, also when the last frame came before it.
    (whole, {"console": panic}, "CRASH", "kernel panic: .* \\(after step sync-64\\)"),
    (torn, {"console": panic}, "CRASH", "kernel panic: Attempted to kill init!"),
    (none, {"console": xen}, "CRASH", "Xen panic"),
    (
        begun,
        {"console": panic, **killed},
        "CRASH",
        "kernel panic: Attempted to kill init!",
    ),
    (begun, killed, "CRASH", r"hang: not done after 3 s \(in step map-64\)"),
    (none, killed, "CRASH", r"hang: not done after 3 s \(the guest never answered\)"),
    (early, killed, "CRASH", r"hang: .* \(after step sync-64\)"),
    (whole, killed, "CRASH", r"hang: .* \(after step sync-64\)"),
    (
        early,
        {**killed, "why": "console flooded"},
        "CRASH",
        r"console flooded \(after step sync-64\)",
    ),
    (early, {**killed, "why": "channel flooded"}, "CRASH", "channel flooded"),
    (
        early,
        {**killed, "why": "dom0 crashed"},
        "CRASH",
        r"dom0 crashed \(after step sync-64\)",
    ),
    (
        early,
        {**killed, "why": "dom0 crashed", "console": oops},
        "CRASH",
        "oops: general protection",
    ),
    (
        early,
        {},
        "CRASH",
        r"early exit: the guest ended before the job was done \(after step sync-64\)",
    ),
    (early, {"console": off}, "CRASH", "early exit: the guest powered off before"),
    (
        begun,
        {"console": again},
        "CRASH",
        r"early exit: the guest rebooted .* \(in step map-64\)",
    ),
    (none, {}, "CRASH", r"early exit: .* \(the guest never answered\)"),
    (
        whole,
        {"status": 1, "stderr": b"one\nno such device\n"},
        "ERROR",
        "QEMU ended with status 1: no such device",
    ),
    (none, {"status": 1}, "ERROR", "QEMU ended with status 1: it said nothing"),
    (early, {"status": -11, "stderr": b"\xff"}, "ERROR", "QEMU ended with signal 11: "),
    (torn, {}, "ERROR", r"torn frame: frame \d+ at byte \d+: the bytes end within"),
    (damaged, {}, "ERROR", "channel damaged: .*the checksum is wrong"),
    (whole + b"x", {}, "ERROR", "channel damaged: .*something follows the last frame"),
    (
        b"x" + whole,
        {},
        "ERROR",
        "channel damaged: frame 0 at byte 0: no frame begins here",
    ),
    (damaged, {"console": debug}, "ERROR", "channel damaged"),
):
    done = collect.record(cell, boots.ended(data, **changes), boots.INPUTS)
    said = f"{done.verdict.value} {done.reason}"
    assert re.search(f"^{verdict} {words}", said), (said, verdict, words)
    assert not done.measurements and not done.values
    if "console" in changes:
        assert done.console_tail[-1] == changes["console"].decode().splitlines()[-1]
    record.save_cell(done, tmp)
EOF
}

@test "whatever the guest, QEMU or a build says, a reason is one line that can be saved" {
	py <<'EOF'
import os
from pathlib import Path
import boots
from harness import collect, record
from harness.errors import HarnessError
from harness.record import Verdict

tmp = Path(os.environ["TMP"])
cell = boots.cell()
ugly = "first\n\x1b[31msecond\x00\t" + "long " * 400
for talk, changes in (
    (boots.talk(cell, [boots.step("map-64", "error", ugly)]), {}),
    (boots.talk(cell, changes={"dma.error": ugly}), {}),
    (boots.talk(cell, changes={"dma.ops": ugly}), {}),
    ([], {"status": 1, "stderr": b"\x1b[1mno\x07 device\x7f"}),
):
    boot = boots.ended(boots.channel(talk), **changes)
    done = collect.record(cell, boot, boots.INPUTS)
    assert done.verdict is Verdict.ERROR
    saved = record.load_cell(record.save_cell(done, tmp))
    assert saved.reason == done.reason
    assert "device" in saved.reason or "first" in saved.reason, saved.reason
text = "make: exit status 2; see log\n    cc1: error\n    make: *** [x] Error 1"
done = collect.without_boot(cell, HarnessError(text), boots.INPUTS)
assert record.load_cell(record.save_cell(done, tmp)) == done
assert done.reason == "make: exit status 2; see log cc1: error make: *** [x] Error 1"
EOF
}

@test "a console's last lines are kept, printable and bounded" {
	py <<'EOF'
from harness import console

noise = (
    b"\x1b[2J\x1b[01;31m(XEN) colour\x1b[0m\r\n\r\n   \n\x00\x07bell\xff\tend  \n"
    + b"x" * 500
)
assert console.clean(noise) == ["(XEN) colour", "bell\tend", "x" * 240]
many = b"".join(b"line %d\n" % number for number in range(100))
assert console.tail(many) == tuple(f"line {number}" for number in range(80, 100))
assert console.tail(b"") == () and console.death(many) is None
assert console.ending(b"[ 2.0] reboot: Power down\n") == "the guest powered off"
assert (
    console.ending(b"(XEN) Hardware Dom0 shutdown: rebooting machine\n")
    == "the guest rebooted"
)
EOF
}
