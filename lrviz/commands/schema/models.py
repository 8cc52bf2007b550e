"""The keys that stand for themselves: pydantic's schema of them, as editors read it best."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

from lrviz.commands.schema.parts import Schema, suggest
from lrviz.commands.schema.texts import printable
from lrviz.linter.rules import RULES
from lrviz.spec.keys import model_schema

_KEYWORDS: Mapping[str, str] = MappingProxyType(
    {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum"}
)
"""What pydantic calls limits that it finds behind a check of our own."""

_DROPPED = frozenset({"title", "default"})
"""Titles are the keys again; of the defaults most are null, which nobody wants written out."""

_EXAMPLES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "": {"title": "Warm-up, then cosine", "epochs": "10", "steps_per_epoch": "100"},
        "FigureOptions": {
            "size": "[8, 4.5]",
            "dpi": "150",
            "xlim": "[0, 100]",
            "ylim": "[0, 1e-3]",
            "xlabel": "optimizer step",
            "ylabel": "learning rate",
        },
    }
)
"""What an editor writes after a key, by definition."""


def model_schemas() -> tuple[dict[str, Schema], dict[str, Schema]]:
    """Return the schema of every key at the top of a spec, and what they refer to, by name.

    Of a key that does not stand for itself it is only what the key means.
    """
    shape, definitions = model_schema()
    properties = _tidy_all(shape)
    models = {name: _tidy(_mapping(each)) for name, each in definitions.items()}
    _mapping(models["LintOptions"]["properties"])["ignore"]["items"] = _codes()
    _mapping(models["FigureOptions"]["properties"])["panels"]["uniqueItems"] = True
    for name, examples in _EXAMPLES.items():
        keys = _mapping(models[name]["properties"]) if name else properties
        for key, example in examples.items():
            keys[key] |= suggest(example)
    return properties, models


def _codes() -> Schema:
    """Return the schema of a rule's code; one that a later version may have is none the worse."""
    known = [
        {"const": rule.code, "description": f"{rule.name}: {rule.summary}"}
        for rule in RULES.values()
    ]
    return {
        "type": "string",
        "pattern": r"^LR\d{3}$",
        "patternErrorMessage": "must be the code of a rule, as LR012",
        "anyOf": [*known, {}],
    }


def _tidy_all(schemas: Mapping[str, object]) -> dict[str, Schema]:
    return {name: _tidy(_mapping(each)) for name, each in schemas.items()}


def _tidy(schema: Mapping[str, Any]) -> Schema:
    """Return a schema in JSON Schema's own words, without what only repeats."""
    found: Schema = {
        _KEYWORDS.get(key, key): value for key, value in schema.items() if key not in _DROPPED
    }
    if "properties" in schema:
        found["properties"] = _tidy_all(schema["properties"])
    if "items" in schema:
        found["items"] = _tidy(schema["items"])
    for key in ("anyOf", "prefixItems"):
        if key in schema:
            found[key] = [_tidy(each) for each in schema[key]]
    if found.get("type") == "string" and "maxLength" in found:
        found |= printable(schema["maxLength"], lines=True)
    return _join_types(found)


def _join_types(schema: Schema) -> Schema:
    """Return `T or null` as one schema of two types, of which an editor says more."""
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    match schema.get("anyOf"):
        case [{"type": str(kind)} as one, {"type": "null"}]:
            return {**_mapping(one), "type": [kind, "null"], **rest}
        case [{"const": word, "type": "string"}, {"type": "boolean"}]:
            return {"enum": [word, True, False], **rest}
    return schema


def _mapping(value: object) -> dict[str, Any]:
    return cast(dict[str, Any], value)
