"""How far a number can be turned: as far as makes sense, and as far as it is.

A range does not follow its number, so that a slider stays where it is while it is dragged; it is
wider only where the number lies outside.
"""

from collections.abc import Mapping
from math import frexp
from typing import TypedDict

from lrviz.drive.signatures import Argument
from lrviz.spec.tree import is_number

# What is so far from 1 is not turned by hand.
_LARGEST, _SMALLEST = 1e15, 1e-30

# Of an argument whose default is no more than this, all sizes make sense.
_SMALL = 0.01

# By their names where the catalog has no role for them, and those of optimizers.
_RATES = frozenset({"lr", "max_lr", "base_lr"})
_DECAYS = frozenset({"weight_decay", "lr_decay"})
_SHARES = frozenset({"gamma", "cycle_decay"})
_POWERS = frozenset({"power", "stable_power", "decay_power", "k_decay"})
_DIVISORS = frozenset({"div_factor", "final_div_factor"})

_RATE_ROLES = frozenset({"floor", "start", "aim"})
_SHARE_ROLES = frozenset({"floor_share", "start_share", "share", "gamma"})
_TIMES_ROLES = frozenset({"cycles", "restarts", "waves", "growth"})

# What calls are divided by: none of it is nothing.
_SPAN_ROLES = frozenset({"length", "period", "cycle", "half_cycle"})

Limits = Mapping[str, float | str]


class Slider(TypedDict):
    """What a slider goes through.

    Attributes:
        low: where it begins; above 0 on a log scale.
        high: where it ends.
        log: whether it goes by decades.
        zero: whether its first notch is 0, which a log scale lacks.
        whole: whether it stops at whole numbers alone.
    """

    low: float
    high: float
    log: bool
    zero: bool
    whole: bool


def is_rate(name: str, role: str) -> bool:
    """Whether an argument is an LR."""
    return role in _RATE_ROLES or name in _RATES


def slide_log(low: float, high: float, *, zero: bool = False, whole: bool = False) -> Slider:
    """Return a slider by decades."""
    return {"low": low, "high": high, "log": True, "zero": zero, "whole": whole}


def slide(low: float, high: float, *, whole: bool = False) -> Slider:
    """Return a slider in equal parts."""
    return {"low": low, "high": high, "log": False, "zero": False, "whole": whole}


def slide_argument(argument: Argument, role: str, limits: Limits, calls: int) -> Slider | None:
    """Return the slider of an argument that is a number; None where nothing is known of its size.

    Args:
        argument: as its library declares it.
        role: what it is to the schedule, as the catalog tells it; empty for unknown.
        limits: what its library takes of it, as the catalog tells it.
        calls: of the run, which a scheduler's whole numbers count; 0 for an optimizer.
    """
    name, default, whole = argument.name, argument.default, argument.kind.base == "whole"
    positive = "above" in limits or role in _SPAN_ROLES
    if is_rate(name, role) or name in _DECAYS:
        return slide_log(1e-8, 1, zero=not positive)
    if name in _POWERS:
        return slide_log(0.1, 10)
    if name in _DIVISORS:
        return slide_log(1, 1e6)
    if role in _SHARE_ROLES or name in _SHARES:
        return slide_log(1e-4, 1) if positive else slide(0, 1)
    if role in _TIMES_ROLES:
        return slide(0 if role == "waves" else 1, 10, whole=whole)
    if calls and (whole or argument.kind.counts):
        low = max(int(positive), 1 if limits.get("least") == 1 else 0)
        return slide(low, max(calls, low + 1), whole=True)
    if not is_number(default):
        return None
    if 0 < default <= _SMALL:
        return slide_log(1e-8, 1, zero=True)
    high = max(1, 10 * _find_decades(abs(default))[0]) if default else 1
    high = 0.99 if limits.get("below") == 1 else high
    return slide(-high if default < 0 else 0, high, whole=whole)


def widen(slider: Slider, number: float) -> Slider | None:
    """Return a slider that holds a number; None where none can.

    >>> widen(slide_log(1e-8, 1), 30)["high"], widen(slide(0, 1), 1.5)["high"]
    (100.0, 2.0)
    """
    size, wide = abs(number), slider.copy()
    if size > _LARGEST or 0 < size < _SMALLEST or (slider["log"] and number < 0):
        return None
    if number and slider["log"]:
        low, high = _find_decades(number)
        wide["low"], wide["high"] = min(slider["low"], low), max(slider["high"], high)
    elif number > slider["high"]:
        wide["high"] = 2.0 ** frexp(number)[1]
    elif number < slider["low"] and not slider["log"]:
        wide["low"] = -(2.0 ** frexp(number)[1]) if number < 0 else 0
    wide["zero"] = slider["zero"] or (slider["log"] and not number)
    wide["whole"] = slider["whole"] and number == number // 1
    return wide


def _find_decades(number: float) -> tuple[float, float]:
    """Return the powers of ten around a number above 0; both are it where it is one.

    >>> _find_decades(0.02), _find_decades(1e-5)
    ((0.01, 0.1), (1e-05, 1e-05))
    """
    exponent = int(f"{number:.16e}".partition("e")[2])
    low = float(f"1e{exponent}")
    return low, low if low == number else float(f"1e{exponent + 1}")
