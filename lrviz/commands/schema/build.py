"""The schema of a whole spec, put together."""

from lrviz.commands.schema.arguments import shared_definitions
from lrviz.commands.schema.keys import INTERVAL, curves_schema, metric_schema, sweep_schema
from lrviz.commands.schema.models import model_schemas
from lrviz.commands.schema.optimizers import optimizer_definitions
from lrviz.commands.schema.parts import Schema, closed
from lrviz.commands.schema.read import NAMED, read_rules
from lrviz.commands.schema.schedulers import scheduler_definitions
from lrviz.spec.schedules import CURVE_KEYS


def build_schema() -> Schema:
    """Return the schema of a spec, with every scheduler and optimizer that is installed.

    >>> build_schema()["required"]
    ['epochs']
    """
    keys, definitions = model_schemas()
    definitions |= {
        **shared_definitions(),
        **scheduler_definitions(),
        **optimizer_definitions(),
        "interval": {**INTERVAL, **keys["interval"]},
        "metric": {**metric_schema(), **keys["metric"]},
    }
    for key in NAMED:
        definitions[key] |= keys[key]
        definitions[f"swept_{key}"] |= keys[key]
    properties: dict[str, object] = {
        **keys,
        **dict.fromkeys(CURVE_KEYS, True),  # the rules say more, wherever they are read
        "curves": {**curves_schema(), **keys["curves"]},
        "sweep": {**sweep_schema(), **keys["sweep"]},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "lrviz spec",
        "description": "A learning-rate schedule, how long it runs and how it is drawn.",
        **closed(properties, ["epochs"]),
        "allOf": read_rules(),
        "$defs": definitions,
    }
