"""What is drawn of a run: its lines, and what is left of them on a sheet."""

import numpy as np

from lrviz.curve import Quantity, Values
from lrviz.points import pick_points
from lrviz.run import Run
from lrviz.spec.options import FigureOptions
from lrviz.thumbnail import Thumbnail

COLUMNS = 512
"""The columns, at most, that a thumbnail keeps points for: more than a cell of a sheet has."""


def list_rows(run: Run, quantity: Quantity) -> list[Values]:
    """Return the values of every param group of every curve; none where it has no such quantity."""
    rows: list[Values] = []
    for curve in run.curves:
        values = curve.quantity(quantity)
        rows += [np.empty(0)] * len(curve.groups) if values is None else list(values)
    return rows


def has_hidden(run: Run, options: FigureOptions) -> bool:
    """Whether a panel has values for which its axis has no place: 0 or below, on a log axis."""
    return options.yscale == "log" and any(
        bool((row <= 0).any()) for panel in options.panels for row in list_rows(run, panel)
    )


def take_thumbnail(run: Run) -> Thumbnail:
    """Return what a sheet shows of a run."""
    rows = []
    for curve in run.curves:
        for values in curve.lr:
            points = pick_points(values, 0, run.steps, COLUMNS)
            rows.append((points.astype(np.float64), values[points]))
    base = max((max(curve.base_lr, default=0.0) for curve in run.curves), default=0.0)
    return Thumbnail(tuple(rows), run.steps, base)
