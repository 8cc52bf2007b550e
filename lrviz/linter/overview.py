"""A schedule in numbers: what is worth a look before a run pays for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np

from lrviz.curve import Curve
from lrviz.spell import align, printable, spell_number

DIGITS = 4  # of a learning rate
SMALL = 0.01  # the share of the peak below which a learning rate hardly trains


@dataclass(frozen=True)
class Summary:
    """One param group of one curve; steps and epochs are counted from 0.

    Attributes:
        curve: its label; empty for the only one.
        group: the param group's name; empty for the only one.
        steps: how many there are.
        peak: the highest learning rate.
        peak_step: the first step that has it: as many steps come before it.
        peak_epoch: the epoch of that step.
        final: the learning rate of the last step.
        full_steps: the sum of all learning rates as steps at the peak; 0 where that is not
            positive.
        jump: the largest change from one step to the next, up or down; 0 where nothing changes.
        jump_step: the first step after it; None where nothing changes.
        small_steps: how many steps are below 1 % of the peak.
    """

    curve: str
    group: str
    steps: int
    peak: float
    peak_step: int
    peak_epoch: int
    final: float
    full_steps: float
    jump: float
    jump_step: int | None
    small_steps: int

    @property
    def warmup_share(self) -> float:
        """The share of the run that comes before the peak."""
        return self.peak_step / self.steps


def summarise_curve(curve: Curve) -> tuple[Summary, ...]:
    """Return the summary of every param group.

    >>> import numpy as np
    >>> (one,) = summarise_curve(Curve(("",), np.array([[0.5, 1.0, 0.5, 0.0]]), (1.0,)))
    >>> one.peak_step, one.warmup_share, one.full_steps, one.small_steps
    (1, 0.25, 2.0, 1)
    """
    return tuple(_summarise(curve, row) for row in range(len(curve.lr)))


def _summarise(curve: Curve, row: int) -> Summary:
    values = curve.lr[row]
    at = int(values.argmax())
    peak = float(values[at])
    changes = np.diff(values, prepend=values[:1])
    largest = int(np.abs(changes).argmax())
    jump = float(changes[largest])
    return Summary(
        curve=curve.label,
        group=curve.groups[row],
        steps=curve.steps,
        peak=peak,
        peak_step=at,
        peak_epoch=at // curve.steps_per_epoch,
        final=float(values[-1]),
        full_steps=float(values.sum()) / peak if peak > 0 else 0.0,
        jump=jump,
        jump_step=largest if jump else None,
        small_steps=int(np.count_nonzero(values < SMALL * peak)) if peak > 0 else 0,
    )


_HEADINGS = (
    *("spec", "curve", "group", "peak", "at step", "epoch", "warm-up", "final"),
    *("full-rate steps", "largest jump", "at step", "below 1 % of peak"),
)
_WORDS = 3  # the first columns; the others are numbers


def overview_table(rows: Sequence[tuple[str, Summary]]) -> list[str]:
    """Return aligned lines, a heading first: a row a (spec's name, summary).

    A column that says nothing anywhere is left out.
    """
    cells = [_HEADINGS, *(tuple(_cells(name, each)) for name, each in rows)]
    telling = [any(column[1:]) for column in zip(*cells, strict=True)]
    return align([list(compress(row, telling)) for row in cells], sum(telling[:_WORDS]))


def _cells(name: str, summary: Summary) -> Iterator[str]:
    yield from map(printable, (name, summary.curve, summary.group))
    yield spell_number(summary.peak, DIGITS)
    yield from (f"{summary.peak_step}", f"{summary.peak_epoch}")
    yield f"{summary.warmup_share:.1%}".replace("%", " %")
    yield spell_number(summary.final, DIGITS)
    yield f"{summary.full_steps:.1f} of {summary.steps:,}"
    jump = f"{'+' * (summary.jump > 0)}{spell_number(summary.jump, DIGITS)}"
    yield from ("none", "") if summary.jump_step is None else (jump, f"{summary.jump_step}")
    yield f"{summary.small_steps}"
