"""Curves and their schedulers in one sentence of bounded length."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lrviz.curve import Curve, SchedulerFacts, Values
from lrviz.sentence.course import Course, Spell, join

MAX_LENGTH = 200
MAX_NAME = 40

MOST_GROUPS = 3
"""More param groups than these are counted, not named."""


def describe_curves(curves: Sequence[Curve], schedulers: Sequence[SchedulerFacts]) -> str:
    """Return what the curves do, in a sentence without a full stop.

    It is told from the values, so that it says what the figure shows. Where there are many curves
    or groups, as much is told as there is room for.

    Args:
        curves: at least one.
        schedulers: one a curve; what is missing is not named.

    Returns:
        One line of at most 200 characters, all of which can be printed.

    >>> lr = 0.001 * 0.5 ** (np.arange(32) // 4)
    >>> facts = SchedulerFacts("StepLR", (), {}, frozenset(), 32, 0)
    >>> describe_curves([Curve(("",), lr[None], (0.001,))], [facts])
    'StepLR: 0.001, halved every 4 steps, 7.8e-06 at step 31'
    """
    facts = [*schedulers, *[None] * len(curves)]
    tellers = [_Teller(curve, each) for curve, each in zip(curves, facts, strict=False)]
    whole = "; ".join(teller.tell() for teller in tellers)
    return whole if len(whole) <= MAX_LENGTH else _fit([teller.tell_less() for teller in tellers])


def spell_value(value: float) -> str:
    """Return a number, in full where three digits are enough.

    >>> [spell_value(value) for value in (0.001, 0.00125, 7.8125e-06, 0.0)]
    ['0.001', '0.00125', '7.8e-06', '0']
    """
    full = f"{value:.3g}"
    return full if float(full) == value else f"{value:.2g}"


@dataclass(frozen=True, eq=False)
class _Teller:
    """Speaks of one curve."""

    curve: Curve
    facts: SchedulerFacts | None

    def tell(self) -> str:
        """Return the course of the curve, of all its groups at once where they take the same."""
        rows = self._rows
        if len({self._course(row, "{}".format).tell() for row in rows}) == 1:
            return f"{self._head}{self._course(rows[0], self._spell).tell()}"
        told = (self._course(row, _speller(row)).tell() for row in rows)
        named = zip(self.curve.groups, told, strict=True)
        return self._head + "; ".join(f"{_shorten(name)} {text}" for name, text in named)

    def tell_less(self) -> str:
        """Return how the curve begins and ends, and its peak where that is between."""
        lr, last = self.curve.lr, self.curve.steps - 1
        high = int(np.argmax(lr[0]))
        each = self._each
        parts = [self._spell(0), f"{self._spell(last // each)} at step {last}"]
        if lr[0, high] > max(lr[0, 0], lr[0, last]):
            parts.insert(1, f"{self._spell(high // each)} at step {high}")
        return self._head + ", ".join(parts)

    @property
    def _head(self) -> str:
        """What it is called: its scheduler, its label, its groups."""
        label = _shorten(self.curve.label)
        name = _name_scheduler(self.facts) if self.facts else label
        if label and name != label:
            name = f"{name} ({label})"
        groups = self.curve.groups
        if len(groups) > MOST_GROUPS:
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

    @property
    def _manner(self) -> str:
        if self.facts is None:
            return ""
        cosine = self.facts.arguments.get("anneal_strategy") == "cos"
        return " along a cosine" if cosine or "cosine" in self.facts.name.lower() else ""

    def _course(self, values: Values, spell: Spell) -> Course:
        unit = "step" if self._each == 1 else "epoch"
        return Course(values, spell, unit, self.curve.steps - 1, self._manner)

    def _spell(self, index: int) -> str:
        """Return the values of all groups at a call."""
        values = [float(value) for value in self._rows[:, index]]
        if len(set(values)) == 1:
            return spell_value(values[0])
        if len(values) <= MOST_GROUPS:
            return join(list(map(spell_value, values)))
        return f"{spell_value(min(values))} to {spell_value(max(values))}"


def _speller(values: Values) -> Spell:
    return lambda index: spell_value(float(values[index]))


def _fit(parts: Sequence[str]) -> str:
    """Return as many parts as there is room for, and how many there are beside them."""
    text = "; ".join(parts)
    for kept in range(len(parts) - 1, 0, -1):
        if len(text) <= MAX_LENGTH:
            break
        text = "; ".join([*parts[:kept], f"and {len(parts) - kept} more"])
    return text if len(text) <= MAX_LENGTH else f"{text[: MAX_LENGTH - 1]}…"


def _name_scheduler(facts: SchedulerFacts) -> str:
    if not facts.children:
        return _shorten(facts.name)
    inside = dict.fromkeys(_shorten(child.name) for child in facts.children)
    return f"{_shorten(facts.name)} of {join(list(inside))}"


def _shorten(text: str) -> str:
    """Return a name as one short line that can be printed."""
    text = "".join(each if each.isprintable() else "�" for each in text)
    return text if len(text) <= MAX_NAME else f"{text[: MAX_NAME - 1]}…"
