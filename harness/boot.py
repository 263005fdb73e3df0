# SPDX-License-Identifier: GPL-2.0-only
"""Boot a variant in QEMU, natively or as dom0 under Xen, and wait for its end.

Recipes: native gets the bzImage by -kernel. For dom0 QEMU starts Xen by
multiboot, the bzImage and its arguments are Xen's first module and the initramfs
its second. The channel is QEMU's debug console port in both: one instruction
sends a frame, no driver and no interrupt is involved, and nothing does DMA that a
design could touch. (A second UART is the obvious choice. In dom0 every byte of
it is a trap into Xen: 18 KB/s were measured, against 400 KB/s this way.)
"""

import ctypes
import gzip
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from harness import atomic, command, hashing, rom
from harness import counting as plugin
from harness.console import DOM0_CRASHED
from harness.errors import HarnessError, Stopped
from harness.paths import Cache

QEMU = "qemu-system-x86_64"
XEN_IMAGES = Path("/boot")
XEN_DEBUG = Path("/usr/lib/debug/boot")
POLL_SECONDS = 0.05
CHANNEL_PORT = 0xE9
# prctl(2): kept over fork and exec.
_PR_SET_THP_DISABLE = 41
# Xen counts five seconds down before it reboots; with a clock that counts
# instructions that takes minutes.
_OVER = DOM0_CRASHED.encode()
CONSOLE_BYTES = 16 << 20
CHANNEL_BYTES = 256 << 20

# What clocks the guest. insn: one TSC tick is one instruction, on one vCPU; a guest
# that measures nothing has a slower CPU, of eight ticks, and waits for an eighth as
# many instructions until a time is over. While the guest sleeps its time jumps to what
# it waits for; what waits for the host instead sleeps as long as that takes, or
# drivers would find their time over.
_CLOCKS = {
    ("insn", "tcg"): ["-accel", "tcg", "-icount"],
    ("wall", "tcg"): ["-accel", "tcg,thread=multi"],
    ("wall", "kvm"): ["-accel", "kvm"],
}
_MEASURES, _MEASURES_NOT = 0, 3
_WALL_VCPUS = 2

# SMAP: this QEMU and Xen 4.17 kill dom0 at its first exception with it. RDRAND and
# RDSEED give the host's random numbers: without them a boot in the insn clock is the
# same to the page each time, and so is the memory that a seed scatters.
_CPU = "max,-smap,-rdrand,-rdseed"
_MACHINE = [
    "-nodefaults",
    "-no-user-config",
    "-sandbox",
    "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
    "-display",
    "none",
    "-vga",
    "none",
    "-monitor",
    "none",
    "-no-reboot",
    "-rtc",
    "base=2020-01-01,clock=vm",
    "-nic",
    "none",
]

_XEN = "console=com1 com1=115200,8n1 bootscrub=0 no-real-mode loglvl=warning"
# Fewer messages are fewer traps into the hypervisor. loglevel=5 is the least that
# shows warnings, and with them how a WARN_ON begins. trace_eval_init puts numbers
# for enum names into the format files of all trace events, which nothing here reads:
# a third of a native boot, most of it for XFS.
_LINUX = (
    "loglevel=5 panic=-1 nokaslr initcall_blacklist=trace_eval_init "
    f"bouncemark.channel=port:{CHANNEL_PORT:x}"
)
# Natively the APIC timer's calibration never ends well in the insn clock: 10 s
# of real time and more, until the kernel gives it up.
_NATIVE = "nolapic_timer"


@dataclass(frozen=True)
class Disk:
    """An empty disk: the -device argument of what it hangs on, and its size."""

    device: str
    size_mib: int


@dataclass(frozen=True)
class Nic:
    """A network device: its -device argument. It reaches the host's loopback."""

    device: str


@dataclass(frozen=True)
class Machine:
    """The machine a cell asks for.

    memory_mib: RAM; low_mib: what of it lies below 4 GiB, so that a 32-bit device
    has something it cannot reach; devices: -device arguments; vcpus: in the insn
    clock, where they take turns.
    """

    memory_mib: int
    low_mib: int
    devices: tuple[str, ...]
    disks: tuple[Disk, ...] = ()
    nics: tuple[Nic, ...] = ()
    vcpus: int = 1


@dataclass(frozen=True)
class Target:
    """What to boot: dom0 when xen is given, else native.

    counting: how its instructions are counted, if they are; into a file of the
    boot's folder. waits: for something outside of the guest. settle: the plugin that
    lets its devices answer first, so that it need not. measures: how long something
    takes; what it does may take longer otherwise.
    """

    image: Path
    initramfs: tuple[Path, ...]
    xen: Path | None
    arguments: str
    machine: Machine
    clock: str
    accelerator: str
    counting: plugin.Counting | None = None
    waits: bool = False
    settle: Path | None = None
    measures: bool = True


@dataclass(frozen=True)
class Boot:
    """What came of a boot.

    status: QEMU's exit status, None when it was killed at the deadline or for
    printing too much; why: what it was killed for; seconds: real time; answered:
    when the first bytes were on the channel, None when there never were any;
    stderr: all that QEMU itself said.
    """

    argv: tuple[str, ...]
    status: int | None
    why: str
    seconds: float
    console: bytes
    channel: bytes
    stderr: bytes
    answered: float | None = None


def xen_image(cache: Cache, folder: Path = XEN_IMAGES) -> Path:
    """Return Debian's hypervisor, unpacked: QEMU loads no compressed one."""
    found = sorted(folder.glob("xen-*-amd64.gz"))
    if not found:
        raise HarnessError(
            f"{folder}: no xen-*-amd64.gz; install xen-hypervisor-4.17-amd64"
        )
    packed = found[-1]
    place = cache.folder("xen") / hashing.file(packed)[: hashing.DIGITS]
    if not place.exists():
        atomic.write(place, gzip.decompress(packed.read_bytes()))
    return place


def xen_symbols(folder: Path = XEN_IMAGES, debug: Path = XEN_DEBUG) -> Path | None:
    """Return the symbol map of Debian's hypervisor; None when it is not installed."""
    found = sorted(folder.glob("xen-*-amd64.gz"))
    if not found:
        return None
    place = debug / f"{found[-1].stem.replace('xen-', 'xen-syms-', 1)}.map"
    return place if place.exists() else None


def arguments(target: Target, initramfs: Path, folder: Path) -> list[str]:
    """Return QEMU's command line; console and channel go to files in folder.

    The disks and the ROM are beside the initramfs.
    """
    machine = target.machine
    words = [QEMU, "-machine", f"pc,hpet=off,max-ram-below-4g={machine.low_mib}M"]
    words += ["-m", f"{machine.memory_mib}M"]
    words += ["-cpu", "host" if target.accelerator == "kvm" else _CPU]
    words += [*_clock(target), *_MACHINE]
    words += ["-serial", f"file:{folder / 'console.log'}"]
    channel = folder / "channel.raw"
    words += ["-chardev", f"file,id=channel,path={_comma(channel)}"]
    words += ["-device", f"isa-debugcon,iobase={CHANNEL_PORT:#x},chardev=channel"]
    for device in machine.devices:
        words += ["-device", device]
    for number, disk in enumerate(machine.disks):
        image = _comma(_image(initramfs, number))
        drive = f"if=none,id=disk{number},file={image},format=raw"
        words += ["-drive", drive, "-device", f"{disk.device},drive=disk{number}"]
    for number, nic in enumerate(machine.nics):
        words += ["-netdev", f"user,id=net{number}"]
        words += ["-device", f"{nic.device},netdev=net{number}"]
    if target.xen and target.clock == "insn":
        words += ["-option-rom", str(_rom(initramfs))]
    if target.counting:
        words += ["-plugin", _plugin(target.counting, folder)]
    if target.settle:
        out = _comma(folder / plugin.SETTLE_FILE)
        words += ["-plugin", f"{_comma(target.settle)},out={out}"]
    if target.xen is None:
        linux = command_line(target)
        words += ["-kernel", str(target.image), "-append", linux]
        return [*words, "-initrd", str(initramfs)]
    linux = command_line(target)
    dom0_mib = machine.memory_mib * 3 // 4
    xen = f"{_XEN} dom0_mem={dom0_mib}M,max:{dom0_mib}M"
    words += ["-kernel", str(target.xen), "-append", xen]
    modules = f"{_comma(target.image)} {linux.replace(',', ',,')},{_comma(initramfs)}"
    return [*words, "-initrd", modules]


def _clock(target: Target) -> list[str]:
    words = list(_CLOCKS[target.clock, target.accelerator])
    vcpus = _WALL_VCPUS
    if target.clock == "insn":
        shift = _MEASURES if target.measures else _MEASURES_NOT
        sleep = "on" if target.waits and not target.settle else "off"
        words.append(f"shift={shift},sleep={sleep}")
        vcpus = target.machine.vcpus
    return [*words, "-smp", str(vcpus)]


def _plugin(count: plugin.Counting, folder: Path) -> str:
    out = _comma(folder / count.file)
    words = [_comma(count.plugin), f"out={out}"]
    return ",".join(words + [f"{name}={value}" for name, value in count.words])


def _rom(initramfs: Path) -> Path:
    return initramfs.with_name("rtc.rom")


def _image(initramfs: Path, number: int) -> Path:
    return initramfs.with_name(f"disk{number}.raw")


def _comma(path: Path) -> str:
    """Return a path as QEMU's lists take it: a comma separates their members."""
    return str(path).replace(",", ",,")


def _small_pages() -> None:
    """Let the programs that are started have no huge pages, if the host can.

    QEMU asks for them, and a guest that boots touches a little of much memory: the
    host cleared pages in an eighth of the CPU time. Without them the first frame
    comes a tenth earlier.
    """
    ctypes.CDLL(None).prctl(_PR_SET_THP_DISABLE, 1, 0, 0, 0)


def boot(
    target: Target, folder: Path, deadline: float, stop: Event | None = None
) -> Boot:
    """Boot, wait until the guest is gone or deadline seconds are over, read results.

    folder keeps console.log, channel.raw and qemu.cmd. HarnessError when QEMU
    cannot be started at all, Stopped when stop is set before the end.
    """
    folder.mkdir(parents=True, exist_ok=True)
    console, channel = folder / "console.log", folder / "channel.raw"
    console.write_bytes(b"")
    channel.write_bytes(b"")
    with tempfile.TemporaryDirectory() as place:
        initramfs = Path(place) / "initramfs.cpio"
        with initramfs.open("wb") as stream:
            for part in target.initramfs:
                stream.write(part.read_bytes())
        _rom(initramfs).write_bytes(rom.image(target.machine.memory_mib))
        for number, disk in enumerate(target.machine.disks):
            with _image(initramfs, number).open("wb") as stream:
                os.truncate(stream.fileno(), disk.size_mib << 20)
        argv = arguments(target, initramfs, folder)
        (folder / "qemu.cmd").write_text(" \\\n  ".join(argv) + "\n", encoding="utf-8")
        _small_pages()
        begin = time.monotonic()
        with tempfile.TemporaryFile() as errors:
            process = command.start(argv, errors, tied=True)
            try:
                why, answered = _wait(
                    process, begin, deadline, console, channel, stop or Event()
                )
                status = process.poll()
            finally:
                command.stop(process)
            errors.seek(0)
            stderr = errors.read(1 << 20)
    return Boot(
        argv=tuple(argv),
        status=None if why else status,
        why=why,
        seconds=time.monotonic() - begin,
        console=_read(console, CONSOLE_BYTES),
        channel=_read(channel, CHANNEL_BYTES),
        stderr=stderr,
        answered=answered,
    )


def _wait(
    process: "subprocess.Popen[bytes]",
    begin: float,
    deadline: float,
    console: Path,
    channel: Path,
    stop: Event,
) -> tuple[str, float | None]:
    """Wait for the guest's end; return "" or what it has to be killed for.

    With it, after how many seconds the channel had its first bytes.
    """
    seen = 0
    answered: float | None = None
    while True:
        over = process.poll() is not None
        said = channel.stat().st_size
        if said and answered is None:
            answered = time.monotonic() - begin
        if over:
            return "", answered
        size = console.stat().st_size
        if size != seen:
            seen = size
            if _OVER in _read(console, CONSOLE_BYTES):
                return "dom0 crashed", answered
        if time.monotonic() > begin + deadline:
            return "deadline", answered
        if size > CONSOLE_BYTES:
            return "console flooded", answered
        if said > CHANNEL_BYTES:
            return "channel flooded", answered
        if stop.wait(POLL_SECONDS):
            raise Stopped


def _read(path: Path, limit: int) -> bytes:
    with path.open("rb") as stream:
        return stream.read(limit)


def command_line(target: Target) -> str:
    """Return the guest kernel's arguments."""
    where = "console=hvc0" if target.xen else f"console=ttyS0 {_NATIVE}"
    return f"{where} {_LINUX} {target.arguments}".strip()
