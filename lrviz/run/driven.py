"""What driving a spec gives."""

from dataclasses import dataclass
from functools import cached_property

from lrviz.curve import Curve, SchedulerFacts, Values
from lrviz.errors import Problem
from lrviz.run.sentence import describe_curves
from lrviz.spec.model import Spec
from lrviz.spec.options import FigureOptions


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

    def remark(self, text: str) -> Problem:
        """Return a warning of what is drawn of it."""
        return Problem(self.spec.source.name, (), text, grade="warning")

    @cached_property
    def _sentence(self) -> str:
        return describe_curves(self.curves, self.schedulers)

    def __str__(self) -> str:
        return self._sentence

    def __repr__(self) -> str:
        return f"<Run {self}>"

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
        """Return what a notebook shows: the figure with its alternative text, and the sentence."""
        from lrviz.figure.notebook import show_run

        return show_run(self)


@dataclass(frozen=True, eq=False)
class Thumbnail:
    """The learning rates of a run, thinned: of many steps a picture shows a few in each column.

    Attributes:
        rows: one a curve and param group: steps and the values there, two arrays of one length.
        steps: the length of the run.
        base_lr: the largest learning rate that an optimizer of the run was given.
    """

    rows: tuple[tuple[Values, Values], ...]
    steps: int
    base_lr: float
