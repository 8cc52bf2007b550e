"""The spec of a factory: all of a spec but the scheduler, which the factory builds."""

from collections.abc import Sequence
from dataclasses import replace

from lrviz.errors import KeyPath, SpecError
from lrviz.spec.assign import assign_all
from lrviz.spec.factory import Factory
from lrviz.spec.model import Node, Source, Spec, Tree
from lrviz.spec.parse import parse_tree

STAND_IN: Tree = {"StepLR": {"step_size": 1}}
"""What stands where a spec has a scheduler while the rest is checked."""

OWN_KEYS = ("scheduler", "curves")


def parse_factory(
    factory: Factory, tree: dict[str, Tree], source: Source, overrides: Sequence[tuple[str, str]]
) -> Spec:
    """Return the spec of a factory's schedule; nothing is called yet.

    Args:
        factory: what builds the scheduler.
        tree: how long the run is, and what else a spec may hold beside `scheduler`.
        source: what messages call it.
        overrides: key paths and values as `--set` gives them, applied in order.

    Raises:
        SpecError: everything that is wrong with its shape, at once.
    """
    tree, source = assign_all(tree, source, overrides)
    swept = tree.get("sweep")
    text = "cannot stand beside a factory, which builds its scheduler itself"
    wrong: list[KeyPath] = [(key,) for key in OWN_KEYS if key in tree]
    if isinstance(swept, dict):
        wrong += [("sweep", key) for key in swept if key.split(".")[0] == "scheduler"]
    if wrong:
        raise SpecError([source.problem(key, text) for key in wrong])
    spec = parse_tree({**tree, "scheduler": STAND_IN}, source)
    node = Node(factory.name, ("factory",), {})
    schedules = tuple(
        replace(schedule, scheduler=node, factory=factory) for schedule in spec.schedules
    )
    return replace(spec, tree={**tree, "factory": factory.name}, schedules=schedules)
