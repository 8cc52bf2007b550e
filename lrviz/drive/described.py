"""What a caller in Python says of a run, as a spec would say it."""

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, cast

import torch

from lrviz.curve import Values
from lrviz.errors import UsageError
from lrviz.spec import Factory, Source, Spec, parse_tree
from lrviz.spec.tree import Tree
from lrviz.spec.wording import suggest

Metric = Sequence[float] | Values | Mapping[str, Any]
"""As a spec's `metric`: a value a call, the last one held, or an expression in `step`."""

Optimizer = str | Mapping[str, Any] | type[torch.optim.Optimizer]
"""As a spec's `optimizer`: a name, or a name with arguments; or the class itself."""

OPTIONS = (
    *("lr", "steps", "epochs", "steps_per_epoch", "interval", "optimizer", "metric"),
    *("title", "figure"),
)


def describe_factory(factory: Callable[..., object], options: Mapping[str, Any]) -> Spec:
    """Return the spec of a factory's run.

    Raises:
        SpecError: what the options make is no spec.
        UsageError: an option does not exist, or makes no sense.
    """
    given = {name: value for name, value in options.items() if value is not None}
    for name in given:
        if name not in OPTIONS:
            raise UsageError(f"{name}: no such option; {suggest(name, OPTIONS)}")
    if ("steps" in given) == ("epochs" in given):
        raise UsageError("give either steps or epochs")
    optimizer = _spell_optimizer(given.pop("optimizer", "SGD"))
    lr = given.pop("lr", None)
    if lr is not None:
        optimizer = {name: _set_lr(own, lr) for name, own in optimizer.items()}
    if options.get("optimizer") is not None or lr is not None:
        given["optimizer"] = optimizer
    name = _name(factory)
    return describe_run(Factory(name, lambda: factory), name, given)


def describe_run(factory: Factory, name: str, options: Mapping[str, Any]) -> Spec:
    """Return the spec of a run: of so many epochs, or of so many steps.

    Args:
        factory: what builds its scheduler.
        name: what messages call it.
        options: as a spec's keys, with `steps` in place of `epochs`; what is None is not given.

    Raises:
        SpecError: what the options make is no spec.
        UsageError: a length makes no sense.
    """
    given = {key: value for key, value in options.items() if value is not None}
    for key in given.keys() & {"steps", "epochs", "steps_per_epoch"}:
        given[key] = whole_number(key, given[key])
    if "steps" in given:
        steps, each = given.pop("steps"), given.get("steps_per_epoch", 1)
        if steps % each:
            raise UsageError(f"steps: {steps} are no whole epochs of {each} steps")
        given["epochs"] = steps // each
    tree = {key: _plain(value) for key, value in given.items()}
    return parse_tree(tree, Source(name), factory=factory)


def whole_number(name: str, value: Any, least: int = 1) -> int:
    """Return a number of steps or epochs, of whatever type it is.

    Raises:
        UsageError: it is none, or less than so many.
    """
    try:
        whole = int(value) if isinstance(value, float) and value.is_integer() else None
        number = operator.index(value) if whole is None else whole
    except TypeError:
        number = None
    if number is None or isinstance(value, bool):
        raise UsageError(f"{name}: must be a whole number, got {value!r}")
    if number < least:
        raise UsageError(f"{name}: must be at least {least}, got {number}")
    return number


def _set_lr(arguments: Any, lr: float) -> Any:
    """Return an optimizer's arguments with an LR; what is no mapping is for the checks."""
    return {**(arguments or {}), "lr": lr} if isinstance(arguments, Mapping | None) else arguments


def _spell_optimizer(value: Any) -> dict[str, Any]:
    """Return an optimizer as a spec has it."""
    if isinstance(value, type) and _is_torchs(value):
        value = value.__name__
    if isinstance(value, str):
        return {value: {}}
    if isinstance(value, Mapping):
        return dict(value)
    remedy = "name its class: 'SGD', or {'SGD': {'momentum': 0.9}}"
    if isinstance(value, type | torch.optim.Optimizer):
        remedy += "; a factory that takes nothing returns one of its own"
    name = value.__name__ if isinstance(value, type) else type(value).__name__
    raise UsageError(f"optimizer: {name} is none that lrviz can build; {remedy}")


def _is_torchs(optimizer: type) -> bool:
    return optimizer is getattr(torch.optim, optimizer.__name__, None)


def _plain(value: Any) -> Tree:
    """Return a value of Python's as a spec would write it."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(each) for each in value]
    return cast(Tree, value.tolist() if hasattr(value, "tolist") else value)


def _name(factory: Callable[..., object]) -> str:
    """Return what a figure calls a factory: where it is, and its name."""
    while isinstance(factory, partial):
        factory = factory.func
    name = getattr(factory, "__qualname__", type(factory).__name__)
    return f"{getattr(factory, '__module__', '?')}:{name}"
