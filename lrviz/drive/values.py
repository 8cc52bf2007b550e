"""One value of a spec, as the type that its argument's kind has in Python."""

import math
from collections.abc import Mapping
from contextlib import suppress

from lrviz.drive.signatures import Kind
from lrviz.spec.expression import ExpressionError, evaluate, parse_expression
from lrviz.spec.tree import Tree
from lrviz.spec.wording import spell

_NUMBERS = ("whole", "number")


class WrongError(ValueError):
    """A value that is not of its argument's kind.

    Attributes:
        text: what is wrong with it.
        index: of the item that is wrong; None where it is no list's.
    """

    def __init__(self, text: str, index: int | None = None) -> None:
        self.text, self.index = text, index
        super().__init__(text)


def read_items(value: Tree, kind: Kind, names: Mapping[str, float]) -> list[object]:
    """Return the items of a list, each as `read_one`; of whole numbers none is infinite."""
    if not isinstance(value, list):
        raise WrongError(f"must be a list of numbers, got {spell(value)}")
    items = []
    for index, item in enumerate(value):
        try:
            read = read_one(item, kind, names)
            if kind.base == "whole" and isinstance(read, float) and not math.isfinite(read):
                raise WrongError(f"must be {_describe(kind)}, got {spell(item)}")
            items.append(read)
        except WrongError as error:
            raise WrongError(error.text, index) from None
    return items


def read_tuple(value: Tree, default: object, names: Mapping[str, float]) -> tuple[object, ...]:
    """Return as many numbers as the default has; null only where the default has None."""
    if not isinstance(value, list):
        raise WrongError(f"must be a list of numbers, got {spell(value)}")
    pattern = default if isinstance(default, tuple) else (0.0,) * len(value)
    if len(value) != len(pattern):
        raise WrongError(f"must be a list of {len(pattern)} numbers, got {spell(value)}")
    empty = [item is None and usual is None for item, usual in zip(value, pattern, strict=True)]
    filled = [0 if none else item for item, none in zip(value, empty, strict=True)]
    items = read_items(filled, Kind("number"), names)
    return tuple(None if none else item for item, none in zip(items, empty, strict=True))


def read_one(value: Tree, kind: Kind, names: Mapping[str, float]) -> object:
    """Return one value, its kind's type first: 1 is 1.0 for a number, 8.0 is 8 for a whole one."""
    formula = isinstance(value, str) and value.startswith("=")
    if formula and kind.base in ("whole", "number", "any"):
        value = _formula(str(value), kind, names)
    match kind.base, value:
        case "whole" | "number", bool():
            pass
        case "whole", int():
            return value
        case "whole", float() if value.is_integer():
            return int(value)
        case "whole", float() if not kind.strict:
            return value
        case "number", int() | float():
            return float(value)
        case "flag", bool():
            return value
        case "text", str():
            return value
        case "choice", str() if value in kind.choices or not kind.choices:
            return value
        case "any", _:
            return value
    raise WrongError(f"must be {_describe(kind)}, got {spell(value)}{_hint(value, kind, names)}")


def _hint(value: Tree, kind: Kind, names: Mapping[str, float]) -> str:
    """Return the remedy for a formula without its sign; empty for anything else."""
    if isinstance(value, str) and any(name in value for name in names):
        with suppress(ExpressionError):
            parse_expression(value, (), names.keys())
            return f"; a formula begins with a sign: ={value}" if kind.base in _NUMBERS else ""
    return ""


def _formula(text: str, kind: Kind, names: Mapping[str, float]) -> float:
    try:
        value = evaluate(text[1:], names)
    except ExpressionError as error:
        raise WrongError(error.reason) from None
    if kind.base == "whole":
        if abs(value - round(value)) > 1e-9:
            raise WrongError(f"must be a whole number, '{text}' is {value:g}")
        return float(round(value))
    return value


def _describe(kind: Kind) -> str:
    words = {
        "whole": "a whole number",
        "number": "a number",
        "flag": "true or false",
        "text": "a text",
        "choice": f"one of {', '.join(kind.choices)}",
    }
    return words.get(kind.base, kind.base) + (" or null" if kind.optional else "")
