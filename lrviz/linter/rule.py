"""What a rule is: a small unit that reads one schedule and its curve, and says what looks wrong."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from lrviz.curve import Curve, SchedulerFacts
from lrviz.errors import KeyPath, Problem
from lrviz.spec.model import Schedule, Spec
from lrviz.spec.tree import Tree

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)


@dataclass(frozen=True)
class Case:
    """One schedule, as a rule sees it.

    Attributes:
        spec: the whole spec.
        schedule: what the spec says of this curve.
        facts: what torch made of its scheduler, those inside a composite as children.
        curve: the driven values.
    """

    spec: Spec
    schedule: Schedule
    facts: SchedulerFacts
    curve: Curve


@dataclass(frozen=True)
class Fix:
    """A remedy that is certain and local: one value of the spec, replaced.

    Attributes:
        key: the value's key path.
        value: what it is to be.
    """

    key: KeyPath
    value: Tree


@dataclass(frozen=True)
class Found:
    """What a rule saw.

    Attributes:
        key: the key path that it is about.
        message: what happens, with the numbers of this very run, and the remedy after a semicolon.
        fix: the remedy, where it is certain and local.
    """

    key: KeyPath
    message: str
    fix: Fix | None = None


@dataclass(frozen=True)
class Rule:
    """One mistake that people make.

    Attributes:
        code: stable, `LR001` and on; never used again for another mistake.
        name: short, in words with hyphens.
        severity: an error or a warning fails a lint, a note never does.
        summary: what it sees, in one line.
        why: a paragraph that explains it.
        threads: where people met it in public, as owner/repo#number.
        check: yields what it sees in one schedule.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    why: str
    threads: tuple[str, ...]
    check: Callable[[Case], Iterator[Found]]


@dataclass(frozen=True)
class Finding:
    """One mistake in one place.

    Attributes:
        rule: the rule that saw it.
        problem: where it stands, and what it says.
        fix: the remedy, where it is certain and local.
        label: the curve it was seen in; empty for the only one.
    """

    rule: Rule
    problem: Problem
    fix: Fix | None = None
    label: str = ""
