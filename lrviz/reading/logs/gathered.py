"""What was logged, point by point, made a `Log`: its order, what is left out, how exact it is."""

import re
from array import array
from collections.abc import Collection, Iterable, Set
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lrviz.curve import Steps, Values
from lrviz.errors import spec_error
from lrviz.run.log import Log, Precision, Series
from lrviz.spell import spell_list

Unit = Literal["step", "epoch", "row"]
Column = Values | Steps

_MAX_POINTS = 10_000_000
_MAX_SERIES = 1000
_MAX_STEP = 2.0**53

# As many different numbers show how exactly all are told.
_SAMPLE = 4096

_FRACTION = "the step is no whole number"

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")

# Half of a float32's last place, and as much again for whoever calculated in it.
FLOAT32 = Precision("float32", relative=1.2e-7)

# A number of more digits is told whole, or is a float32; and fewer than so many, or so few decimals
# at the most, may be all that a whole one has. Of more decimals than a float has, so many have all.
_MOST_DIGITS, _FEWEST_DIGITS, _FEWEST_DECIMALS, _MOST_DECIMALS = 9, 4, 3, 15


def parse_number(cell: object) -> float:
    """Return a number as a log tells it; NaN for what is none.

    >>> [parse_number(each) for each in (" 1e-3", 7, "1_0", True, 10**400, "inf")]
    [0.001, 7.0, nan, nan, nan, nan]
    """
    try:
        if isinstance(cell, str):
            return float(cell) if _NUMBER.fullmatch(cell.strip()) else np.nan
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            return float(cell)
    except OverflowError:
        pass
    return np.nan


class Points:
    """The points of one log, gathered in its order.

    Args:
        name: the log, as the user named it.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.notes: list[str] = []
        self.starts: set[int] = set()
        self._texts: set[str] = set()
        self._before: set[str] = set()
        self._series: dict[str, tuple[array, array]] = {}  # type: ignore[type-arg]

    @property
    def rates(self) -> Set[str]:
        """The learning rates of which there is a point."""
        return self._series.keys()

    def add(self, rate: str, step: object, cell: object) -> None:
        """Add what one row says of one learning rate."""
        if len(self._texts) < _SAMPLE:
            self._texts.add(str(cell).strip())
        steps, values = self._open(rate)
        steps.append(parse_number(step))
        values.append(parse_number(cell))

    def begin_part(self) -> None:
        """Say that what follows is of another part of the run."""
        self._before = set(self._series)

    def extend(self, rate: str, steps: Column, values: Column) -> None:
        """Add points of one learning rate.

        Raises:
            SpecError: they are more than a run has.
        """
        both = self._open(rate)
        for column, more in zip(both, (steps, values), strict=True):
            column.frombytes(np.asarray(more, np.float64).tobytes())
        if rate in self._before:
            self._before.remove(rate)
            self.starts.add(int(steps[0]))

    def _open(self, rate: str) -> tuple[array, array]:  # type: ignore[type-arg]
        both = self._series.setdefault(rate, (array("d"), array("d")))
        if len(both[0]) >= _MAX_POINTS or len(self._series) > _MAX_SERIES:
            limits = f"{_MAX_POINTS:,} points, or {_MAX_SERIES:,} learning rates"
            raise spec_error(self.name, f"more than {limits}")
        return both

    def log(self, writer: str, unit: Unit, precision: Precision | None = None) -> Log:
        """Return all as a log.

        Args:
            writer: whose format it is.
            unit: what its steps count.
            precision: of its numbers; None where only they can tell.

        Raises:
            SpecError: not one point is left.
        """
        columns = {rate: tuple(map(np.array, both)) for rate, both in self._series.items()}
        if unit == "epoch" and any((steps % 1 > 0).any() for steps, _ in columns.values()):
            unit = "row"
            text = "its epochs are fractions; rows are counted in their place"
            self.notes.append(f"{text}, and --columns STEP,LR chooses others")
            columns = {rate: (np.arange(len(each[1])), each[1]) for rate, each in columns.items()}
        series, left_out = [], dict[str, int]()
        for rate, (steps, values) in columns.items():
            good = np.ones(len(steps), np.bool_)
            for why, sound in _judge(steps, values).items():
                left_out[why] = left_out.get(why, 0) + int((good & ~sound).sum())
                good &= sound
            if good.any():
                series.append(self._settle(rate, steps[good].astype(np.int64), values[good], unit))
        points = sum(len(values) for _, values in columns.values())
        if unit == "step" and left_out.get(_FRACTION, 0) * 2 > points:
            text = f"no steps, as {_FRACTION} for most rows; choose with --columns STEP,LR"
            raise spec_error(self.name, text)
        for why, number in left_out.items():
            if number:
                self.notes.append(f"left out, as {why}: {number:,} of them")
        if not series:
            raise spec_error(self.name, "; ".join(["holds no learning rate", *self.notes]))
        if precision is None:
            precision = find_precision(self._texts, [each.values for each in series])
        kept = np.concatenate([each.steps for each in series])
        starts = np.intersect1d(np.array(sorted(self.starts), np.float64), kept).astype(int)
        notes, files = tuple(dict.fromkeys(self.notes)), (self.name,)
        return Log(
            self.name, writer, unit, tuple(series), precision, tuple(starts.tolist()), notes, files
        )

    def _settle(self, rate: str, steps: Steps, values: Values, unit: Unit) -> Series:
        """Return points in ascending order; from where a run goes on, the later ones."""
        if len(steps) > 2 and (np.diff(steps) < 0).all():
            steps, values = steps[::-1], values[::-1]
            self.notes.append(f"its {unit}s descend; read from its last row on")
        least = np.minimum.accumulate(steps[::-1])[::-1]
        kept = np.append(steps[:-1] < least[1:], True)
        back = np.flatnonzero(np.diff(steps) < 0) + 1
        if starts := steps[back[kept[back]]].tolist():
            self.starts.update(starts)
            text = spell_list([f"{each:,}" for each in starts[:10]])
            text = f"goes back to {unit} {text}; what was logged later stands"
            self.notes.append(f"{text}, in place of {int((~kept).sum()):,} logged before")
        elif ((np.diff(steps) == 0) & (np.diff(values) != 0)).any():
            self.notes.append(f"tells a {unit} twice, differently; the later one stands")
        return Series(rate, steps[kept], values[kept])


def _judge(steps: Values, values: Values) -> dict[str, NDArray[np.bool_]]:
    """Return which points are sound, by what they would be left out for."""
    return {
        "step or learning rate is no finite number": np.isfinite(values) & np.isfinite(steps),
        "the step is below 0": ~(steps < 0),
        _FRACTION: np.floor(steps) == steps,
        "the step is too large": ~(steps >= _MAX_STEP),
    }


def find_precision(texts: Collection[str], values: Iterable[Values]) -> Precision:
    """Return how exactly numbers are told, from all the texts that tell them.

    A short number among long ones is no less exact; and where all are short, what tells is whether
    noughts at the end are written, or most have as many digits or decimals.

    >>> find_precision(["0.001", "0.0009990133642141358"], [np.array([0.001])]).words
    ''
    >>> find_precision(["0.00100", "0.00099", "0.00097"], [])
    Precision(words='5 decimals', relative=0.0005, absolute=5e-06)
    >>> find_precision(["3.000E-04", "2.997E-04"], []), find_precision(["0.1", "0.01", "0.001"], [])
    (Precision(words='4 digits', relative=0.0005, absolute=0.0), Precision(words='4 digits', \
relative=0.0005, absolute=0.0))
    """
    bases = [text.lower().partition("e")[0].lstrip("+-") for text in texts]
    lengths = list(filter(None, (len(each.replace(".", "").lstrip("0")) for each in bases)))
    digits = max(lengths, default=0)
    places = [len(each.partition(".")[2]) for each in bases]
    finest = max(places, default=0)
    with_power = [text for text in texts if "e" in text.lower()]
    is_fixed = not with_power and len(places) > 2 and places.count(finest) == len(places)
    if digits > _MOST_DIGITS and is_fixed and finest <= _MOST_DECIMALS:
        return Precision(f"{finest} decimals", absolute=0.5 * 10.0**-finest)
    if digits > _MOST_DIGITS:
        is_single = all((each.astype(np.float32) == each).all() for each in values)
        return FLOAT32 if is_single else Precision()
    has_nought = any("." in each and each.endswith("0") for each in bases)
    is_short = not is_fixed and digits > 1 and lengths.count(digits) * 2 >= len(lengths) > 2
    is_padded = has_nought and len(set(lengths)) == 1 and len(with_power) == len(bases)
    if not is_short and not is_padded:
        digits = max(digits, _FEWEST_DIGITS)
    relative = max(5.0 * 10.0**-digits, FLOAT32.relative)
    most = places.count(finest)
    is_cut = (has_nought and most == len(places)) or most * 2 >= len(places) > 2
    if with_power or finest < _FEWEST_DECIMALS or not is_cut:
        return Precision(f"{digits} digits", relative)
    return Precision(f"{finest} decimals", relative, 0.5 * 10.0**-finest)
