"""Remedies that are certain and local, applied to a spec's text one by one."""

from collections import Counter
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass

from lrviz.errors import KeyPath, LrvizError, Problem
from lrviz.lint.engine import is_failure
from lrviz.lint.rule import Finding, Fix
from lrviz.spec.edit import EditError, Value, find_value, replace_value
from lrviz.spec.tree import Tree, is_same_tree
from lrviz.spec.wording import spell

Lint = Callable[[str], tuple[Finding, ...]]
"""What a text's findings are; raises an `LrvizError` where it cannot be driven."""


@dataclass(frozen=True)
class Change:
    """A value that was replaced.

    Attributes:
        finding: what it was replaced for.
        old: what stood there, if anything did.
        new: what does.
    """

    finding: Finding
    old: Value
    new: Tree

    def __str__(self) -> str:
        was = f"was {spell(self.old.tree)}" if self.old.given else "was left out"
        return _say(self.finding, self.old.key, "fixed", f"{was}, is {spell(self.new)}")


@dataclass(frozen=True)
class Refusal:
    """A fix that was not made.

    Attributes:
        finding: what it was for.
        fix: what it would have been.
        reason: why not.
    """

    finding: Finding
    fix: Fix
    reason: str

    def __str__(self) -> str:
        return _say(self.finding, self.fix.key, "not fixed", self.reason)


@dataclass(frozen=True)
class Fixed:
    """What became of a text.

    Attributes:
        text: with its values replaced.
        findings: what there is to say of it still.
        changes: what was done, in order.
        refusals: what was not.
    """

    text: str
    findings: tuple[Finding, ...]
    changes: tuple[Change, ...] = ()
    refusals: tuple[Refusal, ...] = ()


def fix_text(text: str, findings: Sequence[Finding], lint: Lint, codes: Container[str]) -> Fixed:
    """Return a text in which what can be fixed is.

    A fix is made only if the findings are fewer for it: the changed text is linted again, so that
    the next fix is the one that fits then. Where it would bring an error or a warning, or torch
    could not drive the spec any more, the text stays as it was.

    Args:
        text: of a spec.
        findings: what there is to say of it.
        lint: what there is to say of another text.
        codes: of the rules whose fixes are wanted.
    """
    current = tuple(findings)
    tried: set[tuple[str, KeyPath]] = set()
    changes: list[Change] = []
    refusals: list[Refusal] = []
    while (found := _next(current, tried, codes)) is not None:
        finding, fix = found
        tried.add((finding.rule.code, fix.key))
        try:
            text, current, change = _try(text, current, finding, fix, lint)
        except EditError as error:
            refusals.append(Refusal(finding, fix, error.reason))
        else:
            changes.append(change)
    return Fixed(text, current, tuple(changes), tuple(refusals))


def _next(
    findings: Sequence[Finding], tried: set[tuple[str, KeyPath]], codes: Container[str]
) -> tuple[Finding, Fix] | None:
    """Return the first finding whose fix is wanted and has not been tried."""
    for finding in findings:
        code, fix = finding.rule.code, finding.fix
        if fix is not None and code in codes and (code, fix.key) not in tried:
            return finding, fix
    return None


def _try(
    text: str, findings: Sequence[Finding], finding: Finding, fix: Fix, lint: Lint
) -> tuple[str, tuple[Finding, ...], Change]:
    """Return the text after one fix, what there is to say of it, and what was done.

    Raises:
        EditError: the fix is not to be made.
    """
    _refuse_disagreement(findings, fix)
    old = find_value(text, fix.key)
    changed = replace_value(text, fix.key, fix.value)
    try:
        after = lint(changed)
    except LrvizError as error:
        raise EditError(f"torch could not drive it then: {str(error).splitlines()[0]}") from None
    new = _count(after) - _count(findings)
    if new:
        raise EditError(f"{', '.join(sorted(new))} would be found then")
    code = finding.rule.code
    if _count_all(after)[code] >= _count_all(findings)[code]:
        raise EditError("it would be found all the same")
    return changed, after, Change(finding, old, fix.value)


def _refuse_disagreement(findings: Sequence[Finding], fix: Fix) -> None:
    """Refuse a fix of a value that another would set otherwise: several curves may share it."""
    for other in findings:
        theirs = other.fix
        if (
            theirs is not None
            and theirs.key == fix.key
            and not is_same_tree(theirs.value, fix.value)
        ):
            both = f"{spell(fix.value)} or {spell(theirs.value)}"
            raise EditError(f"it could be {both}; give each its own")


def _count(findings: Sequence[Finding]) -> Counter[str]:
    return Counter(finding.rule.code for finding in findings if is_failure(finding))


def _count_all(findings: Sequence[Finding]) -> Counter[str]:
    return Counter(finding.rule.code for finding in findings)


def _say(finding: Finding, key: KeyPath, done: str, text: str) -> str:
    problem = finding.problem
    place = str(Problem(problem.source, (), "", problem.position))
    return f"{place}: {finding.rule.code} {done}: {Problem('', key, text)}"
