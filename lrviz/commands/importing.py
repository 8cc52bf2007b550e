"""Importing: the text of a spec, made of a trainer's config."""

from collections.abc import Iterator

from lrviz.commands.results import Block, output_file, refuse_inputs
from lrviz.commands.texts import write_text
from lrviz.figure.chunks import MAX_FILE
from lrviz.reading.trainers.draft import Asked
from lrviz.reading.trainers.families import import_config
from lrviz.spec.tree import Trainer
from lrviz.system.files import read_file
from lrviz.system.own import sign


def save_import(
    source: str, family: Trainer | None, asked: Asked, output: str, *, overwrite: bool
) -> Iterator[Block]:
    """Write a spec made of a config, and yield what is worth saying.

    Args:
        source: the config; `-` for standard input.
        family: of the config; None for what it looks like.
        asked: what the command line says of the run.
        output: a file; `-` for standard output.
        overwrite: whether the file is replaced, too, where somebody has gone on with it.

    Raises:
        FileError: a file cannot be read or written.
        RefusedError: the output is also the input, or is not to be replaced.
        SpecError: no spec can be made of it, or not all is said.
    """
    refuse_inputs([output_file(output)], [source])
    text, draft = import_config(read_file(source, MAX_FILE), source, asked, family)
    yield write_text(sign(text, "import"), output, "spec", overwrite=overwrite, lines=draft.notes)
