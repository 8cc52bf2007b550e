"""What classes, functions and modules remember: set aside while a copy is driven, then put back.

A scheduler's copy has variables of its own, but shares its class, and with it what the methods of
that class write to: attributes of the class and of functions, names of their module. Only code of
the user's is looked at; what is installed keeps no state of a schedule there.
"""

import enum
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

from lrviz.drive.blame import is_installed
from lrviz.drive.memory import CONSTANT, list_names

Namespace = type | FunctionType | dict[str, Any]


class Place(NamedTuple):
    """A name that code reads, and may write.

    Attributes:
        owner: a class, a function, or a module's names.
        name: what it has there.
        value: what stands there now.
    """

    owner: Namespace
    name: str
    value: object


def is_own(found: type | ModuleType) -> bool:
    """Whether a class or module is the user's, and no installed one."""
    name = found.__name__ if isinstance(found, ModuleType) else found.__module__
    top = name.partition(".")[0]
    files = (getattr(sys.modules.get(each), "__file__", None) for each in (name, top))
    installed = any(file is not None and is_installed(file) for file in files)
    return name == "__main__" or not (installed or top in sys.stdlib_module_names)


def find_places(reached: Iterable[type | FunctionType]) -> list[Place]:
    """Return every name that functions and classes of the user's could write to."""
    search = _Search()
    for each in reached:
        search.look_at(each)
    return search.places


@contextmanager
def staged(places: Sequence[Place], copies: Sequence[object]) -> Iterator[None]:
    """Have copies stand in the places inside, and afterwards what stood there before."""
    try:
        for place, copied in zip(places, copies, strict=True):
            if not isinstance(place.value, CONSTANT):
                _put(place, copied)
        yield
    finally:
        for place in places:
            _put(place, place.value)


class _Search:
    """Looks at code and what it names, each once."""

    def __init__(self) -> None:
        self.places: list[Place] = []
        self._seen: set[tuple[int, str]] = set()

    def look_at(self, found: object) -> None:
        """Add the places of a class, or those that a function names."""
        if isinstance(found, type):
            for each in found.__mro__:
                if is_own(each) and not isinstance(each, enum.EnumMeta) and self._is_new(each):
                    self._look_inside(each)
        elif isinstance(found, FunctionType) and self._is_new(found):
            self._look_through(found)

    def _look_inside(self, found: type) -> None:
        for name, value in list(vars(found).items()):
            function = getattr(value, "__func__", getattr(value, "fget", value))
            if isinstance(function, FunctionType):
                self.look_at(function)
            elif not name.startswith("__") and not hasattr(type(value), "__get__"):
                self._add(found, name, value)

    def _look_through(self, function: FunctionType) -> None:
        if is_installed(function.__code__.co_filename):
            return
        self._add(function, "__dict__", vars(function))  # all of it: attributes may be new
        names, known = set(list_names(function.__code__)), function.__globals__
        for name in names & known.keys():
            value = known[name]
            if isinstance(value, ModuleType):
                for inner in names & vars(value).keys() if is_own(value) else ():
                    self._look_or_add(vars(value), inner, vars(value)[inner])
            else:
                self._look_or_add(known, name, value)

    def _look_or_add(self, owner: dict[str, Any], name: str, value: object) -> None:
        if isinstance(value, type | FunctionType):
            self.look_at(value)
        elif not isinstance(value, ModuleType):
            self._add(owner, name, value)

    def _add(self, owner: Namespace, name: str, value: object) -> None:
        if self._is_new(owner, name):
            self.places.append(Place(owner, name, value))

    def _is_new(self, found: object, name: str = "") -> bool:
        key = (id(found), name)
        new = key not in self._seen
        self._seen.add(key)
        return new


def _put(place: Place, value: object) -> None:
    if isinstance(place.owner, dict):
        place.owner[place.name] = value
    else:
        setattr(place.owner, place.name, value)
