"""What can be said of every value of a spec: of its own keys, and of what is installed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, get_args

from lrviz.drive.installed import Found
from lrviz.drive.signatures import Argument
from lrviz.page.controls import Field, Shown, read_number
from lrviz.page.sliders import Slider, slide_argument, slide_log
from lrviz.spec.catalog import COMPOSITES, Entry
from lrviz.spec.catalog.external import USUAL_ROLES
from lrviz.spec.keys import CALL_KEYS, model_schema
from lrviz.spec.tree import Interval, Tree, is_number
from lrviz.spec.yamltree import spell_flow
from lrviz.spell import spell_number

# How far counts can be turned that no schedule has given.
_MOST = {
    **{"epochs": 1_000, "steps": 100_000, "steps_per_epoch": 10_000, "examples": 10_000_000},
    **{"batch_size": 10_000, "processes": 1_000, "accumulate": 1_000, "frequency": 1_000},
    "calls": 1_000,
}

# Of a scheduler or optimizer with many arguments, what is seldom turned.
_SELDOM = frozenset(
    {
        *("cycle_momentum", "base_momentum", "max_momentum", "epochs", "steps_per_epoch"),
        *("threshold", "threshold_mode", "eps", "scale_fn", "scale_mode", "initialize", "k_decay"),
        *("noise_range_t", "noise_pct", "noise_std", "noise_seed", "noise_type"),
    }
)
_FEW = 6

# Of an optimizer, what is turned often, in this order.
_OFTEN = ("lr", "weight_decay", "momentum", "betas")


def list_scheduler_fields(
    found: Found, given: Mapping[str, Tree], totals: Mapping[str, float]
) -> list[Field]:
    """Return the arguments of a scheduler but for what is inside it, in its library's order.

    Args:
        found: what is installed.
        given: the arguments that stand in the spec.
        totals: of the run.
    """
    entry = found.source if isinstance(found.source, Entry) else None
    roles, limits = (entry.roles, entry.bounds) if entry else (USUAL_ROLES, {})
    meanings, calls = (entry.arguments if entry else {}), int(totals["total_calls"])
    nested = {"schedulers"} if entry and entry.name in COMPOSITES else set[str]()
    arguments = [each for each in found.arguments.values() if each.name not in nested]
    fields = []
    for each in arguments:
        slider = slide_argument(each, roles.get(each.name, ""), limits.get(each.name, {}), calls)
        field = replace(_describe(each, slider), help=meanings.get(each.name, ""))
        if each.name in found.fills:
            number = _fill(found, each.name, given, totals)
            field = replace(field, default="from the run", number=number, required=False)
        is_seldom = len(arguments) > _FEW and each.name in _SELDOM and not field.required
        fields.append(replace(field, seldom=is_seldom))
    return fields


def _fill(
    found: Found, name: str, given: Mapping[str, Tree], totals: Mapping[str, float]
) -> float | None:
    """Return what an argument is filled in with, as far as that can be told without a run."""
    defaults = {each.name: each.default for each in found.arguments.values()}
    known = {key: float(each) for key, each in {**defaults, **given}.items() if is_number(each)}
    return read_number(f"={found.fills[name].formula}", {**known, **totals})


def list_optimizer_fields(arguments: Sequence[Argument]) -> list[Field]:
    """Return the arguments of an optimizer, what is turned often before the others."""
    known = {each.name: each for each in arguments}
    often = [name for name in _OFTEN if name in known]
    names = [*often, *(name for name in known if name not in often)]
    return [
        replace(_describe(each, slide_argument(each, "", {}, 0)), seldom=each.name not in often)
        for each in map(known.__getitem__, names)
    ]


def _describe(argument: Argument, slider: Slider | None) -> Field:
    kind, default = argument.kind, argument.default
    shown: Shown = "list"
    if kind.base == "choice":
        shown = "choice" if kind.choices else "text"
    elif kind.base != "tuple" and kind.base != "any":
        shown = kind.base
    return Field(
        name=argument.name,
        kind=shown,
        default="" if argument.required else _spell_default(default),
        number=read_number(default, {}) if is_number(default) else None,
        required=argument.required and not argument.is_passed_on,
        choices=kind.choices,
        slider=slider,
    )


def _spell_default(default: Any) -> str:
    """Return a default for people; empty for what YAML cannot say, as a tensor."""
    items = list(default) if isinstance(default, list | tuple) else [default]
    if not all(each is None or isinstance(each, bool | int | float | str) for each in items):
        return ""
    texts = [spell_number(x) if isinstance(x, float) else spell_flow(x) for x in items]
    return f"[{', '.join(texts)}]" if isinstance(default, list | tuple) else texts[0]


@cache
def list_fields(model: str = "") -> Mapping[str, Field]:
    """Return the keys of a spec, or of `Data` or `FigureOptions` in it, by name.

    >>> list_fields("FigureOptions")["x"].choices
    ('step', 'epoch')
    """
    properties, definitions = model_schema()
    schema: Any = definitions[model] if model else {"properties": properties}
    required = schema.get("required", ())
    fields = {
        name: replace(_read_schema(name, each), required=name in required)
        for name, each in schema["properties"].items()
    }
    return fields if model else fields | {name: _say_calls(fields[name]) for name in CALL_KEYS}


def _say_calls(field: Field) -> Field:
    """Return a key of which the schema of a spec says no more than what it means."""
    if field.name == "interval":
        return replace(field, kind="choice", choices=get_args(Interval), default="step")
    return replace(field, kind="whole", default="1", number=1, seldom=True)


def _read_schema(name: str, schema: Mapping[str, Any]) -> Field:
    """Return what pydantic's schema says of a key."""
    parts = [part for part in schema.get("anyOf", [schema]) if part.get("type") != "null"]
    types = {part.get("type") for part in parts}
    choices = [*_list_choices(parts)]
    kind: Shown
    kinds: Mapping[str, Shown] = {"integer": "whole", "number": "number", "string": "text"}
    kind = next((shown for each, shown in kinds.items() if each in types), "list")
    if choices or types == {"boolean"}:
        kind = "choice" if choices else "flag"
    default = schema.get("default")
    return Field(
        name=name,
        kind=kind,
        default="" if default is None else spell_flow(default),
        number=default if kind in ("number", "whole") else None,
        help=schema.get("description", "").replace("`", ""),
        choices=tuple(choices),
        slider=slide_log(1, _MOST[name], whole=True) if name in _MOST else None,
    )


def _list_choices(parts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for part in parts:
        yield from part.get("enum", [part["const"]] if "const" in part else [])
    if len(parts) > 1 and any(part.get("type") == "boolean" for part in parts):
        yield from ("true", "false")
