"""A copy of a live scheduler that can be stepped while the original stays as it is."""

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
from lrviz.errors import UsageError

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


def find_groups(scheduler: Any) -> list[dict[str, Any]]:
    """Return the param groups that a scheduler writes to.

    Raises:
        UsageError: it has none.
    """
    inside = getattr(scheduler, "scheduler", scheduler)  # of a wrapper, as accelerate has one
    for each in (scheduler, inside, *getattr(scheduler, "_schedulers", ())):
        groups = getattr(getattr(each, "optimizer", None), "param_groups", None)
        if groups and all(isinstance(group, dict) and "lr" in group for group in groups):
            return list(groups)
    raise UsageError(f"{type(scheduler).__name__} is no scheduler: it has no optimizer")


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
