# SPDX-License-Identifier: GPL-2.0-only
"""Designs, and the variants in which they boot: the one list of what there is."""

import dataclasses
from dataclasses import dataclass
from typing import Iterable

from harness.errors import UsageError

BOOTS = ("native", "dom0")


@dataclass(frozen=True)
class Design:
    """A way to make DMA addresses, and the kernel that has it.

    family: kernels of one family are built in one tree; fragments: of kconfigs/,
    in order; patched: there is a series in bench/designs/<name>/<release>/;
    module: the kernel module of bench/designs/<name>/ that makes it, if one does.
    """

    name: str
    family: str
    fragments: tuple[str, ...]
    patched: bool
    module: str = ""


DESIGNS = {
    design.name: design
    for design in (
        Design("plain", "plain", ("base", "plain"), False),
        Design("iommu", "xen", ("base", "xen"), False),
        Design("hook", "xen", ("base", "xen"), True),
        Design("pool", "xen", ("base", "xen"), False, "xen_dma_pool"),
        Design("exchange", "xen", ("base", "xen"), True),
    )
}

# Symbols that are in the kernels of some designs and not in those of the others.
SYMBOLS = {
    "xen_start_kernel": {"iommu", "hook", "pool", "exchange"},
    "xen_swiotlb_map_page": {"iommu", "pool", "exchange"},
    "arch_dma_range_ready": {"hook"},
    "xen_alloc_exchange": {"exchange"},
}

# plain has no Xen code: it cannot be dom0. pool and exchange change what dom0
# does and nothing else: natively they are iommu.
_NOT_THERE = {("dom0", "plain"), ("native", "pool"), ("native", "exchange")}
# The pool is its own: swiotlb=force does not reach it.
_NOT_FORCED = {"pool"}


@dataclass(frozen=True)
class Variant:
    """Where it boots, the design, and whether everything is made to bounce."""

    boot: str
    design: str
    force: bool

    @property
    def name(self) -> str:
        """Return the name, like dom0-iommu or native-plain+force."""
        return f"{self.boot}-{self.design}" + "+force" * self.force


def variants() -> list[Variant]:
    """Return all variants there are, in the order they are reported."""
    return [
        Variant(boot, design, force)
        for boot in BOOTS
        for force in (False, True)
        for design in DESIGNS
        if (boot, design) not in _NOT_THERE
        if not (force and design in _NOT_FORCED)
    ]


def variant(name: str) -> Variant:
    """Return the variant of a name; UsageError lists the allowed ones."""
    known = {variant.name: variant for variant in variants()}
    if name not in known:
        raise UsageError(f"variant {name}: allowed are {', '.join(known)}")
    return known[name]


def same_pool(one: str, other: str) -> bool:
    """Tell whether two variants, by name, have their slots from swiotlb's pool."""
    return not any(DESIGNS[variant(name).design].module for name in (one, other))


def needed(names: Iterable[str]) -> list[str]:
    """Return the designs that variants need, in the order they are built."""
    wanted = {variant(name).design for name in names}
    return [design for design in DESIGNS if design in wanted]


def lined(design: Design) -> Design:
    """Return a design whose kernel knows its lines of source, in a tree of its own."""
    fragments = (*design.fragments, "lines")
    family = f"{design.family}-lines"
    return dataclasses.replace(design, family=family, fragments=fragments)


def debugging(design: Design) -> Design:
    """Return a design with the kernel's own checks, in a tree of its own."""
    fragments = (*design.fragments, "debug")
    family = f"{design.family}-debug"
    return dataclasses.replace(design, family=family, fragments=fragments)
