"""A metric in a csv file: the one file that a spec may name."""

import csv
import errno
import io
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from lrviz.errors import FileError, KeyPath, SpecError
from lrviz.spec.assign import with_value
from lrviz.spec.model import MetricCsv, Schedule, Spec
from lrviz.spec.nodes import MAX_METRIC
from lrviz.spec.wording import spell
from lrviz.system.files import Reads

MAX_BYTES = 10_000_000

_NO_FILE = frozenset(
    (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENXIO)
)
"""What is wrong with a file's name; all else is the machine's failure."""


class _CsvError(ValueError):
    """What is wrong with the file, and the key of the metric that names it."""

    def __init__(self, text: str, key: str = "csv") -> None:
        self.text, self.key = text, key
        super().__init__(text)


class Column(NamedTuple):
    """A column of a csv.

    Attributes:
        values: its numbers, the header left out.
        lines: of the file that they stand on, counted from 1.
        blanks: the lines between header and last number that are blank, which counts for no row.
    """

    values: list[float]
    lines: list[int]
    blanks: list[int]


def read_metric(schedule: Schedule, folder: Path | None, reads: Reads) -> Column:
    """Return the column that a schedule's metric names.

    The file is a regular one in the spec's own folder or below it, links included. Messages never
    quote it: a spec from a stranger may name any file there.

    Args:
        schedule: one whose metric is a csv.
        folder: the spec's own folder; None where it has none.
        reads: the file is added to it.

    Raises:
        FileError: the machine will not let it be read.
        SpecError: there is no such file or column, or a value is no number.
    """
    metric = schedule.metric
    assert isinstance(metric, MetricCsv)
    try:
        text = _read_text(metric.csv, folder, reads)
        return _read_column(text, metric.column)
    except _CsvError as error:
        problem = schedule.source.problem((*schedule.metric_key, error.key), error.text)
        raise SpecError([problem]) from None


def _read_text(name: str, folder: Path | None, reads: Reads) -> str:
    if folder is None:
        raise _CsvError("a csv is read from the spec's own folder, and this spec has none")
    try:
        if _is_below(name):
            reads.add(folder / name)  # not what a link leads to now
        path = _resolve(name, folder)
        data = _read_regular(path)
    except OSError as error:
        failed = FileError.from_os_error(folder / name, "read", error)
        if error.errno not in _NO_FILE:
            raise failed from None
        raise _CsvError(f"cannot read it: {failed.reason}") from None
    if len(data) > MAX_BYTES:
        raise _CsvError(f"larger than {MAX_BYTES // 1_000_000} MB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _CsvError("not text in UTF-8") from None


def _is_below(name: str) -> bool:
    """Whether a path stays in a folder, links aside."""
    return not Path(name).is_absolute() and ".." not in Path(name).parts


def _resolve(name: str, folder: Path) -> Path:
    try:
        root = folder.resolve()
        path = (root / name).resolve()
    except (RuntimeError, ValueError):  # a loop of links, or what no file can be called
        raise _CsvError("no such file") from None
    if Path(name).is_absolute() or not path.is_relative_to(root):
        raise _CsvError("must be a relative path to a file in the spec's own folder")
    return path


def _read_regular(path: Path) -> bytes:
    """Return a regular file's first bytes, one more than are allowed at most."""
    # A pipe would block for ever, so it is opened before it is known to be a regular file.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise _CsvError("must be a regular file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(MAX_BYTES + 1)
    finally:
        os.close(descriptor)


def _read_column(text: str, name: str) -> Column:
    (_, header), *rows = [*_iter_rows(text)] or [(1, [])]
    header = [cell.strip() for cell in header]
    if (count := header.count(name)) != 1:
        number = f"{count} columns" if count else "no column"
        raise _CsvError(f"the csv has {number} {spell(name)}", "column")
    filled = [(line, row) for line, row in rows if row]
    if not filled:
        raise _CsvError("has no rows")
    if len(filled) > MAX_METRIC:
        raise _CsvError(f"has more than {MAX_METRIC:,} rows")
    values = [_parse_number(row, header, name, place) for place, (_, row) in enumerate(filled, 1)]
    lines = [line for line, _ in filled]
    return Column(values, lines, [line for line, row in rows if not row and line < lines[-1]])


def _iter_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line that each row begins on, and its cells; none where the line is blank."""
    # A quote that is never closed would swallow the rows behind it, were it not strict.
    rows, line = csv.reader(io.StringIO(text, newline=""), strict=True), 1
    try:
        for row in rows:
            yield line, row
            line = rows.line_num + 1
    except csv.Error:
        raise _CsvError("not a csv") from None


def _parse_number(row: list[str], header: list[str], name: str, count: int) -> float:
    if any(map(str.strip, row[len(header) :])):
        text = f"row {count} has {len(row)} cells, the header {len(header)}"
        raise _CsvError(f"{text}; a number has a point, and no comma")
    try:
        cell = row[header.index(name)]
        return float(cell if "_" not in cell else "")  # Python alone reads 1_000 as a number
    except (IndexError, ValueError):
        raise _CsvError(f"row {count} has no number in that column") from None


def with_metric(
    spec: Spec,
    key: KeyPath,
    values: Sequence[float],
    lines: Sequence[int] = (),
    blanks: Sequence[int] = (),
) -> Spec:
    """Return the spec with the values that the csv of one metric held.

    Args:
        spec: left as it is.
        key: the metric's key path.
        values: what it is to be.
        lines: of the csv that they stand on, as many.
        blanks: the lines between them that are blank.
    """
    tree = with_value(dict(spec.tree), key, list(values))
    assert isinstance(tree, dict)

    def read(schedule: Schedule) -> Schedule:
        if schedule.metric_key != key:
            return schedule
        metric, name, file = schedule.metric, schedule.metric_name, schedule.metric_file
        if isinstance(metric, MetricCsv):
            name, file = metric.column, metric.csv
        return replace(
            schedule,
            metric=tuple(values),
            metric_name=name,
            metric_file=file,
            metric_lines=tuple(lines),
            metric_blanks=tuple(blanks),
        )

    return replace(spec, tree=tree, schedules=tuple(map(read, spec.schedules)))
