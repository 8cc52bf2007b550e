"""One figure examined, in a worker: the run drawn, the pictures compared; torch is not needed."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lrviz.check.judge import Facts, Look, judge
from lrviz.check.verdict import DRAWING, Action, Pictures, PixelsDifference, Verdict, clip, refuse
from lrviz.curve import Curve, Values
from lrviz.draw.chart import Drawing
from lrviz.draw.fonts import freetype_version
from lrviz.draw.outputs import draw_pixels
from lrviz.draw.titles import LABELS
from lrviz.errors import ImageError, Problem, SpecError
from lrviz.figure.difference import Move
from lrviz.figure.image import Pixels, decode_image, encode_drawing, encode_image
from lrviz.figure.numbers import Recorded, RecordedCurve, RecordedQuantity, record_steps
from lrviz.figure.record import Versions, drawing_versions
from lrviz.run.driven import Run
from lrviz.spec.options import FigureOptions
from lrviz.spec.style import styles

MARK = (220, 0, 0, 255)
# How much is left of the picture around the marks.
FADED = 0.25

Changes = dict[str, tuple[str, str]]

MOST_LINES = 7  # as many as the style has colours
SIZE = (8.0, 4.0)
_DPI = 100.0


class Examined(NamedTuple):
    """What became of a figure.

    Attributes:
        verdict: on it; its action is what writing `data` would do.
        data: the figure as it should be; empty where it is not to be written.
        warnings: what is worth saying on standard error.
    """

    verdict: Verdict
    data: bytes = b""
    warnings: tuple[Problem, ...] = ()


def examine(
    facts: Facts,
    *,
    updates: bool = False,
    adds: bool = False,
    shows: bool = False,
    remedy: str = "",
) -> Examined:
    """Draw a run and judge its figure; what is wrong becomes a verdict.

    Args:
        facts: what is known already.
        updates: whether a figure that is no match is to be written anew.
        adds: whether one that is missing is to be written.
        shows: whether pictures for a report are wanted of what is no match.
        remedy: what writes a figure that is missing.
    """
    try:
        drawing, versions = _draw(facts)
    except SpecError as error:
        return Examined(refuse(facts.source, facts.path, error))
    old, look = _look(facts, drawing, versions)
    verdict = judge(facts, look, remedy)
    if drawing is None:
        return Examined(verdict)
    if shows and verdict.outcome != "match":
        verdict = replace(verdict, pictures=_show(facts, old, drawing.pixels))
    warnings = tuple(map(facts.run.remark, drawing.warnings))
    action = _choose_action(facts, verdict, updates, adds)
    if action is None:
        return Examined(verdict, warnings=warnings)
    data = encode_drawing(facts.run, drawing, "png" if facts.path.endswith(".png") else "webp")
    return Examined(replace(verdict, action=action), data, warnings)


def _draw(facts: Facts) -> tuple[Drawing | None, Changes]:
    """Return the run drawn, and what differs between what draws here and what drew the figure.

    No drawing where it could not change the verdict: a match, but other libraries drew it.
    """
    record = facts.baseline.record if facts.baseline else None
    if record is None:
        return draw_pixels(facts.run), {}
    then = record.versions
    now = drawing_versions((), freetype_version(), facts.run.spec.packages)
    versions = changed_versions(then, now | {"fonts": then.get("fonts", [])})
    if facts.block and facts.numbers is None and not facts.keys and _differ(versions):
        return None, versions
    drawing = draw_pixels(facts.run)
    return drawing, changed_versions(then, now | {"fonts": list(drawing.fonts)})


def changed_versions(then: Versions, now: Versions) -> Changes:
    """Return what differs between what drew a figure and what is here.

    >>> changed_versions({"torch": "2.12.0"}, {"torch": "2.13.0", "fonts": ["A", "B"]})
    {'torch': ('2.12.0', '2.13.0'), 'fonts': ('unknown', 'A, B')}
    """
    return {
        name: (_spell_version(then.get(name)), _spell_version(value))
        for name, value in now.items()
        if then.get(name) != value
    }


def _spell_version(value: str | list[str] | None) -> str:
    text = ", ".join(value) if isinstance(value, list) else value
    return "unknown" if text is None else clip(text, 120)


def _look(facts: Facts, drawing: Drawing | None, versions: Changes) -> tuple[Pixels | None, Look]:
    """Return the figure's pixels, as far as they can be decoded, and how they compare."""
    if facts.baseline is None or not facts.baseline.data:
        return None, Look()
    try:
        old = decode_image(facts.baseline.data)
    except ImageError as error:
        return None, Look(versions=versions, unreadable=str(error))
    if drawing is None or _differ(versions):
        return old, Look(versions=versions)
    return old, Look(True, compare_pixels(old, drawing.pixels), versions)


def _differ(versions: Changes) -> bool:
    return any(name in versions for name in DRAWING)


def _choose_action(facts: Facts, verdict: Verdict, updates: bool, adds: bool) -> Action | None:
    if facts.baseline is None:
        return "added" if adds else None
    wanted = updates and verdict.outcome != "match" and facts.baseline.replaceable
    return "updated" if wanted else None


def compare_pixels(old: Pixels, new: Pixels) -> PixelsDifference | None:
    """Return how two pictures differ, or None where every pixel is the same.

    Of pictures of two sizes the part that both have is compared, from the upper left corner; all
    the rest of the larger one differs.

    >>> black = np.zeros((2, 3, 4), dtype=np.uint8)
    >>> white = np.full((2, 3, 4), 255, dtype=np.uint8)
    >>> compare_pixels(black, black) is None
    True
    >>> print(compare_pixels(black, white))
    6 of 6 pixels differ, by up to 255 of 255
    """
    height, width = (min(sides) for sides in zip(old.shape[:2], new.shape[:2], strict=True))
    distance = _distance(old[:height, :width], new[:height, :width])
    total = max(old.shape[0] * old.shape[1], new.shape[0] * new.shape[1])
    moved = total - int(np.count_nonzero(distance == 0))
    if not moved:
        return None
    sizes = ((each.shape[1], each.shape[0]) for each in (old, new))
    return PixelsDifference(moved, total, int(distance.max()), *sizes)


def mark_pixels(old: Pixels, new: Pixels) -> Pixels | None:
    """Return the new picture, faded, with every pixel that differs in red.

    None where one cannot be laid over the other: their sizes differ.
    """
    if old.shape != new.shape:
        return None
    faded = 255 - (255 - new.astype(np.float64)) * FADED
    marked: Pixels = faded.astype(np.uint8)
    marked[..., 3] = 255
    marked[_distance(old, new) > 0] = MARK
    return marked


def _distance(old: Pixels, new: Pixels) -> NDArray[np.uint8]:
    """Return the largest difference of a channel for each pixel, shape (height, width)."""
    distance: NDArray[np.uint8] = (np.maximum(old, new) - np.minimum(old, new)).max(axis=2)
    return distance


def _show(facts: Facts, old: Pixels | None, new: Pixels) -> Pictures:
    """Return the pictures that a report shows of what is no match."""
    record = facts.baseline.record if facts.baseline else None
    moves = facts.numbers.steps if facts.numbers else ()
    return Pictures(
        _to_png(old),
        _to_png(new),
        None if old is None else _to_png(mark_pixels(old, new)),
        _overlay(record.numbers, facts.run, moves) if record and record.numbers else None,
    )


def _to_png(pixels: Pixels | None) -> bytes | None:
    return None if pixels is None else encode_image(pixels, "png", _DPI, None)


def _overlay(old: Recorded, run: Run, moves: Sequence[Move]) -> bytes | None:
    """Return a figure's numbers and a run's in one picture; None where they share no curve.

    It shows the quantity that moved first, the learning rate where none did.
    """
    quantity: RecordedQuantity = moves[0].quantity if moves else "lr"
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
    ylabel = "Metric" if quantity == "metric" else LABELS[quantity]
    options = FigureOptions(style=style, size=SIZE, dpi=_DPI, ylabel=ylabel)
    spec = replace(run.spec, title="", figure=options)
    with suppress(SpecError):  # of lines that take too long to draw
        return _to_png(draw_pixels(Run(spec, tuple(curves), ())).pixels) if curves else None
    return None


def _series(recorded: Recorded, quantity: RecordedQuantity) -> dict[tuple[str, str], Values]:
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
