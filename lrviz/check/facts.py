"""What is known of a spec and its figure once torch has driven the spec, and before it is drawn."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from lrviz.check.baselines import Baseline
from lrviz.errors import KeyPath, LrvizError
from lrviz.figure.difference import Move, NumbersDifference, compare_numbers, list_moves
from lrviz.figure.numbers import summarise
from lrviz.figure.record import Record, Versions
from lrviz.figure.stored import Recorded, parse_numbers, record_steps
from lrviz.run.driven import Run
from lrviz.spec.model import Spec
from lrviz.spec.origin import Source
from lrviz.spec.parse import parse_tree
from lrviz.spec.tree import IN_ORDER, Tree, is_same_tree
from lrviz.system.versions import installation

MOST_KEYS = 64
MOST_STEPS = 24
"""How many rows a report's table of changed steps has."""

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
        moves: the first places that moved, for a table.
        block: steps a block of the numbers that were compared; 1 where every value was, 0 where
            none is stored.
    """

    source: str
    path: str
    run: Run
    baseline: Baseline | None
    numbers: NumbersDifference | None = None
    keys: tuple[KeyPath, ...] = ()
    moves: tuple[Move, ...] = ()
    block: int = 0

    @property
    def has_numbers(self) -> bool:
        """Whether there are stored numbers that the curves could be held against."""
        return self.block > 0


class _Compared(NamedTuple):
    """Numbers of two runs, and how they differ."""

    difference: NumbersDifference | None
    old: Recorded
    new: Recorded
    block: int


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
    exact = _is_driven_alike(record.versions, run.spec.packages)
    compared = _compare(record.numbers, parse_numbers(summarise(run.curves)), exact)
    if keys and compared.difference and _is_in_blocks(compared.difference):
        compared = _compare_steps(record, path, run, drive) or compared
    moves = list_moves(compared.old, compared.new, MOST_STEPS) if compared.difference else []
    return Facts(
        source, path, run, baseline, compared.difference, keys, tuple(moves), compared.block
    )


def _is_driven_alike(then: Versions, packages: Sequence[str]) -> bool:
    """Whether what drove a figure drives here, so that every digit must be the same."""
    now = installation(packages)
    return all(then.get(name) == now[name] for name in now.keys() - {"matplotlib", "pillow"})


def _is_in_blocks(difference: NumbersDifference) -> bool:
    return bool(difference.hidden) or any(move.statistic for move in difference.moves)


def _compare(old: Recorded, new: Recorded, exact: bool = False) -> _Compared:
    difference = compare_numbers(old, new, exact=exact)
    whole = difference is None and exact and old.digest == new.digest
    return _Compared(difference, old, new, 1 if whole else max(old.block, new.block))


def _compare_steps(record: Record, path: str, run: Run, drive: Drive) -> _Compared | None:
    """Return the comparison of every step: the figure's spec is driven, too.

    None where the installed torch no longer gives it the numbers that are stored: its steps would
    not be the ones that were drawn.
    """
    try:
        old = drive(parse_tree(dict(record.spec), Source(path), allow=run.spec.allow))
    except LrvizError:
        return None
    assert record.numbers is not None
    exact = _is_driven_alike(record.versions, old.spec.packages)
    stored = parse_numbers(summarise(old.curves))
    if compare_numbers(record.numbers, stored, exact=exact) is not None:
        return None
    compared = _compare(record_steps(old.curves), record_steps(run.curves))
    return compared if compared.difference else None


def iter_differing_keys(old: Tree, new: Tree, key: KeyPath = ()) -> Iterator[KeyPath]:
    """Yield the key paths whose values differ, in the order of the new tree.

    A key that only one of them has is named itself, and so is a list of plain values, and what
    has its own keys in another order where that counts. 1 is 1.0, and NaN is NaN: two trees
    without such a key are the same spec.

    >>> old = {"epochs": 4, "scheduler": {"StepLR": {"step_size": 4}}}
    >>> new = {"epochs": 4.0, "scheduler": {"StepLR": {"step_size": 2, "gamma": 0.5}}}
    >>> list(iter_differing_keys(old, new))
    [('scheduler', 'StepLR', 'step_size'), ('scheduler', 'StepLR', 'gamma')]
    """
    match old, new:
        case dict(), dict():
            for name in (*new, *(name for name in old if name not in new)):
                if name in old and name in new:
                    yield from iter_differing_keys(old[name], new[name], (*key, name))
                else:
                    yield (*key, name)
            if len(key) == 1 and key[0] in IN_ORDER and _is_reordered(old, new):
                yield key
        case list(), list() if len(old) == len(new) and any(
            isinstance(item, dict | list) for item in (*old, *new)
        ):
            for index, (was, now) in enumerate(zip(old, new, strict=True)):
                yield from iter_differing_keys(was, now, (*key, index))
        case list(), list():
            if len(old) != len(new) or not all(map(is_same_tree, old, new)):
                yield key
        case _:
            if not is_same_tree(old, new):
                yield key


def _is_reordered(old: dict[str, Tree], new: dict[str, Tree]) -> bool:
    return old.keys() == new.keys() and list(old) != list(new)
