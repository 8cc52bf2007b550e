"""The schedules of a spec: the one it names, its `curves`, or one a value of its `sweep`."""

from collections.abc import Iterator, Mapping, Sequence

from lrviz.errors import KeyPath
from lrviz.spec.catalog.external import External
from lrviz.spec.keys import LENGTH_KEYS, Shape, read_shape
from lrviz.spec.model import Node, Schedule, own_interval
from lrviz.spec.nodes import NodeReader, read_metric
from lrviz.spec.source_names import Factory
from lrviz.spec.style import MAX_TEXT
from lrviz.spec.sweep import MAX_CURVES, Variant, find_twins, iter_variants
from lrviz.spec.tree import Interval, Problems, Tree
from lrviz.spec.wording import spell, spell_count

MAX_CALLS = 10_000_000
MAX_POINTS = 20_000_000
MAX_SCHEDULERS = 4_096

# The most characters of optimizers and schedulers, if every curve had its own written out. A sweep
# of a few values makes that many times what its text holds, and all of it is looked at.
MAX_WRITTEN = 1_000_000

# The optimizer of the article.
DEFAULT_OPTIMIZER: Tree = {"SGD": {"lr": 1e-3}}

# What a curve may have of its own; what it leaves out it takes from the top of the spec.
CURVE_KEYS = ("scheduler", "optimizer", "interval", "metric")

INTERVALS: tuple[Interval, ...] = ("step", "epoch")

# Label and tree of one curve, and where it stands what it has of its own.
Curve = tuple[str, dict[str, Tree], Mapping[str, KeyPath]]


class ScheduleReader:
    """Reads the schedules of one spec.

    Args:
        problems: what is wrong with them is added.
        allowed: the schedulers beside the catalog that the user allowed, by name.
        factory: what builds the scheduler in place of the spec, if anything does.
    """

    def __init__(
        self, problems: Problems, allowed: Mapping[str, External], factory: Factory | None
    ) -> None:
        self._problems, self._allowed, self._factory = problems, allowed, factory
        self._written = 0

    def read(self, tree: dict[str, Tree]) -> tuple[Shape | None, list[Schedule]]:
        """Return the keys that stand for themselves, and the schedules that could be read."""
        shape = read_shape(tree, self._problems)
        variants: Iterator[Variant] = iter([("", tree, self._problems.source)])
        if "sweep" in tree:
            variants = iter_variants(tree, self._problems)
        schedules: list[Schedule] = []
        for label, own, source in variants:
            problems = self._problems.of(source)
            length = shape
            if shape is None or any(path[0] in LENGTH_KEYS for path in source.swept):
                length = read_shape({key: own[key] for key in LENGTH_KEYS if key in own}, problems)
            for curve in _iter_curves(label, own, problems):
                schedules += self._read_schedule(curve, length, problems)
        _refuse_too_many(schedules, self._problems)
        return shape, schedules

    def _read_schedule(
        self, curve: Curve, length: Shape | None, problems: Problems
    ) -> Iterator[Schedule]:
        """Yield the schedule, or nothing where a problem was added."""
        label, tree, keys = curve
        if self._is_too_much(tree, problems):
            return
        before = len(problems.found)
        reader = NodeReader(problems, self._allowed)
        at = keys.get("optimizer", ("optimizer",))
        optimizer = reader.read_optimizer(tree.get("optimizer", DEFAULT_OPTIMIZER), at)
        scheduler = None
        if self._factory:
            scheduler = Node(self._factory.name, ("factory",), {})
        elif "scheduler" in tree:
            at = keys.get("scheduler", ("scheduler",))
            scheduler = reader.read_scheduler(tree["scheduler"], at)
        else:
            problems.say(("curves", label) if "curves" in tree else (), "scheduler is missing")
        at = keys.get("metric", ("metric",))
        metric = read_metric(tree["metric"], at, problems) if "metric" in tree else None
        interval = _read_interval(curve, None if self._factory else scheduler, problems)
        if length and optimizer and scheduler and interval and len(problems.found) == before:
            yield Schedule(
                source=problems.source,
                label=label,
                epochs=length.epochs,
                steps_per_epoch=length.steps_per_epoch,
                interval=interval,
                optimizer=optimizer,
                scheduler=scheduler,
                metric=metric,
                metric_key=at,
                factory=self._factory,
            )

    def _is_too_much(self, tree: dict[str, Tree], problems: Problems) -> bool:
        """Whether curves that share a text make far more of it than it holds; then that is said."""
        key = "sweep" if problems.source.swept else "curves"
        if key == "curves" and key not in tree:
            return False
        self._written += sum(len(str(tree.get(each))) for each in ("optimizer", "scheduler"))
        if self._written <= MAX_WRITTEN:
            return False
        what = "the optimizers and schedulers of all curves, written out,"
        problems.say((key,), f"{what} have more than {MAX_WRITTEN:,} characters")
        return True


def _read_interval(curve: Curve, scheduler: Node | None, problems: Problems) -> Interval | None:
    """Return when a curve's scheduler is called; None, and what is wrong is added."""
    label, tree, keys = curve
    at = keys.get("interval", ("interval",))
    own = own_interval(scheduler)
    named = tree.get("interval", own or "step")
    interval = next((each for each in INTERVALS if each == named), None)
    if interval is None:
        problems.say(at, f"must be one of step, epoch, got {spell(named)}")
    elif scheduler and own not in (None, interval):
        remedy = "leave interval out"
        if "curves" in tree and "interval" not in keys:  # others take it, too
            remedy = f"give curve '{label}' an interval of its own, {own}"
        if own == "step":
            text = f"{scheduler.name} counts updates where t_in_epochs is false; {remedy}"
        else:
            text = f"{scheduler.name} counts epochs; {remedy}, or set t_in_epochs to false"
        problems.say(at, text)
    return interval


def _iter_curves(label: str, tree: dict[str, Tree], problems: Problems) -> Iterator[Curve]:
    """Yield every curve of a spec that is no sweep; what is wrong with them is added."""
    if "curves" not in tree:
        yield label, tree, {}
        return
    curves = tree["curves"]
    if not isinstance(curves, dict) or not curves:
        got = "none" if curves == {} else spell(curves)
        problems.say(("curves",), f"must be a mapping of labels to schedules, got {got}")
        return
    if len(curves) > MAX_CURVES:
        problems.say(("curves",), f"{len(curves)} curves are more than {MAX_CURVES}")
        return
    labels = list(curves)
    for index, first in find_twins(labels).items():
        text = f"reads like '{labels[first]}'; give it another label"
        problems.say(("curves", labels[index]), text)
    known = ", ".join(CURVE_KEYS)
    for name, given in curves.items():
        at = ("curves", name)
        if not name.isprintable() or not 0 < len(name) <= MAX_TEXT:
            problems.say(at, f"a label has 1 to {MAX_TEXT} printable characters")
        elif not isinstance(given, dict):
            problems.say(at, f"must be a mapping with {known}, got {spell(given)}")
        else:
            own = {key: value for key, value in given.items() if key in CURVE_KEYS}
            for key in (each for each in given if each not in own):
                problems.say((*at, key), f"no such key in a curve; known: {known}")
            yield name, {**tree, **own}, {key: (*at, key) for key in own}


def _refuse_too_many(schedules: Sequence[Schedule], problems: Problems) -> None:
    schedulers = [sum(1 for _ in each.scheduler.walk()) for each in schedules]
    if sum(schedulers) > MAX_SCHEDULERS:
        largest = schedules[schedulers.index(max(schedulers))]
        text = f"{sum(schedulers):,} schedulers are more than {MAX_SCHEDULERS:,}"
        problems.of(largest.source).say(largest.scheduler.key, text)
    calls = sum(schedule.total_calls for schedule in schedules)
    points = sum(schedule.total_steps * schedule.groups for schedule in schedules)
    for count, most, what in (calls, MAX_CALLS, "calls"), (points, MAX_POINTS, "points"):
        if count > most:
            longest = max(schedules, key=lambda each: each.total_steps)
            key = "epochs" if longest.epochs >= longest.steps_per_epoch else "steps_per_epoch"
            text = f"{spell_count(count)} {what} are more than {most:,}"
            problems.of(longest.source).say((key,), text)
            return
