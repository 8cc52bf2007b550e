"""What a training run wrote of its learning rates, whoever wrote it: its log, as values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lrviz.curve import Steps, Values


@dataclass(frozen=True)
class Precision:
    """How exactly a format tells a number.

    Attributes:
        words: what it is called, `float32`, `6 digits`; empty where every number is told whole.
        relative: half of the last place, as a share of the value.
        absolute: half of the last place, where places are counted from the point.

    >>> Precision("4 digits", relative=5e-4).tolerance(np.array([0.1])).tolist()
    [5e-05]
    """

    words: str = ""
    relative: float = 1e-12
    absolute: float = 0.0

    def tolerance(self, values: Values) -> Values:
        """Return how far a logged number may be from each value that was meant."""
        return np.maximum(np.abs(values) * self.relative, self.absolute)


@dataclass(frozen=True, eq=False)
class Series:
    """The learning rates of one param group, as far as they were logged.

    Attributes:
        name: as the log has it, `learning_rate`, `lr-SGD/pg1`.
        steps: as the log counts them, ascending, none twice; shape (points,).
        values: finite; shape (points,).
    """

    name: str
    steps: Steps
    values: Values


@dataclass(frozen=True, eq=False)
class Log:
    """One training run as it was logged.

    Attributes:
        name: the file or folder as the user named it; of several parts `FIRST and N more`.
        writer: whose format it is, `trainer_state.json of Hugging Face`, `TensorBoard events`.
        unit: what its steps count: optimizer steps, epochs, or rows where it counts nothing.
        series: one a param group, at least one, in the order of the log.
        precision: of its numbers.
        starts: the steps at which its second, third, … part begins: a run that was resumed.
        notes: what is worth saying, a line each: columns that were guessed, rows left out, where a
            file breaks off.
        files: all that was read.
    """

    name: str
    writer: str
    unit: Literal["step", "epoch", "row"]
    series: tuple[Series, ...]
    precision: Precision = Precision()
    starts: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    files: Sequence[str] = ()

    @property
    def points(self) -> int:
        """The number of learning rates that were logged of the first param group."""
        return len(self.series[0].steps)
