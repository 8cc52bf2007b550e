"""What became of one spec that was linted."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lrviz.errors import LrvizError, Problem
from lrviz.linter.engine import is_failure
from lrviz.linter.fix import Change, Refusal
from lrviz.linter.rule import SEVERITIES, Finding
from lrviz.linter.summary import Summary

State = Literal["clean", "findings", "wrong", "failed"]
"""`wrong`: torch cannot drive the spec; `failed`: the machine could not read or write it."""


@dataclass(frozen=True)
class Linted:
    """What became of one spec.

    Attributes:
        source: the spec as the user named it.
        findings: what the rules see in it; what was fixed is not among it.
        changes: what was fixed.
        refusals: what could have been and was not.
        summaries: of its curves, where they were asked for.
        warnings: what else is worth saying.
        error: why there is nothing to say of it, or why its fixes could not be written.
    """

    source: str
    findings: tuple[Finding, ...] = ()
    changes: tuple[Change, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    summaries: tuple[Summary, ...] = ()
    warnings: tuple[Problem, ...] = ()
    error: LrvizError | None = None

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
        return int(any(map(is_failure, self.findings)))


def count_states(linted: Sequence[Linted]) -> dict[str, int]:
    """Return how many specs there are, of what state, and how many findings of what severity."""
    states = Counter(each.state for each in linted)
    severities = Counter(finding.rule.severity for each in linted for finding in each.findings)
    return {
        "specs": len(linted),
        "clean": states["clean"],
        "with_findings": states["findings"],
        "wrong": states["wrong"],
        "failed": states["failed"],
        **{f"{severity}s": severities[severity] for severity in SEVERITIES},
        "fixed": sum(len(each.changes) for each in linted),
    }


def closing_line(linted: Sequence[Linted]) -> str:
    """Return a line on all: `12 specs: 9 clean, 2 with findings (1 error, 3 notes), 1 wrong`."""
    counts = count_states(linted)
    severities = [
        _count(counts[f"{severity}s"], severity)
        for severity in SEVERITIES
        if counts[f"{severity}s"]
    ]
    words = {
        "clean": "clean",
        "with_findings": f"with findings ({', '.join(severities)})",
        "wrong": "wrong",
        "failed": "failed",
    }
    states = [f"{counts[state]} {said}" for state, said in words.items() if counts[state]]
    fixed = f"; {_count(counts['fixed'], 'value')} fixed" if counts["fixed"] else ""
    return f"{_count(len(linted), 'spec')}: {', '.join(states)}{fixed}"


def _count(count: int, word: str) -> str:
    return f"{count} {word}{'s' * (count != 1)}"
