"""The keys of a spec that stand for themselves, and those that say when a curve is stepped."""

import math
import re
from collections.abc import Mapping
from inspect import getdoc
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema
from pydantic_core import PydanticCustomError

from lrviz.errors import KeyPath
from lrviz.spec.expression import ExpressionError, evaluate
from lrviz.spec.length import Length, LengthError, count_length
from lrviz.spec.options import FigureOptions, LintOptions
from lrviz.spec.origin import Problems
from lrviz.spec.refused import tell_errors
from lrviz.spec.style import Flag, Style, Text, styles
from lrviz.spec.sweep import Curve
from lrviz.spec.tree import Interval, Tree
from lrviz.spell import spell_number

if TYPE_CHECKING:
    from lrviz.spec.model import Node


def _evaluate(value: object) -> object:
    """Return what a formula over numbers stands for; anything else as it is."""
    if not isinstance(value, str) or not value.startswith("="):
        return value
    try:
        found = evaluate(value[1:], {})
    except ExpressionError as error:
        raise PydanticCustomError("formula", "{reason}", {"reason": error.reason}) from None
    whole = round(found)
    return whole if abs(found - whole) <= 1e-9 else found


def _whole(value: object) -> object:
    found = _evaluate(value)
    if isinstance(found, bool) or not isinstance(found, int | float) or found != found // 1:
        text = "must be a whole number"
        if found is not value:  # what a formula gives
            remedy = {"is": spell_number(float(str(found))), "text": str(value)[1:].strip()}
            text += ", '={text}' is {is}; write =ceil({text})"
            raise PydanticCustomError("formula", text, remedy)
        raise PydanticCustomError("whole", text)
    return int(found)


def _number(value: object) -> object:
    found = _evaluate(value)
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        raise PydanticCustomError("number", "must be a number of epochs")
    if found == found // 1:
        found = int(found)
    if found <= 0:
        least = "at least 1" if isinstance(found, int) else "more than 0"
        raise PydanticCustomError("number", f"must be {least}")
    return found


_FORMULA = {"type": "string", "pattern": "^="}

Count = Annotated[
    int,
    Field(ge=1),
    BeforeValidator(_whole),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, _FORMULA]}),
]
Epochs = Annotated[
    int | float,
    BeforeValidator(_number),
    WithJsonSchema({"anyOf": [{"type": "number", "exclusiveMinimum": 0}, _FORMULA]}),
]


class Data(BaseModel):
    """What a run trains on, from which the optimizer steps of an epoch follow.

    Attributes:
        examples: how many an epoch has.
        batch_size: how many of them one process takes at once.
        processes: how many take batches of their own at the same time; 1 unless given.
        accumulate: the batches of an optimizer step; 1 unless given.
        drop_last: whether a last batch that is not full is left out.
        partial: what becomes of the last batches of an epoch where they are fewer than
            `accumulate`: a `step` of their own, which is the default, or `drop`.
    """

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    examples: Count
    batch_size: Count
    processes: Count = 1
    accumulate: Count = 1
    drop_last: Flag = False
    partial: Literal["step", "drop"] = "step"


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


_MODELS: Mapping[KeyPath, type[BaseModel]] = {
    (): Shape,
    ("figure",): FigureOptions,
    ("lint",): LintOptions,
    ("data",): Data,
}


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
        for (key, *_), text in tell_errors(error, given, _MODELS):
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
        for key, text in tell_errors(error, tree, _MODELS):
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
