"""The course of a schedule in words, told from its values alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from lrviz.curve import Values
from lrviz.run.form import ALIKE, find_manner, find_ratio
from lrviz.run.phrase import Phrase, Telling
from lrviz.run.spell_values import count, join, spell_ratio
from lrviz.run.stretch import (
    Indices,
    Stretch,
    Ways,
    count_turns,
    find_changes,
    find_low,
    find_ways,
    list_stretches,
)

MOST_MOVES = 4
"""A course with more moves than these is told as a whole."""

MOST_MOVES_BARE = 3
"""The same where there is little room."""

MOST_PIECES = 3
"""A rise or fall with more stays in between is told as one."""

MOST_PLACES = 4
"""More places than these are counted, not listed."""

MOST_LOOKED_AT = 10_000
"""A course with more ups and downs than these is not looked at closely."""

MOST_CYCLES = 16
"""The shape of a cycle is measured in so many of them."""

MOST_TIMES = 9999
"""A lone change that multiplies or divides by more is told by where it leads."""

VERBS = {1: "rising", -1: "falling"}
DONE = {1: "raised", -1: "lowered"}


@dataclass(frozen=True, eq=False)
class Course:
    """One series of values, a value a call, and how to speak of its points.

    Attributes:
        values: shape (calls,).
        unit: what lies between two values: `step` or `epoch`.
        last: the step of the last point.
    """

    values: Values
    unit: str
    last: int

    # Between values near the largest float the difference is infinite, and to zero there is no
    # ratio: both fail every comparison that asks for a shape, which is what they should do.
    @np.errstate(all="ignore")
    def tell(self) -> Telling:
        """Return how the values begin, move and end."""
        if not self.ways.any():
            return Telling((), self.last)
        return (
            self._tell_at_once()
            or self._tell_restarts()
            or self._tell_moves()
            or self._tell_waves(*self._tell_peaks())
        )

    @np.errstate(all="ignore")
    def tell_barely(self) -> Telling:
        """Return only what rises and falls."""
        if len(self.stretches) > MOST_MOVES_BARE or not self.is_looked_at:
            return self._tell_waves()
        rises = (Phrase(VERBS[each.way], each.start, each.stop, "to") for each in self.stretches)
        return Telling(tuple(rises), self.last)

    @cached_property
    def ways(self) -> Ways:
        """From every value to the next: 1 up, -1 down, 0 neither."""
        return find_ways(self.values)

    @cached_property
    def is_looked_at(self) -> bool:
        """Whether its rises and falls are few enough to be listed."""
        return count_turns(self.ways) <= MOST_LOOKED_AT

    @cached_property
    def stretches(self) -> list[Stretch]:
        """Its rises and falls; none where they are not looked at."""
        return list_stretches(self.ways) if self.is_looked_at else []

    @property
    def _end(self) -> int:
        return len(self.values) - 1

    def _tell_at_once(self) -> Telling | None:
        """Return the course in one phrase where its changes are all of a kind."""
        changes = find_changes(self.ways)
        start, goal = int(changes[0]) - 1, int(changes[-1])
        if 1 < len(changes) == self._end and (ratio := find_ratio(self.values, changes)):
            return self._end_with(Phrase(f"{spell_ratio(ratio)} every {self.unit}", start, goal))
        if len(changes) == 1:
            return self._tell_change(self.stretches[0])
        if len(changes) == len(self.stretches) == 2 and goal - start > 2:
            places = self._places(changes, 0, self._end)
            return self._end_with(Phrase(f"changed {places}", start, goal))
        return None

    def _tell_change(self, change: Stretch) -> Telling:
        """Return the course where there is but one change."""
        start, stop = change.start, change.stop
        place = f"at {self.unit} {stop}"
        ratio = find_ratio(self.values, change.changes)
        if 1 / MOST_TIMES < ratio < MOST_TIMES and stop < self._end:
            return self._end_with(Phrase(f"{spell_ratio(ratio)} {place}", start, stop))
        phrase = Phrase(DONE[change.way], start, stop, "to", place=place)
        return Telling((phrase,), self.last, has_end=stop < self._end)

    def _end_with(self, *phrases: Phrase) -> Telling:
        return Telling(phrases, self.last, has_end=True)

    def _places(self, changes: Indices, start: int, stop: int) -> str:
        """Return where in a part the changes are: how far apart, all of them, or how many."""
        every = int(changes[0]) - start
        rest = stop + 1 - int(changes[-1])
        if len(changes) > 1 and (np.diff(changes) == every).all() and rest <= every:
            return f"every {every} {self.unit}s" if every > 1 else f"every {self.unit}"
        if len(changes) == 1:
            return f"at {self.unit} {changes[0]}"
        if len(changes) <= MOST_PLACES:
            return f"at {self.unit}s {join([str(each) for each in changes])}"
        return f"at {len(changes):,} {self.unit}s between {changes[0]} and {changes[-1]}"

    def _tell_restarts(self) -> Telling | None:
        """Return the course where, after a warm-up or none, it falls over and over from one top."""
        first = 1 if self.stretches and self.stretches[0].way > 0 else 0
        warmup, cycles = self.stretches[:first], self.stretches[first:]
        falls, rises = cycles[::2], cycles[1::2]
        if not rises or not falls[0].is_ramp or not self._restarts(falls[0].start, rises):
            return None
        start = falls[0].start
        again = np.array([rise.stop for rise in rises])
        places = self._places(again, start, self._end)
        return self._end_with(
            *self._iter_moves(warmup, start),
            self._tell_cycles(falls),
            Phrase(f"restarted {places}", start, start),
        )

    def _restarts(self, top: int, rises: Sequence[Stretch]) -> bool:
        """Whether every rise takes the value back at once to where it began to fall."""
        tops = self.values[[rise.stop for rise in rises]]
        back = np.abs(tops - self.values[top]) <= ALIKE * abs(self.values[top])
        return bool(back.all()) and all(rise.is_jump for rise in rises)

    def _tell_cycles(self, falls: Sequence[Stretch]) -> Phrase:
        """Return what the falls between restarts do; the last one may be cut short."""
        start = falls[0].start
        low = start + find_low(self.values[start:])
        reached = self.values[falls[0].stop] - self.values[low]
        link = "to" if reached <= ALIKE * abs(self.values[low]) else "to as low as"
        whole = [fall for fall in falls if len(fall.changes) >= len(falls[0].changes)]
        manners = {self._manner(fall) for fall in whole[:MOST_CYCLES]}
        return Phrase("falling", start, low, link, manners.pop() if len(manners) == 1 else "")

    def _tell_moves(self) -> Telling | None:
        """Return the course move by move where these are few."""
        moves = [each for stretch in self.stretches for each in self._split(stretch)]
        if len(moves) > MOST_MOVES:
            moves = self.stretches
        if not moves or len(moves) > MOST_MOVES:
            return None
        phrases = tuple(self._iter_moves(moves, self._end))
        is_end_told = phrases[-1].link or phrases[-1].is_aside
        return Telling(phrases, self.last, has_end=not is_end_told)

    def _split(self, stretch: Stretch) -> list[Stretch]:
        whole = self._find_stairs(stretch) or stretch.pieces > MOST_PIECES
        return [stretch] if whole else stretch.split()

    def _find_stairs(self, stretch: Stretch) -> str:
        """Return what every stair does, or nothing where they are none: two changes in a row."""
        if stretch.is_jump or stretch.is_ramp:
            return ""
        if ratio := find_ratio(self.values, stretch.changes):
            return spell_ratio(ratio)
        return DONE[stretch.way] if stretch.gaps.min() > 1 else ""

    def _iter_moves(self, moves: Sequence[Stretch], end: int) -> Iterator[Phrase]:
        """Yield what moves do, and where the values are held before, between and after them."""
        here = 0
        stops = [*(move.start for move in moves), end][1:]
        for move, stop in zip(moves, stops, strict=True):
            stairs = self._find_stairs(move)
            if stairs:
                yield self._tell_stairs(stairs, move, here, stop)
            else:
                yield from self._hold(here, move.start)
                yield self._tell_move(move)
            here = move.stop
            if stairs and stop == self._end:
                return
        yield from self._hold(here, end)

    def _hold(self, start: int, stop: int) -> Iterator[Phrase]:
        if stop > start:
            place = f"to step {self.last}" if stop == self._end else f"until {self.unit} {stop}"
            yield Phrase("held", stop, stop, place=place, is_aside=True)

    def _tell_stairs(self, verb: str, stairs: Stretch, start: int, stop: int) -> Phrase:
        link = "" if stop == self._end else "up to" if stairs.way > 0 else "down to"
        places = self._places(stairs.changes, start, stop)
        return Phrase(f"{verb} {places}", stairs.start, stairs.stop, link)

    def _tell_move(self, move: Stretch) -> Phrase:
        verb = (DONE if move.is_jump else VERBS)[move.way]
        place = f"at {self.unit} {move.stop}"
        return Phrase(verb, move.start, move.stop, "to", self._manner(move), place)

    def _manner(self, move: Stretch) -> str:
        return find_manner(self.values[move.start : move.stop + 1]) if move.is_ramp else ""

    def _tell_waves(self, *more: Phrase) -> Telling:
        """Return the course as a whole: it goes up and down."""
        low, high = find_low(self.values), find_low(-self.values)
        return self._end_with(Phrase("up and down", low, high, "between"), *more)

    def _tell_peaks(self) -> Iterator[Phrase]:
        tops = [rise.stop for rise, _ in pairwise(self.stretches) if rise.way > 0]
        heights = self.values[tops]
        if len(tops):
            yield Phrase(count(len(tops), "peak"), tops[0], tops[0], is_aside=True)
        if len(tops) > 1 and (np.diff(heights) < -ALIKE * np.abs(heights[:-1])).all():
            yield Phrase("each lower than the last", tops[0], tops[0], is_aside=True)
