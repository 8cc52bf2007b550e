"""Importing: the text of a spec, made of a trainer's config."""

from collections.abc import Iterator
from dataclasses import dataclass

from lrviz.commands.results import Block, output_file, refuse_inputs
from lrviz.figure.chunks import MAX_FILE
from lrviz.reading.trainers.draft import Asked
from lrviz.reading.trainers.families import import_config
from lrviz.spec.tree import Trainer
from lrviz.system.files import read_file
from lrviz.system.own import refuse_other
from lrviz.system.writing import write_file


@dataclass(frozen=True)
class Request:
    """What the command line asks for.

    Attributes:
        source: the config; `-` for standard input.
        family: of the config; None for what it looks like.
        asked: what it says of the run.
        output: a file; `-` for standard output.
        overwrite: whether the file is replaced, whoever wrote it.
    """

    source: str
    family: Trainer | None
    asked: Asked
    output: str
    overwrite: bool


def save_import(request: Request) -> Iterator[Block]:
    """Yield a spec made of a config, or write it to a file, and yield what is worth saying.

    Raises:
        FileError: a file cannot be read or written.
        RefusedError: the output is also the input, or there is a file already: whoever has made a
            spec of a config may have gone on with it.
        SpecError: no spec can be made of it, or not all is said.
    """
    path = output_file(request.output)
    refuse_inputs([path], [request.source])
    if path is not None:
        refuse_other(path, None, overwrite=request.overwrite)
    data = read_file(request.source, MAX_FILE)
    text, draft = import_config(data, request.source, request.asked, request.family)
    if path is None:
        yield Block(text.encode(), draft.notes)
    else:
        write_file(path, text.encode(), overwrite=request.overwrite)
        yield Block(lines=draft.notes, path=str(path))
