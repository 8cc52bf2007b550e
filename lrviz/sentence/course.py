"""The course of a schedule in words, told from its values alone."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lrviz.curve import Values

MOST_MOVES = 4
"""A course with more ups and downs than these is told as a whole."""

MOST_PLACES = 4
"""More places than these are counted, not listed."""

MOST_LOOKED_AT = 10_000
"""A course with more ups and downs than these is not looked at closely."""

MOST_DIVIDED = 1e-6
"""A smaller ratio is told as it is, not as what it divides by."""

SAME = 1e-9
"""Values that differ by less than this share of the largest are one."""

ALIKE = 1e-6
"""Ratios and slopes may differ by this share and be called the same."""

Spell = Callable[[int], str]
"""Gives the value at an index, as a text."""

Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Course:
    """One series of values, a value a call, and how to speak of it.

    Attributes:
        values: shape (calls,).
        spell: the value at an index; of several series at once where they take the same course.
        unit: what lies between two values: `step` or `epoch`.
        last: the step of the last point.
        manner: how it moves where it moves along no straight line, ` along a cosine`; or empty.
    """

    values: Values
    spell: Spell
    unit: str
    last: int
    manner: str = ""

    def tell(self) -> str:
        """Return how the values begin, move and end."""
        ways = find_ways(self.values)
        if not ways.any():
            return f"{self.spell(0)} for {_count(self.last + 1, 'step')}"
        end = f"{self.spell(len(self.values) - 1)} at step {self.last}"
        if steady := self._steady():
            return ", ".join([self.spell(0), *steady, end])
        moves = list_moves(ways) if np.count_nonzero(np.diff(ways)) <= MOST_LOOKED_AT else []
        if waves := self._tell_waves(moves):
            return ", ".join([self.spell(0), *waves, end])
        return ", ".join([self.spell(0), *self._iter_moves(moves)])

    def _steady(self) -> list[str]:
        """Return the course in one phrase where its changes are all of a kind, or nothing."""
        values = self.values
        changes = find_changes(values)
        if len(values) > 2 and len(changes) == len(values) - 1:
            ratio = _one_ratio(values, changes)
            return [f"{spell_ratio(ratio)} every {self.unit}"] if ratio else []
        if len(changes) > 1 and np.diff(changes).min() == 1:
            return []
        ratio = _one_ratio(values, changes)
        way = {-1: "lowered", 1: "raised"}.get(_one_way(values, changes), "changed")
        how = spell_ratio(ratio) if ratio else way
        if len(changes) == 1 and not ratio:
            return [f"{how} to {self.spell(int(changes[0]))} at {self.unit} {changes[0]}"]
        return [f"{how} {self._places(changes)}"]

    def _places(self, changes: Indices) -> str:
        """Return where changes are: all of them, how far apart, or how many."""
        every = int(changes[0])
        rest = len(self.values) - int(changes[-1])
        if len(changes) > 1 and (np.diff(changes) == every).all() and rest <= every:
            return f"every {every} {self.unit}s"
        if len(changes) == 1:
            return f"at {self.unit} {every}"
        if len(changes) <= MOST_PLACES:
            return f"at {self.unit}s {join([str(each) for each in changes])}"
        return f"{len(changes)} times between {self.unit}s {changes[0]} and {changes[-1]}"

    def _tell_waves(self, moves: "Sequence[Move]") -> list[str]:
        """Return the course as a whole where it repeats itself, or goes up and down; or nothing."""
        rises = [move for move in moves if move.way > 0]
        falls = [move for move in moves if move.way < 0]
        low, high = int(np.argmin(self.values)), int(np.argmax(self.values))
        if rises and falls and self._restarts(rises) and not falls[0].is_jump:
            again = self._places(np.array([move.stop for move in rises]))
            return [f"falling{self._manner(falls[0])} to {self.spell(low)}", f"restarted {again}"]
        if moves and len(rises) + len(falls) <= MOST_MOVES:
            return []
        between = f"up and down between {self.spell(low)} and {self.spell(high)}"
        return [between, *self._tell_peaks(moves)]

    def _restarts(self, rises: "Sequence[Move]") -> bool:
        """Whether every rise takes the value back at once to where it began."""
        tops = self.values[[move.stop for move in rises]]
        back = np.abs(tops - self.values[0]) <= ALIKE * abs(self.values[0])
        return bool(back.all()) and all(move.is_jump for move in rises)

    def _tell_peaks(self, moves: "Sequence[Move]") -> list[str]:
        going = pairwise([move for move in moves if move.way])
        heights = self.values[[one.stop for one, two in going if one.way > 0 > two.way]]
        lower = len(heights) > 1 and bool((np.diff(heights) < -ALIKE * heights[:-1]).all())
        peaks = [_count(len(heights), "peak")] if len(heights) else []
        return [*peaks, *(["each lower than the last"] if lower else [])]

    def _iter_moves(self, moves: "Sequence[Move]") -> Iterator[str]:
        for place, move in enumerate(moves):
            where = f"{self.spell(move.stop)} at {self.unit} {move.stop}"
            if not move.way and place == len(moves) - 1:
                yield f"held to step {self.last}"
            elif not move.way:
                yield f"held until {self.unit} {move.stop}"
            elif move.is_jump:
                yield f"{'raised' if move.way > 0 else 'lowered'} to {where}"
            else:
                verb = "rising" if move.way > 0 else "falling"
                yield f"{verb}{self._manner(move)} to {where}"

    def _manner(self, move: "Move") -> str:
        slopes = np.diff(self.values[move.start : move.stop + 1])
        straight = bool((np.abs(slopes - slopes[0]) <= ALIKE * np.abs(slopes[0])).all())
        return " in a straight line" if straight and len(slopes) > 1 else self.manner


@dataclass(frozen=True)
class Move:
    """A part of a series in which it only rises, only falls, or stays.

    Attributes:
        way: 1, -1 or 0.
        start: index of its first value, which is also the last of the move before.
        stop: index of its last value.
    """

    way: int
    start: int
    stop: int

    @property
    def is_jump(self) -> bool:
        """Whether it is done in one call."""
        return self.stop - self.start == 1


def find_ways(values: Values) -> Indices:
    """Return from every value to the next: 1 up, -1 down, 0 neither."""
    steps = np.diff(values)
    moved = np.abs(steps) > SAME * np.abs(values).max()
    return np.where(moved, np.sign(steps), 0).astype(np.intp)


def list_moves(ways: Indices) -> list[Move]:
    """Return the moves of a series, in order.

    >>> [(move.way, move.stop) for move in list_moves(np.array([1, 1, 0, -1]))]
    [(1, 2), (0, 3), (-1, 4)]
    """
    starts = np.flatnonzero(np.diff(ways, prepend=2))
    stops = [*starts[1:], len(ways)]
    return [
        Move(int(ways[start]), int(start), int(stop))
        for start, stop in zip(starts, stops, strict=True)
    ]


def find_changes(values: Values) -> Indices:
    """Return the indices of the values that are not those before them."""
    steps = np.abs(np.diff(values))
    return np.flatnonzero(steps > SAME * np.maximum(np.abs(values[1:]), np.abs(values[:-1]))) + 1


def spell_ratio(ratio: float) -> str:
    """Return what a value goes through when it is multiplied.

    >>> [spell_ratio(ratio) for ratio in (0.5, 0.1, 2.0, 0.95)]
    ['halved', 'divided by 10', 'doubled', 'times 0.95']
    """
    if abs(ratio - 0.5) < ALIKE:
        return "halved"
    if abs(ratio - 2) < ALIKE:
        return "doubled"
    if MOST_DIVIDED < ratio < 0.5 and abs(1 / ratio - round(1 / ratio)) < 1 / ratio * ALIKE:
        return f"divided by {round(1 / ratio)}"
    return f"times {ratio:.4g}"


def join(texts: Sequence[str]) -> str:
    """Return texts as a list in a sentence.

    >>> join(["8", "24", "28"])
    '8, 24 and 28'
    """
    return " and ".join(filter(None, (", ".join(texts[:-1]), *texts[-1:])))


def _one_ratio(values: Values, changes: Indices) -> float:
    """Return what every change multiplies by; 0 where they differ, or no value could say."""
    before, after = values[changes - 1], values[changes]
    with np.errstate(all="ignore"):
        ratios = after / before
        alike = (np.abs(ratios - ratios[0]) <= ALIKE * np.abs(ratios[0])).all()
    return float(ratios[0]) if alike and 0 < ratios[0] < np.inf else 0.0


def _one_way(values: Values, changes: Indices) -> int:
    ways = np.unique(np.sign(values[changes] - values[changes - 1]))
    return int(ways[0]) if len(ways) == 1 else 0


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
