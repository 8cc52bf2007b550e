"""The arguments that the installed torch's schedulers and optimizers take."""

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Literal

import torch.optim
import torch.optim.lr_scheduler
import torch.optim.swa_utils

from lrviz.catalog import SCHEDULERS
from lrviz.errors import UsageError

Base = Literal["whole", "number", "flag", "text", "choice", "expression", "list", "tuple", "any"]

_NOT_HERE = frozenset({"self", "optimizer", "params", "last_epoch", "verbose"})


@dataclass(frozen=True)
class Kind:
    """What an argument may be.

    Attributes:
        base: what one value is; `list` is a list of whole numbers, `any` is left for torch.
        strict: for a whole number: torch refuses 8.5; else it drives it.
        optional: whether null is allowed.
        per_group: whether a list with one value a param group is allowed.
        choices: for a choice, what it may be.
    """

    base: Base
    strict: bool = False
    optional: bool = False
    per_group: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Argument:
    """One argument of an installed class.

    Attributes:
        name: torch's name.
        kind: what it may be.
        annotation: torch's own annotation, as text; empty where there is none.
        required: whether it has no default.
        default: its default; None where it has none.
    """

    name: str
    kind: Kind
    annotation: str
    required: bool
    default: object


_TABLE: tuple[tuple[str, Kind], ...] = (
    (r"int", Kind("whole")),
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

_STRICT = Kind("whole", strict=True)
_GROUPS = Kind("number", per_group=True)

# Where torch's annotations are missing or not what its code does.
_CORRECTIONS: Mapping[tuple[str, str], Kind] = {
    ("SWALR", "swa_lr"): _GROUPS,
    ("SWALR", "anneal_epochs"): _STRICT,
    ("CyclicLR", "base_momentum"): _GROUPS,
    ("CyclicLR", "max_momentum"): _GROUPS,
    ("CosineAnnealingWarmRestarts", "T_0"): _STRICT,
    ("CosineAnnealingWarmRestarts", "T_mult"): _STRICT,
    ("OneCycleLR", "total_steps"): replace(_STRICT, optional=True),
    ("OneCycleLR", "epochs"): replace(_STRICT, optional=True),
    ("OneCycleLR", "steps_per_epoch"): replace(_STRICT, optional=True),
}


@cache
def scheduler_class(name: str) -> type | None:
    """Return the installed scheduler class of that name; None where this torch has none."""
    found = getattr(import_module(SCHEDULERS[name].module), name, None)
    return found if isinstance(found, type) else None


@cache
def optimizer_class(name: str) -> type[torch.optim.Optimizer] | None:
    """Return the installed optimizer class of that name; None where this torch has none."""
    found: type[torch.optim.Optimizer] | None = getattr(torch.optim, name, None)
    return found


@cache
def arguments_of(found: type) -> Mapping[str, Argument]:
    """Return the arguments that a spec may give a class, in torch's order.

    >>> list(arguments_of(torch.optim.lr_scheduler.StepLR))
    ['step_size', 'gamma']
    """
    parameters = inspect.signature(found).parameters
    return MappingProxyType(
        {
            name: _argument(found.__name__, parameter)
            for name, parameter in parameters.items()
            if name not in _NOT_HERE and name != "schedulers"  # those are a node's children
        }
    )


def installed_arguments(name: str) -> list[Argument]:
    """Return every argument that a spec may give a scheduler, in torch's order.

    Raises:
        UsageError: the installed torch has no such scheduler.
    """
    found = scheduler_class(name)
    if found is None:
        raise UsageError(f"torch {torch.__version__} has no {name}; install a newer one")
    parameters = inspect.signature(found).parameters
    return [
        _argument(name, parameter)
        for parameter in parameters.values()
        if parameter.name not in _NOT_HERE
    ]


def installed_optimizer_arguments(name: str) -> list[Argument]:
    """Return every argument that a spec may give an optimizer; none where torch lacks it."""
    found = optimizer_class(name)
    return list(arguments_of(found).values()) if found else []


def _argument(owner: str, parameter: inspect.Parameter) -> Argument:
    text = ""
    if parameter.annotation is not parameter.empty:
        text = inspect.formatannotation(parameter.annotation).strip("'\"")
    required = parameter.default is parameter.empty
    kind = _CORRECTIONS.get((owner, parameter.name)) or kind_of(text)
    default = None if required else parameter.default
    return Argument(parameter.name, kind, text, required, default)


def kind_of(annotation: str) -> Kind:
    """Return the kind that an annotation's text stands for, `any` where it is not understood.

    >>> kind_of("float | list[float]")
    Kind(base='number', strict=False, optional=False, per_group=True, choices=())
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
