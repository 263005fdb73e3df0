# SPDX-License-Identifier: GPL-2.0-only
"""The command of the made-up checkout as a process of its own; see made_up.bash."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Mapping


def started(
    *words: object, env: Mapping[str, str] = {}, **options: Any
) -> "subprocess.Popen[str]":
    """Start bouncemark with these words; env: changed variables; options: Popen's."""
    made, repo = Path(os.environ["MADE"]), os.environ["REPO"]
    about = {
        **os.environ,
        "PATH": f"{made}/bin:{os.environ['PATH']}",
        "PYTHONPATH": f"{repo}:{repo}/tests/lib",
        **env,
    }
    command = [sys.executable, str(made / "bench.py"), *map(str, words)]
    return subprocess.Popen(command, env=about, text=True, **options)
