"""A copy of a live scheduler that can be stepped while the original stays as it is.

`copy.deepcopy` would take the model along, and leave alone what functions remember: a closure's
variables, a method that was wrapped. So a pickler writes the scheduler and is asked about every
object on the way: it is shared, it is copied in a way of our own, or it is none of our business.
"""

import pickle
import queue
import threading
from collections import deque
from collections.abc import Iterator, Sequence, Sized
from concurrent.futures import Executor
from contextlib import contextmanager
from functools import partial
from io import BytesIO, IOBase
from types import CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any, NoReturn, Self
from weakref import ref

import numpy as np
import torch
import torch.utils.data

from lrviz.drive.installed import spell_cause
from lrviz.drive.memory import contents, fill, forget, memory_of, remembers, remind
from lrviz.drive.stage import Place, find_places, staged
from lrviz.errors import Problem, UsageError

MAX_COPIED = 65_536
"""An array or container with more items is no scheduler's state: it is shared."""

_SHARED = (
    *(type, ModuleType, CodeType, torch.nn.Module),
    *(torch.utils.data.Dataset, torch.utils.data.DataLoader),
    # Whoever waits for the other end of a copied queue waits for ever.
    *(threading.Thread, threading.Event, threading.Condition, queue.Queue, Executor, IOBase),
)


@contextmanager
def borrow_copy(scheduler: Any, changed: list[Problem] | None = None) -> Iterator[Any]:
    """Give a copy of a scheduler with an optimizer of its own, whose `step` does nothing.

    No parameter is copied, nor the optimizer's state: both are shared, and not written to. As long
    as the copy is used, what the user's classes and modules remember is copied, too, and theirs
    again afterwards. What is shared and another afterwards is added to `changed`, as far as seen.

    Raises:
        UsageError: it is no scheduler, or holds what cannot be copied.
    """
    groups = find_groups(scheduler)
    name = type(scheduler).__name__
    try:
        copied, places, copies, shared = _copy(scheduler, groups)
    except Exception as error:
        raise UsageError(f"{name} cannot be copied: {spell_cause(error)}") from error
    if {id(group) for group in groups} & {id(group) for group in find_groups(copied)}:
        raise UsageError(f"{name} cannot be copied apart from its optimizer")
    large = [(each, count) for each in shared if (count := _count(each)) > MAX_COPIED]
    with staged(places, copies):
        yield copied
    for each, count in large:
        if changed is not None and (now := _count(each)) != count:
            text = f"a {type(each).__name__} of {count:,} items is too large to be copied"
            said = f"{text}; it has {now:,} now"
            changed.append(Problem(name, (), said, grade="warning"))


def _copy(
    scheduler: Any, groups: list[dict[str, Any]]
) -> tuple[Any, Sequence[Place], Sequence[object], Sequence[object]]:
    """Return a copy, the places of what its classes remember and their copies, and what is shared.

    What they remember may be of other classes that remember more.
    """
    places: list[Place] = []
    while True:
        file = BytesIO()
        copier = _Copier(file, groups)
        copier.dump((scheduler, [place.value for place in places]))
        found = find_places(copier.reached)
        if len(found) == len(places):
            copied, copies = _Reader(BytesIO(file.getvalue()), copier.shared).load()
            return copied, places, copies, copier.shared
        places = found


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


class _Shared:
    """Stands for an object that copy and original have in common."""

    def __init__(self, value: object) -> None:
        self.value = value


class _Copier(pickle.Pickler):
    """Writes a scheduler, and keeps what is not written."""

    def __init__(self, file: BytesIO, groups: list[dict[str, Any]]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self.shared: list[object] = []
        self._places: dict[int, int] = {}
        self._originals: list[object] = []  # what is looked up by its id must not go away
        self._modules: dict[int, dict[str, Any]] = {}
        self._parameters = {id(each) for group in groups for each in group.get("params", ())}
        # Schedulers write into a learning rate that is a tensor, of whatever kind.
        self._rates = {id(value) for group in groups for value in group.values()}
        self.reached: dict[type | FunctionType, None] = {}

    def persistent_id(self, obj: object) -> int | None:
        """Return the place of an object that is not written."""
        self.reached.setdefault(obj if isinstance(obj, type | FunctionType) else type(obj))
        if isinstance(obj, _Shared):
            return self._place(obj.value, obj.value)
        if isinstance(obj, torch.Tensor):
            own = not isinstance(obj, torch.nn.Parameter) and not obj.requires_grad
            own = (own and id(obj) not in self._parameters) or id(obj) in self._rates
            if not own or obj.numel() > MAX_COPIED:
                return self._place(obj, obj)
            return self._place(obj, obj.detach().clone().requires_grad_(obj.requires_grad))
        if isinstance(obj, _SHARED) or (isinstance(obj, FunctionType) and not remembers(obj)):
            return self._place(obj, obj)
        if isinstance(obj, np.ndarray | Sized) and _count(obj) > MAX_COPIED:
            return self._place(obj, obj)
        return None

    def reducer_override(self, obj: Any) -> Any:
        """Return how an object is built again; what is written in the usual way is not ours."""
        if isinstance(obj, torch.optim.Optimizer):
            return _blank, (_Shared(type(obj)),), self._attributes(obj), None, None, _furnish
        if isinstance(obj, FunctionType):
            names = self._modules.setdefault(id(obj.__globals__), dict(obj.__globals__))
            given = (_Shared(obj), _Shared(names), obj.__closure__)
            return forget, given, memory_of(obj), None, None, remind
        if isinstance(obj, CellType):
            return CellType, (), contents(obj), None, None, fill
        if isinstance(obj, MethodType):
            return MethodType, (obj.__func__, obj.__self__)
        if type(obj) is ref and (referent := obj()) is not None:
            return ref, (referent,)
        try:
            reduced = obj.__reduce_ex__(4)
        except Exception:
            return _stand_in(obj)
        if isinstance(reduced, str):  # a name: pickle would look it up
            return _same, (_Shared(obj),)
        if hasattr(type(obj), "__getattr__") and not hasattr(type(obj), "__setstate__"):
            return (*(*reduced, None, None)[:5], _give_state)
        return NotImplemented

    def _place(self, original: object, kept: object) -> int:
        if id(original) not in self._places:
            self._places[id(original)] = len(self.shared)
            self.shared.append(kept)
            self._originals.append(original)
        return self._places[id(original)]

    @staticmethod
    def _attributes(optimizer: torch.optim.Optimizer) -> dict[str, object]:
        """Return an optimizer's attributes, of which only the param groups are copied.

        A wrapper has an optimizer in place of groups. `step` may be bound to the original.
        """
        return {
            name: value
            if name in ("param_groups", "defaults") or isinstance(value, torch.optim.Optimizer)
            else _Shared(value)
            for name, value in vars(optimizer).items()
            if name != "step"
        }


class _Reader(pickle.Unpickler):
    """Reads what a `_Copier` wrote; the bytes never leave this module."""

    def __init__(self, file: BytesIO, shared: list[object]) -> None:
        super().__init__(file)
        self._shared = shared

    def persistent_load(self, place: int) -> object:
        """Return what was not written."""
        return self._shared[place]


def _count(obj: object) -> int:
    """Return how many items an array or a container has."""
    if isinstance(obj, np.ndarray):
        return obj.size
    return len(obj) if isinstance(obj, list | dict | set | tuple | deque) else 0


def _stand_in(obj: object) -> Any:
    """Return how an object is built again that nothing can copy: it is shared, if it is safe.

    What is drawn from would be another one for the original afterwards.
    """
    if hasattr(obj, "__next__") and not hasattr(obj, "fileno"):
        return _Undrawn, (type(obj).__name__,)
    return _same, (_Shared(obj),)


class _Undrawn:
    """Takes the place of an iterator, as long as nobody draws from it."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> NoReturn:
        raise UsageError(f"draws from a {self._kind}, which cannot be looked ahead in")


def _give_state(obj: object, state: Any) -> None:
    """Give an object its attributes without asking it, which it could not answer without them."""
    attributes, slots = state if isinstance(state, tuple) else (state, None)
    if attributes:
        vars(obj).update(attributes)
    for name, value in (slots or {}).items():
        object.__setattr__(obj, name, value)


def _same(value: object) -> object:
    return value


def _blank(kind: type[torch.optim.Optimizer]) -> torch.optim.Optimizer:
    return object.__new__(kind)


def _idle(*_: object, **__: object) -> None:
    """Take the place of an optimizer's `step`."""


def _furnish(optimizer: torch.optim.Optimizer, attributes: dict[str, object]) -> None:
    """Give an optimizer its attributes, and a step that torch takes for wrapped and called."""
    step = partial(_idle)
    step._wrapped_by_lr_sched = True  # type: ignore[attr-defined]
    vars(optimizer).update(attributes, step=step, _opt_called=True)
