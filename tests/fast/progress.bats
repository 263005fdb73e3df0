#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Progress: one status line on a terminal, a line a minute anywhere else.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "on a terminal the line shows what is done, done of total, elapsed and usual time" {
	py <<'EOF'
import json, os, pty, re, select, struct, fcntl, termios, time
from pathlib import Path
from harness import progress

tmp = Path(os.environ["TMP"])
history = tmp / "durations.json"
history.write_text(json.dumps({"boot dom0-iommu micro": 83.4, "old": 1}))
outer, inner = pty.openpty()
fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
progress.TICK_SECONDS = 0.02
with os.fdopen(inner, "w") as stream:
    shown = progress.Progress(stream, history, 4)
    with shown.showing(), shown.stage("boot"):
        with shown.unit("build", "hook"):
            pass
        with shown.unit("boot", "dom0-iommu micro"), shown.unit("boot", "x" * 80):
            time.sleep(0.1)
        try:
            with shown.unit("boot", "that fails"):
                raise KeyError
        except KeyError:
            pass
    # A terminal gives what it has, and not all at once.
    text = ""
    while select.select([outer], [], [], 0.2)[0]:
        text += os.read(outer, 1 << 16).decode()
assert "\n" not in text and text.endswith("\r\x1b[K"), text
# A slow machine's seconds are no matter here.
text = re.sub(r"\b0:0\d\b", "0:00", text)
lines = [line.removeprefix("\x1b[K") for line in text.split("\r")[1:-1]]
assert lines[0] == "[0/4 0:00] build hook 0:00", lines[0]
assert "[1/4 0:00] ..." in lines
assert "[1/4 0:00] boot dom0-iommu micro 0:00/1:23" in lines, lines
assert lines[-1] == "[4/4 0:00] ...", lines[-1]
both = "[1/4 0:00] boot dom0-iommu micro 0:00/1:23, boot xxxxxxxxxxxxxxx"
assert both[:59] in lines and max(map(len, lines)) == 59
# It is kept alive while nothing ends.
assert lines.count(both[:59]) >= 3, lines
kept = json.loads(history.read_text())
assert set(kept) == {"boot dom0-iommu micro", "boot " + "x" * 80, "build hook", "old"}
assert 0.1 <= kept["boot dom0-iommu micro"] < 5
assert 0.1 <= shown.stages["boot"] < 5 and shown.elapsed() < 5
assert [progress.clock(s) for s in (0, 0.6, 59.4, 59.5, 3600)] == [
    "0:00",
    "0:01",
    "0:59",
    "1:00",
    "60:00",
]
EOF
}

@test "a run of less than a minute writes nothing to a log, and keeps durations all the same" {
	py <<'EOF'
import json, os
from pathlib import Path
from harness.progress import Progress

tmp = Path(os.environ["TMP"])
for number, broken in enumerate(("", "[]", '{"a": "b"}', '{"a": null}', "\x00")):
    history = tmp / f"durations-{number}.json"
    history.write_text(broken)
    with (tmp / "shown").open("w") as stream:
        shown = Progress(stream, history, 1)
        with shown.showing(), shown.unit("boot", "a"):
            pass
    assert (tmp / "shown").read_text() == ""
    assert list(json.loads(history.read_text())) == ["boot a"]
with (tmp / "shown").open("w") as stream:
    with Progress(stream, tmp / "nowhere/durations.json", 1).showing():
        pass
assert sorted(path.name for path in tmp.iterdir() if path.suffix != ".py") == [
    *(f"durations-{number}.json" for number in range(5)),
    "shown",
]
EOF
}

@test "a log gets a line a minute, whole lines without a terminal's codes" {
	py <<'EOF'
import json, os, re, time
from pathlib import Path
from harness import progress

tmp = Path(os.environ["TMP"])
history = tmp / "durations.json"
history.write_text(json.dumps({"boot dom0-iommu micro": 83.4}))
assert progress.LOG_SECONDS == 60
progress.LOG_SECONDS = 0.1
with (tmp / "log").open("w") as stream:
    shown = progress.Progress(stream, history, 3)
    with shown.showing():
        with shown.unit("boot", "dom0-iommu micro"), shown.unit("boot", "x" * 80):
            time.sleep(0.35)
        with shown.unit("boot", "b"):
            time.sleep(0.35)
lines = re.sub(r"\b0:0\d\b", "0:00", (tmp / "log").read_text()).split("\n")
assert lines.pop() == ""
both = f"[0/3 0:00] boot dom0-iommu micro 0:00/1:23, boot {'x' * 80} 0:00"
assert lines[0] == both and lines[-1] == "[2/3 0:00] boot b 0:00", lines
assert 2 <= len(lines) <= 8, lines
EOF
}
