"""A script's optimizer."""

from collections.abc import Iterator, Mapping, Sequence

from lrviz.commands.code.layout import INDENT, remark, wrap
from lrviz.commands.code.values import spell_value
from lrviz.spec.model import Schedule
from lrviz.spec.tree import Tree

_MODEL = "torch.nn.Linear(1, 1, bias=False)"


def write_optimizer(schedule: Schedule, name: str) -> Iterator[str]:
    """Yield the lines that build an optimizer, on modules that stand for the reader's own.

    Args:
        schedule: whose optimizer it is.
        name: what the script calls its class.
    """
    given, groups = _bind(schedule)
    own = [f"{argument}={spell_value(value)}" for argument, value in given.items()]
    if not groups:
        yield f"model = {_MODEL}  # your model"
        yield from wrap(f"optimizer = {name}(", ["model.parameters()", *own], ")")
        return
    for index, group in enumerate(groups):
        called = group.get("name") or f"group {index}"
        yield from remark(f"part_{index} = {_MODEL}", f"your modules of {called}")
    yield "groups = ["
    for index, group in enumerate(groups):
        values = [f"{spell_value(key)}: {spell_value(value)}" for key, value in group.items()]
        items = [f'"params": part_{index}.parameters()', *values]
        yield from wrap("{", items, "},", INDENT)
    yield "]"
    yield from wrap(f"optimizer = {name}(", ["groups", *own], ")")


def _bind(schedule: Schedule) -> tuple[Mapping[str, object], Sequence[Mapping[str, object]]]:
    """Return an optimizer's arguments and those of its param groups, as torch was given them."""
    from lrviz.drive.arguments import Binder
    from lrviz.drive.signatures import arguments_of, optimizer_class

    node = schedule.optimizer
    found = optimizer_class(node.name)
    assert found is not None  # it has been driven
    known = arguments_of(found, node.name)
    binder = Binder(schedule.groups, schedule.totals)

    def bind(arguments: Mapping[str, Tree]) -> Mapping[str, object]:
        own = {name: value for name, value in arguments.items() if name != "name"}
        bound = binder.bind(known, own, node.key, partial=True)
        assert bound is not None
        name = {"name": arguments["name"]} if "name" in arguments else {}
        return {**name, **bound.given}

    return bind(node.arguments), [bind(group) for group in node.groups]
