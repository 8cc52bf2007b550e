"""How a spec asks to be drawn, and what it tells the linter."""

from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from lrviz.spec.style import Dpi, Flag, FontSize, Number, Panels, Positive, Style, Text, styles
from lrviz.spec.wording import spell

MAX_PIXELS = 16_000_000
MAX_SIDE = 16_383
PIXELS = 50  # nobody's figure is so many inches wide and high: who writes it means pixels


def _resolve_style(value: object) -> object:
    if isinstance(value, Style | dict):
        return value
    if not isinstance(value, str) or value not in styles():
        names = {"name": str(value), "shown": spell(value)}
        raise PydanticCustomError("style", "no style {shown}", names)
    return styles()[value]


def _auto_or_flag(value: object) -> object:
    if value != "auto" and not isinstance(value, bool):
        raise PydanticCustomError("markers", "must be auto, true or false")
    return value


Limits = tuple[Number, Number]
Sides = Annotated[tuple[Text, ...], Field(min_length=1, max_length=2)]
Each = Annotated[tuple[Text, ...], Field(min_length=1, max_length=4)]  # of quantities

# The colours where a page shows through: such a grey is legible on white and on black.
TRANSPARENT = {"background": "none", "foreground": "#767676", "grid_color": "#76767640"}


class FigureOptions(BaseModel):
    """How a run is drawn: a style, and what overrides it.

    Attributes:
        style: a built-in style's name, or a style's values; `article` unless given.
        size: width and height of the figure, in inches; the style's unless given.
        dpi: pixels an inch; the style's unless given.
        x: what the x axis counts; steps unless given.
        yscale: of the y axis of every panel; linear unless given.
        xlim: where the x axis begins and ends, in the unit that `x` names; the run unless given.
        ylim: where the y axis of the first panel begins and ends; as its values ask unless given.
        xlabel: what the x axis is called; or a list, of that and what the one on top is called.
        ylabel: what the y axis of the first panel is called; or a list, a name a panel.
        panels: the quantities that are drawn, a panel each, over one x axis; `lr` unless given, and
            in `light` and `dark` the `metric`, too, that a plateau scheduler is given.
        markers: whether a marker stands at every step; `auto`, which is the default: while they can
            be told apart.
        legend: whether there is a legend; where there is more than one curve unless given.
        grid: whether there are grid lines; as the style has it unless given.
        transparent: whether there is nothing behind the curves, so that a page shows through: text
            is legible on white and on black then, curves are where a page is like the style's own.
        font_size: of labels, in points, which ticks and title follow; the style's unless given, and
            smaller then in a small figure.
        svg_text: what text in an SVG is: `paths`, the default, which look the same everywhere, or
            `text`, which can be selected and searched, in the reader's font.
    """

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", validate_default=True)

    style: Annotated[Style, BeforeValidator(_resolve_style)] = "article"  # type: ignore[assignment]
    size: tuple[Positive, Positive] | None = None
    dpi: Dpi | None = None
    x: Literal["step", "epoch"] = "step"
    yscale: Literal["linear", "log"] = "linear"
    xlim: Limits | None = None
    ylim: Limits | None = None
    xlabel: Text | Sides | None = None
    ylabel: Text | Each | None = None
    panels: Panels = ("lr",)
    markers: Annotated[Literal["auto"] | bool, BeforeValidator(_auto_or_flag)] = "auto"
    legend: Flag | None = None
    grid: Flag | None = None
    transparent: Flag = False
    font_size: FontSize | None = None
    svg_text: Literal["paths", "text"] = "paths"

    @cached_property
    def inches(self) -> tuple[float, float]:
        """Width and height of the figure, in inches."""
        return self.size or self.style.size

    @cached_property
    def look(self) -> Style:
        """The style, in the colours of a figure that a page shows through where it is one."""
        return self.style.model_copy(update=TRANSPARENT) if self.transparent else self.style

    @cached_property
    def pixels_an_inch(self) -> float:
        """The figure's resolution."""
        return self.dpi or self.style.dpi

    @model_validator(mode="after")
    def _within_limits(self) -> "FigureOptions":
        dpi, (wide, high) = self.pixels_an_inch, self.inches
        # 163.83 inches of 100 pixels are 16383.000000000002.
        sides = [round(inch * dpi, 6) for inch in self.inches]
        is_over = max(sides) > MAX_SIDE or sides[0] * sides[1] > MAX_PIXELS
        if min(sides) >= 1 and not is_over:
            return self
        what, more = "less than a pixel", ""
        if is_over:
            what = f"{sides[0]:.0f} x {sides[1]:.0f} pixels"
            more = f", more than {MAX_SIDE:,} a side or {MAX_PIXELS:,} in all"
        if is_over and min(self.inches) >= PIXELS:
            meant = f"[{wide / dpi:g}, {high / dpi:g}]"
            more += f"; for {wide:g} x {high:g} pixels write {meant}"
        text = f"[{wide:g}, {high:g}] inches are {what} at dpi {dpi:g}{more}"
        key = "size" if self.size else "dpi"
        raise PydanticCustomError("pixels", "{text}", {"text": text, "key": key})


class LintOptions(BaseModel):
    """What `lrviz lint` is told about this spec.

    Attributes:
        ignore: codes of rules that shall not speak, as LR012.
    """

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    ignore: tuple[Annotated[str, Field(strict=True, pattern=r"^LR\d{3}$")], ...] = ()
