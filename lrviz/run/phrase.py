"""What there is to say of a course, apart from how much of it there is room for."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from lrviz.curve import Values
from lrviz.run.spell_values import Speller, count, count_digits


class Detail(IntEnum):
    """How much is told, from all there is to no more than how it goes."""

    FULL = 0
    PLAIN = 1
    """Without the shapes of rises and falls."""
    TERSE = 2
    """Without the names of groups and of the schedulers inside a composite, too."""
    BRIEF = 3
    """Without the places and the end, too."""
    BARE = 4
    """Only what rises, falls, or goes up and down."""


@dataclass(frozen=True)
class Phrase:
    """One thing that a course does.

    Attributes:
        verb: what it does, in the words that are never left out.
        start: index of the value from where.
        goal: index of the value to where.
        link: what joins the verb and the value at the goal; where empty, that value is not told,
            and with `between` both are.
        manner: along what shape; or empty.
        place: when; or empty.
        is_aside: whether the course can be understood without it.
    """

    verb: str
    start: int
    goal: int
    link: str = ""
    manner: str = ""
    place: str = ""
    is_aside: bool = False

    def say(self, spell: Speller, detail: Detail) -> str:
        """Return it in words."""
        manner = self.manner if detail is Detail.FULL else ""
        place = self.place if detail < Detail.BRIEF else ""
        return " ".join(filter(None, (self.verb, manner, self._say_goal(spell), place)))

    def _say_goal(self, spell: Speller) -> str:
        if self.link == "between":
            return spell.between(self.start, self.goal)
        return f"{self.link} {spell.amid(self.goal)}" if self.link else ""


@dataclass(frozen=True)
class Telling:
    """All that there is to say of a course; of courses that go alike it is equal.

    Attributes:
        phrases: none where it never moves.
        last: the step of the last point.
        has_end: whether the last value is still to be told after them.
    """

    phrases: tuple[Phrase, ...]
    last: int
    has_end: bool = False

    def say(self, rows: Values, detail: Detail) -> str:
        """Return it in words, for groups that all take this course; `rows` has a group a row."""
        spell = Speller(rows, count_digits(self._iter_ends(rows)))
        if not self.phrases:
            return f"{spell.at(0)} for {count(self.last + 1, 'step')}"
        parts = [spell.at(0)]
        for phrase in self.phrases:
            if not (phrase.is_aside and detail >= Detail.BRIEF):
                parts.append(phrase.say(spell, detail))
        if self.has_end and detail < Detail.BRIEF:
            parts.append(f"{spell.at(-1)} at step {self.last}")
        return ", ".join(parts)

    def _iter_ends(self, rows: Values) -> Iterator[tuple[float, float]]:
        """Yield where each phrase leads from and to: a change that is told must be seen."""
        for phrase in self.phrases:
            yield from zip(rows[:, phrase.start], rows[:, phrase.goal], strict=True)
