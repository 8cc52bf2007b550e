"""A run in one sentence: for a terminal, and for who cannot see its figure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from lrviz.curve import Curve, SchedulerFacts, Values
from lrviz.run.course import Course
from lrviz.run.phrase import Detail, Telling
from lrviz.run.spell_values import MOST_GROUPS, join

MAX_LENGTH = 200
MAX_NAME = 40


def describe_curves(curves: Sequence[Curve], schedulers: Sequence[SchedulerFacts]) -> str:
    """Return what the curves do, in a sentence without a full stop.

    It is told from the values, so that it says what the figure shows. Where there are many curves
    or groups, each is told in less detail, and then as many as there is room for.

    Args:
        curves: at least one.
        schedulers: one a curve; what is missing is not named.

    Returns:
        One line of at most 200 characters, all of which can be printed.

    >>> import numpy as np
    >>> lr = 0.001 * 0.5 ** (np.arange(32) // 4)
    >>> facts = SchedulerFacts("StepLR", (), {}, frozenset(), 32, range(32))
    >>> describe_curves([Curve(("",), lr[None], (0.001,))], [facts])
    'StepLR: 0.001, halved every 4 steps, 7.8e-06 at step 31'
    """
    facts = [*schedulers, *[None] * len(curves)]
    return _fit([_Teller(curve, each) for curve, each in zip(curves, facts, strict=False)])


@dataclass(frozen=True, eq=False)
class _Teller:
    """Speaks of one curve."""

    curve: Curve
    facts: SchedulerFacts | None

    def tell(self, detail: Detail) -> list[str]:
        """Return the course of the curve: in one part where all its groups take the same."""
        tellings = self._bare if detail is Detail.BARE else self._tellings
        rows = self._rows
        if all(telling == tellings[0] for telling in tellings):
            return [f"{self._head(detail)}{tellings[0].say(rows, detail)}"]
        told = [
            f"{_shorten(name)} {telling.say(row[None], detail)}"
            for name, telling, row in zip(self.curve.groups, tellings, rows, strict=True)
        ]
        return [f"{self._head(detail)}{told[0]}", *told[1:]]

    @cached_property
    def _courses(self) -> list[Course]:
        unit = "step" if self._each == 1 else "epoch"
        return [Course(row, unit, self.curve.steps - 1) for row in self._rows]

    @cached_property
    def _tellings(self) -> list[Telling]:
        return [course.tell() for course in self._courses]

    @cached_property
    def _bare(self) -> list[Telling]:
        return [course.tell_barely() for course in self._courses]

    def _head(self, detail: Detail) -> str:
        """What it is called: its scheduler, its label, its groups."""
        is_brief = detail >= Detail.TERSE
        label = _shorten(self.curve.label)
        name = _name_scheduler(self.facts, is_brief) if self.facts else label
        if label and name != label:
            name = f"{name} ({label})"
        groups = self.curve.groups
        if len(groups) > (1 if is_brief else MOST_GROUPS):
            name = f"{name} for {len(groups)} groups"
        elif len(groups) > 1:
            name = f"{name} for {join(list(map(_shorten, groups)))}"
        return f"{name.strip()}: " if name else ""

    @property
    def _each(self) -> int:
        """How many points lie between two calls."""
        calls = self.facts.calls if self.facts else 0
        return self.curve.steps // calls if calls and self.curve.steps % calls == 0 else 1

    @property
    def _rows(self) -> Values:
        """The values, one a call; shape (groups, calls)."""
        return self.curve.lr[:, :: self._each]


def _fit(tellers: Sequence[_Teller]) -> str:
    """Return all parts in the most detail there is room for, or else as many as there is."""
    best, most = "", 0
    for detail in Detail:
        parts = [part for teller in tellers for part in teller.tell(detail)]
        for kept, text in _iter_cut(parts):
            if len(text) > MAX_LENGTH:
                continue
            if kept == len(parts):
                return text
            if kept > most:
                best, most = text, kept
            break
    return best or f"{text[: MAX_LENGTH - 1]}…"


def _iter_cut(parts: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield ever fewer parts, and how many there are beside them."""
    yield len(parts), "; ".join(parts)
    for kept in range(len(parts) - 1, 0, -1):
        yield kept, "; ".join([*parts[:kept], f"and {len(parts) - kept} more"])


def _name_scheduler(facts: SchedulerFacts, is_brief: bool) -> str:
    if is_brief or not facts.children:
        return _shorten(facts.name)
    inside = dict.fromkeys(_shorten(child.name) for child in facts.children)
    return f"{_shorten(facts.name)} of {join(list(inside))}"


def _shorten(text: str) -> str:
    """Return a name as one short line that can be printed."""
    text = "".join(each if each.isprintable() else "�" for each in text)
    return text if len(text) <= MAX_NAME else f"{text[: MAX_NAME - 1]}…"
