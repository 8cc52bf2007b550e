"""What a comparison of a figure with its spec found: values, no effects."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, get_args

from lrviz.errors import Position, Problem
from lrviz.figure.numbers import NumbersDifference

Outcome = Literal[
    "match", "differs", "missing", "orphan", "unreadable", "inconclusive", "wrong", "failed"
]
"""`wrong`: the spec cannot be driven; `failed`: the machine could not read, draw or write."""

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

Action = Literal["updated", "added"]

PAGE = "index.html"
"""What a report is called in its folder."""

EXIT_STATUS: Mapping[Outcome, int] = MappingProxyType(
    dict.fromkeys(OUTCOMES, 1) | {"match": 0, "wrong": 2, "failed": 3}
)
"""What each outcome makes of the command's exit status, unless the figure has been mended."""


@dataclass(frozen=True)
class PixelsDifference:
    """How two pictures differ.

    Attributes:
        moved: how many pixels differ.
        total: how many there are in the larger.
        largest: the largest difference of one channel, of 255.
        old_size: the baseline's width and height.
        new_size: the result's.
    """

    moved: int
    total: int
    largest: int
    old_size: tuple[int, int]
    new_size: tuple[int, int]

    def __str__(self) -> str:
        if self.old_size != self.new_size:
            (width, height), (new_width, new_height) = self.old_size, self.new_size
            return f"the picture was {width} x {height} pixels, is {new_width} x {new_height}"
        return f"{self.moved:,} of {self.total:,} pixels differ, by up to {self.largest} of 255"


@dataclass(frozen=True)
class Verdict:
    """What became of one spec or baseline.

    Attributes:
        outcome: one of the design's words.
        source: the spec's file; empty for an orphan.
        baseline: the figure's file; where it was looked for, if it is missing.
        reason: one line for people, without the file's name.
        numbers: which numbers moved; None where none did or none were compared.
        keys: key paths of the spec that are not what the baseline was drawn from.
        pixels: how the pictures differ; None where they do not or were not compared.
        pixels_compared: whether the pictures could be compared at all.
        versions: what the baseline and this installation differ in: name to (then, now).
        problems: what is wrong with the spec, or why it cannot be read.
        exit_status: what the command's exit status must be at least.
        position: the place in `source` that this is about: of the first key that differs, else of
            the scheduler; None where there is none.
        action: what was done about it; None for nothing.
        block: steps a block of the numbers that were compared; 1 where every value was, 0 where
            none is stored.
    """

    outcome: Outcome
    source: str
    baseline: str
    reason: str
    numbers: NumbersDifference | None = None
    keys: tuple[str, ...] = ()
    pixels: PixelsDifference | None = None
    pixels_compared: bool = False
    versions: dict[str, tuple[str, str]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    exit_status: int = 0
    position: Position | None = None
    action: Action | None = None
    block: int = 0


@dataclass(frozen=True)
class Evidence:
    """What a report shows of one verdict beside its words.

    Attributes:
        verdict: the verdict.
        baseline: the stored picture as PNG bytes; None where there is none.
        result: the picture drawn now; None where none could be drawn.
        difference: the pixels that differ, marked; None where the two cannot be laid over.
        overlay: both curves in one picture; None where no numbers are stored.
        steps: rows of (step, quantity, curve, group, old, new), the first ones that moved.
    """

    verdict: Verdict
    baseline: bytes | None = None
    result: bytes | None = None
    difference: bytes | None = None
    overlay: bytes | None = None
    steps: tuple[tuple[int, str, str, str, float, float], ...] = ()
