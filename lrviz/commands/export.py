"""A run's numbers as a table: one row a step, curve and param group."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from math import isfinite
from pathlib import Path

from lrviz.commands.results import (
    Block,
    drive_spec,
    output_file,
    refuse_reads,
    refuse_target,
    write_parts,
)
from lrviz.curve import QUANTITIES, Curve, Steps, Values
from lrviz.errors import RefusedError, spec_error
from lrviz.figure import TABLES, Table, find_format
from lrviz.reading.sources import AS_WRITTEN, Reading, load_named
from lrviz.run.driven import Run
from lrviz.spec.origin import SPEC_ENDINGS
from lrviz.spell import spell_yaml

MAX_ROWS = 10_000_000

_CHUNK = 4096

Row = Sequence[object]


def export_spec(
    source: str,
    output: str,
    format: Table | None,
    reading: Reading = AS_WRITTEN,
    *,
    overwrite: bool = False,
) -> Iterator[Block]:
    """Write a spec's numbers, and yield what is worth saying.

    Raises:
        FileError: a file cannot be read or written.
        RefusedError: the output is also an input, or is not to be replaced.
        SpecError: what the source holds is no spec, or none that torch can drive.
        UsageError: the output's ending names no format.
    """
    path = output_file(output)
    format = format or (find_format(path, TABLES) if path else "csv")
    spec = load_named(source, reading)
    log = spec.schedules[0].factory and spec.schedules[0].factory.log
    rows = 0 if log else sum(each.total_steps * each.groups for each in spec.schedules)
    if rows > MAX_ROWS:
        raise spec_error(source, f"{rows:,} rows are more than {MAX_ROWS:,}; export a shorter run")
    refuse_reads(path, [spec])
    _refuse_spec(path)
    refuse_target(path, "table", [spec], overwrite=overwrite)
    run = drive_spec(spec, reading.verbose)
    refuse_reads(path, [spec])  # of a factory it is known by now what it reads
    write_parts(path, (text.encode() for text in export_text(run, format)), overwrite=overwrite)
    yield Block(lines=run.warnings)


def _refuse_spec(path: Path | None) -> None:
    """Refuse to write a table over what is called like a spec, whoever wrote it or insists."""
    if path and path.suffix.lower() in SPEC_ENDINGS and path.is_file():
        raise RefusedError(
            path, "is called like a spec, which no table replaces; name another file"
        )


def export_text(run: Run, format: Table) -> Iterator[str]:
    """Yield the text of a run's numbers, some lines at a time: it may be long.

    The columns are step, epoch, curve, group and lr, then momentum, weight_decay and metric where
    the run has them. Floats are spelt so that they are read back exactly; what a curve has no
    value for, as the metric of a step that no call follows, is empty, or null. What JSON has no
    number for is spelt as YAML spells it.
    """
    columns = ["step", "epoch", "curve", "group", *run.quantities]
    chunks = chain.from_iterable(
        _list_chunks(curve, schedule.steps_per_call, columns)
        if curve.at is None
        else _list_points(curve, curve.at)
        for curve, schedule in zip(run.curves, run.spec.schedules, strict=True)
    )
    if format == "csv":
        yield _write_csv([columns])
        yield from map(_write_csv, chunks)
        return
    opening = "[\n"
    for rows in chunks:
        yield f"{opening}{_write_json(columns, rows)}"
        opening = ",\n"
    yield "\n]\n"


def _list_chunks(curve: Curve, each: int, columns: Sequence[str]) -> Iterator[list[Row]]:
    """Yield rows, one a step and group; a call follows the last of each so many steps."""
    recorded = [curve.quantity(name) for name in QUANTITIES if name in columns]
    size = max(_CHUNK // len(curve.groups), 1)
    for start in range(0, curve.steps, size):
        steps = range(start, min(start + size, curve.steps))
        epochs = [step // curve.steps_per_epoch for step in steps]
        given = _list_values(curve.metric, steps)
        called = [None if (step + 1) % each else given[step - start] for step in steps]
        groups = []
        for place, name in enumerate(curve.groups):
            rows = (None if values is None else values[place] for values in recorded)
            cells = [_list_values(row, steps) for row in rows]
            cells += [called] if "metric" in columns else []
            names = repeat(curve.label, len(steps)), repeat(name, len(steps))
            groups.append(zip(steps, epochs, *names, *cells, strict=True))
        yield list(chain.from_iterable(zip(*groups, strict=True)))


def _list_points(curve: Curve, at: Steps) -> Iterator[list[Row]]:
    """Yield the rows of a log, which does not say how many steps an epoch has."""
    for step, rates in zip(at.tolist(), curve.lr.T.tolist(), strict=True):
        cells = zip(curve.groups, rates, strict=True)
        yield [(step, None, curve.label, group, rate) for group, rate in cells]


def _list_values(values: Values | None, steps: range) -> list[float | None]:
    found: list[float | None] = [None] * len(steps)
    return found if values is None else values[steps.start : steps.stop].tolist()


def _write_csv(rows: Sequence[Row]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _write_json(columns: Sequence[str], rows: Sequence[Row]) -> str:
    plain = (map(_plain, row) for row in rows)
    return ",\n".join(json.dumps(dict(zip(columns, row, strict=True))) for row in plain)


def _plain(value: object) -> object:
    return spell_yaml(value) if isinstance(value, float) and not isfinite(value) else value
