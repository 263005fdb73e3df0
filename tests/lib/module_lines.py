# SPDX-License-Identifier: GPL-2.0-only
"""Print the lines of source of dmabench in a run of explain.  module_lines.py RUNS"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from harness import counters, counting, modulesymbols, paths, record  # noqa: E402
from harness import sourcelines, symbols  # noqa: E402
from harness.costs import Places  # noqa: E402


def main(runs: Path) -> None:
    """Take the first cell that was counted; the kernel itself has no lines."""
    path = next(runs.glob("*explain*/cells/*"))
    cell = record.load_cell(path / "cell.json")
    assert cell.inputs.modules
    modules = paths.cache().folder("modules", cell.inputs.modules)
    load = int(cell.facts["module.dmabench.text"])
    file = modules / "debug" / "dmabench.ko"
    regions = modulesymbols.modules({"dmabench": (file, {".text": load})})
    places = Places(counters.load(path / counting.FILE), symbols.Symbols(regions))
    elf = sourcelines.Elf("module dmabench", file, ".text", load)
    print(sourcelines.text(sourcelines.listing(places, 0, 0, [elf]), cell.id, 20))


main(Path(sys.argv[1]))
