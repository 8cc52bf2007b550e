"""The optimizer of a spec, where a config names one that may not be of torch."""

from lrviz.reading.trainers.draft import Entries, Keys, Said
from lrviz.spec.catalog import OPTIMIZERS

# What a schedule moves, or a figure shows; the rest changes no curve.
_SHOWN = ("lr", "momentum", "betas", "weight_decay")


def stand_in(named: str) -> tuple[str, str]:
    """Return the class of torch that a name means, and what to say where it means none.

    >>> stand_in("adamw"), stand_in("lion")
    (('AdamW', ''), ('AdamW', ', which torch has not: its LR is scheduled alike'))
    """
    same = (each for each in OPTIMIZERS if each.lower() == named.lower())
    found = next(same, None)
    return found or "AdamW", "" if found else ", which torch has not: its LR is scheduled alike"


def read_arguments(keys: Keys, among: tuple[str, ...] = _SHOWN) -> Entries:
    """Return the arguments that a config gives an optimizer, of those that a curve can show."""
    given = {each: keys.get(each) for each in among}
    return {
        name: Said(value if isinstance(value, list) else keys.number(name), keys.path(name))
        for name, value in given.items()
        if value not in (None, "auto")
    }
