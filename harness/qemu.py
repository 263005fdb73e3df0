# SPDX-License-Identifier: GPL-2.0-only
"""What QEMU is told: the machine a cell asks for, as a command line.

Recipes: native gets the bzImage by -kernel. For dom0 QEMU starts Xen by
multiboot, the bzImage and its arguments are Xen's first module and the initramfs
its second. The channel is QEMU's debug console port in both: one instruction
sends a frame, no driver and no interrupt is involved, and nothing does DMA that a
design could touch. (A second UART is the obvious choice. In dom0 every byte of
it is a trap into Xen: 18 KB/s were measured, against 400 KB/s this way.)
"""

from dataclasses import dataclass
from pathlib import Path

from harness import counting as plugin

QEMU = "qemu-system-x86_64"
CHANNEL_PORT = 0xE9

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
        image = _comma(image_beside(initramfs, number))
        drive = f"if=none,id=disk{number},file={image},format=raw"
        words += ["-drive", drive, "-device", f"{disk.device},drive=disk{number}"]
    for number, nic in enumerate(machine.nics):
        words += ["-netdev", f"user,id=net{number}"]
        words += ["-device", f"{nic.device},netdev=net{number}"]
    if target.xen and target.clock == "insn":
        words += ["-option-rom", str(rom_beside(initramfs))]
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


def rom_beside(initramfs: Path) -> Path:
    """Return where the option ROM of a boot is."""
    return initramfs.with_name("rtc.rom")


def image_beside(initramfs: Path, number: int) -> Path:
    """Return where a disk of a boot is."""
    return initramfs.with_name(f"disk{number}.raw")


def _comma(path: Path) -> str:
    """Return a path as QEMU's lists take it: a comma separates their members."""
    return str(path).replace(",", ",,")


def command_line(target: Target) -> str:
    """Return the guest kernel's arguments."""
    where = "console=hvc0" if target.xen else f"console=ttyS0 {_NATIVE}"
    return f"{where} {_LINUX} {target.arguments}".strip()
