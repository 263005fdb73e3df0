# SPDX-License-Identifier: GPL-2.0-only
"""The documents, as tests hold them to the code: what they tell a user to type."""

import argparse
import contextlib
import io
import re
import shlex
from pathlib import Path
from typing import Iterator

from harness import cli, paths

COMMAND = "./bouncemark"
# Of a usage, not of a command that could be typed: [WORD], a|b, WORD...
_PLACEHOLDER = re.compile(r"[\[\]|]|\w\.\.\.")
# Options that are named by themselves and are of another command.
OTHERS = {"--help"}


def files() -> list[Path]:
    """Return README and the pages of docs/."""
    root = paths.repo().root
    return [root / "README.md", *sorted((root / "docs").glob("*.md"))]


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(text: str) -> Iterator[str]:
    """Yield the command lines of bouncemark's, without comments and pipes behind them.

    They stand in lines that are indented, and between backticks, also over two lines.
    """
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    lines = re.findall(r"^ {4}.*$", prose, re.MULTILINE)
    prose = re.sub(r"^ {4}.*$", "", prose, flags=re.MULTILINE)
    for code in [*lines, *re.findall(r"`([^`]+)`", prose)]:
        # Of a usage in a comment, "make ... # or ./bouncemark ...", too.
        code = " ".join(code.split())
        for found in re.findall(rf"{re.escape(COMMAND)}\b[^()#]*", code):
            yield found.split(" | ")[0].strip()


def spans(text: str) -> list[str]:
    """Return the options that stand between backticks, alone or with a value."""
    return re.findall(r"`(--[a-z][a-z0-9-]*)(?=[ `=])", text)


def known() -> dict[str, argparse.ArgumentParser]:
    """Return the parser of each command, by its name."""
    (found,) = [
        action
        for action in cli.parser()._actions
        if isinstance(action, argparse._SubParsersAction)
    ]
    return dict(found.choices)


def options(parser: argparse.ArgumentParser) -> set[str]:
    """Return the long options of a command."""
    return {
        text
        for action in parser._actions
        for text in action.option_strings
        if text.startswith("--") and text != "--help"
    }


def refusal(command: str) -> str:
    """Return why the parser does not take a command line; "" if it does.

    Of a usage with placeholders only command and options are looked at.
    """
    name = command.split()[1]
    if name not in known():
        return f"no command {name}"
    # The parser takes a beginning for an option; a document shows it whole.
    wrong = set(re.findall(r"--[a-z][a-z0-9-]*", command)) - options(known()[name])
    if wrong:
        return f"{name} has no {', '.join(sorted(wrong))}"
    if _PLACEHOLDER.search(re.sub(r"'[^']*'", "", command)):
        return ""
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        try:
            cli._options(shlex.split(command)[1:])
        except SystemExit as done:
            return said.getvalue().strip() if done.code else ""
    return ""
