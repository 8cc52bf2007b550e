"""The part of a batch that workers do: drawing and writing, without torch.

What draws is imported when it is first needed: in a worker it already is, and the process that
drives never needs it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from lrviz.commands.batch.pairs import Item
from lrviz.commands.results import Line
from lrviz.errors import Problem
from lrviz.figure import Format
from lrviz.figure.record import build_sheet_record
from lrviz.run.driven import Run, Thumbnail
from lrviz.system.process import quick_imports
from lrviz.system.versions import NO_FONT
from lrviz.system.writing import make_folder, write_below, write_file


@dataclass(frozen=True, eq=False)
class Job:
    """One run to draw.

    Attributes:
        place: of the spec in the batch.
        item: the spec and where its figure goes.
        root: the folder that its figure lies below.
        format: of the figure.
        run: the spec, driven.
        lines: what is worth saying of it.
        draws: whether the figure is to be written.
        shows: whether there is a sheet that it is to be on.
        overwrite: whether a file is replaced, too, that lrviz did not write.
    """

    place: int
    item: Item
    root: Path
    format: Format
    run: Run
    lines: tuple[Line, ...]
    draws: bool
    shows: bool
    overwrite: bool


class Drawn(NamedTuple):
    """What a worker made of a job.

    Attributes:
        lines: what is worth saying.
        thumbnail: for the sheet; None where there is none to draw.
    """

    lines: tuple[Line, ...]
    thumbnail: Thumbnail | None


@dataclass(frozen=True, eq=False)
class SheetJob:
    """A sheet to draw.

    Attributes:
        path: its file.
        format: of the file.
        style: a built-in style's name.
        digest: what it depends on.
        titles: one a panel.
        thumbnails: as many.
        overwrite: whether a file is replaced, too, that lrviz did not write.
    """

    path: Path
    format: Literal["png", "webp"]
    style: str
    digest: str
    titles: tuple[str, ...]
    thumbnails: tuple[Thumbnail, ...]
    overwrite: bool


def draw_job(job: Job) -> Drawn:
    """Draw and write one figure.

    Raises:
        FileError: it cannot be written.
        RefusedError: it is not to be.
        SpecError: the figure asks for what the run lacks.
    """
    with quick_imports():
        from lrviz.draw.sheet import take_thumbnail
        from lrviz.figure.image import render_run
    thumbnail = take_thumbnail(job.run) if job.shows else None
    if not job.draws:
        return Drawn((), thumbnail)
    rendered = render_run(job.run, job.format)
    write_below(job.root, job.item.path, rendered.data, overwrite=job.overwrite)
    return Drawn((*job.lines, *rendered.warnings), thumbnail)


def draw_sheet_job(job: SheetJob) -> tuple[Problem, ...]:
    """Draw and write the sheet; return what is worth saying.

    Raises:
        FileError: it cannot be written.
        RefusedError: it is not to be.
    """
    with quick_imports():
        from lrviz.draw.sheet import build_sheet
        from lrviz.figure.image import encode_image
    drawing = build_sheet(job.thumbnails, job.titles, job.style).capture()
    digest = "" if NO_FONT in drawing.fonts else job.digest  # a font may come that it lacks
    record = build_sheet_record(digest)
    make_folder(job.path.parent)
    data = encode_image(drawing.pixels, job.format, drawing.dpi, record)
    write_file(job.path, data, overwrite=job.overwrite)
    said = (Problem(str(job.path), (), text, grade="warning") for text in drawing.warnings)
    return tuple(said)
