"""Every scheduler and optimizer that can be named, with its arguments, as JSON Schema.

What an argument may be is told as `lrviz.drive.arguments` converts it.

Other libraries are not imported: of their schedulers it knows the arguments' names and meanings.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from lrviz.commands.look_up import spell_default
from lrviz.drive.installed import installed_arguments
from lrviz.drive.signatures import Argument, Kind, installed_optimizer_arguments
from lrviz.spec.catalog import CATALOG, OPTIMIZERS, Entry
from lrviz.spec.catalog.external import list_entry_points
from lrviz.spec.nodes import MAX_GROUPS
from lrviz.spec.style import MAX_TEXT
from lrviz.spec.tree import EXPRESSIONS
from lrviz.spec.usual import list_short

Schema = dict[str, object]

# What a spec calls what the command line allows it: package.module:Name.
_FOREIGN = "^[^:]+:[^:]+$"

# What it takes for a name of its own: dotted, as Python names it, and short, as the Trainer does.
_OF_TORCH = "^(torch[.])?optim[.]"
_ELSEWHERE = f"{_OF_TORCH}|^lr_scheduler[.]"

# Of a scheduler that is in no catalog: their names are not known.
_ANY_ARGUMENTS: Schema = {"type": ["object", "null"]}


def refer(*path: str) -> Schema:
    """Return the schema that stands for a definition, or for a part of it.

    >>> refer("SGD", "properties", "lr")
    {'$ref': '#/$defs/SGD/properties/lr'}
    """
    return {"$ref": "/".join(("#/$defs", *path))}


def closed(properties: Mapping[str, object], required: Sequence[str] = ()) -> Schema:
    """Return the schema of a mapping that has no other keys.

    >>> closed({"csv": {"type": "string"}}, ["csv"])["required"]
    ['csv']
    """
    keys = {"additionalProperties": False, "properties": dict(properties)}
    return {"type": "object", **keys, **({"required": list(required)} if required else {})}


def any_of(alternatives: Sequence[Schema]) -> Schema:
    """Return the schema of what is one of the alternatives.

    >>> any_of([{"type": "string"}])
    {'type': 'string'}
    """
    return {"anyOf": list(alternatives)} if len(alternatives) > 1 else dict(*alternatives)


_NUMBER: list[Schema] = [refer("formula"), {"type": "number"}]
_WHOLE: list[Schema] = [refer("formula"), {"type": "integer"}]


def describe_argument(argument: Argument, meaning: str) -> Schema:
    """Return the schema of an argument.

    Args:
        argument: as its library declares it.
        meaning: what it is, in one line; empty where nobody says.
    """
    schema = any_of(_list_kinds(argument))
    default = argument.default
    items = list(default) if isinstance(default, tuple) else [default]
    if not all(map(_is_plain, items)):
        return {**schema, "description": meaning}
    spelled = ", ".join(map(spell_default, items))
    if isinstance(default, tuple):
        default, spelled = items, f"[{spelled}]"
    return {**schema, "description": f"{meaning} (default {spelled})".strip(), "default": default}


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))


def _list_kinds(argument: Argument) -> list[Schema]:
    """Return what an argument may be, each as one alternative."""
    one = _list_single(argument.kind, argument)
    found = list(one)
    if argument.kind.per_group:
        groups = {"type": "array", "items": any_of(one), "minItems": 1, "maxItems": MAX_GROUPS}
        found.append({"title": "list, one a param group", **groups})
    if argument.kind.optional:
        found.append({"type": "null"})
    return found


def _list_single(kind: Kind, argument: Argument) -> list[Schema]:
    """Return what one value may be."""
    whole = _WHOLE if kind.strict else _NUMBER  # torch drives 8.5, too, unless the kind is strict
    match kind.base:
        case "whole":
            return whole
        case "number":
            return _NUMBER
        case "flag":
            return [{"type": "boolean"}]
        case "choice" if kind.choices:
            return [{"enum": list(kind.choices)}]
        case "text" | "choice":
            return [{"type": "string"}]
        case "expression":
            title = f"expression in {EXPRESSIONS.get(argument.name, ('x',))[0]}"
            return [{"title": title, "type": ["string", "number"], "minLength": 1}]
        case "list":
            return [{"type": "array", "items": any_of(whole)}]
        case "tuple":
            return [_describe_tuple(argument.default)]
        case "any":
            return [{"type": ["string", "number", "boolean", "array", "null"]}]


def _describe_tuple(default: object) -> Schema:
    """Return the keywords for as many numbers as the default has, null where it has None."""
    if not isinstance(default, tuple):
        return {"type": "array", "items": any_of(_NUMBER)}
    items = [any_of([*_NUMBER, {"type": "null"}] if each is None else _NUMBER) for each in default]
    length = len(items)
    return {"type": "array", "prefixItems": items, "minItems": length, "maxItems": length}


def scheduler_definitions() -> dict[str, Schema]:
    """Return `scheduler`, and the arguments of every one that it names."""
    schedulers = {name: _describe_scheduler(entry) for name, entry in CATALOG.items()}
    schedulers |= {
        name: {**_ANY_ARGUMENTS, "description": f"{found[0].attribute} of {found[0].module}"}
        for name, found in list_entry_points().items()
        if len(found) == 1  # what two packages add a spec cannot name
    }
    others = (_FOREIGN, _ELSEWHERE, f"^({'|'.join(list_short())})$")
    named = _name_one(schedulers, dict.fromkeys(others, _ANY_ARGUMENTS))
    return {"scheduler": named, **schedulers}


def optimizer_definitions() -> dict[str, Schema]:
    """Return `optimizer`, and the arguments of every one that the installed torch has."""
    known = {name: installed_optimizer_arguments(name) for name in OPTIMIZERS}
    optimizers = {name: _describe_optimizer(name, each) for name, each in known.items() if each}
    return {"optimizer": _name_one(optimizers, {_OF_TORCH: _ANY_ARGUMENTS}), **optimizers}


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
    names += [{"type": "object", "required": [each]} for each in ("class_path", "_target_")]
    names += [{"title": "Class", "type": "string", "pattern": each} for each in others]
    return any_of([mapping, *names])


def _describe_scheduler(entry: Entry) -> Schema:
    description = f"{entry.summary}\n{entry.address}"
    if entry.package != "torch":
        names = {name: {"description": meaning} for name, meaning in entry.arguments.items()}
        return _describe_arguments(entry.name, description, names, [])
    arguments = installed_arguments(entry.name)
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
