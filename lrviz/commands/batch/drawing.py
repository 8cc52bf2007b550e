"""The part of a batch that workers do: drawing and writing, without torch.

What draws is imported when it is first needed: in a worker it already is, and the process that
drives never needs it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lrviz.commands.batch.pairs import Item
from lrviz.commands.block import Line
from lrviz.errors import Problem
from lrviz.figure import Format
from lrviz.figure.record import build_sheet_record
from lrviz.run.driven import Run, Thumbnail
from lrviz.system.files import make_folder, write_below, write_file
from lrviz.system.process import quick_imports
from lrviz.system.versions import NO_FONT


@dataclass(frozen=True, eq=False)
class Job:
    """One run to draw.

    Attributes:
        place: of the spec in the batch.
        item: the spec and where its figure goes.
        run: the spec, driven.
        lines: what is worth saying of it.
        format: of the figure.
        draws: whether the figure is to be written.
        panel: the digest of its panel on the sheet; empty where there is no sheet to draw.
        title: of that panel.
        overwrite: whether a file is replaced, too, that lrviz did not write.
    """

    place: int
    item: Item
    run: Run
    lines: tuple[Line, ...]
    format: Format
    draws: bool
    panel: str = ""
    title: str = ""
    overwrite: bool = False


@dataclass(frozen=True, eq=False)
class Drawn:
    """What a worker made of a job.

    Attributes:
        lines: what is worth saying.
        thumbnail: for the sheet; None where there is none to draw.
    """

    lines: tuple[Line, ...] = ()
    thumbnail: Thumbnail | None = None


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
    overwrite: bool = False


def draw_job(job: Job) -> Drawn:
    """Draw and write one figure.

    Raises:
        FileError: it cannot be written.
        RefusedError: it is not to be.
        SpecError: the figure asks for what the run lacks.
    """
    with quick_imports():
        from lrviz.draw.points import take_thumbnail
        from lrviz.figure.render import render_run
    thumbnail = take_thumbnail(job.run) if job.panel else None
    if not job.draws:
        return Drawn(thumbnail=thumbnail)
    rendered = render_run(job.run, job.format)
    write_below(job.item.root, job.item.path, rendered.data, overwrite=job.overwrite)
    return Drawn((*job.lines, *rendered.warnings), thumbnail)


def draw_sheet_job(job: SheetJob) -> tuple[Problem, ...]:
    """Draw and write the sheet; return what is worth saying.

    Raises:
        FileError: it cannot be written.
        RefusedError: it is not to be.
    """
    with quick_imports():
        from lrviz.draw.sheet import draw_thumbnails
        from lrviz.figure.image import encode_image
    drawing = draw_thumbnails(job.thumbnails, job.titles, job.style)
    digest = "" if NO_FONT in drawing.fonts else job.digest  # a font may come that it lacks
    record = build_sheet_record(digest)
    make_folder(job.path.parent)
    data = encode_image(drawing.pixels, job.format, drawing.dpi, record)
    write_file(job.path, data, overwrite=job.overwrite)
    said = (Problem(str(job.path), (), text, grade="warning") for text in drawing.warnings)
    return tuple(said)
