"""What a logarithmic axis has no place for: marks at its end where a value is 0 or less.

So are values above 0 that are too small for an axis of as many decades as a float has digits.
"""

import numpy as np
from numpy.typing import NDArray

from lrviz.curve import Values
from lrviz.draw.terminal.axis import Axis

CLOSE = 3
"""Two marks this near to one another, in characters, or nearer, have others between them."""


def find_marks(values: Values, hidden: float, unit: float, x: Axis) -> NDArray[np.bool_]:
    """Return which characters of the x axis have a mark.

    Args:
        values: one a step.
        hidden: values of so much or less are marked.
        unit: the steps in one unit of the x axis.
        x: of the steps.

    >>> marks = find_marks(np.array([1.0, 0, 0, 1, -1]), 0.0, 1.0, Axis(0, 5, cells=11))
    >>> marks.nonzero()[0].tolist()
    [2, 3, 4, 8]
    """
    steps = np.flatnonzero(values <= hidden)
    cells = np.rint(x.place(steps / unit)).astype(np.intp) // x.dots
    inside = (cells >= 0) & (cells < x.cells)
    steps, cells = steps[inside], cells[inside]
    marks = np.zeros(x.cells, dtype=np.bool_)
    marks[cells] = True
    gaps = np.abs(np.diff(cells))
    for first in np.flatnonzero((np.diff(steps) == 1) & (gaps > 1) & (gaps <= CLOSE)).tolist():
        low, high = sorted(cells[first : first + 2].tolist())
        marks[low:high] = True
    return marks
