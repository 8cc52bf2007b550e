"""Which of the keys that curves share are read: what takes their place leaves them unread.

A curve replaces a key whole; a sweep may also replace a value inside it. What is not read may be
anything, or nothing.
"""

from collections.abc import Mapping

from lrviz.commands.schema.parts import Schema, any_of, has_key, refer
from lrviz.spec.catalog import CATALOG, THIRD_PARTY
from lrviz.spec.schedules import CURVE_KEYS
from lrviz.spec.sweep import SWEPT_KEYS

NAMED = ("scheduler", "optimizer")
"""The keys that a sweep may reach into."""

_PACKAGES = "|".join(sorted({entry.package for entry in THIRD_PARTY.values()}))
_METRIC_TAKERS = "|".join(name for name, entry in CATALOG.items() if entry.takes_metric)


def read_rules() -> list[Schema]:
    """Return what is said of the keys that curves share, wherever they are read."""
    apart: Schema = {"if": {"required": ["sweep"]}, "then": {"properties": {"curves": False}}}
    return [*map(_read_rule, CURVE_KEYS), apart, _metric_of_curves()]


def _read_rule(key: str) -> Schema:
    said: Schema = {"properties": {key: refer(key)}}
    if key == "scheduler":
        alone = _takes_metric({"curves": False})
        needs: Schema = {"if": alone, "then": {"required": ["metric"]}}
        # Apart from `properties`, of which an editor would offer the required ones once more.
        said["allOf"] = [{"required": [key]}, needs]
    if key in NAMED:
        inside: Schema = {"properties": {key: refer(f"swept_{key}")}}
        said = {"if": _sweeps(f"^{key}[.]"), "then": inside, "else": said}
    replaced = [_in_every_curve(key)]
    if key in SWEPT_KEYS:
        replaced.append(_sweeps(rf"^{key}([.](({_PACKAGES})[.])?[^.]+)?$"))
    return {"if": any_of(replaced), "else": said}


def _sweeps(pattern: str) -> Schema:
    sweep: Schema = {"type": "object", **has_key(pattern)}
    return {"required": ["sweep"], "properties": {"sweep": sweep}}


def _in_every_curve(key: str) -> Schema:
    curves: Schema = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {"type": "object", "required": [key]},
    }
    return {"required": ["curves"], "properties": {"curves": curves}}


def _metric_of_curves() -> Schema:
    """Return the rule that a curve without a metric of its own takes one from the top."""
    given = {"additionalProperties": {"not": _takes_metric({"metric": False})}}
    return {"if": {"properties": {"curves": given}}, "else": {"required": ["metric"]}}


def _takes_metric(unless: Mapping[str, object]) -> Schema:
    """Return the schema of a mapping whose scheduler is given a metric."""
    name: Schema = {"pattern": f"^({_METRIC_TAKERS.replace('.', '[.]')})$"}
    scheduler = any_of(
        [
            {"type": "string", **name},
            {"type": "object", "minProperties": 1, "propertyNames": name},
        ]
    )
    return {"required": ["scheduler"], "properties": {"scheduler": scheduler, **unless}}
