# SPDX-License-Identifier: GPL-2.0-only
"""Charts as SVG for a page: drawn by matplotlib, coloured by the page's style sheet.

matplotlib draws with colours that stand for something (chartstyle.STANDS); svg.py
puts CSS variables there, so one drawing fits light, dark and paper. Text stays text.
The same chart is the same bytes. Nothing here decides what is shown.
"""

import io
import math
import warnings
from typing import Any, Iterator, Sequence

import matplotlib  # type: ignore[import]
from matplotlib.backends.backend_svg import FigureCanvasSVG  # type: ignore[import]
from matplotlib.figure import Figure  # type: ignore[import]
from matplotlib.ticker import (  # type: ignore[import]
    FuncFormatter,
    LogLocator,
    MaxNLocator,
    NullFormatter,
)

from harness import chartstyle, inert, svg
from harness.chartdata import BARS, CURVES, DOTS, LINES, Chart, Panel, Series

# Inches of 72 points, which a browser shows as pixels.
_WIDTH, _LINE, _ABOVE, _BELOW, _COLUMNS = 10.6, 0.2, 0.34, 0.62, 3
_PANEL_HEIGHT = 2.3
_BAR = 0.13


def draw(chart: Chart) -> str:
    """Return a chart as an SVG element; it says in words what it is of."""
    paint = {BARS: _bars, DOTS: _dots, CURVES: _curves, LINES: _lines}[chart.kind]
    with matplotlib.rc_context(chartstyle.SETTINGS), warnings.catch_warnings():
        # Of characters that the font for measuring has not: the page's may.
        warnings.simplefilter("ignore")
        figure = paint(chart)
        FigureCanvasSVG(figure)
        made = io.BytesIO()
        figure.savefig(made, format="svg", metadata={"Date": None}, transparent=True)
    return svg.inline(
        made.getvalue(), chartstyle.STANDS, chart.name, chart.title, chart.says
    )


def _bars(chart: Chart) -> Figure:
    """Draw horizontal bars from zero: a panel beside or below the other."""
    most = max(len(panel.series) for panel in chart.panels)
    heights = [len(panel.groups) * (most * _BAR + 0.12) for panel in chart.panels]
    beside = len(chart.panels) > 1 and len(set(heights)) == 1
    columns = 2 if beside else 1
    rows = math.ceil(len(chart.panels) / columns)
    tall = heights[::columns]
    legend = _legend_height(most)
    height = sum(tall) + rows * (_ABOVE + _BELOW) + legend
    figure = Figure(figsize=(_WIDTH, height))
    grid = figure.add_gridspec(rows, columns, height_ratios=tall)
    for number, panel in enumerate(chart.panels):
        axes = figure.add_subplot(grid[number // columns, number % columns])
        for place, one in enumerate(panel.series):
            _bar(axes, panel, place, one)
        middle = [at + (len(panel.series) - 1) / 2 * _BAR for at in _at(panel)]
        axes.set_yticks(middle, chartstyle.names_of(panel))
        axes.set_ylim(_at(panel)[-1] + len(panel.series) * _BAR, -_BAR)
        axes.set_title(inert.plain(panel.title, chartstyle.ROOM))
        axes.set_xlabel(chart.x)
        axes.grid(axis="x")
        axes.spines["left"].set_color(chartstyle.MUTED)
        axes.xaxis.set_major_locator(MaxNLocator(6))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
        # Room for the figure at the end of the longest bar.
        values = [v for one in panel.series for v in one.values if v is not None]
        axes.set_xlim(0, 1.14 * max(values, default=1) or 1)
    return _finish(figure, legend)


def _at(panel: Panel) -> list[float]:
    step = len(panel.series) * _BAR + 0.12
    return [number * step for number in range(len(panel.groups))]


def _bar(axes: Any, panel: Panel, place: int, one: Series) -> None:
    colour = chartstyle.colour_of(one.variant)
    native = chartstyle.is_native(one.variant)
    at = [y + place * _BAR for y in _at(panel)]
    known = [(y, v) for y, v in zip(at, one.values) if v is not None]
    axes.barh(
        [y for y, _ in known],
        [value for _, value in known],
        height=_BAR * 0.82,
        facecolor=colour,
        edgecolor=chartstyle.PAPER,
        linewidth=0,
        alpha=0.45 if native else 1,
        hatch="///"
        if one.layout != "linear"
        else "\\\\\\"
        if "+" in one.variant
        else "",
        label=chartstyle.name_of(one),
    )
    for y, value in zip(at, one.values):
        text = "?" if value is None else f"{value:,.0f}"
        axes.annotate(
            text,
            (value or 0, y),
            xytext=(3, 0),
            textcoords="offset points",
            va="center",
            fontsize=7,
            color=chartstyle.MUTED,
        )


def _dots(chart: Chart) -> Figure:
    """Draw a line for each group, a dot for each variant, on a logarithmic axis."""
    (panel,) = chart.panels
    legend = _legend_height(len(panel.series))
    height = len(panel.groups) * _LINE + _BELOW + _ABOVE / 2 + legend
    figure = Figure(figsize=(_WIDTH, height))
    axes = figure.add_subplot()
    for one in panel.series:
        known = [(v, y) for y, v in enumerate(one.values) if v is not None]
        axes.scatter(
            [max(value, 1) for value, _ in known],
            [y for _, y in known],
            s=34,
            marker=chartstyle.marker_of(one.variant),
            facecolors="none"
            if chartstyle.is_native(one.variant)
            else chartstyle.colour_of(one.variant),
            edgecolors=chartstyle.colour_of(one.variant),
            linewidths=1.4,
            label=chartstyle.name_of(one),
            zorder=3,
        )
    axes.set_yticks(range(len(panel.groups)), chartstyle.names_of(panel))
    axes.set_ylim(len(panel.groups) - 0.4, -0.6)
    axes.set_xlabel(chart.x)
    _logarithmic(axes, [v for one in panel.series for v in one.values if v])
    axes.grid(axis="both")
    axes.spines["left"].set_visible(False)
    return _finish(figure, legend)


def _logarithmic(axes: Any, values: Sequence[float], ticks: int = 12) -> None:
    """Make an axis logarithmic; one of less than two powers of ten has more labels."""
    narrow = max(values, default=1) / max(min(values, default=1), 1) < 100
    axes.set_xscale("log")
    locator = LogLocator(subs=(1, 2, 5) if narrow else (1,), numticks=ticks)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
    axes.xaxis.set_minor_formatter(NullFormatter())


def _small(chart: Chart, share_x: bool) -> Iterator[tuple[Any, Panel, Figure, float]]:
    """Yield the axes of small multiples with their panels."""
    rows = math.ceil(len(chart.panels) / _COLUMNS)
    legend = _legend_height(max(len(panel.series) for panel in chart.panels))
    figure = Figure(figsize=(_WIDTH, rows * _PANEL_HEIGHT + legend + 0.1))
    columns = _COLUMNS if len(chart.panels) > 1 else 1
    grid = figure.subplots(rows, columns, squeeze=False, sharey=True, sharex=share_x)
    flat = list(grid.flat)
    for axes in flat[len(chart.panels) :]:
        axes.set_axis_off()
    for number, (axes, panel) in enumerate(zip(flat, chart.panels)):
        axes.set_title(inert.plain(panel.title, chartstyle.ROOM), fontsize=8.2)
        if number % columns == 0:
            axes.set_ylabel(chart.y)
        if number + columns >= len(chart.panels):
            axes.set_xlabel(chart.x)
            axes.tick_params(labelbottom=True)
        axes.grid()
        yield axes, panel, figure, legend


def _curves(chart: Chart) -> Figure:
    """Draw for each panel the share of samples at or below a value: steps."""
    for axes, panel, figure, legend in _small(chart, False):
        for one in panel.series:
            first = (one.points[0][0], 0.0)
            xs, ys = zip(first, *one.points)
            axes.step(xs, ys, where="post", **chartstyle.line_of(one.variant))
        _logarithmic(axes, [x for one in panel.series for x, _ in one.points], 5)
        axes.set_ylim(0, 1.02)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:.0%}"))
    return _finish(figure, legend)


def _lines(chart: Chart) -> Figure:
    """Draw for each panel the rate against the scatter; equal lines stay apart."""
    for axes, panel, figure, legend in _small(chart, True):
        for number, one in enumerate(panel.series):
            xs, ys = zip(*one.points)
            aside = (number - (len(panel.series) - 1) / 2) * 0.8
            marks = {"marker": chartstyle.marker_of(one.variant), "markersize": 4.5}
            axes.plot(
                [x + aside for x in xs], ys, **chartstyle.line_of(one.variant), **marks
            )
        axes.set_ylim(-4, 104)
        axes.set_xlim(-8, 108)
        axes.set_xticks([0, 25, 50, 75, 100])
    return _finish(figure, legend)


def _legend_height(entries: int) -> float:
    return 0.28 * math.ceil(entries / 6)


def _finish(figure: Figure, legend: float) -> Figure:
    """Put one legend above everything, and take all the room there is."""
    labels: dict[str, Any] = {}
    for axes in figure.axes:
        for handle, name in zip(*axes.get_legend_handles_labels()):
            labels.setdefault(name, handle)
    figure.legend(
        list(labels.values()),
        list(labels),
        loc="upper left",
        ncols=6,
        bbox_to_anchor=(0, 1),
        borderaxespad=0,
        columnspacing=1.6,
    )
    height = figure.get_size_inches()[1]
    figure.tight_layout(
        rect=(0, 0, 1, 1 - legend / height), pad=0.3, w_pad=1.6, h_pad=1.2
    )
    return figure
