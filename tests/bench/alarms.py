#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Measure by simulation how often the nightly rule is wrong; exit status 4: too often.

alarms.py [--noise NAME ...] [--series N] [--nights N] [--seed N] [--json]

Series of nights are made, each night one boot, with noise of 1 % (sigma), and the rule
of harness/nightrule.py judges every night of them, confirmation included: a candidate
gets fresh boots, drawn anew. What belongs to the night and not to the boot (the state
of the host) is the same for the night's fresh boots.

    gauss        normal noise of the boot
    no floor     the same, and the rule without its floor
    heavy        Student's t with 3 degrees of freedom, of the boot
    drift        half of the variance is the night's, AR(1) with 0.5; half the boot's
    modes        each boot is 6 % slower with a chance of 1 in 10, and normal noise
    night modes  the same, but all boots of a night are

False alarms: of unchanged code, in 100 nights of a metric; each night counts on which
one is raised, also in a row. Caught: in how many of the series an alarm was raised in
the first 1, 2, 3, 5 nights of a step of so many sigmas. The step is all nights' that
follow, and of their fresh boots.
"""

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Callable, Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import signal, stats  # type: ignore[import]

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from harness import nightrule  # noqa: E402
from harness.ranks import Floats  # noqa: E402

Draw = Callable[[np.random.Generator, tuple[int, int]], Floats]
LEVEL = 1000.0
# Percent of the level.
SIGMA = 1.0
MODE = 6.0
MODE_SHARE = 0.1
WITHIN = (1, 2, 3, 5)
STEPS = (2.0, 3.0, 5.0)
WINDOW = nightrule.BASELINE + nightrule.RECENT
# The targets: of GAUSS, false alarms in 100 nights, and percent caught of STEPS[1]
# within WITHIN[2] nights.
GAUSS = "gauss"
MOST_FALSE = 0.1
LEAST_CAUGHT = 90.0
LIMIT_STATUS = 4


@dataclass(frozen=True)
class Noise:
    """night: what all boots of a night share; boot: what each has; in percent."""

    name: str
    night: Draw
    boot: Draw
    floor: float = nightrule.FLOOR


@dataclass(frozen=True)
class Result:
    """Of one noise; most_false: the upper end of the 95 % interval.

    caught: step in sigmas -> percent of the series within WITHIN nights.
    """

    noise: str
    nights: int
    alarms: int
    false_alarms: float
    most_false: float
    confirmations: float
    caught: dict[str, list[float]]


def nothing(_: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Return no noise."""
    return np.zeros(shape)


def normal(sigma: float) -> Draw:
    """Return what draws normal noise."""
    return lambda rng, shape: rng.normal(0, sigma, shape)


def heavy(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Draw Student's t with 3 degrees of freedom, with a deviation of SIGMA."""
    drawn: Floats = rng.standard_t(3, shape) * SIGMA / np.sqrt(3)
    return drawn


def drift(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Draw AR(1) with 0.5 along the nights, with half of SIGMA's variance."""
    warm = 50
    pushes = rng.normal(0, 1, (shape[0], shape[1] + warm))
    walked = signal.lfilter([1.0], [1.0, -0.5], pushes, axis=1)[:, warm:]
    drawn: Floats = walked * SIGMA * np.sqrt(0.5 * (1 - 0.5**2))
    return drawn


def modes(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Draw MODE with a chance of MODE_SHARE, else 0."""
    return MODE * (rng.random(shape) < MODE_SHARE)


def modes_and_normal(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Draw the mode of a boot and its normal noise."""
    return modes(rng, shape) + rng.normal(0, SIGMA, shape)


NOISES = (
    Noise(GAUSS, nothing, normal(SIGMA)),
    Noise("no floor", nothing, normal(SIGMA), 0.0),
    Noise("heavy", nothing, heavy),
    Noise("drift", drift, normal(SIGMA * np.sqrt(0.5))),
    Noise("modes", nothing, modes_and_normal),
    Noise("night modes", modes, normal(SIGMA)),
)


def nights(
    rng: np.random.Generator, noise: Noise, series: int, count: int, step: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return candidates and alarms.

    Each series x count nights, the step since the first of them. WINDOW - 1 nights of
    the old code come before.
    """
    shape = (series, WINDOW - 1 + count)
    steps = np.zeros(shape)
    steps[:, WINDOW - 1 :] = step * SIGMA
    shared = noise.night(rng, shape)
    values = LEVEL * (1 + (shared + steps + noise.boot(rng, shape)) / 100)
    windows = sliding_window_view(values, WINDOW, axis=1).reshape(-1, WINDOW)
    floors = np.full(len(windows), noise.floor)
    found = nightrule.candidates(windows, floors)
    alarms = np.zeros(len(windows), dtype=bool)
    rows = np.flatnonzero(found.sign)
    if rows.size:
        boots = (rows.size, nightrule.CONFIRM_BOOTS)
        tonight = shared[:, WINDOW - 1 :].reshape(-1)[rows, np.newaxis]
        fresh = tonight + step * SIGMA + noise.boot(rng, boots)
        fresh = LEVEL * (1 + fresh / 100)
        sign = found.sign[rows]
        alarms[rows] = nightrule.confirmed(
            found.baseline[rows], fresh, sign, floors[rows]
        )
    shape = (series, count)
    return (found.sign != 0).reshape(shape), alarms.reshape(shape)


def measure(rng: np.random.Generator, noise: Noise, series: int, count: int) -> Result:
    """Return what the rule does with a noise."""
    asked = raised = 0
    # Not all at once: the windows of 100 series of 250 nights are 7 MB.
    for size in [100] * (series // 100) + [series % 100]:
        candidates, alarms = nights(rng, noise, size, count, 0.0)
        asked += int(candidates.sum())
        raised += int(alarms.sum())
    caught = {}
    for step in STEPS:
        _, told = nights(rng, noise, series, max(WITHIN), step)
        caught[f"{step:g}"] = [
            100 * float(told[:, :days].any(axis=1).mean()) for days in WITHIN
        ]
    total = series * count
    return Result(
        noise=noise.name,
        nights=total,
        alarms=raised,
        false_alarms=100 * raised / total,
        most_false=100 * highest(raised, total),
        confirmations=100 * asked / total,
        caught=caught,
    )


def highest(hits: int, total: int) -> float:
    """Return the upper end of the 95 % interval of a share (Clopper, Pearson)."""
    return float(stats.beta.ppf(0.975, hits + 1, total - hits)) if hits < total else 1.0


def misses(results: Sequence[Result]) -> list[str]:
    """Return which targets are missed, a sentence each."""
    found = []
    for one in results:
        if one.noise != GAUSS:
            continue
        if one.false_alarms > MOST_FALSE:
            found.append(
                f"{one.false_alarms:.3f} false alarms in 100 nights, "
                f"allowed are {MOST_FALSE}"
            )
        caught = one.caught[f"{STEPS[1]:g}"][WITHIN.index(3)]
        if caught < LEAST_CAUGHT:
            found.append(
                f"{caught:.1f} % of steps of 3 sigma caught within 3 nights, "
                f"at least {LEAST_CAUGHT:g} % must be"
            )
    return found


def table(results: Sequence[Result]) -> str:
    """Return the table of the results."""
    days = "/".join(map(str, WITHIN))
    head = f"{'noise':18} {'false alarms':>19} {'confirmations':>14}"
    head += "".join(f"  {f'{step:g} sigma, {days}':>20}" for step in STEPS)
    lines = [head]
    for one in results:
        false = f"{one.false_alarms:.4f} (<= {one.most_false:.4f})"
        line = f"{one.noise:18} {false:>19} {one.confirmations:14.2f}"
        for shares in one.caught.values():
            line += f"  {'/'.join(f'{share:.0f}' for share in shares):>20}"
        lines.append(line)
    lines.append("false alarms, confirmations: in 100 nights of a metric; caught: %")
    return "\n".join(lines)


def main() -> int:
    """Simulate and print; return the exit status."""
    words = argparse.ArgumentParser(description="how often the nightly rule is wrong")
    names = [noise.name for noise in NOISES]
    words.add_argument("--noise", action="append", choices=names, help="only these")
    words.add_argument("--series", type=int, default=2000, metavar="N")
    words.add_argument("--nights", type=int, default=250, metavar="N")
    words.add_argument("--seed", type=int, default=1, metavar="N")
    words.add_argument("--json", action="store_true", help="the same for machines")
    options = words.parse_args()
    if options.series < 1 or options.nights < 1:
        words.error("--series, --nights: allowed are 1 and more")
    rng = np.random.default_rng(options.seed)
    results: list[Result] = []
    for noise in NOISES:
        if options.noise and noise.name not in options.noise:
            continue
        results.append(measure(rng, noise, options.series, options.nights))
    missed = misses(results)
    if options.json:
        made = {"results": [asdict(one) for one in results], "missed": missed}
        print(json.dumps(made, indent=1))
    else:
        print(table(results))
    for sentence in missed:
        print(f"alarms.py: {sentence}", file=sys.stderr)
    return LIMIT_STATUS if missed else 0


if __name__ == "__main__":
    sys.exit(main())
