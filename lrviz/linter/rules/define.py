"""How a rule is written down, and how its messages spell numbers."""

import math
from collections.abc import Callable, Iterator

from lrviz.linter.phases import View, view_of
from lrviz.linter.rule import Case, Found, Rule, Severity
from lrviz.spec.wording import READABLE
from lrviz.spell import spell_number, spell_yaml

RATE = 3
"""The significant digits of a learning rate in a message."""

See = Callable[[View], Iterator[Found]]


def rule(
    code: str,
    name: str,
    severity: Severity,
    *,
    summary: str,
    why: str,
    threads: tuple[str, ...] = (),
) -> Callable[[See], Rule]:
    """Return a decorator that makes a rule of a function which yields what it sees.

    Args:
        code: as `lrviz.linter.rule.Rule`, like the others.
        name: short, in words with hyphens.
        severity: an error or a warning fails a lint, a note never does.
        summary: what it sees, in one line.
        why: a paragraph that explains it.
        threads: where people met it in public.
    """

    def decorate(see: See) -> Rule:
        def check(case: Case) -> Iterator[Found]:
            return see(view_of(case))

        return Rule(code, name, severity, summary, why, threads, check)

    return decorate


def rate(value: float) -> str:
    """Return a learning rate as messages spell it.

    >>> rate(0.0146123)
    '0.0146'
    """
    return spell_number(value, RATE)


def count(value: float) -> str:
    """Return a number of calls as messages spell it.

    >>> count(100000.0), count(2.4), count(1e300), count(math.inf)
    ('100000', '2.4', '1e300', '.inf')
    """
    if not math.isfinite(value):
        return spell_yaml(value)
    return str(int(value)) if value == int(value) and abs(value) < READABLE else spell_number(value)


def calls(value: float) -> str:
    """Return a length in words.

    >>> calls(1), calls(28)
    ('1 call', '28 calls')
    """
    return "1 call" if value == 1 else f"{count(value)} calls"


def listed(values: list[str]) -> str:
    """Return values in words, at most four of them.

    >>> listed(["8", "16", "24"])
    '8, 16 and 24'
    """
    shown = values if len(values) <= 4 else [*values[:3], f"{len(values) - 3} more"]
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))
