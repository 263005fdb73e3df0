# SPDX-License-Identifier: GPL-2.0-only
"""Boot a variant in QEMU, natively or as dom0 under Xen, and wait for its end."""

import ctypes
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from harness import command, qemu, rom
from harness.console import DOM0_CRASHED
from harness.errors import Stopped
from harness.qemu import Target

POLL_SECONDS = 0.05
# prctl(2): kept over fork and exec.
_PR_SET_THP_DISABLE = 41
# Xen counts five seconds down before it reboots; with a clock that counts
# instructions that takes minutes.
_OVER = DOM0_CRASHED.encode()
CONSOLE_BYTES = 16 << 20
CHANNEL_BYTES = 256 << 20


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
        qemu.rom_beside(initramfs).write_bytes(rom.image(target.machine.memory_mib))
        for number, disk in enumerate(target.machine.disks):
            with qemu.image_beside(initramfs, number).open("wb") as stream:
                os.truncate(stream.fileno(), disk.size_mib << 20)
        argv = qemu.arguments(target, initramfs, folder)
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
