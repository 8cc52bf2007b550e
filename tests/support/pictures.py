"""Pictures as PIL reads them."""

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def decode(data: bytes) -> NDArray[np.uint8]:
    """Return a picture's pixels: red, green, blue and alpha."""
    with Image.open(BytesIO(data)) as image:
        return np.asarray(image.convert("RGBA"))
