"""Every scheduler and optimizer that can be named, with its arguments, as JSON Schema.

Other libraries' signatures are read, not imported; of a library that is not installed the schema
knows the names of the arguments.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from lrviz.commands.schema.kinds import Schema, any_of, closed, describe_argument, refer
from lrviz.commands.schema.source_code import declared_arguments
from lrviz.drive import Argument, installed_arguments
from lrviz.drive.signatures import installed_optimizer_arguments
from lrviz.spec.catalog import CATALOG, OPTIMIZERS, Entry
from lrviz.spec.catalog.external import list_entry_points
from lrviz.spec.nodes import MAX_GROUPS
from lrviz.spec.style import MAX_TEXT

_FOREIGN = "^[^:]+:[^:]+$"
"""What a spec calls a class that the command line allows it: package.module:Class."""

_ANY_ARGUMENTS: Schema = {"type": ["object", "null"]}
"""Of a scheduler that is in no catalog: their names are not known."""


def scheduler_definitions() -> dict[str, Schema]:
    """Return `scheduler`, and the arguments of every one that it names."""
    schedulers = {name: _describe_scheduler(entry) for name, entry in CATALOG.items()}
    schedulers |= {
        name: {**_ANY_ARGUMENTS, "description": f"{found[0].attribute} of {found[0].module}"}
        for name, found in list_entry_points().items()
        if len(found) == 1  # what two packages add a spec cannot name
    }
    return {"scheduler": _name_one(schedulers, {_FOREIGN: _ANY_ARGUMENTS}), **schedulers}


def optimizer_definitions() -> dict[str, Schema]:
    """Return `optimizer`, and the arguments of every one that the installed torch has."""
    known = {name: installed_optimizer_arguments(name) for name in OPTIMIZERS}
    optimizers = {name: _describe_optimizer(name, each) for name, each in known.items() if each}
    return {"optimizer": _name_one(optimizers, {}), **optimizers}


def _name_one(kinds: Mapping[str, Schema], others: Mapping[str, Schema]) -> Schema:
    """Return the schema of `Name: {arguments}`, whose keys an editor offers, or of a bare name.

    Args:
        kinds: the arguments' schema, by name.
        others: those of further names, by their pattern.
    """
    bare = [name for name, each in kinds.items() if "null" in cast(Any, each["type"])]
    mapping: Schema = {
        "title": "Name: {arguments}",
        **closed({name: refer(name) for name in kinds}),
        "patternProperties": dict(others),
        # Beside `properties`, an editor would take it for full as soon as a name is begun.
        "allOf": [{"minProperties": 1, "maxProperties": 1}],
    }
    names: list[Schema] = [{"title": "Name", "enum": bare}]
    names += [{"title": "Class", "type": "string", "pattern": each} for each in others]
    return any_of([mapping, *names])


def _describe_scheduler(entry: Entry) -> Schema:
    own = entry.package == "torch"
    arguments = installed_arguments(entry.name) if own else declared_arguments(entry)
    description = f"{entry.summary}\n{entry.address}"
    if arguments is None:
        names = {name: {"description": meaning} for name, meaning in entry.arguments.items()}
        return _describe_arguments(entry.name, description, names, [])
    properties = {
        each.name: describe_argument(each, entry.arguments.get(each.name, "")) for each in arguments
    }
    if "schedulers" in properties:
        meaning = entry.arguments["schedulers"]
        items = {"type": "array", "minItems": 1, "items": refer("scheduler")}
        properties["schedulers"] = {**items, "description": meaning}
    required = [each.name for each in arguments if each.required and each.name not in entry.fills]
    return _describe_arguments(entry.name, description, properties, required)


def _describe_optimizer(name: str, known: Iterable[Argument]) -> Schema:
    arguments = {
        each.name: describe_argument(each, each.annotation.replace(" | torch.Tensor", ""))
        for each in known
    }
    label = {"type": "string", "maxLength": MAX_TEXT, "description": "what figures call the group"}
    groups: Schema = {
        "description": "one mapping a param group; each overrides the optimizer's own values",
        "type": "array",
        "maxItems": MAX_GROUPS,
        "items": closed(
            {"name": label, **{each: refer(name, "properties", each) for each in arguments}}
        ),
    }
    page = f"https://pytorch.org/docs/stable/generated/torch.optim.{name}.html"
    description = f"the optimizer torch.optim.{name}\n{page}"
    return _describe_arguments(name, description, {**arguments, "param_groups": groups}, [])


def _describe_arguments(
    name: str, description: str, properties: Mapping[str, object], required: list[str]
) -> Schema:
    """Return the schema of the arguments of a name, which may stand alone if none is required."""
    kinds = {} if required else {"type": ["object", "null"]}
    told = {"title": f"arguments of {name}", "description": description}
    return {**closed(properties, required), **kinds, **told}
