# SPDX-License-Identifier: GPL-2.0-only
"""The answer of a comparison in three sentences, made from its numbers alone."""

from typing import Callable, Mapping, Sequence

from harness.tally import Row, Tally, tally

LONGEST = 299
MAPS = ("map", "unmap")
SYNCS = ("sync_for_cpu", "sync_for_device")
ALLOCS = ("alloc", "free")
PLAIN, IOMMU, HOOK = "native-plain", "native-iommu", "native-hook"
DOM0 = ("dom0-iommu", "dom0-hook")

Blocked = Mapping[str, str]
Maker = Callable[[Sequence[Row], Blocked, str, bool], str]


def answers(rows: Sequence[Row], blocked: Blocked, clock: str) -> tuple[str, str, str]:
    """Return what dom0 pays unbounced, what it pays otherwise, what natives pay.

    blocked: variants that allow no verdict, with the reason. Every sentence is
    shorter than 300 characters and true for any sign of the differences.
    """
    unit = "instructions" if clock == "insn" else "ticks"
    prefix = "" if clock == "insn" else "Wall clock, one boot per variant, no verdict: "

    def fitted(maker: Maker) -> str:
        text = prefix + maker(rows, blocked, unit, False)
        if len(text) > LONGEST:
            text = prefix + maker(rows, blocked, unit, True)
        return _cut(text, LONGEST)

    return fitted(_unbounced), fitted(_bounced), fitted(_native)


def _unbounced(rows: Sequence[Row], blocked: Blocked, unit: str, short: bool) -> str:
    why = _blocked(DOM0, blocked)
    if why:
        return f"What unbounced mappings cost in dom0: no verdict: {why}."
    maps = tally(rows, DOM0, ("map_single", "map_page"), MAPS, ("no",))
    sync = _who(tally(rows, DOM0, ("sync",), SYNCS, ("no",)), short)
    sg = _who(tally(rows, DOM0, ("map_sg",), MAPS, ("no",)), short)
    if maps.points and not short:
        about = _about(maps)
        iommu = about + _span([point.base for point in maps.points])
        hook = about + _span([point.other for point in maps.points])
        text = (
            f"In dom0 an unbounced map and unmap{_sizes(maps)} costs {hook} {unit} "
            f"under hook and {iommu} under iommu: {_who(maps, short)}"
        )
    else:
        text = f"In dom0 ({unit}), unbounced map and unmap: {_who(maps, short)}"
    return f"{text}; sync: {sync}; scatter-gather: {sg}."


def _bounced(rows: Sequence[Row], blocked: Blocked, unit: str, short: bool) -> str:
    why = _blocked(DOM0, blocked)
    if why:
        return f"What bounces and coherent memory cost in dom0: no verdict: {why}."
    ops = ("map_single", "map_page", "map_sg")
    maps = _who(tally(rows, DOM0, ops, MAPS, ("yes",)), short)
    sync = _who(tally(rows, DOM0, ("sync",), SYNCS, ("yes",)), short)
    coherent = _who(tally(rows, DOM0, ("coherent",), ALLOCS, ("coherent",)), short)
    return (
        f"In dom0 ({unit}), bounced map and unmap: {maps}; bounced sync: {sync}; "
        f"coherent alloc and free: {coherent}."
    )


def _native(rows: Sequence[Row], blocked: Blocked, unit: str, short: bool) -> str:
    series = MAPS + SYNCS + ALLOCS

    def part(what: str, costs: str, base: str, other: str) -> str:
        why = _blocked((base, other), blocked)
        if why:
            return f"no verdict on {what}: {why}"
        found = tally(rows, (base, other), (), series, ("no", "coherent"))
        if not found.points:
            return f"what {what} {costs} them is {_empty(found)}"
        return f"{what} {costs} them {_cost(found, short)}"

    iommu = part("the iommu design", "costs", PLAIN, IOMMU)
    hooks = part("the hooks", "cost", IOMMU, HOOK)
    return f"Native users, where nothing bounces ({unit}): {iommu}; {hooks}."


def _blocked(variants: Sequence[str], blocked: Blocked) -> str:
    found = [name for name in variants if name in blocked]
    room = 60 // max(len(found), 1)
    texts = [f"{name} {_cut(blocked[name].rstrip('.'), room)}" for name in found]
    return ", ".join(texts)


def _who(found: Tally, short: bool) -> str:
    """Say who is cheaper, hook or iommu, and by how much."""
    if not found.points:
        return _empty(found)
    less, more, equal = _split(found)
    about = _about(found)
    if not less and not more:
        text = f"hook costs {about}the same"
    elif not more and not equal:
        text = f"hook is cheaper by {about}{_span(less)}"
    elif not less and not equal:
        text = f"hook is dearer by {about}{_span(more)}"
    elif short:
        low = f"{max(less):,} cheaper" if less else "equal"
        high = f"{max(more):,} dearer" if more else "equal"
        text = f"hook is {about}{low} to {high}"
    else:
        parts = [
            f"cheaper by {about}{_span(less)} at {len(less)}" if less else "",
            f"dearer by {about}{_span(more)} at {len(more)}" if more else "",
            f"equal at {equal}" if equal else "",
        ]
        text = f"hook is {_and(parts)} of {len(found.points)} points"
    return text + _lost(found, short)


def _cost(found: Tally, short: bool) -> str:
    """Say what a design costs, more or less than its base."""
    less, more, equal = _split(found)
    about = _about(found)
    total = len(found.points)
    everywhere = f"in all {total} operations" if total > 1 else "in the one operation"
    if not less and not more:
        text = f"{about}nothing {everywhere}"
    elif not less and not equal:
        text = f"{about}{_span(more)} more {everywhere}"
    elif not more and not equal:
        text = f"{about}{_span(less)} less {everywhere}"
    elif short:
        low = f"{max(less):,} less" if less else "nothing"
        high = f"{max(more):,} more" if more else "nothing"
        text = f"{about}{low} to {high} {everywhere}"
    else:
        parts = [
            f"{about}{_span(more)} more in {len(more)}" if more else "",
            f"{about}{_span(less)} less in {len(less)}" if less else "",
            f"nothing in {equal}" if equal else "",
        ]
        text = f"{_and(parts)} of {total} operations"
    return text + _lost(found, short)


def _split(found: Tally) -> tuple[list[int], list[int], int]:
    """Return the amounts that are less, those that are more, how many are equal."""
    changes = [point.other - point.base for point in found.points]
    less = [-change for change in changes if change < 0]
    more = [change for change in changes if change > 0]
    return less, more, changes.count(0)


def _about(found: Tally) -> str:
    return "" if all(point.exact for point in found.points) else "about "


def _empty(found: Tally) -> str:
    if found.unlike:
        return "not comparable, the work differs"
    return "not known" if found.unknown else "not measured"


def _lost(found: Tally, short: bool) -> str:
    """Say how many steps gave no point."""
    lost = found.unlike + found.unknown
    if not lost:
        return ""
    if short:
        return f" ({lost} of {found.steps} left out)"
    parts = [
        f"{found.unlike} differ in work" if found.unlike else "",
        f"{found.unknown} not known" if found.unknown else "",
    ]
    return f" (of {found.steps}, {_and(parts)})"


def _sizes(found: Tally) -> str:
    """Return the range of sizes, if every point has one."""
    sizes = [point.size for point in found.points if point.size is not None]
    if len(sizes) != len(found.points):
        return ""
    low, high = _bytes(min(sizes)), _bytes(max(sizes))
    return f" of {low}" if low == high else f" of {low} to {high}"


def _bytes(size: int) -> str:
    for unit, bits in (("MiB", 20), ("KiB", 10)):
        if size and size % (1 << bits) == 0:
            return f"{size >> bits} {unit}"
    return f"{size:,} B"


def _span(amounts: Sequence[int]) -> str:
    low, high = min(amounts), max(amounts)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _and(parts: Sequence[str]) -> str:
    """Join the parts that say something: a, b and c."""
    said = [part for part in parts if part]
    if len(said) < 2:
        return "".join(said)
    return f"{', '.join(said[:-1])} and {said[-1]}"


def _cut(text: str, room: int) -> str:
    """Return text on one line, cut at a word to at most room characters."""
    text = " ".join(text.split())
    if len(text) <= room:
        return text
    return text[: room - 4].rsplit(" ", 1)[0] + " ..."
