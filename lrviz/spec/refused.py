"""What is wrong with the keys of a spec: pydantic's findings in our words."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from lrviz.errors import KeyPath, UsageError, spell_key
from lrviz.spec.origin import FACTORY
from lrviz.spec.style import Style, styles
from lrviz.spec.tree import Tree, find_below, holds
from lrviz.spec.wording import spell, suggest

_OF_TEXTS = ("string_too_long", "printable")

Models = Mapping[KeyPath, type[BaseModel]]
Options = TypeVar("Options", bound=BaseModel)


def tell_errors(
    error: ValidationError, tree: dict[str, Tree], models: Models
) -> list[tuple[KeyPath, str]]:
    """Return one problem a key; a list whose items are wrong is not wrong itself.

    Args:
        error: what pydantic found in it.
        tree: of a spec.
        models: what stands where in it, for who has written a key that is none; a style elsewhere.
    """
    found, texts = dict[KeyPath, str](), set[str]()
    for details in error.errors():
        key, text = _say(details, tree, models)
        if key in found and details["type"] == "tuple_type" and texts & {found[key]}:
            continue  # a text that is wrong itself need not be a list
        found[key] = text if key not in found else f"{found[key]}, or {text}"
        texts |= {text} if details["type"] in _OF_TEXTS else set()
    lists = {key[:end] for key in found for end in range(1, len(key))}
    return [(key, text) for key, text in found.items() if key not in lists]


# What numbers count.
_UNITS: Mapping[object, str] = {
    **{"size": " inches", "dpi": " pixels an inch"},
    **dict.fromkeys(("font_size", "linewidth", "marker_size"), " points"),
}

# What we say of what pydantic finds, and of a text that a pattern does not fit; of anything else
# what it says itself.
_MESSAGES: Mapping[str, str] = {
    "literal_error": "must be one of {choices}, got {got}",
    "greater_than_equal": "must be at least {ge}{unit}, got {got}",
    "greater_than": "must be more than {gt:g}{unit}, got {got}",
    "less_than_equal": "must be at most {le:g}{unit}, got {got}",
    "finite_number": "must be finite, got {got}",
    "string_too_long": "longer than {max_length} characters",
    "string_type": "must be a text, got {got}",
    **dict.fromkeys(
        ("too_short", "too_long", "tuple_type"), "must be a list{length}{sides}, got {got}"
    ),
    **dict.fromkeys(("model_type", "model_attributes_type"), "must be a mapping, got {got}"),
    r"^LR\d{3}$": "must be the code of a rule, as LR012, got {got}",
    "^#[0-9a-f]{6}$": "must be a color, as '#1f77b4' (lower case), got {got}",
    **dict.fromkeys(("printable", "twice", "formula"), "{msg}"),
}


def _say(details: ErrorDetails, tree: dict[str, Tree], models: Models) -> tuple[KeyPath, str]:
    """Return where in the tree pydantic found something wrong, and what, in our words."""
    key = _key_in(tree, details["loc"], missing=details["type"] == "missing")
    context: dict[str, Any] = dict(details.get("ctx", {}))
    got, name = spell(details["input"]), next((each for each in key[::-1] if str(each) == each), "")
    unit, sides = _UNITS.get(name, ""), ", width and height in inches" * (name == "size")
    match details["type"]:
        case "missing" if isinstance(key[-1], int):
            got = spell(find_below(tree, key[:-1]))
            return key[:-1], f"must be a list of 2 numbers{sides}, got {got}"
        case "missing":
            return key[:-1], f"{key[-1]} is missing"
        case "extra_forbidden" if key == FACTORY:
            return key, "runs code, which no file may ask for; name it on the command line"
        case "extra_forbidden":
            known = tuple(models.get(key[:-1], Style).model_fields)
            meant = _place(str(key[-1]), tree, models) if len(key) == 1 and models else ""
            return key, f"no such key; {meant or suggest(str(key[-1]), known)}"
        case "style":
            return key, f"no style {got}; {suggest(context['name'], tuple(styles()))}"
        case "pixels":
            below = find_below(tree, key)
            return (*key, context["key"]) if holds(below, context["key"]) else key, details["msg"]
        case "number" if unit:
            text = "must be a number of{unit}, got {got}"
        case kind:
            text = _MESSAGES.get(context.get("pattern", kind), "{msg}, got {got}")
    from lrviz.spec.meant import mend_value  # what is right needs no remedy

    choices = str(context.get("expected")).replace("'", "").replace(" or ", ", ")
    own = {"choices": choices, "length": _spell_length(context), "msg": details["msg"], "got": got}
    own |= {"unit": unit.removesuffix("s") if context.get("ge") == 1 else unit, "sides": sides}
    said = text.format(**{**context, **own})
    return key, f"{said}{mend_value(details['input'], said)}"


def _place(key: str, tree: dict[str, Tree], models: Models) -> str:
    from lrviz.spec.belonging import place_key  # what is right needs no remedy

    homes = {"".join(map(str, at)): models[at].model_fields for at in ((), ("figure",), ("data",))}
    return place_key(key, tree, homes)


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


def _spell_length(context: Mapping[str, Any]) -> str:
    low, high = context.get("min_length"), context.get("max_length")
    if high is not None and low in (None, high):
        return f" of {high}"
    return f" of at least {low}" if low else ""


def override_options(options: Options, changes: Mapping[str, object]) -> Options:
    """Return options with some of them changed, checked like a spec's.

    Raises:
        UsageError: an option does not exist, or its value is not allowed.
    """
    given = {name: getattr(options, name) for name in options.model_fields_set}
    try:
        return type(options).model_validate(given | dict(changes))
    except ValidationError as error:
        known, found = tuple(type(options).model_fields), error.errors()
        own = {each["loc"]: _say_option(each, known) for each in found if each["type"] in _OWN}
        tree: Any = {k: list(v) if isinstance(v, tuple) else v for k, v in changes.items()}
        for key, text in tell_errors(error, tree, {}):
            own.setdefault(key, f"{spell_key(key)}: {text}")
        raise UsageError("; ".join(own.values())) from None


# What is said of options otherwise than of a spec's keys.
_OWN = ("extra_forbidden", "style", "pixels")


def _say_option(details: ErrorDetails, known: tuple[str, ...]) -> str:
    name, text = spell_key(details["loc"]), details["msg"]
    if details["type"] == "pixels":
        name = details["ctx"]["key"]
    match details["type"]:
        case "extra_forbidden":
            text = f"no such option; there are {', '.join(known)}"
        case "style":
            text += f"; there are {', '.join(styles())}"
    return f"{name}: {text[:1].lower()}{text[1:]}" if name else text
