"""Code that takes the place of a scheduler that a spec names."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class Factory:
    """Code that builds a scheduler.

    Attributes:
        name: what a figure says of it.
        call: takes an optimizer and returns a scheduler, or takes nothing and returns both.
        guard: what surrounds every call into the code, driving included.
    """

    name: str
    call: Callable[..., object]
    guard: Callable[[], AbstractContextManager[object]] = nullcontext
