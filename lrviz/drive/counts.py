"""How many calls, and how many cycles: what other libraries take as it comes, and people get wrong.

transformers and timm build a schedule of any numbers. None of their schedules takes a length as a
share of the run, as trainers do: one of 0.03 calls is over before the first, in silence.
"""

from collections.abc import Mapping

from lrviz.drive.signatures import Kind
from lrviz.drive.values import WrongError
from lrviz.spec.expression import ExpressionError, evaluate
from lrviz.spec.tree import Tree
from lrviz.spec.wording import spell


def refuse_count(value: object, written: Tree, kind: Kind) -> None:
    """Raise a WrongError where an argument that counts something counts none.

    Args:
        value: as the library would be given it, one or several.
        written: the same as a spec has it.
        kind: of the argument.
    """
    if not isinstance(value, list) or not isinstance(written, list):
        _refuse_one(value, written, kind)
        return
    for index, (each, text) in enumerate(zip(value, written, strict=True)):
        try:
            _refuse_one(each, text, kind)
        except WrongError as error:
            raise WrongError(error.text, index) from None


def _refuse_one(value: object, written: Tree, kind: Kind) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongError(f"must be a number, got {spell(written)}")
    if kind.role == "cycles":
        if not value > 0:
            least = "at least 1" if kind.base == "whole" else "more than 0"
            raise WrongError(f"must be {least}, {_got(value, written)}")
    elif not value >= 0:
        raise WrongError(f"must be at least 0, {_got(value, written)}")
    elif 0 < value < 1:
        raise WrongError(f"must be at least 1, {_got(value, written)}")


def _got(value: float, written: Tree) -> str:
    if isinstance(written, str):
        return f"'{written}' is {value:g}"
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
    if isinstance(written, str) and written.startswith("="):
        if any(name in written for name in names):
            return f"; write =ceil({written[1:].strip()})" if _is_above_0(written, names) else ""
        written = _evaluate(written, names)
    if isinstance(written, bool) or not isinstance(written, int | float) or not 0 < written < 1:
        return ""
    share = f"{spell(written)} * {run}"
    return f"; for {100 * written:g} % of the run write =ceil({share})"


def _is_above_0(written: str, names: Mapping[str, float]) -> bool:
    value = _evaluate(written, names)
    return value is not None and value > 0


def _evaluate(written: str, names: Mapping[str, float]) -> float | None:
    try:
        return evaluate(written[1:], names)
    except ExpressionError:
        return None
