"""A metric in a csv file: the one file that a spec may name."""

import codecs
import csv
import errno
import io
import os
import re
import stat
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lrviz.errors import FileError, KeyPath, SpecError
from lrviz.spec.assign import with_value
from lrviz.spec.model import Spec
from lrviz.spec.nodes import MAX_METRIC
from lrviz.spec.tree import MetricCsv, Tree
from lrviz.spec.wording import spell, suggest
from lrviz.system.files import Reads

MAX_BYTES = 10_000_000

# What is wrong with a file's name; all else is the machine's failure.
_NO_FILE = frozenset(
    (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENXIO)
)

# What a name in a header looks like, and a number below it: a file of anything else is not quoted.
_NAME = re.compile(r"[^\W\d][\w ./:()%#-]{,79}$")
_NUMBER = re.compile(r"\s*([-+]?[.,]?\d+([.,]\d+)?(e[-+]?\d+)?|nan)\s*$", re.IGNORECASE)
_MOST_NAMED = 20

POINT = "; a number has a point, and no comma"

# The line before the header by which Excel is told what parts the cells.
_SEPARATOR = re.compile(r'\A"?sep=[,;\t]"?(?=[\r\n])', re.IGNORECASE)

THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+")

Row = list[str]
Cell = tuple[int, int, str]  # its line, its row, counted from 1 without blank ones, and its text


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
    text = _SEPARATOR.sub("", _read_text(metric.csv, folder))  # a blank line is left of it
    delimiter = find_delimiter(re.split("[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0])
    header, rows = _read_rows(text, delimiter)
    if (count := header.count(metric.column)) != 1:
        number = f"{count} columns" if count else "no column"
        remedy = "" if count else _suggest(metric.column, header, rows)
        raise _CsvError(f"the csv has {number} {spell(metric.column)}{remedy}", "column")
    cells = _list_cells(header, rows, header.index(metric.column), delimiter)
    lines = [line for line, _, cell in cells if cell]
    if not lines:
        raise _CsvError(
            "has no value in that column" if any(row for _, row in rows) else "has no rows"
        )
    if len(lines) > MAX_METRIC:
        raise _CsvError(f"has more than {MAX_METRIC:,} values in that column")
    return {
        "metric": tuple(_parse_number(cell, row) for _, row, cell in cells if cell),
        "metric_name": metric.column,
        "metric_file": metric.csv,
        "metric_lines": tuple(lines),
        "metric_blanks": tuple(line for line, _, cell in cells if not cell and line < lines[-1]),
    }


def _suggest(column: str, header: Row, rows: Sequence[tuple[int, Row]]) -> str:
    """Return the columns that there are; nothing where the file is no table of numbers."""
    known = list(filter(None, header))
    below = next((row for _, row in rows if row), [])
    if not (all(map(_NAME.match, known)) and any(map(_NUMBER.match, below))):
        return ""
    remedy, named = suggest(column, known), ", ".join(known[:_MOST_NAMED])
    return f"; {remedy} (columns: {named})" if remedy.endswith("?") else f"; columns: {named}"


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
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if is_wide else "utf-8-sig", "replace")


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


def find_delimiter(header: str) -> str:
    r"""Return what parts the cells of a csv, by its first line.

    >>> [find_delimiter(each) for each in ("step,loss", "step;loss", '"a, b, c"\tloss', "loss")]
    [',', ';', '\t', ',']
    """
    return max(",;\t", key=re.sub('"[^"]*"', "", header).count)


def _read_rows(text: str, delimiter: str) -> tuple[Row, list[tuple[int, Row]]]:
    """Return the header, and every row with the line it ends on; a blank line has no cells."""
    # A quote that is never closed would swallow the rows behind it, were it not strict.
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [cell.strip() for cell in next(filter(None, rows), [])]
        return header, [(rows.line_num, row) for row in rows]
    except csv.Error:
        raise _CsvError("not a csv") from None


def _list_cells(
    header: Row, rows: Sequence[tuple[int, Row]], place: int, delimiter: str
) -> list[Cell]:
    """Return the cells of a column, blank ones too; where a comma is a decimal point, with one."""
    cells: list[Cell] = []
    number = 0
    for line, row in rows:
        number += bool(row)
        if len(row) > len(header):
            text = f"row {number} has {len(row)} cells, the header {len(header)}"
            raise _CsvError(text + POINT * (delimiter == ","))
        cells.append((line, number, row[place].strip() if place < len(row) else ""))
    if delimiter == "," or any("." in cell for _, _, cell in cells):
        return cells
    parted = [each for each in cells if "," in each[2]]
    if parted and all(THOUSANDS.fullmatch(cell) for _, _, cell in parted):
        text = f"row {parted[0][1]} may have a comma between thousands, or a decimal one"
        raise _CsvError(f"{text}; write a point, or none")
    return [(line, number, cell.replace(",", ".")) for line, number, cell in cells]


def _parse_number(cell: str, row: int) -> float:
    try:
        return float(cell if "_" not in cell else "")  # Python alone reads 1_000 as a number
    except ValueError:
        point = POINT * ("," in cell)
        raise _CsvError(f"row {row} has no number in that column{point}") from None
