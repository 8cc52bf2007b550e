"""Specs in files and folders: which there are, and what the figure of each is called."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from lrviz.errors import FileError, UsageError
from lrviz.factoryname import figure_stem
from lrviz.files import STDIO

SPEC_ENDINGS = (".yaml", ".yml")
FIGURE_ENDINGS = (".png", ".webp")


@dataclass(frozen=True)
class Found:
    """One spec to work on, or a folder that cannot be looked into.

    Attributes:
        source: the file as it is named to the user.
        name: what its figure is called, without an ending: the path below the folder that was
            named, or the file's own name.
        error: why nobody knows what the folder holds; None for a spec.
    """

    source: str
    name: PurePath
    error: FileError | None = None


def collect_specs(sources: Sequence[str]) -> list[Found]:
    """Return every spec that files and folders hold, a folder's in order of their names.

    A folder gives its regular files that end in `.yaml` or `.yml`, at any depth, those aside whose
    name begins with a dot; what was named itself is taken whatever it ends in. What is named twice
    is taken once. A folder that cannot be read, at any depth, stands for itself.

    Raises:
        UsageError: standard input is among them, or a folder holds no spec.
    """
    unique: dict[tuple[str, PurePath], Found] = {}
    for found in (each for source in sources for each in _collect(source)):
        unique.setdefault((os.path.realpath(found.source), found.name), found)
    return list(unique.values())


def _collect(source: str) -> Iterator[Found]:
    if source == STDIO:
        raise UsageError("-: standard input has no name for its figure; name a file or folder")
    if not os.path.isdir(source):  # noqa: PTH112 - which no name is too long for
        yield Found(source, PurePath(figure_stem(source)))
        return
    below = list(_walk(Path(source), SPEC_ENDINGS))
    if not below:
        raise UsageError(f"{source}: no spec in this folder; specs end in .yaml or .yml")
    for each in below:
        if isinstance(each, FileError):
            yield Found(each.path, PurePath(each.path).relative_to(source), each)
        else:
            yield Found(str(each), each.relative_to(source).with_suffix(""))


def iter_files(folder: Path, endings: Sequence[str]) -> Iterator[Path]:
    """Yield the regular files below a folder that end in one of the endings, in order of name.

    What is hidden, be it a file or a folder, is left out, and so are links.

    Raises:
        FileError: the folder, or one below it, cannot be read.
    """
    for found in _walk(folder, endings):
        if isinstance(found, FileError):
            raise found
        yield found


def _walk(folder: Path, endings: Sequence[str]) -> Iterator[Path | FileError]:
    """Yield the files below a folder, as `iter_files`, and what folders cannot be read."""
    try:
        with os.scandir(folder) as entries:
            children = sorted(entries, key=lambda entry: entry.name)
    except OSError as cause:
        yield FileError.from_os_error(folder, "read", cause)
        return
    for entry in children:
        path = Path(entry.path)
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path, endings)
        elif path.suffix.lower() in endings and entry.is_file(follow_symlinks=False):
            yield path
