"""The figures that specs are held against: where they are, and what their numbers say of a run."""

import errno
import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import NamedTuple

from lrviz.check.changes import Change, list_changes
from lrviz.errors import FileError, ImageError, LrvizError, UsageError
from lrviz.figure.chunks import MAX_FILE, read_record
from lrviz.figure.difference import compare_numbers
from lrviz.figure.moves import NumbersDifference
from lrviz.figure.numbers import record_steps, summarise
from lrviz.figure.record import Record
from lrviz.figure.stored import parse_record
from lrviz.reading.sources import Found, collect_specs
from lrviz.run.driven import Run
from lrviz.spec.model import Spec
from lrviz.spec.origin import FIGURE_ENDINGS, Source
from lrviz.spec.parse import parse_tree
from lrviz.spec.tree import is_same_spec
from lrviz.system.files import read_file
from lrviz.system.versions import installation

NEW_ENDING = ".webp"
Drive = Callable[[Spec], Run]


class Pair(NamedTuple):
    """A spec and the figure that it is held against, or where that would be written."""

    found: Found
    path: Path


@dataclass(frozen=True, eq=False)
class Baseline:
    """A figure as it was found.

    Attributes:
        data: the file's bytes; empty where it could not be read.
        record: what it says of itself; None where it says nothing.
        unreadable: why it cannot be used; empty where it can.
        replaceable: whether a figure may be written in its place.
        exists: whether there is one at all.
    """

    data: bytes = b""
    record: Record | None = None
    unreadable: str = ""
    replaceable: bool = True
    exists: bool = True


@dataclass(frozen=True, eq=False)
class Facts:
    """A spec, driven, and the figure that it is held against.

    Attributes:
        source: the spec's file.
        path: the figure's file.
        run: what the installed torch makes of the spec.
        baseline: the figure.
        numbers: which numbers moved; None where none did or none are stored.
        changes: the spec's keys that are not what the figure was drawn from.
        block: steps a block of the numbers that were compared; 1 where every value was, 0 where
            none is stored.
        renamed: what gives it the figure that its spec had under another name; empty for nothing.
    """

    source: str
    path: str
    run: Run
    baseline: Baseline
    numbers: NumbersDifference | None = None
    changes: tuple[Change, ...] = ()
    block: int = 0
    renamed: str = ""

    @property
    def is_light(self) -> bool:
        """Whether drawing it takes next to no memory."""
        return self.run.is_light


def pair_specs(
    sources: Sequence[str], folder: Path, exclude: Sequence[str] = (), *, adds: bool = False
) -> list[Pair]:
    """Return every spec and the figure below a folder that has its name.

    Of a spec that was named itself that is the longest end of its path which a figure has.

    Args:
        sources: specs, and folders of them.
        folder: of the figures.
        exclude: patterns of files that a folder's scan leaves out.
        adds: whether figures may be added; then the folder need not exist yet.

    Raises:
        UsageError: a spec has two figures, a figure two specs, or there is no such folder.
    """
    _refuse_folder(folder, adds=adds)
    pairs: dict[Path, Pair] = {}
    for pair in (_pair(found, folder) for found in collect_specs(sources, exclude)):
        one, other = pairs.setdefault(pair.path, pair).found.source, pair.found.source
        if os.path.realpath(one) != os.path.realpath(other):
            raise UsageError(f"{pair.path}: both {one} and {other} would be held against it")
    return list(pairs.values())


def _refuse_folder(folder: Path, *, adds: bool) -> None:
    """Refuse a folder that is missing or none; one that cannot be read is told of each figure."""
    try:
        if not _is_there(folder):
            if not adds:
                raise UsageError(f"--baselines {folder}: no such folder; --add-missing makes it")
        elif not folder.is_dir():
            raise UsageError(f"--baselines {folder}: not a folder")
    except OSError:
        return


def _pair(found: Found, folder: Path) -> Pair:
    if isinstance(found.error, FileError):
        return Pair(found, folder / found.name)
    names = [found.name]
    if found.is_named and os.path.lexists(found.source):  # no code
        above = PurePath(os.path.abspath(found.source)).parts[1:-1]  # noqa: PTH100
        names = [PurePath(*above[start:], found.name) for start in range(len(above) + 1)]
    for name in names:
        paths = [folder / f"{name}{ending}" for ending in FIGURE_ENDINGS]
        try:
            there = list(filter(_is_there, paths))
        except FileError:  # reading it will say so
            there = []
        if len(there) > 1:
            both = " and ".join(sorted(path.name for path in there))
            raise UsageError(f"{folder / name}: there are {both}; remove the one that is stale")
        if there:
            return Pair(found, there[0])
    # Where there is none, beside the figures of the folder that the spec lies in.
    near = (name for name in names if os.path.isdir(folder / name.parent))  # noqa: PTH112
    return Pair(found, folder / f"{next(near, names[-1])}{NEW_ENDING}")


def _is_there(path: Path) -> bool:
    """Whether there is something of that name, be it a link that leads nowhere."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as cause:
        raise FileError.from_os_error(path, "read", cause) from cause
    return True


def read_baseline(path: Path) -> Baseline:
    """Return a figure as it is found; nothing in it is trusted, and no pixel is decoded yet.

    A link to a regular file is followed. What is neither is never opened: a pipe would wait for
    ever.

    Raises:
        FileError: the machine will not let it be read.
    """
    if not _is_there(path):
        return Baseline(exists=False)
    try:
        status = path.stat()
    except OSError as cause:
        if cause.errno in (errno.ENOENT, errno.ELOOP):
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


def gather_facts(source: str, path: str, run: Run, baseline: Baseline, drive: Drive) -> Facts:
    """Return what the numbers and the spec of a figure say about a run; nothing is drawn.

    Args:
        source: the spec's file.
        path: the figure's file.
        run: the driven spec.
        baseline: the figure.
        drive: as `lrviz.drive.simulate`; used where a long curve's stored numbers tell only the
            block that moved.
    """
    record = baseline.record
    if record is None:
        return Facts(source, path, run, baseline)
    is_same = is_same_spec(record.spec, run.spec.canonical)
    changes = () if is_same else list_changes(record, run.spec)
    if record.numbers is None:
        return Facts(source, path, run, baseline, changes=changes)
    numbers, block = compare_stored(record, run)
    if changes and numbers and (numbers.hidden or any(move.statistic for move in numbers.moves)):
        steps = _compare_steps(record, path, run, drive)
        numbers, block = (steps, 1) if steps else (numbers, block)
    return Facts(source, path, run, baseline, numbers, changes, block)


def compare_stored(record: Record, run: Run) -> tuple[NumbersDifference | None, int]:
    """Return how the stored numbers differ from a run's, and the steps a block that tell it."""
    assert record.numbers is not None
    old, new = record.numbers, summarise(run.curves)
    then, now = record.versions, installation(run.spec.packages)
    # What drove the figure drives here: every digit must be the same.
    exact = all(then.get(name) == now[name] for name in now.keys() - {"matplotlib", "pillow"})
    numbers = compare_numbers(old, new, exact)
    if numbers is None and exact and old.digest == new.digest:
        return None, 1
    return numbers, max(old.block, new.block)


def _compare_steps(record: Record, path: str, run: Run, drive: Drive) -> NumbersDifference | None:
    """Return how every step compares: the figure's spec is driven, too.

    None where the installed torch no longer gives it the numbers that are stored: its steps would
    not be the ones that were drawn.
    """
    try:
        old = drive(parse_tree(dict(record.spec), Source(path), allow=run.spec.allow))
    except LrvizError:
        return None
    if compare_stored(record, old)[0] is not None:
        return None
    return compare_numbers(record_steps(old.curves), record_steps(run.curves))
