"""What can go wrong, as values and exceptions.

Every exception that lrviz raises on purpose inherits from `LrvizError` and from the built-in that
a caller would expect, carries its facts as attributes and builds its own message::

    LrvizError
    ├── UsageError (ValueError)     what was asked for makes no sense       exit status 2
    │   ├── RefusedError            a file is not to be written, or not there
    │   └── WrongTypeError (TypeError)      nothing can be made of such a value
    ├── SpecError (ValueError)      a spec is wrong: one problem or many    exit status 2
    │   └── NoFigureError           there is none, and it is called a figure
    ├── ImageError (ValueError)     a picture or its record is damaged      exit status 2
    ├── FileError (OSError)         the machine failed: read, write         exit status 3
    ├── WorkerDied                  a process was killed at its work        exit status 3
    └── Mishap                      memory ran out, or lrviz has a bug      exit status 3
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

# How bad it is; a note is of what may well be meant so.
Grade = Literal["error", "warning", "note"]

KeyPath = tuple[str | int, ...]

# The most things that are told one by one of one spec.
MOST_TOLD = 50

# The longest that a part of a key path is spelt: nothing that exists is called so.
MAX_PART = 300


class Position(NamedTuple):
    """A place in a text; lines and columns are counted from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a spec, or worth saying of it.

    Attributes:
        source: the file as the user named it, or what else the value came from (`--set`).
        key: the key path, for example `("scheduler", "StepLR", "gamma")`; empty for the whole file.
        text: the problem and its remedy, separated by a semicolon.
        position: where it stands; None where the source has no lines.
        grade: how bad it is.

    >>> print(Problem("a.yaml", ("epochs",), "must be at least 1, got 0", Position(2, 1)))
    a.yaml:2:1: epochs: must be at least 1, got 0
    """

    source: str
    key: KeyPath
    text: str
    position: Position | None = None
    grade: Grade = "error"

    def __str__(self) -> str:
        place = self.source
        if self.position is not None:
            place += f":{self.position.line}:{self.position.column}"
        return ": ".join(filter(None, (place, spell_key(self.key), self.text)))

    @property
    def line(self) -> str:
        """The problem as it is printed: its grade stands before all but an error."""
        return str(self) if self.grade == "error" else f"{self.grade}: {self}"


def spell_key(key: KeyPath) -> str:
    """Return a key path as messages and `--set` spell it.

    >>> spell_key(("optimizer", "SGD", "param_groups", 0, "lr"))
    'optimizer.SGD.param_groups.0.lr'
    """
    parts = map(str, key)
    return ".".join(part if len(part) <= MAX_PART else f"{part[:MAX_PART]}…" for part in parts)


class LrvizError(Exception):
    """The base of every error that lrviz raises on purpose."""

    exit_status: ClassVar[int] = 2

    @property
    def lines(self) -> tuple[str, ...]:
        """What it says, a line a problem."""
        return (str(self),)

    def __reduce__(self) -> tuple[object, ...]:
        # Between processes go the message and the facts; no subclass is built from its message.
        return _make, (type(self),), {"args": self.args, **vars(self)}


def _make(kind: type[LrvizError]) -> LrvizError:
    return kind.__new__(kind)


class UsageError(LrvizError, ValueError):
    """What was asked for makes no sense, whatever the files hold."""


class WrongTypeError(UsageError, TypeError):
    """What was given is of a type that nothing can be made of.

    Its message says what is taken, what was given, and what may have been meant.
    """

    def __init__(self, taken: str, given: object, remedy: str = "") -> None:
        name = type(given).__name__
        got = "None" if given is None else f"a{'n' * (name[0] in 'aeiouAEIOU')} {name}"
        super().__init__(f"{taken}, not {got}{remedy}")


class RefusedError(UsageError):
    """A file that is not written, as something would be lost, or land elsewhere.

    Attributes:
        path: the file, or what stands in its way.
        reason: why not, and a remedy, in lower case.
    """

    def __init__(self, path: object, reason: str) -> None:
        self.path, self.reason = str(path), reason
        super().__init__(f"{path}: {reason}")


class SpecError(LrvizError, ValueError):
    """A spec that cannot be read, or that torch cannot drive.

    Attributes:
        problems: all that was found at this stage, in file order; never empty.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda each: each.position or Position(0, 0)))
        super().__init__("\n".join(map(str, self.told)))

    @property
    def told(self) -> tuple[Problem, ...]:
        """The problems that are worth printing: the first 50, then how many more there are."""
        rest = self.problems[MOST_TOLD:]
        if not rest:
            return self.problems
        closing = Problem(rest[-1].source, (), f"and {len(rest):,} more")
        return (*self.problems[:MOST_TOLD], closing)

    @property
    def lines(self) -> tuple[str, ...]:
        """What it says, a line a problem."""
        return tuple(map(str, self.told))


def spec_error(source: str, text: str) -> SpecError:
    """Return the error that a source as a whole is."""
    return SpecError([Problem(source, (), text)])


class NoFigureError(SpecError):
    """A spec that is called like a picture, and is missing: it may have been one to draw.

    Attributes:
        path: the file as the user named it.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        super().__init__([Problem(path, (), "no such figure")])


class ImageError(LrvizError, ValueError):
    """A picture, or the record in it, that cannot be read.

    Its message says what is wrong, in lower case; whoever knows the file puts its name before.
    """


class FileError(LrvizError, OSError):
    """A file that could not be read or written.

    Attributes:
        path: the file as the user named it.
        action: what was tried, `read` or `write`.
        reason: why it failed, in lower case.
    """

    exit_status = 3

    def __init__(self, path: str, action: str, reason: str) -> None:
        self.path, self.action, self.reason = path, action, reason
        super().__init__(f"{path}: cannot {action}: {reason}")

    @classmethod
    def from_os_error(cls, path: object, action: str, cause: OSError) -> "FileError":
        """Return the error for what the operating system said."""
        reason = (cause.strerror or str(cause) or type(cause).__name__).lower()
        return cls(str(path), action, reason)


class WorkerDied(LrvizError):  # noqa: N818 - what happened, as its name in messages
    """A process ended while it worked: killed, out of memory, crashed.

    Attributes:
        reason: how it ended, in lower case.
    """

    exit_status = 3

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"its worker process {reason}")


class Mishap(LrvizError):  # noqa: N818 - what happened, be it nobody's error
    """What was raised on no purpose, as one outcome among others.

    Attributes:
        path: what came of it was lost: a spec, or a file that was to be written.
        reason: what happened, and what tells more.
    """

    exit_status = 3

    def __init__(self, path: str, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(f"{path}: {reason}")
