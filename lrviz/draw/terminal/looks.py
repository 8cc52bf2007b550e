"""What a picture in characters is drawn with: signs for its frame, letters or colours for lines."""

from dataclasses import dataclass

COLORS = (94, 91, 32, 35, 36, 33)
"""Bright blue, bright red, green, magenta, cyan and yellow: to be read on black and on white."""

LETTERS = "abcdefghijklmnopqrstuwxyzABCDEFGHIJKLMNOPQRSTUWXYZ0123456789#@%&$?"
"""One a line; without `v` and `V`, which would look like a mark of what is 0 or less."""

ALONE = "*"


@dataclass(frozen=True)
class Signs:
    """The characters around the lines.

    Attributes:
        wall: the y axis.
        wall_tick: the y axis where it is labelled.
        corner: where the axes meet.
        floor: the x axis.
        floor_tick: the x axis where it is labelled.
        line: a line's colour in the legend.
        down: a mark of what lies below a log axis.
        up: the same, on an axis that is upside down.
        ellipsis: in the place of what is left out.
    """

    wall: str
    wall_tick: str
    corner: str
    floor: str
    floor_tick: str
    line: str
    down: str
    up: str
    ellipsis: str


UNICODE = Signs("│", "┤", "└", "─", "┬", "──", "▼", "▲", "…")
ASCII = Signs("|", "+", "+", "-", "+", "--", "v", "^", "...")


@dataclass(frozen=True)
class Look:
    """How one line is drawn, or several where there are more than letters.

    Attributes:
        glyph: the letter that it is drawn with; empty: dots.
        color: the number of an ANSI colour; None for the terminal's own.
    """

    glyph: str
    color: int | None


def choose_looks(count: int, *, colors: bool, ascii_only: bool) -> list[Look]:
    """Return how each of several lines is drawn: in letters unless dots can be told apart.

    >>> choose_looks(2, colors=True, ascii_only=False)
    [Look(glyph='', color=94), Look(glyph='', color=91)]
    >>> choose_looks(2, colors=False, ascii_only=False)
    [Look(glyph='a', color=None), Look(glyph='b', color=None)]
    >>> choose_looks(1, colors=False, ascii_only=True)
    [Look(glyph='*', color=None)]
    """
    colored = colors and count <= len(COLORS)
    lettered = ascii_only or (count > 1 and not colored)
    return [
        Look(
            glyph=(LETTERS[index % len(LETTERS)] if count > 1 else ALONE) if lettered else "",
            color=COLORS[index] if colored else None,
        )
        for index in range(count)
    ]
