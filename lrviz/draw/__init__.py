"""Drawing: from a run to a figure, pixels or bytes; the only stage that knows matplotlib."""

from lrviz.draw.outputs import (
    Drawing,
    VectorDrawing,
    draw_pixels,
    draw_vector,
    freetype_version,
    plot,
)

__all__ = [
    "Drawing",
    "VectorDrawing",
    "draw_pixels",
    "draw_vector",
    "freetype_version",
    "plot",
]
