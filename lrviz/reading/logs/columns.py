"""What logs call steps and learning rates, and what is said where they do not."""

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from lrviz.errors import SpecError, spec_error
from lrviz.spec.wording import suggest
from lrviz.spell import printable, shorten, spell_list

# What counts, the surest first: an epoch counts only where nothing else does.
_COUNTS = ("step", "global_step", "_step", "iteration", "iter", "update", "num_updates", "epoch")

# What is in the name of a column that counts, though it be called otherwise; and of one that rises
# as steps do, and counts something else.
_LIKELY = re.compile(r"step|iter|batch|update|(?<![a-z])it(?![a-z])", re.IGNORECASE)
_UNLIKELY = re.compile(r"epoch|time|date|second|token|sample", re.IGNORECASE)

# What stands beside a learning rate under a name like its own, and is none that was applied.
_BESIDE = frozenset(("momentum", "weight", "decay", "wd", "base", "scale", "mult", "min", "max"))

_MOST_NAMED = 20


@lru_cache(maxsize=4096)
def is_rate(name: str) -> bool:
    """Whether a column, key or tag is called like a learning rate.

    >>> [each for each in ("train/lr", "lr-SGD/pg1", "Learning Rate", "x/lr0") if not is_rate(each)]
    []
    >>> [each for each in ("lr-Adam-momentum", "base_lr", "clr", "learning") if is_rate(each)]
    []
    """
    words = re.findall("[a-z]+", name.lower())
    is_called = not {"lr", "learningrate"}.isdisjoint(words)
    is_called = is_called or ("learning", "rate") in pairwise(words)
    return is_called and _BESIDE.isdisjoint(words)


def plain(name: str) -> str:
    """Return a name as those of steps and epochs are known by.

    >>> plain(" trainer/Global Step")
    'global_step'
    """
    return name.strip().lower().rpartition("/")[2].replace(" ", "_")


def find_count(names: Iterable[str]) -> str | None:
    """Return the name of what counts: steps, or epochs where no steps are counted.

    >>> find_count(["Epoch", "trainer/global_step", "lr"]), find_count(["lr"])
    ('trainer/global_step', None)
    """
    known = [name for name in names if plain(name) in _COUNTS]
    return min(known, key=lambda name: _COUNTS.index(plain(name)), default=None)


def find_likely(rising: Collection[str], known: str | None) -> list[str]:
    """Return what may count the steps of a log in which nothing is called so.

    Args:
        rising: its columns of whole numbers that rise.
        known: of epochs, where it has one.

    >>> find_likely(["wall_time", "my_step", "tokens"], None), find_likely(["time", "n"], None)
    (['my_step'], ['n'])
    >>> find_likely(["epoch", "batch"], "epoch"), find_likely(["n"], "epoch")
    ([], [])
    """
    found = [name for name in rising if not is_rate(name)]
    if known in found:
        return []
    likely = [name for name in found if _LIKELY.search(name)]
    if likely or known:
        return likely
    return [name for name in found if not _UNLIKELY.search(name)]


def spell_names(names: Iterable[str]) -> str:
    """Return names in quotes, and not too many of them.

    >>> spell_names(["lr"]), spell_names(map(str, range(22)))[-21:]
    ("'lr'", "'18', '19' and 2 more")
    """
    known = list(names)
    more = [f"{len(known) - _MOST_NAMED} more"] * (len(known) > _MOST_NAMED)
    return spell_list([f"'{shorten(each)}'" for each in known[:_MOST_NAMED]] + more)


def without_rates(name: str, columns: Sequence[str], known: Sequence[str]) -> SpecError:
    """Return the error for a log without the columns that are asked for, or without any of a rate.

    Args:
        name: the log, as the user named it.
        columns: what is asked for; nothing for whatever is called like a learning rate.
        known: what it has.
    """
    named = [shorten(each) for each in known[:_MOST_NAMED]]
    text = f"holds no learning rate; it has {spell_list(named) or 'nothing'}"
    if missing := next((each for each in columns if each not in known), None):
        text = f"has no column '{shorten(missing)}'; {suggest(missing, named)}"
    elif named:
        text += "; choose with --columns STEP,LR"
    return spec_error(name, printable(text))
