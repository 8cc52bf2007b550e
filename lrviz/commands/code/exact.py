"""Python's integers, kept where they are the floats that lrviz calculates with.

An integer of less than 2**53 is a float as well, and what Python makes of two of them is what it
makes of the two floats. Beyond that it is not: `3**40 % 7` is 4, and `3.0**40 % 7` is 2. So where
an operation on integers could leave that range, one of its operands is written as a float.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from lrviz.commands.code.term import Term, call, leaf
from lrviz.spec.expression import spell_number

LIMIT = 2**53


@dataclass(frozen=True)
class Range:
    """What values a term may have.

    Attributes:
        low: the least.
        high: the greatest.
        whole: whether every one is a whole number.
        integer: whether Python may hold an integer there, and no float.
    """

    low: float = -math.inf
    high: float = math.inf
    whole: bool = False
    integer: bool = False

    @property
    def is_exact(self) -> bool:
        """Whether every integer in it is a float as well."""
        return max(-self.low, self.high) < LIMIT


def counts(last: float) -> Range:
    """Return the integers from 0 to the last."""
    return Range(0, last, whole=True, integer=True)


def keep_exact(term: Term, ranges: Mapping[str, Range]) -> Term:
    """Return a term that Python, too, calculates as if all its numbers were floats.

    Args:
        term: as it was written.
        ranges: the values of what it names.

    >>> from lrviz.commands.code.term import spell
    >>> power = Term("binary", "**", (leaf("3"), leaf("epoch")))
    >>> [spell(keep_exact(power, {"epoch": counts(calls)})) for calls in (9, 99)]
    ['3**epoch', '3.0**epoch']
    """
    return _follow(term, ranges)[0]


def _follow(term: Term, ranges: Mapping[str, Range]) -> tuple[Term, Range]:
    """Return an exact term and what values it may have."""
    pairs = [_follow(operand, ranges) for operand in term.operands]
    term = replace(term, operands=tuple(operand for operand, _ in pairs))
    found = [values for _, values in pairs]
    match term.kind:
        case "leaf":
            return term, _of_leaf(term, ranges)
        case "unary":
            (values,) = found
            return term, _negative(values) if term.symbol == "-" else values
        case "compare":
            return term, counts(1)
        case "choice":
            return term, _union([found[0], found[2]])
        case "call":
            return term, _of_call(term.symbol.removeprefix("math."), found)
    values = _of_binary(term.symbol, *found)
    if not values.integer or values.is_exact:
        return term, values
    return replace(term, operands=_with_float(*term.operands)), replace(values, integer=False)


def _with_float(left: Term, right: Term) -> tuple[Term, Term]:
    """Return two operands, one of them a float: a literal, if there is one."""
    if _is_literal(right) and not _is_literal(left):
        return left, _as_float(right)
    return _as_float(left), right


def _is_literal(term: Term) -> bool:
    return term.is_integer or (term.kind == "unary" and _is_literal(term.operands[0]))


def _as_float(term: Term) -> Term:
    if term.is_integer:
        return leaf(spell_number(float(term.symbol)))
    if _is_literal(term):
        return replace(term, operands=(_as_float(term.operands[0]),))
    return call("float", term)


def _of_leaf(term: Term, ranges: Mapping[str, Range]) -> Range:
    if not term.symbol[0].isdigit():
        return ranges.get(term.symbol, Range())
    value = float(term.symbol)
    return Range(value, value, whole=value.is_integer(), integer=term.is_integer)


def _negative(values: Range) -> Range:
    return replace(values, low=-values.high, high=-values.low)


def _union(found: Sequence[Range]) -> Range:
    return Range(
        min(each.low for each in found),
        max(each.high for each in found),
        whole=all(each.whole for each in found),
        integer=any(each.integer for each in found),
    )


def _corners(operation: Callable[[float, float], float], one: Range, other: Range) -> Range:
    """Return the values of an operation that rises or falls all along each of its operands."""
    found = [_try(operation, x, y) for x in (one.low, one.high) for y in (other.low, other.high)]
    if any(map(math.isnan, found)):
        return Range()
    return Range(min(found), max(found))


def _try(operation: Callable[..., float], *values: float) -> float:
    """Return what an operation gives, infinity where it overflows, NaN where it gives nothing."""
    try:
        return operation(*values)
    except OverflowError:
        return math.inf
    except (ValueError, ZeroDivisionError):
        return math.nan


def _of_binary(operator: str, left: Range, right: Range) -> Range:
    found = _BINARY[operator](left, right)
    whole = left.whole and right.whole and operator not in ("/", "**")
    integer = left.integer and right.integer and operator != "/"
    return replace(found, whole=whole, integer=integer)


def _of_quotient(left: Range, right: Range) -> Range:
    if right.low <= 0 <= right.high:
        return Range()
    return _corners(lambda x, y: x / y, left, right)


def _of_whole_quotient(left: Range, right: Range) -> Range:
    found = _of_quotient(left, right)
    size = max(abs(left.low), abs(left.high)) if right.whole else math.inf
    return Range(max(found.low, -size) - 1, min(found.high, size))


def _of_remainder(left: Range, right: Range) -> Range:
    del left
    return Range(min(right.low, 0), max(right.high, 0))


def _of_power(left: Range, right: Range) -> Range:
    if left.whole and right.low < 0:  # a negative power of a whole number is no larger than 1
        found = _of_power(left, Range(0.0, max(right.high, 0.0)))
        return replace(found, low=min(found.low, 0.0))
    if left.low >= 0:
        return _corners(math.pow, left, right)
    if right.low < 0:
        return Range()
    size = _try(math.pow, max(-left.low, left.high, 1.0), right.high)
    return Range(-size, size)


_BINARY: Mapping[str, Callable[[Range, Range], Range]] = MappingProxyType(
    {
        "+": lambda left, right: _corners(lambda x, y: x + y, left, right),
        "-": lambda left, right: _corners(lambda x, y: x - y, left, right),
        "*": lambda left, right: _corners(lambda x, y: x * y, left, right),
        "/": _of_quotient,
        "//": _of_whole_quotient,
        "%": _of_remainder,
        "**": _of_power,
    }
)

_RISING: Mapping[str, Callable[[float], float]] = MappingProxyType(
    {
        "exp": math.exp,
        "log": math.log,
        "log2": math.log2,
        "log10": math.log10,
        "sqrt": math.sqrt,
    }
)


def _of_call(function: str, found: Sequence[Range]) -> Range:
    values = found[0]
    match function:
        case "sin" | "cos":
            return Range(-1, 1)
        case "floor" | "ceil" | "round":
            return Range(values.low - 1, values.high + 1, whole=True, integer=True)
        case "min":
            return replace(_union(found), high=min(each.high for each in found))
        case "max":
            return replace(_union(found), low=max(each.low for each in found))
        case "abs":
            return replace(values, low=0.0, high=max(-values.low, values.high))
        case _ if function in _RISING:
            low, high = (_try(_RISING[function], end) for end in (values.low, values.high))
            low = -math.inf if math.isnan(low) else low  # of `log(0)`, and of what is below
            return Range() if math.isnan(high) else Range(low, high)
    return Range()
