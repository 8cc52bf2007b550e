"""A run's numbers as a table: one row a step, curve and param group."""

import csv
import json
import math
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from lrviz.curve import QUANTITIES, Curve
from lrviz.errors import UsageError
from lrviz.factories import load_named
from lrviz.files import STDIO, write_file, write_stdout
from lrviz.run import Run
from lrviz.startup import quick_imports
from lrviz.targets import TABLES, Table, is_same_file, is_stdout

# Lines are written some at a time, so that a long run's table never stands in memory as a whole.
_CHUNK = 4096


def export_spec(
    source: str,
    output: str,
    format: Table | None,
    overrides: Sequence[tuple[str, str]],
    allow: Sequence[str] = (),
) -> tuple[str, ...]:
    """Write a spec's numbers and return what is worth saying, one line each.

    Raises:
        UsageError: the output is also the input, or its ending names no format.
    """
    output = STDIO if is_stdout(output) else output
    format = format or _format_of(output)
    if output != STDIO and is_same_file(Path(output), source):
        raise UsageError(f"{output}: is also the input; name another file with -o")
    spec = load_named(source, overrides=overrides, allow=allow)
    with quick_imports():
        from lrviz.drive import simulate
    run = simulate(spec)
    lines = export_text(run, format)
    if output != STDIO:
        write_file(Path(output), "".join(lines).encode())
        return run.warnings
    while chunk := "".join(islice(lines, _CHUNK)):
        if not write_stdout(chunk.encode()):
            break
    return run.warnings


def export_text(run: Run, format: Table) -> Iterator[str]:
    """Yield the text of a run's numbers, a line at a time.

    The columns are step, epoch, curve, group and lr, then momentum, weight_decay and metric where
    the run has them. Floats are spelt so that they are read back exactly; what a curve has no
    value for is empty, or null.
    """
    columns = _columns(run)
    rows = (row for curve in run.curves for row in _rows(run, curve, columns))
    if format == "csv":
        writer = csv.writer(_Line(), lineterminator="\n")
        yield from map(writer.writerow, chain([columns], rows))
        return
    opening = "[\n"
    for row in rows:
        yield opening + json.dumps(dict(zip(columns, row, strict=True)))
        opening = ",\n"
    yield "\n]\n"


def _columns(run: Run) -> list[str]:
    quantities = [
        name for name in QUANTITIES if any(curve.quantity(name) is not None for curve in run.curves)
    ]
    metric = ["metric"] if any(curve.metric is not None for curve in run.curves) else []
    return ["step", "epoch", "curve", "group", *quantities, *metric]


def _rows(run: Run, curve: Curve, columns: list[str]) -> Iterator[Sequence[object]]:
    quantities = [curve.quantity(name) for name in QUANTITIES if name in columns]
    for step in range(curve.steps):
        metric = [_finite(curve.metric[step]) if curve.metric is not None else None]
        for group, name in enumerate(curve.groups):
            values = [None if each is None else _finite(each[group, step]) for each in quantities]
            epoch = step // curve.steps_per_epoch
            row = [step, epoch, curve.label, name, *values]
            yield [*row, *metric] if "metric" in columns else row


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


class _Line:
    """A file for the csv writer that hands its line back."""

    def write(self, line: str) -> str:
        """Return what was to be written."""
        return line


def _format_of(output: str) -> Table:
    ending = Path(output).suffix.lower().removeprefix(".")
    for table in TABLES:
        if output == STDIO or ending == table:
            return table
    raise UsageError(f"-o {output}: no known ending (known: .csv, .json); give the format with -f")
