"""The pictures that a report shows of a figure that is no match, as PNG bytes."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from lrviz.check.pixels import mark_pixels
from lrviz.curve import Values
from lrviz.draw.overlay import Trace, draw_overlay
from lrviz.figure.imagefile import Pixels, encode_image
from lrviz.figure.numbers import Move, Recorded, RecordedCurve, RecordedQuantity, record_steps
from lrviz.run.driven import Run

MOST_LINES = 8
_DPI = 100.0


class Pictures(NamedTuple):
    """Old picture, new one and what differs; None where there is none."""

    baseline: bytes | None
    result: bytes
    difference: bytes | None


def pictures_png(old: Pixels | None, new: Pixels) -> Pictures:
    """Return two pictures, and the pixels that differ, marked."""
    marked = None if old is None else mark_pixels(old, new)
    return Pictures(
        None if old is None else to_png(old),
        to_png(new),
        None if marked is None else to_png(marked),
    )


def to_png(pixels: Pixels) -> bytes:
    """Return pixels as the bytes of a PNG that says nothing but them."""
    return encode_image(pixels, "png", _DPI, None)


def overlay_png(old: Recorded, run: Run, moves: Sequence[Move]) -> bytes | None:
    """Return a figure's numbers and a run's in one picture; None where they share no curve.

    It shows the quantity that moved first, the learning rate where none did.
    """
    quantity: RecordedQuantity = moves[0].quantity if moves else "lr"
    was, now = _series(old, quantity), _series(record_steps(run.curves), quantity)
    both = [name for name in now if name in was]
    moved = {(move.curve, move.group) for move in moves if move.quantity == quantity}
    traces = [
        Trace(" · ".join(filter(None, name)), *was[name], now[name][1])
        for name in [name for name in both if name in moved] or both
    ]
    return to_png(draw_overlay(traces[:MOST_LINES], quantity)) if traces else None


def _series(
    recorded: Recorded, quantity: RecordedQuantity
) -> dict[tuple[str, str], tuple[Values, Values]]:
    """Return steps and values by names of curve and param group."""
    return {
        (curve.label, "" if quantity == "metric" else group): _unfold(curve, values)
        for curve in recorded.curves
        for group, values in zip(curve.groups, curve.series.get(quantity, ()), strict=False)
    }


def _unfold(curve: RecordedCurve, series: Values) -> tuple[Values, Values]:
    """Return steps and values of a stored series as a line: of a block its start and its ends."""
    if series.size == 1:
        return np.array([0.0, curve.steps - 1.0]), np.repeat(series[0], 2)
    starts = np.arange(series.shape[1], dtype=np.float64) * curve.block
    if len(series) == 1:
        return starts, series[0]
    first, low, high = series[:3]
    middles = np.minimum(starts + curve.block / 2, curve.steps - 1)
    steps = np.stack((starts, middles, middles), axis=1).ravel()
    return steps, np.stack((first, low, high), axis=1).ravel()
