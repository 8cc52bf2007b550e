"""What moved from one figure's numbers to another's, as values and in words."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from lrviz.curve import Quantity
from lrviz.spell import spell_number, spell_yaml

# Of the peak: what is less is as good as nothing.
NEGLIGIBLE = 1e-4

# What rounding may change.
RELATIVE = 1e-9
ABSOLUTE = 1e-12

_DIGITS = 4
_MOST_DIGITS = 17  # of a float, as many as it has


class Move(NamedTuple):
    """One series that has moved, and where it first did.

    Attributes:
        start: the first step that differs, or the first step of the first block that does.
        stop: one beyond the last step of that place.
        statistic: which of a block's numbers differs; empty where every step is stored.
        old: its value in the old figure.
        new: its value in the new one.
        moved: how many steps, or blocks, differ.
        total: how many there are.
        quantity: what moved.
        curve: the curve's label.
        group: the param group's name; empty for a metric.
        block: steps a block; 1 where every step is stored.
        peak: the largest magnitude of the series in either figure.
    """

    start: int
    stop: int
    statistic: str
    old: float
    new: float
    moved: int
    total: int
    quantity: Quantity
    curve: str = ""
    group: str = ""
    block: int = 1
    peak: float = 0.0

    def __str__(self) -> str:
        return f"{self.name} {self.place}: {self.change} {self.extent}"

    @property
    def name(self) -> str:
        """What moved, with the names of its curve and param group."""
        names = ", ".join(_plain(name) for name in (self.curve, self.group) if name)
        return f"{self.quantity}{f' ({names})' if names else ''}"

    @property
    def place(self) -> str:
        """Where it did, in words."""
        blocks = f"in steps {self.start} to {self.stop - 1}"
        return blocks if self.statistic else f"at step {self.start}"

    @property
    def extent(self) -> str:
        """How much of the series did, in words."""
        unit = f"blocks of {self.block:,}" if self.statistic else "steps"
        return f"({self.moved} of {self.total} {unit} differ)"

    @property
    def share(self) -> float:
        """By how much of the peak the value moved; infinite to what is no number, or from it.

        Of the peak, and not of the old value: next to the end of a decay a value moves to many
        times of what it was, and trains nothing; and so an LR and a momentum can be compared.
        """
        if not math.isfinite(self.old) or not math.isfinite(self.new):
            return math.inf
        return abs(self.new / self.peak - self.old / self.peak) if self.peak else 0.0

    @property
    def change(self) -> str:
        """Both values, and the change in percent.

        >>> Move(0, 1, "", 1.42e-5, 2.42e-5, 1, 1, "lr", peak=1e-3).change
        '1.42e-5 -> 2.42e-5, +70.4 %'
        >>> Move(0, 1, "", 0.0, 1e-5, 1, 1, "lr", peak=1e-3).change
        '0 -> 1e-5'
        """
        what = " ".join(filter(None, (self.statistic, " -> ".join(self.values))))
        return ", ".join(filter(None, (what, self.percent)))

    @property
    def values(self) -> tuple[str, str]:
        """The old and the new value in four digits, or in as many as tell them apart.

        >>> Move(0, 1, "", 1.23836e-5, 1.23846e-5, 1, 1, "lr", peak=1e-3).values
        ('1.2384e-5', '1.2385e-5')
        """
        for digits in range(_DIGITS, _MOST_DIGITS) if math.isfinite(self.share) else ():
            old, new = spell_number(self.old, digits), spell_number(self.new, digits)
            if old != new:
                return old, new
        return spell_yaml(self.old), spell_yaml(self.new)

    @property
    def percent(self) -> str:
        """The change in percent of the old value.

        Empty where that is next to nothing, less than 1e-4 of the peak, where a log axis ends.
        """
        if not math.isfinite(self.share) or abs(self.old) <= NEGLIGIBLE * self.peak:
            return ""
        percent = (self.new - self.old) / abs(self.old) * 100
        return f"{'+' * (percent > 0)}{spell_number(percent, 3)} %"


@dataclass(frozen=True)
class ShapeChange:
    """Something that only one of two figures has.

    Attributes:
        kind: what there is another number or set of.
        old: in the old figure; names, or the number of steps.
        new: in the new figure.
        curve: the curve's label; empty where `kind` is `curves`.
    """

    kind: Literal["curves", "groups", "quantities", "steps"]
    old: tuple[str, ...] | int
    new: tuple[str, ...] | int
    curve: str = ""

    def __str__(self) -> str:
        old, new = (
            str(each) if isinstance(each, int) else ", ".join(map(_plain, each)) or "none"
            for each in (self.old, self.new)
        )
        of = f" of {_plain(self.curve)}" if self.curve else ""
        return f"{self.kind}{of} were {old}, are {new}"


@dataclass(frozen=True)
class NumbersDifference:
    """How two figures' numbers differ: in shape, in value or in both.

    Attributes:
        shape: what only one of them has.
        moves: the series that both have and that differ, the earliest first.
        hidden: steps a block, where all blocks agree and the digest of every value differs; else 0.
        steps: the first places that moved, of all series, for a table.
        largest: where the series that moved most, in shares of its peak, did so most.
        end: the last values of that series; None where they are not stored.
    """

    shape: tuple[ShapeChange, ...]
    moves: tuple[Move, ...]
    hidden: int = 0
    steps: tuple[Move, ...] = ()
    largest: Move | None = None
    end: Move | None = None

    def __str__(self) -> str:
        if self.hidden:
            return f"values moved that blocks of {self.hidden:,} do not show: their digest differs"
        return "; ".join((*map(str, self.shape), *self._tell_moves()))

    def _tell_moves(self) -> Iterator[str]:
        most, end = self.largest, self.end
        if most is None:
            return
        name = "" if most.name == "lr" else f"{most.name} "
        yield f"{name}most {most.place}: {most.change}"
        if end and end.start != most.start:
            near = math.isclose(end.old, end.new, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
            is_same = near or (math.isnan(end.old) and math.isnan(end.new))
            yield "ends the same" if is_same else f"ends {end.change}"
        first = self.moves[0]
        yield f"first {first.place}{f', {first.name}' * (first.name != most.name)} {first.extent}"


def _plain(text: str) -> str:
    """Return a name as it can be shown: it comes from a picture, and may hold anything."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", "?", text)
