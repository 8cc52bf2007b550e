"""Texts that are no picture, as specs and schemas: into the file that is named, or printed."""

from pathlib import Path
from shlex import quote

from lrviz.commands.results import Block, output_file, write_parts
from lrviz.errors import UsageError
from lrviz.spec.origin import PICTURE_ENDINGS
from lrviz.system.own import Kind, refuse_other


def plan_text(output: str, kind: Kind | None, *, overwrite: bool) -> Path | None:
    """Return the file that a text goes to; None for standard output.

    Raises:
        RefusedError: there is one that is not to be replaced.
        UsageError: it is called like a picture.
    """
    path = output_file(output)
    if path and path.suffix.lower() in PICTURE_ENDINGS:
        spec = quote(str(path.with_suffix(".yaml")))
        raise UsageError(f"-o {output}: this is a text; give -o {spec}, then lrviz plot {spec}")
    if path:
        refuse_other(path, kind, overwrite=overwrite)
    return path


def write_text(text: str, path: Path | None, *, overwrite: bool) -> Block:
    """Write a text to a file, or leave it to be printed."""
    if path is None:
        return Block(text)
    write_parts(path, [text.encode()], overwrite=overwrite)
    return Block(path=str(path))
