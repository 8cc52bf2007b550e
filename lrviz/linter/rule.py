"""How a rule is written down, what comes of it, and how its messages spell numbers.

A rule is a function that yields what looks wrong in one schedule. Its docstring is its
documentation: what it sees, in one line; why that is a mistake; where people met it in public.
"""

import inspect
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from textwrap import fill
from typing import NamedTuple, get_args

from lrviz.errors import Grade, KeyPath, Problem, spell_key
from lrviz.linter.part import Part
from lrviz.linter.remedy import Fix
from lrviz.linter.view import View
from lrviz.spec.wording import READABLE
from lrviz.spell import spell_list, spell_number, spell_yaml

Names = tuple[str, ...]

SEVERITIES: tuple[Grade, ...] = get_args(Grade)

_RATE = 3  # the significant digits of a learning rate


class Found(NamedTuple):
    """What a rule saw.

    Attributes:
        key: the key path that it is about.
        message: what happens, with the numbers of this very run.
        fixes: remedies, of which the first that helps is told, and made where it is certain.
        remedy: what is told where none of them does, in words.
        grade: how bad it is; None for as bad as the rule says.
        silenced_by: as a rule's, for this alone.
    """

    key: KeyPath
    message: str
    fixes: tuple[Fix, ...] = ()
    remedy: str = ""
    grade: Grade | None = None
    silenced_by: Names = ()


# Yields what it sees in a schedule, and in one of its schedulers.
See = Callable[[View, Part], Iterator[Found]]


@dataclass(frozen=True)
class Rule:
    """One mistake that people make.

    Attributes:
        code: stable, `LR001` and on; never used again for another mistake.
        severity: of most of what it sees: an error or a warning fails a lint, a note never does.
        see: yields what it sees, and is documented with what there is to know.
        about: the roles of arguments, or names, of the schedulers that it is handed, one after
            another; empty for the top one only.
        silenced_by: rules that name the reason where they see something in the same curve.
        everywhere: whether it is handed schedulers that the run never comes to as well.
    """

    code: str
    severity: Grade
    see: See
    about: Names = ()
    silenced_by: Names = ()
    everywhere: bool = False

    @property
    def name(self) -> str:
        """A few words with hyphens."""
        return self.see.__name__.replace("_", "-")

    @property
    def paragraphs(self) -> list[str]:
        """What it sees, why, and where it was met; empty where Python keeps no docstrings."""
        text = inspect.getdoc(self.see) or ""
        return [" ".join(each.split()) for each in text.split("\n\n") if each]

    @property
    def summary(self) -> str:
        """What it sees, in one line that goes on from others."""
        text = "".join(self.paragraphs[:1]).rstrip(".")
        is_name = any(letter.isupper() or letter == "_" for letter in text.partition(" ")[0][1:])
        return text if is_name else f"{text[:1].lower()}{text[1:]}"

    def explain(self) -> str:
        """Return what there is to know of it, as plain text."""
        heading = f"{self.code} {self.name} ({self.severity})"
        summary, *why = self.paragraphs or ["python -OO drops what there is to say."]
        return "\n\n".join(map(wrap, (heading, f"{summary[0].upper()}{summary[1:]}", *why)))


def rule(
    code: str, severity: Grade, about: Names = (), silenced_by: Names = (), everywhere: bool = False
) -> Callable[[See], Rule]:
    """Return a decorator that makes a rule of a function, which gives it name and documentation."""
    return lambda see: Rule(code, severity, see, about, silenced_by, everywhere)


@dataclass(frozen=True, repr=False)
class Finding:
    """One mistake in one place.

    Attributes:
        rule: the rule that saw it.
        problem: where it stands, and what it says; its grade is how bad it is.
        fix: the remedy, where it is certain and local; the same said twice is fixed as at first.
        label: the curve it was seen in; empty for the only one.
        remedy: what to do about it, in words.
    """

    rule: Rule
    problem: Problem
    fix: Fix | None = field(default=None, compare=False)
    label: str = ""
    remedy: str = field(default="", compare=False)

    @property
    def code(self) -> str:
        """The code of its rule, such as `LR001`."""
        return self.rule.code

    @property
    def key(self) -> str:
        """What it is about, as `--set` spells it."""
        return spell_key(self.problem.key)

    @property
    def line(self) -> int | None:
        """Where that stands, counted from 1; None where the spec has no lines."""
        return self.problem.position.line if self.problem.position else None

    @property
    def severity(self) -> Grade:
        """How bad it is: mostly as bad as its rule says."""
        return self.problem.grade

    @property
    def is_failure(self) -> bool:
        """Whether it fails a lint, as errors and warnings do."""
        return self.severity != "note"

    @property
    def message(self) -> str:
        """What it says, and of which curve."""
        return f"{self.problem.text} (curve '{self.label}')" if self.label else self.problem.text

    def tell(self, what: str, key: KeyPath, text: str) -> str:
        """Return a line on it: place, code, what it is, and a text on a key."""
        place = replace(self.problem, key=(), text=f"{self.rule.code} {what}")
        return f"{place}: {Problem('', key, text)}"

    def __str__(self) -> str:
        return self.tell(self.severity, self.problem.key, self.message)

    __repr__ = __str__


def wrap(text: str) -> str:
    """Return a paragraph in lines that fit a terminal."""
    return fill(text, 100, break_long_words=False, break_on_hyphens=False)


def rate(value: float) -> str:
    """Return a learning rate as messages spell it.

    >>> rate(0.0146123)
    '0.0146'
    """
    return spell_number(value, _RATE)


def rounded(value: float) -> float:
    """Return a learning rate as a remedy gives it.

    >>> rounded(1 / 3000)
    0.000333
    """
    return float(f"{value:.{_RATE}g}")


def share(value: float) -> str:
    """Return a share in percent.

    >>> share(0.786)
    '79 %'
    """
    return f"{100 * value:.0f} %"


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


def listed(texts: Iterable[str]) -> str:
    """Return values in words, at most four of them.

    >>> listed(["8", "16", "24"])
    '8, 16 and 24'
    """
    values = list(texts)
    return spell_list(values if len(values) <= 4 else [*values[:3], f"{len(values) - 3} more"])


def rates(values: Iterable[float]) -> str:
    """Return learning rates in words, at most four of them."""
    return listed(map(rate, values))
