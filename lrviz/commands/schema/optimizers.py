"""The optimizers of the installed torch as JSON Schema, with what its own pages say of them."""

import inspect
import re
from collections.abc import Mapping

from lrviz.commands.schema.arguments import describe_argument, of_run, spell_default
from lrviz.commands.schema.names import arguments_of, named, swept
from lrviz.commands.schema.parts import Schema, closed, refer
from lrviz.commands.schema.paths import optimizer_paths
from lrviz.commands.schema.texts import printable
from lrviz.drive import Argument
from lrviz.drive.signatures import installed_optimizer_arguments, optimizer_class
from lrviz.spec.catalog import OPTIMIZERS
from lrviz.spec.nodes import MAX_GROUPS
from lrviz.spec.style import MAX_TEXT

_ENTRY = re.compile(r"^    (\w+) \([^\n]*?\):\s*(\S.*?)(?=^    \w+ \(|^\S|^\s*$|\Z)", re.M | re.S)
_END = re.compile(r"\.\s|\.$|\s*\(default: ")
_MARKS = re.compile(r":\w+:(?=`)|[`\\]|`_")


def optimizer_definitions() -> dict[str, Schema]:
    """Return `optimizer` and what it names, and what a sweep changes."""
    optimizers = {name: _optimizer(name) for name in OPTIMIZERS if optimizer_class(name)}
    return {
        "optimizer": named(optimizers),
        "swept_optimizer": swept(optimizers),
        "optimizer_paths": optimizer_paths(optimizers),
        **optimizers,
    }


def read_meanings(name: str) -> Mapping[str, str]:
    """Return the first sentence on each argument of an optimizer, as far as torch has one.

    >>> read_meanings("SGD")["momentum"]
    'momentum factor'
    """
    text = inspect.getdoc(optimizer_class(name)) or ""
    return {found[1]: _first_sentence(found[2]) for found in _ENTRY.finditer(text)}


def _first_sentence(text: str) -> str:
    return _END.split(" ".join(_MARKS.sub("", text).split()))[0]


def _optimizer(name: str) -> Schema:
    meanings = read_meanings(name)
    arguments = {
        each.name: of_run(describe_argument(each, _tell(each, meanings.get(each.name, ""))))
        for each in installed_optimizer_arguments(name)
    }
    page = f"https://pytorch.org/docs/stable/generated/torch.optim.{name}.html"
    description = f"the optimizer torch.optim.{name}\n{page}"
    groups = _groups({each: refer(name, "properties", each) for each in arguments})
    return arguments_of(name, description, {**arguments, "param_groups": groups}, [])


def _groups(arguments: Mapping[str, Schema]) -> Schema:
    name = {**printable(MAX_TEXT), "description": "what figures and messages call the group"}
    return {
        "description": "one mapping a param group; each overrides the optimizer's own values",
        "type": "array",
        "maxItems": MAX_GROUPS,
        "items": closed({"name": name, **arguments}),
    }


def _tell(argument: Argument, meaning: str) -> str:
    """Return what torch says of an argument: its meaning, its annotation and its default."""
    kind = argument.annotation.replace(" | torch.Tensor", "")  # which no spec can write
    default = spell_default(argument)
    facts = ", ".join(filter(None, (kind, f"default {default}" if default else "")))
    return f"{meaning} ({facts})".strip()
