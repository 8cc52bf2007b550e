"""What a figure says in words: its title, its labels, the names of its lines."""

from collections.abc import Iterable
from dataclasses import dataclass

from lrviz.curve import Quantity, SchedulerFacts
from lrviz.draw.numbers import spell_number
from lrviz.run import Run
from lrviz.spec.options import FigureOptions

LABELS: dict[Quantity, str] = {
    "lr": "Learning Rate",
    "momentum": "Momentum",
    "weight_decay": "Weight Decay",
}

MOST_ITEMS = 6
JOINTS = {"SequentialLR": " → ", "ChainedScheduler": " + "}


@dataclass(frozen=True)
class Words:
    """Everything that a figure says, numbers aside.

    Attributes:
        title: empty for none.
        xlabel: of the axis that all panels share.
        ylabels: one a panel.
        names: one a line; of the legend.
        legend: whether there is one.
    """

    title: str
    xlabel: str
    ylabels: tuple[str, ...]
    names: tuple[str, ...]
    legend: bool

    @property
    def text(self) -> str:
        """All of it in one, and what text is shortened with."""
        names = self.names if self.legend else ()
        return "".join((self.title, self.xlabel, *self.ylabels, *names, "…"))


def find_words(run: Run, options: FigureOptions) -> Words:
    """Return what a run's figure says."""
    names = tuple(name for curve in name_lines(run) for name in curve)
    xlabel = "Epochs" if options.x == "epoch" else "Steps"
    ylabels = [LABELS[quantity] for quantity in options.panels]
    if options.ylabel is not None:
        ylabels[0] = options.ylabel
    return Words(
        title=choose_title(run, options.style.title),
        xlabel=xlabel if options.xlabel is None else options.xlabel,
        ylabels=tuple(ylabels),
        names=names,
        legend=len(names) > 1 if options.legend is None else options.legend,
    )


def name_lines(run: Run) -> tuple[tuple[str, ...], ...]:
    """Return the names that a legend gives every curve's param groups."""
    names = []
    for index, curve in enumerate(run.curves):
        scheduler = run.schedulers[index].name if index < len(run.schedulers) else ""
        label = curve.label or scheduler
        names.append(tuple(_join(label, group, len(run.curves) > 1) for group in curve.groups))
    return tuple(names)


def _join(label: str, group: str, several: bool) -> str:
    if not group:
        return label
    return f"{label} · {group}" if several and label else group


def choose_title(run: Run, kind: str) -> str:
    """Return the title to draw: the spec's own, or where the style wants it what is scheduled."""
    own = run.spec.title
    if own is not None:
        return own if own.strip() else ""
    return describe_schedulers(run.schedulers) if kind == "schedule" else ""


def describe_schedulers(schedulers: Iterable[SchedulerFacts]) -> str:
    """Return the schedulers' names, and for a single one the arguments that were given.

    >>> facts = SchedulerFacts("StepLR", (), {"step_size": 4, "gamma": 1e-4}, frozenset(), 8, 0)
    >>> describe_schedulers([facts])
    'StepLR'
    """
    several = tuple(schedulers)
    if len(several) == 1:
        return _describe(several[0])
    return ", ".join(dict.fromkeys(each.name for each in several))


def _describe(scheduler: SchedulerFacts) -> str:
    if scheduler.children:
        return f"{scheduler.name}: {_chain(scheduler)}"
    given = [
        f"{name} {_spell(value)}"
        for name, value in scheduler.arguments.items()
        if name in scheduler.given
    ]
    return f"{scheduler.name} · {', '.join(given)}" if given else scheduler.name


def _chain(scheduler: SchedulerFacts) -> str:
    joint = JOINTS.get(scheduler.name, ", ")
    return joint.join(
        f"{child.name} ({_chain(child)})" if child.children else child.name
        for child in scheduler.children
    )


def _spell(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return spell_number(value)
        case list() | tuple():
            items = [_spell(item) for item in value[:MOST_ITEMS]]
            return f"[{', '.join(items + ['…'] * (len(value) > MOST_ITEMS))}]"
    return str(value)
