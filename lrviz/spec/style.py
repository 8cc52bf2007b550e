"""Styles: how a figure looks, as data; and the types of what a spec gives.

A built-in style is one TOML file in `styles`; a new file there is a new style. The types are strict
where YAML and JSON would let things slip.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from lrviz.curve import Quantity
from lrviz.spec.tree import is_number

MAX_TEXT = 200
PLAIN_STYLE = "light"  # of what has no spec of its own, and of several specs in one figure


def _number(value: object) -> object:
    """Refuse what is no number, before pydantic takes `"3"` for 3 and `true` for 1."""
    if not is_number(value):
        raise PydanticCustomError("number", "must be a number")
    return value


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


def _once(panels: tuple[Quantity, ...]) -> tuple[Quantity, ...]:
    for place, panel in enumerate(panels):
        if panel in panels[:place]:
            raise PydanticCustomError("twice", "has {panel} twice", {"panel": panel})
    return panels


Number = Annotated[float, BeforeValidator(_number), Field(allow_inf_nan=False)]
Positive = Annotated[Number, Field(gt=0)]
Dpi = Annotated[Number, Field(gt=0, ge=10, le=2400)]
FontSize = Annotated[Number, Field(ge=1, le=100)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Text = Annotated[str, Field(max_length=MAX_TEXT, strict=True), AfterValidator(_printable)]
Color = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$", strict=True)]
Dashes = Annotated[
    tuple[Annotated[Number, Field(gt=0, ge=0.1, le=100)], ...],
    Field(min_length=2, max_length=8),
    AfterValidator(_pairs),
]
Panels = Annotated[tuple[Quantity, ...], Field(min_length=1), AfterValidator(_once)]
# A name, or where in a pattern a line begins and how long its dashes and gaps are in turn.
LineStyle = Literal["-", "--", "-.", ":"] | tuple[Number, Dashes]


class Style(BaseModel):
    """Everything that a style decides; a figure's own options come on top.

    Attributes:
        size: width and height of the figure, in inches.
        dpi: pixels an inch.
        title: `own` draws a spec's title and nothing else; `schedule` draws it too and, where
            there is none, says scheduler and arguments.
        background: the colour around and behind the axes.
        foreground: the colour of text, ticks and spines.
        colors: the curves' colours, one after another, again from the start when used up.
        linestyles: the curves' line styles, changing with the colours; as matplotlib writes them,
            the lengths of dashes and gaps in multiples of the line's width.
        linewidth: of the curves, in points.
        marker_size: the diameter of a point's marker, in points.
        grid: whether grid lines are drawn at major ticks.
        grid_color: the colour of grid lines.
        spines: which sides of the axes are drawn.
        fonts: font families in order of preference.
        font_size: of labels, in points; ticks and title follow it.
        legend_frame: whether a legend has a box.
        margins: `default` are matplotlib's, which a title, a legend or another size widen; `fit`
            follow the text.
        numbers: how ticks are labelled; `default` as matplotlib does, a factor aside at the axis'
            end, `short` each with its own value.
        second_axis: whether an axis on top counts in the other unit, epochs over steps and steps
            over epochs, where there is room and it says something.
        phases: whether hairlines stand where a SequentialLR hands over, and names between them.
        held: how a curve is drawn from where it follows a metric that has run out, whose last value
            is held; `dashed` in another pattern than before, its markers hollow.
        panels: what is drawn, as far as a run has it, where a figure does not say.
        jumps: how a curve leads to a value far from one that was held; `sloped` straight from point
            to point, `post` level until the step that has it.
        ramp: the colours of many param groups that stand in an order, from the lowest to the
            highest, and all between; none where they have colours like others.
    """

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    size: tuple[Positive, Positive]
    dpi: Dpi
    title: Literal["own", "schedule"]
    background: Color
    foreground: Color
    colors: Annotated[tuple[Color, ...], Field(min_length=1, max_length=16)]
    linestyles: Annotated[tuple[LineStyle, ...], Field(min_length=1, max_length=16)]
    linewidth: Annotated[Number, Field(ge=0.1, le=20)]
    marker_size: Annotated[Number, Field(ge=0.1, le=50)]
    grid: Flag
    grid_color: Color
    spines: tuple[Literal["left", "bottom", "right", "top"], ...]
    fonts: Annotated[tuple[Text, ...], Field(min_length=1, max_length=8)]
    font_size: FontSize
    legend_frame: Flag
    margins: Literal["default", "fit"] = "fit"
    numbers: Literal["default", "short"] = "short"
    second_axis: Flag = False
    phases: Flag = False
    held: Literal["solid", "dashed"] = "solid"
    panels: Panels = ("lr",)
    jumps: Literal["sloped", "post"] = "sloped"
    ramp: Annotated[tuple[Color, ...], Field(max_length=16)] = ()


@cache
def styles() -> Mapping[str, Style]:
    """Return the built-in styles by name.

    >>> sorted(styles())
    ['article', 'dark', 'light']
    """
    found = sorted(Path(__file__).with_name("styles").glob("*.toml"))
    return {path.stem: Style(**tomllib.loads(path.read_text("utf-8"))) for path in found}
