"""What a figure says in words: its title, its labels, the names of its lines."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from lrviz.curve import Quantity, SchedulerFacts
from lrviz.draw.panels import Panel
from lrviz.draw.text import BLANK
from lrviz.draw.trace import Places
from lrviz.run.driven import Run
from lrviz.spec.options import FigureOptions
from lrviz.spell import spell_floor, spell_list, spell_number, spell_yaml

LABELS: dict[Quantity, str] = {
    "lr": "Learning Rate",
    "momentum": "Momentum",
    "weight_decay": "Weight Decay",
    "metric": "Metric",
}

# What an x axis is called that counts steps, or epochs.
UNITS = {"step": "Steps", "epoch": "Epochs"}

HIDDEN = "{what}: {hidden:,} of {count:,} {unit}"  # what a legend says of what is below an axis

MOST_ITEMS = 6
MOST_GROUPS = 3  # the param groups that are named, at most, where they share a line
JOINTS = {"SequentialLR": " → ", "ChainedScheduler": " + "}


@dataclass(frozen=True)
class Words:
    """Everything that a figure says, numbers aside.

    Attributes:
        title: empty for none.
        xlabel: of the axis that all panels share.
        above: of the one on top, where there is one.
        ylabels: one a panel.
        names: of the legend, one a line; none where there is no legend.
        note: what it calls marks of what an axis cannot show; empty for none.
        is_ordered: whether the lines' colours tell their order, and some names are enough.
    """

    title: str
    xlabel: str
    above: str
    ylabels: tuple[str, ...]
    names: tuple[str, ...]
    note: str = ""
    is_ordered: bool = False

    @property
    def text(self) -> str:
        """All of it in one, and what text is shortened with."""
        rest = (*self.ylabels, *self.names, self.note, *UNITS.values(), "…")
        return "".join((self.title, self.xlabel, self.above, *rest))


def find_words(run: Run, options: FigureOptions, panels: Sequence[Panel]) -> Words:
    """Return what a run's figure says."""
    names = name_lines(run, panels[0].lines.places)
    has_legend = _tells(panels[0].lines.places) if options.legend is None else options.legend
    ylabels = [LABELS[panel.quantity] for panel in panels if panel.told is None]
    own = list_axes(options.ylabel)[: len(ylabels)]
    ylabels[: len(own)] = own
    xlabel, *above = list_axes(options.xlabel) or [UNITS[options.x]]
    notes = (tell_hidden(panel, HIDDEN) for panel in panels if panel.floor is not None)
    told = (
        f"{LABELS[panel.quantity].lower()} {_spell(panel.told)}".replace(" ", BLANK)
        for panel in panels
        if panel.told is not None
    )
    title = choose_title(run, options.style.title, BLANK)
    return Words(
        title=" · ".join(filter(None, (title, *told))),
        xlabel=xlabel,
        above=above[0] if above else UNITS["step" if options.x == "epoch" else "epoch"],
        ylabels=tuple(ylabels),
        names=names if has_legend else (),
        note="" if options.legend is False else next(notes, ""),
        is_ordered=bool(panels[0].lines.order and options.style.ramp),
    )


def list_axes(label: str | Sequence[str] | None) -> list[str]:
    """Return what axes are called where a spec names them.

    >>> list_axes("Steps"), list_axes(("Steps", "Epochs")), list_axes(None)
    (['Steps'], ['Steps', 'Epochs'], [])
    """
    return [label] if isinstance(label, str) else [*(label or ())]


def tell_hidden(panel: Panel, form: str) -> str:
    """Return what a log axis has no place for, in a text with what that is, and how many of what.

    Empty where it has a place for all.
    """
    if panel.floor is None:
        return ""
    hidden = sum(int(np.count_nonzero(values <= panel.floor)) for values in panel.seen)
    count = sum(values.size for values in panel.seen)
    unit = "values" if len(panel.rows) > 1 else "steps"
    return form.format(what=spell_floor(panel.floor), hidden=hidden, count=count, unit=unit)


def explain_empty(panel: Panel) -> str:
    """Return why limits of a spec's own leave nothing to be seen; empty where they do not."""
    if not panel.seen:
        return "xlim: no step of the run is in view"
    low, high = sorted(panel.limits)
    if panel.given and all(row.max() < low or row.min() > high for row in panel.seen):
        return "ylim: no value is in view"
    return ""


def name_lines(run: Run, lines: Sequence[Places]) -> tuple[str, ...]:
    """Return the names that a legend gives lines, each of some of a curve's param groups."""
    owners = [(owner, group) for owner, curve in enumerate(run.curves) for group in curve.groups]
    names: list[str] = []
    for places in lines:
        owner, groups = owners[places[0]][0], [owners[place][1] for place in places]
        curve, several = run.curves[owner], len(run.curves) > 1
        scheduler = run.schedulers[owner].name if owner < len(run.schedulers) else ""
        is_all = several and 1 < len(groups) == len(curve.groups) and not _are_named(groups)
        name = "" if is_all else name_groups(groups)
        names.append(_join(curve.label or scheduler, name, several))
    return tuple(names)


def name_groups(groups: Sequence[str]) -> str:
    """Return what param groups that share a line are called.

    >>> name_groups(["group 0", "group 1", "group 3"]), name_groups(["backbone", "head"])
    ('groups 0, 1 and 3', 'backbone and head')
    >>> name_groups([f"group {place}" for place in range(12)]), name_groups("abcd")
    ('groups 0 to 11', 'a and 3 more')
    """
    if len(groups) == 1:
        return groups[0]
    several = len(groups) > MOST_GROUPS
    if not _are_named(groups):
        numbers = [name.split()[1] for name in groups]
        first, last = int(numbers[0]), int(numbers[-1])
        if several and last - first == len(groups) - 1:
            return f"groups {first} to {last}"
        if not several:
            return f"groups {spell_list(numbers)}"
    return f"{groups[0]} and {len(groups) - 1} more" if several else spell_list(groups)


def _are_named(groups: Sequence[str]) -> bool:
    """Whether a spec gives some of the groups a name."""
    return not all(re.fullmatch(r"group \d+", group) for group in groups)


def _tells(lines: Sequence[Places]) -> bool:
    """Whether a legend says what axes do not: of one line, too, that several groups share it."""
    return len(lines) > 1 or len(lines[0]) > 1


def _join(label: str, group: str, several: bool) -> str:
    if not group:
        return label
    return f"{label} · {group}" if several and label else group


def choose_title(run: Run, kind: str, blank: str = " ") -> str:
    """Return the title to draw: the spec's own, or where the style wants it what is scheduled.

    A `blank` is inside a name and its value, where no line shall end.
    """
    own = run.spec.title
    if own is not None:
        return own if own.strip() else ""
    return describe_schedulers(run.schedulers, blank) if kind == "schedule" else ""


def describe_schedulers(schedulers: Iterable[SchedulerFacts], blank: str = " ") -> str:
    """Return the schedulers' names; of the only one the arguments, too, that all are given alike.

    >>> given = {"step_size": 4, "gamma": 1e-4}
    >>> facts = SchedulerFacts("StepLR", (), given, frozenset(), 8, range(8))
    >>> describe_schedulers([facts])
    'StepLR'
    """
    several = tuple(schedulers)
    names = list(dict.fromkeys(each.name for each in several))
    return _describe(several, blank) if len(names) == 1 else ", ".join(names)


def _describe(alike: Sequence[SchedulerFacts], blank: str) -> str:
    """Return the name of schedulers that share it, and what else they share."""
    first, name = alike[0], alike[0].name
    if any(each.children for each in alike):
        chains = {_chain(each) for each in alike}
        return f"{name}: {chains.pop()}" if len(chains) == 1 else name
    given = [
        f"{key} {_spell(value)}".replace(" ", blank)
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
