"""Arithmetic as a tree that is written as Python, the way code formatters have it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Literal

Kind = Literal["leaf", "unary", "binary", "call", "compare", "choice"]


@dataclass(frozen=True)
class Term:
    """A part of an expression; equal to every other that is written the same.

    Attributes:
        kind: what it is; a leaf is a number or a name, a choice is `body if test else otherwise`.
        symbol: a leaf's own text, an operator, a function's name, or a comparison's operators,
            parted by blanks.
        operands: what it is made of, in the order of Python's text; of a choice body, test and
            what stands behind `else`.
    """

    kind: Kind
    symbol: str
    operands: tuple["Term", ...] = ()

    @property
    def is_integer(self) -> bool:
        """Whether it is a literal of an integer, without a sign."""
        return self.kind == "leaf" and self.symbol.isdigit()

    @cached_property
    def text(self) -> str:
        """It as Python, without parentheses around it: read again for every part that it is in."""
        return _spell_bare(self)


def leaf(symbol: str) -> Term:
    """Return a number or a name."""
    return Term("leaf", symbol)


def call(function: str, *arguments: Term) -> Term:
    """Return a function's call."""
    return Term("call", function, arguments)


# How tightly an operator binds; parentheses stand around what binds less than its place asks for.
_ANYTHING, _COMPARE, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(7)

_LEVELS: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys("+-", _SUM),
        **dict.fromkeys(("*", "/", "//", "%"), _PRODUCT),
        "**": _POWER,
    }
)


def spell(term: Term, least: int = _ANYTHING) -> str:
    """Return a term as Python.

    Args:
        term: what is written.
        least: how tightly its place asks it to bind.

    >>> spell(Term("unary", "-", (Term("binary", "**", (leaf("x"), leaf("2"))),)))
    '-(x**2)'
    """
    return term.text if _level(term) >= least else f"({term.text})"


def _level(term: Term) -> int:
    match term.kind:
        case "leaf" | "call":
            return _ATOM
        case "choice":
            return _ANYTHING
        case "compare":
            return _COMPARE
        case "unary":
            return _SIGN
        case "binary":
            return _LEVELS[term.symbol]


def _spell_bare(term: Term) -> str:
    """Return a term's text without parentheses around it."""
    match term:
        case Term("call", function, arguments):
            return f"{function}({', '.join(map(spell, arguments))})"
        case Term("choice", _, (body, test, otherwise)):
            return f"{spell(body, _COMPARE)} if {spell(test, _COMPARE)} else {spell(otherwise)}"
        case Term("compare", operators, operands):
            texts = [spell(operand, _SUM) for operand in operands]
            rest = zip(operators.split(), texts[1:], strict=True)
            return " ".join([texts[0], *(f"{operator} {text}" for operator, text in rest)])
        case Term("unary", sign, (operand,)):
            # Formatters, too, write `-(x**2)` for `-x**2`.
            return f"{sign}{spell(operand, _ATOM)}"
        case Term("binary", "**", (left, right)):
            gap = "" if _is_hugged(left, right) else " "
            return f"{spell(left, _ATOM)}{gap}**{gap}{spell(right, _SIGN)}"
        case Term("binary", operator, (left, right)):
            level = _level(term)
            return f"{spell(left, level)} {operator} {spell(right, level + 1)}"
    return term.symbol


def _is_hugged(left: Term, right: Term) -> bool:
    """Whether formatters leave no space around a power's stars."""
    nearest = right.operands[0] if right.symbol == "**" else right  # 2 and 3 of `2**3 ** f(x)`
    in_parentheses = nearest is not right and nearest.kind != "leaf"
    return left.kind == "leaf" and not in_parentheses and _is_simple(nearest)


def _is_simple(term: Term) -> bool:
    """Whether formatters leave no space between a power's stars and what stands behind them."""
    return term.kind == "leaf" or (term.kind == "unary" and _is_simple(term.operands[0]))


def iter_always(term: Term) -> Iterator[Term]:
    """Yield a term and all in it that is evaluated whenever it is, whatever the values.

    >>> choice = Term("choice", "", (leaf("1"), leaf("x"), leaf("2")))
    >>> [spell(each) for each in iter_always(choice)]
    ['1 if x else 2', 'x']
    """
    yield term
    match term.kind:
        case "choice":
            always = term.operands[1:2]
        case "compare":  # `a < b < c` looks at c only where a is less than b
            always = term.operands[:2]
        case _:
            always = term.operands
    for operand in always:
        yield from iter_always(operand)


def replace_term(term: Term, old: Term, new: Term) -> Term:
    """Return a term in which another stands wherever one stood.

    >>> double = Term("binary", "+", (call("f", leaf("x")), call("f", leaf("x"))))
    >>> spell(replace_term(double, call("f", leaf("x")), leaf("y")))
    'y + y'
    """
    if term == old:
        return new
    operands = tuple(replace_term(each, old, new) for each in term.operands)
    if all(each is known for each, known in zip(operands, term.operands, strict=True)):
        return term
    return replace(term, operands=operands)
