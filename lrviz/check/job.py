"""What a worker is given for one figure, and what it gives back."""

from dataclasses import dataclass
from typing import Literal

from lrviz.check.facts import Facts
from lrviz.check.verdict import Action, Evidence
from lrviz.errors import Problem
from lrviz.system.process import quick_imports


@dataclass(frozen=True, eq=False)
class Job:
    """A figure to examine.

    Attributes:
        facts: what is known already.
        format: of the figure, should it be written.
        updates: whether one that is no match is to be written anew.
        adds: whether one that is missing is to be written.
        shows: whether pictures for a report are wanted of what is no match.
        remedy: what writes a figure that is missing.
    """

    facts: Facts
    format: Literal["png", "webp"]
    updates: bool = False
    adds: bool = False
    shows: bool = False
    remedy: str = ""


@dataclass(frozen=True, eq=False)
class Examined:
    """What became of a job.

    Attributes:
        evidence: the verdict and, where they were wanted, pictures.
        action: what writing `data` would do; None where nothing is to be written.
        data: the figure as it should be.
        warnings: what is worth saying on standard error.
    """

    evidence: Evidence
    action: Action | None = None
    data: bytes = b""
    warnings: tuple[Problem, ...] = ()


def examine(job: Job) -> Examined:
    """Examine a figure, in whatever process; what draws is imported only now."""
    with quick_imports():
        from lrviz.check.examine import examine_job
    return examine_job(job)
