# SPDX-License-Identifier: GPL-2.0-only
"""The host's end of the network workloads: iperf3's server, on the loopback only."""

import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from harness import command, tools
from harness.errors import HarnessError

LOOPBACK = "127.0.0.1"
# Where QEMU's user network has the host's loopback, for its guest.
GATEWAY = "10.0.2.2"
# Where it listens when nobody chose another one.
PORT = 5201
START_SECONDS = 20
_POLL_SECONDS = 0.05
_LISTENS = b"Server listening on"


@contextmanager
def iperf3(log: Path) -> Iterator[int]:
    """Give the port of a server that is there as long as the context is.

    log: what it says. Missing when iperf3 is not installed; HarnessError when it
    does not come to listen.
    """
    program = tools.find("iperf3")
    port = _free_port()
    words = [str(program), "--server", "--bind", LOOPBACK, "--port", str(port)]
    with log.open("wb") as output:
        process = command.start([*words, "--forceflush"], output, tied=True)
        try:
            _wait(process, log)
            yield port
        finally:
            command.stop(process)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((LOOPBACK, 0))
        return int(found.getsockname()[1])


def _wait(process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while _LISTENS not in log.read_bytes():
        if process.poll() is not None:
            said = command.tail(log).strip() or "it said nothing"
            raise HarnessError(f"iperf3 server: ended at once: {said}")
        if time.monotonic() > end:
            raise HarnessError(
                f"iperf3 server: does not listen after {START_SECONDS} s"
            )
        time.sleep(_POLL_SECONDS)
