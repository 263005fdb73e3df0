# SPDX-License-Identifier: GPL-2.0-only
"""What a run was made of and where it ran, as rows: the same in every report.

Everything here decides; nothing reads or writes.
"""

from dataclasses import dataclass

from harness.record import Run

NOT_KNOWN = "not known"
_DIGITS = 12
_HASHED = ("guest", "modules", "plugin")


@dataclass(frozen=True)
class Fact:
    """A row of the environment; group: run, host, tools, kernels or inputs."""

    group: str
    name: str
    value: str


def facts(run: Run) -> tuple[Fact, ...]:
    """Return what the run was made of; what is not known is said so."""
    made = run.manifest
    rows: list[tuple[str, str, object]] = [
        ("run", "profile", made.profile),
        ("run", "started", made.started),
        ("run", "finished", made.finished),
        ("run", "clock", made.clock),
        ("run", "accelerator", made.accelerator),
        ("run", "kernel's own checks", "yes" if made.debug else "no"),
    ]
    rows += [("host", name, value) for name, value in made.host.items()]
    rows += [("tools", name, value) for name, value in made.tools.items()]
    for design, kernel in made.kernels.items():
        config = f"config {kernel.config_sha256[:_DIGITS]}"
        text = f"{kernel.release}, {kernel.source}, {_patches(kernel.patches)}"
        rows.append(("kernels", design, f"{text}, {config}, key {kernel.key}"))
    for pair, lines in made.config_diff.items():
        rows.append(("kernels", f"config {pair}", _options(len(lines))))
    for name in _HASHED:
        hashes = {getattr(cell.inputs, name) for cell in run.cells} - {None}
        if hashes:
            rows.append(("inputs", name, ", ".join(sorted(hashes))))
    return tuple(
        Fact(group, name, NOT_KNOWN if value is None else str(value))
        for group, name, value in rows
    )


def _patches(names: tuple[str, ...]) -> str:
    if not names:
        return "no patch"
    return "1 patch" if len(names) == 1 else f"{len(names)} patches"


def _options(count: int) -> str:
    return "1 option differs" if count == 1 else f"{count} options differ"
