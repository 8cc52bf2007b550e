"""Expressions as a Python script spells them."""

import ast
import re
from collections.abc import Mapping, Sequence

from lrviz.expression.checked import CONSTANTS, FUNCTIONS

_BUILT_IN = frozenset({"abs", "min", "max", "round"})


class _Spelled(ast.NodeTransformer):
    """Renames what an expression names to what a script has for it."""

    def __init__(self, parameters: Sequence[str], names: Mapping[str, str]) -> None:
        self.names = {
            **{name: f"math.{name}" for name in (*CONSTANTS, *FUNCTIONS) if name not in _BUILT_IN},
            **names,
            **dict.fromkeys(parameters, parameters[0]),
        }

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.parse(self.names.get(node.id, node.id), mode="eval").body


def spell_python(text: str, parameters: Sequence[str], names: Mapping[str, str]) -> str:
    """Return a checked expression as a Python script spells it, with `math` imported.

    Args:
        text: an expression that `parse_expression` has taken.
        parameters: names that all stand for the first of them.
        names: what the script has for other names.

    >>> spell_python("0.5 ** step + sin(pi / epochs)", ("epoch", "step"), {"epochs": "EPOCHS"})
    '0.5**epoch + math.sin(math.pi / EPOCHS)'
    """
    tree = ast.parse(text.strip(), mode="eval")
    spelled = ast.unparse(_Spelled(parameters, names).visit(tree))
    # As formatters have it: no spaces around a power of simple operands.
    return re.sub(r"([\w.]+) \*\* (-?[\w.]+)(?![\w.(])", r"\1**\2", spelled)
