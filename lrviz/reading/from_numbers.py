"""Specs that are driven from numbers alone: of a figure that a factory drew, and of a log."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from shlex import quote
from typing import Any, NoReturn

import numpy as np

from lrviz.curve import Curve, Quantity, SchedulerFacts, Values
from lrviz.errors import ImageError, LrvizError, SpecError, spec_error
from lrviz.figure.chunks import read_record
from lrviz.figure.numbers import RecordedCurve
from lrviz.figure.record import Record, with_style_named
from lrviz.figure.stored import parse_record
from lrviz.run.log import Log
from lrviz.spec.assign import Override
from lrviz.spec.model import Schedule, Spec
from lrviz.spec.options import FigureOptions
from lrviz.spec.origin import SPEC_ENDINGS, Factory, Source
from lrviz.spec.parse import parse_tree
from lrviz.spec.style import MAX_TEXT, PLAIN_STYLE
from lrviz.spec.tree import Tree
from lrviz.spec.yamltree import parse_scalar

# What can be set of such a figure: how it is drawn, not what.
KEPT = ("figure", "title", "lint")

# What is wrong with a file that is nobody's spec.
NO_SPEC = ("must be a mapping", "empty", "not YAML", "not text")

# What torch's checkpoints begin with, old ones and new ones.
_CHECKPOINTS = (b"\x80\x02", b"PK")

# What takes a log.
LOGS = "`lrviz plot`, `lrviz export` and `lrviz compare PLAN LOG` take one"

# What such a figure says of its factory.
OF_FACTORY = ("factory", "returns")

# What says how long a run is, and what a spec means that leaves it out.
LENGTH: Mapping[str, Tree] = {
    **{"epochs": None, "steps": None, "steps_per_epoch": 1, "interval": "step"}
}


def recall_figure(
    data: bytes,
    name: str,
    kind: str,
    overrides: Sequence[Override] = (),
    allow: Sequence[str] = (),
    *,
    logs: bool = False,
) -> Spec:
    """Return the spec that a figure was drawn from.

    Args:
        data: its bytes.
        name: the figure's file.
        kind: of picture.
        overrides: as `load` takes them.
        allow: as `load` takes it.
        logs: whether it may be one of a log.

    Raises:
        SpecError: it holds none, or none that can be driven as the command line says.
    """
    try:
        text = read_record(data)
        reason = f"a {kind} without lrviz's metadata; another program drew it or saved it again"
        if text is None:
            raise spec_error(name, reason)
        is_changed = any(each.key.startswith("figure.style.") for each in overrides)
        record = parse_record(text)
        record = record if is_changed else with_style_named(record)
    except ImageError as error:
        raise spec_error(name, str(error)) from None
    if isinstance(record.spec.get("factory"), str):
        return recall_factory(record, name, overrides)
    if not isinstance(record.spec.get("log"), str):
        return parse_tree(record.spec, Source(name), overrides=overrides, allow=allow)
    if not logs:
        raise spec_error(name, f"drawn of a log, and of no schedule; {LOGS}")
    return recall_log(record, name, overrides)


def recall_factory(record: Record, name: str, overrides: Sequence[Override]) -> Spec:
    """Return the spec of a figure that was drawn from a factory; it is driven from its numbers.

    Raises:
        SpecError: it does not hold every step, or what is set would need the factory.
    """
    factory = str(record.spec["factory"])[:MAX_TEXT]
    curves = record.numbers.curves if record.numbers else ()
    whole = bool(curves) and all(curve.block == 1 for curve in curves)
    tree = {key: value for key, value in record.spec.items() if key not in OF_FACTORY}
    changes = [each for each in overrides if not _is_so(tree, each)]
    driven = [each.key for each in changes if not _is_kept(each)]
    if not whole or driven:
        why = "which a figure cannot run" if driven else _explain_missing(curves)
        remedy = "name it on the command line, with --epochs"
        raise spec_error(name, f"drawn from the factory {factory}, {why}; {remedy}")

    spec = parse_tree(tree, Source(name), overrides=changes, factory=Factory(factory, _refuse))
    if [schedule.total_steps for schedule in spec.schedules] != [each.steps for each in curves]:
        raise spec_error(name, "its record is damaged: numbers of another spec")
    drawn = tuple(map(_recall_driven, spec.schedules, curves))
    built = Factory(factory, _refuse, drawn=drawn, told=_recall_told(record, name))
    tree = {**spec.tree, **{key: record.spec[key] for key in record.spec.keys() & {"returns"}}}
    schedules = tuple(replace(each, factory=built) for each in spec.schedules)
    return replace(spec, tree=tree, schedules=schedules)


def _recall_told(record: Record, name: str) -> tuple[SchedulerFacts, ...]:
    if record.schedulers is None or record.numbers is None:
        return ()
    from lrviz.figure.remembered import parse_schedulers

    try:
        return parse_schedulers(record.schedulers, len(record.numbers.curves))
    except ImageError as error:
        raise spec_error(name, str(error)) from None


def recall_log(record: Record, name: str, overrides: Sequence[Override]) -> Spec:
    """Return the spec of a figure that was drawn of a log; as `recall_factory`.

    Raises:
        SpecError: it does not hold every point.
    """
    tree, curves = dict(record.spec), record.numbers.curves if record.numbers else ()
    log, at = str(tree.pop("log")), curves[0].at if curves else None
    if at is None or curves[0].block > 1:
        text = f"drawn of the log {log}, of which it does not hold every point; name the log itself"
        raise spec_error(name, text)
    curve = _recall_curve(curves[0], at=at)
    return _show_points(tree, Factory(log, _refuse, drawn=(curve,), key="log"), name, overrides)


def load_log(
    source: str,
    data: bytes | None,
    columns: Sequence[str],
    overrides: Sequence[Override],
    error: LrvizError,
) -> Spec:
    """Return the spec of the log that is in a file.

    Args:
        source: the file, or a folder.
        data: what it holds, where somebody has read it.
        columns: of its steps and learning rates, as `find_log` takes them.
        overrides: as `load` takes them.
        error: why it is no spec, which is raised where it is no log.
    """
    from lrviz.reading.logs.opening import FORMATS, IN_FOLDERS, find_log  # what is right: no look

    if log := find_log(source, columns, data=data):
        return show_log(log, overrides)
    if os.path.isdir(source):  # noqa: PTH112 - which no name is too long for
        text = f"no log in this folder (looked for {IN_FOLDERS} and event files); "
        text += f"its specs are drawn by lrviz batch {quote(source)} -o figures"
        raise spec_error(source, text) from None
    if data and data.startswith(_CHECKPOINTS):
        text = "a zip or a pickle, as torch's checkpoints are, and neither a spec nor a log"
        raise spec_error(source, text) from None
    is_called_so = source.lower().endswith(SPEC_ENDINGS)
    text = error.problems[0].text if isinstance(error, SpecError) else ""
    if text.startswith(NO_SPEC) and not is_called_so:
        raise spec_error(source, f"neither a spec nor a log; tried YAML, {FORMATS}") from None
    raise error


def show_log(log: Log, overrides: Sequence[Override] = ()) -> Spec:
    """Return the spec of a log, which is driven from its numbers and drawn as points.

    Series that were logged at other steps than the first are left out, and that is said.
    """
    at = log.series[0].steps
    shown = [each for each in log.series if np.array_equal(each.steps, at)]
    if left := ", ".join(each.name for each in log.series if each not in shown):
        text = f"logged at other steps than {shown[0].name}, and not drawn: {left}"
        log = replace(log, notes=(*log.notes, text))
    groups = tuple(each.name for each in shown) if len(shown) > 1 else ("",)
    rates = np.stack([each.values for each in shown])
    curve = Curve(groups, rates, tuple(map(float, rates.max(axis=1))), at=at)
    name = (PurePath(log.name).name or log.name)[:MAX_TEXT]
    figure: Tree = {"style": PLAIN_STYLE, "x": "epoch" if log.unit == "epoch" else "step"}
    drawn = Factory(name, _refuse, drawn=(curve,), key="log", log=log)
    for file in log.files:
        drawn.reads.add(Path(file))
    return _show_points({"figure": figure}, drawn, log.name, overrides)


def _show_points(
    tree: Mapping[str, Tree], log: Factory, name: str, overrides: Sequence[Override]
) -> Spec:
    kept = list(filter(_is_kept, overrides))
    if others := [each.spelt for each in overrides if each not in kept]:  # its plan may have them
        text = "a log holds no schedule; only its title and figure can be set"
        log = replace(log, missing=f"{others[0]}: {text}")
    spec = parse_tree({**tree, "steps": 1}, Source(name), overrides=kept, factory=log)
    steps = log.drawn[0].steps  # which may be more than a spec has, as nothing is driven
    schedules = tuple(replace(each, steps_per_epoch=steps) for each in spec.schedules)
    return replace(spec, tree={**spec.tree, "steps": steps}, schedules=schedules)


def _explain_missing(curves: Sequence[RecordedCurve]) -> str:
    """Return why a figure does not hold every step."""
    if not curves:
        return "whose numbers it does not hold"
    steps = max(curve.steps for curve in curves)
    return f"and holds a summary only of its {steps:,} steps"


def _is_kept(given: Override) -> bool:
    """Whether it is set how a figure is drawn, of whose keys an end is enough."""
    return given.key.split(".")[0] in KEPT or given.key in FigureOptions.model_fields


def _is_so(tree: Mapping[str, Tree], given: Override) -> bool:
    """Whether a figure has a value that is set of its length, as beside its factory it may be."""
    key = given.key
    return key in LENGTH and tree.get(key, LENGTH[key]) == parse_scalar(given.value)


def _refuse() -> NoReturn:
    raise AssertionError("a figure holds no code")


def _recall_driven(schedule: Schedule, curve: RecordedCurve) -> Curve:
    held = schedule.held_from if "metric" in curve.series else None
    each, label = schedule.steps_per_epoch, schedule.label
    return _recall_curve(curve, label=label, steps_per_epoch=each, held_from=held)


def _recall_curve(curve: RecordedCurve, **more: Any) -> Curve:
    """Return a recorded curve with a value for every group and step."""
    values: dict[Quantity, Values] = {
        quantity: np.stack([np.broadcast_to(each[0], curve.steps) for each in series])
        for quantity, series in curve.series.items()
    }
    own: dict[str, Any] = {str(name): rows for name, rows in values.items()}
    if "metric" in own:
        own["metric"] = own["metric"][0]
    base_lr = tuple(map(float, values["lr"].max(axis=1)))
    return Curve(groups=curve.groups, base_lr=base_lr, **own, **more)
