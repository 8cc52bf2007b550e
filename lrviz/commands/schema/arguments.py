"""What an argument may be, as JSON Schema; as `lrviz.drive.arguments` converts it."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from lrviz.commands.schema.parts import Schema, any_of, refer
from lrviz.commands.schema.texts import text_definitions
from lrviz.drive import Argument, Kind
from lrviz.spec.flow import spell_flow
from lrviz.spec.nodes import EXPRESSIONS, MAX_GROUPS
from lrviz.spell import spell_number

# Of one value; a formula comes first, as an editor tells of a text what the first says of it.
_BASES: Mapping[str, list[Schema]] = {
    "whole": [refer("formula"), {"type": "integer"}],
    "number": [refer("formula"), {"type": "number"}],
    "flag": [{"type": "boolean"}],
    "text": [{"type": "string"}],
    "list": [{"type": "array", "items": refer("number")}],
    "any": [
        refer("formula"),
        {"type": ["string", "number", "boolean", "array", "null"], "pattern": "^(?!=)"},
    ],
}

_SHARED: Mapping[str, Kind] = {
    "number": Kind("number"),
    "whole": Kind("whole", strict=True),
    "number_or_null": Kind("number", optional=True),
    "whole_or_null": Kind("whole", strict=True, optional=True),
    "numbers": Kind("number", per_group=True),
    "value": Kind("any"),
}
"""Kinds that many arguments are of, by the name of their definition."""

_NAMES: Mapping[Kind, str] = {kind: name for name, kind in _SHARED.items()}

_WITH_FORMULA = re.compile(rf'"#/\$defs/({"|".join(("formula", *_SHARED))})(?=")')

_LONGEST_DEFAULT = 8
"""The longest that a number is spelt which an editor writes into a spec."""


def shared_definitions() -> dict[str, Schema]:
    """Return what the schemas of arguments refer to, by name."""
    kinds = {name: _shape(kind) for name, kind in _SHARED.items()}
    of_run_alone = {f"{name}_of_run": of_run(kind) for name, kind in kinds.items()}
    return text_definitions() | kinds | of_run_alone


def of_run(schema: Schema) -> Schema:
    """Return the schema of values whose formulas cannot name the optimizer's LR, as its own are.

    >>> of_run({"items": {"$ref": "#/$defs/number"}})
    {'items': {'$ref': '#/$defs/number_of_run'}}
    """
    return cast(Schema, json.loads(_WITH_FORMULA.sub(r"\g<0>_of_run", json.dumps(schema))))


def describe_argument(
    argument: Argument, meaning: str, limits: Mapping[str, object] | None = None
) -> Schema:
    """Return the schema of an argument.

    Args:
        argument: as its library declares it.
        meaning: what it is, in one line; empty where nobody says.
        limits: keywords that say more of a number than its kind does.
    """
    shared = _NAMES.get(_driven(argument.kind))
    shape = refer(shared) if shared and not limits else _shape(argument.kind, argument)
    return {**shape, **(limits or {}), "description": meaning, **_suggest(argument)}


def spell_default(argument: Argument) -> str:
    """Return an argument's default as a spec would give it; empty where none is worth saying.

    >>> spell_default(Argument("betas", Kind("tuple"), "", False, (0.9, 1.0)))
    '[0.9, 1]'
    """
    default = argument.default
    if isinstance(default, tuple):
        return f"[{', '.join(map(_spell, default))}]"
    return "" if default is None else _spell(default)


def _spell(value: object) -> str:
    match value:
        case None | bool() | str():
            return spell_flow(value)
        case int() | float():
            text = spell_flow(int(value) if value == value // 1 else value)
            return text if len(text) <= _LONGEST_DEFAULT else spell_number(value, 3)
    return ""


def _driven(kind: Kind) -> Kind:
    """Return a kind as torch drives it: 8.5 for a whole number, unless it is strict."""
    return replace(kind, base="number") if kind.base == "whole" and not kind.strict else kind


def _shape(kind: Kind, argument: Argument | None = None) -> Schema:
    """Return the keywords for the values of a kind, those of an argument where it tells more."""
    one = _one(kind, argument)
    several: Schema = {
        "title": "list, one a param group",
        "type": "array",
        "items": any_of(one),
        "minItems": 1,
        "maxItems": MAX_GROUPS,
    }
    all_kinds = [*one, several] if kind.per_group else one
    if not kind.optional:
        return any_of(all_kinds)
    if len(all_kinds) > 1 or "type" not in one[0]:
        return any_of([*all_kinds, {"type": "null"}])
    types = one[0]["type"]
    listed = [types] if isinstance(types, str) else cast(list[str], types)
    return {**one[0], "type": list(dict.fromkeys([*listed, "null"]))}


def _one(kind: Kind, argument: Argument | None) -> list[Schema]:
    """Return what one value of a kind may be."""
    if kind.base == "choice":
        return [{"enum": list(kind.choices)}] if kind.choices else _BASES["text"]
    if kind.base == "expression":
        parameters = EXPRESSIONS.get(argument.name if argument else "", ("x",))
        return [refer(f"expression_in_{parameters[0]}")]
    if kind.base == "tuple":
        return [_tuple(argument.default if argument else None)]
    if kind.base == "list" and kind.strict:
        return [{"type": "array", "items": refer("whole")}]
    return _BASES[_driven(kind).base]


def _tuple(default: object) -> Schema:
    """Return the keywords for as many numbers as the default has, null only where it has None."""
    if not isinstance(default, tuple):
        return {"type": "array", "items": refer("number")}
    length = {"type": "array", "minItems": len(default), "maxItems": len(default)}
    if None not in default:
        return {**length, "items": refer("number")}
    items = [refer("number_or_null" if each is None else "number") for each in default]
    return {**length, "prefixItems": items}


def _suggest(argument: Argument) -> Schema:
    """Return the default where an editor may well write it: a choice, or numbers that are short."""
    default = argument.default
    if argument.kind.base == "choice" and default in argument.kind.choices:
        return {"default": default}
    numbers = default if isinstance(default, tuple) else (default,)
    if not all(map(_is_plain, numbers)):
        return {}
    return {"default": list(numbers) if isinstance(default, tuple) else default}


def _is_plain(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and len(spell_flow(value)) <= _LONGEST_DEFAULT
