"""Remedies: what they say, and a schedule with one of them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from lrviz.errors import KeyPath
from lrviz.spec.model import Node, Schedule
from lrviz.spec.tree import Interval, Tree
from lrviz.spec.wording import spell

INTERVAL: KeyPath = ("interval",)


class Fix(NamedTuple):
    """A remedy: values of the spec, replaced.

    Attributes:
        key: the key path of a value.
        value: what it is to be.
        is_certain: whether it is made without asking; else it is only told.
        also: what else is to be replaced with it.
        comment: what is said behind it.
    """

    key: KeyPath
    value: Tree
    is_certain: bool = True
    also: tuple[tuple[KeyPath, Tree], ...] = ()
    comment: str = ""

    def __str__(self) -> str:
        pairs = ((self.key, self.value), *self.also)
        named = (
            f"{key[-1]} to {each if isinstance(each, str) else spell(each)}" for key, each in pairs
        )
        return f"set {' and '.join(named)}{self.comment}"

    def beside(self, *others: "Fix") -> "Fix":
        """Return the same remedy with others, none of which is certain."""
        also = [pair for each in others for pair in ((each.key, each.value), *each.also)]
        return self._replace(also=(*self.also, *also), is_certain=False, comment="")

    def apply(self, schedule: Schedule) -> Schedule:
        """Return a schedule with these values."""
        changes = dict([(self.key, self.value), *self.also])
        wanted: dict[Tree, Interval] = {"step": "step", "epoch": "epoch"}
        return replace(
            schedule,
            scheduler=_replace(schedule.scheduler, changes),
            interval=wanted.get(changes.get(INTERVAL), schedule.interval),
        )


def _replace(node: Node, changes: Mapping[KeyPath, Tree]) -> Node:
    """Return a scheduler in which it and those inside it have other arguments."""
    own = {key[-1]: value for key, value in changes.items() if key[:-1] == node.key}
    children = tuple(_replace(child, changes) for child in node.children)
    arguments = {**node.arguments, **{str(name): value for name, value in own.items()}}
    return replace(node, arguments=arguments, children=children)
