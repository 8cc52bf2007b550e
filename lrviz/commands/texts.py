"""Texts that are no picture, as specs and schemas: into the file that is named, or printed."""

from shlex import quote

from lrviz.commands.results import Block, Line, output_file, write_parts
from lrviz.errors import UsageError
from lrviz.spec.origin import PICTURE_ENDINGS
from lrviz.system.own import Kind, refuse_other


def write_text(
    text: str, output: str, kind: Kind | None, *, overwrite: bool, lines: tuple[Line, ...] = ()
) -> Block:
    """Write a text, and return what is to be printed.

    Args:
        text: what is written.
        output: a file; `-` for standard output.
        kind: of what may be replaced; None for nothing, as people go on with a spec.
        overwrite: whether the file is replaced, whoever wrote it.
        lines: what is worth saying.

    Raises:
        FileError: the file cannot be written.
        RefusedError: there is one that is not to be replaced.
        UsageError: it is called like a picture.
    """
    path = output_file(output)
    if path is None:
        return Block(text.encode(), lines)
    if path.suffix.lower() in PICTURE_ENDINGS:
        spec = quote(str(path.with_suffix(".yaml")))
        raise UsageError(f"-o {output}: this is a text; give -o {spec}, then lrviz plot {spec}")
    refuse_other(path, kind, overwrite=overwrite)
    write_parts(path, [text.encode()], overwrite=overwrite)
    return Block(lines=lines, path=output)
