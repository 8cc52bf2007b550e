"""From a tree of plain data to a checked `Spec`: the first of the two stages of errors."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from lrviz.errors import Problem, SpecError, WrongTypeError
from lrviz.spec.assign import Override, Overrides
from lrviz.spec.catalog.external import External, parse_allowed
from lrviz.spec.ends import assign_meant, widen_sweep
from lrviz.spec.keys import Shape, read_calls, read_shape
from lrviz.spec.length import LENGTH_KEYS, Length
from lrviz.spec.model import TOTALS, Node, Schedule, Spec
from lrviz.spec.nodes import NodeReader, read_metric
from lrviz.spec.origin import FACTORY, Factory, Problems, Source, find_schedulers
from lrviz.spec.sweep import Curve, Variant, iter_curves, iter_variants
from lrviz.spec.tree import Tree
from lrviz.spec.wording import spell, spell_count
from lrviz.spec.yamltree import YamlError, beyond_yaml, parse_yaml

MAX_CALLS = 10_000_000
MAX_POINTS = 20_000_000
MAX_SCHEDULERS = 4_096

# The most characters of optimizers and schedulers, if every curve had its own written out. A sweep
# of a few values makes that many times what its text holds, and all of it is looked at.
MAX_WRITTEN = 1_000_000

# What there is in every text in which something is spelt as elsewhere, and in some others.
_OTHERS = re.compile(
    r"\b(?:math|np|numpy|optim|lr_scheduler|swa_utils)\.|class_path|_target_"
    r"|\b(?:linear|cosine|constant|polynomial|inverse_sqrt|reduce_lr|warmup_stable|greedy)"
)

# The optimizer of the article.
DEFAULT_OPTIMIZER: Tree = {"SGD": {"lr": 1e-3}}


def parse_spec(
    text: str, name: str = "<spec>", *, overrides: Overrides = (), allow: Sequence[str] = ()
) -> Spec:
    """Return the spec that a YAML text holds.

    Args:
        text: one YAML document, at most 256 kB.
        name: what messages call it.
        overrides: key paths and values as `--set` gives them, applied in order.
        allow: what it may name beside the catalog, each a `package.module:Name`.

    Raises:
        SpecError: everything that is wrong with its shape, at once.
        UsageError: what is allowed is no such name.

    >>> parse_spec("{epochs: 4, scheduler: {StepLR: {step_size: 2}}}").total_calls
    4
    """
    if not isinstance(text, str):
        raise WrongTypeError("parse_spec takes a YAML text", text, "; simulate and plot take more")
    try:
        tree, positions = parse_yaml(text)
    except YamlError as error:
        from lrviz.spec.meant import mend_line  # what is right needs none

        said = f"{error.reason}{mend_line(text, error)}"
        raise SpecError([Problem(name, error.key, said, error.position)]) from None
    return parse_tree(tree, Source(name, positions), overrides=overrides, allow=allow)


def parse_tree(
    tree: Tree,
    source: Source,
    *,
    overrides: Overrides = (),
    allow: Sequence[str] = (),
    factory: Factory | None = None,
) -> Spec:
    """Return the spec that plain data holds; as `parse_spec`.

    Args:
        tree: the data.
        source: where it came from.
        overrides: as `parse_spec` takes them.
        allow: as `parse_spec` takes it.
        factory: what builds the scheduler, which the data then does not name; nothing is called.
    """
    allowed = parse_allowed(allow) if allow else {}
    if not isinstance(tree, dict):
        got = "a list" if isinstance(tree, list) else spell(tree)
        from lrviz.spec.meant import mend_text

        text = f"must be a mapping of keys, got {got}{mend_text(str(tree))}"
        if tree is None:
            text = "empty; a spec needs `epochs` and `scheduler`"
        raise SpecError([source.problem((), text)])
    for each in overrides:
        tree, source = assign_meant(*_take(tree, source), Override(*each))
    problems = Problems(source)
    for key, text in beyond_yaml(tree):
        problems.say(key, text)
    tree, problems.source = _take(tree, source)
    if "sweep" in tree:
        tree, problems = widen_sweep(tree, problems)
    for key in find_schedulers(tree) if factory else ():
        problems.say(key, "cannot stand beside a factory, which builds its scheduler itself")
    problems.refuse()
    shape, schedules = ScheduleReader(problems, allowed, factory).read(tree)
    problems.refuse()
    assert shape is not None  # without it there was a problem
    return Spec(
        tree={**tree, factory.key: factory.name} if factory else tree,
        source=problems.source,
        title=shape.title,
        schedules=tuple(schedules),
        figure=shape.figure,
        lint=shape.lint,
        allow=tuple(allowed),
    )


def _take(tree: dict[str, Tree], source: Source) -> tuple[dict[str, Tree], Source]:
    """Return plain data as a spec spells it, where others' spelling is in it; it seldom is."""
    with suppress(RecursionError):  # nested so deep that it is refused
        if _OTHERS.search(str(tree)):
            from lrviz.spec.usual import take

            return take(tree, source)
    return tree, source


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
        shape, common = read_shape(tree, self._problems)
        variants: Iterator[Variant] = iter([("", tree, self._problems)])
        if "sweep" in tree:
            variants = iter_variants(tree, self._problems)
        schedules: list[Schedule] = []
        for label, own, problems in variants:
            length = common
            if shape is None or any(path[0] in LENGTH_KEYS for path in problems.source.swept):
                given = {key: own[key] for key in LENGTH_KEYS if key in own}
                if shape is None and not given.keys() & {"epochs", "steps"}:
                    from lrviz.spec.belonging import has_length  # what is right needs no remedy

                    given |= {"epochs": 1} if has_length(own) else {}
                length = read_shape(given, problems)[1]
            plain: Curve = (label, own, {})
            for curve in iter_curves(own, problems) if "curves" in own else [plain]:
                schedules += self._read_schedule(curve, length, problems)
        _refuse_too_many(schedules, self._problems, tree)
        return shape, schedules

    def _read_schedule(
        self, curve: Curve, length: Length | None, problems: Problems
    ) -> Iterator[Schedule]:
        """Yield the schedule, or nothing where a problem was added."""
        label, tree, keys = curve
        if self._is_too_much(tree, problems):
            return
        before = len(problems.found)
        totals = (*TOTALS, "batches_per_epoch") if "data" in tree else TOTALS
        reader = NodeReader(problems, self._allowed, totals)
        at = keys.get("optimizer", ("optimizer",))
        optimizer = reader.read_optimizer(tree.get("optimizer", DEFAULT_OPTIMIZER), at)
        scheduler = None
        if self._factory:
            scheduler = Node(self._factory.name, FACTORY, {})
        elif "scheduler" in tree:
            at = keys.get("scheduler", ("scheduler",))
            scheduler = reader.read_scheduler(tree["scheduler"], at)
        else:
            problems.say(("curves", label) if "curves" in tree else (), "scheduler is missing")
        at = keys.get("metric", ("metric",))
        metric = read_metric(tree["metric"], at, problems, totals) if "metric" in tree else None
        calls = read_calls(curve, None if self._factory else scheduler, problems)
        if length and calls and calls.interval == "epoch" and (why := length.why_not_by_epoch):
            problems.say(keys.get("interval", ("interval",)), why)
        if length and optimizer and scheduler and calls and len(problems.found) == before:
            schedule = Schedule(
                source=problems.source,
                label=label,
                epochs=length.epochs,
                steps_per_epoch=length.steps_per_epoch,
                batches_per_epoch=length.batches_per_epoch,
                derivation=length.derivation,
                **calls.model_dump(),
                optimizer=optimizer,
                scheduler=scheduler,
                metric=metric,
                metric_key=at,
                factory=self._factory,
            )
            if schedule.total_calls or (self._factory and self._factory.missing):
                yield schedule
            else:
                text = f"makes no call in {schedule.intervals:,} {schedule.interval}s"
                problems.say(keys.get("frequency", ("frequency",)), text)

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


def _refuse_too_many(
    schedules: Sequence[Schedule], problems: Problems, tree: Mapping[str, Tree]
) -> None:
    schedulers = [len(each.scheduler.walk()) for each in schedules]
    if sum(schedulers) > MAX_SCHEDULERS:
        largest = schedules[schedulers.index(max(schedulers))]
        text = f"{sum(schedulers):,} schedulers are more than {MAX_SCHEDULERS:,}"
        problems.of(largest.source).say(largest.scheduler.key, text)
    calls = sum(schedule.total_calls for schedule in schedules)
    points = sum(schedule.total_steps * schedule.groups for schedule in schedules)
    for count, most, what in (calls, MAX_CALLS, "calls"), (points, MAX_POINTS, "points"):
        if count > most:
            longest = max(schedules, key=lambda each: each.total_steps)
            each = "data" if "data" in tree else "steps_per_epoch"
            key = "epochs" if longest.epochs >= longest.steps_per_epoch else each
            key = "steps" if "steps" in tree else key
            key = "calls" if longest.calls > 1 and what == "calls" else key
            text = f"{spell_count(count)} {what} are more than {most:,}"
            problems.of(longest.source).say((key,), text)
            return
