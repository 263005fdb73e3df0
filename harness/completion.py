# SPDX-License-Identifier: GPL-2.0-only
"""What a shell completes the command's words with, made from its own parser.

It is ours, for Debian's shtab 1.5.5 offers bash only the first of an option's
choices. Names that depend on the checkout and the runs are asked of the command
when a word is completed. zsh takes bash's script, by its own bashcompinit.
"""

import argparse
from typing import Iterator

# What a word stands for -> what bouncemark can list.
_LISTED = {
    "RUN": "runs",
    "W": "workloads",
    "V": "variants",
    "CASE": "workloads",
    "Q": "questions",
    "PROFILE": "profiles",
}
_FILES = {"DIR": "-d", "PATH": "-f", "K": "-f"}
_ZSH = """autoload -U +X compinit && compinit -D
autoload -U +X bashcompinit && bashcompinit
"""
_SCRIPT = """# Made by: {prog} completion {shell}
{ready}_{prog}() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}
  local words= list= files=
  case "${{COMP_WORDS[1]}} $before" in
{values}
  *)
    case "${{COMP_WORDS[1]}}" in
{commands}
    esac ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then
    words='{names}' list= files=
  elif [ "${{word#-}}" != "$word" ]; then
    case "${{COMP_WORDS[1]}}" in
{options}
    esac
    list= files=
  fi
  if [ -n "$list" ]; then
    words=$("${{COMP_WORDS[0]}}" list "$list" 2>/dev/null | cut -d ' ' -f 1)
  fi
  if [ -n "$files" ]; then
    COMPREPLY=($(compgen "$files" -- "$word"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$word"))
  fi
}}
complete -o filenames -F _{prog} {prog}
"""


def script(parser: argparse.ArgumentParser, shell: str) -> str:
    """Return the script for bash or zsh, to be read by the shell."""
    commands = dict(_commands(parser))
    values, words, options = [], [], []
    for name, one in commands.items():
        named: list[str] = []
        for action in one._actions:
            wanted = _wanted(action)
            named += action.option_strings
            if wanted and not action.option_strings:
                words.append(f"    {name}) {wanted} ;;")
            elif wanted and action.nargs != 0:
                where = " | ".join(f"'{name} {text}'" for text in action.option_strings)
                values.append(f"  {where}) {wanted} ;;")
        options.append(f"    {name}) words='{' '.join(named)}' ;;")
    return _SCRIPT.format(
        prog=parser.prog,
        shell=shell,
        ready=_ZSH if shell == "zsh" else "",
        names=" ".join(commands),
        values="\n".join(values),
        commands="\n".join(words),
        options="\n".join(options),
    )


def _wanted(action: argparse.Action) -> str:
    """Return the assignment that offers an action's values; "" where none is known."""
    if action.choices is not None:
        return f"words='{' '.join(map(str, action.choices))}'"
    word = str(action.metavar or action.dest.upper())
    if word in _LISTED:
        return f"list={_LISTED[word]}"
    return f"files={_FILES[word]}" if word in _FILES else ""


def _commands(
    parser: argparse.ArgumentParser,
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()
