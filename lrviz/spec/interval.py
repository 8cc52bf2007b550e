"""When `scheduler.step()` is called: as a spec says, or as its scheduler counts by itself."""

from typing import Literal

from lrviz.spec.catalog import CATALOG
from lrviz.spec.node import Node
from lrviz.spec.tree import Tree

Interval = Literal["step", "epoch"]


def read_interval(value: Tree) -> Interval | None:
    """Return the interval that a value names; None where it names none."""
    if value == "step":
        return "step"
    return "epoch" if value == "epoch" else None


def own_interval(scheduler: Node | None) -> Interval | None:
    """Return when timm's loop steps one of its schedulers; None for all others.

    It calls `step(epoch + 1)` after every epoch and `step_update(num_updates)` after every update,
    and t_in_epochs says which of the two does anything.
    """
    entry = CATALOG.get(scheduler.name) if scheduler else None
    if entry is None or scheduler is None or entry.package != "timm":
        return None
    return "step" if scheduler.arguments.get("t_in_epochs") is False else "epoch"


def explain_interval(scheduler: Node, curve: str = "") -> str:
    """Return what is wrong with an interval that is not the one of timm's scheduler.

    Args:
        scheduler: of timm's.
        curve: which it is of, where others take the interval, too.
    """
    own = own_interval(scheduler)
    remedy = (
        f"give curve '{curve}' an interval of its own, {own}" if curve else "leave interval out"
    )
    if own == "step":
        return f"{scheduler.name} counts updates where t_in_epochs is false; {remedy}"
    return f"{scheduler.name} counts epochs; {remedy}, or set t_in_epochs to false"
