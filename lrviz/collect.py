"""Specs in files and folders: which there are, and what the figure of each is called."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from lrviz.errors import FileError, UsageError
from lrviz.files import STDIO

SPEC_ENDINGS = (".yaml", ".yml")
FIGURE_ENDINGS = (".png", ".webp")


@dataclass(frozen=True)
class Found:
    """One spec to work on.

    Attributes:
        source: the file as it is named to the user.
        name: what its figure is called, without an ending: the path below the folder that was
            named, or the file's own name.
    """

    source: str
    name: PurePath


def collect_specs(sources: Sequence[str]) -> list[Found]:
    """Return every spec that files and folders hold, a folder's in order of their names.

    A folder gives its regular files that end in `.yaml` or `.yml`, at any depth; what was named
    itself is taken whatever it ends in.

    Raises:
        FileError: a folder cannot be read.
        UsageError: standard input is among them, or a folder holds no spec.
    """
    return [found for source in sources for found in _collect(source)]


def _collect(source: str) -> Iterator[Found]:
    if source == STDIO:
        raise UsageError("-: standard input has no name for its figure; name a file or folder")
    if not Path(source).is_dir():
        yield Found(source, PurePath(Path(source).stem))
        return
    below = list(iter_files(Path(source), SPEC_ENDINGS))
    if not below:
        raise UsageError(f"{source}: no spec in this folder; specs end in .yaml or .yml")
    for path in below:
        yield Found(str(path), path.relative_to(source).with_suffix(""))


def iter_files(folder: Path, endings: Sequence[str]) -> Iterator[Path]:
    """Yield the regular files below a folder that end in one of the endings, in order of name.

    Raises:
        FileError: the folder, or one below it, cannot be read.
    """
    try:
        with os.scandir(folder) as entries:
            children = sorted(entries, key=lambda entry: entry.name)
    except OSError as cause:
        raise FileError.from_os_error(folder, "read", cause) from cause
    for entry in children:
        path = Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            if not entry.name.startswith("."):
                yield from iter_files(path, endings)
        elif path.suffix.lower() in endings and stat.S_ISREG(
            entry.stat(follow_symlinks=False).st_mode
        ):
            yield path
