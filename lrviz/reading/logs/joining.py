"""Parts of one run, each a log of its own, made one `Log`."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lrviz.errors import spec_error
from lrviz.reading.logs.columns import spell_names
from lrviz.reading.logs.gathered import Points
from lrviz.run.log import Log
from lrviz.spell import printable


def join_logs(logs: Sequence[Log]) -> Log:
    """Return the log of one run, of which each log is a part; its notes say how they were joined.

    Parts follow each other in order of their first steps, and where they overlap, what the later
    one says stands, from its first step on.

    Raises:
        SpecError: one counts what the others do not, or has more or fewer learning rates.
    """
    if len(logs) == 1:
        return replace(logs[0], notes=())
    placed: list[Log] = []
    notes: list[str] = []
    for log in logs:
        placed.append(_move(_rename(log, logs[0], notes), placed, notes))
    placed.sort(key=_begin)
    points = Points(f"{placed[0].name} and {len(placed) - 1} more")
    points.notes += map(printable, notes)
    for log in placed:
        points.starts.update(log.starts)
        points.begin_part()
        for each in log.series:
            points.extend(each.name, each.steps, each.values)
    writer = " and ".join(dict.fromkeys(log.writer for log in placed))
    loosest = max(
        (log.precision for log in placed), key=lambda each: (each.relative, each.absolute)
    )
    files = [file for log in placed for file in log.files]
    return replace(points.log(writer, logs[0].unit, loosest), files=files)


def _begin(log: Log) -> int:
    return int(log.series[0].steps[0])


def _rename(log: Log, first: Log, notes: list[str]) -> Log:
    """Return a part with its learning rates called as those of the first one, in their order."""
    if log.unit != first.unit:
        raise spec_error(log.name, f"counts {log.unit}s, and {first.name} {first.unit}s")
    own, known = ({each.name: None for each in every.series} for every in (log, first))
    if own.keys() <= known.keys() or known.keys() <= own.keys():
        return log
    text = f"has the learning rates {spell_names(own)}, and {first.name} {spell_names(known)}"
    if len(own) != len(known):
        raise spec_error(log.name, printable(f"{text}; compare the plan with each alone"))
    notes.append(f"{log.name} {text}; taken for the same ones in this order")
    other = [name for name in known if name not in own]
    names = dict(zip([name for name in own if name not in known], other, strict=True))
    series = (replace(each, name=names.get(each.name, each.name)) for each in log.series)
    return replace(log, series=tuple(series))


def _move(log: Log, placed: Sequence[Log], notes: list[str]) -> Log:
    """Return a part that counts from the beginning again as one that follows those before it.

    What tells the same of the same steps as the first part is no such part.
    """
    first = placed[0] if placed else log
    is_late = _begin(first) > _find_gap(first) or abs(_begin(log) - _begin(first)) > 1
    if is_late or _agree(log, first):
        return log
    begin = max(int(each.series[0].steps[-1]) for each in placed) + _find_gap(first)
    notes.append(
        f"{log.name} counts from {_begin(log)} again; taken to begin at {log.unit} {begin:,}"
    )
    move = begin - _begin(log)
    series = (replace(each, steps=each.steps + move) for each in log.series)
    return replace(log, series=tuple(series), starts=tuple(each + move for each in log.starts))


def _find_gap(log: Log) -> int:
    return int(np.diff(log.series[0].steps[:2]).max(initial=1))


def _agree(log: Log, other: Log) -> bool:
    """Whether two parts tell of some of the same steps, and the same of all of these."""
    own = log.series[0]
    its_own = next((each for each in other.series if each.name == own.name), other.series[0])
    common, at, there = np.intersect1d(own.steps, its_own.steps, return_indices=True)
    values = own.values[at]
    slack = log.precision.tolerance(values) + other.precision.tolerance(values)
    return bool(len(common) and (np.abs(values - its_own.values[there]) <= slack).all())
