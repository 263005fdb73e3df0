# SPDX-License-Identifier: GPL-2.0-only
"""Check one property of a quick run.  query.py RUN PROPERTY"""

import sys
from pathlib import Path
from typing import Callable, Iterator

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from harness import record  # noqa: E402
from harness.record import Cell, Measurement, Run  # noqa: E402

PROBE_LIMIT = 4


def measured(run: Run) -> Iterator[tuple[Cell, Measurement]]:
    """Yield every measurement with its cell; there are some."""
    found = [(cell, item) for cell in run.cells for item in cell.measurements]
    assert len(found) > 100, len(found)
    yield from found


def probe(run: Run) -> None:
    """The probe's own cost is measured, and small."""
    for cell, item in measured(run):
        assert item.probe is not None and 0 < item.probe <= PROBE_LIMIT, item


def bounces(run: Run) -> None:
    """Bounces are explained by the oracle, mask steps bounce wholly."""
    for cell, item in measured(run):
        bounce = item.bounce
        assert bounce.unexplained == bounce.missed == 0, (cell.cell, item.step)
        assert item.failed == 0, (cell.cell.variant, item.step, item.failed)
        if item.step.startswith("coherent") or cell.cell.force:
            continue
        wanted = bounce.mapped if "mask32" in item.step else 0
        assert bounce.mapped and bounce.mask == wanted, (cell.cell.variant, item.step)
        assert bounce.forced == bounce.contiguity == 0, item


def force(run: Run) -> None:
    """swiotlb=force makes every mapping bounce."""
    for cell, item in measured(run):
        if not item.step.startswith("coherent"):
            wanted = item.bounce.mapped if cell.cell.force else 0
            assert item.bounce.forced == wanted, (cell.cell.variant, item.step)


def coherent(run: Run) -> None:
    """4 MiB of coherent memory under a 32-bit mask, allocated and freed."""
    name = "coherent-4194304-mask32"
    found = [(c, m) for c, m in measured(run) if m.step == name]
    assert len(found) == 2 * len(run.cells), len(found)
    for cell, item in found:
        assert item.count == 10 and item.failed == 0, (cell.cell.variant, item)


def engaged(run: Run) -> None:
    """Every proof holds; in dom0 the machine address is not the physical one."""
    for cell in run.cells:
        assert cell.engagement and all(proof.ok for proof in cell.engagement)
        facts = cell.facts
        if cell.cell.boot == "dom0":
            assert facts["dma.probe_phys"] != facts["dma.probe_machine"]
            assert facts["dma.probe_dma"] == facts["dma.probe_machine"]
            ops = "xen_swiotlb_map_page" if cell.cell.design == "iommu" else ""
            assert facts["dma.ops"] == ops, facts["dma.ops"]


def manifest(run: Run) -> None:
    """Kernels, patches, the difference of configs, and tools are on record."""
    made = run.manifest
    assert set(made.kernels) == {"plain", "iommu", "hook"}
    assert len(made.kernels["hook"].patches) == 7
    assert not made.kernels["iommu"].patches
    assert "CONFIG_XEN: n -> y" in made.config_diff["plain..iommu"]
    assert set(made.config_diff["iommu..hook"]) == {
        "CONFIG_ARCH_HAS_DMA_READY: n -> y",
        "CONFIG_ARCH_HAS_PHYS_TO_DMA: n -> y",
        "CONFIG_SWIOTLB_XEN: y -> n",
    }
    assert made.tools["qemu"] and made.tools["xen"] and made.accelerator == "tcg"
    assert {"plan", "build", "boot"} <= set(made.stages)


def inputs(run: Run) -> None:
    """A cell says what went into it."""
    kernels = {name: kernel.key for name, kernel in run.manifest.kernels.items()}
    for cell in run.cells:
        assert cell.inputs.kernel == kernels[cell.cell.design]
        assert cell.inputs.modules and cell.inputs.guest and cell.inputs.workload
        assert cell.inputs.qemu and cell.inputs.cmdline
        assert bool(cell.inputs.xen) == (cell.cell.boot == "dom0")


def main(folder: str, name: str) -> None:
    """Run one check; an AssertionError says what does not hold."""
    checks: dict[str, Callable[[Run], None]] = {
        check.__name__: check
        for check in (probe, bounces, force, coherent, engaged, manifest, inputs)
    }
    checks[name](record.load_run(Path(folder)))


if __name__ == "__main__":
    main(*sys.argv[1:])
