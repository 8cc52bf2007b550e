"""What libraries refuse whatever the run is, as keywords; as `lrviz.drive.foresee` has it.

What a rule of the linter explains is left to it: lengths and factors of 0.
"""

from collections.abc import Mapping
from types import MappingProxyType

from lrviz.commands.schema.parts import Schema

_SHARE: Schema = {"minimum": 0, "maximum": 1}
_POSITIVE: Schema = {"exclusiveMinimum": 0}
_BELOW_1: Schema = {"exclusiveMaximum": 1}
_AT_LEAST_0: Schema = {"minimum": 0}

_CYCLE: Mapping[str, Schema] = {"t_initial": _POSITIVE, "lr_min": _AT_LEAST_0}
_MIN_LR = "transformers.get_cosine_with_min_lr_schedule_with_warmup"

LIMITS: Mapping[str, Mapping[str, Schema]] = MappingProxyType(
    {
        "ConstantLR": {"factor": _SHARE},
        "LinearLR": {"start_factor": _SHARE, "end_factor": _SHARE},
        "OneCycleLR": {"pct_start": _SHARE},
        "ReduceLROnPlateau": {"factor": _BELOW_1},
        "SWALR": {"anneal_epochs": _AT_LEAST_0},
        "transformers.get_reduce_on_plateau_schedule": {"factor": _BELOW_1},
        "timm.CosineLRScheduler": _CYCLE,
        "timm.PlateauLRScheduler": {"decay_rate": _BELOW_1},
        "timm.PolyLRScheduler": _CYCLE,
        "timm.TanhLRScheduler": {**_CYCLE, "warmup_lr_init": _AT_LEAST_0},
        "timm.WSDLRScheduler": _CYCLE,
    }
)
"""What a scheduler takes of the numbers that an argument's kind allows."""

COUNTS: Mapping[str, Schema] = MappingProxyType({"length": _AT_LEAST_0, "cycles": _POSITIVE})
"""What every scheduler of another library takes of a number by what it counts."""


def _given(*names: str) -> Schema:
    """Return the schema of arguments that have values; null is none."""
    value: Schema = {"type": ["number", "string"]}
    return {"required": list(names), "properties": dict.fromkeys(names, value)}


_ONE_MIN_LR: Schema = {
    "if": _given("min_lr"),
    "then": {"not": _given("min_lr_rate")},
    "else": {"required": ["min_lr_rate"]},
}

NEEDS: Mapping[str, Schema] = MappingProxyType(
    {
        "OneCycleLR": {
            "if": _given("epochs", "steps_per_epoch"),
            "else": {"required": ["total_steps"]},
        },
        **dict.fromkeys((_MIN_LR, f"{_MIN_LR}_lr_rate"), _ONE_MIN_LR),
    }
)
"""The schedulers that need one of several arguments, and what they need."""
