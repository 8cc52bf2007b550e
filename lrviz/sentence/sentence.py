"""Curves and their schedulers in one sentence of bounded length."""

from collections.abc import Iterator, Sequence

import numpy as np

from lrviz.curve import Curve, SchedulerFacts
from lrviz.sentence.course import Course, join

MAX_LENGTH = 200
MAX_NAME = 40

_JOINTS = {"SequentialLR": " of ", "ChainedScheduler": " of "}


def describe_curves(curves: Sequence[Curve], schedulers: Sequence[SchedulerFacts]) -> str:
    """Return what the curves do, in a sentence without a full stop.

    It is told from the values, so that it says what the figure shows. Where a curve has many
    groups, or there are many curves, as much is told as there is room for.

    Args:
        curves: at least one.
        schedulers: one a curve; what is missing is not named.

    Returns:
        One line of at most 200 characters, which can all be printed.

    >>> lr = 0.001 * 0.5 ** (np.arange(32) // 4)
    >>> facts = SchedulerFacts("StepLR", (), {}, frozenset(), 32, 0)
    >>> describe_curves([Curve(("",), lr[None], (0.001,))], [facts])
    'StepLR: 0.001, halved every 4 steps, 7.8e-06 at step 31'
    """
    facts = [*schedulers, *[None] * len(curves)][: len(curves)]
    pairs = list(zip(curves, facts, strict=True))
    whole = "; ".join(f"{_name(*pair)}{_tell(*pair)}" for pair in pairs)
    if len(whole) <= MAX_LENGTH:
        return whole
    return _fit([f"{_name(*pair)}{_tell_briefly(pair[0])}" for pair in pairs])


def spell_value(value: float) -> str:
    """Return a number, in full where three digits are enough.

    >>> [spell_value(value) for value in (0.001, 0.00125, 7.8125e-06, 0.0)]
    ['0.001', '0.00125', '7.8e-06', '0']
    """
    full = f"{value:.3g}"
    return full if float(full) == value else f"{value:.2g}"


def _fit(parts: Sequence[str]) -> str:
    """Return as many parts as there is room for, and how many there are beside them."""
    text = "; ".join(parts)
    for kept in range(len(parts) - 1, 0, -1):
        if len(text) <= MAX_LENGTH:
            break
        text = "; ".join([*parts[:kept], f"and {len(parts) - kept} more"])
    return text if len(text) <= MAX_LENGTH else f"{text[: MAX_LENGTH - 1]}…"


def _name(curve: Curve, facts: SchedulerFacts | None) -> str:
    label, name = _shorten(curve.label), _name_scheduler(facts) if facts else ""
    if label and name and label != name:
        name = f"{name} ({label})"
    return f"{name or label}: " if name or label else ""


def _name_scheduler(facts: SchedulerFacts) -> str:
    if not facts.children:
        return _shorten(facts.name)
    inside = list(dict.fromkeys(_shorten(child.name) for child in facts.children))
    return f"{_shorten(facts.name)} of {join(inside)}"


def _shorten(text: str) -> str:
    """Return a name as one line that can be printed."""
    text = "".join(each if each.isprintable() else "�" for each in text)
    return text if len(text) <= MAX_NAME else f"{text[: MAX_NAME - 1]}…"


def _tell(curve: Curve, facts: SchedulerFacts | None) -> str:
    """Return the course of a curve, of all its groups at once where they take the same."""
    skeletons = {_course(curve, facts, group, "{}".format).tell() for group in _groups(curve)}
    if len(skeletons) > 1:
        return _tell_groups(curve, facts)

    def spell(index: int) -> str:
        return _spell_all(curve, index, facts)

    return _course(curve, facts, 0, spell).tell()


def _tell_groups(curve: Curve, facts: SchedulerFacts | None) -> str:
    parts = []
    for group in _groups(curve):
        each = _each(curve, facts)

        def spell(index: int, group: int = group, each: int = each) -> str:
            return spell_value(float(curve.lr[group, index * each]))

        parts.append(f"{_shorten(curve.groups[group])} {_course(curve, facts, group, spell).tell()}")
    return "; ".join(parts)


def _tell_briefly(curve: Curve) -> str:
    first, last = _spell_all(curve, 0, None), _spell_all(curve, curve.steps - 1, None)
    high = int(np.argmax(curve.lr[0]))
    peak = ""
    if curve.lr[0, high] > max(curve.lr[0, 0], curve.lr[0, -1]):
        peak = f"{_spell_all(curve, high, None)} at step {high}, "
    return f"{first}, {peak}{last} at step {curve.steps - 1}"


def _groups(curve: Curve) -> Iterator[int]:
    yield from range(len(curve.groups))


def _course(
    curve: Curve, facts: SchedulerFacts | None, group: int, spell: object
) -> Course:
    raise NotImplementedError


def _each(curve: Curve, facts: SchedulerFacts | None) -> int:
    raise NotImplementedError


def _spell_all(curve: Curve, index: int, facts: SchedulerFacts | None) -> str:
    raise NotImplementedError
