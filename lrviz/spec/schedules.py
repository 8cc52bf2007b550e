"""The schedules of a spec: the one it names, its `curves`, or one a value of its `sweep`."""

from collections.abc import Iterator, Mapping, Sequence

from lrviz.errors import KeyPath
from lrviz.spec.catalog.external import External
from lrviz.spec.factory import Factory
from lrviz.spec.keys import LENGTH_KEYS, Shape, read_shape
from lrviz.spec.model import Interval, Node, Schedule, own_interval
from lrviz.spec.nodes import NodeReader, read_metric
from lrviz.spec.style import MAX_TEXT
from lrviz.spec.sweep import MAX_CURVES, Variant, find_twins, iter_variants
from lrviz.spec.tree import Problems, Tree
from lrviz.spec.wording import spell, spell_count

MAX_CALLS = 10_000_000
MAX_POINTS = 20_000_000
MAX_SCHEDULERS = 4_096

MAX_WRITTEN = 1_000_000
"""The most characters of optimizers and schedulers, if every curve had its own written out.

A sweep of a few values makes that many times what its text holds, and all of it is looked at.
"""

DEFAULT_OPTIMIZER: Tree = {"SGD": {"lr": 1e-3}}
"""The optimizer of the article."""

CURVE_KEYS = ("scheduler", "optimizer", "interval", "metric")
"""What a curve may have of its own; what it leaves out it takes from the top of the spec."""

INTERVALS: tuple[Interval, ...] = ("step", "epoch")

Keys = Mapping[str, KeyPath]


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
            schedules += self._read_variant(label, own, length, problems)
        _refuse_too_many(schedules, self._problems)
        return shape, schedules

    def _read_variant(
        self, label: str, tree: dict[str, Tree], length: Shape | None, problems: Problems
    ) -> Iterator[Schedule]:
        top: dict[str, KeyPath] = {key: (key,) for key in CURVE_KEYS if key in tree}
        if "curves" not in tree:
            yield from self._read_schedule(label, tree, top, length, problems)
            return
        for name, own in _iter_curves(tree["curves"], problems):
            changed = {**tree, **own}
            keys = {**top, **{key: ("curves", name, key) for key in own}}
            yield from self._read_schedule(name, changed, keys, length, problems)

    def _read_schedule(
        self,
        label: str,
        tree: dict[str, Tree],
        keys: Keys,
        length: Shape | None,
        problems: Problems,
    ) -> Iterator[Schedule]:
        """Yield the schedule, or nothing where a problem was added; `keys` tells where it is."""
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
            scheduler = reader.read_scheduler(tree["scheduler"], keys["scheduler"])
        else:
            problems.say(("curves", label) if "curves" in tree else (), "scheduler is missing")
        metric_key = keys.get("metric", ("metric",))
        metric = read_metric(tree["metric"], metric_key, problems) if "metric" in tree else None
        own = None if self._factory else own_interval(scheduler)
        named = tree.get("interval", own or "step")
        interval = next((each for each in INTERVALS if each == named), None)
        if interval is None:
            problems.say(keys["interval"], f"must be one of step, epoch, got {spell(named)}")
        elif scheduler and own not in (None, interval):
            shared = "curves" in tree and keys["interval"] == ("interval",)
            problems.say(keys["interval"], _explain_interval(scheduler, label if shared else ""))
        if len(problems.found) > before or not (length and optimizer and scheduler and interval):
            return
        yield Schedule(
            source=problems.source,
            label=label,
            epochs=length.epochs,
            steps_per_epoch=length.steps_per_epoch,
            interval=interval,
            optimizer=optimizer,
            scheduler=scheduler,
            metric=metric,
            metric_key=metric_key,
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


def _explain_interval(scheduler: Node, curve: str) -> str:
    """Return what is wrong with an interval that is not the one of timm's scheduler.

    Args:
        scheduler: of timm's.
        curve: which it is of where others take the interval, too; else empty.
    """
    own = own_interval(scheduler)
    remedy = "leave interval out"
    if curve:
        remedy = f"give curve '{curve}' an interval of its own, {own}"
    if own == "step":
        return f"{scheduler.name} counts updates where t_in_epochs is false; {remedy}"
    return f"{scheduler.name} counts epochs; {remedy}, or set t_in_epochs to false"


def _iter_curves(curves: Tree, problems: Problems) -> Iterator[tuple[str, dict[str, Tree]]]:
    """Yield the label of every curve and what it has of its own."""
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
    for name, own in curves.items():
        at = ("curves", name)
        if not name.isprintable() or not 0 < len(name) <= MAX_TEXT:
            problems.say(at, f"a label has 1 to {MAX_TEXT} printable characters")
        elif not isinstance(own, dict):
            problems.say(at, f"must be a mapping with {known}, got {spell(own)}")
        else:
            for key in (each for each in own if each not in CURVE_KEYS):
                problems.say((*at, key), f"no such key in a curve; known: {known}")
            yield name, {key: own[key] for key in CURVE_KEYS if key in own}


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
