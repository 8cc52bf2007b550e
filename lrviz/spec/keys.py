"""The keys of a spec that stand for themselves, and pydantic's findings in our words."""

import re
from collections.abc import Mapping
from inspect import getdoc
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from lrviz.errors import KeyPath
from lrviz.spec.options import FigureOptions, LintOptions
from lrviz.spec.origin import FACTORY, Problems
from lrviz.spec.style import Style, Text, styles
from lrviz.spec.tree import Tree, find_below, holds
from lrviz.spec.wording import spell, suggest

# How long a run is: what a schedule reads of the keys that stand for themselves.
LENGTH_KEYS = ("epochs", "steps_per_epoch")


def _whole(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise PydanticCustomError("whole", "must be a whole number")
    return int(value)


Whole = Annotated[int, BeforeValidator(_whole)]


class Shape(BaseModel):
    """The keys of a spec that stand for themselves; its schedules are read from the rest.

    Attributes:
        title: drawn above the figure.
        epochs: length of the run, in epochs.
        steps_per_epoch: optimizer steps in an epoch; 1 unless given.
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
    epochs: Annotated[Whole, Field(ge=1)]
    steps_per_epoch: Annotated[Whole, Field(ge=1)] = 1
    interval: Any = None
    optimizer: Any = None
    scheduler: Any = None
    metric: Any = None
    curves: Any = None
    sweep: Any = None
    figure: FigureOptions = FigureOptions()
    lint: LintOptions = LintOptions()


def read_shape(tree: dict[str, Tree], problems: Problems) -> Shape | None:
    """Return the keys that stand for themselves; None, and what is wrong is added."""
    try:
        return Shape.model_validate(tree)
    except ValidationError as error:
        for key, text in _translate(error, tree):
            problems.say(key, text)
    return None


def model_schema() -> tuple[dict[str, object], dict[str, object]]:
    """Return the JSON Schema of every key of a spec, and of what they refer to.

    What each key means is said by its model; of a key that does not stand for itself no more.
    """
    schema = Shape.model_json_schema()
    definitions = schema.pop("$defs")
    _describe(Shape, schema)
    for model in (FigureOptions, LintOptions, Style):
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
    **dict.fromkeys(("pixels", "printable", "twice"), "{msg}"),
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
    models = {(): Shape, ("figure",): FigureOptions, ("lint",): LintOptions}
    return tuple(models.get(key[:-1], Style).model_fields)


def _spell_length(context: Mapping[str, Any]) -> str:
    low, high = context.get("min_length"), context.get("max_length")
    if high is not None and low in (None, high):
        return f" of {high}"
    return f" of at least {low}" if low else ""
