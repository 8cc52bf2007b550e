"""Logs that are text, row by row: JSON, a csv, what Megatron and DeepSpeed print."""

import csv
import json
import math
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import compress
from typing import Any, BinaryIO, Literal

from lrviz.errors import spec_error
from lrviz.reading.logs.columns import (
    find_count,
    find_likely,
    is_rate,
    plain,
    spell_names,
    without_rates,
)
from lrviz.reading.logs.gathered import Points, Unit, parse_number
from lrviz.reading.metricfile import POINT, THOUSANDS, find_delimiter
from lrviz.run.log import Log, Precision
from lrviz.spell import printable, spell_plural

Row = Mapping[str, Any]
Form = Literal["state", "lines", "printed", "table"]

# The longest line that is read, and how much of a file tells what it is.
MAX_LINE = 1_000_000
_MAX_STATE = 64_000_000
_MAX_KEYS = 10_000

# What breaks off may have lost less than so many digits, and then nobody can tell.
_MOST_CUT = 2

_LONGER = f"rows have more cells than the header{POINT}"
_PARTED = f"steps may have a comma between thousands{POINT}"

_HISTORY = re.compile(rb'\s*\{.*"log_history"\s*:\s*\[', re.DOTALL)
_MEGATRON = re.compile(r"\biteration\s+(\d+)\s*/\s*\d+\s*\|.{,500}?\blearning rate: ([^ |]+)")
_DEEPSPEED = re.compile(r"\bstep=(\d+), skipped=(\d+), lr=\[([^\]]{,2000})\]")
_TRAINER = re.compile(
    r"\{'loss': [^{}]{,500}?'learning_rate': '?([^ ,'{}]+)'?, [^{}]{,500}?'epoch': '?([^ ,'{}]+)"
)
_RATE = re.compile(r"(?<![\w.])[-+.\d][-+.\deE]*")

# Who writes such keys or columns, and how exactly where that is known.
_WRITERS: tuple[tuple[Form, frozenset[str], str, Precision | None], ...] = (
    ("state", frozenset(), "trainer_state.json of Hugging Face", Precision()),
    ("lines", frozenset(("iteration", "lr")), "metrics.json of detectron2", Precision()),
    ("lines", frozenset(("iter", "step", "lr")), "scalars.json of mmengine", None),
    ("printed", frozenset(("learning rate",)), "the output of Megatron", None),
    ("printed", frozenset(("learning_rate",)), "the output of Hugging Face's Trainer", None),
    ("printed", frozenset(), "the output of DeepSpeed", Precision()),
    ("table", frozenset(("epoch", "lr/pg0")), "results.csv of ultralytics", None),
    ("table", frozenset(("epoch", "step")), "metrics.csv of Lightning", None),
    ("table", frozenset(("epoch", "train_loss", "lr")), "summary.csv of timm", Precision()),
)


def find_form(head: bytes, columns: Sequence[str]) -> Form | None:
    """Return what a file is, from how it begins; None where it is no log."""
    if _HISTORY.match(head):
        return "state"
    lines = [line for line in head.splitlines()[:1000] if line.strip()]
    is_json = bool(lines) and lines[0].lstrip().startswith(b"{")
    if is_json:
        rows = list(map(_parse, lines))
        counted = [row for row in rows if find_count(row) or set(columns) & row.keys()]
        rated = [row for row in rows if any(map(is_rate, row))]
        is_log = len(counted) > 1 or len(rated) > 1 or any(row in rated for row in counted)
        if is_log:
            return "lines"
    text = head.decode("utf-8", "replace")
    if any(each.search(text) for each in (_MEGATRON, _DEEPSPEED, _TRAINER)):
        return "printed"
    header, second = ([line.decode("utf-8-sig", "replace") for line in lines[:2]] + ["", ""])[:2]
    names, first = _split(header, header), _split(second, header)
    if len(head) >= MAX_LINE and len(lines) == 1:
        first = names  # reading it tells that its header is too long
    is_named = any(is_rate(each) or each in columns for each in names) or find_count(names)
    is_filled = first is names or not all(map(math.isnan, map(parse_number, first)))
    is_table = is_named and is_filled and not is_json
    return "table" if is_table and len(names) == len(first) > 1 else None


def read_rows(file: BinaryIO, name: str, form: Form, columns: Sequence[str]) -> Log:
    """Return the log in a text.

    Args:
        file: open at its beginning.
        name: as the user named it.
        form: what it is.
        columns: the names of the step and of learning rates; none where they are to be found.

    Raises:
        SpecError: it is broken, or has no such names.
    """
    points, keys = Points(name), dict[str, None]()
    count, rising = columns[0] if columns else None, dict[str, float]()
    for number, row in enumerate(_FORMS[form](file, points)):
        if len(keys) < _MAX_KEYS:
            keys.update(dict.fromkeys(row))
        named = columns[1:] or filter(is_rate, row)
        if rates := [each for each in named if row.get(each) not in (None, "")]:
            count = count or find_count(row)
            if not columns and (count is None or plain(count) == "epoch"):
                rising = _keep_rising(rising if points.rates else dict.fromkeys(row, -1.0), row)
        for rate in rates:
            points.add(rate, row.get(count) if count else number, row[rate])
    likely = find_likely(rising, count)
    if len(likely) == 1:
        file.seek(0)
        log = read_rows(file, name, form, (*likely, *points.rates))
        return replace(log, notes=(_spell_guess(likely, points.rates), *log.notes))
    if set(columns) - keys.keys() or not points.rates:
        raise without_rates(name, columns, list(keys))
    unit: Unit = "row" if count is None else "step"
    unit = "epoch" if count and plain(count) == "epoch" else unit
    for of_form, needed, writer, precision in _WRITERS:
        if of_form == form and needed <= keys.keys():
            return points.log(writer, unit, precision)
    if not columns:
        points.notes.append(_spell_guess([count] if count else likely, points.rates))
    return points.log("csv" if form == "table" else "JSON lines", unit)


def _keep_rising(rising: dict[str, float], row: Row) -> dict[str, float]:
    """Return the columns whose numbers are whole, and larger in each row than before."""
    numbers = {name: parse_number(row.get(name)) for name in rising}
    return {name: each for name, each in numbers.items() if each > rising[name] and each % 1 == 0}


def _spell_guess(counts: Sequence[str], rates: Iterable[str]) -> str:
    """Return what was guessed: the one column that counts; of none and of several, rows."""
    text = f"steps are {spell_names(counts)}"
    if len(counts) != 1:
        why = f"they may be {spell_names(counts)}" if counts else "no column counts them"
        text = f"rows are counted, as {why}"
    return printable(f"{text}, learning rates {spell_names(rates)}; --columns chooses others")


def _iter_lines(file: BinaryIO, points: Points) -> Iterator[str]:
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise spec_error(points.name, f"line {number} is longer than {MAX_LINE:,} bytes")
        yield line.decode("utf-8-sig", "replace")


def _iter_state(file: BinaryIO, points: Points) -> Iterator[Row]:
    data = file.read(_MAX_STATE + 1)
    if len(data) > _MAX_STATE:
        raise spec_error(points.name, f"larger than {_MAX_STATE:,} bytes")
    try:
        yield from (row for row in json.loads(data)["log_history"] if isinstance(row, dict))
    except (ValueError, RecursionError, KeyError, TypeError):
        raise spec_error(points.name, "a trainer_state.json that is broken or breaks off") from None


def _parse(line: str | bytes) -> Row:
    """Return the object that a line of JSON is, an empty one where it is none."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return row if isinstance(row, dict) else {}


def _iter_objects(file: BinaryIO, points: Points) -> Iterator[Row]:
    strange = 0
    for line in filter(str.strip, _iter_lines(file, points)):
        row = _parse(line)
        strange += not row
        yield row
    if strange:
        points.notes.append(
            f"left out, as no JSON object is there: {spell_plural(strange, 'line')}"
        )


def _split(line: str, header: str) -> list[str]:
    """Return the cells of a line, divided as a header is; none of what is no line of a csv."""
    try:
        cells = next(csv.reader([line], delimiter=find_delimiter(header)), [])
    except csv.Error:
        return []
    return [cell.strip() for cell in cells]


def _iter_cells(file: BinaryIO, points: Points) -> Iterator[Row]:
    lines = filter(str.strip, _iter_lines(file, points))
    header = next(lines)
    names, delimiter = _split(header, header), find_delimiter(header)
    count = find_count(names)
    is_step = [name == count and plain(name) != "epoch" for name in names]
    if len(names) > _MAX_KEYS:
        raise spec_error(points.name, f"more than {_MAX_KEYS:,} columns")
    shortest = MAX_LINE
    try:
        for row in filter(None, csv.reader(lines, delimiter=delimiter)):
            if len(row[-1]) + _MOST_CUT < shortest < MAX_LINE and _breaks_off(file):
                points.notes.append("its last line breaks off, and is left out")
                return
            shortest = min(shortest, len(row[-1]))
            why = _LONGER * (len(row) > len(names))
            if delimiter == ";":  # where a comma is a decimal point
                steps = map(str.strip, compress(row, is_step))
                why = why or _PARTED * any(map(THOUSANDS.fullmatch, steps))
                row = [cell.replace(",", ".") for cell in row]
            if why and why not in points.notes:
                points.notes.append(why)
            # Where a row breaks off, its last number may be a half one.
            is_whole = len(row) == len(names) and not why
            yield dict(zip(names, row if is_whole else "?" * len(names), strict=True))
    except csv.Error as cause:
        raise spec_error(points.name, f"no csv: {cause}") from None


def _breaks_off(file: BinaryIO) -> bool:
    """Whether a file is read to its end, and that is no end of a line."""
    at = file.tell()
    file.seek(-1, os.SEEK_CUR)
    return file.read(1) != b"\n" and not file.read(1) and file.seek(at) == at


def _iter_printed(file: BinaryIO, points: Points) -> Iterator[Row]:
    skipped = 0
    for line in _iter_lines(file, points):
        for step, rate in _MEGATRON.findall(line):
            yield {"step": step, "learning rate": rate}
        for rate, epoch in _TRAINER.findall(line):
            yield {"epoch": epoch, "learning_rate": rate}
        for step, so_far, texts in _DEEPSPEED.findall(line):
            skipped, rates = int(so_far[:9]), _RATE.findall(texts)
            yield {"step": step, **{f"lr {group}": rate for group, rate in enumerate(rates)}}
    if skipped:
        points.notes.append(f"{skipped:,} of its steps were skipped, and called no scheduler")


_FORMS: Mapping[Form, Callable[[BinaryIO, Points], Iterator[Row]]] = {
    "state": _iter_state,
    "lines": _iter_objects,
    "printed": _iter_printed,
    "table": _iter_cells,
}
