# SPDX-License-Identifier: GPL-2.0-only
"""What the readers of a tool's output share: JSON members that are as they must be.

Whatever is missing, of another type or impossible raises ToolError with the tool
and the place. Nothing here has a default: what was not printed is not zero.
"""

import dataclasses
import json
import math
import re
from typing import Any, NamedTuple, NoReturn

from harness.errors import ToolError


class Reading(NamedTuple):
    """A figure of a tool, or derived from such: finite, not negative, in its unit."""

    name: str
    unit: str
    value: int | float


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


@dataclasses.dataclass(frozen=True)
class Members:
    """An object of a tool's JSON; where: its place in it, "" for the whole."""

    tool: str
    where: str
    data: dict[str, Any]

    def problem(self, what: str, name: str = "") -> ToolError:
        """Return the error that says what is wrong with a member, or with all."""
        place = ".".join(part for part in (self.where, name) if part)
        return ToolError(f"{self.tool}: {place}: {what}" if place else self._say(what))

    def _say(self, what: str) -> str:
        return f"{self.tool}: {what}"

    def has(self, name: str) -> bool:
        """Return whether there is such a member."""
        return name in self.data

    def _get(self, name: str) -> Any:
        if name not in self.data:
            raise self.problem("is missing", name)
        return self.data[name]

    def count(self, name: str) -> int:
        """Return a member that is an integer from 0 on."""
        value = self._get(name)
        if type(value) is not int:
            raise self.problem("is not an integer", name)
        if value < 0:
            raise self.problem(f"is negative: {value}", name)
        return value

    def number(self, name: str) -> float:
        """Return a member that is a finite number from 0 on."""
        value = self._get(name)
        if type(value) not in (int, float) or not math.isfinite(value):
            raise self.problem("is not a number", name)
        if value < 0:
            raise self.problem(f"is negative: {value}", name)
        return float(value)

    def text(self, name: str) -> str:
        """Return a member that is a text."""
        value = self._get(name)
        if not isinstance(value, str):
            raise self.problem("is not a text", name)
        return value

    def inner(self, name: str) -> "Members":
        """Return a member that is an object."""
        return self._object(self._get(name), name)

    def items(self, name: str) -> list["Members"]:
        """Return a member that is a list of objects."""
        value = self._get(name)
        if not isinstance(value, list):
            raise self.problem("is not a list", name)
        return [self._object(v, f"{name}[{n}]") for n, v in enumerate(value)]

    def _object(self, value: Any, name: str) -> "Members":
        if not isinstance(value, dict):
            raise self.problem("is not an object", name)
        place = f"{self.where}.{name}" if self.where else name
        return Members(self.tool, place, value)


def parse(tool: str, text: str) -> Members:
    """Return the one JSON object that a text is; ToolError if it is anything else."""
    body = text.strip()
    if not body:
        raise ToolError(f"{tool}: printed nothing")
    if not body.startswith("{"):
        line = body.splitlines()[0][:100]
        raise ToolError(f"{tool}: its output is not JSON, it begins with: {line}")
    try:
        data, end = json.JSONDecoder(parse_constant=_refuse).raw_decode(body)
    except json.JSONDecodeError as error:
        if error.pos >= len(body) or not body.endswith("}"):
            raise ToolError(f"{tool}: its JSON is cut off after {len(body)} characters")
        where = f"line {error.lineno} column {error.colno}"
        raise ToolError(f"{tool}: its output is not JSON: {where}: {error.msg}")
    except (ValueError, RecursionError) as error:
        raise ToolError(f"{tool}: its output is not JSON: {error}")
    rest = body[end:].strip()
    if rest:
        line = rest.splitlines()[0][:100]
        raise ToolError(f"{tool}: something follows its JSON: {line}")
    return Members(tool, "", data)


def version(members: Members, name: str, form: str, least: tuple[int, int]) -> str:
    """Return the version that a member tells; ToolError if it is older than least.

    form: regular expression of the whole member, its groups are the version's two
    numbers.
    """
    text = members.text(name)
    found = re.fullmatch(form, text)
    if not found:
        raise members.problem(f"is no version: {text[:40]!r}", name)
    if (int(found[1]), int(found[2])) < least:
        wanted = ".".join(map(str, least))
        raise members.problem(f"is {text}, and {wanted} or later is needed", name)
    return text
