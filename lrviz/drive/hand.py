"""What sets the learning rate by hand: a function of the step, or an object that is told it.

Each is asked before a step, with the step's number, counted from 0: what it says or sets is what
that step trains with. After the last step nobody asks.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from functools import lru_cache, partial
from inspect import Parameter, getmembers, isbuiltin, isfunction
from itertools import islice
from typing import Any, Literal

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR

from lrviz.drive.blame import factory_problem, named_failures
from lrviz.drive.built import Built, accept_scheduler
from lrviz.drive.moved import find_optimizer, read_rates
from lrviz.drive.recover import counts_calls
from lrviz.drive.signatures import is_required, list_parameters
from lrviz.errors import SpecError
from lrviz.spec.model import Schedule
from lrviz.spec.tree import Returns
from lrviz.spell import spell_number

Function = Callable[..., Any]

# An argument of this name is given the optimizer, though it need not be given one.
OWN_NAMES = ("optimizer", "optim", "opt")

# The words of names that are given the number of a step.
_COUNTS = frozenset({"step", "steps", "it", "itr", "itrs", "iter", "iters", "iteration"})
_COUNTS |= {"iterations", "epoch", "epochs", "update", "updates", "batch", "i", "n", "t"}

# Those that say how long a run is, and those that stand before such a length.
_LENGTHS = frozenset({"steps", "itrs", "iters", "iterations", "epochs", "updates"})
_BEFORE_LENGTHS = frozenset({"total", "num", "n", "max", "warmup"})

# What may set learning rates, in the order in which it is looked for.
_BESIDE = "update_learning_rate"  # stands beside a step() of the optimizer, and follows it
_METHODS = ("step_update", _BESIDE, "step", "update", "adjust_learning_rate", "step_and_update_lr")

# How to say what a function returns.
GIVE_RETURNS = "give --returns lr or --returns factor (in Python returns=)"


def tell_wanted(parameter: Parameter, *, alone: bool = True) -> Literal["optimizer", "step", ""]:
    """Return what a parameter is to be given, by its name or annotation; empty for either.

    Beside others a whole number, and what may be a length, is not taken for a step.

    >>> [tell_wanted(Parameter(each, Parameter.KEYWORD_ONLY)) for each in ("opt", "cur_iter", "x")]
    ['optimizer', 'step', '']
    """
    kind = str(getattr(parameter.annotation, "__name__", parameter.annotation))
    if parameter.name in OWN_NAMES or kind.endswith("Optimizer"):
        return "optimizer"
    words = parameter.name.lower().split("_")
    is_length = _LENGTHS & {*words} or (words[0] in _BEFORE_LENGTHS and len(words) > 1)
    is_step = _COUNTS & {*words} and (alone or not is_length)
    return "step" if is_step or (alone and kind == "int") else ""


def follow(schedule: Schedule, function: Function, optimizer: Optimizer, *, sets: bool) -> Built:
    """Return what drives an optimizer as a function of the step says.

    Args:
        schedule: of the function.
        function: returns a learning rate or a factor; or sets the learning rates itself.
        optimizer: which it moves.
        sets: whether it has the optimizer, so that it may set them itself.

    Raises:
        SpecError: it raises, or returns no number, or one that may be either.
    """
    name, groups = name_function(function), optimizer.param_groups
    before = read_rates(groups, "lr")
    ask = lru_cache(maxsize=1)(function)  # what begins with a call that has been made repeats none
    with named_failures(schedule, lambda: f"{name}(0)"):
        first = ask(0)
    has_set = first is None or read_rates(groups, "lr") != before
    is_told = schedule.factory and schedule.factory.returns
    if sets and (has_set or (not is_told and _sets_later(schedule, function, groups))):
        return _drive_by_hand(schedule, function, ask, optimizer)
    last = _count_numbers(schedule) - 1

    def read(number: int) -> Any:
        value = ask(min(number, last))  # LambdaLR looks behind the run
        try:
            float("no number" if isinstance(value, str) else value)
        except (TypeError, ValueError, RuntimeError):  # the last is torch's
            text = f"must return a number, returned {type(value).__name__} at step {number}"
            raise factory_problem(schedule, text) from None
        return value

    def set_rates(number: int) -> None:
        for group in groups:
            group["lr"] = read(number)

    returns, notes = _tell_returns(schedule, name, float(read(0)), before[0])
    if returns == "factor":
        return Built(LambdaLR(optimizer, read), groups, before, returns=returns, notes=notes)
    built = _drive_by_hand(schedule, function, set_rates, optimizer)
    return replace(built, returns=returns, notes=notes)


def _sets_later(schedule: Schedule, function: Function, groups: Sequence[dict[str, Any]]) -> bool:
    """Whether a function that has set no learning rate at step 0 does so at another.

    It is called for all of them; the groups are then as they were.
    """
    before = read_rates(groups, "lr")
    kept = [{key: deepcopy(group[key]) for key in group if key != "params"} for group in groups]
    try:
        with suppress(SpecError), named_failures(schedule, str):  # it is met again, and explained
            for number in range(1, _count_numbers(schedule)):
                function(number)
                if read_rates(groups, "lr") != before:
                    return True
    finally:
        for group, own in zip(groups, kept, strict=True):
            group.update(own)
    return False


def _tell_returns(
    schedule: Schedule, name: str, first: float, lr: float
) -> tuple[Returns, tuple[str, ...]]:
    """Return what a function returns, and a note where that is a guess from its first value.

    A factor begins with 1 unless it warms up, and then, in as many equal rises as there are calls,
    with no less than one of them; a learning rate is seldom 1.
    """
    assert schedule.factory is not None
    if schedule.factory.returns:
        return schedule.factory.returns, ()
    is_rate = first == lr or 0 < first < 1 / max(schedule.total_calls, 1)
    if is_rate == (first == 1):
        text = f"returns {spell_number(first)} at step 0, be it a learning rate or a factor"
        raise factory_problem(schedule, f"{text}; {GIVE_RETURNS}")
    taken, other = ("a learning rate", "factor") if is_rate else ("a factor", "lr")
    text = f"{name}(0) is {spell_number(first)}, which is taken for {taken}"
    return "lr" if is_rate else "factor", (f"{text}; else give --returns {other}",)


def accept_object(
    schedule: Schedule, found: Any, optimizer: Optimizer | None, dummy: Optimizer
) -> Built:
    """Return a scheduler, or what sets learning rates as one does, ready to be driven.

    Args:
        schedule: whose scheduler it is.
        found: what a factory gave.
        optimizer: which it moves, where it has none itself.
        dummy: moved by a function that has no optimizer at all.

    Raises:
        SpecError: it fails at its first step.
        UsageError: it is nothing of the kind.
    """
    own = find_optimizer(found)
    moved = own or optimizer
    if isinstance(found, type) or counts_calls(found):
        return accept_scheduler(found)
    name, wanted = _find_method(found)
    if not name and callable(found) and len(_list_required(found)) == 1:
        return follow(schedule, found, moved or dummy, sets=moved is not None)
    if not name or not moved or (own and name == "step" and not wanted):
        return accept_scheduler(found)
    method = getattr(found, name)
    if not wanted:
        return accept_scheduler(stand_in(found, moved, method))
    call = f"{type(found).__name__}.{name}"
    note = f"{call}({wanted}) is told the count of calls before it"
    return replace(_drive_by_hand(schedule, found, method, moved, call), notes=(note,))


def _find_method(found: object) -> tuple[str, str]:
    """Return what an object has to move learning rates, and what that calls the number it is told.

    Both are empty where there is none.
    """
    for name in _METHODS:
        method = getattr(found, name, None)
        inside = getmembers(type(found), isfunction) if name == _BESIDE else []
        is_part = any(name in each.__code__.co_names for _, each in inside)  # of another method
        if callable(method) and not (isbuiltin(method) or is_part):  # built in, as that of a set
            wanted = _list_required(method)
            if wanted and tell_wanted(wanted[0]) == "step" and len(wanted) == 1:
                return name, wanted[0].name
            if not wanted or (name == "step" and len(wanted) == 1):  # a metric, it may be
                return name, ""
    return "", ""


def _list_required(function: Function) -> list[Parameter]:
    return [each for each in list_parameters(function) if is_required(each)]


def name_function(function: Any) -> str:
    """Return what a function is called, or the class of what is called as one is."""
    while isinstance(function, partial):
        function = function.func
    return str(getattr(function, "__name__", type(function).__name__))


def stand_in(found: object, optimizer: Optimizer, step: Function) -> Any:
    """Return a scheduler by the name of what it stands for, that makes a call of it at each."""
    own = {"optimizer": optimizer, "step": staticmethod(step)}
    return type(name_function(found), (), own)()


def _count_numbers(schedule: Schedule) -> int:
    """Return how many numbers a function is told, each before the steps that it is for."""
    return -(-schedule.total_steps // schedule.steps_per_call) * schedule.calls


def _drive_by_hand(
    schedule: Schedule, found: object, set_rates: Function, optimizer: Optimizer, call: str = ""
) -> Built:
    """Return what sets learning rates before each step, with its number: the first at once."""
    numbers = iter(range(_count_numbers(schedule)))

    def step() -> None:
        for number in islice(numbers, 1):  # none after the last step
            set_rates(number)

    call = call or name_function(found)
    base_lr = read_rates(optimizer.param_groups, "lr")
    with named_failures(schedule, lambda: f"{call}(0)"):
        step()
    scheduler = stand_in(found, optimizer, step)
    return Built(scheduler, optimizer.param_groups, base_lr, type(optimizer).__name__, call)
