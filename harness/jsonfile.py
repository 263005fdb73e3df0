# SPDX-License-Identifier: GPL-2.0-only
"""JSON files that are whole, checked against a schema, or refused in one sentence."""

import json
import math
import re
from pathlib import Path
from typing import Any, Iterable

import jsonschema  # type: ignore[import]

from harness import atomic

LONGEST_MESSAGE = 200
# Two integers on lines of their own. No string matches: it has no raw newline.
PAIR = re.compile(r"\[\n *([0-9]+),\n *([0-9]+)\n *\]")


class RecordError(Exception):
    """A record that cannot be used: which file, where in it, and what is wrong."""

    def __init__(self, path: Path, where: str, what: str) -> None:
        """Keep the three parts; str() joins them to one line."""
        super().__init__(path, where, what)
        self.path = path
        self.where = where
        self.what = what

    def __str__(self) -> str:
        """Return 'file: where: what', or 'file: what' for the file as a whole."""
        parts = [str(self.path), self.where, self.what]
        return ": ".join(part for part in parts if part)


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"{text[:40]} is too large")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def read(path: Path) -> Any:
    """Return the content of a JSON file; RecordError if it is not one."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RecordError(path, "", error.strerror or str(error)) from error
    return parse(data, path)


def parse(data: bytes, path: Path) -> Any:
    """Return the content of JSON text; RecordError, naming path, if it is none."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RecordError(path, f"byte {error.start}", "is not UTF-8") from error
    try:
        return json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise RecordError(path, where, f"is not JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise RecordError(path, "", f"is not JSON: {error}") from error


def text(data: Any) -> str:
    """Return data as the text of a JSON file; TypeError, ValueError if it cannot be."""
    made = json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    return PAIR.sub(r"[\1, \2]", made)


def write(path: Path, data: Any) -> None:
    """Write a JSON file so that it is there whole, or as it was before.

    It is on the disk before it has its name. Raises RecordError.
    """
    try:
        written = text(data).encode("utf-8")
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(path, written, durable=True)
    except OSError as error:
        raise RecordError(path, "", error.strerror or str(error)) from error
    except (TypeError, ValueError) as error:
        raise RecordError(path, "", f"cannot be written as JSON: {error}") from error


def check(data: Any, schema: Path, path: Path) -> None:
    """Raise RecordError, naming path, unless data fits the JSON Schema file."""
    version = data.get("schema") if isinstance(data, dict) else None
    rules = read(schema)
    known = rules["properties"]["schema"]["const"]
    if isinstance(version, int) and version != known:
        what = f"version {version} is unknown here, {known} is known"
        raise RecordError(path, "schema", what)
    validator = jsonschema.Draft202012Validator(rules)
    error = jsonschema.exceptions.best_match(validator.iter_errors(data))
    if error is not None:
        raise RecordError(path, place(error.absolute_path), _sentence(error))


def place(steps: Iterable[Any]) -> str:
    """Return a path into a JSON document as text: measurements[3].hist."""
    text = ""
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if text else str(step)
    return text


def _sentence(error: Any) -> str:
    """Say what is wrong: the schema's own words where it has a rule to explain."""
    branch = {"then", "else"} & set(map(str, error.absolute_schema_path))
    if "description" in error.schema and (branch or error.validator == "not"):
        explained = str(error.schema["description"])
        return explained if explained.startswith("must") else f"must be {explained}"
    message = " ".join(str(error.message).split())
    if len(message) > LONGEST_MESSAGE:
        half = LONGEST_MESSAGE // 2
        message = f"{message[:half]} ... {message[-half:]}"
    if error.validator == "additionalProperties" and "properties" in error.schema:
        message += f"; allowed are {', '.join(error.schema['properties'])}"
    return message
