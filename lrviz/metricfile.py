"""A metric in a csv file: the one file that a spec may name."""

import csv
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from lrviz.errors import SpecError
from lrviz.spec import Spec
from lrviz.spec.model import MetricCsv
from lrviz.spec.parse import MAX_METRIC

MAX_BYTES = 10_000_000


def read_metric(spec: Spec) -> list[float]:
    """Return the values of the column that a spec's metric names.

    The file is a regular one in the spec's own folder or below it, links included. Messages never
    quote it: a spec from a stranger may name any file there.

    Raises:
        SpecError: there is no such file or column, or a value is no number.
    """
    metric = spec.metric
    assert isinstance(metric, MetricCsv)
    try:
        lines = _read_lines(metric.csv, spec.source.folder)
        return list(_column(lines, metric.column))
    except (ValueError, csv.Error) as error:
        text = str(error) if isinstance(error, ValueError) else "not a csv"
        raise SpecError([spec.source.problem(("metric", "csv"), text)]) from None


def _read_lines(name: str, folder: Path | None) -> list[str]:
    if folder is None:
        raise ValueError("a csv is read from the spec's own folder, and this spec has none")
    outside = "must be a relative path to a file in the spec's own folder"
    try:
        root = folder.resolve()
        path = (root / name).resolve()
        if Path(name).is_absolute() or not path.is_relative_to(root):
            raise ValueError(outside)
        # A pipe would block for ever, so it is opened before it is known to be a regular file.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise ValueError("must be a regular file")
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        raise ValueError(f"cannot read it: {reason}") from None
    if len(data) > MAX_BYTES:
        raise ValueError(f"larger than {MAX_BYTES // 1_000_000} MB")
    try:
        return data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise ValueError("not text in UTF-8") from None


def _column(lines: list[str], column: str) -> Iterator[float]:
    rows = csv.reader(lines)
    header = [name.strip() for name in next(rows, [])]
    if column not in header:
        raise ValueError(f"has no column '{column}'")
    index = header.index(column)
    count = 0
    for row in rows:
        if not row:
            continue
        count += 1
        if count > MAX_METRIC:
            raise ValueError(f"has more than {MAX_METRIC:,} rows")
        yield _number(row, index, count)
    if not count:
        raise ValueError("has no rows")


def _number(row: list[str], index: int, count: int) -> float:
    try:
        return float(row[index])
    except (IndexError, ValueError):
        raise ValueError(f"row {count} has no number in that column") from None
