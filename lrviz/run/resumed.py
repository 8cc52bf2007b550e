"""What becomes of a schedule whose run is stopped and goes on: each way judged, and in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from lrviz.curve import QUANTITIES, Curve, Quantity, Values
from lrviz.run.driven import Run

# The ways that people go on, by name, the one to take first.
WAYS: Mapping[str, str] = {
    "both": "build both, load both",
    "before": "load optimizer, build and load scheduler",
    "scheduler": "build both, load scheduler",
    "optimizer": "build both, load optimizer",
    "last_epoch": "load optimizer, give last_epoch",
    "anew": "build both, step again from 0",
}

# Why a function of the step is right whatever is loaded.
STATELESS = "a function of the step has no state: any way is right"

# Arguments that loading brings back: each one's name, its value before, and the one that came back.
Restored = tuple[tuple[str, object, object], ...]

# Up to here rounding may part what is the same.
_RELATIVE, _ABSOLUTE = 1e-9, 1e-12


@dataclass(frozen=True, eq=False)
class Resumed:
    """What one way to go on does to a schedule.

    Attributes:
        way: a name in `WAYS`.
        at: the steps that were done when the run was stopped; of several stops the worst.
        verdict: `right`, the learning rates are those of a run that was not stopped; `wrong`;
            `raises`, it fails; `none`, there is no such way here.
        reason: why it raises, or is none; empty for the others.
        parts: the first wrong step; None where none is.
        wrong: how many steps are wrong.
        steps: how many there are after the stop.
        factor: what it is there as a multiple of what it should be, where that is farthest from 1:
            0 where it is 0 and should not be, infinite where it should be 0.
        worst: the step of that.
        recovers: the step from which all is right again; None where it never is, or never was not.
        quantity: what is wrong: `lr` wherever that is, else `momentum` or `weight_decay`.
        stops: of all stops that were tried those at which it is not right.
        restored: the arguments that loading brings back into another schedule.
        label: of the curve, where a spec has several.
        text: the way in words; of a stop that was asked for with the value of `last_epoch`.
        curve: the whole run, up to the stop as planned; None where it raises or is none.
    """

    way: str
    at: int
    verdict: Literal["right", "wrong", "raises", "none"]
    reason: str = ""
    parts: int | None = None
    wrong: int = 0
    steps: int = 0
    factor: float = 1.0
    worst: int | None = None
    recovers: int | None = None
    quantity: Quantity = "lr"
    stops: tuple[int, ...] = ()
    restored: Restored = ()
    label: str = ""
    text: str = ""
    curve: Curve | None = field(default=None, repr=False)

    @property
    def badness(self) -> tuple[float, ...]:
        """How bad it is: the larger, the worse."""
        distance = float(abs(np.log(self.factor))) if self.factor > 0 else np.inf
        return self.verdict == "raises", self.wrong, distance


@dataclass(frozen=True, eq=False)
class Resumption:
    """What was stopped, and all that became of it.

    Attributes:
        run: the run that is not stopped.
        rows: a row a curve and way.
        tried: of each curve the stops that were tried, ascending.
        turns: of each its hand-overs, drops and turns; empty where every stop was to be tried.
    """

    run: Run
    rows: tuple[Resumed, ...]
    tried: tuple[tuple[int, ...], ...]
    turns: tuple[frozenset[int], ...]


@np.errstate(divide="ignore", invalid="ignore", over="ignore")
def judge(way: str, at: int, plan: Curve, values: Mapping[Quantity, Values]) -> Resumed:
    """Return how a run that goes on differs from its plan.

    Args:
        way: how it goes on.
        at: the steps done before.
        plan: of the run that was not stopped.
        values: what there is after the stop, shape (groups, steps); fewer steps where it failed.

    >>> plan = Curve(("",), np.array([[0.4, 0.2, 0.1, 0.1]]), (0.4,))
    >>> found = judge("scheduler", 2, plan, {"lr": np.array([[0.4, 0.1]])})
    >>> found.verdict, found.parts, found.wrong, found.factor, found.recovers
    ('wrong', 2, 1, 4.0, 3)
    """
    count = values["lr"].shape[1]
    right = {name: plan.quantity(name) for name in values}
    ahead = {name: each[:, at : at + count] for name, each in right.items() if each is not None}
    off = {
        name: ~np.isclose(values[name], each, _RELATIVE, _ABSOLUTE, equal_nan=True)
        for name, each in ahead.items()
    }
    places = np.flatnonzero(np.any([each.any(axis=0) for each in off.values()], axis=0))
    if not len(places):
        return Resumed(way, at, "right", steps=plan.steps - at)
    quantity = next(name for name in QUANTITIES if name in off and off[name].any())
    ratio = values[quantity] / ahead[quantity]
    distance = np.where(off[quantity], np.nan_to_num(np.abs(np.log(ratio)), nan=np.inf), -1)
    group, step = np.unravel_index(distance.argmax(), distance.shape)
    last = int(places[-1]) + 1
    return Resumed(
        *(way, at, "wrong"),
        parts=at + int(places[0]),
        wrong=len(places),
        steps=plan.steps - at,
        factor=float(ratio[group, step]),
        worst=at + int(step),
        recovers=at + last if last < count else None,
        quantity=quantity,
    )


def tell_safe(ways: Mapping[str, str], both: str = "wrong") -> str:
    """Return which ways are safe, in a sentence without a full stop.

    Args:
        ways: the safe ones in words, by name.
        both: the verdict on the way of that name, where it is not safe.

    >>> tell_safe({way: WAYS[way] for way in ("both", "anew")})
    'safe: build both, load both; or build both, step again from 0'
    """
    if len(ways) == len(WAYS):
        return "safe: every way"
    said = "cannot be done here" if both == "none" else "is wrong"
    warning = "" if "both" in ways else f"to build both and load both {said}; "
    return f"{warning}safe: {'; or '.join(ways.values()) or 'none of these ways'}"
