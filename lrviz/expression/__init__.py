"""Formulas and expressions: arithmetic on floats, and nothing else of Python.

A text is parsed by Python's own parser, every node is checked against a list of what is allowed,
and only then compiled. Every constant and variable is a float and `**` is `math.pow`, so what
grows without bound overflows at once instead of hanging.
"""

from lrviz.expression.checked import ExpressionError as ExpressionError
from lrviz.expression.checked import evaluate as evaluate
from lrviz.expression.checked import parse_expression as parse_expression
