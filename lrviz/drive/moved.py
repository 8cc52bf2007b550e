"""The optimizer that somebody else's scheduler moves: where it is, and when its values are read."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from torch.optim.lr_scheduler import LRScheduler

from lrviz.drive.loop import Recorded
from lrviz.errors import UsageError

# What schedulers call their optimizer.
_OPTIMIZERS = ("optimizer", "_optimizer", "optim", "opt")


def find_groups(scheduler: Any) -> list[dict[str, Any]]:
    """Return the param groups that a scheduler writes to.

    Raises:
        UsageError: it has none.
    """
    optimizer = find_optimizer(scheduler)
    if optimizer is None:
        raise UsageError(f"{type(scheduler).__name__} is no scheduler: it has no optimizer")
    return list(optimizer.param_groups)


def find_optimizer(scheduler: Any) -> Any:
    """Return the optimizer that a scheduler has; None where it has none."""
    inside = getattr(scheduler, "scheduler", scheduler)  # of a wrapper, as accelerate has one
    for each in (scheduler, inside, *getattr(scheduler, "_schedulers", ())):
        for optimizer in (getattr(each, name, None) for name in _OPTIMIZERS):
            groups = getattr(optimizer, "param_groups", None)
            if groups and all(isinstance(group, dict) and "lr" in group for group in groups):
                return optimizer
    return None


def read_rates(groups: Sequence[dict[str, Any]], key: str) -> tuple[float, ...]:
    """Return a value of every param group."""
    return tuple(float(group[key]) for group in groups)


@contextmanager
def read_own_steps(
    scheduler: Any, groups: Sequence[dict[str, Any]], recorded: Recorded
) -> Iterator[None]:
    """Read values again where a scheduler steps its optimizer itself, as it may set them before.

    The optimizer is not stepped. A scheduler of torch's does not do that, and looks whether anybody
    has replaced the optimizer's `step`.
    """
    optimizer = find_optimizer(scheduler)
    if isinstance(scheduler, LRScheduler):
        yield
        return

    def read(*_: object, **__: object) -> None:
        for key, rows in recorded.items():
            for row, group in zip(rows, groups, strict=True):
                row[-1] = group[key][0] if key == "betas" else group[key]

    own = vars(optimizer).get("step")
    optimizer.step = read
    try:
        yield
    finally:
        del optimizer.step
        if own is not None:
            optimizer.step = own
