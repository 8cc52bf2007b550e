"""What is drawn of a run: its lines, and what is left of them on a sheet."""

import numpy as np

from lrviz.curve import Quantity, Values
from lrviz.draw.scale import Limits, find_floor, find_limits, mend_limits, mend_steps
from lrviz.draw.thinning import find_unit, list_seen, list_within, pick_points
from lrviz.run.driven import Run
from lrviz.run.thumbnail import Thumbnail
from lrviz.spec.options import FigureOptions

COLUMNS = 512
"""The columns, at most, that a thumbnail keeps points for: more than a cell of a sheet has."""


def list_rows(run: Run, quantity: Quantity) -> list[Values]:
    """Return the values of every param group of every curve; none where it has no such quantity."""
    rows: list[Values] = []
    for curve in run.curves:
        values = curve.quantity(quantity)
        rows += [np.empty(0)] * len(curve.groups) if values is None else list(values)
    return rows


def list_units(run: Run, x: str) -> list[float]:
    """Return the steps in one unit of an x axis, for every line."""
    return [find_unit(curve, x) for curve in run.curves for _ in curve.groups]


def list_held(run: Run) -> list[int | None]:
    """Return for every line the first step that follows a held metric; None where none does."""
    return [curve.held_from for curve in run.curves for _ in curve.groups]


def find_range(run: Run, options: FigureOptions, index: int) -> tuple[Limits, float | None]:
    """Return the limits of a panel's y axis, and what it has no place for, as `find_floor` does."""
    quantity, scale = options.panels[index], options.yscale
    rows = list_rows(run, quantity)
    seen = visible = rows
    if scale == "log" and options.xlim is not None:  # it is made for what is in view
        ends = mend_steps(options.xlim)
        units = list_units(run, options.x)
        visible = [list_within(row, ends, unit) for row, unit in zip(rows, units, strict=True)]
        seen = [list_seen(row, ends, unit) for row, unit in zip(rows, units, strict=True)]
    base = max(max(curve.base_lr, default=0.0) for curve in run.curves)
    limits = find_limits(visible, quantity, base, scale)
    given = options.ylim if not index else None  # they are the first panel's
    if given:
        limits = mend_limits(given, limits, scale)
    floor = find_floor(seen, limits, given=given is not None) if scale == "log" else None
    return limits, floor


def take_thumbnail(run: Run) -> Thumbnail:
    """Return what a sheet shows of a run."""
    rows = []
    for curve in run.curves:
        for values in curve.lr:
            points = pick_points(values, 0, run.steps, COLUMNS)
            rows.append((points.astype(np.float64), values[points]))
    base = max((max(curve.base_lr, default=0.0) for curve in run.curves), default=0.0)
    return Thumbnail(tuple(rows), run.steps, base)
