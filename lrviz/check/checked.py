"""What a whole check found, and what that makes of the command's exit status."""

from collections import Counter
from dataclasses import dataclass

from lrviz.check.verdict import OUTCOMES, Evidence, Verdict
from lrviz.errors import Problem


@dataclass(frozen=True)
class Checked:
    """What a check found.

    Attributes:
        results: one a spec, in the order of the specs, and one an orphan.
        warnings: what is worth saying on standard error.
    """

    results: tuple[Evidence, ...]
    warnings: tuple[Problem, ...] = ()

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts without their pictures."""
        return tuple(each.verdict for each in self.results)

    @property
    def compared(self) -> bool:
        """Whether a spec was held against a figure at all, or a figure written."""
        return any(
            each.outcome in ("match", "differs", "inconclusive") or each.action
            for each in self.verdicts
        )

    @property
    def exit_status(self) -> int:
        """What the command's exit status must be at least."""
        return max([0 if self.compared else 1, *(each.exit_status for each in self.verdicts)])

    @property
    def counts(self) -> dict[str, int]:
        """How many there are of every outcome, and what was done about them."""
        outcomes = Counter(each.outcome for each in self.verdicts)
        return {outcome: outcomes[outcome] for outcome in OUTCOMES} | {
            "total": len(self.verdicts),
            "updated": sum(each.action == "updated" for each in self.verdicts),
            "added": sum(each.action == "added" for each in self.verdicts),
            "pixels_inconclusive": sum(map(is_unseen, self.verdicts)),
        }


def is_seen_only(verdict: Verdict) -> bool:
    """Whether it is a match by its pixels alone: the figure stores no numbers."""
    return verdict.outcome == "match" and verdict.block == 0


def is_unseen(verdict: Verdict) -> bool:
    """Whether it is a match by its numbers alone."""
    return verdict.outcome == "match" and not verdict.pixels_compared
