"""The arguments that installed schedulers and optimizers take."""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from lrviz.spec.catalog import Entry
from lrviz.spec.nodes import NOT_ARGUMENTS

if TYPE_CHECKING:
    from torch.optim import Optimizer

Base = Literal["whole", "number", "flag", "text", "choice", "expression", "list", "tuple", "any"]

_NOT_HERE = frozenset({"self", *NOT_ARGUMENTS})

_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)

# What a class tells its base itself: mmengine's, that it is the LR that moves.
_TOLD = frozenset({"param_name"})


@dataclass(frozen=True)
class Kind:
    """What an argument may be.

    Attributes:
        base: what one value is; `list` is a list of whole numbers, `any` is left for torch.
        strict: for whole numbers: 8.5 is refused; else torch drives it.
        optional: whether null is allowed.
        per_group: whether a list with one value a param group is allowed.
        choices: for a choice, what it may be.
        counts: what another library's number counts, `calls` or `cycles`; empty for neither.
    """

    base: Base
    strict: bool = False
    optional: bool = False
    per_group: bool = False
    choices: tuple[str, ...] = ()
    counts: str = ""


@dataclass(frozen=True)
class Argument:
    """One argument of an installed class.

    Attributes:
        name: torch's name.
        kind: what it may be.
        annotation: torch's own annotation, as text; empty where there is none.
        required: whether it has no default.
        default: its default; None where it has none.
        is_passed_on: whether a base is given it, which may have been told it already.
    """

    name: str
    kind: Kind
    annotation: str
    required: bool
    default: object
    is_passed_on: bool = False


_TABLE: tuple[tuple[str, Kind], ...] = (
    (r"int", Kind("whole")),
    (r"strict int", Kind("whole", strict=True)),
    (r"float", Kind("number")),
    (r"bool", Kind("flag")),
    (r"str", Kind("text")),
    (r"Literal\[.*\]", Kind("choice")),
    (r"list\[float\]", Kind("number", per_group=True)),
    (r"Callable\[.*\]", Kind("expression")),
    (r"list\[Callable\[.*\]\]", Kind("expression", per_group=True)),
    (r"(list|Iterable|Sequence)\[int\]", Kind("list")),
    (r"tuple\[.*\]", Kind("tuple")),
)


# What an argument is called that is a metric.
METRICS = frozenset({"metric", "metrics", "loss", "val_loss"})


def list_parameters(of: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return what a class, function or method takes; nothing where that is not known."""
    try:
        return list(inspect.signature(of).parameters.values())
    except Exception:  # compiled and silent about its arguments, or wrong about them
        return []


def read_step(step: Callable[..., Any], skip: int = 0) -> tuple[str, bool]:
    """Return what a `step` must be given first, empty for nothing, and whether it offers a metric.

    >>> read_step(lambda *rest, epoch=None, metrics: None)
    ('metrics', False)
    >>> read_step(lambda metrics=None: None)
    ('', True)
    """
    parameters = list_parameters(step)[skip:]
    names = [each.name for each in parameters if is_required(each)]
    return next(iter(names), ""), bool(parameters) and parameters[0].name in METRICS


def is_required(parameter: inspect.Parameter) -> bool:
    """Whether an argument must be given."""
    return parameter.default is parameter.empty and parameter.kind not in _VARIADIC


def list_taken(of: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return what a class or function takes, and what a class's bases take behind its `**kwargs`.

    >>> from torch.optim.lr_scheduler import StepLR
    >>> class Waiting(StepLR):
    ...     def __init__(self, optimizer, wait, *args, **kwargs): ...
    >>> [each.name for each in list_taken(Waiting)]
    ['optimizer', 'wait', 'step_size', 'gamma', 'last_epoch']
    """
    bases = [base for base in getattr(of, "__mro__", ()) if "__init__" in vars(base)]
    parameters = list_parameters(of)
    taken = {each.name: each for each in parameters}
    for base in bases:
        if inspect.Parameter.VAR_KEYWORD not in [each.kind for each in parameters]:
            break
        parameters = list_parameters(base.__init__)[1:]  # without self
        new = {each.name: each for each in parameters if each.name not in (*taken, *_TOLD)}
        taken.update(new)
    named = [each for each in taken.values() if each.kind not in _VARIADIC]
    return sorted(named, key=lambda each: each.kind is each.KEYWORD_ONLY)


def optimizer_class(name: str) -> "type[Optimizer] | None":
    """Return the installed optimizer class of that name; None where this torch has none."""
    from torch import optim

    found: type[Optimizer] | None = getattr(optim, name, None)
    return found


def arguments_of(found: Callable[..., Any], entry: Entry | None = None) -> Mapping[str, Argument]:
    """Return the arguments that a spec may give a class or function, in its own order.

    Args:
        found: it takes an optimizer or params, which are no arguments here.
        entry: what the catalog knows of it; None where nothing, and it takes one of these first.

    >>> from torch.optim.lr_scheduler import StepLR
    >>> list(arguments_of(StepLR))
    ['step_size', 'gamma']
    """
    own = inspect.signature(found).parameters
    return {
        each.name: _argument(entry, each, is_passed_on=each.name not in own)
        for each in (own.values() if entry else list_taken(found)[1:])
        if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)
        and each.name not in _NOT_HERE
    }


def installed_optimizer_arguments(name: str) -> list[Argument]:
    """Return every argument that a spec may give an optimizer; none where torch lacks it."""
    found = optimizer_class(name)
    return list(arguments_of(found).values()) if found else []


def _argument(entry: Entry | None, parameter: inspect.Parameter, *, is_passed_on: bool) -> Argument:
    text = ""
    if parameter.annotation is not parameter.empty:
        text = inspect.formatannotation(parameter.annotation).strip("'\"")
    required = parameter.default is parameter.empty
    kind = kind_of(entry.kinds.get(parameter.name, text) if entry else text)
    if entry and entry.package != "torch":  # what others say is int is one
        strict = kind.strict or kind.base in ("whole", "list")
        kind = replace(kind, strict=strict, counts=entry.counts(parameter.name))
    default = None if required else parameter.default
    return Argument(parameter.name, kind, text, required, default, is_passed_on)


def kind_of(annotation: str) -> Kind:
    """Return the kind that an annotation's text stands for, `any` where it is not understood.

    >>> kind_of("float | list[float]")
    Kind(base='number', strict=False, optional=False, per_group=True, choices=(), counts='')
    >>> kind_of("Optional[int]").optional
    True
    """
    found: list[Kind] = []
    optional = False
    for part in _alternatives(annotation):
        if part in ("None", "NoneType"):
            optional = True
        elif part != "Tensor":
            found.append(_simple_kind(part))
    bases = {kind.base for kind in found}
    if len(bases) != 1:
        return Kind("any", optional=optional)
    per_group = any(kind.per_group for kind in found)
    return replace(found[0], optional=optional, per_group=per_group)


def _simple_kind(text: str) -> Kind:
    for pattern, kind in _TABLE:
        if re.fullmatch(pattern, text):
            if kind.base == "choice":
                return replace(kind, choices=tuple(re.findall(r"['\"](\w+)['\"]", text)))
            return kind
    return Kind("any")


def _alternatives(annotation: str) -> list[str]:
    """Return the parts of a union, at its top level, however it is spelt."""
    text = re.sub(r"\b(typing|torch|collections\.abc)\.", "", annotation)
    text = re.sub(r"\bList\[", "list[", re.sub(r"\bTuple\[", "tuple[", text))
    if match := re.fullmatch(r"Optional\[(.*)\]", text):
        return [*_alternatives(match[1]), "None"]
    if match := re.fullmatch(r"Union\[(.*)\]", text):
        return _split(match[1], ",")
    return _split(text, "|")


def _split(text: str, separator: str) -> list[str]:
    parts, depth = [""], 0
    for character in text:
        depth += (character == "[") - (character == "]")
        if character == separator and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]
