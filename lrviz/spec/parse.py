"""From a tree of plain data to a checked `Spec`: the first of the two stages of errors."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lrviz.errors import KeyPath, Problem, SpecError
from lrviz.spec.assign import Override, Overrides, assign, with_value
from lrviz.spec.catalog.external import parse_allowed
from lrviz.spec.model import MetricCsv, Schedule, Spec
from lrviz.spec.schedules import ScheduleReader
from lrviz.spec.source_names import Factory
from lrviz.spec.tree import Problems, Source, Tree
from lrviz.spec.wording import spell
from lrviz.spec.yamltree import YamlError, beyond_yaml, parse_yaml


def parse_spec(
    text: str,
    name: str = "<spec>",
    *,
    overrides: Overrides = (),
    allow: Sequence[str] = (),
) -> Spec:
    """Return the spec that a YAML text holds.

    Args:
        text: one YAML document, at most 256 kB.
        name: what messages call it.
        overrides: key paths and values as `--set` gives them, applied in order.
        allow: the classes beside the catalog that it may name, each a `package.module:Class`.

    Raises:
        SpecError: everything that is wrong with its shape, at once.
        UsageError: what is allowed is no such name.

    >>> parse_spec("{epochs: 4, scheduler: {StepLR: {step_size: 2}}}").total_calls
    4
    """
    try:
        tree, positions = parse_yaml(text)
    except YamlError as error:
        raise SpecError([Problem(name, error.key, error.reason, error.position)]) from None
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
        text = (
            f"must be a mapping of keys, got {'a list' if isinstance(tree, list) else spell(tree)}"
        )
        if tree is None:
            text = "empty; a spec needs `epochs` and `scheduler`"
        raise SpecError([source.problem((), text)])
    for each in overrides:
        tree, source = assign(tree, source, Override(*each))
    problems = Problems(source)
    for key, text in beyond_yaml(tree):
        problems.say(key, text)
    for key in _find_schedulers(tree) if factory else ():
        problems.say(key, "cannot stand beside a factory, which builds its scheduler itself")
    problems.refuse()
    shape, schedules = ScheduleReader(problems, allowed, factory).read(tree)
    problems.refuse()
    assert shape is not None  # without it there was a problem
    return Spec(
        tree={**tree, "factory": factory.name} if factory else tree,
        source=source,
        title=shape.title,
        schedules=tuple(schedules),
        figure=shape.figure,
        lint=shape.lint,
        allow=tuple(allowed),
    )


def _find_schedulers(tree: Mapping[str, Tree]) -> list[KeyPath]:
    """Return where plain data names a scheduler."""
    swept = tree.get("sweep")
    keys = swept if isinstance(swept, dict) else {}
    below: list[KeyPath] = [("sweep", key) for key in keys if key.split(".")[0] == "scheduler"]
    return [(key,) for key in ("scheduler", "curves") if key in tree] + below


def with_metric(
    spec: Spec,
    key: KeyPath,
    values: Sequence[float],
    lines: Sequence[int] = (),
    blanks: Sequence[int] = (),
) -> Spec:
    """Return the spec with the values that the csv of one metric held.

    Args:
        spec: left as it is.
        key: the metric's key path.
        values: what it is to be.
        lines: of the csv that they stand on, as many.
        blanks: the lines between them that are blank.
    """
    tree = with_value(dict(spec.tree), key, list(values))
    assert isinstance(tree, dict)

    def read(schedule: Schedule) -> Schedule:
        if schedule.metric_key != key:
            return schedule
        metric, name, file = schedule.metric, schedule.metric_name, schedule.metric_file
        if isinstance(metric, MetricCsv):
            name, file = metric.column, metric.csv
        return replace(
            schedule,
            metric=tuple(values),
            metric_name=name,
            metric_file=file,
            metric_lines=tuple(lines),
            metric_blanks=tuple(blanks),
        )

    return replace(spec, tree=tree, schedules=tuple(map(read, spec.schedules)))
