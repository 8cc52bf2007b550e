"""Types of the values that a spec gives, strict where YAML and JSON would let things slip."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

MAX_TEXT = 200


def _number(value: object) -> object:
    """Refuse what is no number, before pydantic takes `"3"` for 3 and `true` for 1."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("number", "must be a number")
    return value


def _whole(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise PydanticCustomError("whole", "must be a whole number")
    return int(value)


def _flag(value: object) -> object:
    if not isinstance(value, bool):
        raise PydanticCustomError("flag", "must be true or false")
    return value


def _printable(text: str) -> str:
    if re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", text):
        raise PydanticCustomError("printable", "must not contain control characters")
    return text


def _pairs(lengths: tuple[float, ...]) -> tuple[float, ...]:
    if len(lengths) % 2:
        raise PydanticCustomError("pairs", "must have a gap after every dash")
    return lengths


Whole = Annotated[int, BeforeValidator(_whole)]
Number = Annotated[float, BeforeValidator(_number), Field(allow_inf_nan=False)]
Positive = Annotated[Number, Field(gt=0)]
Dpi = Annotated[Number, Field(gt=0, ge=10, le=2400)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Text = Annotated[
    str, StringConstraints(max_length=MAX_TEXT, strict=True), AfterValidator(_printable)
]
Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$", strict=True)]
Dashes = Annotated[
    tuple[Annotated[Number, Field(gt=0, ge=0.1, le=100)], ...],
    Field(min_length=2, max_length=8),
    AfterValidator(_pairs),
]
LineStyle = Literal["-", "--", "-.", ":"] | tuple[Number, Dashes]
"""A name, or where in a pattern a line begins and how long its dashes and gaps are in turn."""
