"""What Python code calls: what is plainly meant is read, then driven, drawn, linted or compared.

Here it has all rooms below it, and none of them is imported before it is needed.
"""

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, Unpack, overload

from lrviz.commands.given import drive_given, is_code, read_given
from lrviz.errors import UsageError
from lrviz.run.driven import Run
from lrviz.spec.model import Spec

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from lrviz.commands.compare.combined import Compared
    from lrviz.drive.training import Options
    from lrviz.linter.rule import Finding
    from lrviz.run.resumed import Resumed

    OnAxes = TypeVar("OnAxes", Axes, Sequence[Axes], np.ndarray[Any, Any])


class Scheduler(Protocol):
    """A live scheduler, of whatever library; it may be a wrapper around one."""

    def step(self, *given: Any, **named: Any) -> Any:
        """Go on to the next learning rate."""


# What says a schedule by itself: a path, YAML's text, plain data, or what `load` gave.
Said = Spec | str | PathLike[str] | Mapping[str, Any]
Code = Callable[..., object] | Scheduler


def simulate(spec: Run | Said | Code, /, **options: Unpack["Options"]) -> Run:
    """Drive the schedulers of a spec, or what a factory builds, through its run.

    The installed scheduler is stepped as a training loop would step it, on an optimizer of its
    own; the values are read before each step.

    What a factory changes of torch's defaults, and in the main thread of random generators, the
    filters of warnings and the current folder, is put back. One factory runs at a time, so none
    may wait for another thread that calls lrviz.

    Args:
        spec: a path, YAML's text, the mapping that it holds, or what `load` gave; or a factory,
            which takes an optimizer and returns a scheduler, or takes nothing and returns both; as
            Lightning's `configure_optimizers` and timm's `create_scheduler_v2` do it, too. What it
            returns may set learning rates by hand, and be told the number of each step before it;
            several are stepped together.
            Or a function of the step: its one parameter is an int, or is named for a count of
            steps, as `it` and `current_step` are. It returns a learning rate or a factor, or takes
            the optimizer, too, and sets its learning rates.
            Or a live scheduler, which stays as it is: its options are those of `preview`.
        **options: for such code, how long the run is: `steps`, or `epochs` and `steps_per_epoch`
            (1) or `data`; when `scheduler.step()` is called: `interval`, `"step"` or `"epoch"`
            (`"step"`, or as its trainer has it), `frequency`, `calls`; the `optimizer` that it is
            given, as a spec names it or a class of `torch.optim` (SGD with an LR of 1e-3), its
            `lr`; the `metric` that ReduceLROnPlateau is given; what a function of the step
            `returns`, `"lr"` or `"factor"`, where its first value does not tell; and its figure's
            `title` and options, `figure`.

    Returns:
        The run: for every curve learning rates of shape (param groups, steps), steps counted
        from 0, with momentum and weight decay beside them.

    Raises:
        FileError: a file cannot be read.
        SpecError: it is no spec, cannot be driven through the run, or a learning rate is not
            finite.
        UsageError: an option makes no sense.
        WrongTypeError: it is none of these.

    >>> simulate({"epochs": 4, "scheduler": {"ExponentialLR": {"gamma": 0.5}}}).lr.tolist()
    [[0.001, 0.0005, 0.00025, 0.000125]]
    >>> from torch.optim.lr_scheduler import StepLR
    >>> simulate(lambda optimizer: StepLR(optimizer, 2, 0.5), lr=0.8, steps=4).lr.tolist()
    [[0.8, 0.8, 0.4, 0.4]]
    >>> simulate(lambda it: 0.1 / (it + 1), returns="lr", steps=2).lr.tolist()
    [[0.1, 0.05]]
    """
    return drive_given("simulate", spec, options)


@overload
def plot(run: Run | Said | Code, *, ax: None = None, **options: Any) -> "Figure": ...


@overload
def plot(run: Run | Said | Code, *, ax: "OnAxes", **options: Any) -> "OnAxes": ...


def plot(run: Run | Said | Code, *, ax: Any = None, **options: Any) -> Any:
    """Return a run as a matplotlib figure, or draw it on axes of yours.

    The figure is none of pyplot's and needs no closing; `figure.savefig(path)` writes it, and a
    notebook shows it. Threads may draw at once: one does, and the others wait. What else uses
    matplotlib in another thread finds the figure's settings meanwhile, and must not set its own.

    On axes of yours it draws lines, limits, ticks, labels and, for several lines, a legend. Figure
    and settings stay yours, and in view what is drawn there already.

    Args:
        run: what `simulate` gave, or takes.
        ax: your axes, one a panel, in place of a figure of its own.
        **options: the keys of a spec's `figure`, over those that the spec gives; for example
            `style="dark", yscale="log"`. Of code those of `simulate`, too; its length at least.

    Returns:
        The figure, or `ax` as it was given.

    Raises:
        UsageError: an option does not exist, or its value is not allowed.
        SpecError: the spec asks for a panel of a quantity that its optimizer has not, or for more
            lines than can be drawn in reasonable time.
        LrvizError: as `simulate`, where it is no run yet.

    >>> plot("configs/steplr.yaml", style="light", yscale="log").axes[0].get_yscale()
    'log'
    >>> from matplotlib.figure import Figure
    >>> ax = plot(lambda it: 0.1 / (it + 1), steps=9, returns="lr", ax=Figure().subplots())
    >>> ax.get_xlabel(), len(ax.lines)
    ('Steps', 1)
    """
    if not isinstance(run, Run):
        own: dict[str, Any] = {}
        if is_code(run):
            from lrviz.drive.training import Options

            names = (*Options.__annotations__, "start")
            own = {name: options.pop(name) for name in names if name in options}
        run = drive_given("plot", run, own)
    if ax is None:
        from lrviz.draw.outputs import plot as draw

        return draw(run, **options)
    from lrviz.draw.guest import plot_onto

    plot_onto(run, ax, options)
    return ax


def lint(run: Run | Said | Code, /, **options: Any) -> tuple["Finding", ...]:
    """Return what looks wrong in a schedule, in file order; `str` of one is the command's line.

    Args:
        run: what `simulate` gave, or takes.
        **options: of code, as `simulate` takes them.

    Returns:
        Findings, each with `code`, `severity`, `key`, `line`, `message`, `remedy` and `fix`. What
        the spec's `lint.ignore` names is left out.

    Raises:
        LrvizError: as `simulate`.

    >>> text = "{epochs: 4, scheduler: {MultiStepLR: {milestones: [2, 9]}}}"
    >>> [(each.code, each.severity, each.remedy) for each in lint(text)]
    [('LR008', 'warning', 'set milestones to [2]')]
    """
    from lrviz.linter.engine import find_unknown, lint_run, sort_findings
    from lrviz.linter.rules import RULES

    driven = drive_given("lint", run, options)
    found = lint_run(driven, RULES.values())
    return sort_findings([*found, *find_unknown(driven.spec, RULES)])


def compare(plan: Run | Said, *others: Run | Said) -> "Compared":
    """Say where schedules part from the first one, or the log of a run from its plan.

    Args:
        plan: what `simulate` gave, or a spec as it takes them.
        *others: likewise; or the paths of a run's logs, which must be the only ones then.

    Returns:
        Whether they `parted`, and at which step, `parts`; `comparisons` in numbers, and of a log
        what happened, `held.findings`. `str` of it is what the command prints, `data` what that
        prints for programs, and `plot(compared.run)` draws all of them.

    Raises:
        LrvizError: as `simulate`.
        UsageError: there is nothing to compare with, or no single plan beside logs.

    >>> spec = {"steps": 4, "scheduler": {"StepLR": {"step_size": 2, "gamma": 0.5}}}
    >>> compare(spec, spec | {"steps": 3}).parts
    3
    """
    from lrviz.commands.compare.comparing import compare_runs, is_log

    if not others:
        raise UsageError("nothing to compare with: compare('plan.yaml', 'run.csv')")
    if any(map(is_code, (plan, *others))):
        raise UsageError("compare takes no code, but its run: compare(plan, simulate(code, …))")
    given = (plan, *others)
    read = [each if isinstance(each, Run) else read_given(each, "compare") for each in given]
    logs = [each for each in read if isinstance(each, Spec) and is_log(each)]
    return compare_runs(
        [drive_given("compare", each, {}) for each in read if each not in logs], logs
    )


def resume(
    spec: Said | Callable[..., object],
    at: int | None = None,
    into: Said | None = None,
    **options: Unpack["Options"],
) -> tuple["Resumed", ...]:
    """Stop a run, save what torch saves, and go on in each of the ways that people do.

    The states are those of `state_dict`, saved and loaded by torch; schedulers and optimizers are
    the installed ones. Each way is compared with the run that was not stopped.

    Args:
        spec: a spec or a factory, as `simulate` takes them.
        at: the steps that are done when it stops, from 1 to the last but one; None for all of them
            up to 256, else at hand-overs, drops and their neighbours, the thirds and 32 spread
            ones. Then of each way the worst is told.
        into: another spec of one curve, into which the states are loaded, as when a run is made
            longer; what goes on is compared with its run.
        **options: of a factory, as `simulate` takes them.

    Returns:
        A row a way, in the order of `lrviz.run.resumed.WAYS`; of several curves, one after another.

    Raises:
        SpecError: a spec cannot be driven through its run.
        UsageError: it cannot be stopped there, or not at so many steps.

    >>> spec = "{steps: 4, scheduler: {LambdaLR: {lr_lambda: 1 / (epoch + 1)}}}"
    >>> [(row.way, row.verdict, row.wrong) for row in resume(spec, at=2)][:3]
    [('both', 'right', 0), ('before', 'wrong', 1), ('scheduler', 'wrong', 1)]
    """
    from lrviz.drive.resuming import stop_and_go
    from lrviz.drive.runs import describe

    given = spec if callable(spec) else read_given(spec, "resume")
    other = None if into is None else read_given(into, "into")
    return stop_and_go(describe(given, options), at, other).rows
