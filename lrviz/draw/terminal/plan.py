"""What a picture shows and how: its lines, its two axes, and their ticks."""

from collections.abc import Sequence
from dataclasses import dataclass

from lrviz.curve import Values
from lrviz.draw.points import find_unit, list_seen, list_within
from lrviz.draw.scale import (
    FARTHEST,
    Limits,
    explain_empty,
    find_floor,
    find_limits,
    mend_limits,
    mend_steps,
)
from lrviz.draw.terminal.axis import Axis
from lrviz.draw.terminal.looks import Look, choose_looks
from lrviz.draw.terminal.ticks import Ticks, choose_step_ticks, choose_value_ticks
from lrviz.run.driven import Run

LEAST_STEP = {"step": 1.0, "epoch": 0.5}
"""From one tick of the x axis to the next."""

DOTS_ACROSS, DOTS_UP = 2, 4
"""The dots of a character that is not a letter."""


@dataclass(frozen=True, eq=False)
class Line:
    """One line of a picture.

    Attributes:
        values: one a step.
        unit: the steps in one unit of the x axis.
        look: how it is drawn.
    """

    values: Values
    unit: float
    look: Look


@dataclass(frozen=True)
class Range:
    """What the y axis shows.

    Attributes:
        limits: its lower and upper end, or the other way round.
        log: whether it is logarithmic.
        known: whether there is any value to say so.
        hidden: what it has no place for, if there is any: values of so much or less.
    """

    limits: Limits
    log: bool
    known: bool
    hidden: float | None


def list_lines(run: Run, *, colors: bool, ascii_only: bool) -> list[Line]:
    """Return a line for every param group of every curve."""
    count = sum(len(curve.groups) for curve in run.curves)
    looks = iter(choose_looks(count, colors=colors, ascii_only=ascii_only))
    return [
        Line(row, find_unit(curve, run.figure.x), next(looks))
        for curve in run.curves
        for row in curve.lr
    ]


def find_range(run: Run, lines: Sequence[Line]) -> Range:
    """Return what the y axis shows: what a figure does, or what the spec asks for."""
    log = run.figure.yscale == "log"
    # A figure's log axis is made for what its x axis shows.
    seen = mend_steps(run.figure.xlim) if log and run.figure.xlim else None
    rows = [list_within(line.values, seen, line.unit) if seen else line.values for line in lines]
    shown = [list_seen(line.values, seen, line.unit) if seen else line.values for line in lines]
    base = max(max(curve.base_lr, default=0.0) for curve in run.curves)
    known = base > 0 or any(bool((row > 0).any() if log else row.any()) for row in rows)
    limits = find_limits(rows, "lr", base, run.figure.yscale)
    # Limits of a spec are those of its first panel.
    wanted = run.figure.ylim if run.figure.panels[0] == "lr" else None
    if wanted:
        limits = mend_limits(wanted, limits, run.figure.yscale)
    hidden = find_floor(shown, limits, given=bool(wanted)) if log else None
    return Range(limits, log, known or bool(wanted), hidden)


def explain_limits(run: Run) -> str:
    """Return a note on limits of the spec's own that leave nothing to be seen; empty for none."""
    lines, options = list_lines(run, colors=False, ascii_only=False), run.figure
    ends = mend_steps(options.xlim or (0.0, FARTHEST))
    seen = [list_seen(line.values, ends, line.unit) for line in lines]
    has_ylim = options.ylim is not None and options.panels[0] == "lr"
    return explain_empty(seen, find_range(run, lines).limits if has_ylim else None)


def plan_values(shown: Range, lines: Sequence[Line], cells: int) -> tuple[Axis, Ticks]:
    """Return the y axis and its ticks.

    Args:
        shown: what it shows.
        lines: of the picture.
        cells: the rows that there are.
    """
    dots = 1 if lines[0].look.glyph else DOTS_UP
    axis = Axis(*shown.limits, cells, dots, shown.log, shown.hidden)
    if shown.known:
        return axis, choose_value_ticks(axis)
    return axis, {} if shown.log else {0: "0"}


def plan_steps(run: Run, lines: Sequence[Line], cells: int) -> tuple[Axis, Ticks]:
    """Return the x axis and its ticks; `cells` are the columns that there are."""
    longest = max(len(line.values) / line.unit for line in lines)
    dots = 1 if lines[0].look.glyph else DOTS_ACROSS
    axis = Axis(*mend_steps(run.figure.xlim or (0.0, longest)), cells, dots)
    return axis, choose_step_ticks(axis, LEAST_STEP[run.figure.x], 1)
