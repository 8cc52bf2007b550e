"""The keys of a spec that stand for themselves, and pydantic's findings in our words."""

import re
from collections.abc import Mapping
from inspect import getdoc
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from lrviz.errors import KeyPath
from lrviz.spec.length import Count, Data, Epochs, Length, LengthError, count_length
from lrviz.spec.options import FigureOptions, LintOptions
from lrviz.spec.origin import FACTORY, Problems
from lrviz.spec.style import Style, Text, styles
from lrviz.spec.sweep import Curve
from lrviz.spec.tree import Interval, Tree, find_below, holds
from lrviz.spec.wording import spell, suggest

if TYPE_CHECKING:
    from lrviz.spec.model import Node


class Shape(BaseModel):
    """The keys of a spec that stand for themselves; its schedules are read from the rest.

    Attributes:
        title: drawn above the figure.
        epochs: length of the run, in epochs; a fraction where the scheduler is called every step.
        steps_per_epoch: optimizer steps in an epoch; 1 unless given.
        steps: length of the run in optimizer steps alone, in place of epochs.
        data: what an epoch trains on, in place of steps_per_epoch, which follows from it.
        interval: when scheduler.step() is called; after every step unless given.
        frequency: of how many intervals it is called after one; 1 unless given.
        calls: how often it is called each time, as accelerate does once a process; 1 unless given.
        optimizer: the optimizer of torch.optim whose learning rate is scheduled, and its arguments;
            SGD with an LR of 0.001 unless given.
        scheduler: what schedules the learning rate, and its arguments.
        metric: what ReduceLROnPlateau and its like are given, a value a call: a list whose last
            value is held, an expression in `step`, or a column of a csv file.
        curves: several schedules in one figure, each under its label; what a curve leaves out it
            takes from the top of the spec.
        sweep: one curve a value: key paths into the schedule, as optimizer.SGD.lr, and their
            values.
        figure: how the curves are drawn.
        lint: what `lrviz lint` is told about this spec.
    """

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    title: Text | None = None
    epochs: Epochs | None = None
    steps_per_epoch: Count = 1
    steps: Count | None = None
    data: Data | None = None
    interval: Any = None
    frequency: Any = None
    calls: Any = None
    optimizer: Any = None
    scheduler: Any = None
    metric: Any = None
    curves: Any = None
    sweep: Any = None
    figure: FigureOptions = FigureOptions()
    lint: LintOptions = LintOptions()


class Calls(BaseModel):
    """When a curve's scheduler is called, as `Shape` says it."""

    model_config = ConfigDict(defer_build=True, frozen=True)

    interval: Interval = "step"
    frequency: Count = 1
    calls: Count = 1


# What says it.
CALL_KEYS = tuple(Calls.model_fields)


def read_calls(curve: Curve, scheduler: "Node | None", problems: Problems) -> Calls | None:
    """Return when a curve's scheduler is called; None, and what is wrong is added."""
    label, tree, keys = curve
    own = _own_interval(scheduler)
    given = {"interval": own or "step"} | {key: tree[key] for key in CALL_KEYS if key in tree}
    try:
        found = Calls.model_validate(given)
    except ValidationError as error:
        for (key, *_), text in _translate(error, given):
            problems.say(keys.get(str(key), (key,)), text)
        return None
    wrong = ["interval"] if own and own != found.interval else []
    wrong += [key for key in ("frequency", "calls") if own and getattr(found, key) > 1]
    for key in wrong:
        assert scheduler is not None
        remedy = f"leave {key} out"
        if "curves" in tree and key not in keys:  # others take it, too
            usual = own if key == "interval" else 1
            remedy = f"give curve '{label}' {key}: {usual}"
        text = f"{scheduler.name} counts epochs; {remedy}"
        if own == "step":
            text = f"{scheduler.name} counts updates where t_in_epochs is false; {remedy}"
        elif key == "interval":
            text += ", or set t_in_epochs to false"
        problems.say(keys.get(key, (key,)), text)
    return found


def _own_interval(scheduler: "Node | None") -> Interval | None:
    """Return when timm's loop steps one of its schedulers; None for all others.

    It calls `step(epoch + 1)` after every epoch and `step_update(num_updates)` after every update,
    and t_in_epochs says which of the two does anything.
    """
    if scheduler is None or scheduler.foreign or scheduler.package != "timm":
        return None
    return "step" if scheduler.arguments.get("t_in_epochs") is False else "epoch"


def read_shape(tree: dict[str, Tree], problems: Problems) -> tuple[Shape | None, Length | None]:
    """Return the keys that stand for themselves, and the length; None for what is wrong."""
    try:
        shape = Shape.model_validate(tree)
        if shape.epochs is not None and shape.steps is None and shape.data is None:
            return shape, Length(shape.epochs, shape.steps_per_epoch)
        told = (shape.epochs, shape.steps_per_epoch, shape.steps, shape.data)
        return shape, count_length(tree, *told)
    except ValidationError as error:
        for key, text in _translate(error, tree):
            problems.say(key, text)
        return None, None
    except LengthError as error:
        problems.say((error.key,) if error.key else (), error.reason)
        return shape, None


def model_schema() -> tuple[dict[str, object], dict[str, object]]:
    """Return the JSON Schema of every key of a spec, and of what they refer to.

    What each key means is said by its model; of a key that does not stand for itself no more.
    """
    schema = Shape.model_json_schema()
    definitions = schema.pop("$defs")
    _describe(Shape, schema)
    for model in (Data, FigureOptions, LintOptions, Style):
        _describe(model, definitions[model.__name__])
    style = definitions["FigureOptions"]["properties"]["style"]
    own = {key: style.pop(key) for key in ("$ref", "allOf") if key in style}
    style["anyOf"] = [{"enum": list(styles())}, own]
    return schema["properties"], definitions


def _describe(model: type[BaseModel], schema: dict[str, Any]) -> None:
    """Put the lines of a model's docstring where they belong in its schema."""
    text = getdoc(model) or ""
    schema["description"] = text.partition("\n")[0].rstrip(".")
    for name, said in re.findall(r"^    (\w+): (.+(?:\n {8}.+)*)", text, re.MULTILINE):
        schema["properties"][name]["description"] = " ".join(said.split()).rstrip(".")


def _translate(error: ValidationError, tree: dict[str, Tree]) -> list[tuple[KeyPath, str]]:
    """Return one problem a key; a list whose items are wrong is not wrong itself."""
    found: dict[KeyPath, str] = {}
    for details in error.errors():
        key, text = _say(details, tree)
        found[key] = text if key not in found else f"{found[key]}, or {text}"
    lists = {key[:end] for key in found for end in range(1, len(key))}
    return [(key, text) for key, text in found.items() if key not in lists]


# What we say of what pydantic finds; of anything else what it says itself.
_MESSAGES: Mapping[str, str] = {
    "literal_error": "must be one of {choices}, got {got}",
    "greater_than_equal": "must be at least {ge}, got {got}",
    "greater_than": "must be more than {gt:g}, got {got}",
    "less_than_equal": "must be at most {le:g}, got {got}",
    "finite_number": "must be finite, got {got}",
    "string_too_long": "longer than {max_length} characters",
    "string_type": "must be a text, got {got}",
    **dict.fromkeys(("too_short", "too_long", "tuple_type"), "must be a list{length}, got {got}"),
    **dict.fromkeys(("model_type", "model_attributes_type"), "must be a mapping, got {got}"),
    "string_pattern_mismatch": "must match {pattern}, got {got}",
    **dict.fromkeys(("pixels", "printable", "twice", "formula"), "{msg}"),
}


def _say(details: ErrorDetails, tree: dict[str, Tree]) -> tuple[KeyPath, str]:
    """Return where in the tree pydantic found something wrong, and what, in our words."""
    key = _key_in(tree, details["loc"], missing=details["type"] == "missing")
    context: dict[str, Any] = dict(details.get("ctx", {}))
    got = spell(details["input"])
    match details["type"]:
        case "missing" if isinstance(key[-1], int):
            return key[:-1], f"must be a list of 2 numbers, got {spell(find_below(tree, key[:-1]))}"
        case "missing":
            return key[:-1], f"{key[-1]} is missing"
        case "extra_forbidden" if key == FACTORY:
            return key, "runs code, which no file may ask for; name it on the command line"
        case "extra_forbidden":
            return key, f"no such key; {suggest(str(key[-1]), _known_keys(key))}"
        case "style":
            return key, f"no style {got}; {suggest(context['name'], tuple(styles()))}"
        case kind:
            text = _MESSAGES.get(kind, "{msg}, got {got}")
    choices = str(context.get("expected")).replace("'", "").replace(" or ", ", ")
    own = {"choices": choices, "length": _spell_length(context), "msg": details["msg"], "got": got}
    return key, text.format(**{**context, **own})


def _key_in(tree: Tree, location: tuple[int | str, ...], *, missing: bool) -> KeyPath:
    """Return the part of a location that exists in the tree.

    Pydantic puts the branches of a union and the like between the keys.
    """
    key: list[int | str] = []
    for part in location:
        if holds(tree, part):
            tree = find_below(tree, (part,))
            key.append(part)
    return (*key, location[-1]) if missing else tuple(key)


def _known_keys(key: KeyPath) -> tuple[str, ...]:
    models: dict[KeyPath, type[BaseModel]]
    models = {(): Shape, ("figure",): FigureOptions, ("lint",): LintOptions, ("data",): Data}
    return tuple(models.get(key[:-1], Style).model_fields)


def _spell_length(context: Mapping[str, Any]) -> str:
    low, high = context.get("min_length"), context.get("max_length")
    if high is not None and low in (None, high):
        return f" of {high}"
    return f" of at least {low}" if low else ""
