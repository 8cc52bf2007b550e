"""A run's numbers as a table: one row a step, curve and param group."""

import csv
import json
import math
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from lrviz.collect import SPEC_ENDINGS
from lrviz.curve import QUANTITIES, Curve
from lrviz.errors import RefusedError, UsageError
from lrviz.factories import drive_spec, load_named
from lrviz.files import STDIO, write_file, write_stdout
from lrviz.own import refuse_other
from lrviz.run import Run
from lrviz.spec.flow import spell_special
from lrviz.targets import TABLES, Table, is_stdout, refuse_input

# Lines are written some at a time, so that a long run's table never stands in memory as a whole.
_CHUNK = 4096


def export_spec(
    source: str,
    output: str,
    format: Table | None,
    overrides: Sequence[tuple[str, str]],
    allow: Sequence[str] = (),
    *,
    overwrite: bool = False,
) -> tuple[str, ...]:
    """Write a spec's numbers and return what is worth saying, one line each.

    Raises:
        FileError: a file cannot be read or written.
        RefusedError: the output is also an input, or is not to be replaced.
        SpecError: what the source holds is no spec, or none that torch can drive.
        UsageError: the output's ending names no format.
    """
    output = STDIO if is_stdout(output) else output
    format = format or _format_of(output)
    refuse_input(output, source)
    spec = load_named(source, overrides=overrides, allow=allow)
    refuse_input(output, source, spec)
    if output != STDIO:
        _refuse_spec(Path(output))
        refuse_other(Path(output), "table", overwrite=overwrite)
    run = drive_spec(spec)
    refuse_input(output, source, spec)  # of a factory it is known by now what it reads
    lines = export_text(run, format)
    if output != STDIO:
        write_file(Path(output), "".join(lines).encode(), overwrite=overwrite)
        return run.warnings
    while chunk := "".join(islice(lines, _CHUNK)):
        if not write_stdout(chunk.encode()):
            break
    return run.warnings


def _refuse_spec(path: Path) -> None:
    """Refuse to write a table over what is called like a spec, whoever wrote it or insists."""
    if path.suffix.lower() in SPEC_ENDINGS and path.is_file():
        raise RefusedError(
            path, "is called like a spec, which no table replaces; name another file"
        )


def export_text(run: Run, format: Table) -> Iterator[str]:
    """Yield the text of a run's numbers, a line at a time.

    The columns are step, epoch, curve, group and lr, then momentum, weight_decay and metric where
    the run has them. Floats are spelt so that they are read back exactly; what a curve has no
    value for, as the metric of a step that no call follows, is empty, or null. What JSON has no
    number for is spelt as YAML spells it.
    """
    columns = _columns(run)
    rows = (
        row
        for curve, schedule in zip(run.curves, run.spec.schedules, strict=True)
        for row in _rows(curve, schedule.steps_per_call, columns)
    )
    if format == "csv":
        writer = csv.writer(_Line(), lineterminator="\n")
        yield from map(writer.writerow, chain([columns], rows))
        return
    opening = "[\n"
    for row in rows:
        yield opening + json.dumps(dict(zip(columns, map(_spell, row), strict=True)))
        opening = ",\n"
    yield "\n]\n"


def _columns(run: Run) -> list[str]:
    quantities = [
        name for name in QUANTITIES if any(curve.quantity(name) is not None for curve in run.curves)
    ]
    metric = ["metric"] if any(curve.metric is not None for curve in run.curves) else []
    return ["step", "epoch", "curve", "group", *quantities, *metric]


def _rows(curve: Curve, each: int, columns: list[str]) -> Iterator[Sequence[object]]:
    """Yield a row a step and group; a call follows the last of each so many steps."""
    quantities = [curve.quantity(name) for name in QUANTITIES if name in columns]
    for step in range(curve.steps):
        called = None if curve.metric is None or (step + 1) % each else float(curve.metric[step])
        metric = [called] if "metric" in columns else []
        for group, name in enumerate(curve.groups):
            values = [None if row is None else float(row[group, step]) for row in quantities]
            yield [step, step // curve.steps_per_epoch, curve.label, name, *values, *metric]


def _spell(value: object) -> object:
    """Return a cell as strict JSON can hold it."""
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return spell_special(value)


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
