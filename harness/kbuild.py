# SPDX-License-Identifier: GPL-2.0-only
"""How kbuild is called: the same environment and compiler whoever calls it."""

import os
from pathlib import Path

from harness import atomic
from harness.paths import Cache


def environment(cache: Cache) -> dict[str, str]:
    """Return what makes a build the same whoever starts it, and ccache's place.

    Of the caller's environment only what no kbuild reads: MAKEFLAGS, KCFLAGS, ARCH
    and their like are not in an artifact's key. In depend mode ccache trusts the
    compiler's own dependency list and skips its preprocessor pass: a cold build
    costs a quarter less.
    """
    kept = ("PATH", "HOME", "TMPDIR")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "CCACHE_DIR": str(cache.folder("ccache")),
        "CCACHE_DEPEND": "1",
        "CCACHE_NOHASHDIR": "1",
        "KBUILD_BUILD_TIMESTAMP": "Thu Jan  1 00:00:00 UTC 1970",
        "KBUILD_BUILD_USER": "bouncemark",
        "KBUILD_BUILD_HOST": "bouncemark",
        "KBUILD_BUILD_VERSION": "1",
        "LC_ALL": "C",
    }


# What is assembled is none of ccache's business: in depend mode it does not see
# that .incbin takes in another file, such as the compressed kernel.
_CC = """#!/bin/sh
for source; do :; done
case $source in
*.S) exec gcc "$@" ;;
*) exec ccache gcc "$@" ;;
esac
"""


def _cc(cache: Cache) -> Path:
    """Return the compiler that kbuild calls: its path is part of every command.

    So it is the same one where a cache has this folder of another's.
    """
    place = cache.folder("bin").resolve() / "cc"
    if not place.exists() or place.read_text(encoding="utf-8") != _CC:
        atomic.write(place, _CC.encode(), 0o755)
    return place


def make(cache: Cache, *targets: str) -> list[str]:
    """Return the words of a call of make."""
    jobs = os.cpu_count() or 1
    words = ["make", f"-j{jobs}", f"CC={_cc(cache)}", "HOSTCC=ccache gcc"]
    return [*words, "LOCALVERSION=", *targets]
