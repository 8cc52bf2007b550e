"""A run, reduced to what a small picture can show of it."""

from dataclasses import dataclass

from lrviz.curve import Values


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
