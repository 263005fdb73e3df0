# SPDX-License-Identifier: GPL-2.0-only
"""A ROM that runs before Xen, so that Xen need not wait for the second to end.

Xen reads the time of day on the falling edge of the RTC's update flag, and asks for
it in a loop until the second is over. In the insn clock that was a third of all that
dom0's boot executes, 710 of 2,236 million instructions, and a quarter of its real
time. The ROM restarts the RTC's divider, whose next second is over half a second
later, and sleeps until Xen will be there shortly before that: a sleeping CPU executes
nothing.

Source: the datasheet of the MC146818 (register A, divider bits), and the BIOS Boot
Specification for what an option ROM is.
"""

_SIGNATURE = b"\x55\xaa"
_BLOCK = 512
# The BIOS's timer, 55 ms a tick.
_CODE = (
    "b00a e670"  # mov $0x0a,%al; out %al,$0x70: register A of the RTC
    "b076 e671"  # mov $0x76,%al; out %al,$0x71: the divider is held
    "b00a e670"
    "b026 e671"  # mov $0x26,%al; out %al,$0x71: it runs again, as it was
    "9c fb"  # pushf; sti
    "b9 {ticks:02x}00"  # mov $ticks,%cx
    "f4 e2fd"  # 1: hlt; loop 1b
    "9d cb"  # popf; lret
)


def _ticks(memory_mib: int) -> int:
    """Return how many ticks to sleep, so that Xen comes before the half second is over.

    Behind them it comes to the RTC within 0.29 s with 2 GiB of RAM and 0.39 s with 6.
    If it came later than that it would wait for another second, and nothing else would
    differ.
    """
    return 3 if memory_mib <= 3072 else 2


def image(memory_mib: int) -> bytes:
    """Return the ROM for so much RAM: one block, whose bytes add up to 0."""
    code = bytes.fromhex(_CODE.format(ticks=_ticks(memory_mib)))
    body = (_SIGNATURE + b"\x01" + code).ljust(_BLOCK - 1, b"\0")
    return body + bytes([-sum(body) % 256])
