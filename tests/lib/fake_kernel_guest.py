#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Say on a channel what a guest of variant $FAKE_VARIANT does with a made-up kernel.

fake_kernel_guest.py INITRAMFS CHANNEL KERNEL

The kernel's text decides: "plus N" costs N ticks more, "wrong" fails the case, "dies"
says nothing at all. $FAKE_DRIFT names a file: each boot costs a tick more than the one
before, which is no fault of the kernel's.
"""

import dataclasses
import os
import re
import sys
from pathlib import Path

import boots


def main(initramfs: str, channel: str, kernel: str) -> None:
    """Do the job that is in the initramfs, as the kernel lets it."""
    text = Path(kernel).read_text()
    if "dies" in text:
        return
    job = Path(initramfs).read_bytes().rpartition(b"protocol 1\n")[2]
    found = re.search(rb"^cell ([0-9a-f]{16})$", job, re.MULTILINE)
    assert found, job
    cell = boots.cell(os.environ["FAKE_VARIANT"])
    cell = dataclasses.replace(cell, id=found[1].decode())
    plus = sum(map(int, re.findall(r"plus (\d+)", text)))
    drift = os.environ.get("FAKE_DRIFT")
    if drift:
        with open(drift, "a") as stream:
            stream.write(".")
        plus += os.stat(drift).st_size
    wrong = "wrong" in text and b"size=128" in job
    steps = []
    for name in re.findall(rb"^step dmabench (\S+) ", job, re.MULTILINE):
        end = ("fail", "copy-in: made up") if wrong else ("ok", "")
        steps.append(boots.step(name.decode(), *end, plus=plus))
    Path(channel).write_bytes(boots.channel(boots.talk(cell, steps)))


if __name__ == "__main__":
    main(*sys.argv[1:])
