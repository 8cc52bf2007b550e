"""A run as SVG or PDF: the bytes are the same for the same run."""

from io import BytesIO
from typing import Literal

from lrviz.draw.chart import Chart, apply_settings
from lrviz.draw.outputs import build_chart
from lrviz.run.driven import Run
from lrviz.system.versions import CREATOR

# Who made it, and nothing that differs from one day or version to the next.
METADATA: dict[str, dict[str, str | None]] = {
    "svg": {"Date": None, "Creator": CREATOR},
    "pdf": {"Creator": CREATOR, "Producer": None, "CreationDate": None},
}

DESCRIPTION = {"svg": "Title", "pdf": "Subject"}  # what is read out in its place


def draw_vector(run: Run, format: Literal["svg", "pdf"]) -> tuple[bytes, tuple[str, ...]]:
    """Return a run drawn as its spec asks, as a vector format, and what is worth a warning.

    Raises as `build_chart`.
    """
    chart = build_chart(run, run.figure)
    return save_vector(chart, run, format), tuple(chart.warnings)


def save_vector(chart: Chart, run: Run, format: Literal["svg", "pdf"]) -> bytes:
    """Return a run's figure as a vector format; the bytes are the same for the same run."""
    file = BytesIO()
    with apply_settings(chart.settings):
        chart.savefig(file, format=format, metadata=describe(run, format))
    return file.getvalue()


def describe(run: Run, format: Literal["svg", "pdf"]) -> dict[str, str | None]:
    """Return what a vector format says of the figure in it."""
    return METADATA[format] | {DESCRIPTION[format]: str(run)}
