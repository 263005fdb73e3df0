# SPDX-License-Identifier: GPL-2.0-only
"""The manual page, made from the command's own parser: all that --help says."""

import argparse
import textwrap
from typing import Iterator, Sequence

from harness import statuses
from harness.statuses import Status

_SECTION, _WIDTH = 1, 56


def page(parser: argparse.ArgumentParser, date: str) -> str:
    """Return the page in man(7)'s macros; it ends with a newline.

    date: as YYYY-MM-DD, of what the page tells of.
    """
    name = parser.prog
    lines = [
        f'.TH {name.upper()} {_SECTION} "{date}" "{name}" "User Commands"',
        # No word is broken, and no blank widened: a name can be copied.
        ".nh",
        ".ad l",
        ".SH NAME",
        f"{_text(name)} \\- {_text(parser.description or '')}",
        ".SH SYNOPSIS",
        f".B {_text(name)}",
        "COMMAND [WORD ...]",
        ".SH COMMANDS",
    ]
    for title, help_text, one in _commands(parser):
        lines += _command(title, help_text, one)
    lines += [".SH EXIT STATUS", *_statuses(statuses.GENERAL)]
    lines += [".PP", statuses.WORST]
    lines += [".PP", statuses.NIGHTLY_TITLE, *_statuses(statuses.NIGHTLY)]
    return "\n".join(lines) + "\n"


def _commands(
    parser: argparse.ArgumentParser,
) -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """Yield every command with its help, in the order of --help."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {one.dest: one.help or "" for one in action._choices_actions}
            for name, one in action.choices.items():
                yield name, helps.get(name, ""), one


def _command(
    title: str, help_text: str, parser: argparse.ArgumentParser
) -> Iterator[str]:
    usage = parser.format_usage().removeprefix("usage: ")
    yield f".SS {_text(title)}"
    yield f"{_sentence(help_text[:1].upper() + help_text[1:])}"
    yield ".PP"
    # A source line of roff is kept short; it fills them itself.
    for line in textwrap.wrap(" ".join(usage.split()), _WIDTH):
        yield _text(line)
    for action in parser._actions:
        if action.dest == "help" or action.help == argparse.SUPPRESS:
            continue
        yield ".TP"
        yield _named(action)
        text = _help(action, parser)
        yield _sentence(text) if text else "\\&"


def _named(action: argparse.Action) -> str:
    """Return an option, or what a word stands for, with its value."""
    value = action.metavar or action.dest.upper()
    if action.choices is not None:
        value = "|".join(map(str, action.choices))
    if not action.option_strings:
        return f"\\fI{_text(str(value))}\\fR"
    names = ", ".join(f"\\fB{_text(name)}\\fR" for name in action.option_strings)
    return names if action.nargs == 0 else f"{names} \\fI{_text(str(value))}\\fR"


def _help(action: argparse.Action, parser: argparse.ArgumentParser) -> str:
    """Return an action's help, with its default where that says something."""
    given = {**vars(action), "prog": parser.prog}
    text = (action.help or "") % given if action.help else ""
    default = action.default
    if isinstance(default, (str, int)) and not isinstance(default, bool):
        if action.option_strings and str(default) not in text:
            return f"{text} (default: {default})".lstrip()
    return text


def _sentence(text: str) -> str:
    """Return text with a full stop, whatever it ends with."""
    return _text(text.removesuffix(".") + ".")


def _statuses(told: Sequence[Status]) -> Iterator[str]:
    """Return exit statuses, one an entry."""
    for status in told:
        yield ".TP"
        yield f"\\fB{status.number}\\fR"
        yield _sentence(status.meaning)


def _text(text: str) -> str:
    """Return text that roff shows as it is: no escapes, no requests, true hyphens."""
    shown = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{shown}" if shown[:1] in (".", "'") else shown
