"""The keys of a spec that stand for themselves, and pydantic's findings in our words."""

import math
import re
from collections.abc import Mapping
from inspect import getdoc
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema
from pydantic_core import ErrorDetails, PydanticCustomError

from lrviz.errors import KeyPath
from lrviz.spec.expression import ExpressionError, evaluate
from lrviz.spec.length import Length, LengthError, count_length
from lrviz.spec.options import FigureOptions, LintOptions
from lrviz.spec.origin import FACTORY, Problems
from lrviz.spec.style import Flag, Style, Text, styles
from lrviz.spec.tree import Tree, find_below, holds
from lrviz.spec.wording import spell, suggest
from lrviz.spell import spell_number


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
    optimizer: Any = None
    scheduler: Any = None
    metric: Any = None
    curves: Any = None
    sweep: Any = None
    figure: FigureOptions = FigureOptions()
    lint: LintOptions = LintOptions()


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
