# SPDX-License-Identifier: GPL-2.0-only
"""What the plugin bench/plugin/settle.c says of a boot: were all devices waited for?"""

import json
from pathlib import Path
from typing import Mapping

from harness.errors import HarnessError

_FORMAT = 1
_MEMBERS = {"type": "settle", "format": _FORMAT}
_COUNTS = ("writes", "unsettled")


def load(path: Path) -> Mapping[str, int]:
    """Return the facts of a boot: settle_writes, how often the guest wrote to a device;
    settle_unsettled, how often QEMU's other threads had work for longer than it waits.

    HarnessError names what is wrong with the file.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise HarnessError(f"{path}: {problem}")
    if not isinstance(data, dict) or {**data, **_MEMBERS} != data:
        raise HarnessError(f"{path}: is not what the plugin writes, format {_FORMAT}")
    counts = [data.get(name) for name in _COUNTS]
    if not all(type(count) is int and count >= 0 for count in counts):
        raise HarnessError(f"{path}: {' or '.join(_COUNTS)} is no count")
    return {f"settle_{name}": int(data[name]) for name in _COUNTS}
