"""An axis of a picture in characters: which character, and which dot of it, a value falls in."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lrviz.curve import Values
from lrviz.draw.scale import LARGEST

FAR = 1e12
"""What is so many lengths of an axis away from it, or more, is beyond the picture all the same."""


@dataclass(frozen=True)
class Axis:
    """One axis of a picture.

    Attributes:
        start: the value of its first dot, at the left or at the bottom.
        end: the value of its last dot; below `start` on an axis that runs the other way.
        cells: its length in characters.
        dots: the dots of a character along it; 1 where a character is all there is.
        log: whether its scale is logarithmic; both ends are above 0 then.
        hidden: what a log axis has no place for, if there is any: values of so much or less. The
            character at its low end is kept for them.

    Both ends are inside the picture: the highest value that an axis is made for is drawn.

    >>> axis = Axis(0.0, 1.0, cells=11)
    >>> axis.find_cells([0.0, 0.52, 1.0, 1.2])
    [0, 5, 10, 12]
    >>> Axis(1.0, 100.0, cells=11, log=True, hidden=0.0).find_cells([0.0, 1.0, 100.0])
    [0, 1, 10]
    """

    start: float
    end: float
    cells: int
    dots: int = 1
    log: bool = False
    hidden: float | None = None

    @property
    def length(self) -> int:
        """The number of its dots."""
        return self.cells * self.dots

    @property
    def limits(self) -> tuple[float, float]:
        """Its lower and its higher value."""
        return min(self.start, self.end), max(self.start, self.end)

    @property
    def rises(self) -> bool:
        """Whether values grow from the left or from the bottom."""
        return self.start < self.end

    @property
    def bottom(self) -> int:
        """The dot of what a log axis has no place for: the one at its low end."""
        return 0 if self.rises else self.length - 1

    def place(self, values: Values) -> Values:
        """Return where values are, in dots; outside of 0 to `length` - 1 for those off the axis."""
        kept = 0 if self.hidden is None else self.dots
        first = kept if self.rises else 0
        span = self.length - 1 - kept
        if not self.log:
            low, high = self.limits
            reach = min(FAR * (high - low), LARGEST)
            values = np.clip(values, low - reach, high + reach)
            return first + span * ((values - self.start) / (self.end - self.start))
        start, end = math.log10(self.start), math.log10(self.end)
        shown = values > (self.hidden or 0.0)
        logs = np.log10(np.where(shown, values, self.start))
        return np.where(shown, first + span * ((logs - start) / (end - start)), float(self.bottom))

    def find_cells(self, values: Sequence[float]) -> list[int]:
        """Return the characters that values fall in, counted from the left or from the bottom."""
        places = np.rint(self.place(np.array(values, dtype=np.float64)))
        return [int(place) // self.dots for place in places]
