"""Specs in files and folders: which there are, and what the figure of each is called."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from lrviz.errors import FileError, UsageError
from lrviz.spec.origin import SPEC_ENDINGS, figure_stem
from lrviz.system.files import STDIO


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
    below = list(iter_files(Path(source), SPEC_ENDINGS))
    if not below:
        raise UsageError(f"{source}: no spec in this folder; specs end in .yaml or .yml")
    for each in below:
        if isinstance(each, FileError):
            yield Found(each.path, PurePath(each.path).relative_to(source), each)
        else:
            yield Found(str(each), each.relative_to(source).with_suffix(""))


def iter_files(folder: Path, endings: Sequence[str]) -> Iterator[Path | FileError]:
    """Yield the regular files below a folder that end in one of the endings, in order of name.

    What is hidden, be it a file or a folder, is left out, and so are links. A folder that cannot be
    read stands for itself, as an error.
    """
    waiting = [(folder, True)]
    while waiting:
        path, is_folder = waiting.pop()
        if not is_folder:
            yield path
            continue
        try:
            with os.scandir(path) as entries:
                children = sorted(entries, key=lambda entry: entry.name, reverse=True)
        except OSError as cause:
            yield FileError.from_os_error(path, "read", cause)
            continue
        for entry in children:
            below, is_folder = Path(entry.path), entry.is_dir(follow_symlinks=False)
            is_wanted = below.suffix.lower() in endings and entry.is_file(follow_symlinks=False)
            if (is_folder or is_wanted) and not entry.name.startswith("."):
                waiting.append((below, is_folder))
