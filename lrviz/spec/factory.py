"""Code that takes the place of a scheduler that a spec names."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from lrviz.curve import Curve
from lrviz.system.reads import Reads


@dataclass(frozen=True, eq=False)
class Factory:
    """Code that builds a scheduler.

    Attributes:
        name: what a figure says of it.
        load: returns the function, which takes an optimizer and returns a scheduler, or takes
            nothing and returns both.
        guard: what surrounds all of it: loading, calling and driving.
        reads: the code of the user's that it has turned out to consist of.
        drawn: in place of code, what a figure remembers of the schedules it built.
    """

    name: str
    load: Callable[[], Callable[..., object]]
    guard: Callable[[], AbstractContextManager[object]] = nullcontext
    reads: Reads = field(default_factory=Reads)
    drawn: tuple[Curve, ...] = ()
