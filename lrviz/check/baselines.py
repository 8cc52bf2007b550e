"""The figures that specs are held against: where they are, and what they say of themselves."""

import errno
import os
import stat
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from lrviz.errors import FileError, ImageError, LrvizError, RefusedError, UsageError
from lrviz.figure.chunks import MAX_FILE, read_record
from lrviz.figure.record import Record, is_sheet, parse_record
from lrviz.reading.sources import Found, collect_specs, iter_files
from lrviz.spec.origin import FIGURE_ENDINGS, source_file
from lrviz.system.files import is_same_file, read_file

NEW_ENDING = ".webp"


@dataclass(frozen=True)
class Pair:
    """A spec and the figure that it is held against.

    Attributes:
        found: the spec.
        path: the figure; where it would be written, if there is none.
        exists: whether there is one.
    """

    found: Found
    path: Path
    exists: bool


@dataclass(frozen=True, eq=False)
class Baseline:
    """A figure as it was found.

    Attributes:
        data: the file's bytes; empty where it could not be read.
        record: what it says of itself; None where it says nothing.
        unreadable: why it cannot be used; empty where it can.
        replaceable: whether a figure may be written in its place.
    """

    data: bytes = b""
    record: Record | None = None
    unreadable: str = ""
    replaceable: bool = True


def pair_specs(
    sources: Sequence[str], folder: Path, *, updates: bool = False, adds: bool = False
) -> list[Pair]:
    """Return every spec and the figure below a folder that has its name.

    Args:
        sources: specs, and folders of them.
        folder: of the figures.
        updates: whether its figures may be written to.
        adds: whether figures may be added; then the folder need not exist yet.

    Raises:
        UsageError: a spec has two figures, a figure two specs, a figure that may be written is an
            input too, or there is no such folder.
    """
    _refuse_folder(folder, adds=adds)
    pairs = [_pair(found, folder) for found in collect_specs(sources)]
    _refuse_collisions(pairs)
    if updates or adds:
        figures = [
            each.found.source
            for each in pairs
            if each.found.source.lower().endswith(FIGURE_ENDINGS)
        ]
        for pair in pairs:
            refuse_read(pair.path, [pair.found.source, *figures])
    return pairs


def _refuse_folder(folder: Path, *, adds: bool) -> None:
    """Refuse a folder that is missing or none; one that cannot be read is told of each figure."""
    try:
        if _status(folder) is None:
            if not adds:
                raise UsageError(f"--baselines {folder}: no such folder; --add-missing makes it")
        elif not folder.is_dir():
            raise UsageError(f"--baselines {folder}: not a folder")
    except OSError:
        return


def refuse_read(path: Path, sources: Iterable[str | Path]) -> None:
    """Refuse to write a figure over what is read.

    Raises:
        RefusedError: it is one of the sources.
    """
    if any(is_same_file(path, source_file(str(source))) for source in sources):
        raise RefusedError(path, "is also an input; it would be written to")


def _pair(found: Found, folder: Path) -> Pair:
    if found.error is not None:
        return Pair(found, folder / found.name, exists=False)
    paths = [folder / f"{found.name}{ending}" for ending in FIGURE_ENDINGS]
    try:
        there = [path for path in paths if _status(path) is not None]
    except FileError:  # reading it will say so
        return Pair(found, folder / f"{found.name}{NEW_ENDING}", exists=True)
    if len(there) > 1:
        names = " and ".join(sorted(path.name for path in there))
        raise UsageError(f"{folder / found.name}: there are {names}; remove the one that is stale")
    return Pair(found, there[0] if there else folder / f"{found.name}{NEW_ENDING}", bool(there))


def _status(path: Path) -> os.stat_result | None:
    """Return what the system knows of a path itself, be it a link; None where there is none."""
    try:
        return path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as cause:
        raise FileError.from_os_error(path, "read", cause) from cause


def _refuse_collisions(pairs: Sequence[Pair]) -> None:
    seen: dict[Path, str] = {}
    for pair in (each for each in pairs if each.found.error is None):
        if pair.path in seen:
            both = f"{seen[pair.path]} and {pair.found.source}"
            raise UsageError(f"{pair.path}: both {both} would be held against it")
        seen[pair.path] = pair.found.source


def find_orphans(pairs: Sequence[Pair], folder: Path) -> list[Path | FileError]:
    """Return the figures below a folder that belong to none of the specs; contact sheets do.

    So do those that may be of specs in a folder that cannot be read. A folder of figures that
    cannot be read stands for itself, as an error.
    """
    claimed = {pair.path for pair in pairs}
    figures = iter_files(folder, FIGURE_ENDINGS)
    return [each for each in figures if isinstance(each, FileError) or _is_orphan(each, claimed)]


def _is_orphan(path: Path, claimed: Set[Path]) -> bool:
    return claimed.isdisjoint((path, *path.parents)) and not _is_sheet(path)


def _is_sheet(path: Path) -> bool:
    """Whether it is the picture that `lrviz batch --sheet` makes of many specs."""
    try:
        text = read_record(read_file(path, MAX_FILE))
    except LrvizError:
        return False
    return text is not None and is_sheet(text)


def read_baseline(path: Path) -> Baseline:
    """Return a figure as it is found; nothing in it is trusted, and no pixel is decoded yet.

    A link to a regular file is followed. What is neither is never opened: a pipe would wait for
    ever.

    Raises:
        FileError: the machine will not let it be read.
    """
    try:
        status = path.stat()
    except OSError as cause:
        if cause.errno in (errno.ENOENT, errno.ELOOP) and path.is_symlink():
            return Baseline(unreadable="a link that leads nowhere")
        raise FileError.from_os_error(path, "read", cause) from cause
    if not stat.S_ISREG(status.st_mode):
        return Baseline(unreadable="not a regular file", replaceable=path.is_symlink())
    if status.st_size > MAX_FILE:
        return Baseline(unreadable=f"larger than {MAX_FILE:,} bytes")
    data = read_file(path, MAX_FILE)
    try:
        text = read_record(data)
        return Baseline(data, None if text is None else parse_record(text))
    except ImageError as error:
        return Baseline(data, unreadable=str(error))
