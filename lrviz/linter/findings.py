"""What a lint found in specs, how much of it there is, and their curves in numbers."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Literal

import numpy as np

from lrviz.curve import Curve
from lrviz.errors import LrvizError, Problem, SpecError
from lrviz.linter.fix import Change, Findings, Refusal
from lrviz.linter.rule import SEVERITIES
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


# `wrong`: torch cannot drive the spec; `failed`: the machine could not read or write it.
State = Literal["clean", "findings", "wrong", "failed"]


@dataclass(frozen=True)
class Linted:
    """What became of one spec.

    Attributes:
        source: the spec as the user named it.
        findings: what the rules see in it; what was fixed is not among it.
        changes: what was fixed; with a diff, what would be.
        refusals: what could have been and was not.
        summaries: of its curves, where they were asked for.
        warnings: what else is worth saying.
        error: why there is nothing to say of it, or why its fixes could not be written.
        derivation: how its steps follow from its data, where summaries are asked for.
        diff: where fixes are shown and not made, the unified diff of all of them; else None.
    """

    source: str
    findings: Findings = ()
    changes: tuple[Change, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    summaries: tuple[Summary, ...] = ()
    warnings: tuple[Problem, ...] = ()
    error: LrvizError | None = None
    derivation: str = ""
    diff: str | None = None

    @property
    def state(self) -> State:
        """What became of it, in a word."""
        if self.error is not None:
            return "failed" if self.error.exit_status > 2 else "wrong"
        return "findings" if self.findings else "clean"

    @property
    def exit_status(self) -> int:
        """What the command's exit status must be at least."""
        if self.error is not None:
            return self.error.exit_status
        if self.diff is not None:
            return int(bool(self.diff))
        return int(any(each.is_failure for each in self.findings))

    @property
    def told(self) -> tuple[Problem, ...]:
        """What its error says, one by one."""
        if isinstance(self.error, SpecError):
            return self.error.told
        return () if self.error is None else (Problem(self.source, (), str(self.error)),)


def judge(linted: Iterable[Linted], *, lenient: bool) -> int:
    """Return the exit status that specs ask for; `lenient`, findings ask for none."""
    return max((each.exit_status for each in linted if each.error or not lenient), default=0)


def count_rules(linted: Iterable[Linted]) -> list[tuple[str, int, str]]:
    """Return every rule that found something: code, how often, name; the most frequent first."""
    found = Counter((each.rule.code, each.rule.name) for one in linted for each in one.findings)
    ranked = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    return [(code, count, name) for (code, name), count in ranked]


def count_states(linted: Sequence[Linted]) -> dict[str, int]:
    """Return how many specs there are, of what state, and how many findings of what severity."""
    states = Counter(each.state for each in linted)
    severities = Counter(finding.severity for each in linted for finding in each.findings)
    return {
        **{"specs": len(linted), "with_findings": states["findings"]},
        **{state: states[state] for state in ("clean", "wrong", "failed")},
        **{f"{severity}s": severities[severity] for severity in SEVERITIES},
        "fixed": sum(len(each.changes) for each in linted),
    }


def closing_line(linted: Sequence[Linted]) -> str:
    """Return a line on all: `12 specs: 9 clean, 2 with findings (1 error, 3 notes), 1 wrong`."""
    counts = count_states(linted)
    severities = [(counts[f"{severity}s"], severity) for severity in SEVERITIES]
    told = ", ".join(_count(*each) for each in severities if each[0])
    words = {"with_findings": f"with findings ({told})"}
    states = ("clean", "with_findings", "wrong", "failed")
    said = ", ".join(f"{counts[each]} {words.get(each, each)}" for each in states if counts[each])
    how = "would be fixed" if any(each.diff for each in linted) else "fixed"
    fixed = f"; {_count(counts['fixed'], 'value')} {how}" if counts["fixed"] else ""
    return f"{_count(len(linted), 'spec')}: {said}{fixed}"


def _count(count: int, word: str) -> str:
    return f"{count} {word}{'s' * (count != 1)}"


def spell_beside(problem: Problem, source: str) -> str:
    """Return a problem as it is told beside its place in a file, even if an option brought it."""
    said = f" ({problem.source})" if problem.source != source else ""
    return f"{Problem('', problem.key, problem.text)}{said}"
