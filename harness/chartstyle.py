# SPDX-License-Identifier: GPL-2.0-only
"""How charts look: what matplotlib is told, and how a variant is told from others.

A design has a colour; native is pale, hollow or dashed; swiotlb=force square or
dotted. So no one has to tell colours apart. Nothing here reads or writes.
"""

from typing import Any, Mapping

from harness import inert
from harness.chartdata import Panel, Series
from harness.designs import DESIGNS

# Characters of a name in a drawing; the table has all of them.
ROOM = 60
INK, MUTED, RULE, PAPER = "#0b0001", "#0b0002", "#0b0003", "#0b0004"
_DESIGNS = {name: f"#0a00{number:02x}" for number, name in enumerate(DESIGNS, 1)}
_OTHER = "#0a00ff"
STANDS: Mapping[str, str] = {
    INK: "--ink",
    MUTED: "--muted",
    RULE: "--rule",
    PAPER: "--paper",
    _OTHER: "--other",
    **{colour: f"--{name}" for name, colour in _DESIGNS.items()},
}
SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "bouncemark",
    # A dollar in a name is a dollar.
    "text.parse_math": False,
    "font.size": 9.0,
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": RULE,
    "axes.titlecolor": INK,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.labelsize": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": RULE,
    "ytick.color": RULE,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": INK,
    "xtick.minor.size": 0,
    "ytick.major.size": 0,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.handlelength": 1.4,
    "lines.linewidth": 1.6,
    "hatch.color": PAPER,
    "hatch.linewidth": 1.2,
}


def colour_of(variant: str) -> str:
    """Return the colour of a variant: its design's."""
    design = variant.partition("-")[2].partition("+")[0]
    return _DESIGNS.get(design, _OTHER)


def name_of(one: Series) -> str:
    """Return what a line is called in the legend."""
    layout = "" if one.layout == "linear" else f" {one.layout}"
    return inert.plain(one.variant + layout, ROOM)


def names_of(panel: Panel) -> list[str]:
    """Return what the groups of a panel are called."""
    return [inert.plain(group, ROOM) for group in panel.groups]


def is_native(variant: str) -> bool:
    """Tell whether a variant boots natively."""
    return variant.startswith("native")


def marker_of(variant: str) -> str:
    """Return the shape of a variant's marks."""
    return "s" if "+" in variant else "o" if is_native(variant) else "D"


def line_of(variant: str) -> dict[str, Any]:
    """Return how a variant's line is drawn."""
    return {
        "color": colour_of(variant),
        "linestyle": ":" if "+" in variant else "--" if is_native(variant) else "-",
        "label": inert.plain(variant, ROOM),
    }
