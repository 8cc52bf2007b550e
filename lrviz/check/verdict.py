"""What a comparison of a figure with its spec found: values, no effects."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

from lrviz.errors import FileError, LrvizError, Mishap, Position, Problem, SpecError
from lrviz.figure.moves import NumbersDifference
from lrviz.spec.origin import source_file
from lrviz.system.versions import Versions

# `wrong`: the spec cannot be driven; `failed`: the machine could not read, draw or write.
Outcome = Literal[
    "match", "differs", "missing", "orphan", "unreadable", "inconclusive", "wrong", "failed"
]

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

Action = Literal["updated", "added"]

# What a report is called in its folder.
PAGE = "index.html"

# What each outcome makes of the command's exit status, unless the figure has been mended.
EXIT_STATUS: Mapping[Outcome, int] = dict.fromkeys(OUTCOMES, 1) | {
    "match": 0,
    "wrong": 2,
    "failed": 3,
}

# What must be the same for two pictures of one run to have the same pixels.
DRAWING = ("lrviz", "matplotlib", "freetype", "pillow", "fonts", "platform")

_MOST_LETTERS = 400
# Of a name or a version.
MOST_NAME = 120

Changes = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class PixelsDifference:
    """How two pictures differ.

    Attributes:
        moved: how many pixels differ.
        total: how many there are in the larger.
        largest: the largest difference of one channel, of 255.
        old_size: the baseline's width and height.
        new_size: the result's.
    """

    moved: int
    total: int
    largest: int
    old_size: tuple[int, int]
    new_size: tuple[int, int]

    def __str__(self) -> str:
        if self.old_size != self.new_size:
            (width, height), (new_width, new_height) = self.old_size, self.new_size
            return f"the picture was {width} x {height} pixels, is {new_width} x {new_height}"
        return f"{self.moved:,} of {self.total:,} pixels differ, by up to {self.largest} of 255"


class Pictures(NamedTuple):
    """What a report shows of a figure, as PNG bytes; None for what there is not.

    Attributes:
        baseline: the stored picture.
        result: the picture drawn now.
        difference: the pixels that differ, marked, where one can be laid over the other.
        overlay: both curves in one picture, where numbers are stored.
    """

    baseline: bytes | None = None
    result: bytes | None = None
    difference: bytes | None = None
    overlay: bytes | None = None


NO_PICTURES = Pictures()


@dataclass(frozen=True)
class Verdict:
    """What became of one spec or baseline.

    Attributes:
        outcome: one of the design's words.
        source: the spec's file; empty for an orphan.
        baseline: the figure's file; where it was looked for, if it is missing.
        reason: one line for people, without the file's name.
        numbers: which numbers moved; None where none did or none were compared.
        keys: key paths of the spec that are not what the baseline was drawn from.
        changes: what each of them was, and is, in short: None for what is not given.
        pixels: how the pictures differ; None where they do not or were not compared.
        pixels_compared: whether the pictures could be compared at all.
        versions: what the baseline and this installation differ in: name to (then, now).
        problems: what is wrong with the spec, or why it cannot be read.
        position: the place in `source` that this is about: of the first key that differs, else of
            the scheduler; None where there is none.
        action: what was done about it; None for nothing.
        block: steps a block of the numbers that were compared; 1 where every value was, 0 where
            none is stored.
        pictures: what a report shows.
    """

    outcome: Outcome
    source: str
    baseline: str
    reason: str
    numbers: NumbersDifference | None = None
    keys: tuple[str, ...] = ()
    changes: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)
    pixels: PixelsDifference | None = None
    pixels_compared: bool = False
    versions: Changes = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    position: Position | None = None
    action: Action | None = None
    block: int = 0
    pictures: Pictures = NO_PICTURES

    @property
    def exit_status(self) -> int:
        """What the command's exit status must be at least: a figure that was mended is no fault."""
        return 0 if self.action else EXIT_STATUS[self.outcome]

    @property
    def is_seen_only(self) -> bool:
        """Whether it is a match by its pixels alone: the figure stores no numbers."""
        return self.outcome == "match" and self.block == 0

    @property
    def is_unseen(self) -> bool:
        """Whether it is a match by its numbers alone."""
        return self.outcome == "match" and not self.pixels_compared


@dataclass(frozen=True)
class Checked:
    """What a whole check found.

    Attributes:
        verdicts: one a spec, in the order of the specs, and one an orphan.
        warnings: what is worth saying on standard error.
    """

    verdicts: tuple[Verdict, ...]
    warnings: tuple[Problem, ...] = ()

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
            "pixels_inconclusive": sum(each.is_unseen for each in self.verdicts),
        }


def refuse(source: str, path: str, error: LrvizError) -> Verdict:
    """Return the verdict on a spec that cannot be driven, or that the machine would not let be.

    Args:
        source: the spec's file.
        path: the figure's file.
        error: what went wrong.
    """
    if isinstance(error, SpecError):
        first, told = error.problems[0], error.told
        position = first.position if first.source == source else None
        reason = clip("; ".join(each.text for each in told))
        return Verdict("wrong", source, path, reason, problems=told, position=position)
    reason, problems = str(error), tuple[Problem, ...]()
    if isinstance(error, Mishap):
        reason, problems = error.reason, (Problem(source, (), error.reason),)
    elif isinstance(error, FileError):
        reason = f"cannot {error.action}: {error.reason}"
        if error.path == source_file(source):
            problems = (Problem(error.path, (), reason),)
        elif error.path != path:
            reason = f"cannot {error.action} {error.path}: {error.reason}"
    outcome: Outcome = "failed" if error.exit_status == EXIT_STATUS["failed"] else "wrong"
    return Verdict(outcome, source, path, clip(reason), problems=problems)


def changed_versions(then: Versions, now: Versions) -> Changes:
    """Return what differs between what drew a figure and what is here.

    >>> changed_versions({"torch": "2.12.0"}, {"torch": "2.13.0", "fonts": ["A", "B"]})
    {'torch': ('2.12.0', '2.13.0'), 'fonts': ('unknown', 'A, B')}
    """
    return {
        name: (_spell_version(then.get(name)), _spell_version(value))
        for name, value in now.items()
        if then.get(name) != value
    }


def _spell_version(value: str | list[str] | None) -> str:
    text = ", ".join(value) if isinstance(value, list) else value
    return "unknown" if text is None else clip(text, MOST_NAME)


def name_versions(versions: Changes) -> str:
    """Return what differs in what draws, torch and other libraries of schedules aside.

    >>> name_versions({"torch": ("1", "2"), "matplotlib": ("3.10.9", "3.11.2")})
    'matplotlib was 3.10.9, is 3.11.2'
    """
    both = [(name, *versions[name]) for name in DRAWING if name in versions]
    return "; ".join(f"{name} was {then}, is {now}" for name, then, now in both)


def clip(text: str, most: int = _MOST_LETTERS) -> str:
    """Return a text that may come from a picture, no longer than people read."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
