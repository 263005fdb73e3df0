# SPDX-License-Identifier: GPL-2.0-only
"""TOML files that people write: read whole, or refused in one sentence."""

import re
import tomllib
from pathlib import Path
from typing import Any, Mapping, Sequence

from harness.errors import UsageError


def read(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file; UsageError if it is none."""
    try:
        with path.open("rb") as stream:
            return tomllib.load(stream)
    except OSError as problem:
        raise UsageError(f"{path}: {problem.strerror}")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise UsageError(f"{path}: not TOML: {problem}")


def only(data: Mapping[str, Any], allowed: Sequence[str], path: Path) -> None:
    """Refuse members that are not among the allowed ones."""
    for key in data:
        if key not in allowed:
            raise UsageError(f"{path}: {key}: allowed are {', '.join(allowed)}")


def text(data: Mapping[str, Any], key: str, path: Path) -> str:
    """Return a member that must be a string, and not an empty one."""
    value = data.get(key)
    if not isinstance(value, str) or not value:
        raise UsageError(f"{path}: {key}: must be a string")
    return value


def names(data: Mapping[str, Any], key: str, path: Path) -> tuple[str, ...]:
    """Return a member that must be a list of strings, and not an empty one."""
    value = data.get(key)
    good = isinstance(value, list) and value
    if not good or not all(isinstance(name, str) for name in data[key]):
        raise UsageError(f"{path}: {key}: must be a list of names")
    return tuple(data[key])


def among(value: str, allowed: Sequence[str], key: str, path: Path) -> None:
    """Refuse a value that is not among the allowed ones."""
    if value not in allowed:
        raise UsageError(f"{path}: {key}: {value}: allowed are {', '.join(allowed)}")


def number(data: Mapping[str, Any], key: str, bounds: range, path: Path) -> int:
    """Return a member that must be an integer within bounds."""
    value = data[key]
    if type(value) is not int or value not in bounds:
        raise UsageError(
            f"{path}: {key}: {value}: allowed are {bounds[0]} to {bounds[-1]}"
        )
    return value


def truth(data: Mapping[str, Any], key: str, path: Path) -> bool:
    """Return a member that must be true or false; false when it is left out."""
    value = data.get(key, False)
    if not isinstance(value, bool):
        raise UsageError(f"{path}: {key}: {value}: allowed are true and false")
    return value


def pattern(text: str, where: str) -> None:
    """Refuse what is no regular expression: UsageError."""
    try:
        re.compile(text)
    except re.error as problem:
        raise UsageError(f"{where}: {text!r} is no regular expression: {problem}")
