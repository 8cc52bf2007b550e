"""A spec held against its figure: what numbers and versions say, and the outcome of it all.

Nothing here draws: the numbers are compared in the process that drives.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from lrviz.check.baselines import Baseline
from lrviz.check.verdict import DRAWING, Outcome, PixelsDifference, Verdict, clip, name_versions
from lrviz.errors import KeyPath, LrvizError, Position, spell_key
from lrviz.figure.difference import NumbersDifference, compare_numbers
from lrviz.figure.numbers import Recorded, record_steps, summarise
from lrviz.figure.record import Record, Versions
from lrviz.run.driven import Run
from lrviz.spec.model import Spec
from lrviz.spec.origin import Source
from lrviz.spec.parse import parse_tree
from lrviz.spec.tree import iter_differing_keys
from lrviz.system.versions import installation

MOST_KEYS = 64
_MOST_NAMED = 4
Drive = Callable[[Spec], Run]


@dataclass(frozen=True, eq=False)
class Facts:
    """A spec, driven, and the figure that it is held against.

    Attributes:
        source: the spec's file.
        path: the figure's file.
        run: what the installed torch makes of the spec.
        baseline: the figure; None where there is none.
        numbers: which numbers moved; None where none did or none are stored.
        keys: key paths of the spec that are not what the figure was drawn from.
        block: steps a block of the numbers that were compared; 1 where every value was, 0 where
            none is stored.
    """

    source: str
    path: str
    run: Run
    baseline: Baseline | None
    numbers: NumbersDifference | None = None
    keys: tuple[KeyPath, ...] = ()
    block: int = 0


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


def gather_facts(
    source: str, path: str, run: Run, baseline: Baseline | None, drive: Drive
) -> Facts:
    """Return what the numbers and the spec of a figure say about a run.

    Args:
        source: the spec's file.
        path: the figure's file.
        run: the driven spec.
        baseline: the figure; None where there is none.
        drive: as `lrviz.drive.simulate`; used where a long curve's stored numbers tell only the
            block that moved.
    """
    record = baseline.record if baseline else None
    if record is None:
        return Facts(source, path, run, baseline)
    keys = tuple(islice(iter_differing_keys(record.spec, run.spec.canonical), MOST_KEYS))
    if record.numbers is None:
        return Facts(source, path, run, baseline, keys=keys)
    old, new = record.numbers, summarise(run.curves)
    exact = _is_driven_alike(record.versions, run.spec.packages)
    numbers, block = compare_numbers(old, new, exact), max(old.block, new.block)
    if numbers is None and exact and old.digest == new.digest:
        block = 1
    if keys and numbers and (numbers.hidden or any(move.statistic for move in numbers.moves)):
        steps = _compare_steps(record, old, path, run, drive)
        numbers, block = (steps, 1) if steps else (numbers, block)
    return Facts(source, path, run, baseline, numbers, keys, block)


def _is_driven_alike(then: Versions, packages: Sequence[str]) -> bool:
    """Whether what drove a figure drives here, so that every digit must be the same."""
    now = installation(packages)
    return all(then.get(name) == now[name] for name in now.keys() - {"matplotlib", "pillow"})


def _compare_steps(
    record: Record, stored: Recorded, path: str, run: Run, drive: Drive
) -> NumbersDifference | None:
    """Return how every step compares: the figure's spec is driven, too.

    None where the installed torch no longer gives it the numbers that are stored: its steps would
    not be the ones that were drawn.
    """
    try:
        old = drive(parse_tree(dict(record.spec), Source(path), allow=run.spec.allow))
    except LrvizError:
        return None
    exact = _is_driven_alike(record.versions, old.spec.packages)
    if compare_numbers(stored, summarise(old.curves), exact) is not None:
        return None
    return compare_numbers(record_steps(old.curves), record_steps(run.curves))


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
        reason=clip(reason),
        numbers=facts.numbers,
        keys=tuple(map(_spell, facts.keys)),
        pixels=look.pixels,
        pixels_compared=look.compared,
        block=facts.block,
        versions=look.versions,
        position=_place(facts),
    )


def _weigh(facts: Facts, look: Look, remedy: str) -> tuple[Outcome, str]:
    """Return the outcome and one line on it: every return is a row of the table."""
    if facts.baseline is None:
        return "missing", f"missing baseline; {remedy}" if remedy else "missing baseline"
    if facts.baseline.unreadable or look.unreadable:
        return "unreadable", facts.baseline.unreadable or look.unreadable
    if not facts.block:
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
    return clip(spell_key(key), 120)
