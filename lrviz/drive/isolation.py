"""Running the user's code and leaving no trace in what all code shares."""

import random
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import current_thread, main_thread
from typing import Any

import numpy as np
import torch

from lrviz.drive.blame import named_failures
from lrviz.spec.model import Schedule
from lrviz.spec.origin import Factory
from lrviz.system.process import ONE_AT_A_TIME, admit_guests, same_folder


@contextmanager
def leave_no_trace() -> Iterator[None]:
    """Put back what code inside changes, one thread at a time; what it leaves alone is not touched.

    That is what torch does by default: whether it keeps gradients, the type and the device of what
    is made, whether only deterministic algorithms may be used; and what NumPy says of numbers that
    are not finite.

    In the main thread it is the random generators of Python, NumPy and torch, the filters of
    warnings and the current folder, too. In others they stay as they have become: the main thread
    may have drawn and moved meanwhile, and would draw the same again.
    """
    with ONE_AT_A_TIME, np.errstate(), ExitStack() as stack:
        if current_thread() is main_thread():
            stack.enter_context(same_folder())
            for restore, state in _iter_drawn():
                stack.callback(restore, state)
        for read, write in _DEFAULTS:
            stack.enter_context(_kept(read, write))
        yield


@contextmanager
def run_code(schedule: Schedule, factory: Factory) -> Iterator[Callable[..., object]]:
    """Give a factory's function, and leave no trace of what is done with it inside.

    Raises:
        SpecError: its code cannot be run.
    """
    with factory.guard(), leave_no_trace():
        with named_failures(schedule, lambda: "importing it"):
            admit_guests()
            function = factory.load()
        yield function


@contextmanager
def _kept(read: Callable[[], Any], write: Callable[[Any], object]) -> Iterator[None]:
    before = read()
    try:
        yield
    finally:
        if read() != before:
            write(before)


def _iter_drawn() -> Iterator[tuple[Callable[[Any], object], Any]]:
    """Yield what puts back filters of warnings and every random generator, and their states."""
    yield _set_filters, list(warnings.filters)
    yield random.setstate, random.getstate()
    if "numpy.random" in sys.modules:  # else there is none yet
        yield np.random.set_state, np.random.get_state(legacy=False)
    # Those of a GPU are there once something has used it.
    others = (*torch.cuda.default_generators, *torch.xpu.default_generators)
    for generator in (torch.default_generator, *others):
        yield generator.set_state, generator.get_state()


def _set_filters(filters: list[Any]) -> None:
    warnings.filters[:] = filters  # type: ignore[index]


def _read_device() -> Any:
    """Return what stands for the default device: torch's own function may start a GPU to tell."""
    return getattr(torch._GLOBAL_DEVICE_CONTEXT, "device_context", None)


def _set_device(context: Any) -> None:
    torch.set_default_device(None if context is None else context.device)


def _read_compiled() -> bool:
    """Return whether compiled code is deterministic, as torch sets it with the rest."""
    return getattr(sys.modules.get("torch._inductor.config"), "deterministic", False)


def _set_compiled(before: bool) -> None:
    sys.modules["torch._inductor.config"].__dict__["deterministic"] = before


_DEFAULTS: tuple[tuple[Callable[[], Any], Callable[[Any], object]], ...] = (
    (torch.is_grad_enabled, torch.set_grad_enabled),
    (torch.get_default_dtype, torch.set_default_dtype),
    (_read_device, _set_device),
    (torch.get_deterministic_debug_mode, torch.set_deterministic_debug_mode),
    (_read_compiled, _set_compiled),
)
