"""A metric in a csv file: the one file that a spec may name."""

import csv
import errno
import io
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

from lrviz.errors import FileError, KeyPath, SpecError
from lrviz.spec.assign import with_value
from lrviz.spec.model import Spec
from lrviz.spec.nodes import MAX_METRIC
from lrviz.spec.tree import MetricCsv, Tree
from lrviz.spec.wording import spell
from lrviz.system.files import Reads

MAX_BYTES = 10_000_000

# What is wrong with a file's name; all else is the machine's failure.
_NO_FILE = frozenset(
    (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENXIO)
)

Row = list[str]


class _CsvError(ValueError):
    """What is wrong with the file, and the key of the metric that names it."""

    def __init__(self, text: str, key: str = "csv") -> None:
        self.text, self.key = text, key
        super().__init__(text)


def with_metrics(spec: Spec, folder: Path | None, reads: Reads) -> Spec:
    """Return the spec with the values of every csv that it names.

    A csv is a regular file in the spec's own folder or below it, links included. Messages never
    quote it: a spec from a stranger may name any file there.

    Args:
        spec: left as it is.
        folder: its own; None where it has none.
        reads: every csv is added to it.

    Raises:
        FileError: the machine will not let one be read.
        SpecError: there is no such file or column, or a value is no number.
    """
    columns: dict[KeyPath, dict[str, Any]] = {}  # many curves may have one in common
    tree: Tree = dict(spec.tree)
    schedules = []
    for schedule in spec.schedules:
        metric, key = schedule.metric, schedule.metric_key
        if isinstance(metric, MetricCsv):
            try:
                column = columns.get(key) or _read_column(metric, folder, reads)
            except _CsvError as error:
                problem = schedule.source.problem((*key, error.key), error.text)
                raise SpecError([problem]) from None
            columns[key] = column
            tree = with_value(tree, key, list(column["metric"]))
            schedule = replace(schedule, **column)
        schedules.append(schedule)
    assert isinstance(tree, dict)  # as it was
    return replace(spec, tree=tree, schedules=tuple(schedules))


def _read_column(metric: MetricCsv, folder: Path | None, reads: Reads) -> dict[str, Any]:
    """Return what a schedule is to know of a metric's column."""
    if folder is None:
        raise _CsvError("a csv is read from the spec's own folder, and this spec has none")
    reads.add(folder / metric.csv)  # not what a link leads to now
    header, rows = _read_rows(_read_text(metric.csv, folder))
    if (count := header.count(metric.column)) != 1:
        number = f"{count} columns" if count else "no column"
        raise _CsvError(f"the csv has {number} {spell(metric.column)}", "column")
    lines = [line for line, row in rows if row]
    if not lines:
        raise _CsvError("has no rows")
    if len(lines) > MAX_METRIC:
        raise _CsvError(f"has more than {MAX_METRIC:,} rows")
    filled = enumerate(filter(None, (row for _, row in rows)), 1)
    place, width = header.index(metric.column), len(header)
    return {
        "metric": tuple(_parse_number(row, place, width, number) for number, row in filled),
        "metric_name": metric.column,
        "metric_file": metric.csv,
        "metric_lines": tuple(lines),
        "metric_blanks": tuple(line for line, row in rows if not row and line < lines[-1]),
    }


def _read_text(name: str, folder: Path) -> str:
    try:
        data = _read_regular(_resolve(name, folder))
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


def _read_rows(text: str) -> tuple[Row, list[tuple[int, Row]]]:
    """Return the header, and every row with the line it ends on; a blank line has no cells."""
    # A quote that is never closed would swallow the rows behind it, were it not strict.
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(rows, [])]
        return header, [(rows.line_num, row) for row in rows]
    except csv.Error:
        raise _CsvError("not a csv") from None


def _parse_number(row: Row, place: int, width: int, number: int) -> float:
    if any(map(str.strip, row[width:])):
        text = f"row {number} has {len(row)} cells, the header {width}"
        raise _CsvError(f"{text}; a number has a point, and no comma")
    try:
        cell = row[place]
        return float(cell if "_" not in cell else "")  # Python alone reads 1_000 as a number
    except (IndexError, ValueError):
        raise _CsvError(f"row {number} has no number in that column") from None
