"""A plain training loop with torch's own classes: the witness of what lrviz records."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch.optim import lr_scheduler
from torch.optim.swa_utils import SWALR

Tree = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Trained:
    """What a loop read before each step: one list a param group."""

    lr: list[list[float]] = field(default_factory=list)
    momentum: list[list[float]] = field(default_factory=list)
    weight_decay: list[list[float]] = field(default_factory=list)


def make_optimizer(
    name: str = "SGD",
    arguments: Mapping[str, Any] | None = None,
    groups: Sequence[Mapping[str, Any]] = ({},),
) -> torch.optim.Optimizer:
    """Return a real optimizer with one real parameter a group, each with a gradient."""
    params = [{"params": [_parameter(sparse=name == "SparseAdam")], **group} for group in groups]
    optimizer: torch.optim.Optimizer = getattr(torch.optim, name)(params, **(arguments or {}))
    return optimizer


def _parameter(*, sparse: bool) -> torch.nn.Parameter:
    parameter = torch.nn.Parameter(torch.ones(1, 1, dtype=torch.float64))
    gradient = torch.zeros_like(parameter)
    parameter.grad = gradient.to_sparse() if sparse else gradient
    return parameter


def make_scheduler(
    optimizer: torch.optim.Optimizer,
    tree: Tree,
    functions: Mapping[str, Callable[[float], float]] | None = None,
) -> Any:
    """Return the scheduler that `{Name: {arguments}}` names, its children built before it."""
    ((name, arguments),) = tree.items()
    built = dict(arguments)
    if "schedulers" in built:
        built["schedulers"] = [
            make_scheduler(optimizer, each, functions) for each in built["schedulers"]
        ]
    for each in ("lr_lambda", "scale_fn"):
        if each in built:
            built[each] = _functions(built[each], functions or {})
    found = SWALR if name == "SWALR" else getattr(lr_scheduler, name)
    # SequentialLR steps a composite out of order when it starts it, and warns of it.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return found(optimizer=optimizer, **built)


def _functions(texts: Any, functions: Mapping[str, Callable[[float], float]]) -> Any:
    return [functions[each] for each in texts] if isinstance(texts, list) else functions[texts]


def train(
    optimizer: torch.optim.Optimizer,
    scheduler: Any,
    epochs: int,
    steps_per_epoch: int = 1,
    interval: str = "step",
    metric: Sequence[float] | None = None,
) -> Trained:
    """Return what every step trained with, as a training script would log it."""
    groups = optimizer.param_groups
    trained = Trained([[] for _ in groups], [[] for _ in groups], [[] for _ in groups])
    given = iter(metric or ())
    # As above.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(epochs):
            for step in range(steps_per_epoch):
                for index, group in enumerate(groups):
                    _read(group, index, trained)
                optimizer.step(lambda: 0.0)
                if interval == "step" or step == steps_per_epoch - 1:
                    scheduler.step(*(() if metric is None else (next(given),)))
    return trained


def _read(group: Mapping[str, Any], index: int, trained: Trained) -> None:
    trained.lr[index].append(float(group["lr"]))
    if "betas" in group:
        trained.momentum[index].append(float(group["betas"][0]))
    elif "momentum" in group:
        trained.momentum[index].append(float(group["momentum"]))
    if "weight_decay" in group:
        trained.weight_decay[index].append(float(group["weight_decay"]))
