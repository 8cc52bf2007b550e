"""Running the user's code and leaving no trace in what all code shares."""

import pickle
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from threading import current_thread, main_thread
from typing import Any, NamedTuple

import numpy as np
import torch

from lrviz.system.process import ONE_AT_A_TIME, same_folder


class Setting(NamedTuple):
    """Something that code may change.

    Attributes:
        read: returns what it is now, which can be compared.
        write: makes it what it was.
    """

    read: Callable[[], Any]
    write: Callable[[Any], object]


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
        settings: tuple[Setting, ...] = _DEFAULTS
        if current_thread() is main_thread():
            stack.enter_context(same_folder())
            settings = (*_list_drawn(), *settings)
        for setting in settings:
            stack.enter_context(_kept(setting))
        yield


@contextmanager
def _kept(setting: Setting) -> Iterator[None]:
    before = setting.read()
    try:
        yield
    finally:
        if setting.read() != before:
            setting.write(before)


def _list_drawn() -> Iterator[Setting]:
    """Yield the filters of warnings and every random generator that is there by itself."""
    yield Setting(lambda: list(warnings.filters), _set_filters)
    yield Setting(random.getstate, random.setstate)
    if "numpy.random" in sys.modules:  # else there is none yet
        yield Setting(
            lambda: pickle.dumps(np.random.get_state(legacy=False)),
            lambda state: np.random.set_state(pickle.loads(state)),
        )
    # Those of a GPU are there once something has used it.
    others = (*torch.cuda.default_generators, *torch.xpu.default_generators)
    for generator in (torch.default_generator, *others):
        yield Setting(partial(_read_generator, generator), partial(_set_generator, generator))


def _set_filters(filters: list[Any]) -> None:
    warnings.filters[:] = filters  # type: ignore[index]


def _read_generator(generator: torch.Generator) -> bytes:
    return generator.get_state().numpy().tobytes()


def _set_generator(generator: torch.Generator, state: bytes) -> None:
    generator.set_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))


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


_DEFAULTS = (
    Setting(torch.is_grad_enabled, torch.set_grad_enabled),
    Setting(torch.get_default_dtype, torch.set_default_dtype),
    Setting(_read_device, _set_device),
    Setting(torch.get_deterministic_debug_mode, torch.set_deterministic_debug_mode),
    Setting(_read_compiled, _set_compiled),
)
