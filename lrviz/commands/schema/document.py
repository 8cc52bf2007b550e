"""JSON Schema of a spec, for editors: from the same models and signatures as the checks.

It refuses nothing that the checks accept. What depends on the run, or on more than a few keys at
once, is left to them.
"""

import json
from importlib.resources import files
from typing import Any

from lrviz.commands.schema.components import (
    Schema,
    any_of,
    closed,
    optimizer_definitions,
    refer,
    scheduler_definitions,
)
from lrviz.linter.rule import Rule
from lrviz.linter.rules import RULES
from lrviz.spec.keys import model_schema
from lrviz.spec.style import MAX_TEXT
from lrviz.spec.sweep import CURVE_KEYS, MAX_CURVES, SWEPT_KEYS

# What pydantic calls limits that it finds behind a check of our own.
_KEYWORDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum"}

_SWEPT = {"type": "array", "minItems": 1, "maxItems": MAX_CURVES, "uniqueItems": True}

_SWEEP: Schema = {
    "type": "object",
    "minProperties": 1,
    "propertyNames": {"pattern": f"^({'|'.join(SWEPT_KEYS)})([.]|$)"},
    "additionalProperties": _SWEPT,
}

_CURVES: Schema = {
    "type": "object",
    "minProperties": 1,
    "maxProperties": MAX_CURVES,
    "propertyNames": {"minLength": 1, "maxLength": MAX_TEXT},
    "additionalProperties": closed({key: refer(key) for key in CURVE_KEYS}),
}


def build_schema() -> Schema:
    """Return the schema of a spec, with every scheduler and optimizer that is installed.

    >>> build_schema()["anyOf"]
    [{'required': ['epochs']}, {'required': ['steps']}]
    """
    keys, definitions = map(_tidy, model_schema())
    definitions["LintOptions"]["properties"]["ignore"]["items"]["anyOf"] = [
        *map(_describe_rule, RULES.values()),
        {},  # a code that a later version may have is none the worse
    ]
    definitions |= {
        **json.loads((files(__package__) / "parts.json").read_bytes()),
        **scheduler_definitions(),
        **optimizer_definitions(),
    }
    for key in CURVE_KEYS:
        definitions[key] |= keys[key]
    properties = {
        **keys,
        **dict.fromkeys(CURVE_KEYS, True),  # the rules say more, wherever they are read
        "curves": {**_CURVES, **keys["curves"]},
        "sweep": {**_SWEEP, **keys["sweep"]},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "lrviz spec",
        "description": "A learning-rate schedule, how long it runs and how it is drawn.",
        **closed(properties),
        "anyOf": [{"required": ["epochs"]}, {"required": ["steps"]}],
        "allOf": [*map(_demand, CURVE_KEYS), {"not": {"required": ["curves", "sweep"]}}],
        "$defs": definitions,
    }


def _tidy(schema: Any) -> Any:
    """Return a schema in JSON Schema's own words, without titles and defaults that say nothing."""
    if isinstance(schema, list):
        return [_tidy(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        _KEYWORDS.get(key, key): _tidy(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str))
        and not (key == "default" and (value is None or isinstance(value, dict)))
    }


def _demand(key: str) -> Schema:
    """Return what is said of a key that curves share, in full where it is read as it stands.

    A curve replaces it whole, a sweep also a value inside it: it may be anything then, or nothing.
    """
    curves: Schema = {"minProperties": 1, "additionalProperties": {"required": [key]}}
    swept: Schema = {"not": {"propertyNames": {"not": {"pattern": f"^{key}([.]|$)"}}}}
    replaced = any_of([_hold("curves", curves), _hold("sweep", swept)])
    said: Schema = {"properties": {key: refer(key)}}
    if key == "scheduler":
        # Apart from `properties`, of which an editor would offer the required ones once more.
        said["allOf"] = [{"required": [key]}]
    offered: Schema = {"properties": {key: any_of([refer(key), {}])}}
    return {"if": replaced, "then": offered, "else": said}


def _hold(key: str, schema: Schema) -> Schema:
    """Return the schema of what has a mapping of some kind under a key."""
    return {"required": [key], "properties": {key: {"type": "object", **schema}}}


def _describe_rule(rule: Rule) -> Schema:
    return {"const": rule.code, "description": f"{rule.name}: {rule.summary}"}
