# SPDX-License-Identifier: GPL-2.0-only
"""Recorded outputs of tools, and damaged copies of them, for the tests."""

import copy
import json
from pathlib import Path
from typing import Any, Callable

from harness.errors import ToolError

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
Parse = Callable[[str], Any]
Place = tuple[str | int, ...]


def recorded(pattern: str) -> dict[str, str]:
    """Return the recorded outputs of that name: file -> text; there are some."""
    found = {
        str(path.relative_to(FIXTURES)): path.read_text("utf-8")
        for path in FIXTURES.glob(pattern)
    }
    assert found, f"no {pattern} in {FIXTURES}"
    return dict(sorted(found.items()))


def refusal(parse: Parse, text: str) -> str:
    """Return the one sentence that a text is refused with."""
    try:
        result = parse(text)
    except ToolError as error:
        said = str(error)
        assert "\n" not in said and len(said) < 300, said
        return said
    raise AssertionError(f"taken: {result}")


def verdict(parse: Parse, text: str) -> str:
    """Return the verdict that a text which is refused is worth."""
    try:
        result = parse(text)
    except ToolError as error:
        return error.verdict.value
    raise AssertionError(f"taken: {result}")


def changed(text: str, place: Place, value: Any) -> str:
    """Return JSON with one member changed."""
    data = copy.deepcopy(json.loads(text))
    inner = data
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    return json.dumps(data, indent=1)


def without(text: str, place: Place) -> str:
    """Return JSON with one member deleted."""
    data = json.loads(text)
    inner = data
    for step in place[:-1]:
        inner = inner[step]
    del inner[place[-1]]
    return json.dumps(data, indent=1)


def words(place: Place) -> str:
    """Return a place as refusals tell it."""
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.lstrip(".")


def each_damage(parse: Parse, text: str, place: Place) -> None:
    """Damage a figure in every way, and see that the refusal names its place."""
    where = words(place)
    for damaged, what in (
        (without(text, place), "is missing"),
        (changed(text, place, "1"), "is not a"),
        (changed(text, place, None), "is not a"),
        (changed(text, place, True), "is not a"),
        (changed(text, place, [1]), "is not a"),
        (changed(text, place, -1), "is negative: -1"),
        (changed(text, place, float("nan")), "NaN is not JSON"),
        (changed(text, place, float("inf")), "Infinity is not JSON"),
    ):
        said = refusal(parse, damaged)
        assert what in said, (where, what, said)
        assert where in said or "is not JSON" in said, (where, said)


def each_cut(parse: Parse, text: str, tool: str, pieces: int = 200) -> None:
    """Cut a text off in many places, and see that none of the pieces is taken."""
    body = text.rstrip()
    for number in range(pieces):
        end = len(body) * number // pieces
        said = refusal(parse, body[:end])
        wanted = ("cut off after", "printed nothing")
        assert said.startswith(f"{tool}: "), said
        assert any(what in said for what in wanted), (end, said)
