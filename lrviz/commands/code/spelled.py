"""Expressions as a Python script spells them, on one line or as functions."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from lrviz.commands.code.body import define_function
from lrviz.commands.code.exact import LIMIT, Range, keep_exact
from lrviz.commands.code.term import Term, call, leaf, spell
from lrviz.spec.expression import CONSTANTS, FUNCTIONS, spell_number
from lrviz.system.threads import hide_warnings

_BUILT_IN = frozenset({"abs", "min", "max", "round"})

_MATH: Mapping[str, str] = MappingProxyType(
    {name: f"math.{name}" for name in (*CONSTANTS, *FUNCTIONS) if name not in _BUILT_IN}
)

_KNOWN: Mapping[str, Range] = MappingProxyType(
    {_MATH[name]: Range(value, value) for name, value in CONSTANTS.items()}
)

_OPERATORS: Mapping[type[ast.AST], str] = MappingProxyType(
    {
        **{ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//"},
        **{ast.Mod: "%", ast.Pow: "**", ast.UAdd: "+", ast.USub: "-"},
        **{ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="},
    }
)


@dataclass(frozen=True)
class Vocabulary:
    """What a script calls what an expression names.

    Attributes:
        parameters: names that all stand for the first of them.
        names: what the script has for other names, as Python.
        ranges: the values of what the script names.
    """

    parameters: Sequence[str]
    names: Mapping[str, str] = field(default_factory=dict)
    ranges: Mapping[str, Range] = field(default_factory=dict)


def spell_python(text: str, vocabulary: Vocabulary) -> str:
    """Return a checked expression as a Python script spells it, with `math` imported.

    Python gives it the value that lrviz does: its integers are kept where they are floats as well.

    Args:
        text: an expression that `parse_expression` has taken.
        vocabulary: of the script.

    >>> words = Vocabulary(("epoch", "step"), {"epochs": "EPOCHS"})
    >>> spell_python("0.5 ** step + sin(pi / epochs)", words)
    '0.5**epoch + math.sin(math.pi / EPOCHS)'
    """
    return spell(_build_term(text, vocabulary))


def spell_function(text: str, vocabulary: Vocabulary, name: str, width: int) -> list[list[str]]:
    r"""Return an expression as a function of its parameter, in lines.

    Args:
        text: as for `spell_python`.
        vocabulary: of the script.
        name: of the function.
        width: of a line; at least 80.

    Returns:
        The lines of every function, the named one last: the others are what it calls.

    >>> text = "epoch / 5 if epoch < 5 else 0.9 ** (epoch - 5)"
    >>> print(*spell_function(text, Vocabulary(("epoch",)), "factor", 50)[-1], sep="\n")
    def factor(epoch):
        if epoch < 5:
            return epoch / 5
        return 0.9 ** (epoch - 5)
    """
    term = _build_term(text, vocabulary)
    return list(map(list, _define(name, tuple(vocabulary.parameters[:1]), term, width)))


@lru_cache(maxsize=1024)
def _define(
    name: str, parameters: tuple[str, ...], term: Term, width: int
) -> tuple[tuple[str, ...], ...]:
    """Return what `define_function` does; the curves of a sweep have most functions in common."""
    return tuple(map(tuple, define_function(name, parameters, term, width)))


def _build_term(text: str, vocabulary: Vocabulary) -> Term:
    with hide_warnings():  # Python's opinion on `1if x else 2` is for its own files
        tree = ast.parse(text.strip(), mode="eval")
    term = _Builder(vocabulary).build(tree.body)
    return keep_exact(term, {**_KNOWN, **vocabulary.ranges})


class _Builder:
    """Builds terms of what an expression names."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        parameters = vocabulary.parameters
        self._names = {
            **_MATH,
            **vocabulary.names,
            **dict.fromkeys(parameters, parameters[0]),
        }

    def build(self, node: ast.AST) -> Term:
        """Return the term that a node of a checked tree stands for."""
        match node:
            case ast.Constant(int() | float() as value):
                return _number(value)
            case ast.Name(name):
                return self._name(name)
            case ast.UnaryOp(operator, operand):
                return _signed(_OPERATORS[type(operator)], self.build(operand))
            case ast.BinOp(left, operator, right):
                operands = (self.build(left), self.build(right))
                return Term("binary", _OPERATORS[type(operator)], operands)
            case ast.Compare(first, operators, others):
                symbol = " ".join(_OPERATORS[type(each)] for each in operators)
                return Term("compare", symbol, tuple(map(self.build, [first, *others])))
            case ast.IfExp(test, body, otherwise):
                return Term("choice", "", tuple(map(self.build, [body, test, otherwise])))
            case ast.Call(ast.Name(name), arguments):
                return call(self._names.get(name, name), *map(self.build, arguments))
        raise TypeError(f"{ast.dump(node)} is no part of a checked expression")

    def _name(self, name: str) -> Term:
        text = self._names.get(name, name)
        if text.replace(".", "").isidentifier():
            return leaf(text)
        return _Builder(Vocabulary(("",))).build(ast.parse(text, mode="eval").body)


def _signed(sign: str, term: Term) -> Term:
    """Return a term with a sign: linters take `--x` for another language's."""
    if term.kind == "unary" and term.symbol == sign:
        return term.operands[0] if sign == "-" else term
    return Term("unary", sign, (term,))


def _number(value: float) -> Term:
    # An integer that is no float is the float that lrviz reads it as.
    text = spell_number(value if abs(value) < LIMIT else float(value))
    return leaf(text) if text[0].isdigit() else call("float", leaf('"inf"'))
