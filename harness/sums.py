# SPDX-License-Identifier: GPL-2.0-only
"""The checksums of a run: SHA256SUMS, in the format of sha256sum.

It is written when all else of a finished run is there, so a run that has it was
not cut off. Files whose name begins with a dot are not of the run.
"""

import hashlib
import re
from pathlib import Path

from harness import atomic, hashing
from harness.jsonfile import RecordError

FILE = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64})  ([^\\\n]+)")


def save(run: Path) -> Path:
    """Write the sums of every file of a run's folder; return where. OSError."""
    sums = hashing.files((path for path in run.rglob("*") if _kept(path, run)), run)
    text = "".join(f"{sha}  {name}\n" for name, sha in sums)
    path = run / FILE
    atomic.write(path, text.encode(), durable=True)
    return path


def load(run: Path) -> dict[str, str] | None:
    """Return the sums by name of a run's file; None where it has no SHA256SUMS."""
    path = run / FILE
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise RecordError(path, "", problem.strerror or str(problem)) from problem
    except UnicodeDecodeError as problem:
        raise RecordError(path, f"byte {problem.start}", "is not UTF-8") from problem
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        parts = _LINE.fullmatch(line)
        if not parts:
            raise RecordError(path, f"line {number}", "is no sum and name of a file")
        found[parts[2]] = parts[1]
    if not found or not text.endswith("\n"):
        raise RecordError(path, "", "is not whole")
    return found


def read(run: Path, name: str, sums: dict[str, str]) -> bytes:
    """Return a file of a run; RecordError unless it is what the sums say."""
    path = run / name
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise RecordError(path, "", problem.strerror or str(problem)) from problem
    if name not in sums:
        raise RecordError(path, "", f"is not in {FILE}")
    if hashlib.sha256(data).hexdigest() != sums[name]:
        raise RecordError(path, "", f"was changed or damaged: {FILE} says otherwise")
    return data


def damaged(run: Path) -> list[RecordError]:
    """Return what is wrong with any file of the sums; nothing where there are none."""
    found = []
    try:
        sums = load(run) or {}
    except RecordError as problem:
        return [problem]
    for name in sums:
        try:
            read(run, name, sums)
        except RecordError as problem:
            found.append(problem)
    return found


def _kept(path: Path, run: Path) -> bool:
    names = path.relative_to(run).parts
    return (
        path.is_file()
        and not any(n.startswith(".") for n in names)
        and names != (FILE,)
    )
