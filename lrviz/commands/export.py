"""A run's numbers as a table: one row a step, curve and param group."""

import csv
import io
import json
import math
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

import numpy as np

from lrviz.commands.block import Block
from lrviz.commands.driving import drive_spec
from lrviz.commands.targets import TABLES, Table, is_stdout, refuse_input
from lrviz.curve import QUANTITIES, Curve, Values
from lrviz.errors import Problem, RefusedError, SpecError, UsageError
from lrviz.reading.folders import SPEC_ENDINGS
from lrviz.reading.sources import AS_WRITTEN, Reading, load_named
from lrviz.run.driven import Run
from lrviz.spell import spell_yaml
from lrviz.system.files import STDIO, write_file, write_stdout
from lrviz.system.own import refuse_other

MAX_ROWS = 10_000_000

# Lines are written some at a time, so that a long run's table never stands in memory as a whole.
_CHUNK = 4096


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
    output = STDIO if is_stdout(output) else output
    format = format or _format_of(output)
    refuse_input(output, source)
    spec = load_named(source, reading)
    _refuse_too_many(source, sum(each.total_steps * each.groups for each in spec.schedules))
    refuse_input(output, source, spec)
    if output != STDIO:
        _refuse_spec(Path(output))
        refuse_other(Path(output), "table", overwrite=overwrite)
    run = drive_spec(spec)
    refuse_input(output, source, spec)  # of a factory it is known by now what it reads
    chunks = _encode(export_text(run, format))
    if output != STDIO:
        write_file(Path(output), chunks, overwrite=overwrite)
    else:
        all(map(write_stdout, chunks))  # as long as somebody reads on
    yield Block(lines=run.warnings)


def _refuse_spec(path: Path) -> None:
    """Refuse to write a table over what is called like a spec, whoever wrote it or insists."""
    if path.suffix.lower() in SPEC_ENDINGS and path.is_file():
        raise RefusedError(
            path, "is called like a spec, which no table replaces; name another file"
        )


def _refuse_too_many(source: str, rows: int) -> None:
    if rows > MAX_ROWS:
        text = f"{rows:,} rows are more than {MAX_ROWS:,}; export a shorter run"
        raise SpecError([Problem(source, (), text)])


def _encode(lines: Iterator[str]) -> Iterator[bytes]:
    """Yield lines as bytes, many at a time."""
    while chunk := "".join(islice(lines, _CHUNK)):
        yield chunk.encode()


def export_text(run: Run, format: Table) -> Iterator[str]:
    """Yield the text of a run's numbers, a line at a time.

    The columns are step, epoch, curve, group and lr, then momentum, weight_decay and metric where
    the run has them. Floats are spelt so that they are read back exactly; what a curve has no
    value for, as the metric of a step that no call follows, is empty, or null. What JSON has no
    number for is spelt as YAML spells it.
    """
    columns = _columns(run)
    lines = (
        line
        for curve, schedule in zip(run.curves, run.spec.schedules, strict=True)
        for line in _lines(curve, schedule.steps_per_call, columns, format)
    )
    if format == "csv":
        yield _write_csv(columns)
        yield from lines
        return
    opening = "[\n"
    for line in lines:
        yield f"{opening}{line}"
        opening = ",\n"
    yield "\n]\n"


def _columns(run: Run) -> list[str]:
    quantities = [
        name for name in QUANTITIES if any(curve.quantity(name) is not None for curve in run.curves)
    ]
    metric = ["metric"] if any(curve.metric is not None for curve in run.curves) else []
    return ["step", "epoch", "curve", "group", *quantities, *metric]


def _lines(curve: Curve, each: int, columns: Sequence[str], format: Table) -> Iterator[str]:
    """Yield a line a step and group; a call follows the last of each so many steps."""
    templates = [_template(curve.label, name, columns, format) for name in curve.groups]
    size = max(_CHUNK // len(templates), 1)
    for start in range(0, curve.steps, size):
        steps = range(start, min(start + size, curve.steps))
        epochs = [step // curve.steps_per_epoch for step in steps]
        metric = [_cells(curve.metric, steps, each, format)] if "metric" in columns else []
        groups = []
        for group, template in enumerate(templates):
            rows = [
                None if (values := curve.quantity(name)) is None else values[group]
                for name in QUANTITIES
                if name in columns
            ]
            cells = [_cells(row, steps, 1, format) for row in rows]
            groups.append(
                [template % row for row in zip(steps, epochs, *cells, *metric, strict=True)]
            )
        yield from chain.from_iterable(zip(*groups, strict=True))


def _cells(values: Values | None, steps: range, each: int, format: Table) -> list[str]:
    """Return the numbers of some steps as a format spells them, where a call follows them."""
    empty = "" if format == "csv" else "null"
    if values is None:
        return [empty] * len(steps)
    numbers = values[steps.start : steps.stop]
    spelt = list(map(repr, numbers.tolist()))
    if format == "json" and not np.isfinite(numbers).all():
        spelt = [json.dumps(_spell(number)) for number in numbers.tolist()]
    if each > 1:
        spelt = [
            empty if (step + 1) % each else cell for step, cell in zip(steps, spelt, strict=True)
        ]
    return spelt


def _template(curve: str, group: str, columns: Sequence[str], format: Table) -> str:
    """Return a line of one curve and group, in which the numbers are yet to be put."""
    if format == "csv":
        names = _write_csv([curve, group]).replace("%", "%%")[:-1]
        return f"%s,%s,{names}{',%s' * (len(columns) - 4)}\n"
    texts = {
        name: json.dumps(text).replace("%", "%%")
        for name, text in (("curve", curve), ("group", group))
    }
    cells = [f"{json.dumps(column)}: {texts.get(column, '%s')}" for column in columns]
    return f"{{{', '.join(cells)}}}"


def _spell(value: float) -> float | str:
    """Return a number as strict JSON can hold it."""
    return value if math.isfinite(value) else spell_yaml(value)


def _write_csv(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def _format_of(output: str) -> Table:
    ending = Path(output).suffix.lower().removeprefix(".")
    for table in TABLES:
        if output == STDIO or ending == table:
            return table
    raise UsageError(f"-o {output}: no known ending (known: .csv, .json); give the format with -f")
