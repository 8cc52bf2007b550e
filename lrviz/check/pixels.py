"""Two pictures, pixel by pixel."""

import numpy as np
from numpy.typing import NDArray

from lrviz.check.verdict import PixelsDifference
from lrviz.figure.imagefile import Pixels

MARK = (220, 0, 0, 255)
FADED = 0.25
"""How much is left of the picture around the marks."""


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
    return PixelsDifference(
        moved=moved,
        total=total,
        largest=int(distance.max()),
        old_size=(old.shape[1], old.shape[0]),
        new_size=(new.shape[1], new.shape[0]),
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
    marked[_distance(old, new) > 0] = MARK
    return marked


def _distance(old: Pixels, new: Pixels) -> NDArray[np.uint8]:
    """Return the largest difference of a channel for each pixel, shape (height, width)."""
    distance: NDArray[np.uint8] = (np.maximum(old, new) - np.minimum(old, new)).max(axis=2)
    return distance
