"""A dummy of a torch optimizer: its own defaults and checks, and no parameters to speak of."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch


def build_optimizer(
    found: type[torch.optim.Optimizer],
    arguments: Mapping[str, object],
    groups: Sequence[Mapping[str, object]],
) -> torch.optim.Optimizer:
    """Return an optimizer of a class with the given param groups.

    It is a subclass that overrides `add_param_group` and `step` and nothing else. The first call
    of torch's own `add_param_group` imports its compiler, which takes longer than all of lrviz.
    Its `step` says that it calls hooks already, so that torch does not have it call those that
    somebody has registered for all optimizers: this is none of theirs.

    Raises:
        Exception: whatever torch's own constructor says of the arguments.
    """

    def add_param_group(self: torch.optim.Optimizer, group: dict[str, Any]) -> None:
        self.param_groups.append({**self.defaults, **group})

    def step(self: torch.optim.Optimizer, closure: object = None) -> None:
        del self, closure

    step.hooked = True  # type: ignore[attr-defined]
    body = {"add_param_group": add_param_group, "step": step, "__module__": __name__}
    dummy = type(found.__name__, (found,), body)
    # Muon wants matrices; nobody looks at the values.
    params = [{"params": [torch.empty(1, 1, device="cpu")], **group} for group in groups or [{}]]
    optimizer: torch.optim.Optimizer = dummy(params, **arguments)
    return optimizer
