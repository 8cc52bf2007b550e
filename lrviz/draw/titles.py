"""What a figure says in words: its title, its labels, the names of its lines."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lrviz.curve import Quantity, SchedulerFacts
from lrviz.draw.panels import Panel
from lrviz.run.driven import Run
from lrviz.spec.options import FigureOptions
from lrviz.spell import spell_floor, spell_number, spell_yaml

LABELS: dict[Quantity, str] = {
    "lr": "Learning Rate",
    "momentum": "Momentum",
    "weight_decay": "Weight Decay",
    "metric": "Metric",
}

# What an x axis is called that counts steps, or epochs.
UNITS = {"step": "Steps", "epoch": "Epochs"}

MOST_ITEMS = 6
JOINTS = {"SequentialLR": " → ", "ChainedScheduler": " + "}


@dataclass(frozen=True)
class Words:
    """Everything that a figure says, numbers aside.

    Attributes:
        title: empty for none.
        xlabel: of the axis that all panels share.
        ylabels: one a panel.
        names: of the legend, one a line; none where there is no legend.
        note: what it calls marks of what an axis cannot show; empty for none.
    """

    title: str
    xlabel: str
    ylabels: tuple[str, ...]
    names: tuple[str, ...]
    note: str = ""

    @property
    def text(self) -> str:
        """All of it in one, and what text is shortened with."""
        rest = (*self.ylabels, *self.names, self.note, *UNITS.values(), "…")
        return "".join((self.title, self.xlabel, *rest))


def find_words(run: Run, options: FigureOptions, panels: Sequence[Panel]) -> Words:
    """Return what a run's figure says."""
    names = name_lines(run)
    has_legend = len(names) > 1 if options.legend is None else options.legend
    ylabels = [LABELS[quantity] for quantity in options.panels]
    if options.ylabel is not None:
        ylabels[0] = options.ylabel
    floors = (panel.floor for panel in panels if panel.floor is not None)
    floor = None if options.legend is False else next(floors, None)
    return Words(
        title=choose_title(run, options.style.title),
        xlabel=UNITS[options.x] if options.xlabel is None else options.xlabel,
        ylabels=tuple(ylabels),
        names=names if has_legend else (),
        note="" if floor is None else spell_floor(floor),
    )


def explain_empty(panel: Panel) -> str:
    """Return why limits of a spec's own leave nothing to be seen; empty where they do not."""
    if not panel.seen:
        return "xlim: no step of the run is in view"
    low, high = sorted(panel.limits)
    if panel.given and all(row.max() < low or row.min() > high for row in panel.seen):
        return "ylim: no value is in view"
    return ""


def name_lines(run: Run) -> tuple[str, ...]:
    """Return the names that a legend gives every curve's param groups."""
    names: list[str] = []
    for index, curve in enumerate(run.curves):
        scheduler = run.schedulers[index].name if index < len(run.schedulers) else ""
        label = curve.label or scheduler
        names += (_join(label, group, len(run.curves) > 1) for group in curve.groups)
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
    """Return the schedulers' names; of the only one the arguments, too, that all are given alike.

    >>> given = {"step_size": 4, "gamma": 1e-4}
    >>> facts = SchedulerFacts("StepLR", (), given, frozenset(), 8, range(8))
    >>> describe_schedulers([facts])
    'StepLR'
    """
    several = tuple(schedulers)
    names = list(dict.fromkeys(each.name for each in several))
    return _describe(several) if len(names) == 1 else ", ".join(names)


def _describe(alike: Sequence[SchedulerFacts]) -> str:
    """Return the name of schedulers that share it, and what else they share."""
    first, name = alike[0], alike[0].name
    if any(each.children for each in alike):
        chains = {_chain(each) for each in alike}
        return f"{name}: {chains.pop()}" if len(chains) == 1 else name
    given = [
        f"{key} {_spell(value)}"
        for key, value in first.arguments.items()
        if all(key in each.given and each.arguments[key] == value for each in alike)
    ]
    return f"{name} · {', '.join(given)}" if given else name


def _chain(scheduler: SchedulerFacts) -> str:
    joint = JOINTS.get(scheduler.name, ", ")
    return joint.join(
        f"{child.name} ({_chain(child)})" if child.children else child.name
        for child in scheduler.children
    )


def _spell(value: object) -> str:
    match value:
        case None | bool():
            return spell_yaml(value)
        case int() | float():
            return spell_number(value)
        case list() | tuple():
            items = [_spell(item) for item in value[:MOST_ITEMS]]
            return f"[{', '.join(items + ['…'] * (len(value) > MOST_ITEMS))}]"
    return str(value)
