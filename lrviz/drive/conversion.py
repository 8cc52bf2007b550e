"""One value of a spec, as the type that its argument's kind has in Python.

transformers and timm build a schedule of any numbers. None of their schedules takes a length as a
share of the run, as trainers do: one of 0.03 calls is over before the first, in silence.
"""

import math
from collections.abc import Mapping
from contextlib import suppress

from lrviz.drive.signatures import Kind
from lrviz.spec.expression import ExpressionError, evaluate
from lrviz.spec.tree import Tree
from lrviz.spec.wording import spell
from lrviz.spec.yamltree import parse_scalar
from lrviz.spell import spell_number

_WORDS = {
    "whole": "a whole number",
    "number": "a number",
    "flag": "true or false",
    "text": "a text",
    "list": "a list of numbers",
}


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
        raise _no_list(value, names)
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


def _no_list(value: Tree, names: Mapping[str, float]) -> WrongError:
    hint = _hint(value, Kind("list"), names)
    return WrongError(f"must be a list of numbers, got {spell(value)}{hint}")


def read_tuple(value: Tree, default: object, names: Mapping[str, float]) -> tuple[object, ...]:
    """Return as many numbers as the default has; null only where the default has None."""
    if not isinstance(value, list):
        one = isinstance(value, int | float) and f"must be a list of numbers, got {spell(value)}"
        raise WrongError(one) if one else _no_list(value, names)
    pattern = default if isinstance(default, tuple) else (0.0,) * len(value)
    if len(value) != len(pattern):
        raise WrongError(f"must be a list of {len(pattern)} numbers, got {spell(value)}")
    empty = [item is None and usual is None for item, usual in zip(value, pattern, strict=True)]
    filled = [0 if none else item for item, none in zip(value, empty, strict=True)]
    items = read_items(filled, Kind("number"), names)
    return tuple(None if none else item for item, none in zip(items, empty, strict=True))


def read_one(value: Tree, kind: Kind, names: Mapping[str, float]) -> object:
    """Return one value, its kind's type first: 1 is 1.0 for a number, 8.0 is 8 for a whole one."""
    read = _read(value, kind, names)
    if kind.counts:
        _refuse_count(read, value, kind)
    return read


def _read(value: Tree, kind: Kind, names: Mapping[str, float]) -> object:
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
    """Return the remedy for a value that is not of its kind; empty where nobody can tell."""
    from lrviz.spec.meant import mend_value  # what is right needs no remedy

    return mend_value(value, f"must be {_describe(kind)}", names)


def _formula(text: str, kind: Kind, names: Mapping[str, float]) -> float:
    try:
        value = evaluate(text[1:], names)
    except ExpressionError as error:
        raise WrongError(error.reason) from None
    if kind.base == "whole":
        if abs(value - round(value)) > 1e-9:
            raise WrongError(f"must be a whole number, '{text}' is {spell_number(value)}")
        return float(round(value))
    return value


def _describe(kind: Kind) -> str:
    choice = f"one of {', '.join(kind.choices)}"
    return (choice if kind.base == "choice" else _WORDS[kind.base]) + " or null" * kind.optional


def _refuse_count(value: object, written: Tree, kind: Kind) -> None:
    """Raise a WrongError where an argument that counts something counts none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongError(f"must be a number, got {spell(written)}")
    if kind.counts == "cycles":
        if not value > 0:
            least = "at least 1" if kind.base == "whole" else "more than 0"
            raise WrongError(f"must be {least}, {_got(value, written)}")
    elif not value >= 0:
        raise WrongError(f"must be at least 0, {_got(value, written)}")
    elif 0 < value < 1:
        raise WrongError(f"must be at least 1, {_got(value, written)}")


def _got(value: float, written: Tree) -> str:
    if isinstance(written, str):
        return f"'{written}' is {spell_number(value)}"
    return f"got {spell(written)}"


def suggest_formula(written: Tree, names: Mapping[str, float], run: str) -> str:
    """Return the remedy for a length that is no whole number of calls; empty where none is sure.

    Args:
        written: the length as a spec has it.
        names: what its formula may name.
        run: which of them is the length of the run, counted as the length is.

    >>> suggest_formula(0.03, {}, "total_steps")
    '; for 3 % of the run write =ceil(0.03 * total_steps)'
    >>> suggest_formula("=total_steps / 7", {"total_steps": 100.0}, "total_steps")
    '; write =ceil(total_steps / 7)'
    """
    value: object = written
    if isinstance(written, str) and written.endswith("%"):
        from lrviz.spec.meant import read_number

        value = parse_scalar(read_number(written))
    elif isinstance(written, str) and written.startswith("="):
        value = None
        with suppress(ExpressionError):
            value = evaluate(written[1:], names)
        least = 0 if any(name in written for name in names) else 1  # a share has no name in it
        if isinstance(value, float) and value > least:
            return f"; write =ceil({written[1:].strip()})"
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
        return ""
    return f"; for {100 * value:g} % of the run write =ceil({spell(value)} * {run})"
