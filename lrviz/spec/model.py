"""The spec: one YAML document, parsed and checked as far as is possible without torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lrviz.errors import KeyPath
from lrviz.spec.catalog.external import External
from lrviz.spec.length import count_steps
from lrviz.spec.options import FigureOptions, LintOptions
from lrviz.spec.origin import Factory, Source
from lrviz.spec.tree import Interval, Metric, Tree, freeze, is_same_spec

TOTALS = ("epochs", "steps_per_epoch", "total_steps", "total_calls")  # that formulas may name


@dataclass(frozen=True)
class Node:
    """A scheduler or optimizer as a spec names it: `Name: {arguments}`.

    Attributes:
        name: a name of the catalog, or of what the user allowed beside it.
        key: its key path, the name included where it has arguments.
        arguments: as written; formulas and expressions as text.
        children: the parsed items of the argument `schedulers`.
        groups: the items of the argument `param_groups`.
        foreign: what is to be imported; None for what the catalog has.
        package: the package that a scheduler is part of.
    """

    name: str
    key: KeyPath
    arguments: Mapping[str, Tree]
    children: tuple["Node", ...] = ()
    groups: tuple[Mapping[str, Tree], ...] = ()
    foreign: External | None = None
    package: str = "torch"

    def walk(self) -> list["Node"]:
        """Return this scheduler and those inside it."""
        return [self, *(below for child in self.children for below in child.walk())]


@dataclass(frozen=True)
class Schedule:
    """One curve of a spec: a scheduler, what it schedules, and how long it runs.

    Attributes:
        source: where it came from.
        label: what tells it from the other curves of the spec; empty for the only one.
        epochs: length of the run; a fraction under `interval: step` only.
        steps_per_epoch: optimizer steps in an epoch.
        interval: when `scheduler.step()` is called, after every step or after every epoch.
        optimizer: the optimizer whose param groups are scheduled.
        scheduler: what schedules them.
        metric: what ReduceLROnPlateau is given; None for none. `metric_key`: where that stands.
        metric_name: the column of the csv that it was read from; empty for any other.
        metric_file: that csv, as the spec names it.
        metric_lines: its line for each value, and `metric_blanks` the blank ones between them.
        factory: what builds the scheduler, until that has been driven; None for a spec's own.
        batches_per_epoch: of all processes; None without data; `derivation`: how steps follow.
        frequency: of how many intervals it is called after one, and `calls`, how often then.
        told: the totals of another run, which its formulas are to name; None for its own.
    """

    source: Source
    label: str
    epochs: int | float
    steps_per_epoch: int
    interval: Interval
    optimizer: Node
    scheduler: Node
    metric: Metric | None
    metric_key: KeyPath = ("metric",)
    metric_name: str = ""
    metric_file: str = field(default="", compare=False)
    metric_lines: tuple[int, ...] = field(default=(), compare=False)
    metric_blanks: tuple[int, ...] = field(default=(), compare=False)
    factory: Factory | None = field(default=None, compare=False, repr=False)
    batches_per_epoch: int | None = None
    derivation: str = ""
    frequency: int = 1
    calls: int = 1
    told: Mapping[str, float] | None = field(default=None, compare=False)

    @property
    def is_cut(self) -> bool:
        """Whether the last epoch is not a whole one."""
        return not isinstance(self.epochs, int)

    @cached_property
    def total_steps(self) -> int:
        """The number of optimizer steps of the run."""
        epochs, each = self.epochs, self.steps_per_epoch
        return epochs * each if isinstance(epochs, int) else count_steps(epochs, each)

    @cached_property
    def total_calls(self) -> int:
        """The number of calls of `scheduler.step()` of the run."""
        return self.intervals // self.frequency * self.calls

    @cached_property
    def total_values(self) -> int:
        """The number of values that train: one a call, and one more where steps follow the last."""
        return self.total_calls + (self.total_steps % self.steps_per_call > 0)

    @cached_property
    def intervals(self) -> int:
        """The number of steps or epochs of the run, whichever it may be called after."""
        return self.total_steps if self.interval == "step" else int(self.epochs)

    @cached_property
    def steps_per_call(self) -> int:
        """The number of optimizer steps from one time that calls are made to the next."""
        return self.frequency * (1 if self.interval == "step" else self.steps_per_epoch)

    def step_after(self, call: int) -> int:
        """Return the first step, perhaps behind the run, that so many calls come before."""
        return -(-call // self.calls) * self.steps_per_call

    @property
    def held_from(self) -> int | None:
        """The first step, perhaps behind the run, that follows a held metric; None for none."""
        if not isinstance(self.metric, tuple) or len(self.metric) >= self.total_calls:
            return None
        return self.step_after(len(self.metric) + 1)

    @cached_property
    def groups(self) -> int:
        """The number of param groups."""
        return max(1, len(self.optimizer.groups))

    @cached_property
    def totals(self) -> Mapping[str, float]:
        """The run totals that formulas and expressions may name."""
        names = TOTALS if self.batches_per_epoch is None else (*TOTALS, "batches_per_epoch")
        return self.told or {name: float(getattr(self, name)) for name in names}


@dataclass(frozen=True, eq=False)
class Spec:
    """One schedule or several, and how they are drawn.

    The properties from `epochs` on are those of the first schedule, which is the only one unless
    the spec has `curves` or a `sweep`.

    Attributes:
        tree: the plain data it was parsed from, `--set` included.
        source: where it came from; no part of its value.
        title: drawn above the figure; None for none.
        schedules: one a curve; at least one.
        figure: how they are drawn.
        lint: what the linter is told.
        allow: what it may name beside the catalog; no part of its value.
    """

    tree: Mapping[str, Tree]
    source: Source
    title: str | None
    schedules: tuple[Schedule, ...]
    figure: FigureOptions
    lint: LintOptions
    allow: tuple[str, ...] = ()

    @property
    def epochs(self) -> int | float:
        """Length of the run."""
        return self.schedules[0].epochs

    @property
    def steps_per_epoch(self) -> int:
        """Optimizer steps in an epoch."""
        return self.schedules[0].steps_per_epoch

    @property
    def interval(self) -> Interval:
        """When `scheduler.step()` is called, after every step or after every epoch."""
        return self.schedules[0].interval

    @property
    def optimizer(self) -> Node:
        """The optimizer whose param groups are scheduled."""
        return self.schedules[0].optimizer

    @property
    def scheduler(self) -> Node:
        """What schedules them."""
        return self.schedules[0].scheduler

    @property
    def metric(self) -> Metric | None:
        """What ReduceLROnPlateau is given; None for none."""
        return self.schedules[0].metric

    @property
    def derivation(self) -> str:
        """How the steps follow from the data, in a sentence; empty without data."""
        return "; ".join(dict.fromkeys(filter(None, (each.derivation for each in self.schedules))))

    @property
    def total_steps(self) -> int:
        """The number of optimizer steps of the longest schedule."""
        return max(schedule.total_steps for schedule in self.schedules)

    @property
    def total_calls(self) -> int:
        """The number of calls of `scheduler.step()` of the run."""
        return self.schedules[0].total_calls

    @cached_property
    def packages(self) -> tuple[str, ...]:
        """The packages beside torch whose schedulers it names, in alphabetical order."""
        found = {node.package for schedule in self.schedules for node in schedule.scheduler.walk()}
        return tuple(sorted(found - {"torch"}))

    @property
    def needs(self) -> str:
        """The first name for which torch's own schedulers are not enough; empty for none."""
        for schedule in self.schedules:
            if schedule.factory and not schedule.factory.drawn:
                return schedule.factory.name
            for node in schedule.scheduler.walk():
                if node.foreign or node.package != "torch":
                    return node.name
        return ""

    @cached_property
    def canonical(self) -> dict[str, Tree]:
        """The spec as plain data that stands for itself.

        Only keys that were given, formulas as written, a csv metric and a style as their values,
        some only where they matter: figures of earlier versions, which lack them, are not stale.
        """
        tree = dict(self.tree)
        if isinstance(figure := tree.get("figure"), dict) and isinstance(figure.get("style"), str):
            style = self.figure.style.model_dump(mode="json", exclude={"jumps", "panels", "ramp"})
            if all(each.held_from is None for each in self.schedules):
                del style["held"]
            tree["figure"] = figure | {"style": style}
        return tree

    def __eq__(self, other: object) -> bool:
        """Whether both say the same, wherever they stand."""
        return isinstance(other, Spec) and is_same_spec(self.canonical, other.canonical)

    def __hash__(self) -> int:
        return hash(freeze(self.canonical))
