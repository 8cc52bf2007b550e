"""Values on which other libraries raise, said before they are driven; as `lrviz.drive.foresee`.

What a library refuses in words of its own is left to it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from lrviz.drive.arguments import Bound
from lrviz.drive.foresee import Circumstances
from lrviz.drive.found import Found
from lrviz.spec.wording import spell

_MIN_LR = "transformers.get_cosine_with_min_lr_schedule_with_warmup"

_AT_LEAST_0 = ("lr_min", "cycle_limit", "warmup_t", "warmup_lr_init")


def foresee_others(
    name: str, found: Found, bound: Bound, at: Circumstances
) -> Iterator[tuple[str, str]]:
    """Yield (argument, problem) for every value on which a library beside torch would raise.

    An empty argument stands for the scheduler itself.
    """
    given: dict[str, Any] = {**bound.shown, **bound.given}
    if found.package == "timm":
        yield from _timm(name, given)
    if name.startswith(_MIN_LR):
        yield from _min_lr(given)
    if found.takes_metric and name != "ReduceLROnPlateau" and not at.has_metric:
        yield "", "needs a metric; give `metric` a list, an expression or a csv"


def _min_lr(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    missing = [name for name in ("min_lr", "min_lr_rate") if given[name] is None]
    if len(missing) == 2:
        yield "", "needs min_lr or min_lr_rate"
    elif not missing:
        yield "min_lr_rate", "cannot stand beside min_lr; give one of them"


def _timm(name: str, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what timm asserts without a word."""
    if "t_initial" not in given:
        return
    if given["t_initial"] <= 0:
        yield "t_initial", f"must be more than 0, got {spell(given['t_initial'])}"
    is_tanh = name == "timm.TanhLRScheduler"
    for argument in _AT_LEAST_0 if is_tanh else _AT_LEAST_0[:1]:
        if given[argument] < 0:
            yield argument, f"must be at least 0, got {spell(given[argument])}"
    if is_tanh and given["lb"] >= given["ub"]:
        yield "lb", f"must be less than ub, {spell(given['ub'])}, got {spell(given['lb'])}"
