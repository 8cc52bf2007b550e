"""What a source is called: a file, or training code as `train.py:make`; and that code itself."""

import os
import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lrviz.system.files import Reads

if TYPE_CHECKING:
    from lrviz.curve import Curve  # NumPy, which the command's help does without

SPEC_ENDINGS = (".yaml", ".yml")
FIGURE_ENDINGS = (".png", ".webp")
PICTURE_ENDINGS = (*FIGURE_ENDINGS, ".svg", ".pdf", ".jpg", ".jpeg", ".gif")

# What a file's name ends in, and no function's: whoever chooses the names of files, as a
# repository does, must not be able to name a factory where a shell lists them.
FILE_ENDINGS = frozenset(
    ending[1:] for ending in (*SPEC_ENDINGS, *PICTURE_ENDINGS, ".csv", ".json")
)

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

    >>> figure_stem("configs/step.yaml"), figure_stem("train.py:make_scheduler")
    ('step', 'make_scheduler')
    """
    named = split_factory(source)
    return named.attribute if named else Path(source).stem


@dataclass(frozen=True, eq=False)
class Factory:
    """Code that builds a scheduler.

    Attributes:
        name: what a figure says of it.
        load: returns the function, which takes an optimizer and returns a scheduler, or takes
            nothing and returns both.
        guard: what surrounds all of it: loading, calling and driving.
        reads: the code of the user's that it has turned out to consist of.
        drawn: in place of code, what a figure remembers of the schedules it built.
    """

    name: str
    load: Callable[[], Callable[..., object]]
    guard: Callable[[], AbstractContextManager[object]] = nullcontext
    reads: Reads = field(default_factory=Reads)
    drawn: "tuple[Curve, ...]" = ()
