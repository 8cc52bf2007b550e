"""Drawing: from a run to a figure, pixels or bytes; the only stage that knows matplotlib."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lrviz.draw.outputs import plot

__all__ = ["plot"]


def __getattr__(name: str) -> object:
    if name not in __all__:  # a terminal's picture needs no matplotlib
        raise AttributeError(f"module 'lrviz.draw' has no attribute '{name}'")
    from lrviz.draw.outputs import plot

    return plot
