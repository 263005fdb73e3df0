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

# How many ticks of the BIOS's timer, of 55 ms each. Behind them Xen comes to the RTC
# within 0.39 s with up to 6 GiB of RAM; if it came later than the half second it would
# wait for another second, and nothing else would differ.
TICKS = 2
_SIGNATURE = b"\x55\xaa"
_BLOCK = 512
_CODE = bytes.fromhex(
    "b00a e670"  # mov $0x0a,%al; out %al,$0x70: register A of the RTC
    "b076 e671"  # mov $0x76,%al; out %al,$0x71: the divider is held
    "b00a e670"
    "b026 e671"  # mov $0x26,%al; out %al,$0x71: it runs again, as it was
    "9c fb"  # pushf; sti
    f"b9 {TICKS:02x}00"  # mov $TICKS,%cx
    "f4 e2fd"  # 1: hlt; loop 1b
    "9d cb"  # popf; lret
)


def image() -> bytes:
    """Return the ROM: one block, whose bytes add up to 0."""
    body = (_SIGNATURE + b"\x01" + _CODE).ljust(_BLOCK - 1, b"\0")
    return body + bytes([-sum(body) % 256])
