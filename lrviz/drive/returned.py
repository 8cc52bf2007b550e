"""What a factory returned: a scheduler, with what trainers put beside it, or several of them.

And what a module of Lightning's has to know for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import ChainedScheduler

from lrviz.drive.blame import factory_problem
from lrviz.drive.built import Built, accept_scheduler
from lrviz.drive.hand import accept_object, stand_in
from lrviz.drive.moved import find_optimizer
from lrviz.drive.recover import counts_calls, wants_metric
from lrviz.errors import UsageError
from lrviz.spec.keys import read_calls
from lrviz.spec.model import Schedule
from lrviz.spec.origin import Problems
from lrviz.spec.wording import suggest

Said = Mapping[str, Any]

# What Lightning does with a scheduler of which nothing else is said.
_LIGHTNING: Said = {"interval": "epoch", "frequency": 1}

# What it takes in a mapping of an optimizer, and in one of a scheduler.
_BOTH = ("optimizer", "lr_scheduler", "monitor")
_TOLD = ("scheduler", *_LIGHTNING, "monitor", "strict", "name", "reduce_on_plateau", "opt_idx")


def accept_returned(
    schedule: Schedule, result: object, given: Optimizer | None, dummy: Optimizer
) -> Built:
    """Return what is to be driven of what a factory returned.

    Args:
        schedule: the factory's.
        result: a scheduler, alone or beside its optimizer or, as timm has it, a number of epochs;
            several that are stepped together; or what Lightning takes of `configure_optimizers`.
        given: the optimizer that the factory was given; None for none.
        dummy: moved by what it returned that has no optimizer at all, a function of the step.

    Raises:
        SpecError: it is nothing of the kind.
    """
    try:
        parts = list(_iter_parts(result, {}))
    except UsageError as error:
        raise factory_problem(schedule, f"returned a mapping with {error}") from None
    optimizers = [each for each, _ in parts if isinstance(each, Optimizer)]
    lengths = [each for each, _ in parts if type(each) is int]
    found = [each for each in parts if not (isinstance(each[0], Optimizer) or type(each[0]) is int)]
    if len(optimizers) > 1:
        count = len(optimizers)
        raise factory_problem(schedule, f"returned {count} optimizers; return one at a time")
    if optimizers and given is None and not found:  # it keeps its learning rate
        found = [(stand_in(optimizers[0], optimizers[0], lambda: None), {})]
    if lengths and lengths[0] < 1:
        text = f"must return a number of epochs that is at least 1, got {lengths[0]}"
        raise factory_problem(schedule, text)
    if not found or len(lengths) > 1 or any(each is None for each, _ in found):
        got = " and ".join("None" if each is None else type(each).__name__ for each, _ in parts)
        what = "a scheduler" if given is not None else "a scheduler and its optimizer"
        raise factory_problem(schedule, f"must return {what}, returned {got or 'nothing'}")
    epochs = lengths[0] if lengths else None
    if epochs is not None and schedule.factory and schedule.factory.missing:
        schedule = replace(schedule, epochs=epochs)
    moved = optimizers[0] if optimizers else given
    try:
        built = [accept_object(schedule, each, moved, dummy) for each, _ in found]
        whole = _join(schedule, built)
    except UsageError as error:
        raise factory_problem(schedule, f"must return a scheduler: {error}") from None
    calls = _read_calls(schedule, [said for _, said in found])
    optimizer = type(find_optimizer(whole.scheduler)).__name__
    return replace(whole, optimizer=optimizer, calls=calls, epochs=epochs)


class _Trainer:
    """What a module of Lightning's asks its trainer for: how long the run is."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule

    def __getattr__(self, name: str) -> Any:
        run = self._schedule
        told = {
            "max_epochs": run.epochs,
            "max_steps": run.total_steps,
            "num_training_batches": run.steps_per_epoch,
            "estimated_stepping_batches": run.total_steps,
            "accumulate_grad_batches": 1,
        }
        if name not in told:
            raise AttributeError(f"lrviz has no trainer.{name}; give it a number")
        if run.factory and run.factory.missing:
            raise factory_problem(run, run.factory.missing)
        return told[name]


def attach_trainer(schedule: Schedule, module: Any) -> None:
    """Let a module of Lightning's know how long its run is, where no trainer has told it."""
    try:
        trainer = getattr(module, "trainer", None)
    except RuntimeError:  # Lightning's, of a module that has none
        trainer = None
    if trainer is None:
        with suppress(AttributeError):  # of what takes none
            module.trainer = _Trainer(schedule)


def _iter_parts(result: Any, said: Said) -> Iterator[tuple[Any, Said]]:
    """Yield every scheduler, optimizer and number in a result, with what is said of its calls."""
    match result:
        case Mapping():
            known = _TOLD if "scheduler" in result else _BOTH
            for key in map(str, result):  # nobody would look for a scheduler there
                if key not in known:
                    raise UsageError(f"{key}; {suggest(key, known)}")
            if "scheduler" in result:
                told = {key: result.get(key, usual) for key, usual in _LIGHTNING.items()}
                yield result["scheduler"], told
            if "optimizer" in result:
                yield result["optimizer"], said
            if (scheduler := result.get("lr_scheduler")) is not None:
                yield from _iter_parts(scheduler, _LIGHTNING)
        case [list() as own, others] if all(isinstance(each, Optimizer) for each in own):
            yield from _iter_parts(own, said)
            yield from _iter_parts(others, _LIGHTNING)
        case list() | tuple():
            for each in result:
                yield from _iter_parts(each, said)
        case _:
            yield result, said


def _join(schedule: Schedule, built: Sequence[Built]) -> Built:
    """Return what steps several schedulers together, in order."""
    if len(built) == 1:
        return built[0]
    for each in built:
        if counts_calls(each.scheduler) or wants_metric(each.scheduler):
            name = type(each.scheduler).__name__
            text = f"returned {name} beside others, and a call of it is told more than theirs"
            raise factory_problem(schedule, f"{text}; return it alone")
    if len({id(find_optimizer(each.scheduler)) for each in built}) > 1:
        text = f"returned {len(built)} schedulers of different optimizers; return one at a time"
        raise factory_problem(schedule, text)
    whole = accept_scheduler(ChainedScheduler([each.scheduler for each in built]))
    note = f"returned {len(built)} schedulers: each call steps all; SequentialLR has them in turn"
    return replace(whole, notes=(note, *(each for own in built for each in own.notes)))


def _read_calls(schedule: Schedule, told: Sequence[Said]) -> Said:
    """Return when what was returned is called; empty where nothing is said of it."""
    said = told[0]
    if any(each != said for each in told):
        text = f"returned {len(told)} schedulers that are not called together"
        raise factory_problem(schedule, f"{text}; return one at a time")
    problems = Problems(schedule.source)
    plain = {key: each.tolist() if hasattr(each, "tolist") else each for key, each in said.items()}
    read = read_calls(("", plain, {}), None, problems)
    problems.refuse()
    return {key: getattr(read, key) for key in said}
