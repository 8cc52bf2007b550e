"""What a lint found in specs, and how much of it there is."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from lrviz.errors import LrvizError, Problem, SpecError
from lrviz.linter.fix import Change, Findings, Refusal
from lrviz.linter.overview import Summary
from lrviz.linter.rule import SEVERITIES

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
