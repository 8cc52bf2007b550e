"""What a report shows of a figure that is no match: both pictures, and the curves as lines."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import numpy as np

from lrviz.check.baselines import Facts
from lrviz.check.verdict import Pictures
from lrviz.curve import Curve, Quantity, Values
from lrviz.draw.outputs import draw_pixels
from lrviz.draw.titles import LABELS
from lrviz.errors import SpecError
from lrviz.figure.image import Pixels, encode_image
from lrviz.figure.moves import Move
from lrviz.figure.numbers import Recorded, RecordedCurve, record_steps
from lrviz.run.driven import Run
from lrviz.spec.options import FigureOptions
from lrviz.spec.style import styles

MARK = (220, 0, 0, 255)
# How much is left of the picture around the marks.
FADED = 0.25

MOST_LINES = 7  # as many as the style has colours
SIZE = (8.0, 4.0)
_DPI = 100.0


def show_pictures(facts: Facts, old: Pixels | None, new: Pixels) -> Pictures:
    """Return the pictures that a report shows of what is no match."""
    record = facts.baseline.record
    moves = facts.numbers.steps if facts.numbers else ()
    return Pictures(
        _to_png(old),
        _to_png(new),
        None if old is None else _to_png(mark_pixels(old, new)),
        _overlay(record.numbers, facts.run, moves) if record and record.numbers else None,
    )


def mark_pixels(old: Pixels, new: Pixels) -> Pixels | None:
    """Return the new picture, faded, with every pixel that differs in red.

    None where one cannot be laid over the other: their sizes differ.
    """
    if old.shape != new.shape:
        return None
    faded = 255 - (255 - new.astype(np.float64)) * FADED
    marked: Pixels = faded.astype(np.uint8)
    marked[..., 3] = 255
    marked[(old != new).any(axis=2)] = MARK
    return marked


def _to_png(pixels: Pixels | None) -> bytes | None:
    return None if pixels is None else encode_image(pixels, "png", _DPI, None)


def _overlay(old: Recorded, run: Run, moves: Sequence[Move]) -> bytes | None:
    """Return a figure's numbers and a run's in one picture; None where they share no curve.

    It shows the quantity that moved first, the learning rate where none did.
    """
    quantity: Quantity = moves[0].quantity if moves else "lr"
    was, now = _series(old, quantity), _series(record_steps(run.curves), quantity)
    both = [name for name in now if name in was]
    moved = {(move.curve, move.group) for move in moves if move.quantity == quantity}
    names = [name for name in both if name in moved] or both
    curves = [
        Curve(("",), rows[name], (), label=" · ".join(filter(None, (*name, when))))
        for when, rows in (("now", now), ("then", was))
        for name in names[:MOST_LINES]
    ]
    light, count = styles()["light"], min(len(names), MOST_LINES)
    patterns = ("-",) * count + ("--",) * count  # a curve has one colour, now and then
    style = light.model_copy(update={"colors": light.colors[:count] * 2, "linestyles": patterns})
    options = FigureOptions(style=style, size=SIZE, dpi=_DPI, ylabel=LABELS[quantity])
    spec = replace(run.spec, title="", figure=options)
    with suppress(SpecError):  # of lines that take too long to draw
        return _to_png(draw_pixels(Run(spec, tuple(curves), ())).pixels) if curves else None
    return None


def _series(recorded: Recorded, quantity: Quantity) -> dict[tuple[str, str], Values]:
    """Return values, shape (1, steps), by names of curve and param group."""
    return {
        (curve.label, "" if quantity == "metric" else group): _unfold(curve, values)
        for curve in recorded.curves
        for group, values in zip(curve.groups, curve.series.get(quantity, ()), strict=False)
    }


def _unfold(curve: RecordedCurve, series: Values) -> Values:
    """Return a stored series as a line: of a block its first value, then its ends."""
    if series.size == 1 or len(series) == 1:
        return np.broadcast_to(series[:1], (1, curve.steps))
    places = np.arange(curve.steps) * 3 // curve.block
    return series[places % 3, places // 3][np.newaxis]
