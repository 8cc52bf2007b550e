"""JSON Schema of a spec, for editors: from the same models and signatures as the checks.

Other libraries' signatures are read, not imported; of a library that is not installed the schema
knows the names of the arguments.
"""

from collections.abc import Mapping, Sequence

from lrviz.catalog import OPTIMIZERS, SCHEDULERS, THIRD_PARTY, Entry
from lrviz.drive import (
    Argument,
    Kind,
    declared_arguments,
    installed_arguments,
    installed_optimizer_arguments,
)
from lrviz.spec.schedules import CURVE_KEYS, MAX_CURVES, SWEPT_KEYS
from lrviz.spec.shape import model_schema
from lrviz.spec.values import MAX_TEXT

Schema = dict[str, object]

_FORMULA: Schema = {
    "type": "string",
    "pattern": "^=",
    "description": "a formula in epochs, steps_per_epoch, total_steps and total_calls",
}
_NUMBER: Schema = {"type": "number"}
_FINITE_OR_FORMULA = [_NUMBER, _FORMULA]
_FOREIGN = r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*:[A-Za-z][A-Za-z0-9_]*$"
"""What a spec calls a class that the command line allows it; entry points' names are not known."""

_EXPRESSION: list[Schema] = [{"type": "string"}, _NUMBER]


def build_schema() -> Schema:
    """Return the schema of a spec, with every scheduler and optimizer that is installed.

    >>> build_schema()["required"]
    ['epochs']
    """
    shape, definitions = model_schema()
    properties = {
        "interval": {
            "enum": ["step", "epoch"],
            "default": "step",
            "description": "when scheduler.step() is called: after every step, or every epoch",
        },
        "optimizer": {"$ref": "#/$defs/optimizer"},
        "scheduler": {"$ref": "#/$defs/scheduler"},
        "metric": {"$ref": "#/$defs/metric"},
    }
    curve = {"type": "object", "additionalProperties": False}
    curve["properties"] = {key: properties[key] for key in CURVE_KEYS}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "lrviz spec",
        "description": "A learning-rate schedule, how long it runs and how it is drawn.",
        "type": "object",
        "additionalProperties": False,
        "required": ["epochs"],
        "properties": {
            **shape,
            **properties,
            "curves": {
                "description": "several schedules in one figure, each under its label",
                "type": "object",
                "minProperties": 1,
                "maxProperties": MAX_CURVES,
                "additionalProperties": curve,
            },
            "sweep": {
                "description": "one curve a value: a key path of the schedule, and its values",
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"pattern": f"^({'|'.join(SWEPT_KEYS)})([.]|$)"},
                "additionalProperties": {"type": "array", "minItems": 1},
            },
        },
        "$defs": {**definitions, **_definitions()},
    }


def _definitions() -> Schema:
    schedulers = {
        name: _scheduler(entry, installed_arguments(name)) for name, entry in SCHEDULERS.items()
    }
    schedulers |= {
        name: _scheduler(entry, declared_arguments(entry)) for name, entry in THIRD_PARTY.items()
    }
    optimizers = {name: _optimizer(name) for name in OPTIMIZERS}
    return {
        "scheduler": _named(schedulers, "a scheduler and its arguments", foreign=True),
        "optimizer": _named(optimizers, "an optimizer of torch.optim and its arguments"),
        "metric": {
            "description": "what ReduceLROnPlateau is given, a value a call",
            "anyOf": [
                {"type": "array", "items": _NUMBER, "minItems": 1},
                _object({"expression": {"anyOf": _EXPRESSION}}, required=["expression"]),
                _object(
                    {"csv": {"type": "string"}, "column": {"type": "string"}},
                    required=["csv", "column"],
                ),
            ],
        },
    }


def _named(kinds: Mapping[str, Schema], description: str, *, foreign: bool = False) -> Schema:
    """Return the schema of `Name: {arguments}`, or the bare name where it needs none.

    Args:
        kinds: the arguments' schema, by name.
        description: of all.
        foreign: whether `package.module:Class` may stand for a name, too.
    """
    bare = [name for name, schema in kinds.items() if not schema.get("required")]
    arguments = {name: {"anyOf": [schema, {"type": "null"}]} for name, schema in kinds.items()}
    one = {**_object(arguments), "minProperties": 1, "maxProperties": 1}
    if not foreign:
        return {"description": description, "anyOf": [{"enum": bare}, one]}
    one["patternProperties"] = {_FOREIGN: {"type": ["object", "null"]}}
    name = {"type": "string", "pattern": _FOREIGN}
    return {"description": description, "anyOf": [{"enum": bare}, one, name]}


def _object(properties: Mapping[str, object], required: list[str] | None = None) -> Schema:
    schema: Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": dict(properties),
    }
    return {**schema, "required": required} if required else schema


def _scheduler(entry: Entry, arguments: Sequence[Argument] | None) -> Schema:
    """Return the schema of a scheduler's arguments: where none are known, of their names."""
    properties: dict[str, object] = {
        key: {"description": meaning} for key, meaning in entry.arguments.items()
    }
    required = []
    if arguments is not None:
        properties = {each.name: _describe(each, entry) for each in arguments}
        must = (each.name for each in arguments if each.required)
        required = [name for name in must if name not in entry.fills]
    about = f"{entry.summary}\n{entry.address}"
    return {**_object(properties, required), "description": about}


def _describe(argument: Argument, entry: Entry) -> Schema:
    meaning = {"description": entry.arguments.get(argument.name, "")}
    if argument.name == "schedulers":
        items = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/scheduler"}}
        return {**items, **meaning}
    return {**_argument(argument), **meaning}


def _optimizer(name: str) -> Schema:
    arguments = {each.name: _argument(each) for each in installed_optimizer_arguments(name)}
    group = {**arguments, "name": {"type": "string", "maxLength": MAX_TEXT}}
    groups = {
        "description": "one mapping a param group; each overrides the optimizer's own values",
        "type": "array",
        "items": _object(group),
    }
    return _object({**arguments, "param_groups": groups})


def _argument(argument: Argument) -> Schema:
    allowed = _allowed(argument.kind)
    if argument.kind.optional and allowed:
        allowed = [*allowed, {"type": "null"}]
    schema: Schema = {"anyOf": allowed} if len(allowed) > 1 else dict(*allowed)
    if argument.default is None or isinstance(argument.default, bool | int | float | str):
        return schema if argument.required else {**schema, "default": argument.default}
    return schema


def _allowed(kind: Kind) -> list[Schema]:
    whole: Schema = {"type": "integer" if kind.strict else "number"}
    simple: dict[str, list[Schema]] = {
        "whole": [whole, _FORMULA],
        "number": _FINITE_OR_FORMULA,
        "flag": [{"type": "boolean"}],
        "text": [{"type": "string"}],
        "choice": [{"enum": list(kind.choices)}],
        "expression": _EXPRESSION,
        "list": [{"type": "array", "items": {"anyOf": _FINITE_OR_FORMULA}}],
        "tuple": [{"type": "array"}],
        "any": [],
    }
    allowed = simple[kind.base]
    if kind.per_group:
        return [*allowed, {"type": "array", "items": {"anyOf": allowed}}]
    return allowed
