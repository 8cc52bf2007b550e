"""Drawing: from a run to a figure, pixels or bytes; the only stage that knows matplotlib."""

from lrviz.draw.outputs import (
    Drawing,
    draw_pixels,
    draw_vector,
    freetype_version,
    plot,
)
from lrviz.draw.overlay import Trace, draw_overlay
from lrviz.draw.points import take_thumbnail
from lrviz.draw.sheet import draw_thumbnails

__all__ = [
    "Drawing",
    "Trace",
    "draw_overlay",
    "draw_pixels",
    "draw_thumbnails",
    "draw_vector",
    "freetype_version",
    "plot",
    "take_thumbnail",
]
