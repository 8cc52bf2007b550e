"""What an argument may be, as JSON Schema; as `lrviz.drive.arguments` converts it."""

import math
from collections.abc import Mapping, Sequence

from lrviz.drive import Argument, Kind
from lrviz.spec.nodes import EXPRESSIONS, MAX_GROUPS
from lrviz.spell import spell_number, spell_yaml

Schema = dict[str, object]

FORMULA: Schema = {
    "title": "formula",
    "description": "a formula in epochs, steps_per_epoch, total_steps and total_calls: =epochs * 2",
    "type": "string",
    "pattern": "^=",
}
"""Every schema refers to it, as `formula`."""


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


def list_of(items: Schema, most: int) -> Schema:
    """Return the schema of a list, not empty.

    >>> list_of({"type": "number"}, 8)["maxItems"]
    8
    """
    return {"type": "array", "items": items, "minItems": 1, "maxItems": most}


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
    spelled = ", ".join(map(_spell_default, items))
    if isinstance(default, tuple):
        default, spelled = items, f"[{spelled}]"
    return {**schema, "description": f"{meaning} (default {spelled})".strip(), "default": default}


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))


def _spell_default(value: object) -> str:
    return spell_number(value) if isinstance(value, float) else spell_yaml(value)


def _list_kinds(argument: Argument) -> list[Schema]:
    """Return what an argument may be, each as one alternative."""
    one = _list_single(argument.kind, argument)
    found = list(one)
    if argument.kind.per_group:
        groups = list_of(any_of(one), MAX_GROUPS)
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
