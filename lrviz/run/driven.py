"""What driving a spec gives, and that in a sentence: for a terminal, or who sees no figure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import zip_longest

from lrviz.curve import RECORDED, Curve, Quantity, SchedulerFacts, Values
from lrviz.errors import Problem, spell_key
from lrviz.run.course import MOST_GROUPS, tell_courses
from lrviz.spec.model import Spec
from lrviz.spec.options import FigureOptions
from lrviz.spell import shorten, spell_list, spell_number

MAX_LENGTH = 200
MAX_NAME = 40
LIGHT, LIGHT_PIXELS = 100_000, 4_000_000  # points and pixels of what takes next to no memory


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """A driven spec: its curves, and what torch made of its schedulers.

    `str(run)` says in a line what the curves do; in a notebook the run shows itself as its figure.

    Attributes:
        spec: what was driven.
        curves: one a schedule.
        schedulers: one a curve; those inside a composite are its children.
        warnings: what is worth saying: warnings, and notes on what may well be meant so.
    """

    spec: Spec
    curves: tuple[Curve, ...]
    schedulers: tuple[SchedulerFacts, ...]
    warnings: tuple[Problem, ...] = ()

    @property
    def steps(self) -> int:
        """The number of steps of the run."""
        return self.spec.total_steps

    @property
    def figure(self) -> FigureOptions:
        """How the spec asks to be drawn."""
        return self.spec.figure

    @property
    def lr(self) -> Values:
        """The first curve's learning rates, shape (groups, steps)."""
        return self.curves[0].lr

    @property
    def momentum(self) -> Values | None:
        """The first curve's momentum or first betas, shape (groups, steps); None without."""
        return self.curves[0].momentum

    @property
    def weight_decay(self) -> Values | None:
        """The first curve's weight decay, shape (groups, steps); None without."""
        return self.curves[0].weight_decay

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """What is recorded of any of its curves."""
        curves = self.curves
        return tuple(n for n in RECORDED if any(getattr(each, n) is not None for each in curves))

    @property
    def is_light(self) -> bool:
        """Whether its figure takes next to no memory: of few points, and of a usual size."""
        points = sum(curve.lr.size for curve in self.curves)
        width, height = (float(inch * self.figure.pixels_an_inch) for inch in self.figure.inches)
        return bool(points <= LIGHT and width * height <= LIGHT_PIXELS)

    def remark(self, text: str) -> Problem:
        """Return a warning of what is drawn of it."""
        return Problem(self.spec.source.name, (), text, grade="warning")

    def explain(self) -> "Run":
        """Return it with notes of what it does, of how long it is, and of what `--set` meant."""
        text, derived = str(self), self.spec.derivation
        told = [text] if derived in text else [text, derived]
        for key, said in self.spec.source.overrides.items():
            is_end = said.startswith("--set") and f" {spell_key(key)}=" not in said
            told += [f"{said} sets {spell_key(key)}"] * is_end
        notes = (Problem(self.spec.source.name, (), each, grade="note") for each in told)
        return replace(self, warnings=(*notes, *self.warnings))

    @cached_property
    def _sentence(self) -> str:
        text = describe_curves(self.curves, self.schedulers)
        whole = f"{text}; {self.spec.derivation}" if self.spec.derivation else text
        return whole if len(whole) <= MAX_LENGTH else text

    def __str__(self) -> str:
        return self._sentence

    def __repr__(self) -> str:
        return f"<Run {self}>"

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
        """Return what a notebook shows: the figure with its alternative text, and the sentence."""
        from lrviz.figure.image import render_run
        from lrviz.run.notebook import show_picture

        return show_picture(repr(self), str(self), render_run(self, "png", metadata=False)[0])


@dataclass(frozen=True, eq=False)
class Thumbnail:
    """The learning rates of a run, thinned: of many steps a picture shows a few in each column.

    Attributes:
        rows: one a curve and param group: steps and the values there, two arrays of one length.
        steps: the length of the run.
        base_lr: the largest learning rate that an optimizer of the run was given.
        ylim: the limits that the spec gives them on a linear axis; None for none.
    """

    rows: tuple[tuple[Values, Values], ...]
    steps: int
    base_lr: float
    ylim: tuple[float, float] | None


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
    'StepLR: 1e-3, halved every 4 steps, 7.8e-6 at step 31'
    """
    named = list(zip_longest(curves, schedulers))
    for briefly in (False, True):
        parts = [part for curve, facts in named for part in _tell(curve, facts, briefly=briefly)]
        text = "; ".join(parts)
        if len(text) <= MAX_LENGTH:
            return text
    for kept in range(min(len(parts) - 1, MAX_LENGTH), 0, -1):
        text = "; ".join([*parts[:kept], f"and {len(parts) - kept} more"])
        if len(text) <= MAX_LENGTH:
            break
    return shorten(text, MAX_LENGTH)


def _tell(curve: Curve, facts: SchedulerFacts | None, *, briefly: bool) -> list[str]:
    """Return the course of a curve: in one part where all its groups take the same."""
    if curve.at is not None:
        points, (first, last) = len(curve.at), curve.at[[0, -1]].tolist()
        rates = f"{spell_number(curve.lr.min())} to {spell_number(curve.lr.max())}"
        logged = f"{points:,} points, {rates}, steps {first} to {last}"
        return [f"{_name(curve, facts, briefly=True)}{logged}"]
    calls, steps = facts.calls if facts else 0, curve.steps
    each = curve.steps_per_epoch if calls * curve.steps_per_epoch == steps else 1
    if (curve.lr != curve.lr[:, ::each].repeat(each, axis=1)).any():  # called within an epoch
        each = 1
    unit = "step" if each == 1 else "epoch"
    told = tell_courses(curve.lr[:, ::each], unit, steps - 1, briefly=briefly)
    if len(told) > 1:
        told = [f"{_shorten(name)} {text}" for name, text in zip(curve.groups, told, strict=True)]
    return [f"{_name(curve, facts, briefly=briefly)}{told[0]}", *told[1:]]


def _name(curve: Curve, facts: SchedulerFacts | None, *, briefly: bool) -> str:
    """Return what a curve is called: its scheduler, its label, its groups."""
    label = name = _shorten(curve.label)
    if facts is not None:
        name = _shorten(facts.name)
        if facts.children and not briefly:
            inside = dict.fromkeys(_shorten(child.name) for child in facts.children)
            name += f" of {spell_list(list(inside))}"
        name += f" ({label})" if label and name != label else ""
    groups = curve.groups
    if len(groups) > (1 if briefly else MOST_GROUPS):
        name += f" for {len(groups)} groups"
    elif len(groups) > 1:
        name += f" for {spell_list(list(map(_shorten, groups)))}"
    return f"{name.strip()}: " if name else ""


def _shorten(text: str) -> str:
    """Return a name as one short line that can be printed."""
    return shorten("".join(each if each.isprintable() else "�" for each in text), MAX_NAME)
