"""From a tree of plain data to a checked `Spec`: the first of the two stages of errors."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from lrviz.errors import KeyPath, Problem, SpecError
from lrviz.expression import ExpressionError, parse_expression
from lrviz.spec.assign import assign
from lrviz.spec.model import (
    FigureOptions,
    LintOptions,
    Metric,
    MetricCsv,
    MetricExpression,
    Source,
    Spec,
    Tree,
)
from lrviz.spec.nodes import TOTALS, NodeReader, spell, suggest
from lrviz.spec.values import Text, Whole
from lrviz.spec.yamltree import YamlError, parse_yaml

MAX_CALLS = 10_000_000
MAX_POINTS = 20_000_000
MAX_METRIC = 16_384

DEFAULT_OPTIMIZER: Tree = {"SGD": {"lr": 1e-3}}
"""The optimizer of the article."""


class _Shape(BaseModel):
    """The keys of a spec that stand for themselves; the nodes and the metric are read by hand."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Text | None = None
    epochs: Annotated[Whole, Field(ge=1)]
    steps_per_epoch: Annotated[Whole, Field(ge=1)] = 1
    interval: Literal["step", "epoch"] = "step"
    optimizer: Any = None
    scheduler: Any
    metric: Any = None
    figure: FigureOptions = FigureOptions()
    lint: LintOptions = LintOptions()


def parse_spec(
    text: str, name: str = "<spec>", *, overrides: Sequence[tuple[str, str]] = ()
) -> Spec:
    """Return the spec that a YAML text holds.

    Args:
        text: one YAML document, at most 256 kB.
        name: what messages call it.
        overrides: key paths and values as `--set` gives them, applied in order.

    Raises:
        SpecError: everything that is wrong with its shape, at once.

    >>> parse_spec("{epochs: 4, scheduler: {StepLR: {step_size: 2}}}").total_calls
    4
    """
    try:
        tree, positions = parse_yaml(text)
    except YamlError as error:
        raise SpecError([Problem(name, error.key, error.reason, error.position)]) from None
    return parse_tree(tree, Source(name, positions), overrides=overrides)


def parse_tree(tree: Tree, source: Source, *, overrides: Sequence[tuple[str, str]] = ()) -> Spec:
    """Return the spec that plain data holds; as `parse_spec`."""
    if tree is None:
        raise SpecError([source.problem((), "empty; a spec needs `epochs` and `scheduler`")])
    if not isinstance(tree, dict):
        raise SpecError([source.problem((), f"must be a mapping of keys, got {_name_kind(tree)}")])
    for key, value in overrides:
        tree, source = assign(tree, source, key, value)
    return _check(tree, source)


def _check(tree: dict[str, Tree], source: Source) -> Spec:
    problems: list[tuple[KeyPath, str]] = []
    shape = None
    try:
        shape = _Shape.model_validate(tree)
    except ValidationError as error:
        problems += _translate(error, tree)
    reader = NodeReader(problems)
    optimizer = reader.read_optimizer(tree.get("optimizer", DEFAULT_OPTIMIZER), ("optimizer",))
    scheduler = (
        reader.read_scheduler(tree["scheduler"], ("scheduler",)) if "scheduler" in tree else None
    )
    metric = _read_metric(tree["metric"], problems) if "metric" in tree else None
    if shape and optimizer:
        problems += _past_limits(shape, max(1, len(optimizer.groups)))
    if problems or not (shape and optimizer and scheduler):
        raise SpecError([source.problem(key, text) for key, text in problems])
    return Spec(
        tree=tree,
        source=source,
        title=shape.title,
        epochs=shape.epochs,
        steps_per_epoch=shape.steps_per_epoch,
        interval=shape.interval,
        optimizer=optimizer,
        scheduler=scheduler,
        metric=metric,
        figure=shape.figure,
        lint=shape.lint,
    )


def with_metric(spec: Spec, values: Sequence[float]) -> Spec:
    """Return the spec with the values that its metric's csv held."""
    tree = {**spec.tree, "metric": list(values)}
    return replace(spec, tree=tree, metric=tuple(values))


def _past_limits(shape: _Shape, groups: int) -> list[tuple[KeyPath, str]]:
    steps = shape.epochs * shape.steps_per_epoch
    calls = steps if shape.interval == "step" else shape.epochs
    if calls > MAX_CALLS:
        return [(("epochs",), f"{calls:,} calls are more than {MAX_CALLS:,}")]
    if steps * groups > MAX_POINTS:
        return [(("epochs",), f"{steps * groups:,} points are more than {MAX_POINTS:,}")]
    return []


def _read_metric(tree: Tree, problems: list[tuple[KeyPath, str]]) -> Metric | None:
    match tree:
        case list() if 0 < len(tree) <= MAX_METRIC:
            wrong = [
                (("metric", index), f"must be a number, got {spell(item)}")
                for index, item in enumerate(tree)
                if isinstance(item, bool) or not isinstance(item, int | float)
            ]
            problems += wrong
            return None if wrong else tuple(map(float, tree))  # type: ignore[arg-type]
        case list():
            problems.append((("metric",), f"must have 1 to {MAX_METRIC:,} values, got {len(tree)}"))
        case {"expression": str() | int() | float() as text, **rest} if not rest:
            return _read_metric_expression(str(text), problems)
        case {"csv": str(path), "column": str(column), **rest} if not rest:
            return MetricCsv(path, column)
        case _:
            remedy = "`{expression: …}` in `step`, or `{csv: FILE, column: NAME}`"
            problems.append((("metric",), f"must be a list of numbers, {remedy}"))
    return None


def _read_metric_expression(text: str, problems: list[tuple[KeyPath, str]]) -> Metric | None:
    try:
        parse_expression(text, ("step",), TOTALS)
    except ExpressionError as error:
        problems.append((("metric", "expression"), error.reason))
        return None
    return MetricExpression(text)


def _translate(error: ValidationError, tree: dict[str, Tree]) -> list[tuple[KeyPath, str]]:
    """Return one problem a key; a list whose items are wrong is not wrong itself."""
    found: dict[KeyPath, str] = {}
    for details in error.errors():
        key, text = _say(details, tree)
        found[key] = text if key not in found else f"{found[key]}, or {text}"
    return [
        (key, text)
        for key, text in found.items()
        if not any(key != other and key == other[: len(key)] for other in found if key)
    ]


def _say(details: ErrorDetails, tree: Mapping[str, Tree]) -> tuple[KeyPath, str]:
    """Return where in the tree pydantic found something wrong, and what, in our words."""
    key = _key_in(tree, details["loc"], missing=details["type"] == "missing")
    context: dict[str, Any] = dict(details.get("ctx", {}))
    got = spell(details["input"])
    match details["type"]:
        case "missing" if isinstance(key[-1], int):
            return key[:-1], f"must be a list of 2 numbers, got {spell(_at(tree, key[:-1]))}"
        case "missing":
            return key[:-1], f"{key[-1]} is missing"
        case "extra_forbidden":
            known = _known_keys(key)
            return key, f"no such key; {suggest(str(key[-1]), known)}"
        case "literal_error":
            return key, f"must be one of {_spell_choices(context['expected'])}, got {got}"
        case "style":
            return key, f"no style {got}; {suggest(context['name'], context['names'])}"
        case "greater_than_equal":
            return key, f"must be at least {context['ge']}, got {got}"
        case "greater_than":
            return key, f"must be more than {context['gt']:g}, got {got}"
        case "less_than_equal":
            return key, f"must be at most {context['le']:g}, got {got}"
        case "finite_number":
            return key, f"must be finite, got {got}"
        case "string_too_long":
            return key, f"longer than {context['max_length']} characters"
        case "string_type":
            return key, f"must be a text, got {got}"
        case "too_short" | "too_long" | "tuple_type":
            return key, f"must be a list{_spell_length(context)}, got {got}"
        case "model_type" | "model_attributes_type":
            return key, f"must be a mapping, got {got}"
        case "string_pattern_mismatch":
            return key, f"must match {context['pattern']}, got {got}"
        case "pixels" | "printable":
            return key, details["msg"]
    return key, f"{details['msg']}, got {got}"


def _key_in(tree: Tree, location: tuple[int | str, ...], *, missing: bool) -> KeyPath:
    """Return the part of a location that exists in the tree.

    Pydantic puts the branches of a union and the like between the keys.
    """
    key: list[int | str] = []
    for part in location:
        if isinstance(tree, dict) and part in tree:
            tree = tree[str(part)]
        elif isinstance(tree, list) and isinstance(part, int) and part < len(tree):
            tree = tree[part]
        else:
            continue
        key.append(part)
    return (*key, location[-1]) if missing else tuple(key)


def _at(tree: Tree, key: KeyPath) -> Tree:
    for part in key:
        assert isinstance(tree, dict | list)
        tree = tree[part]  # type: ignore[call-overload,index]
    return tree


def _known_keys(key: KeyPath) -> tuple[str, ...]:
    models: dict[KeyPath, type[BaseModel]] = {
        (): _Shape,
        ("figure",): FigureOptions,
        ("lint",): LintOptions,
    }
    model = models.get(key[:-1])
    if model is None:
        model = type(FigureOptions().style)
    return tuple(model.model_fields)


def _spell_choices(expected: str) -> str:
    return expected.replace("'", "").replace(" or ", ", ")


def _spell_length(context: Mapping[str, Any]) -> str:
    low, high = context.get("min_length"), context.get("max_length")
    if high is not None and low in (None, high):
        return f" of {high}"
    return f" of at least {low}" if low else ""


def _name_kind(tree: Tree) -> str:
    return "a list" if isinstance(tree, list) else spell(tree)
