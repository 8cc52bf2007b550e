"""Styles: how a figure looks, as data.

A built-in style is one TOML file in `lrviz/styles`; a new file there is a new style.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from lrviz.spec.values import Color, Flag, LineStyle, Number, Positive, Text


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
        linestyles: the curves' line styles, changing with the colours.
        linewidth: in points.
        marker_size: the diameter of a point's marker, in points.
        grid: whether grid lines are drawn at major ticks.
        grid_color: their colour.
        spines: which sides of the axes are drawn.
        fonts: font families in order of preference.
        font_size: of labels, in points; ticks and title follow it.
        legend_frame: whether a legend has a box.
        margins: `default` are matplotlib's, which a title, a legend or another size widen; `fit`
            follow the text.
        numbers: how ticks are labelled; `default` as matplotlib does, a factor aside at the axis'
            end, `short` each with its own value.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: tuple[Positive, Positive]
    dpi: Positive
    title: Literal["own", "schedule"]
    background: Color
    foreground: Color
    colors: Annotated[tuple[Color, ...], Field(min_length=1, max_length=16)]
    linestyles: Annotated[tuple[LineStyle, ...], Field(min_length=1, max_length=16)]
    linewidth: Annotated[Number, Field(gt=0, le=20)]
    marker_size: Annotated[Number, Field(gt=0, le=50)]
    grid: Flag
    grid_color: Color
    spines: tuple[Literal["left", "bottom", "right", "top"], ...]
    fonts: Annotated[tuple[Text, ...], Field(min_length=1, max_length=8)]
    font_size: Annotated[Number, Field(gt=0, le=100)]
    legend_frame: Flag
    margins: Literal["default", "fit"] = "fit"
    numbers: Literal["default", "short"] = "short"


@cache
def styles() -> Mapping[str, Style]:
    """Return the built-in styles by name.

    >>> sorted(styles())
    ['article', 'dark', 'light']
    """
    folder = files("lrviz") / "styles"
    return {
        entry.name.removesuffix(".toml"): Style(**tomllib.loads(entry.read_text("utf-8")))
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    }
