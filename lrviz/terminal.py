"""A run's curves in characters, for a terminal."""

from collections.abc import Iterator, Sequence

import numpy as np
import plotille

from lrviz.curve import Curve, Values
from lrviz.run import Run

_COLORS = ("blue", "red", "green", "magenta", "cyan", "yellow")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_BLANK = "\u2800"  # what plotille leaves where nothing is drawn
_MARGIN = 24  # columns that the labels of both axes take
_AROUND = 5  # rows that the axes and their labels take
_HEADROOM = 1.1


def draw_terminal(
    run: Run, columns: int = 80, rows: int = 24, *, colors: bool = False, ascii_only: bool = False
) -> str:
    """Return the learning rates of a run as lines of text.

    Args:
        run: what to draw.
        columns: of the terminal; narrower than 34 is taken for 34.
        rows: of the terminal; fewer than 10 are taken for 10.
        colors: whether the terminal shows colours; else several curves are drawn in letters.
            plotille leaves them out where standard output is no terminal, or NO_COLOR is set.
        ascii_only: whether it shows nothing beyond ASCII.
    """
    lines = list(_lines(run))
    legend = [name for name, _, _ in lines] if len(lines) > 1 else []
    figure = plotille.Figure()
    # plotille puts a tick in every tenth column: the last one shall be the last step.
    figure.width = max(10, (columns - _MARGIN) // 10 * 10)
    figure.origin = False
    figure.height = max(10, rows - len(legend)) - _AROUND
    figure.with_colors = colors
    figure.x_label = "epochs" if run.figure.x == "epoch" else "steps"
    figure.y_label = "lr"
    log = run.figure.yscale == "log"
    figure.register_label_formatter(float, _format_log if log else _format)
    figure.register_label_formatter(int, _format)
    _set_limits(figure, run, [values for _, _, values in lines], log=log)
    letters = ascii_only or (len(lines) > 1 and not colors)
    for index, (_, x, y) in enumerate(lines):
        x, y = _thin(x, y, 2 * figure.width)
        if log:
            x, y = x[y > 0], np.log10(y[y > 0])
        marker = _letter(index, len(lines)) if letters else None
        color = _COLORS[index % len(_COLORS)] if colors else None
        style = {"interp": None if letters else "linear", "marker": marker, "lc": color}
        figure.plot(x.tolist(), y.tolist(), **style)
    text = figure.show().replace(_BLANK, " ")
    return "\n".join([*(line.rstrip() for line in text.splitlines()), *_legend(legend, colors)])


def _lines(run: Run) -> Iterator[tuple[str, Values, Values]]:
    """Yield name, places and values of every line."""
    for curve in run.curves:
        unit = curve.steps_per_epoch if run.figure.x == "epoch" else 1
        for name, values in zip(curve.groups, curve.lr, strict=True):
            yield _name(curve, name), np.arange(curve.steps) / unit, values


def _name(curve: Curve, group: str) -> str:
    return " · ".join(filter(None, (curve.label, group)))


def _set_limits(figure: plotille.Figure, run: Run, lines: Sequence[Values], *, log: bool) -> None:
    unit = run.curves[0].steps_per_epoch if run.figure.x == "epoch" else 1
    figure.set_x_limits(min_=0.0, max_=float(max(map(len, lines)) / unit))
    low = min(float(values.min()) for values in lines)
    high = max(*(float(values.max()) for values in lines), *run.curves[0].base_lr)
    if log:
        positive = [float(values[values > 0].min()) for values in lines if (values > 0).any()]
        low, high = np.log10(min(positive, default=1e-1)), np.log10(high if high > 0 else 1.0)
        figure.set_y_limits(min_=float(low), max_=float(high if high > low else low + 1))
    else:
        figure.set_y_limits(min_=min(0.0, low), max_=high * _HEADROOM if high > 0 else 1.0)


def _thin(x: Values, y: Values, columns: int) -> tuple[Values, Values]:
    """Return the smallest and largest value of every column, so that no spike is lost."""
    if len(y) <= 2 * columns:
        return x, y
    edges = np.linspace(0, len(y), columns, endpoint=False).astype(int)
    low, high = np.minimum.reduceat(y, edges), np.maximum.reduceat(y, edges)
    return np.repeat(x[edges], 2), np.stack([low, high], axis=1).ravel()


def _letter(index: int, lines: int) -> str:
    return "*" if lines == 1 else _LETTERS[index % len(_LETTERS)]


def _legend(names: Sequence[str], colors: bool) -> Iterator[str]:
    for index, name in enumerate(names):
        mark = _LETTERS[index % len(_LETTERS)]
        if colors:
            mark = plotille.color("--", fg=_COLORS[index % len(_COLORS)])
        yield f"{mark} {name}"


def _format(value: float, chars: int, delta: object, left: bool = False) -> str:
    del delta
    text = f"{value:.3g}"
    return text.ljust(chars) if left else text.rjust(chars)


def _format_log(value: float, chars: int, delta: object, left: bool = False) -> str:
    # The x axis is written at the left of its ticks, and is not logarithmic.
    return _format(value if left else 10**value, chars, delta, left)
