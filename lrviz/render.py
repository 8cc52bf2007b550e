"""One spec to one figure's bytes."""

from dataclasses import dataclass

from lrviz.draw import draw_pixels, draw_vector, freetype_version
from lrviz.drive import simulate
from lrviz.imagefile import encode_image
from lrviz.record import build_record
from lrviz.run import Run
from lrviz.spec import Spec
from lrviz.targets import Format


@dataclass(frozen=True)
class Rendered:
    """A figure, ready to be written.

    Attributes:
        data: the file's bytes.
        warnings: what is worth saying on standard error, one line each.
    """

    data: bytes
    warnings: tuple[str, ...]


def render(spec: Spec, format: Format, *, metadata: bool = True) -> Rendered:
    """Drive a spec and return its figure.

    Args:
        spec: what to draw.
        format: of the bytes.
        metadata: whether a PNG or WebP carries the spec, the versions and the numbers.

    Raises:
        SpecError: torch cannot drive the spec, or the figure asks for what the run lacks.
    """
    run = simulate(spec)
    drawn = render_run(run, format, metadata=metadata)
    return Rendered(drawn.data, (*run.warnings, *drawn.warnings))


def render_run(run: Run, format: Format, *, metadata: bool = True) -> Rendered:
    """Return the figure of a run; as `render`."""
    if format == "svg" or format == "pdf":
        vector = draw_vector(run, format)
        return Rendered(vector.data, vector.warnings)
    drawing = draw_pixels(run)
    record = build_record(run, drawing.fonts, freetype_version()) if metadata else None
    data = encode_image(drawing.pixels, format, drawing.dpi, record)
    return Rendered(data, drawing.warnings)
