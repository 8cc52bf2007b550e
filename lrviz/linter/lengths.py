"""How long schedulers are planned for, as their arguments say."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from lrviz.linter.phases import Part
from lrviz.spec.catalog import COMPOSITES


def is_composite(part: Part) -> bool:
    """Whether a scheduler is made of others."""
    return part.name in COMPOSITES


def is_warmup(part: Part) -> bool:
    """Whether it is a LinearLR that rises."""
    if part.name != "LinearLR":
        return False
    start, end = part.number("start_factor"), part.number("end_factor")
    return start is not None and end is not None and start < end


def one_cycle_length(part: Part) -> float | None:
    """Return the length that a OneCycleLR was given."""
    total = part.number("total_steps")
    epochs, steps = part.number("epochs"), part.number("steps_per_epoch")
    if total is None and epochs is not None and steps is not None:
        return epochs * steps
    return total


def _decay_length(part: Part) -> float | None:
    start, end = part.number("start_factor"), part.number("end_factor")
    falls = start is not None and end is not None and start > end
    return part.number("total_iters") if falls else None


_HORIZONS: Mapping[str, tuple[str, Callable[[Part], float | None]]] = MappingProxyType(
    {
        "CosineAnnealingLR": ("T_max", lambda part: part.number("T_max")),
        "PolynomialLR": ("total_iters", lambda part: part.number("total_iters")),
        "LinearLR": ("total_iters", _decay_length),
        "OneCycleLR": ("total_steps", one_cycle_length),
    }
)


def horizon(part: Part) -> tuple[str, float] | None:
    """Return the argument that says when an anneal ends, and after how many calls that is.

    None for what does not anneal towards an end of its own: a warm-up has none.
    """
    found = _HORIZONS.get(part.name)
    calls = found[1](part) if found else None
    return (found[0], calls) if found and calls is not None and calls > 0 else None
