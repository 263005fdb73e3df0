// SPDX-License-Identifier: GPL-2.0-only
// The site's script: the trend of a metric, and the filter of the index. Texts of
// records only ever become textContent or canvas text.
"use strict";

(function () {
  const KINDS = { alarm: "--fail", change: "--iommu", accepted: "--warn", fixed: "--pass" };

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function figure(value) {
    return value.toLocaleString("en-US", { maximumSignificantDigits: 10 });
  }

  // Vertical lines with the kind of mark at their head, each a line lower than the last.
  function drawMarks(marks, context, area, graph) {
    context.save();
    context.font = "11px sans-serif";
    marks.forEach(function (mark, number) {
      const x = graph.toDomXCoord(mark.at);
      if (x < area.x || x > area.x + area.w) {
        return;
      }
      const top = area.y + 10 + 13 * (number % 4);
      context.strokeStyle = context.fillStyle = colour(KINDS[mark.kind] || "--muted");
      context.setLineDash(mark.kind === "accepted" ? [4, 3] : []);
      context.beginPath();
      context.moveTo(x, area.y);
      context.lineTo(x, area.y + area.h);
      context.stroke();
      const right = x + 60 > area.x + area.w;
      context.textAlign = right ? "right" : "left";
      context.fillText(mark.kind, x + (right ? -4 : 4), top);
    });
    context.restore();
  }

  function showTrend(box) {
    const data = JSON.parse(document.getElementById("data").textContent);
    const told = document.getElementById("told");
    if (data.points.length === 0) {
      told.textContent = "No run has a value.";
      return;
    }
    const times = data.points.map(function (point) { return point[0]; });
    const rows = data.points.map(function (point) { return [new Date(point[0]), point[1]]; });
    let chosen = -1;

    function page(row) {
      return "../runs/" + encodeURIComponent(data.runs[row]) + ".html";
    }

    function tell(row) {
      chosen = row;
      const marks = data.marks.filter(function (mark) { return mark.at === times[row]; });
      const words = marks.map(function (mark) { return "; " + mark.kind + ": " + mark.text; });
      const link = document.createElement("a");
      link.href = page(row);
      link.textContent = data.runs[row];
      const text = ": " + figure(data.points[row][1]) + " " + data.unit + words.join("");
      told.replaceChildren(link, text);
    }

    function inks() {
      return { colors: [colour("--iommu")], axisLineColor: colour("--muted"),
        gridLineColor: colour("--rule") };
    }

    const graph = new Dygraph(box, rows, Object.assign(inks(), {
      labels: ["run", "value"],
      legend: "never",
      drawPoints: true,
      pointSize: 2,
      highlightCircleSize: 4,
      strokeWidth: 1.4,
      xRangePad: 8,
      yRangePad: 14,
      rightGap: 10,
      animatedZooms: false,
      axes: {
        x: { pixelsPerLabel: 90 },
        y: { axisLabelWidth: 70, axisLabelFormatter: figure }
      },
      highlightCallback: function (event, x, points, row) { tell(row); },
      underlayCallback: function (context, area, dygraph) {
        drawMarks(data.marks, context, area, dygraph);
      }
    }));

    function span(from, to) {
      graph.updateOptions({ dateWindow: [from, to] });
    }

    function last(number) {
      if (number === 0 || number >= times.length) {
        graph.resetZoom();
      } else {
        span(times[times.length - number], times[times.length - 1]);
      }
    }

    function zoom(by) {
      const range = graph.xAxisRange();
      const middle = (range[0] + range[1]) / 2;
      const half = (range[1] - range[0]) / 2 * by;
      const all = graph.xAxisExtremes();
      if (middle - half <= all[0] && middle + half >= all[1]) {
        graph.resetZoom();
      } else {
        span(Math.max(middle - half, all[0]), Math.min(middle + half, all[1]));
      }
    }

    document.querySelectorAll("button[data-last]").forEach(function (button) {
      button.addEventListener("click", function () { last(Number(button.dataset.last)); });
    });
    document.querySelectorAll("button[data-by]").forEach(function (button) {
      button.addEventListener("click", function () { zoom(Number(button.dataset.by)); });
    });
    box.addEventListener("keydown", function (event) {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step) {
        const from = chosen < 0 ? times.length - (step > 0 ? 1 : 0) : chosen;
        const row = Math.min(Math.max(from + step, 0), times.length - 1);
        graph.setSelection(row);
        tell(row);
        event.preventDefault();
      } else if (event.key === "Enter" && chosen >= 0) {
        window.location.href = page(chosen);
      }
    });
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", function () {
      graph.updateOptions(inks());
    });
    box.graph = graph;
  }

  function filterList(input) {
    const rows = Array.from(document.querySelectorAll("#list tbody tr"));
    const names = rows.map(function (row) { return row.cells[0].textContent.toLowerCase(); });
    const found = document.getElementById("found");
    function show() {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach(function (row, number) {
        const has = words.every(function (word) { return names[number].includes(word); });
        row.hidden = !has;
        shown += has ? 1 : 0;
      });
      found.textContent = shown + " of " + rows.length + " metrics";
    }
    input.addEventListener("input", show);
    if (input.value) {
      show();
    }
  }

  const box = document.getElementById("chart");
  if (box) {
    showTrend(box);
  }
  const input = document.getElementById("filter");
  if (input) {
    filterList(input);
  }
}());
