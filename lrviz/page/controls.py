"""The controls of a page: what each says of a value, as JSON can hold it."""

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, TypedDict

from lrviz.errors import KeyPath
from lrviz.page.sliders import Slider, widen
from lrviz.spec.expression import ExpressionError, evaluate
from lrviz.spec.tree import Tree, is_number
from lrviz.spec.yamltree import spell_flow

Shown = Literal["number", "whole", "flag", "choice", "text", "list", "expression"]


class Control(TypedDict):
    """One value of a spec that can be changed.

    Attributes:
        key: its key path.
        label: what it is called.
        kind: what it is.
        value: as YAML, a text verbatim; empty where it is left out.
        default: what it is then.
        required: whether it may not be left out.
        help: what it means, in one line.
        choices: what it may be, if that is a closed list.
        number: where its slider stands; None where that is not known.
        range: what its slider goes through; None for no slider.
    """

    key: list[str | int]
    label: str
    kind: Shown
    value: str
    default: str
    required: bool
    help: str
    choices: list[str]
    number: float | None
    range: Slider | None


@dataclass(frozen=True)
class Field:
    """What can be said of a value of a spec, whatever it is.

    Attributes:
        name: the last part of its key path.
        kind: what it should be; a list is whatever YAML can say.
        default: what it is where it is left out, as YAML; empty where nothing tells.
        number: the same, as a number; None for none.
        required: whether it may not be left out.
        help: what it means, in one line.
        choices: what it may be, as YAML.
        slider: what its slider goes through whatever it is.
        seldom: whether it is seldom turned.
    """

    name: str | int
    kind: Shown = "list"
    default: str = ""
    number: float | None = None
    required: bool = False
    help: str = ""
    choices: Sequence[str] = ()
    slider: Slider | None = None
    seldom: bool = False


def build_control(
    field: Field, key: KeyPath, given: Sequence[Tree], totals: Mapping[str, float]
) -> Control:
    """Return the control of a value.

    Args:
        field: what it should be.
        key: its key path.
        given: the value, alone; nothing where it is left out.
        totals: of the run, for what formulas come to.

    >>> build_control(Field("gamma", "number"), ("gamma",), [0.5], {})["value"]
    '0.5'
    """
    value, kind = given[0] if given else None, field.kind
    if isinstance(value, list | dict):
        kind = "list"
    is_text = kind == "text" and isinstance(value, str)
    number = read_number(value, totals) if given else field.number
    if kind not in ("number", "whole"):
        number = None
    is_known = number is not None or not given
    slider = field.slider if kind in ("number", "whole") and is_known else None
    return {
        "key": [*key],
        "label": str(field.name),
        "kind": kind,
        "value": (str(value) if is_text else spell_flow(value)) if given else "",
        "default": field.default,
        "required": field.required,
        "help": field.help,
        "choices": [*field.choices],
        "number": number,
        "range": widen(slider, number) if slider and number is not None else slider,
    }


def read_number(value: Tree, totals: Mapping[str, float]) -> float | None:
    """Return what a number is, or a formula comes to as far as the run is known."""
    if isinstance(value, str) and value.startswith("="):
        with suppress(ExpressionError):
            value = evaluate(value[1:], totals)
    return value if is_number(value) and math.isfinite(value) else None


def list_others(fields: Sequence[Field], given: Tree, *but: str) -> list[Field]:
    """Return fields, and behind them those that something has beside them, whatever they are."""
    names = {each.name for each in fields}.union(but)
    others = [name for name in given if name not in names] if isinstance(given, dict) else []
    return [*fields, *(Field(name, help="no such key here") for name in others)]


def list_totals(tree: Mapping[str, Tree], calls: int) -> dict[str, float]:
    """Return what formulas may name of a run, as far as it can be told at once."""
    known = {key: float(each) for key, each in tree.items() if is_number(each)}
    return {**known, "total_calls": calls}
