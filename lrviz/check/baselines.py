"""The figures that specs are held against: where they are, and what their numbers say of a run."""

import errno
import stat
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from lrviz.errors import FileError, ImageError, KeyPath, LrvizError, RefusedError, UsageError
from lrviz.figure.chunks import MAX_FILE, read_record
from lrviz.figure.difference import NumbersDifference, compare_numbers
from lrviz.figure.numbers import record_steps, summarise
from lrviz.figure.record import Record
from lrviz.figure.stored import parse_record
from lrviz.reading.sources import Found, collect_specs
from lrviz.run.driven import Run
from lrviz.spec.model import Spec
from lrviz.spec.origin import FIGURE_ENDINGS, Source, source_file
from lrviz.spec.parse import parse_tree
from lrviz.spec.tree import iter_differing_keys
from lrviz.system.files import is_same_file, read_file
from lrviz.system.versions import installation

MOST_KEYS = 64
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
        keys: key paths of the spec that are not what the figure was drawn from.
        block: steps a block of the numbers that were compared; 1 where every value was, 0 where
            none is stored.
    """

    source: str
    path: str
    run: Run
    baseline: Baseline
    numbers: NumbersDifference | None = None
    keys: tuple[KeyPath, ...] = ()
    block: int = 0

    @property
    def is_light(self) -> bool:
        """Whether drawing it takes next to no memory."""
        return self.run.is_light


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
        inputs = [found.source for found, _ in pairs]
        figures = [each for each in inputs if each.lower().endswith(FIGURE_ENDINGS)]
        for found, path in pairs:
            refuse_read(path, [found.source, *figures])
    return pairs


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


def refuse_read(path: Path, sources: Iterable[str | Path]) -> None:
    """Refuse to write a figure over what is read.

    Raises:
        RefusedError: it is one of the sources.
    """
    if any(is_same_file(path, source_file(str(source))) for source in sources):
        raise RefusedError(path, "is also an input; it would be written to")


def _pair(found: Found, folder: Path) -> Pair:
    if found.error is not None:
        return Pair(found, folder / found.name)
    paths = [folder / f"{found.name}{ending}" for ending in FIGURE_ENDINGS]
    try:
        there = list(filter(_is_there, paths))
    except FileError:  # reading it will say so
        there = []
    if len(there) > 1:
        names = " and ".join(sorted(path.name for path in there))
        raise UsageError(f"{folder / found.name}: there are {names}; remove the one that is stale")
    return Pair(found, there[0] if there else folder / f"{found.name}{NEW_ENDING}")


def _is_there(path: Path) -> bool:
    """Whether there is something of that name, be it a link that leads nowhere."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as cause:
        raise FileError.from_os_error(path, "read", cause) from cause
    return True


def _refuse_collisions(pairs: Sequence[Pair]) -> None:
    seen: dict[Path, str] = {}
    for found, path in (each for each in pairs if each.found.error is None):
        if path in seen:
            both = f"{seen[path]} and {found.source}"
            raise UsageError(f"{path}: both {both} would be held against it")
        seen[path] = found.source


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
    keys = tuple(islice(iter_differing_keys(record.spec, run.spec.canonical), MOST_KEYS))
    if record.numbers is None:
        return Facts(source, path, run, baseline, keys=keys)
    numbers, block = _compare_stored(record, run)
    if keys and numbers and (numbers.hidden or any(move.statistic for move in numbers.moves)):
        steps = _compare_steps(record, path, run, drive)
        numbers, block = (steps, 1) if steps else (numbers, block)
    return Facts(source, path, run, baseline, numbers, keys, block)


def _compare_stored(record: Record, run: Run) -> tuple[NumbersDifference | None, int]:
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
    if _compare_stored(record, old)[0] is not None:
        return None
    return compare_numbers(record_steps(old.curves), record_steps(run.curves))
