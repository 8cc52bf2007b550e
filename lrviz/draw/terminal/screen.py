"""A terminal's screen: how much it holds, and a run as it is shown there."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

from lrviz.draw.terminal.picture import draw_terminal
from lrviz.run.driven import Run
from lrviz.spell import has_unicode, measure

# To the corner of the screen, which is emptied.
CLEAR = "\x1b[H\x1b[2J"


@dataclass(frozen=True)
class Screen:
    """What a terminal can show.

    Attributes:
        columns: of characters.
        rows: of characters.
        is_capable: whether it takes more than text: it can be emptied, and has colours.
        has_colors: whether those are wanted.
        ascii_only: whether it shows nothing beyond ASCII.
    """

    columns: int
    rows: int
    is_capable: bool = False
    has_colors: bool = False
    ascii_only: bool = False

    def count_rows(self, text: str) -> int:
        """Return how many rows a line of text takes."""
        if self.ascii_only:
            text = text.encode("ascii", "backslashreplace").decode()
        return max(1, -(-measure(text) // self.columns))


def find_screen(stream: TextIO | None) -> Screen:
    """Return what there is behind a stream; what most terminals are where it is none."""
    size = shutil.get_terminal_size()
    is_capable = stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"
    has_colors = is_capable and not os.environ.get("NO_COLOR")
    return Screen(size.columns, size.lines, is_capable, has_colors, not has_unicode(stream))


def draw_screen(run: Run, screen: Screen, heading: str = "", beside: Sequence[str] = ()) -> str:
    """Return a run's picture and sentence, which fill a screen.

    Args:
        run: what to draw.
        screen: what it is to fill.
        heading: a line above it; empty for none.
        beside: the lines that stand on the screen too, before or after.
    """
    above, below = [heading] if heading else [], [str(run)]
    taken = sum(map(screen.count_rows, (*above, *below, *beside)))
    picture = draw_terminal(
        run,
        screen.columns,
        screen.rows - taken - 1,  # where the cursor is
        colors=screen.has_colors,
        ascii_only=screen.ascii_only,
    )
    return "".join(f"{line}\n" for line in (*above, picture, *below))
