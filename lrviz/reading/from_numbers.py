"""What a figure remembers of a factory, which it cannot run: the numbers that it was drawn from."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NoReturn

import numpy as np

from lrviz.curve import Curve, Values
from lrviz.errors import spec_error
from lrviz.figure.numbers import RecordedCurve, RecordedQuantity
from lrviz.figure.stored import Record
from lrviz.spec.assign import Override
from lrviz.spec.model import Schedule, Spec
from lrviz.spec.origin import Factory, Source
from lrviz.spec.parse import parse_tree
from lrviz.spec.style import MAX_TEXT
from lrviz.spec.tree import Tree
from lrviz.spec.yamltree import parse_scalar

# What can be set of such a figure: how it is drawn, not what.
KEPT = ("figure", "title", "lint")

# What such a figure says of its factory.
OF_FACTORY = ("factory", "returns")

# What says how long a run is, and what a spec means that leaves it out.
LENGTH: Mapping[str, Tree] = {
    **{"epochs": None, "steps": None, "steps_per_epoch": 1, "interval": "step"}
}


def recall_factory(record: Record, name: str, overrides: Sequence[Override]) -> Spec:
    """Return the spec of a figure that was drawn from a factory; it is driven from its numbers.

    Args:
        record: what the figure says of itself.
        name: the figure's file.
        overrides: as `load` takes them.

    Raises:
        SpecError: it does not hold every step, or what is set would need the factory.
    """
    factory = str(record.spec["factory"])[:MAX_TEXT]
    curves = record.numbers.curves if record.numbers else ()
    whole = bool(curves) and all(curve.block == 1 for curve in curves)
    tree = {key: value for key, value in record.spec.items() if key not in OF_FACTORY}
    changes = [each for each in overrides if not _is_so(tree, each)]
    driven = [key for key, *_ in changes if key.split(".")[0] not in KEPT]
    if not whole or driven:
        why = "which a figure cannot run" if driven else _explain_missing(curves)
        remedy = "name it on the command line, with --epochs"
        raise spec_error(name, f"drawn from the factory {factory}, {why}; {remedy}")

    spec = parse_tree(tree, Source(name), overrides=changes, factory=Factory(factory, _refuse))
    if [schedule.total_steps for schedule in spec.schedules] != [each.steps for each in curves]:
        raise spec_error(name, "its record is damaged: numbers of another spec")
    drawn = tuple(map(_recall_curve, spec.schedules, curves))
    built = Factory(factory, _refuse, drawn=drawn)
    tree = {**spec.tree, **{key: record.spec[key] for key in record.spec.keys() & {"returns"}}}
    schedules = tuple(replace(each, factory=built) for each in spec.schedules)
    return replace(spec, tree=tree, schedules=schedules)


def _explain_missing(curves: Sequence[RecordedCurve]) -> str:
    """Return why a figure does not hold every step."""
    if not curves:
        return "whose numbers it does not hold"
    steps = max(curve.steps for curve in curves)
    return f"and holds a summary only of its {steps:,} steps"


def _is_so(tree: Mapping[str, Tree], given: Override) -> bool:
    """Whether a figure has a value that is set of its length, as beside its factory it may be."""
    key = given.key
    return key in LENGTH and tree.get(key, LENGTH[key]) == parse_scalar(given.value)


def _refuse() -> NoReturn:
    raise AssertionError("a figure holds no code")


def _recall_curve(schedule: Schedule, curve: RecordedCurve) -> Curve:
    """Return a recorded curve with a value for every group and step."""
    values: dict[RecordedQuantity, Values] = {
        quantity: np.stack([np.broadcast_to(each[0], curve.steps) for each in series])
        for quantity, series in curve.series.items()
    }
    metric = values.get("metric")
    return Curve(
        groups=curve.groups,
        lr=values["lr"],
        base_lr=tuple(map(float, values["lr"].max(axis=1))),
        momentum=values.get("momentum"),
        weight_decay=values.get("weight_decay"),
        metric=None if metric is None else metric[0],
        label=schedule.label,
        steps_per_epoch=schedule.steps_per_epoch,
        held_from=None if metric is None else schedule.held_from,
    )
