"""Layers of characters, one a curve, and the one picture that they make."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lrviz.draw.terminal.strokes import BRAILLE, Codes


@dataclass(frozen=True, eq=False)
class Layer:
    """What one curve draws.

    Attributes:
        codes: shape (rows, columns), the top row first; 0 where it draws nothing.
        glyph: the character that it draws; empty: the dots themselves.
        color: the number of an ANSI colour; None for the terminal's own.
    """

    codes: Codes
    glyph: str = ""
    color: int | None = None


def paint(text: str, color: int | None) -> str:
    r"""Return a text in a colour, whatever plotille thinks of the stream that it is for.

    >>> paint("a", 31), paint("a", None)
    ('\x1b[31ma\x1b[0m', 'a')
    """
    return text if color is None else f"\x1b[{color}m{text}\x1b[0m"


def merge_layers(layers: Sequence[Layer]) -> list[str]:
    """Return the rows of a picture, from the top.

    Layers that meet in a character take turns, so that of two equal curves each shows.

    >>> line = np.array([[1, 1, 1, 0]], dtype=np.uint32)
    >>> merge_layers([Layer(line, "a"), Layer(line, "b")])
    ['aba ']
    """
    codes = np.stack([layer.codes for layer in layers])
    inked = codes > 0
    count = inked.sum(axis=0)
    turn = np.add(*np.indices(count.shape)) % np.maximum(count, 1)
    chosen = (inked & (inked.cumsum(axis=0) - 1 == turn)).argmax(axis=0)
    dotted = np.array([not layer.glyph for layer in layers])
    dots = np.bitwise_or.reduce(codes * dotted[:, None, None], axis=0)
    rows = zip(count.tolist(), chosen.tolist(), dots.tolist(), strict=True)
    return [_write_row([_choose(layers, *cell) for cell in zip(*row, strict=True)]) for row in rows]


def _choose(layers: Sequence[Layer], count: int, chosen: int, dots: int) -> tuple[str, int | None]:
    """Return a character and its colour."""
    if not count:
        return " ", None
    return layers[chosen].glyph or chr(BRAILLE + dots), layers[chosen].color


def _write_row(cells: Sequence[tuple[str, int | None]]) -> str:
    runs = itertools.groupby(cells, key=lambda cell: cell[1])
    return "".join(paint("".join(glyph for glyph, _ in run), color) for color, run in runs)
