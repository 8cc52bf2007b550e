"""Formulas and expressions: arithmetic on floats, and nothing else of Python.

A text is parsed by Python's own parser, every node is checked against a list of what is allowed,
and only then compiled. Every constant and variable is a float and `**` is `math.pow`, so what
grows without bound overflows at once instead of hanging.
"""

import ast
import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from threading import Lock

from lrviz.spell import shorten, spell_number
from lrviz.system.process import hide_warnings

MAX_LENGTH = 500
MAX_DEPTH = 100

# Python 3.11 counts for all threads together how deep its parser is.
_PARSING = Lock()


class ExpressionError(ValueError):
    """A text that is no expression, or one that has no value.

    Attributes:
        reason: what is wrong, in lower case.
        text: the expression that has no value at some call; empty where there is no expression.
    """

    def __init__(self, reason: str, text: str = "") -> None:
        self.reason, self.text = reason, text
        super().__init__(reason)


def _floating(function: Callable[[float], int]) -> Callable[[float], float]:
    return lambda x: float(function(x))


CONSTANTS: Mapping[str, float] = {"pi": math.pi, "e": math.e}

_PLAIN = (math.sin, math.cos, math.tan, math.exp, math.log, math.log2, math.log10, math.sqrt)

FUNCTIONS: Mapping[str, Callable[..., float]] = {
    **{each.__name__: each for each in _PLAIN},
    **{each.__name__: _floating(each) for each in (math.floor, math.ceil, round)},
    **{"abs": abs, "int": _floating(int), "min": min, "max": max},
}

# How many arguments those take that take more than one.
_TAKEN = dict.fromkeys(("min", "max"), (2, MAX_LENGTH, "two arguments or more"))
_TAKEN |= {"log": (1, 2, "one argument, or a base with it")}

# What NumPy and math call some of them.
_SAME = {"minimum": "min", "maximum": "max", "absolute": "abs", "fabs": "abs", "trunc": "int"}

_IN_MODULE = re.compile(r"(?<![\w.])(?:math|np|numpy)\.(\w+)")

_OPERATORS = (
    *(ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.UAdd, ast.USub),
    *(ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq, ast.Load),
)

# What compiled code can name beside its variables; a leading underscore cannot be written.
_NAMESPACE = {"__builtins__": {}, "_pow": math.pow, "_float": float, **FUNCTIONS, **CONSTANTS}


class _Checked(ast.NodeTransformer):
    """Returns a checked tree in which everything is a float."""

    def __init__(self, parameters: frozenset[str], constants: frozenset[str]) -> None:
        self.parameters = parameters
        self.known = constants | CONSTANTS.keys()

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, _OPERATORS):
            return node
        if isinstance(node, ast.Expression | ast.BinOp | ast.UnaryOp | ast.Compare | ast.IfExp):
            return super().generic_visit(node)
        raise ExpressionError(f"only arithmetic is allowed, not {_describe(node)}")

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            raise ExpressionError(f"only numbers are allowed, not {_describe(node)}")
        try:
            value = float(node.value)
        except OverflowError:
            raise ExpressionError("a number is too large") from None
        return ast.copy_location(ast.Constant(value), node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id in self.parameters:
            return ast.Name("_x", ast.Load())
        if node.id not in self.known:
            known = ", ".join(sorted(self.parameters | self.known))
            raise ExpressionError(f"unknown name '{node.id}' (known: {known})")
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
            known = ", ".join(FUNCTIONS)
            raise ExpressionError(f"unknown function '{_describe(node.func)}' (known: {known})")
        least, most, wanted = _TAKEN.get(node.func.id, (1, 1, "one argument"))
        if least > 1 == len(node.args) and isinstance(node.args[0], ast.List | ast.Tuple):
            node.args = node.args[0].elts
        if node.keywords or not least <= len(node.args) <= most:
            raise ExpressionError(f"{node.func.id} takes {wanted}")
        node.args = [self.visit(argument) for argument in node.args]
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        return _call("_pow", node.left, node.right) if isinstance(node.op, ast.Pow) else node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        return _call("_float", node)


def _refuse_depth(tree: ast.AST) -> None:
    """Refuse a tree that is too deep for a recursive visit, however deep the caller stands."""
    level: list[ast.AST] = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    if level:
        raise ExpressionError("nested too deeply")


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def _describe(node: ast.AST) -> str:
    text = ast.unparse(node) or type(node).__name__.lower()
    return shorten(text, 30)


@dataclass(frozen=True)
class Expression:
    """A checked expression.

    Attributes:
        text: as written.
        tree: its body, in which every parameter has the name `_x`.
    """

    text: str
    tree: ast.expr = field(repr=False, compare=False)

    def bind(self, constants: Mapping[str, float]) -> Callable[[float], float]:
        """Return the function of its parameter, which raises ExpressionError where it has no value.

        >>> decay = parse_expression("a * 0.5 ** step", {"step"}, {"a"}).bind({"a": 8.0})
        >>> decay(2)
        2.0
        """
        arguments = ast.arguments([], [ast.arg("_x")], None, [], [], None, [])
        tree = ast.fix_missing_locations(ast.Expression(ast.Lambda(arguments, self.tree)))
        code = compile(tree, "<expression>", "eval")
        function = eval(code, {**_NAMESPACE, **constants})  # every node has been checked

        def value(x: float) -> float:
            try:
                return float(function(float(x)))
            except OverflowError:
                what = "too large a number"
            except ZeroDivisionError:
                what = "division by zero"
            except ValueError:  # each Python has words of its own
                what = "math domain error"
            raise ExpressionError(f"{what} in '{self.text}' at {spell_number(x)}", self.text)

        return value


def plain(text: str) -> str:
    """Return an expression without the modules that Python has its functions and constants in.

    >>> plain("np.minimum(1, math.exp(-epoch / 8)) + np.tanh(1)")
    'min(1, exp(-epoch / 8)) + np.tanh(1)'
    """

    def drop(found: re.Match[str]) -> str:
        name = _SAME.get(found[1], found[1])
        return name if name in FUNCTIONS or name in CONSTANTS else found[0]

    return _IN_MODULE.sub(drop, text)


def parse_expression(
    text: str, parameters: Collection[str], constants: Collection[str]
) -> Expression:
    """Return a checked expression.

    Args:
        text: at most 500 characters.
        parameters: names that all stand for what the bound function is called with.
        constants: names that `Expression.bind` gives values to.

    Raises:
        ExpressionError: it is no expression, or names what is not allowed.

    >>> parse_expression("x.__class__", {"x"}, ())
    Traceback (most recent call last):
        ...
    lrviz.spec.expression.ExpressionError: only arithmetic is allowed, not x.__class__
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"longer than {MAX_LENGTH} characters")
    try:
        # Python's opinion on `1if x else 2` is for its own files.
        with _PARSING, hide_warnings():
            tree = ast.parse(plain(text.strip()), mode="eval")
        _refuse_depth(tree.body)
        body = _Checked(frozenset(parameters), frozenset(constants)).visit(tree.body)
        expression = Expression(text, body)
        expression.bind(dict.fromkeys(constants, 1.0))
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ExpressionError(_say_syntax(text, error)) from None
    except ExpressionError:
        raise
    except ValueError:
        raise ExpressionError("not an expression") from None
    return expression


def evaluate(text: str, constants: Mapping[str, float]) -> float:
    """Return the value of a formula over the given names.

    >>> evaluate("total_calls - 4", {"total_calls": 32.0})
    28.0

    Raises:
        ExpressionError: it is no expression, or has no finite value.
    """
    value = parse_expression(text, (), constants.keys()).bind(constants)(0.0)
    if not math.isfinite(value):
        raise ExpressionError(f"'{text}' is {value}")
    return value


def _say_syntax(text: str, error: BaseException) -> str:
    if text.count("(") != text.count(")"):
        return f"unbalanced parentheses in '{shorten(text)}'; quote the formula"
    if isinstance(error, SyntaxError) and "nested" not in str(error):
        return f"not an expression: '{shorten(text)}'"
    return "nested too deeply"
