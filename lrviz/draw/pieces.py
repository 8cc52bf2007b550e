"""A long line, drawn piece by piece."""

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.path import Path
from matplotlib.patheffects import AbstractPathEffect
from matplotlib.transforms import Transform
from matplotlib.typing import ColorType

from lrviz.curve import Values

PIECE = 100
"""Points that are drawn at once of a line that has many."""


class InPieces(AbstractPathEffect):
    """Draws a path in pieces that share their ends, which takes Agg half the time.

    matplotlib's own `agg.path.chunksize` leaves out a point between two pieces, and the line has a
    gap there; these have round ends, so that two of them join like the segments within one.
    """

    def draw_path(
        self,
        renderer: RendererBase,
        gc: GraphicsContextBase,
        tpath: Path,
        affine: Transform,
        rgbFace: ColorType | None = None,  # noqa: N803 (matplotlib's name)
    ) -> None:
        """Draw a line; its dashes go on from one piece to the next."""
        points = np.asarray(tpath.vertices)
        if not isinstance(renderer, RendererAgg) or len(points) <= PIECE:
            renderer.draw_path(gc, tpath, affine, rgbFace)
            return
        own = renderer.new_gc()
        own.copy_properties(gc)
        offset, dashes = gc.get_dashes()
        if dashes is None:
            own.set_capstyle("round")
        lengths = _measure(affine.transform(points)) * 72 / renderer.dpi
        for start in range(0, len(points) - 1, PIECE):
            if dashes is not None:
                own.set_dashes((offset or 0) + lengths[start], dashes)
            piece = Path(points[start : start + PIECE + 1])
            renderer.draw_path(own, piece, affine, rgbFace)  # type: ignore[no-untyped-call]
        own.restore()


def _measure(points: Values) -> Values:
    """Return the length of a path up to each of its points; what is off the scale counts none."""
    steps = np.hypot(*np.diff(points, axis=0).T)
    return np.concatenate(([0.0], np.cumsum(np.where(np.isfinite(steps), steps, 0.0))))
