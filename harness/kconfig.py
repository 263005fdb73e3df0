# SPDX-License-Identifier: GPL-2.0-only
"""Kernel configurations: what was asked for, what came of it, how two differ."""

import re
from typing import Mapping, Sequence

Config = dict[str, str]

_SET = re.compile(r"^(CONFIG_\w+)=(.*)$")
_UNSET = re.compile(r"^# (CONFIG_\w+) is not set$")


def parse(text: str) -> Config:
    """Return symbol -> value of a .config or a fragment; "n" for what is not set."""
    config: Config = {}
    for line in text.splitlines():
        if found := _SET.match(line):
            config[found[1]] = found[2]
        elif found := _UNSET.match(line):
            config[found[1]] = "n"
    return config


def lost(asked: Mapping[str, str], final: Mapping[str, str]) -> list[str]:
    """Return a line for every symbol that is not what a fragment asked for."""
    return [
        f"{symbol}={value} was asked for, the kernel's answer is "
        f"{final.get(symbol, 'n')}"
        for symbol, value in sorted(asked.items())
        if final.get(symbol, "n") != value
    ]


def difference(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """Return "SYMBOL: value -> value" for every symbol in which two kernels differ."""
    return [
        f"{symbol}: {one.get(symbol, 'n')} -> {other.get(symbol, 'n')}"
        for symbol in sorted({*one, *other})
        if one.get(symbol, "n") != other.get(symbol, "n")
    ]


def merged(fragments: Sequence[str]) -> Config:
    """Return what fragments ask for together; a later one has the last word."""
    asked: Config = {}
    for text in fragments:
        asked.update(parse(text))
    return asked
