"""What is read of param groups between the calls, and the curve that it makes."""

from array import array
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from lrviz.curve import Curve, Values
from lrviz.spec.model import Schedule

Group = Mapping[str, Any]

Recorded = dict[str, list["array[float]"]]
"""What was read, by the param groups' key: one array a group, one value a call."""


def empty_record(groups: Sequence[Group], moving: Collection[str]) -> Recorded:
    """Return where the values go: of learning rates, and of what else may move.

    Args:
        groups: of the optimizer.
        moving: of `momentum` and `weight_decay`, what the scheduler may move.
    """
    keys = {"momentum": _momentum_key(groups[0]), "weight_decay": "weight_decay"}
    found = ["lr", *(keys[name] for name in sorted(moving))]
    return {key: [array("d") for _ in groups] for key in found if key in groups[0]}


def build_curve(
    schedule: Schedule,
    groups: Sequence[Group],
    base_lr: tuple[float, ...],
    recorded: Recorded,
    metric: Sequence[float],
) -> Curve:
    """Return the curve of a schedule that has been driven; what did not move is as it is now.

    What was recorded is taken out of where it was, so that a long run is in memory once.
    """
    each, steps = schedule.steps_per_call, schedule.total_steps

    def read(key: str) -> Values | None:
        if key not in recorded:
            return _constant(groups, key, steps)
        return _stretch(recorded.pop(key), each)

    return Curve(
        groups=_group_names(schedule),
        lr=_stretch(recorded.pop("lr"), each),
        base_lr=base_lr,
        momentum=read(_momentum_key(groups[0])),
        weight_decay=read("weight_decay"),
        metric=_stretch_metric(metric, each) if metric else None,
        label=schedule.label,
        steps_per_epoch=schedule.steps_per_epoch,
        held_from=schedule.held_from if metric else None,
    )


def _momentum_key(group: Group) -> str:
    """Return what torch's schedulers move in a group: `betas` where there are some."""
    return "betas" if "betas" in group else "momentum"


def _group_names(schedule: Schedule) -> tuple[str, ...]:
    """Return a name for every group, no two alike: one may be called as another is by its place."""
    given = schedule.optimizer.groups
    names: list[str] = []
    for index, group in enumerate(given):
        own, count = str(group.get("name") or f"group {index}"), 1
        name = own
        while name in names:
            count += 1
            name = f"{own} ({count})"
        names.append(name)
    return tuple(names) if len(names) > 1 or any("name" in group for group in given) else ("",)


def _stretch(recorded: Sequence["array[float]"], each: int) -> Values:
    """Return values of shape (groups, steps) from one value a call; what was read stays so."""
    values = np.array(recorded, dtype=np.float64)
    if each > 1:
        values = np.repeat(values, each, axis=1)
    values.setflags(write=False)
    return values


def _stretch_metric(values: Sequence[float], each: int) -> Values:
    """Return shape (steps,): NaN but at the steps that a call follows."""
    stretched = np.full(len(values) * each, np.nan)
    stretched[each - 1 :: each] = values
    stretched.setflags(write=False)
    return stretched


def _constant(groups: Sequence[Group], key: str, steps: int) -> Values | None:
    if key not in groups[0]:
        return None
    values = [group[key][0] if key == "betas" else group[key] for group in groups]
    return np.broadcast_to(np.array([[float(value)] for value in values]), (len(groups), steps))
