"""The spec: one YAML document, parsed and checked as far as is possible without torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from lrviz.curve import Quantity
from lrviz.errors import KeyPath, Position, Problem
from lrviz.spec.style import Style, styles
from lrviz.spec.values import Flag, Number, Positive, Text

Tree = None | bool | int | float | str | list["Tree"] | dict[str, "Tree"]
"""Plain data, as YAML and JSON give it."""

MAX_PIXELS = 16_000_000
MAX_SIDE = 16_383


def _resolve_style(value: object) -> object:
    if isinstance(value, str):
        if value not in styles():
            raise PydanticCustomError(
                "style", "no style '{name}'", {"name": value, "names": list(styles())}
            )
        return styles()[value]
    return value


def _auto_or_flag(value: object) -> object:
    if value != "auto" and not isinstance(value, bool):
        raise PydanticCustomError("markers", "must be auto, true or false")
    return value


Limits = tuple[Number, Number]


class FigureOptions(BaseModel):
    """How a run is drawn: a style, and what overrides it.

    Attributes:
        style: a built-in style's name, or a style's values.
        size: width and height, in inches.
        dpi: pixels an inch.
        x: what the x axis counts.
        yscale: of every panel.
        xlim: the x axis' limits, in the unit that `x` names.
        ylim: the first panel's limits.
        xlabel: the x axis' label.
        ylabel: the first panel's label.
        panels: the quantities, one panel each, over one x axis.
        markers: a marker at every step; `auto`: while they can be told apart.
        legend: None: where there is more than one curve.
        grid: None: as the style has it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    style: Annotated[Style, BeforeValidator(_resolve_style)] = "article"  # type: ignore[assignment]
    size: tuple[Positive, Positive] | None = None
    dpi: Positive | None = None
    x: Literal["step", "epoch"] = "step"
    yscale: Literal["linear", "log"] = "linear"
    xlim: Limits | None = None
    ylim: Limits | None = None
    xlabel: Text | None = None
    ylabel: Text | None = None
    panels: Annotated[tuple[Quantity, ...], Field(min_length=1)] = ("lr",)
    markers: Annotated[Literal["auto"] | bool, BeforeValidator(_auto_or_flag)] = "auto"
    legend: Flag | None = None
    grid: Flag | None = None

    @property
    def inches(self) -> tuple[float, float]:
        """Width and height of the figure, in inches."""
        return self.size or self.style.size

    @property
    def pixels_an_inch(self) -> float:
        """The figure's resolution."""
        return self.dpi or self.style.dpi

    @model_validator(mode="after")
    def _within_limits(self) -> "FigureOptions":
        sides = [inch * self.pixels_an_inch for inch in self.inches]
        if max(sides) > MAX_SIDE or sides[0] * sides[1] > MAX_PIXELS:
            raise PydanticCustomError(
                "pixels",
                "{width} x {height} pixels are more than {side} a side or {all} in all",
                {
                    "width": f"{sides[0]:.0f}",
                    "height": f"{sides[1]:.0f}",
                    "side": f"{MAX_SIDE:,}",
                    "all": f"{MAX_PIXELS:,}",
                },
            )
        if min(sides) < 1:
            raise PydanticCustomError("pixels", "less than a pixel")
        return self


class LintOptions(BaseModel):
    """What the linter is told about this spec.

    Attributes:
        ignore: codes of rules that shall not speak.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ignore: tuple[Annotated[str, Field(strict=True, pattern=r"^LR\d{3}$")], ...] = ()


@dataclass(frozen=True)
class Node:
    """A scheduler or optimizer as a spec names it: `Name: {arguments}`.

    Attributes:
        name: a name of the catalog.
        key: its key path, the name included where it has arguments.
        arguments: as written; formulas and expressions as text.
        children: the parsed items of the argument `schedulers`.
        groups: the items of the argument `param_groups`.
    """

    name: str
    key: KeyPath
    arguments: Mapping[str, Tree]
    children: tuple["Node", ...] = ()
    groups: tuple[Mapping[str, Tree], ...] = ()


@dataclass(frozen=True)
class MetricExpression:
    """A metric as an expression in `step`, the call's index."""

    expression: str


@dataclass(frozen=True)
class MetricCsv:
    """A metric in a column of a csv file, not yet read."""

    csv: str
    column: str


Metric = tuple[float, ...] | MetricExpression | MetricCsv


@dataclass(frozen=True)
class Source:
    """Where a spec came from, so that what is wrong can be shown in its place.

    Attributes:
        name: the file as the user named it.
        positions: the place of every key and list item.
        overrides: key paths that `--set` gave, and the text of each.
        folder: the folder that a csv is looked for in; None where the spec has none of its own.
    """

    name: str = "<spec>"
    positions: Mapping[KeyPath, Position] = field(default_factory=dict)
    overrides: Mapping[KeyPath, str] = field(default_factory=dict)
    folder: Path | None = None

    def problem(self, key: KeyPath, text: str) -> Problem:
        """Return the problem at a key, or at its nearest parent where the key is missing."""
        for end in range(len(key), -1, -1):
            if key[:end] in self.overrides:
                return Problem(f"--set {self.overrides[key[:end]]}", key, text)
            if key[:end] in self.positions:
                return Problem(self.name, key, text, self.positions[key[:end]])
        return Problem(self.name, key, text)


@dataclass(frozen=True, eq=False)
class Spec:
    """One schedule, how long it runs and how it is drawn.

    Attributes:
        tree: the plain data it was parsed from, `--set` included.
        source: where it came from; no part of its value.
        title: drawn above the figure; None for none.
        epochs: length of the run.
        steps_per_epoch: optimizer steps in an epoch.
        interval: when `scheduler.step()` is called, after every step or after every epoch.
        optimizer: the optimizer whose param groups are scheduled.
        scheduler: what schedules them.
        metric: what ReduceLROnPlateau is given; None for none.
        figure: how it is drawn.
        lint: what the linter is told.
    """

    tree: Mapping[str, Tree]
    source: Source
    title: str | None
    epochs: int
    steps_per_epoch: int
    interval: Literal["step", "epoch"]
    optimizer: Node
    scheduler: Node
    metric: Metric | None
    figure: FigureOptions
    lint: LintOptions

    @property
    def total_steps(self) -> int:
        """The number of optimizer steps of the run."""
        return self.epochs * self.steps_per_epoch

    @property
    def total_calls(self) -> int:
        """The number of calls of `scheduler.step()` of the run."""
        return self.total_steps if self.interval == "step" else self.epochs

    @property
    def totals(self) -> Mapping[str, float]:
        """The run totals that formulas and expressions may name."""
        return MappingProxyType(
            {
                "epochs": float(self.epochs),
                "steps_per_epoch": float(self.steps_per_epoch),
                "total_steps": float(self.total_steps),
                "total_calls": float(self.total_calls),
            }
        )

    @cached_property
    def canonical(self) -> dict[str, Tree]:
        """The spec as plain data that stands for itself.

        Only the keys that were given, formulas as written, a style as its resolved values. A csv
        metric has been replaced by its values when the file was read.
        """
        tree = dict(self.tree)
        figure = tree.get("figure")
        if isinstance(figure, dict) and isinstance(figure.get("style"), str):
            tree["figure"] = figure | {"style": self.figure.style.model_dump(mode="json")}
        return tree

    def __eq__(self, other: object) -> bool:
        """Whether both say the same, wherever they stand."""
        return isinstance(other, Spec) and _frozen(self.canonical) == _frozen(other.canonical)

    def __hash__(self) -> int:
        return hash(_frozen(self.canonical))


def _frozen(tree: Tree) -> object:
    """Return a hashable value that is equal where two trees are: 1 is 1.0, NaN is NaN."""
    match tree:
        case dict():
            return frozenset((key, _frozen(value)) for key, value in tree.items())
        case list():
            return tuple(map(_frozen, tree))
        case bool():
            return ("flag", tree)
        case float() if tree != tree:
            return ("nan",)
    return tree
