# SPDX-License-Identifier: GPL-2.0-only
"""Compare what dmascope counted with what dmabench did, to the count.

scope_counts.py RUNS

Every step of the workload scope, in every cell. What dmabench maps follows from
its parameters (bench/modules/dmabench/dmabench_loop.c); how much of it bounced, and
why, it counts itself while it is timed. Warm-up and iterations are multiples of
the buffers, so that both map each buffer as often as the other, in proportion.
"""

import sys
from pathlib import Path
from typing import Mapping

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from harness import record  # noqa: E402
from harness.record import Cell, Measurement  # noqa: E402

REASONS = ("forced", "mask", "contiguity", "unexplained", "missed")
DEFAULTS = {"dir": "to_device", "size": 4096, "nents": 1, "depth": 1}

Counts = Mapping[str, int]


def buckets(text: object) -> dict[int, int]:
    """Return a histogram by the bound of its buckets: "0:T 1:T ..."."""
    pairs = (pair.split(":") for pair in str(text).split())
    return {int(bound): int(count) for bound, count in pairs}


def wanted_of(parameters: Mapping[str, object], one: Measurement) -> dict[str, int]:
    """Return what must have been counted, given the step's first series."""
    p = {**DEFAULTS, **parameters}
    size, nents, depth = int(p["size"]), int(p["nents"]), int(p["depth"])
    count, warmup, buffers = int(p["count"]), int(p["warmup"]), int(p["buffers"])
    op, failed = p["op"], one.failed
    wanted = dict.fromkeys(("maps", "sg_maps", "syncs", "allocs", "failed"), 0)
    bounce = {name: getattr(one.bounce, name) for name in REASONS}
    if op == "coherent":
        wanted |= {"allocs": warmup + count, "alloc_failed": 0}
        wanted |= {"frees": warmup + count}
    elif op == "sync":
        wanted["maps"] = depth
    else:
        assert warmup % buffers == 0 and (not failed or not warmup), p
        wanted["maps"] = warmup + count - failed
        wanted["sg_maps"] = wanted["maps"] if op == "map_sg" else 0
        # The kernel has no tracepoint for a scatterlist that is refused.
        wanted["failed"] = 0 if op == "map_sg" else failed
        for name, value in bounce.items():
            # A whole number of times: the same buffers as often as before.
            more, rest = divmod(value * warmup, count)
            assert rest == 0, (name, value, p)
            bounce[name] += more
    wanted["unmaps"] = wanted["maps"]
    entries = wanted["maps"] * nents
    bounced = sum(bounce.values()) - bounce["missed"]
    wanted |= bounce
    wanted |= {"entries": entries, "unmapped_entries": entries, "bounced": bounced}
    wanted |= {"bytes": entries * size, f"bytes_{p['dir']}": entries * size}
    wanted |= {"bounced_bytes": bounced * size, "stray": 0}
    wanted |= {"unmaps_before": 0, "live": 0, "slots": 0, "slots_before": 0}
    wanted["live_high"] = min(depth, wanted["maps"]) * nents
    if op != "sync":
        back = 0 if p["dir"] == "to_device" else 1
        wanted["copied_bytes"] = bounced * size * (1 + back)
    if bounced == entries and op in ("map_single", "map_page"):
        wanted["slots_high"] = wanted["live_high"] * -(-size // 2048)
    if op == "sync" and bounced == entries:
        # Each iteration syncs one buffer, for the CPU and for the device.
        rounds = warmup + count
        wanted["syncs"] = 2 * rounds
        ways = {"to_device": (1, rounds), "from_device": (2, rounds)}
        fixed, synced = ways.get(str(p["dir"]), (2, 2 * rounds))
        wanted["copied_bytes"] = (fixed * entries + synced) * size
    return wanted


def check_sync_skipped(counts: Counts, parameters: Mapping[str, object]) -> None:
    """Syncs of what never bounced are all seen, or all skipped by the API."""
    rounds = int(str(parameters["warmup"])) + int(str(parameters["count"]))
    assert counts["syncs"] in (0, 2 * rounds), counts


def check_rules(
    cell: Cell, one: Measurement, counts: Counts, lists: Mapping[str, dict[int, int]]
) -> None:
    """Check what always holds between the counts, and with the pool's own."""
    must = counts["bounced"] + counts["failed_bounced"]
    events = counts["swiotlb_bounced"]
    assert events + counts["unannounced"] == must + counts["refused_entries"], counts
    if cell.cell.design == "pool":
        assert events == 0 and counts["unannounced"] == must, counts
    else:
        assert counts["unannounced"] == 0, counts
    assert sum(lists["live_time"].values()) == counts["ticks"], (counts, lists)
    assert sum(lists["slots_time"].values()) == counts["ticks"], (counts, lists)
    assert sum(lists["sizes"].values()) == counts["entries"], (counts, lists)
    moved = counts["slots"] - counts["slots_before"]
    assert counts["pool_before"] + moved == counts["pool_after"], counts
    high = counts["pool_before"] + counts["slots_high"]
    if one.failed and counts["sg_maps"]:
        # A scatterlist that is refused takes slots and gives them back.
        assert high < counts["pool_high"], counts
    else:
        assert high == counts["pool_high"], counts


def check_levels(counts: Counts, times: Mapping[int, int], high: str) -> None:
    """Time is spent at no level above the highest, and at that one."""
    used = [bound for bound, ticks in times.items() if ticks]
    assert max(used) <= counts[high] < 2 * max(max(used), 1), (counts, times)


def check_step(cell: Cell, step: str, one: Measurement) -> Counts:
    """Check one step; return its counts."""
    values = {
        value.name.removeprefix("scope."): value.value
        for value in cell.values
        if value.step == step
    }
    assert values.pop("device") == cell.facts["dma.device"], values
    lists = {
        name: buckets(values.pop(name)) for name in ("live_time", "slots_time", "sizes")
    }
    counts = {name: int(value) for name, value in values.items()}
    for name, value in wanted_of(one.parameters, one).items():
        if name == "syncs" and one.parameters["op"] == "sync" and not value:
            check_sync_skipped(counts, one.parameters)
            continue
        assert counts[name] == value, (step, name, counts[name], value, counts)
    check_rules(cell, one, counts, lists)
    check_levels(counts, lists["live_time"], "live_high")
    check_levels(counts, lists["slots_time"], "slots_high")
    if counts["entries"]:
        size = int(str(one.parameters.get("size", DEFAULTS["size"])))
        (bound,) = (bound for bound, number in lists["sizes"].items() if number)
        assert size <= bound and (bound == 512 or bound < 2 * size), (size, lists)
    return counts


def check_refused(cell: Cell, counts: Counts, one: Measurement) -> None:
    """A scatterlist that is refused took all slots that were left, and wanted more."""
    slots = int(str(one.parameters["size"])) // 2048
    free = int(cell.facts["swiotlb.nslabs"]) - counts["pool_before"]
    fitting = (free - counts["slots_high"]) // slots
    assert 0 < fitting < int(str(one.parameters["nents"])), counts
    assert counts["refused_entries"] == one.failed * (fitting + 1) > 0, counts


def check_cell(cell: Cell) -> None:
    """Check every step of a cell, and that it had what it is there for."""
    first = {}
    for one in cell.measurements:
        first.setdefault(one.step, one)
    counts = {step: check_step(cell, step, one) for step, one in first.items()}
    total = {
        name: sum(step[name] for step in counts.values())
        for name in (*REASONS, "failed_bounced", "refused_entries", "bounced")
    }
    print(cell.cell.variant, cell.cell.p2m, total)
    assert total["missed"] == total["unexplained"] == 0
    if cell.cell.force:
        assert total["forced"] == total["bounced"] > 0
    else:
        assert total["mask"] > 0 and total["forced"] == 0
        assert 2 * counts["mixed"]["mask"] == counts["mixed"]["entries"] > 0
    if cell.cell.p2m == "scattered":
        assert total["contiguity"] > 0, total
    if cell.cell.design != "pool":
        check_refused(cell, counts["full-sg"], first["full-sg"])
    assert first["full-single"].failed == counts["full-single"]["failed"] > 0
    assert counts["after"]["bounced"] == counts["after"]["entries"] > 0


def main(runs: Path) -> None:
    """Check every cell of every run of a folder; memory was scattered in some."""
    cells = [
        cell
        for folder in sorted(runs.iterdir())
        for cell in record.load_run(folder).cells
    ]
    assert cells
    for cell in cells:
        assert cell.verdict.value == "PASS", (cell.cell, cell.reason)
        check_cell(cell)
    assert {"linear", "scattered"} == {cell.cell.p2m for cell in cells}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
