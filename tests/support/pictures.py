"""Pictures as PIL reads them, and figures against those that are drawn now."""

import json
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lrviz.figure.chunks import read_record


def decode(data: bytes) -> NDArray[np.uint8]:
    """Return a picture's pixels: red, green, blue and alpha."""
    with Image.open(BytesIO(data)) as image:
        return np.asarray(image.convert("RGBA"))


def hold_against(then: bytes, now: bytes, remedy: str = "") -> None:
    """Hold a figure against the same one drawn now; skip where another torch drew it.

    With another libm the last digits of its numbers need not be the same, with another version of
    anything its pixels.
    """
    stored, drawn = (json.loads(read_record(data) or "{}") for data in (then, now))
    old, new = stored["versions"], drawn["versions"]
    if any(old[each] != new[each] for each in ("torch", "platform")):
        pytest.skip("drawn with another torch, or on another platform")
    assert stored["numbers"] == drawn["numbers"], remedy
    if old == new:
        np.testing.assert_array_equal(decode(then), decode(now), remedy)
