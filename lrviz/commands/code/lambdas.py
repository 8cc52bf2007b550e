"""Expressions as Python that gives, to the last bit, what lrviz calculates with floats."""

import ast
from collections.abc import Mapping, Sequence

from lrviz.spec.expression import CONSTANTS, FUNCTIONS, plain
from lrviz.spec.model import Schedule
from lrviz.spell import spell_python
from lrviz.system.process import hide_warnings

_BUILT_IN = ("abs", "int", "min", "max", "round")
_IN_MATH = frozenset({*CONSTANTS, *FUNCTIONS}.difference(_BUILT_IN))
_ROUNDING = ("floor", "ceil", "int", "round")


def spell_expression(value: object, parameters: Sequence[str], schedule: Schedule) -> str:
    """Return an expression of a schedule, or a number, as Python."""
    if not isinstance(value, str):
        return spell_python(value)
    steps = "TOTAL_STEPS" if schedule.is_cut else "EPOCHS * STEPS_PER_EPOCH"
    calls = steps if schedule.interval == "step" else "EPOCHS"
    if schedule.total_calls != schedule.intervals:
        calls = f"(({calls}) // {schedule.frequency} * {schedule.calls})"
    names = {
        "batches_per_epoch": "BATCHES_PER_EPOCH",
        "epochs": "EPOCHS",
        "steps_per_epoch": "STEPS_PER_EPOCH",
        "total_steps": steps,
        "total_calls": calls,
    }
    return translate(value.removeprefix("="), parameters, names)


def translate(text: str, parameters: Sequence[str], names: Mapping[str, str]) -> str:
    """Return a checked expression as a script writes it, with `math` imported.

    Args:
        text: an expression that `parse_expression` has taken.
        parameters: what the script passes, which is an integer or a float; all of these names stand
            for the first of them.
        names: what the script has for other names, as Python: integers.

    >>> translate("0.5 ** step + sin(pi / epochs)", ("epoch", "step"), {"epochs": "EPOCHS"})
    '0.5 ** epoch + math.sin(math.pi / EPOCHS)'
    """
    with hide_warnings():  # Python's opinion on `1if x else 2` is for its own files
        tree = ast.parse(plain(text.strip()), mode="eval")
        known = {**dict.fromkeys(parameters, parameters[0]), **names}
        return ast.unparse(_Translator(known).visit(tree.body))


class _Translator(ast.NodeTransformer):
    """Writes every literal as a float, and keeps integers where they are floats as well.

    An integer of less than 2**53 is a float, too. One that a script counts is; two of them
    multiplied, or rounded from a large float, may not be: one of these is made a float.
    """

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        assert isinstance(node.value, int | float)
        return ast.Constant(float(node.value))

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self._known:
            return ast.parse(self._known[node.id], mode="eval").body
        return ast.parse(f"math.{node.id}" if node.id in _IN_MATH else node.id, mode="eval").body

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        may_grow = isinstance(node.op, ast.Mult | ast.Pow) or _has_call(node)
        if may_grow and _may_be_integer(node):
            node.left = ast.Call(ast.Name("float"), [node.left], [])
        return node


def _has_call(node: ast.expr) -> bool:
    """Whether a part of it may be rounded."""
    return any(isinstance(each, ast.Call) for each in ast.walk(node))


def _may_be_integer(node: ast.expr) -> bool:
    """Whether Python may hold an integer, and no float."""
    match node:
        case ast.Constant() | ast.Attribute():
            return False
        case ast.UnaryOp(_, operand):
            return _may_be_integer(operand)
        case ast.BinOp(left, operator, right):
            both = _may_be_integer(left) and _may_be_integer(right)
            return both and not isinstance(operator, ast.Div)
        case ast.Call(ast.Attribute(attr=name) | ast.Name(name), arguments):
            return name in _ROUNDING or (name in _BUILT_IN and any(map(_may_be_integer, arguments)))
    return True
