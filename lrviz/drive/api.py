"""Looking ahead from Python: at what a factory would build, and at what is training now."""

import warnings
from collections.abc import Callable, Mapping
from typing import Any, overload

from lrviz.drive.built import accept_scheduler, counted_interval, drive_built
from lrviz.drive.copying import copy_scheduler
from lrviz.drive.isolation import leave_no_trace
from lrviz.drive.runs import simulate_spec
from lrviz.drive.training import (
    Metric,
    Optimizer,
    describe_factory,
    describe_run,
    simulate_factory,
    whole_number,
)
from lrviz.errors import UsageError
from lrviz.run.driven import Run
from lrviz.spec.model import Spec
from lrviz.spec.origin import Factory
from lrviz.spec.tree import Interval


@overload
def simulate(spec: Spec, /) -> Run: ...


@overload
def simulate(
    factory: Callable[..., object],
    /,
    *,
    lr: float | None = None,
    steps: int | None = None,
    epochs: int | None = None,
    steps_per_epoch: int = 1,
    interval: Interval | None = None,
    optimizer: Optimizer | None = None,
    metric: Metric | None = None,
    title: str | None = None,
    figure: Mapping[str, Any] | None = None,
) -> Run: ...


def simulate(spec: Spec | Callable[..., object], /, **options: Any) -> Run:
    """Drive the schedulers of a spec, or what a factory builds, through its run.

    The installed scheduler is stepped as a training loop would step it, on an optimizer of its
    own; the values are read before each step.

    What a factory changes of torch's defaults, and in the main thread of random generators, the
    filters of warnings and the current folder, is put back. One factory runs at a time, so none
    may wait for another thread that calls lrviz.

    Args:
        spec: what `load` or `parse_spec` gave; or a factory, which takes an optimizer and returns
            a scheduler, or takes nothing and returns both.
        **options: for a factory, how long the run is: `steps`, or `epochs` and `steps_per_epoch`
            (1); `interval` between calls of `scheduler.step()`, `"step"` or `"epoch"` (`"step"`, or
            as a scheduler of timm's counts); the `optimizer` that the factory is given, as a spec
            names it or a class of `torch.optim` (SGD with an LR of 1e-3), its `lr`; the `metric`
            that ReduceLROnPlateau is given; and its figure's `title` and options, `figure`.

    Returns:
        The run: for every curve learning rates of shape (param groups, steps), steps counted
        from 0, with momentum and weight decay beside them.

    Raises:
        SpecError: it cannot be driven through the run, or a learning rate is not finite.
        UsageError: an option makes no sense.

    >>> from torch.optim.lr_scheduler import StepLR
    >>> simulate(lambda optimizer: StepLR(optimizer, 2, 0.5), lr=0.8, steps=4).lr.tolist()
    [[0.8, 0.8, 0.4, 0.4]]
    """
    if isinstance(spec, Spec):
        if options:
            raise UsageError(
                f"{next(iter(options))}: a spec says so itself; options are a factory's"
            )
        return simulate_factory(spec) if spec.schedules[0].factory else simulate_spec(spec)
    if not callable(spec):
        raise UsageError(f"{type(spec).__name__} is neither a spec nor a factory")
    run = simulate_factory(describe_factory(spec, options))
    _warn(run)
    return run


def preview(
    scheduler: object,
    *,
    steps: int,
    steps_per_epoch: int = 1,
    interval: Interval | None = None,
    metric: Metric | None = None,
    start: int | None = None,
) -> Run:
    """Return what a live scheduler will do from where it stands; it stays as it is.

    A copy is driven. Scheduler and optimizer are not touched, nor is a parameter or a buffer of
    the optimizer copied. What is alive is shared: models, data, files, queues, threads. So are
    functions: one that remembers its calls, as an `lr_lambda` that counts them does, is advanced.

    Other threads must leave the scheduler alone meanwhile. The random generators that all code
    shares, the filters of warnings and the current folder are put back where this is called in the
    main thread; in another one, what functions draw is drawn.

    Args:
        scheduler: a scheduler of torch's or of another library's, with its optimizer.
        steps: how far to look. Step 0 is the next one.
        steps_per_epoch: optimizer steps in an epoch; step 0 is the first of one.
        interval: whether `scheduler.step()` is called after every step or every epoch; every step
            unless given, or as a scheduler of timm's counts.
        metric: what ReduceLROnPlateau will be given.
        start: for a scheduler of timm's, which does not count them and so needs it: how many
            epochs, or updates, there have been; 0 for a new one.

    Returns:
        The run: one curve of learning rates of shape (param groups, steps), step 0 the next one,
        with momentum and weight decay beside them.

    Raises:
        SpecError: it cannot be driven so far, or a learning rate is not finite.
        UsageError: an option makes no sense, or the scheduler holds what cannot be copied.

    >>> from torch import nn, optim
    >>> optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=0.8)
    >>> scheduler = optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    >>> preview(scheduler, steps=3).lr.tolist()
    [[0.8, 0.4, 0.2]]
    >>> scheduler.get_last_lr()
    [0.8]
    """
    built = accept_scheduler(scheduler, _name_optimizer(scheduler))
    name, length = type(scheduler).__name__, {"steps": steps, "steps_per_epoch": steps_per_epoch}
    if steps is None:
        raise UsageError("steps: must be a whole number, got None")
    options = {**length, "interval": interval, "metric": metric}
    spec = describe_run(Factory(name, lambda: lambda: scheduler), name, options)
    with leave_no_trace():
        done = _count_done(scheduler, start)
        taken = accept_scheduler(copy_scheduler(scheduler), built.optimizer)
        run = drive_built(spec, spec.schedules[0], taken, done)
    _warn(run)
    return run


def _warn(run: Run) -> None:
    """Warn the caller's caller of what the command would print, notes aside."""
    for problem in run.warnings:
        if problem.grade == "warning":
            warnings.warn(str(problem), UserWarning, stacklevel=3)


def _count_done(scheduler: Any, start: int | None) -> int:
    """Return how many calls a scheduler has had that does not count them itself.

    Raises:
        UsageError: it counts them itself, or nobody says how many. Its learning rates do not tell:
            they are the first ones again on a plateau and after a restart.
    """
    own = counted_interval(scheduler)
    if own is None:
        if start is not None:
            raise UsageError(f"start: a {type(scheduler).__name__} knows how often it was called")
        return 0
    if start is None:
        what = {"epoch": "epochs", "step": "updates"}[own]
        raise UsageError(f"give start=, the {what} so far, which timm leaves to the caller")
    return whole_number("start", start, least=0)


def _name_optimizer(scheduler: object) -> str:
    return type(getattr(scheduler, "optimizer", scheduler)).__name__
