"""The part of a batch that workers do: drawing and writing, without torch.

What draws is imported when it is first needed: in a worker it already is, and the process that
drives never needs it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from lrviz.commands.batch.pairs import Item, Options, picture_format
from lrviz.commands.results import Block, Line
from lrviz.errors import Problem
from lrviz.figure.record import build_sheet_record, panel_digest, sheet_digest
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
        run: the spec, driven.
        lines: what is worth saying of it.
        draws: whether the figure is to be written.
        shows: whether there is a sheet that it is to be on.
        options: of the batch.
    """

    place: int
    item: Item
    run: Run
    lines: tuple[Line, ...]
    draws: bool
    shows: bool
    options: Options

    @property
    def is_light(self) -> bool:
        """Whether drawing it takes next to no memory."""
        return self.run.is_light


class Panel(NamedTuple):
    """What a sheet shows of a run, and the digest of what that depends on."""

    title: str
    digest: str
    thumbnail: Thumbnail


class SheetJob(NamedTuple):
    """A sheet to draw into a file, in a built-in style."""

    path: Path
    style: str
    panels: tuple[Panel, ...]
    overwrite: bool


def draw_job(job: Job) -> tuple[Block, Panel | None]:
    """Draw and write one figure; return what there is to say, and what a sheet shows of it.

    Raises:
        FileError: it cannot be written.
        RefusedError: it is not to be.
        SpecError: the figure asks for what the run lacks.
    """
    with quick_imports():
        from lrviz.draw.sheet import take_thumbnail
        from lrviz.figure.image import render_run
    panel = None
    if job.shows:
        title = job.item.title(job.run.spec)
        panel = Panel(title, panel_digest(job.run.spec, title), take_thumbnail(job.run))
    if not job.draws:
        return Block(), panel
    path, options = job.item.path, job.options
    data, warnings = render_run(job.run, options.format)
    write_below(options.root, path, data, overwrite=options.overwrite)
    return Block(lines=(*job.lines, *warnings), path=str(path)), panel


def draw_sheet_job(job: SheetJob) -> Block:
    """Draw and write the sheet; return what there is to say.

    Raises:
        FileError: it cannot be written.
        RefusedError: it is not to be.
    """
    with quick_imports():
        from lrviz.draw.sheet import build_sheet
        from lrviz.figure.image import encode_image
    titles, digests, thumbnails = zip(*job.panels, strict=True)
    drawing = build_sheet(thumbnails, titles, job.style).capture()
    # A font may come that it lacks.
    digest = "" if NO_FONT in drawing.fonts else sheet_digest(digests, job.style)
    record = build_sheet_record(digest)
    make_folder(job.path.parent)
    data = encode_image(drawing.pixels, picture_format(job.path), drawing.dpi, record)
    write_file(job.path, data, overwrite=job.overwrite)
    said = (Problem(str(job.path), (), text, grade="warning") for text in drawing.warnings)
    return Block(lines=tuple(said), path=str(job.path))
