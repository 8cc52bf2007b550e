"""Stopping the run of a spec and going on: a table of the ways, what is safe, and a figure."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from lrviz.commands.results import (
    Block,
    Line,
    plan_target,
    refuse_format,
    refuse_reads,
    refuse_target,
    write_figure,
)
from lrviz.commands.resumption_figure import draw_resumption
from lrviz.errors import Problem, UsageError
from lrviz.figure import Format
from lrviz.reading.from_numbers import KEPT
from lrviz.reading.sources import AS_WRITTEN, Reading, load_named, parse_data, read_source
from lrviz.run.resumed import STATELESS, Resumed, Resumption, tell_safe
from lrviz.spec.model import Spec
from lrviz.spell import align, spell_number, spell_yaml
from lrviz.system.annotations import format_findings
from lrviz.system.process import quick_imports

# How the ways are listed: for people, or for programs.
Told = Literal["text", "json"]

_HEADINGS = ("way", "stop", "verdict", "wrong steps", "factor", "right again")
_NONE = "-"

# How to go on with what an optimizer has gathered, where only stepping again keeps its rates.
_MOMENTS = "then keep the optimizer's moments: load its state with the param_groups that it has now"


def resume_spec(
    source: str,
    at: int | None = None,
    into: str | None = None,
    output: str | None = None,
    format: Format | None = None,
    output_format: Told = "text",
    reading: Reading = AS_WRITTEN,
    *,
    overwrite: bool = False,
) -> Iterator[Block]:
    """Say what each way to go on does to a schedule; with an output, draw it.

    Args:
        source: the spec as the user named it, or a factory.
        at: the steps done before the stop; None for many stops, of which the worst are told.
        into: the spec that the states are loaded into; None for the same one.
        output: the figure's file; `-` for standard output, None for no figure.
        format: of the figure; None for what the file ends in.
        output_format: of what is told.
        reading: for the spec.
        overwrite: whether the figure's file is replaced, too, where lrviz did not write it.

    Raises:
        FileError: a file cannot be read or written.
        RefusedError: the figure's file is an input, or is not to be replaced.
        SpecError: a spec cannot be driven.
        UsageError: the run cannot be stopped there, or there is too much to draw.
    """
    target = None if output is None else plan_target(source, output, format)
    if target is None:
        refuse_format(format)
    elif target.path is None and output_format == "json":
        raise UsageError("-o -: standard output has the JSON; name a file")
    spec = load_named(source, reading)
    other = _load_other(into, reading) if into else None
    specs = [each for each in (spec, other) if each]
    if target is not None:
        refuse_target(target.path, "figure", specs, overwrite=overwrite)
    done = _resume(spec, at, other)
    told = done.run.explain() if reading.verbose else done.run
    lines: list[Line] = [*told.warnings, *_iter_restored(done, other)]
    path, text = "", format_resumption(done)
    if target is not None:
        refuse_reads(target.path, specs)  # of factories it is known by now
        run = draw_resumption(done, spec, at)
        lines += _iter_undrawn(done, spec)
        lines += write_figure(run, target, metadata=True, overwrite=overwrite)
        path = str(target.path or "")
    if output_format == "json":
        yield Block(format_json(done, source, into), tuple(lines))
    elif target is not None and target.path is None:  # standard output has the figure
        yield Block(None, (*lines, *text.splitlines()))
    else:
        yield Block(text, tuple(lines), path=path)


def _load_other(into: str, reading: Reading) -> Spec:
    """Return what is loaded into, drawn as asked; the rest is said of what is stopped."""
    drawn = [each for each in reading.overrides if each.key.split(".")[0] in KEPT]
    return parse_data(read_source(into), into, Reading(drawn, reading.allow))


def _resume(spec: Spec, at: int | None, into: Spec | None) -> Resumption:
    with quick_imports():
        from lrviz.drive.whole import with_torch

    def stop() -> Resumption:
        with quick_imports():
            from lrviz.drive.resuming import stop_and_go
        return stop_and_go(spec, at, into, "--at")

    return with_torch(stop, "its states", spec.source.name)


def _iter_restored(done: Resumption, into: Spec | None) -> Iterator[Problem]:
    """Yield what loading brings back into another spec, where both states are loaded."""
    loaded = [(each, row) for row in done.rows if row.way == "both" for each in row.restored]
    for (name, old, new), row in loaded:
        assert into is not None  # else nothing of another spec's is there
        text = f"{name}: loading brings back {spell_value(new)}, in place of {spell_value(old)}"
        yield Problem(into.source.name, (), f"{text}{_of(row)}", grade="warning")


def _iter_undrawn(done: Resumption, spec: Spec) -> Iterator[Problem]:
    """Yield a line of all that raises, and has no curve."""
    raised = [f"{row.text}{_of(row)}" for row in done.rows if row.verdict == "raises"]
    if raised:
        text = f"not drawn, as it raises: {'; '.join(raised)}"
        yield Problem(spec.source.name, (), text, grade="warning")


def _of(row: Resumed) -> str:
    return f" (curve '{row.label}')" if row.label else ""


def spell_value(value: object) -> str:
    """Return an argument as YAML spells it."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(spell_value, value))}]"
    return spell_yaml(value)


def format_resumption(done: Resumption) -> str:
    """Return a table a curve, with what is safe and which stops were tried below it."""
    parts = []
    for schedule, stops, turns in zip(_labels(done), done.tried, done.turns, strict=True):
        rows = [row for row in done.rows if row.label == schedule]
        table = "\n".join(align([_HEADINGS, *map(_spell_row, rows)], 3))
        heading = f"{schedule}\n" if schedule else ""
        parts.append(f"{heading}{table}\n\n{_conclude(rows, stops, turns)}\n")
    return "\n".join(parts)


def _labels(done: Resumption) -> list[str]:
    return list(dict.fromkeys(row.label for row in done.rows))


def _spell_row(row: Resumed) -> tuple[str, ...]:
    verdict = row.verdict if row.verdict != "none" else _NONE
    count, factor, again = (_NONE,) * 3
    if row.parts is not None:
        verdict = f"{row.quantity if row.quantity != 'lr' else ''} wrong from step {row.parts}"
        count, factor = f"{row.wrong} of {row.steps}", _spell_factor(row.factor)
        again = _NONE if row.verdict == "raises" else str(row.recovers or "never")
    if row.reason and row.reason != STATELESS:
        verdict = f"raises {row.reason}" if row.verdict == "raises" else f"{_NONE} ({row.reason})"
    return row.text, str(row.at), verdict.strip(), count, factor, again


def _spell_factor(factor: float) -> str:
    if math.isinf(factor):
        return "from 0"
    return f"x{spell_number(factor, 3)}" if factor else "to 0"


def _conclude(rows: Sequence[Resumed], stops: tuple[int, ...], turns: frozenset[int]) -> str:
    """Return what is safe, and which stops were tried where there may be more than one."""
    verdicts = {row.way: row.verdict for row in rows}
    safe = {row.way: row.text for row in rows if row.verdict == "right"}
    text = STATELESS if rows[0].reason == STATELESS else tell_safe(safe, verdicts["both"])
    if "anew" in safe and "both" not in safe and verdicts["optimizer"] in ("right", "wrong"):
        text += f"\n{_MOMENTS}"
    if len(stops) == 1 and not turns:
        return text
    if len(stops) == stops[-1] and not turns:
        return f"{text}\ntried: every stop from 1 to {stops[-1]}; of each way the worst"
    told, tried = ", ".join(map(str, stops)), turns.intersection(stops)
    few = f"{len(tried)} of {len(turns)} hand-overs, drops and turns, " if tried < turns else ""
    many = f"{len(stops)} stop{'s' * (len(stops) > 1)}"
    return f"{text}\ntried: {many}, {few}of each way the worst: {told}"


def format_json(done: Resumption, source: str, into: str | None) -> str:
    """Return what became of a run as one line of JSON."""
    curves = [
        {
            "label": label,
            "stops": [*stops],
            "ways": [_spell(r) for r in done.rows if r.label == label],
        }
        for label, stops in zip(_labels(done), done.tried, strict=True)
    ]
    return format_findings({"exit_status": 0, "file": source, "into": into, "curves": curves})


def _spell(row: Resumed) -> Mapping[str, object]:
    told = {key: value for key, value in vars(row).items() if key not in ("curve", "label")}
    names = ("argument", "old", "new")
    restored = [dict(zip(names, each, strict=True)) for each in row.restored]
    return told | {"restored": restored}
