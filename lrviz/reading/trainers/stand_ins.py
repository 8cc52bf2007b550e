"""The optimizer of a spec, where a config names one that may not be of torch."""

from collections.abc import Sequence

from lrviz.reading.trainers.draft import Entries, Keys, Said, unquote
from lrviz.reading.trainers.tables import TABLES
from lrviz.spec.catalog import OPTIMIZERS
from lrviz.spec.tree import find_below, is_number
from lrviz.spec.wording import suggest

# What a schedule moves, or a figure shows; the rest changes no curve.
_SHOWN = ("lr", "momentum", "betas", "weight_decay")
_TAKEN: Sequence[str] = TABLES["optimizers"]["arguments"]


def stand_in(named: str) -> tuple[str, str]:
    """Return the class of torch that a name means, and what to say where it means none.

    >>> stand_in("adamw"), stand_in("lion")
    (('AdamW', ''), ('AdamW', ', which torch has not: its LR is scheduled alike'))
    """
    same = (each for each in OPTIMIZERS if each.lower() == named.lower())
    found = next(same, None)
    return found or "AdamW", "" if found else ", which torch has not: its LR is scheduled alike"


def refuse_unknown(
    keys: Keys, whose: str, known: Sequence[str] = _TAKEN, besides: Sequence[str] = ()
) -> None:
    """Refuse the arguments that something does not take: they would be left out in silence.

    Args:
        keys: of the arguments.
        whose: a scheduler, or an optimizer of torch's own.
        known: what it takes.
        besides: what else may stand among them.
    """
    given = find_below(keys.config.tree, keys.at)
    for each in given if isinstance(given, dict) else ():
        if each not in (*known, *besides):
            remedy = suggest(each, known)
            keys.problems.say((*keys.at, each), f"no argument of {whose}; {remedy}")


def read_arguments(keys: Keys, among: tuple[str, ...] = _SHOWN) -> Entries:
    """Return the arguments that a config gives an optimizer, of those that a curve can show."""
    found = {}
    for name in among:
        value = unquote(keys.get(name))
        if isinstance(value, list) and not all(map(is_number, value)):
            keys.refuse(name, "must be numbers")
        elif value not in (None, "auto"):
            number = value if isinstance(value, list) else keys.number(name)
            found[name] = Said(number, keys.path(name))
    return found
