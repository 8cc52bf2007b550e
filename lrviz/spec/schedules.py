"""The schedules of a spec: the one it names, its `curves`, or one a value of its `sweep`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from math import prod

from lrviz.errors import KeyPath, Problem
from lrviz.spec.assign import MAX_DOTS, TOO_DEEP, refuse_other_names, split_key, with_value
from lrviz.spec.catalog.external import External
from lrviz.spec.keys import Shape, read_shape
from lrviz.spec.labels import find_twins, name_keys, name_values
from lrviz.spec.model import Schedule, Source, explain_interval, own_interval, read_interval
from lrviz.spec.nodes import NodeReader, read_metric
from lrviz.spec.style import MAX_TEXT
from lrviz.spec.tree import Tree, freeze
from lrviz.spec.wording import spell, spell_count

MAX_CURVES = 64
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

LENGTH_KEYS = ("epochs", "steps_per_epoch")
"""How long a run is: what a schedule reads of the keys that stand for themselves."""

SWEPT_KEYS = (*LENGTH_KEYS, "interval", "optimizer", "scheduler")
"""What a sweep may change: the schedule, not how it is drawn."""

Keys = Mapping[str, KeyPath]


@dataclass
class ScheduleReader:
    """Reads the schedules of one spec and collects what is wrong with them.

    Attributes:
        source: where the spec came from.
        allowed: the schedulers beside the catalog that the user allowed, by name.
    """

    source: Source
    allowed: Mapping[str, External] = field(default_factory=dict)
    _found: dict[Problem, None] = field(default_factory=dict, init=False)
    _written: int = field(default=0, init=False)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was wrong so far: what is wrong in all variants is there once."""
        return tuple(self._found)

    def read(self, tree: dict[str, Tree]) -> tuple[Shape | None, list[Schedule]]:
        """Return the keys that stand for themselves, and the schedules that could be read."""
        shape = self._shape(tree, self.source)
        variants = [("", tree, self.source)]
        if "sweep" in tree:
            variants = list(self._variants(tree))
        schedules = [schedule for variant in variants for schedule in self._read_variant(*variant)]
        self._refuse_too_many(schedules)
        return shape, schedules

    def _say(self, key: KeyPath, text: str, source: Source | None = None) -> None:
        self._found.setdefault((source or self.source).problem(key, text))

    def _shape(self, tree: dict[str, Tree], source: Source) -> Shape | None:
        found: list[tuple[KeyPath, str]] = []
        shape = read_shape(tree, found)
        for key, text in found:
            self._say(key, text, source)
        return shape

    def _variants(self, tree: dict[str, Tree]) -> Iterator[tuple[str, dict[str, Tree], Source]]:
        """Yield label, tree and source for every combination of the sweep's values."""
        axes = self._axes(tree)
        base = {key: value for key, value in tree.items() if key != "sweep"}
        names = name_keys([key for key, _ in axes])
        told = [name_values(name, values) for name, (_, values) in zip(names, axes, strict=True)]
        before = len(self._found)
        for (key, _), labels in zip(axes, told, strict=True):
            self._refuse_twins(key, labels)
        if len(self._found) > before:
            return
        for picked in product(*(range(len(values)) for _, values in axes)):
            changed: Tree = base
            swept: dict[KeyPath, KeyPath] = {}
            for (key, values), index in zip(axes, picked, strict=True):
                try:
                    path = split_key(key, changed)
                    refuse_other_names(changed, path)
                    changed = with_value(changed, path, values[index])
                except LookupError as error:
                    self._say(("sweep", key), str(error.args[0]))
                    return
                swept[path] = ("sweep", key, index)
            assert isinstance(changed, dict)
            label = ", ".join(each[index] for each, index in zip(told, picked, strict=True))
            yield label, changed, replace(self.source, swept=swept)

    def _axes(self, tree: dict[str, Tree]) -> list[tuple[str, list[Tree]]]:
        sweep = tree["sweep"]
        before = len(self._found)
        if not isinstance(sweep, dict) or not sweep:
            self._say(
                ("sweep",), f"must be a mapping of key paths to lists, got {_spell_mapping(sweep)}"
            )
            return []
        if "curves" in tree:
            self._say(("sweep",), "cannot stand beside `curves`; write each curve out")
        axes: list[tuple[str, list[Tree]]] = []
        for key, values in sweep.items():
            if key.split(".")[0] not in SWEPT_KEYS:
                known = ", ".join(SWEPT_KEYS)
                self._say(("sweep", key), f"is not part of a schedule; it must begin with {known}")
            elif not isinstance(values, list) or not values:
                self._say(("sweep", key), f"must be a list of values, got {spell(values)}")
            elif key.count(".") > MAX_DOTS:
                self._say(("sweep", key), TOO_DEEP)
            else:
                self._refuse_repeats(key, values)
                axes.append((key, values))
        curves = prod(len(values) for _, values in axes)
        if curves > MAX_CURVES:
            self._say(("sweep",), f"{spell_count(curves)} curves are more than {MAX_CURVES}")
        if len(sweep) > MAX_CURVES:
            self._say(("sweep",), f"{len(sweep)} key paths are more than {MAX_CURVES}")
        return axes if len(self._found) == before else []

    def _refuse_repeats(self, key: str, values: list[Tree]) -> None:
        seen: dict[object, int] = {}
        for index, value in enumerate(values):
            first = seen.setdefault(freeze(value), index)
            if first != index:
                text = f"is item {first} again; one curve would lie on the other"
                self._say(("sweep", key, index), text)

    def _refuse_twins(self, key: str, labels: list[str]) -> None:
        for index, first in find_twins(labels).items():
            text = f"is item {first} again; both curves would be called '{labels[index]}'"
            self._say(("sweep", key, index), text)

    def _read_variant(
        self, label: str, tree: dict[str, Tree], source: Source
    ) -> Iterator[Schedule]:
        shape = self._shape({key: tree[key] for key in LENGTH_KEYS if key in tree}, source)
        top: dict[str, KeyPath] = {key: (key,) for key in CURVE_KEYS if key in tree}
        if "curves" not in tree:
            yield from self._read_schedule(label, tree, top, shape, source)
            return
        for name, own in self._curves(tree["curves"]):
            changed = {**tree, **own}
            keys = {**top, **{key: ("curves", name, key) for key in own}}
            yield from self._read_schedule(name, changed, keys, shape, source)

    def _curves(self, curves: Tree) -> Iterator[tuple[str, dict[str, Tree]]]:
        if not isinstance(curves, dict) or not curves:
            self._say(
                ("curves",),
                f"must be a mapping of labels to schedules, got {_spell_mapping(curves)}",
            )
            return
        if len(curves) > MAX_CURVES:
            self._say(("curves",), f"{len(curves)} curves are more than {MAX_CURVES}")
            return
        labels = list(curves)
        for index, first in find_twins(labels).items():
            text = f"reads like '{labels[first]}'; give it another label"
            self._say(("curves", labels[index]), text)
        for name, own in curves.items():
            if not name.isprintable() or not 0 < len(name) <= MAX_TEXT:
                self._say(("curves", name), f"a label has 1 to {MAX_TEXT} printable characters")
            elif not isinstance(own, dict):
                text = f"must be a mapping with {', '.join(CURVE_KEYS)}, got {spell(own)}"
                self._say(("curves", name), text)
            else:
                for key in own.keys() - set(CURVE_KEYS):
                    text = f"no such key in a curve; known: {', '.join(CURVE_KEYS)}"
                    self._say(("curves", name, key), text)
                yield name, {key: own[key] for key in CURVE_KEYS if key in own}

    def _read_schedule(
        self, label: str, tree: dict[str, Tree], keys: Keys, shape: Shape | None, source: Source
    ) -> Iterator[Schedule]:
        """Yield the schedule, or nothing where a problem was added; `keys` tells where it is."""
        if self._is_too_much(tree, source):
            return
        before = len(self._found)
        found: list[tuple[KeyPath, str]] = []
        reader = NodeReader(found, self.allowed)
        at = keys.get("optimizer", ("optimizer",))
        optimizer = reader.read_optimizer(tree.get("optimizer", DEFAULT_OPTIMIZER), at)
        scheduler = None
        if "scheduler" in tree:
            scheduler = reader.read_scheduler(tree["scheduler"], keys["scheduler"])
        else:
            found.append((("curves", label) if "curves" in tree else (), "scheduler is missing"))
        metric_key = keys.get("metric", ("metric",))
        metric = read_metric(tree["metric"], metric_key, found) if "metric" in tree else None
        interval = read_interval(tree.get("interval", own_interval(scheduler) or "step"))
        if interval is None:
            text = f"must be one of step, epoch, got {spell(tree['interval'])}"
            found.append((keys["interval"], text))
        elif scheduler and own_interval(scheduler) not in (None, interval):
            shared = "curves" in tree and keys["interval"] == ("interval",)
            text = explain_interval(scheduler, label if shared else "")
            found.append((keys["interval"], text))
        for key, text in found:
            self._say(key, text, source)
        if len(self._found) > before or not (shape and optimizer and scheduler and interval):
            return
        yield Schedule(
            source=source,
            label=label,
            epochs=shape.epochs,
            steps_per_epoch=shape.steps_per_epoch,
            interval=interval,
            optimizer=optimizer,
            scheduler=scheduler,
            metric=metric,
            metric_key=metric_key,
        )

    def _is_too_much(self, tree: dict[str, Tree], source: Source) -> bool:
        """Whether curves that share a text make far more of it than it holds; then that is said."""
        key = "sweep" if source.swept else "curves"
        if key == "curves" and key not in tree:
            return False
        self._written += sum(len(str(tree.get(each))) for each in ("optimizer", "scheduler"))
        if self._written <= MAX_WRITTEN:
            return False
        what = "the optimizers and schedulers of all curves, written out,"
        self._say((key,), f"{what} have more than {MAX_WRITTEN:,} characters")
        return True

    def _refuse_too_many(self, schedules: list[Schedule]) -> None:
        schedulers = [sum(1 for _ in each.scheduler.walk()) for each in schedules]
        if sum(schedulers) > MAX_SCHEDULERS:
            largest = schedules[schedulers.index(max(schedulers))]
            text = f"{sum(schedulers):,} schedulers are more than {MAX_SCHEDULERS:,}"
            self._say(largest.scheduler.key, text, largest.source)
        calls = sum(schedule.total_calls for schedule in schedules)
        points = sum(schedule.total_steps * schedule.groups for schedule in schedules)
        for count, most, what in (calls, MAX_CALLS, "calls"), (points, MAX_POINTS, "points"):
            if count > most:
                longest = max(schedules, key=lambda each: each.total_steps)
                key = "epochs" if longest.epochs >= longest.steps_per_epoch else "steps_per_epoch"
                text = f"{spell_count(count)} {what} are more than {most:,}"
                self._say((key,), text, longest.source)
                return


def _spell_mapping(value: Tree) -> str:
    return "none" if value == {} else spell(value)
