"""Looking ahead of a live scheduler: a copy is stepped while the original stays as it is."""

import gc
import queue
import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from copy import deepcopy
from io import IOBase
from types import FunctionType, ModuleType
from typing import Any

import torch
import torch.utils.data

from lrviz.drive.blame import spell_cause
from lrviz.drive.built import accept_scheduler, counted_interval, drive_built
from lrviz.drive.isolation import leave_no_trace
from lrviz.drive.moved import find_groups
from lrviz.drive.runs import warn
from lrviz.drive.training import Metric, describe_run, whole_number
from lrviz.errors import UsageError, WrongTypeError
from lrviz.run.driven import Run
from lrviz.spec.origin import Factory
from lrviz.spec.tree import Interval

_SHARED = (
    *(torch.nn.Module, torch.utils.data.Dataset, torch.utils.data.DataLoader),
    # Whoever waits for the other end of a copied queue waits for ever.
    *(threading.Thread, threading.Event, threading.Condition, queue.Queue, Executor, IOBase),
    *(type(threading.Lock()), type(threading.RLock())),
)
_CODE = (type, ModuleType, FunctionType)


def copy_scheduler(scheduler: Any) -> Any:
    """Return a copy of a scheduler, with an optimizer of its own.

    No parameter is copied, nor the optimizer's state, which the copy is without. What is alive is
    shared: models, data, files, queues, threads; and functions, with all that they remember.

    Raises:
        UsageError: it is no scheduler, or holds what cannot be copied.
    """
    groups = find_groups(scheduler)
    name = type(scheduler).__name__
    replaced = getattr(scheduler, "__dict__", {}).get("step")
    if isinstance(replaced, FunctionType) and not hasattr(replaced, "__wrapped__"):
        raise UsageError(f"{name} cannot be copied: its step() was replaced by a function")
    try:
        copied = deepcopy(scheduler, _share(scheduler, groups))
    except Exception as error:
        raise UsageError(f"{name} cannot be copied: {spell_cause(error)}") from error
    if {id(group) for group in groups} & {id(group) for group in find_groups(copied)}:
        raise UsageError(f"{name} cannot be copied apart from its optimizer")
    if isinstance(replaced, FunctionType):  # it would step the original; what it wraps does as much
        del copied.step
    return copied


def _share(scheduler: object, groups: Sequence[Mapping[str, Any]]) -> dict[int, Any]:
    """Return what a copy has in place of what is not to be copied, by its id."""
    memo = {id(each): each for group in groups for each in group.get("params", ())}
    seen, found = set(memo), [scheduler]
    while found:
        each = found.pop()
        if id(each) in seen or isinstance(each, _CODE):
            continue
        seen.add(id(each))
        if isinstance(each, torch.optim.Optimizer) and "state" in vars(each):
            memo[id(each.state)] = defaultdict(dict)
            seen.add(id(each.state))
        if isinstance(each, _SHARED):
            memo[id(each)] = each
        elif gc.is_tracked(each):
            found += gc.get_referents(each)
    return memo


def preview(
    scheduler: object,
    *,
    steps: int,
    steps_per_epoch: int = 1,
    interval: Interval | None = None,
    metric: Metric | None = None,
    start: int | None = None,
) -> Run:
    """Return what a live scheduler will do from where it stands; it stays as it is.

    A copy is driven. Scheduler and optimizer are not touched, nor is a parameter or a buffer of
    the optimizer copied. What is alive is shared: models, data, files, queues, threads. So are
    functions: one that remembers its calls, as an `lr_lambda` that counts them does, is advanced.

    Other threads must leave the scheduler alone meanwhile. The random generators that all code
    shares, the filters of warnings and the current folder are put back where this is called in the
    main thread; in another one, what functions draw is drawn.

    Args:
        scheduler: a scheduler of torch's or of another library's, with its optimizer.
        steps: how far to look. Step 0 is the next one.
        steps_per_epoch: optimizer steps in an epoch; step 0 is the first of one.
        interval: whether `scheduler.step()` is called after every step or every epoch; every step
            unless given, or as a scheduler of timm's counts.
        metric: what ReduceLROnPlateau will be given.
        start: for a scheduler of timm's, which does not count them and so needs it: how many
            epochs, or updates, there have been; 0 for a new one.

    Returns:
        The run: one curve of learning rates of shape (param groups, steps), step 0 the next one,
        with momentum and weight decay beside them.

    Raises:
        SpecError: it cannot be driven so far, or a learning rate is not finite.
        UsageError: an option makes no sense, or the scheduler holds what cannot be copied.

    >>> from torch import nn, optim
    >>> optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=0.8)
    >>> scheduler = optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    >>> preview(scheduler, steps=3).lr.tolist()
    [[0.8, 0.4, 0.2]]
    >>> scheduler.get_last_lr()
    [0.8]
    """
    if not callable(getattr(scheduler, "step", None)):
        remedy = "; simulate takes a spec or a factory"
        raise WrongTypeError("preview takes a live scheduler", scheduler, remedy)
    built = accept_scheduler(scheduler, type(getattr(scheduler, "optimizer", scheduler)).__name__)
    name, length = type(scheduler).__name__, {"steps": steps, "steps_per_epoch": steps_per_epoch}
    if steps is None:
        raise UsageError("steps: must be a whole number, got None")
    options = {**length, "interval": interval, "metric": metric}
    spec = describe_run(Factory(name, lambda: lambda: scheduler), name, options)
    with leave_no_trace():
        done = _count_done(scheduler, start)
        taken = accept_scheduler(copy_scheduler(scheduler), built.optimizer)
        run = drive_built(spec, spec.schedules[0], taken, done)
    warn(run)
    return run


def _count_done(scheduler: Any, start: int | None) -> int:
    """Return how many calls a scheduler has had that does not count them itself.

    Raises:
        UsageError: it counts them itself, or nobody says how many. Its learning rates do not tell:
            they are the first ones again on a plateau and after a restart.
    """
    own = counted_interval(scheduler)
    if own is None:
        if start is not None:
            raise UsageError(f"start: a {type(scheduler).__name__} knows how often it was called")
        return 0
    if start is None:
        what = {"epoch": "epochs", "step": "updates"}[own]
        raise UsageError(f"give start=, the {what} so far, which timm leaves to the caller")
    return whole_number("start", start, least=0)
