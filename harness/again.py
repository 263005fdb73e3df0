# SPDX-License-Identifier: GPL-2.0-only
"""The command that makes a run again, from its manifest alone.

Nothing here reads or writes.
"""

import shlex
from typing import Mapping

from harness.counted import PROFILE as EXPLAIN
from harness.profile import Profile
from harness.record import Manifest
from harness.source import DEFAULT
from harness.validation import PROFILE as VALIDATE
from harness.workload import VALIDATION, Workload

PROGRAM = "./bouncemark"
UNKNOWN = ""
# Characters of a command line.
ROOM = 4000
_MUTANT = "mutant-"


def command(
    made: Manifest, known: Profile | None, workloads: Mapping[str, Workload]
) -> str:
    """Return the command that makes a run again; "" where its record does not tell.

    known: the profile of that name as it is now, None if there is none. workloads:
    those there are now, by name. Variants and workloads of the run are given by
    name where the profile does not name just them.
    """
    if made.profile.startswith(_MUTANT):
        return _joined([PROGRAM, "mutants", made.profile.removeprefix(_MUTANT)])
    sources = {_label(kernel.source) for kernel in made.kernels.values()}
    if known is None or made.profile == EXPLAIN or len(sources) > 1:
        return UNKNOWN
    words = [PROGRAM]
    variants = tuple(dict.fromkeys(item.variant for item in made.planned))
    works = tuple(dict.fromkeys(item.workload for item in made.planned))
    if set(works) - set(workloads):
        # From a folder of the user's, or not there any more.
        return UNKNOWN
    if made.profile == VALIDATE:
        cases = {name for name, work in workloads.items() if work.purpose == VALIDATION}
        words += ["validate", *(works if set(works) != cases else ())]
    else:
        words += ["run", "--profile", made.profile]
        words += _each("--workload", works, known.workloads)
        words += ["--clock", made.clock] if made.clock != known.clock else []
        words += ["--accelerator", made.accelerator] * (made.accelerator == "kvm")
    words += _each("--variant", variants, known.variants)
    words += [f"--kernel={label}" for label in sources if label != str(DEFAULT)]
    words += ["--debug"] * made.debug
    return _joined(words)


def _each(option: str, here: tuple[str, ...], known: tuple[str, ...]) -> list[str]:
    """Return an option for each name, or nothing where they are the profile's own."""
    if set(here) == set(known):
        return []
    return [word for name in here for word in (option, name)]


def _label(source: str) -> str:
    """Return a kernel's source as the user named it: without the key behind it."""
    return source.rpartition(" (")[0] or source


def _joined(words: list[str]) -> str:
    """Return the command line; none of words that nobody could type or trust."""
    text = " ".join(shlex.quote(word) for word in words)
    plain = text.isascii() and text.isprintable() and len(text) <= ROOM
    return text if plain else UNKNOWN
