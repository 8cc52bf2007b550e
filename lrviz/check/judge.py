"""From what was found to a verdict: the table of outcomes, and the words for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lrviz.check.facts import Facts
from lrviz.check.verdict import EXIT_STATUS, Outcome, PixelsDifference, Verdict
from lrviz.errors import (
    FileError,
    KeyPath,
    LrvizError,
    Mishap,
    Position,
    Problem,
    SpecError,
    spell_key,
)
from lrviz.figure.record import Versions
from lrviz.spec.origin import source_file

DRAWING = ("lrviz", "matplotlib", "freetype", "pillow", "fonts", "platform")
"""What must be the same for two pictures of one run to have the same pixels."""

_MOST_NAMED = 4
_MOST_LETTERS = 400
_UNKNOWN = "unknown"


@dataclass(frozen=True)
class Look:
    """What looking at the two pictures gave.

    Attributes:
        compared: whether they could be compared.
        pixels: how they differ; None where they do not, or were not compared.
        versions: what differs between what drew them: name to (then, now).
        unreadable: why the figure's pixels cannot be decoded; empty where they can.
    """

    compared: bool = False
    pixels: PixelsDifference | None = None
    versions: dict[str, tuple[str, str]] = field(default_factory=dict)
    unreadable: str = ""


def judge(facts: Facts, look: Look, remedy: str = "") -> Verdict:
    """Return the verdict on a figure.

    Args:
        facts: what the numbers and the spec say.
        look: what the pictures say.
        remedy: what writes a figure that is missing.
    """
    outcome, reason = _weigh(facts, look, remedy)
    return Verdict(
        outcome=outcome,
        source=facts.source,
        baseline=facts.path,
        reason=_clip(reason),
        numbers=facts.numbers,
        keys=tuple(map(_spell, facts.keys)),
        pixels=look.pixels,
        pixels_compared=look.compared,
        block=facts.block,
        versions=look.versions,
        exit_status=EXIT_STATUS[outcome],
        position=_place(facts),
    )


def _weigh(facts: Facts, look: Look, remedy: str) -> tuple[Outcome, str]:
    """Return the outcome and one line on it: every return is a row of the table."""
    if facts.baseline is None:
        return "missing", f"missing baseline; {remedy}" if remedy else "missing baseline"
    if facts.baseline.unreadable or look.unreadable:
        return "unreadable", facts.baseline.unreadable or look.unreadable
    if not facts.has_numbers:
        return _weigh_pixels(look)
    if facts.numbers is not None:
        is_code = "factory" in facts.run.spec.tree
        return "differs", f"{facts.numbers}; {_explain_move(facts.keys, look.versions, is_code)}"
    if facts.keys:
        agreed = _say_blocks(facts) or "the numbers are the same"
        return "differs", f"stale: {_name_keys(facts.keys)}; {agreed}"
    if not look.compared:
        reasons = [f"pixels inconclusive: {name_versions(look.versions)}", _say_blocks(facts)]
        return "match", "; ".join(filter(None, reasons))
    if look.pixels is not None:
        return "differs", f"{look.pixels}; {_say_same(facts, look)}"
    return "match", _say_blocks(facts)


def _say_blocks(facts: Facts) -> str:
    """Return how numbers agree that were not compared one by one; empty for all others."""
    return f"the numbers agree in blocks of {facts.block:,}" if facts.block > 1 else ""


def _say_same(facts: Facts, look: Look) -> str:
    """Return what is the same where pixels differ."""
    if facts.block > 1:
        return f"{_say_blocks(facts)}, the pixels do not"
    same = "numbers and spec" if look.versions else "numbers, spec and versions"
    return f"{same} are the same"


def _weigh_pixels(look: Look) -> tuple[Outcome, str]:
    """Weigh a figure that stores no numbers."""
    if not look.compared:
        return "inconclusive", f"it stores no numbers, and {name_versions(look.versions)}"
    if look.pixels is not None:
        return "differs", f"{look.pixels}; it stores no numbers"
    return "match", "pixels only: it stores no numbers"


def refuse(source: str, path: str, error: LrvizError) -> Verdict:
    """Return the verdict on a spec that cannot be driven, or that the machine would not let be.

    Args:
        source: the spec's file.
        path: the figure's file.
        error: what went wrong.
    """
    if isinstance(error, SpecError):
        first = error.problems[0]
        return Verdict(
            "wrong",
            source,
            path,
            _clip("; ".join(each.text for each in error.told)),
            problems=error.told,
            exit_status=EXIT_STATUS["wrong"],
            position=first.position if first.source == source else None,
        )
    outcome: Outcome = "failed" if error.exit_status == EXIT_STATUS["failed"] else "wrong"
    reason, problems = str(error), tuple[Problem, ...]()
    if isinstance(error, FileError):
        reason = f"cannot {error.action}: {error.reason}"
        if error.path == source_file(source):
            problems = (Problem(error.path, (), reason),)
        elif error.path != path:
            reason = f"cannot {error.action} {error.path}: {error.reason}"
    if isinstance(error, Mishap):
        reason, problems = error.reason, (Problem(source, (), error.reason),)
    status = EXIT_STATUS[outcome]
    return Verdict(outcome, source, path, _clip(reason), problems=problems, exit_status=status)


def judge_orphan(found: Path | FileError) -> Verdict:
    """Return the verdict on a figure of no spec, or on a folder of figures nobody can look into."""
    if isinstance(found, FileError):
        return refuse("", found.path, found)
    reason = "no spec of this check draws it; remove it, or bring back its spec"
    return Verdict("orphan", "", str(found), reason, exit_status=EXIT_STATUS["orphan"])


def changed_versions(then: Versions, now: Versions) -> dict[str, tuple[str, str]]:
    """Return what differs between what drew a figure and what is here.

    >>> changed_versions({"torch": "2.12.0"}, {"torch": "2.13.0", "fonts": ["A", "B"]})
    {'torch': ('2.12.0', '2.13.0'), 'fonts': ('unknown', 'A, B')}
    """
    return {
        name: (_spell_version(then.get(name)), _spell_version(value))
        for name, value in now.items()
        if then.get(name) != value
    }


def name_versions(versions: Mapping[str, tuple[str, str]]) -> str:
    """Return what differs in what draws, torch and other libraries of schedules aside.

    >>> name_versions({"torch": ("1", "2"), "matplotlib": ("3.10.9", "3.11.2")})
    'matplotlib was 3.10.9, is 3.11.2'
    """
    return "; ".join(
        f"{name} was {versions[name][0]}, is {versions[name][1]}"
        for name in DRAWING
        if name in versions
    )


def _explain_move(
    keys: Sequence[KeyPath], versions: Mapping[str, tuple[str, str]], is_code: bool
) -> str:
    """Return why numbers moved, as far as spec and versions tell."""
    drives = {name: each for name, each in versions.items() if name not in DRAWING}
    if keys:
        also = (f", and {name} from {then} to {now}" for name, (then, now) in drives.items())
        return f"{_name_keys(keys)}{''.join(also)}"
    if drives:
        changed = (f"{name} changed from {then} to {now}" for name, (then, now) in drives.items())
        return f"the spec is the same: {', '.join(changed)}"
    if is_code:
        return "torch's version is the same: what the factory builds has changed"
    return "the spec and torch's version are the same"


def _name_keys(keys: Sequence[KeyPath]) -> str:
    named = ", ".join(map(_spell, keys[:_MOST_NAMED]))
    more = f" and {len(keys) - _MOST_NAMED} more" if len(keys) > _MOST_NAMED else ""
    return f"the spec changed: {named}{more}"


def _place(facts: Facts) -> Position | None:
    """Return the place of the first key that differs, or else of the scheduler."""
    spec = facts.run.spec
    key = facts.keys[0] if facts.keys else spec.scheduler.key
    source, position = spec.source.find(key)
    return position if source == facts.source else None


def _spell(key: KeyPath) -> str:
    return _clip(spell_key(key), 120)


def _spell_version(value: str | list[str] | None) -> str:
    text = ", ".join(value) if isinstance(value, list) else value
    return _UNKNOWN if text is None else _clip(text, 120)


def _clip(text: str, most: int = _MOST_LETTERS) -> str:
    """Return a text that may come from a picture, no longer than people read."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
