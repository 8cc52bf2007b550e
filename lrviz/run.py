"""What driving a spec gives."""

from dataclasses import dataclass

from lrviz.curve import Curve, SchedulerFacts
from lrviz.spec.model import Spec
from lrviz.spec.options import FigureOptions


@dataclass(frozen=True, eq=False)
class Run:
    """A driven spec: its curves, and what torch made of its schedulers.

    Attributes:
        spec: what was driven.
        curves: one a schedule.
        schedulers: one a curve; those inside a composite are its children.
        warnings: what is worth saying on standard error, one line each.
    """

    spec: Spec
    curves: tuple[Curve, ...]
    schedulers: tuple[SchedulerFacts, ...]
    warnings: tuple[str, ...] = ()

    @property
    def steps(self) -> int:
        """The number of steps of the run."""
        return self.spec.total_steps

    @property
    def figure(self) -> FigureOptions:
        """How the spec asks to be drawn."""
        return self.spec.figure
