"""Texts as JSON Schema: formulas, expressions, and what is drawn or printed."""

from collections.abc import Collection

from lrviz.commands.schema.parts import Schema
from lrviz.spec.expression import CONSTANTS, FUNCTIONS, MAX_LENGTH
from lrviz.spec.nodes import EXPRESSIONS, TOTALS

_LINE = r"^[^\x00-\x1f\x7f-\x9f]*$"
_LINES = r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$"


def text_definitions() -> dict[str, Schema]:
    """Return the formulas, those of the run alone as well, and an expression a parameter."""
    parameters = {*EXPRESSIONS.values(), ("step",), ("x",)}
    formulas = {"formula": _formula((*TOTALS, "lr")), "formula_of_run": _formula(TOTALS)}
    return formulas | {
        f"expression_in_{names[0]}": _expression(names) for names in sorted(parameters)
    }


def printable(most: int, *, lines: bool = False) -> Schema:
    """Return the schema of a text without control characters.

    Args:
        most: how many characters it may have.
        lines: whether it may have more than one line.
    """
    return {
        "type": "string",
        "maxLength": most,
        "pattern": _LINES if lines else _LINE,
        "patternErrorMessage": "must not contain control characters",
    }


def _formula(names: Collection[str]) -> Schema:
    return {
        "title": "formula",
        "type": "string",
        "maxLength": MAX_LENGTH + 1,
        "pattern": rf"{_names_only(names)}=\s*\S",
        "patternErrorMessage": f"must be a number, or a formula in {_spell(names)}: =epochs * 2",
    }


def _expression(parameters: Collection[str]) -> Schema:
    names = (*parameters, *TOTALS)
    return {
        "type": ["string", "number"],
        "maxLength": MAX_LENGTH + 1,
        "pattern": rf"{_names_only(names)}=?\s*[^\s=]",
        "patternErrorMessage": f"must be an expression in {_spell(names)}",
    }


def _names_only(names: Collection[str]) -> str:
    """Return the pattern of a text in which every word is a name, a function or a constant.

    It sees a word after a space or an operator and before any comment, and passes all the rest.
    """
    known = "|".join(sorted({*names, *FUNCTIONS, *CONSTANTS, "if", "else"}))
    return rf"^(?!(?:[^#]*[\s()+*/%<>=!,-])?(?!(?:{known})\b)[A-Za-z_])"


def _spell(names: Collection[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}"
