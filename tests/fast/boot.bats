#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Booting: the command line QEMU gets, and every way a boot can end. A script
# stands in for QEMU.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
	mkdir "$TMP/bin"
	ln -s "$REPO/tests/lib/fake_qemu" "$TMP/bin/qemu-system-x86_64"
	PATH=$TMP/bin:$PATH
	export FAKE_PIDS=$TMP/pids
}

@test "QEMU is confined: sandbox, no monitor, no network, no default devices" {
	py <<'EOF'
import os
from pathlib import Path
import boots
from harness import qemu

tmp = Path(os.environ["TMP"])
for dom0 in (False, True):
    target = boots.target(tmp, dom0)
    words = qemu.arguments(target, tmp / "initramfs", tmp)
    pairs = set(zip(words, words[1:]))
    assert words[0] == "qemu-system-x86_64"
    sandbox = words[words.index("-sandbox") + 1].split(",")
    assert sandbox[0] == "on"
    for name in ("obsolete", "elevateprivileges", "spawn", "resourcecontrol"):
        assert f"{name}=deny" in sandbox
    assert {"-nodefaults", "-no-user-config", "-no-reboot"} <= set(words)
    for pair in (
        ("-monitor", "none"),
        ("-nic", "none"),
        ("-display", "none"),
        ("-vga", "none"),
    ):
        assert pair in pairs, pair
    unwanted = {
        "-netdev",
        "-net",
        "-qmp",
        "-mon",
        "-vnc",
        "-gdb",
        "-s",
        "-hda",
        "-drive",
    }
    assert not unwanted & set(words)
    assert words.count("-device") == 2, words
    assert ("-device", "edu,dma_mask=0xffffffff") in pairs
    assert ("-device", "isa-debugcon,iobase=0xe9,chardev=channel") in pairs
    assert ("-chardev", f"file,id=channel,path={tmp}/channel.raw") in pairs
    assert (
        words.count("-serial") == 1 and ("-serial", f"file:{tmp}/console.log") in pairs
    )
    assert ("-m", "2048M") in pairs and ("-cpu", "max,-smap,-rdrand,-rdseed") in pairs
    assert ("-machine", "pc,hpet=off,max-ram-below-4g=1024M") in pairs
EOF
}

@test "the insn clock counts instructions on one CPU, the wall clock does not" {
	py <<'EOF'
import os
from pathlib import Path
import boots
from harness import qemu

tmp = Path(os.environ["TMP"])

def words(clock, accelerator, measures=True):
    target = boots.target(
        tmp, clock=clock, accelerator=accelerator, measures=measures
    )
    return qemu.arguments(target, tmp / "initramfs", tmp)

insn, wall, kvm = words("insn", "tcg"), words("wall", "tcg"), words("wall", "kvm")
assert insn[insn.index("-icount") + 1] == "shift=0,sleep=off"
assert insn[insn.index("-smp") + 1] == "1" and insn[insn.index("-accel") + 1] == "tcg"
# Who measures nothing need not wait as many instructions for a time to be over.
proves = words("insn", "tcg", measures=False)
assert proves[proves.index("-icount") + 1] == "shift=3,sleep=off"
assert "-icount" not in wall + kvm
assert wall[wall.index("-accel") + 1] == "tcg,thread=multi"
assert kvm[kvm.index("-accel") + 1] == "kvm" and kvm[kvm.index("-cpu") + 1] == "host"
EOF
}

@test "native boots the kernel, dom0 boots Xen with kernel and initramfs as modules" {
	py <<'EOF'
import os
from pathlib import Path
import boots
from harness import qemu

tmp = Path(os.environ["TMP"])

def after(words, option):
    assert words.count(option) == 1, option
    return words[words.index(option) + 1]

native = boots.target(tmp, False)
words = qemu.arguments(native, tmp / "initramfs", tmp)
assert after(words, "-kernel") == f"{tmp}/bzImage"
assert after(words, "-initrd") == f"{tmp}/initramfs"
line = after(words, "-append")
assert line == qemu.command_line(native)
assert {
    "console=ttyS0",
    "panic=-1",
    "swiotlb=force",
    "bouncemark.channel=port:e9",
} <= set(line.split())
assert "hvc0" not in line

dom0 = boots.target(tmp, True)
words = qemu.arguments(dom0, tmp / "initramfs", tmp)
assert after(words, "-kernel") == f"{tmp}/xen"
xen = after(words, "-append").split()
assert "dom0_mem=1536M,max:1536M" in xen and "console=com1" in xen
assert "swiotlb=force" not in xen
line = qemu.command_line(dom0)
assert {
    "console=hvc0",
    "panic=-1",
    "swiotlb=force",
    "bouncemark.channel=port:e9",
} <= set(line.split())
assert after(words, "-initrd") == f"{tmp}/bzImage {line},{tmp}/initramfs"
EOF
}

@test "Xen finds the clock of the machine shortly before the end of a second" {
	py <<'EOF'
import os
from pathlib import Path
import boots
from harness import qemu, rom

tmp = Path(os.environ["TMP"])
made = rom.image(2048)
assert len(made) == 512 and made[:3] == b"\x55\xaa\x01" and sum(made) % 256 == 0

def roms(dom0, **changes):
    words = qemu.arguments(boots.target(tmp, dom0, **changes), tmp / "initramfs", tmp)
    return [words[n + 1] for n, word in enumerate(words) if word == "-option-rom"]

assert roms(True) == [str(tmp / "rtc.rom")]
# Real time goes on in a loop, too; and without Xen nobody waits.
assert roms(True, clock="wall") == []
assert roms(False) == []
EOF
}

@test "a console shows warnings: the header of a WARN_ON is one" {
	py <<'EOF'
import os
from pathlib import Path
import boots
from harness import qemu

# KERN_WARNING is 4, and a console shows what is below its level.
for dom0 in (False, True):
    words = qemu.command_line(boots.target(Path(os.environ["TMP"]), dom0)).split()
    (level,) = [word for word in words if word.startswith("loglevel=")]
    assert int(level.removeprefix("loglevel=")) > 4, level
EOF
}

@test "further devices and disks hang on the machine; a disk is empty and sparse" {
	py <<'EOF'
import os
from pathlib import Path
import boots
from harness import boot, qemu

tmp = Path(os.environ["TMP"]) / "a,b"
tmp.mkdir()
disks = (qemu.Disk("nvme,serial=bouncemark", 64), qemu.Disk("virtio-blk-pci", 1))
machine = qemu.Machine(2048, 1024, ("edu", "mptsas1068"), disks)
target = boots.target(tmp, machine=machine)
words = qemu.arguments(target, tmp / "place/initramfs", tmp)
after = [words[at + 1] for at, word in enumerate(words) if word == "-device"]
assert after == [
    "isa-debugcon,iobase=0xe9,chardev=channel",
    "edu",
    "mptsas1068",
    "nvme,serial=bouncemark,drive=disk0",
    "virtio-blk-pci,drive=disk1",
], after
drives = [words[at + 1] for at, word in enumerate(words) if word == "-drive"]
place = str(tmp / "place").replace(",", ",,")
assert drives == [
    f"if=none,id=disk{number},file={place}/disk{number}.raw,format=raw"
    for number in (0, 1)
], drives
os.environ["FAKE_QEMU"] = "drives"
ended = boot.boot(target, tmp.parent / "out", 30)
sizes = [line.split() for line in ended.channel.decode().splitlines()]
assert [int(size) for size, _ in sizes] == [64 << 20, 1 << 20], sizes
assert all(int(blocks) == 0 for _, blocks in sizes), sizes
# They are gone with the boot.
drive = ended.argv[ended.argv.index("-drive") + 1]
first = drive.partition("file=")[2].removesuffix(",format=raw").replace(",,", ",")
assert first.endswith("disk0.raw") and not Path(first).exists(), first
EOF
}

@test "when the guest first spoke is kept; one that never did has no such time" {
	py <<'EOF'
import os
from pathlib import Path
import boots
from harness import boot, collect

tmp = Path(os.environ["TMP"])

def ended(how, deadline=30):
    os.environ["FAKE_QEMU"] = how
    return boot.boot(boots.target(tmp), tmp / "out" / how, deadline)

late = ended("late")
assert 0.5 <= late.answered <= late.seconds - 0.5, (late.answered, late.seconds)
# At once, and gone before anybody looked.
quick = ended("initrd")
assert quick.answered is not None and 0 < quick.answered <= quick.seconds
assert ended("").answered is None and ended("sleep", 0.3).answered is None
cell = boots.cell()
for answered, kept in ((1.23456, 1.235), (None, None)):
    made = boots.ended(b"", answered=answered)
    assert collect.record(cell, made, boots.INPUTS).seconds.boot == kept
EOF
}

@test "a comma in a path or an argument does not end it" {
	py <<'EOF'
import os
from pathlib import Path
import boots
from harness import qemu

tmp = Path(os.environ["TMP"]) / "a,b"
tmp.mkdir()
target = boots.target(tmp, arguments="swiotlb=65536,force")
words = qemu.arguments(target, tmp / "initramfs", tmp)
twice = str(tmp).replace(",", ",,")
assert f"file,id=channel,path={twice}/channel.raw" in words
# QEMU takes the rest of file: as it is.
assert f"file:{tmp}/console.log" in words
modules = words[words.index("-initrd") + 1]
assert modules.startswith(f"{twice}/bzImage console=hvc0 "), modules
assert modules.endswith(f" swiotlb=65536,,force,{twice}/initramfs"), modules
native = qemu.arguments(boots.target(tmp, False), tmp / "initramfs", tmp)
assert native[native.index("-initrd") + 1] == f"{tmp}/initramfs"
EOF
}

@test "without QEMU, or without Xen, one sentence says what is not there" {
	py <<'EOF'
import gzip, os
from pathlib import Path
import boots, trees
from harness import boot, hypervisor
from harness.errors import HarnessError
from harness.paths import Cache

tmp = Path(os.environ["TMP"])
os.environ["PATH"] = str(tmp / "empty")
said = trees.refusal(HarnessError, boot.boot, boots.target(tmp), tmp / "out", 5)
assert said == "qemu-system-x86_64: cannot be started: No such file or directory", said
cache = Cache(tmp / "cache")
said = trees.refusal(HarnessError, hypervisor.image, cache, tmp)
assert said == f"{tmp}: no xen-*-amd64.gz; install xen-hypervisor-4.17-amd64", said
(tmp / "xen-4.16-amd64.gz").write_bytes(gzip.compress(b"old"))
(tmp / "xen-4.17-amd64.gz").write_bytes(gzip.compress(b"Xen"))
image = hypervisor.image(cache, tmp)
assert image.read_bytes() == b"Xen" and hypervisor.image(cache, tmp) == image
(tmp / "xen-4.17-amd64.gz").write_bytes(gzip.compress(b"Xen, updated"))
assert hypervisor.image(cache, tmp).read_bytes() == b"Xen, updated"
EOF
}

@test "of several hypervisors the newest boots, and it is its version that is recorded" {
	py <<'EOF'
import gzip, os
from pathlib import Path
import trees
from harness import hypervisor
from harness.paths import Cache

tmp = Path(os.environ["TMP"])
query = f"""#!/bin/sh
case $* in
"-S {tmp}/xen-4.9-amd64.gz") echo "xen-hypervisor-4.9-amd64: $2" ;;
"-S {tmp}/xen-4.20-amd64.gz") echo "xen-hypervisor-4.20-amd64: $2" ;;
*"xen-hypervisor-4.9-amd64") printf 4.9.1 ;;
*"xen-hypervisor-4.20-amd64") printf 4.20.2-1 ;;
*) exit 1 ;;
esac
"""
trees.write(tmp / "bin", {"dpkg-query": query})
os.environ["PATH"] = f"{tmp}/bin:{os.environ['PATH']}"
assert hypervisor.version(tmp) is None
for number, version in (("4.9", "4.9.1"), ("4.20", "4.20.2-1")):
    name = f"xen-{number}-amd64"
    (tmp / f"{name}.gz").write_bytes(gzip.compress(number.encode()))
    (tmp / f"xen-syms-{number}-amd64.map").write_text("")
    assert hypervisor.image(Cache(tmp / "cache"), tmp).read_text() == number
    assert hypervisor.symbols(tmp, tmp).name == f"xen-syms-{number}-amd64.map"
    assert hypervisor.version(tmp) == version
# One that is of no package is known by its content.
(tmp / "xen-4.21-amd64.gz").write_bytes(gzip.compress(b"own"))
assert hypervisor.version(tmp).startswith("image "), hypervisor.version(tmp)
EOF
}

@test "a boot ends well, or with QEMU's status or signal, and leaves its files" {
	py <<'EOF'
import os
from pathlib import Path
import boots
from harness import boot, qemu

tmp = Path(os.environ["TMP"])
target = boots.target(tmp)

def ended(how):
    os.environ["FAKE_QEMU"] = how
    return boot.boot(target, tmp / "out" / how, 30)

good = ended("initrd")
assert (good.status, good.why, good.stderr) == (0, "", b"")
assert good.channel == b"one.cpiotwo.cpio"
assert good.console == b"[    0.1] Linux version 6.12\n"
assert 0 < good.seconds < 10
out = tmp / "out/initrd"
assert (out / "channel.raw").read_bytes() == good.channel
assert (out / "console.log").read_bytes() == good.console
assert (out / "qemu.cmd").read_text().split()[0] == "qemu-system-x86_64"
assert good.argv[0] == "qemu-system-x86_64"
# A second boot in the folder does not add to what the first left.
assert ended("initrd").channel == good.channel
failed = ended("fail")
assert (failed.status, failed.why) == (1, "")
assert failed.stderr == b"qemu-system-x86_64: no such device\n"
died = ended("signal")
assert (died.status, died.why) == (-11, "")
EOF
}

@test "at the deadline a guest is killed, with all that it started" {
	py <<'EOF'
import os, time
from pathlib import Path
import boots
from harness import boot

tmp = Path(os.environ["TMP"])
os.environ["FAKE_QEMU"] = "sleep"
target = boots.target(tmp)
begin = time.monotonic()
ended = boot.boot(target, tmp / "out", 0.5)
assert (ended.status, ended.why) == (None, "deadline")
assert 0.5 <= ended.seconds <= time.monotonic() - begin < 10
assert ended.console == b"[    0.1] Linux version 6.12\n"
pids = (tmp / "pids").read_text().split()
assert len(pids) == 2
assert all(boots.gone(pid) for pid in pids)
EOF
}

@test "a guest that floods its console or the channel, or whose dom0 crashed, is stopped" {
	py <<'EOF'
import os
from pathlib import Path
import boots
from harness import boot

tmp = Path(os.environ["TMP"])
boot.CONSOLE_BYTES = boot.CHANNEL_BYTES = 1 << 16
for how, why in (
    ("flood-console", "console flooded"),
    ("flood-channel", "channel flooded"),
    ("dom0-crashed", "dom0 crashed"),
):
    os.environ["FAKE_QEMU"] = how
    ended = boot.boot(boots.target(tmp), tmp / how, 30)
    assert (ended.status, ended.why) == (None, why), ended.why
    assert len(ended.console) <= 1 << 16 and len(ended.channel) <= 1 << 16
    assert ended.seconds < 20
EOF
}

@test "a program is run with a deadline, and none of its children stays" {
	py <<'EOF'
import os
from pathlib import Path
import trees
from boots import gone
from harness import command
from harness.errors import Failed, HarnessError

tmp = Path(os.environ["TMP"])
log = tmp / "logs" / "log"

def run(script, seconds=30):
    command.run(["sh", "-c", script], seconds=seconds, log=log)

run("echo first")
run(f"sleep 300 & echo $! >{tmp}/pid")
assert gone((tmp / "pid").read_text().strip())
slow = f"sleep 300 & echo $! >{tmp}/pid; wait"
said = trees.refusal(HarnessError, run, slow, 0.3)
assert said == f"sh: not done after 0 s; see {log}", said
assert gone((tmp / "pid").read_text().strip())
said = trees.refusal(Failed, run, "echo only; exit 9")
assert said == f"sh: exit status 9; see {log}\n    only", said
said = trees.refusal(Failed, run, "seq 100; exit 9")
lines = said.splitlines()
assert lines[0] == f"sh: exit status 9; see {log}" and "first" not in said
assert lines[1:] == [f"    {number}" for number in range(89, 101)]
nowhere = (["/nowhere/tool"], {"seconds": 1, "log": log})
said = trees.refusal(HarnessError, lambda: command.run(nowhere[0], **nowhere[1]))
assert said == "tool: cannot be started: No such file or directory", said
said = trees.refusal(
    Failed, command.output, ["sh", "-c", "echo a >&2; echo b >&2; exit 1"]
)
assert said.endswith(": b"), said
assert command.output(["echo", "text"]) == "text\n"
EOF
}
