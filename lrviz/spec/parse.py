"""From a tree of plain data to a checked `Spec`: the first of the two stages of errors."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lrviz.errors import KeyPath, Problem, SpecError
from lrviz.spec.assign import assign_all, with_value
from lrviz.spec.catalog.external import External, parse_allowed
from lrviz.spec.factory import Factory
from lrviz.spec.model import MetricCsv, Node, Schedule, Source, Spec
from lrviz.spec.schedules import ScheduleReader
from lrviz.spec.tree import Tree
from lrviz.spec.wording import spell
from lrviz.spec.yamltree import YamlError, beyond_yaml, parse_yaml


def parse_spec(
    text: str,
    name: str = "<spec>",
    *,
    overrides: Sequence[tuple[str, str]] = (),
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
    overrides: Sequence[tuple[str, str]] = (),
    allow: Sequence[str] = (),
) -> Spec:
    """Return the spec that plain data holds; as `parse_spec`."""
    allowed = parse_allowed(allow)
    if tree is None:
        raise SpecError([source.problem((), "empty; a spec needs `epochs` and `scheduler`")])
    if not isinstance(tree, dict):
        raise SpecError([source.problem((), f"must be a mapping of keys, got {_name_kind(tree)}")])
    tree, source = assign_all(tree, source, overrides)
    if beyond := [source.problem(key, text) for key, text in beyond_yaml(tree)]:
        raise SpecError(beyond)
    return _check(tree, source, allowed)


def _check(tree: dict[str, Tree], source: Source, allowed: Mapping[str, External]) -> Spec:
    reader = ScheduleReader(source, allowed)
    shape, schedules = reader.read(tree)
    if reader.problems or shape is None:
        raise SpecError(reader.problems)
    return Spec(
        tree=tree,
        source=source,
        title=shape.title,
        schedules=tuple(schedules),
        figure=shape.figure,
        lint=shape.lint,
        allow=tuple(allowed),
    )


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
    schedules = [
        replace(
            _with_values(schedule, values),
            metric_lines=tuple(lines),
            metric_blanks=tuple(blanks),
        )
        if schedule.metric_key == key
        else schedule
        for schedule in spec.schedules
    ]
    return replace(spec, tree=tree, schedules=tuple(schedules))


def _name_kind(tree: Tree) -> str:
    return "a list" if isinstance(tree, list) else spell(tree)


def _with_values(schedule: Schedule, values: Sequence[float]) -> Schedule:
    """Return a schedule with its metric, which remembers the csv that it is of."""
    metric, read = schedule.metric, replace(schedule, metric=tuple(values))
    if isinstance(metric, MetricCsv):
        return replace(read, metric_name=metric.column, metric_file=metric.csv)
    return read


STAND_IN: Tree = {"StepLR": {"step_size": 1}}
"""What stands where a spec has a scheduler while the rest is checked."""

OWN_KEYS = ("scheduler", "curves")


def parse_factory(
    factory: Factory, tree: dict[str, Tree], source: Source, overrides: Sequence[tuple[str, str]]
) -> Spec:
    """Return the spec of a factory's schedule; nothing is called yet.

    Args:
        factory: what builds the scheduler.
        tree: how long the run is, and what else a spec may hold beside `scheduler`.
        source: what messages call it.
        overrides: key paths and values as `--set` gives them, applied in order.

    Raises:
        SpecError: everything that is wrong with its shape, at once.
    """
    tree, source = assign_all(tree, source, overrides)
    swept = tree.get("sweep")
    text = "cannot stand beside a factory, which builds its scheduler itself"
    wrong: list[KeyPath] = [(key,) for key in OWN_KEYS if key in tree]
    if isinstance(swept, dict):
        wrong += [("sweep", key) for key in swept if key.split(".")[0] == "scheduler"]
    if wrong:
        raise SpecError([source.problem(key, text) for key in wrong])
    spec = parse_tree({**tree, "scheduler": STAND_IN}, source)
    node = Node(factory.name, ("factory",), {})
    schedules = tuple(
        replace(schedule, scheduler=node, factory=factory) for schedule in spec.schedules
    )
    return replace(spec, tree={**tree, "factory": factory.name}, schedules=schedules)
