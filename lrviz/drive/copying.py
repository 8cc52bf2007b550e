"""A copy of a live scheduler that can be stepped while the original stays as it is.

`copy.deepcopy` would take the model along, and leave alone what functions remember: a closure's
variables, a method that was wrapped. So a pickler writes the scheduler and is asked about every
object on the way: it is shared, it is copied in a way of our own, or it is none of our business.
"""

import pickle
from functools import partial
from io import BytesIO
from types import CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any
from weakref import ref

import numpy as np
import torch
import torch.utils.data

from lrviz.drive.libraries import spell_cause
from lrviz.drive.memory import contents, fill, forget, memory_of, remembers, remind
from lrviz.errors import UsageError

MAX_COPIED = 65_536
"""An array with more items is no scheduler's state: it is shared."""

_SHARED = (
    *(type, ModuleType, CodeType, torch.nn.Module),
    *(torch.utils.data.Dataset, torch.utils.data.DataLoader),
)


def copy_scheduler(scheduler: Any) -> Any:
    """Return a copy of a scheduler with an optimizer of its own, whose `step` does nothing.

    No parameter is copied, nor the optimizer's state: both are shared, and not written to.

    Raises:
        UsageError: it is no scheduler, or holds what cannot be copied.
    """
    groups = find_groups(scheduler)
    file = BytesIO()
    copier = _Copier(file, groups)
    name = type(scheduler).__name__
    try:
        copier.dump(scheduler)
        copied = _Reader(BytesIO(file.getvalue()), copier.shared).load()
    except _UncopyableError as error:
        raise UsageError(f"{name} cannot be copied: {error}") from None
    except Exception as error:
        raise UsageError(f"{name} cannot be copied: {spell_cause(error)}") from error
    if {id(group) for group in groups} & {id(group) for group in find_groups(copied)}:
        raise UsageError(f"{name} cannot be copied apart from its optimizer")
    return copied


def find_groups(scheduler: Any) -> list[dict[str, Any]]:
    """Return the param groups that a scheduler writes to.

    Raises:
        UsageError: it has none.
    """
    for each in (scheduler, *getattr(scheduler, "_schedulers", ())):
        groups = getattr(getattr(each, "optimizer", None), "param_groups", None)
        if groups and all(isinstance(group, dict) and "lr" in group for group in groups):
            return list(groups)
    raise UsageError(f"a {type(scheduler).__name__} is no scheduler: it has no optimizer")


class _UncopyableError(Exception):
    """What can neither be copied nor shared; its text says why."""


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

    def persistent_id(self, obj: object) -> int | None:
        """Return the place of an object that is not written."""
        if isinstance(obj, _Shared):
            return self._place(obj.value, obj.value)
        if isinstance(obj, torch.Tensor):
            own = not obj.requires_grad and id(obj) not in self._parameters
            copied = own and obj.numel() <= MAX_COPIED
            return self._place(obj, obj.detach().clone() if copied else obj)
        if isinstance(obj, _SHARED) or (isinstance(obj, FunctionType) and not remembers(obj)):
            return self._place(obj, obj)
        if isinstance(obj, np.ndarray) and obj.size > MAX_COPIED:
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
        if _is_picklable(obj):
            return NotImplemented
        return _same, (_Shared(obj),)

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
            if name == "param_groups" or isinstance(value, torch.optim.Optimizer)
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


def _is_picklable(obj: object) -> bool:
    """Whether pickle knows how to copy an object; a lock, a file or a name is shared instead."""
    try:
        return not isinstance(obj.__reduce_ex__(4), str)
    except Exception as error:
        if hasattr(obj, "__next__") and not hasattr(obj, "fileno"):
            raise _UncopyableError(f"it draws from a {type(obj).__name__}") from error
        return False


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
