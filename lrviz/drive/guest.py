"""Running the user's code and leaving no trace in what all code shares."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch

from lrviz.startup import same_folder


@contextmanager
def _same_folder_if_any() -> Iterator[None]:
    """Be in the current folder afterwards; one that was removed cannot be gone back to."""
    try:
        Path.cwd()
    except OSError:
        yield
        return
    with same_folder():
        yield


@contextmanager
def leave_no_trace() -> Iterator[None]:
    """Put back what is drawn from the random generators, torch's defaults and the folder.

    Its defaults are whether gradients are kept, the type and the device of what is made, and
    whether only deterministic algorithms may be used.
    """
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    grad, dtype, device = (
        torch.is_grad_enabled(),
        torch.get_default_dtype(),
        torch.get_default_device(),
    )
    exact = (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
    )
    try:
        with _same_folder_if_any():
            yield
    finally:
        torch.set_grad_enabled(grad)
        torch.set_default_dtype(dtype)
        if torch.get_default_device() != device:
            # Where none had been set, it was the processor.
            torch.set_default_device(None if device.type == "cpu" else device)
        torch.use_deterministic_algorithms(exact[0], warn_only=exact[1])
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])
