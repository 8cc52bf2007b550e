"""A picture as bytes: its record, its numbers, PNG and WebP; and what formats a file may have."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeVar, get_args

from lrviz.errors import UsageError

Format = Literal["png", "webp", "svg", "pdf"]
FORMATS: tuple[Format, ...] = get_args(Format)
# What `plot` draws, which draws one figure at a time.
Drawn = Literal[Format, "html"]
DRAWN: tuple[Drawn, ...] = (*FORMATS, "html")

Table = Literal["csv", "json"]
TABLES: tuple[Table, ...] = get_args(Table)

Named = TypeVar("Named", Format, Drawn, Table)


def find_format(path: Path, formats: Sequence[Named]) -> Named:
    """Return the format that a file's ending names.

    Raises:
        UsageError: it names none.
    """
    ending = path.suffix.lower().removeprefix(".")
    if ending in formats:
        return formats[formats.index(ending)]
    known = ", ".join(f".{each}" for each in formats)
    usual = f"-o {str(path).removesuffix(path.suffix)}.{formats[0]}, or the format with -f"
    raise UsageError(f"-o {path}: no known ending (known: {known}); give {usual}")
