"""Where a spec came from, and what is wrong with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lrviz.errors import Grade, KeyPath, Position, Problem, SpecError


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
        """Return the problem at a key, or at the nearest to it that stands somewhere."""
        for place in self._near(key):
            if place in self.overrides:
                return Problem(self.overrides[place], key, text, grade=grade)
            if place in self.positions:
                return Problem(self.name, key, text, self.positions[place], grade)
        return Problem(self.name, key, text, grade=grade)

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

    >>> problems = Problems(Source("a.yaml"))
    >>> problems.say(("epochs",), "must be at least 1, got 0")
    >>> print(*problems.found)
    a.yaml: epochs: must be at least 1, got 0
    """

    def __init__(self, source: Source, found: dict[Problem, None] | None = None) -> None:
        self.source = source
        self.found = {} if found is None else found

    def say(self, key: KeyPath, text: str) -> None:
        """Add what is wrong at a key path."""
        self.found.setdefault(self.source.problem(key, text))

    def of(self, source: Source) -> "Problems":
        """Return the same problems, to which those of another source are added, as a sweep's."""
        return Problems(source, self.found)

    def refuse(self) -> None:
        """Do nothing where nothing is wrong.

        Raises:
            SpecError: all of it.
        """
        if self.found:
            raise SpecError(list(self.found))
