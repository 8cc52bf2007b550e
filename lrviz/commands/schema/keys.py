"""The keys of a spec that no model and no signature describes, as JSON Schema."""

from lrviz.commands.schema.parts import Schema, closed, refer
from lrviz.commands.schema.read import NAMED
from lrviz.commands.schema.texts import printable
from lrviz.spec.nodes import MAX_METRIC
from lrviz.spec.schedules import CURVE_KEYS
from lrviz.spec.style import MAX_TEXT
from lrviz.spec.sweep import MAX_CURVES, SWEPT_KEYS

_SWEPT: Schema = {"type": "array", "minItems": 1, "maxItems": MAX_CURVES, "uniqueItems": True}

INTERVAL: Schema = {
    "enum": ["step", "epoch"],
    "enumDescriptions": ["after every step", "after the last step of each epoch"],
}

_FILE: Schema = {
    "type": "string",
    "pattern": r"^(?!(\.{1,2}/+)*\.\.(/+[^/]*)?$)[^/]",  # what goes up and stays there
    "patternErrorMessage": "must be a path in the spec's own folder",
    "description": "a file in the spec's own folder",
}


def curves_schema() -> Schema:
    """Return the schema of `{label: {scheduler, optimizer, interval, metric}}`."""
    label: Schema = {
        "title": "label",
        "description": "what tells the curve from the others",
        **printable(MAX_TEXT),
        "minLength": 1,
    }
    return {
        "type": "object",
        "minProperties": 1,
        "maxProperties": MAX_CURVES,
        "propertyNames": label,
        "additionalProperties": closed({key: refer(key) for key in CURVE_KEYS}),
    }


def sweep_schema() -> Schema:
    """Return the schema of `{key.path: [values]}`."""
    whole: Schema = {"type": "integer", "minimum": 1}
    path: Schema = {
        "title": "key path",
        "description": "what is swept, each part after a dot: scheduler.StepLR.gamma",
        "pattern": f"^({'|'.join(SWEPT_KEYS)})([.]|$)",
        "patternErrorMessage": f"must begin with {', '.join(SWEPT_KEYS)}",
    }
    lr = {"label": "optimizer.SGD.lr", "body": {"optimizer.SGD.lr": "[${1:0.1, 0.01}]"}}
    return {
        "type": "object",
        "minProperties": 1,
        "propertyNames": path,
        "patternProperties": {
            "^(epochs|steps_per_epoch)$": {**_SWEPT, "items": whole},
            "^interval$": {**_SWEPT, "items": INTERVAL},
        },
        "additionalProperties": _SWEPT,
        "allOf": [*map(_sweep_whole, NAMED), *(refer(f"{key}_paths") for key in NAMED)],
        "defaultSnippets": [lr],
    }


def _sweep_whole(key: str) -> Schema:
    """Return the rule that what takes a key's place is complete, unless more is swept inside it."""
    inside: Schema = {"pattern": f"^{key}[.]"}
    said: Schema = {"properties": {key: {**_SWEPT, "items": refer(key)}}}
    return {"if": {"propertyNames": {"not": inside}}, "then": said}


def metric_schema() -> Schema:
    """Return the schema of an expression, a column of a csv file, or a list of numbers."""
    step = {"description": "an expression in `step`, the number of the call, counted from 0"}
    expression: Schema = {"expression": {**refer("expression_in_step"), **step}}
    column: Schema = {"type": "string", "description": "the name of a column in its first line"}
    values: Schema = {
        "title": "list of numbers",
        "type": "array",
        "items": {"type": "number"},
        "minItems": 1,
        "maxItems": MAX_METRIC,
    }
    return {
        "anyOf": [
            {"title": "expression", **closed(expression, ["expression"])},
            {"title": "csv", **closed({"csv": _FILE, "column": column}, ["csv", "column"])},
            values,
        ]
    }
