"""Where a spec comes from: a file, or code as `train.py:make`; and what is wrong at its places."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lrviz.errors import MOST_TOLD, Grade, KeyPath, Position, Problem, SpecError
from lrviz.spec.tree import Returns, Tree
from lrviz.system.files import Reads

if TYPE_CHECKING:
    from lrviz.curve import Curve, SchedulerFacts  # NumPy, which the command's help does without
    from lrviz.run.log import Log

SPEC_ENDINGS = (".yaml", ".yml")
# What stands before a spec's ending where a folder holds other YAML files, too.
MARK = ".lrviz"
FIGURE_ENDINGS = (".png", ".webp")
PICTURE_ENDINGS = (*FIGURE_ENDINGS, ".svg", ".pdf", ".jpg", ".jpeg", ".gif")

# What a file's name ends in, and no function's: whoever chooses the names of files, as a
# repository does, must not be able to name a factory where a shell lists them.
FILE_ENDINGS = frozenset(
    ending[1:] for ending in (*SPEC_ENDINGS, *PICTURE_ENDINGS, ".csv", ".json")
)

# Where a spec in the place of which code builds the scheduler says so.
FACTORY = ("factory",)

# What is in place of a factory's name in a figure of resumed runs begins so.
RESUMED = "resume of "

_DOTTED = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"
_NAME = re.compile(rf"(?P<place>.*\.py|{_DOTTED}):(?P<attribute>{_DOTTED})", re.DOTALL)


class FactoryName(NamedTuple):
    """Where a factory is.

    Attributes:
        place: a file that ends in `.py`, or a module.
        attribute: what the factory is called there, with dots where it is in a class.
    """

    place: str
    attribute: str

    @property
    def is_file(self) -> bool:
        """Whether it is in a file, and not in a module."""
        return self.place.endswith(".py")


def split_factory(source: str) -> FactoryName | None:
    r"""Return the factory that a source names; None where it names a file, `a:b` though it be.

    >>> split_factory("train.py:make_scheduler")
    FactoryName(place='train.py', attribute='make_scheduler')
    >>> split_factory("C:\\configs\\step.yaml") is None, split_factory("a.py:step.yaml") is None
    (True, True)
    """
    found = _NAME.fullmatch(source)
    if found is None or os.path.lexists(source):  # a link that leads nowhere is a file's name, too
        return None
    *before, last = found["attribute"].split(".")
    if before and last.lower() in FILE_ENDINGS:
        return None
    return FactoryName(found["place"], found["attribute"])


def source_file(source: str) -> str:
    """Return the file that a source is in, or what else it is called.

    >>> source_file("train.py:make_scheduler"), source_file("configs/step.yaml")
    ('train.py', 'configs/step.yaml')
    """
    named = split_factory(source)
    return named.place if named and named.is_file else source


def figure_stem(source: str) -> str:
    """Return what the figure of a source is called, without an ending.

    >>> figure_stem("configs/step.lrviz.yaml"), figure_stem("train.py:make_scheduler")
    ('step', 'make_scheduler')
    """
    named, stem = split_factory(source), Path(source).stem
    return named.attribute if named else stem.removesuffix(MARK) or stem


@dataclass(frozen=True, eq=False)
class Factory:
    """Code that builds a scheduler.

    Attributes:
        name: what a figure says of it.
        load: returns the function, which takes an optimizer and returns a scheduler, or takes
            nothing and returns both; or is a function of the step.
        guard: what surrounds all of it: loading, calling and driving.
        reads: the code of the user's that it has turned out to consist of.
        drawn: in place of code, what a figure remembers of the schedules it built.
        returns: what its function of the step returns; None where nobody has said so.
        missing: what to say where it cannot be driven, as where it does not tell how long its run
            is; empty where it can.
        log: what a run logged, in place of code, too; `key` is what a figure calls it then.
        told: of `drawn`, what the figure remembers of the schedulers; empty for nothing.
    """

    name: str
    load: Callable[[], Callable[..., object]]
    guard: Callable[[], AbstractContextManager[object]] = nullcontext
    reads: Reads = field(default_factory=Reads)
    drawn: "tuple[Curve, ...]" = ()
    returns: Returns | None = None
    missing: str = ""
    key: str = "factory"
    log: "Log | None" = None
    told: "tuple[SchedulerFacts, ...]" = ()


@dataclass(frozen=True)
class Source:
    """Where a spec came from, so that what is wrong can be shown in its place.

    Attributes:
        name: the file as the user named it.
        positions: the place of every key and list item.
        overrides: key paths that `--set` gave, and the option and text of each.
        swept: key paths that a sweep gives a value, and the key path of that value.
    """

    name: str = "<spec>"
    positions: Mapping[KeyPath, Position] = field(default_factory=dict)
    overrides: Mapping[KeyPath, str] = field(default_factory=dict)
    swept: Mapping[KeyPath, KeyPath] = field(default_factory=dict)

    def problem(self, key: KeyPath, text: str, grade: Grade = "error") -> Problem:
        """Return the problem at a key."""
        name, position = self.find(key)
        return Problem(name, key, text, position, grade)

    def find(self, key: KeyPath) -> tuple[str, Position | None]:
        """Return the file or option that gave a key, or the nearest to it, and where it stands."""
        for place in self._near(key):
            if place in self.overrides:
                return self.overrides[place], None
            if place in self.positions:
                return self.name, self.positions[place]
        return self.name, None

    def _near(self, key: KeyPath) -> Iterator[KeyPath]:
        """Yield a key and its parents; below the root what lies below it, which has made it."""
        yield from _walk_up(self.swept.get(self._swept(key), key))
        for below in (*self.swept, *self.overrides):
            if key and below[: len(key)] == key:
                yield from _walk_up(self.swept.get(below, below))
        yield ()

    def is_own(self, key: KeyPath) -> bool:
        """Whether a key stands for something of one curve only."""
        return key[:1] == ("curves",) or self._swept(key) in self.swept

    def _swept(self, key: KeyPath) -> KeyPath:
        """Return the part of a key that a sweep gives a value; all of it where none does."""
        return next((each for each in _walk_up(key) if each in self.swept), key)


def _walk_up(key: KeyPath) -> Iterator[KeyPath]:
    """Yield a key path and its parents, but not the root."""
    return (key[:end] for end in range(len(key), 0, -1))


class Problems:
    """What is wrong with a spec.

    Attributes:
        source: where the spec came from.
        found: in the order in which it was found; what is said twice is one.
        cause: of the first of them that a library raised; None where none did.

    >>> problems = Problems(Source("a.yaml"))
    >>> problems.say(("epochs",), "must be at least 1, got 0")
    >>> print(*problems.found)
    a.yaml: epochs: must be at least 1, got 0
    """

    def __init__(self, source: Source, found: dict[Problem, None] | None = None) -> None:
        self.source = source
        self.found = {} if found is None else found
        self.cause: Exception | None = None

    def say(self, key: KeyPath, text: str, cause: Exception | None = None) -> None:
        """Add what is wrong at a key path; the first cause is kept."""
        head, mark, known = text.partition("; known: ")
        problem = self.source.problem(key, text)
        told = islice(self.found, MOST_TOLD if mark else 0)
        if any(each.text.endswith(mark + known) for each in told):
            problem = problem if problem in self.found else self.source.problem(key, head)
        self.found.setdefault(problem)  # a list of names is read once
        self.cause = self.cause or cause

    def of(self, source: Source) -> "Problems":
        """Return the same problems, to which those of another source are added, as a sweep's."""
        return Problems(source, self.found)

    def refuse(self) -> None:
        """Do nothing where nothing is wrong.

        Raises:
            SpecError: all of it.
        """
        if self.found:
            raise SpecError(list(self.found)) from self.cause


def find_schedulers(tree: Mapping[str, Tree]) -> list[KeyPath]:
    """Return where plain data names a scheduler."""
    swept = tree.get("sweep")
    keys = swept if isinstance(swept, dict) else {}
    below: list[KeyPath] = [("sweep", key) for key in keys if key.split(".")[0] == "scheduler"]
    curves = tree.get("curves")
    if isinstance(curves, dict):  # of a figure of resumed runs, which have labels and nothing else
        below += [("curves",) for own in curves.values() if own != {}][:1]
    return [("scheduler",)] * ("scheduler" in tree) + below
