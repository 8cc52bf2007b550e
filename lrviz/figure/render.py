"""A run to the bytes of its figure; nothing here loads torch."""

from dataclasses import dataclass
from typing import Literal

from lrviz.draw.outputs import Drawing, draw_pixels, draw_vector, freetype_version
from lrviz.errors import Problem
from lrviz.figure import Format
from lrviz.figure.image import encode_image
from lrviz.figure.record import build_record
from lrviz.run.driven import Run


@dataclass(frozen=True)
class Rendered:
    """A figure, ready to be written.

    Attributes:
        data: the file's bytes.
        warnings: what is worth saying of it.
    """

    data: bytes
    warnings: tuple[Problem, ...]


def render_run(run: Run, format: Format, *, metadata: bool = True) -> Rendered:
    """Return the figure of a run.

    Args:
        run: what to draw.
        format: of the bytes.
        metadata: whether a PNG or WebP carries the spec, the versions and the numbers.

    Raises:
        SpecError: the figure asks for what the run lacks.
    """
    if format == "svg" or format == "pdf":
        vector = draw_vector(run, format)
        return Rendered(vector.data, tuple(map(run.remark, vector.warnings)))
    drawing = draw_pixels(run)
    data = encode_drawing(run, drawing, format, metadata=metadata)
    return Rendered(data, tuple(map(run.remark, drawing.warnings)))


def encode_drawing(
    run: Run, drawing: Drawing, format: Literal["png", "webp"], *, metadata: bool = True
) -> bytes:
    """Return the bytes of a run's figure from its pixels; as `render_run`."""
    record = build_record(run, drawing.fonts, freetype_version()) if metadata else None
    return encode_image(drawing.pixels, format, drawing.dpi, record, str(run))
