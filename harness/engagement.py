# SPDX-License-Identifier: GPL-2.0-only
"""Engagement: the proofs that the variant of a cell is the one that ran.

From what the guest told of itself alone. Nothing here reads or writes.
"""

from typing import Mapping, Sequence

from harness.designs import SYMBOLS
from harness.plan import PlannedCell
from harness.record import Engagement, Scalar

Facts = Mapping[str, Scalar]
UNKNOWN = "unknown"

# The map_page method of each design's dma_map_ops in dom0; hook has none.
_OPS = {
    "iommu": "xen_swiotlb_map_page",
    "exchange": "xen_swiotlb_map_page",
    "pool": "xen_pool_map_page",
}


def proofs(cell: PlannedCell, facts: Facts) -> tuple[Engagement, ...]:
    """Return the proofs that a cell's variant ran; what no fact tells is not ok."""
    variant = cell.variant
    checks: list[tuple[str, Scalar, str]] = [
        (f"kernel has {symbol}", variant.design in there, f"symbol.{symbol}")
        for symbol, there in SYMBOLS.items()
    ]
    dom0 = variant.boot == "dom0"
    checks += [
        ("Xen PV domain", dom0, "dma.xen_pv"),
        ("initial domain", dom0, "dma.initial_domain"),
        ("everything is made to bounce", variant.force, "dma.force_bounce"),
    ]
    found = [
        _proof(what, str(expected), _text(facts, name))
        for what, expected, name in checks
    ]
    ops = _OPS.get(variant.design, "") if dom0 else ""
    # Behind it may stand the module that has it: "xen_pool_map_page [xen_dma_pool]".
    method = _text(facts, "dma.ops")
    words = None if method is None else "".join(method.split()[:1])
    found.append(_proof("map_page of the dma_map_ops", ops, words))
    found += _translation(cell, facts)
    if dom0:
        found += _memory(cell, facts)
    return tuple(found)


def _translation(cell: PlannedCell, facts: Facts) -> list[Engagement]:
    """Return the proofs that addresses are made as the design makes them."""
    moved = _number(facts, "dma.pages_moved") or 0
    phys = _number(facts, "dma.probe_phys")
    machine = _number(facts, "dma.probe_machine")
    dma = _number(facts, "dma.probe_dma")
    slots = _number(facts, "dma.pool_slots") or 0
    found = []
    if cell.variant.boot == "dom0":
        names = ["dma.pages_moved", "dma.probe_phys", "dma.probe_machine"]
        what = "machine frames are not page frames"
        good = moved > 0 and phys != machine
        found.append(_addresses("p2m", what, facts, names, good))
    else:
        names = ["dma.pages_moved"]
        found.append(_addresses("p2m", "none", facts, names, moved == 0))
    if cell.variant.force:
        names = ["dma.probe_dma", "dma.probe_machine", "dma.pool_slots"]
        what = "bounced into the pool"
        good = slots > 0 and dma != machine
    else:
        names = ["dma.probe_dma", "dma.probe_machine"]
        what = "at its machine address"
        good = dma == machine
    found.append(_addresses("mapped page", what, facts, names, good))
    return found


def _memory(cell: PlannedCell, facts: Facts) -> list[Engagement]:
    """Return the proofs of dom0 that its memory is as the design and p2m want it."""
    design = cell.variant.design
    name = "pool.slots" if design == "pool" else "dma.pool_slots"
    there = (_number(facts, name) or 0) > 0
    found = [_addresses("pool", "there", facts, [name], there)]
    if design == "exchange":
        names = ["dma.dma32_pages", "dma.dma32_beyond"]
        pages, beyond = (_number(facts, name) for name in names)
        good = bool(pages) and beyond == 0
        what = "there, and none of them at or above 4 GiB"
        found.append(_counts("GFP_DMA32 pages", what, facts, names, good))
    if cell.spec.p2m == "scattered":
        # Four fifths of the share that was asked for, at least: the rest may have
        # been in use, or have got a neighbour by chance.
        share = int(cell.spec.parameters["scatter_share"])
        most = 1000 - 8 * share
        name = "p2m.contiguous_permille"
        here = _number(facts, name)
        what = f"at most {most} of 1000 neighbours contiguous"
        good = here is not None and here <= most
        found.append(_counts("p2m is scattered", what, facts, [name], good))
    return found


def _addresses(
    what: str, expected: str, facts: Facts, names: Sequence[str], good: bool
) -> Engagement:
    return _numbers(what, expected, facts, names, "#x", good)


def _counts(
    what: str, expected: str, facts: Facts, names: Sequence[str], good: bool
) -> Engagement:
    return _numbers(what, expected, facts, names, "d", good)


def _numbers(
    what: str,
    expected: str,
    facts: Facts,
    names: Sequence[str],
    form: str,
    good: bool,
) -> Engagement:
    """Return a proof of numbers: not ok either where one of them is not known."""
    values = [(name, _number(facts, name)) for name in names]
    told = [f"{name} {value:{form}}" for name, value in values if value is not None]
    if len(told) < len(values):
        return Engagement(what, expected, UNKNOWN, False)
    return Engagement(what, expected, ", ".join(told), good)


def _proof(what: str, expected: str, found: str | None) -> Engagement:
    if found is None:
        return Engagement(what, expected or "none", UNKNOWN, False)
    return Engagement(what, expected or "none", found or "none", expected == found)


def _text(facts: Facts, name: str) -> str | None:
    """Return a fact as text; a flag as True or False however it was sent."""
    value = facts.get(name)
    return None if value is None else str(value)


def _number(facts: Facts, name: str) -> int | None:
    value = facts.get(name)
    return value if isinstance(value, int) else None
