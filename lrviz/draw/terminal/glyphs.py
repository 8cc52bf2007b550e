"""What a picture in characters is written with: its signs, its letters and colours, its texts."""

from dataclasses import dataclass
from typing import NamedTuple

from lrviz.spell import printable

# Bright blue, bright red, green, magenta, cyan and yellow: to be read on black and on white.
COLORS = (94, 91, 32, 35, 36, 33)

# One a line; without `v` and `V`, which would look like a mark of what is 0 or less.
LETTERS = "abcdefghijklmnopqrstuwxyzABCDEFGHIJKLMNOPQRSTUWXYZ0123456789#@%&$?"

ALONE = "*"


class Signs(NamedTuple):
    """The characters around the lines.

    Attributes:
        wall: the y axis.
        wall_tick: the y axis where it is labelled.
        corner: where the axes meet.
        floor: the x axis.
        floor_tick: the x axis where it is labelled.
        line: a line's colour in the legend.
        down: a mark of what lies below a log axis.
        ellipsis: in the place of what is left out.
    """

    wall: str
    wall_tick: str
    corner: str
    floor: str
    floor_tick: str
    line: str
    down: str
    ellipsis: str


UNICODE = Signs("│", "┤", "└", "─", "┬", "──", "▼", "…")
ASCII = Signs("|", "+", "+", "-", "+", "--", "v", "...")


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
    >>> choose_looks(1, colors=False, ascii_only=True)
    [Look(glyph='*', color=None)]
    """
    colored = colors and count <= len(COLORS)
    glyphs = LETTERS if count > 1 else ALONE
    if not ascii_only and (count == 1 or colored):
        glyphs = ""
    return [
        Look(glyphs[index % len(glyphs)] if glyphs else "", COLORS[index] if colored else None)
        for index in range(count)
    ]


def paint(text: str, color: int | None) -> str:
    r"""Return a text in a colour.

    >>> paint("a", 31), paint("a", None)
    ('\x1b[31ma\x1b[0m', 'a')
    """
    return text if color is None else f"\x1b[{color}m{text}\x1b[0m"


def clean(text: str, *, ascii_only: bool) -> str:
    r"""Return a text of a spec as one line, with what a terminal cannot show spelt out.

    >>> clean("a\nb · é\x1b", ascii_only=True)
    'a b - \\xe9\\x1b'
    """
    line = printable(" ".join(text.split()))
    if not ascii_only:
        return line
    return line.replace("·", "-").replace("…", "...").encode("ascii", "backslashreplace").decode()
