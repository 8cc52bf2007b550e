"""The key paths along which a sweep leads, and the values that it puts there, as JSON Schema.

Patterns say it, one for all the arguments of a kind: a key for each argument would make the schema
half as long again.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from lrviz.commands.schema.names import FOREIGN
from lrviz.commands.schema.parts import Schema, has_key
from lrviz.spec.catalog import COMPOSITES

_ITEM = r"[.]\d+"
_CHILDREN = f"({'|'.join(sorted(COMPOSITES))})[.]schedulers"
_GROUPS = "[.]param_groups"

_LISTS = frozenset({"schedulers", "param_groups"})
"""The arguments that hold more than values."""

_ODD_ITEM = r"[.]0\d|[^\x00-\x7f]"
"""A second spelling of a list's item, which may take the place of what the first one put there."""


def scheduler_paths(kinds: Mapping[str, Schema]) -> Schema:
    """Return what is said of the key paths of a sweep that lead into `scheduler`.

    Args:
        kinds: the arguments' schema, by the name of the scheduler.
    """
    unknown = [re.escape(name) for name, each in kinds.items() if "properties" not in each]
    return _Paths(
        key="scheduler",
        before=f"([.]{_CHILDREN}{_ITEM})*",
        wholes=f"{_any(kinds)}|{_CHILDREN}",
        arguments=_list_arguments(kinds, ""),
        others=f"({'|'.join([*unknown, FOREIGN[1:-1]])})([.].*)?",
        example="scheduler.StepLR.gamma",
    ).rule()


def optimizer_paths(kinds: Mapping[str, Schema]) -> Schema:
    """Return what is said of the key paths of a sweep that lead into `optimizer`.

    Args:
        kinds: the arguments' schema, by the name of the optimizer.
    """
    return _Paths(
        key="optimizer",
        before="",
        wholes=f"{_any(kinds)}({_GROUPS}({_ITEM})?)?",
        arguments=_list_arguments(kinds, f"({_GROUPS}{_ITEM})?"),
        others=f"{_any(kinds)}{_GROUPS}{_ITEM}[.]name",
        example="optimizer.SGD.lr",
    ).rule()


@dataclass(frozen=True)
class _Paths:
    """Patterns of what leads on from a key.

    Attributes:
        key: `scheduler` or `optimizer`.
        before: what may stand between the key and a name.
        wholes: a name, or a list of more than values.
        arguments: names and arguments, by the JSON of what those may be.
        others: whatever else.
        example: a path.
    """

    key: str
    before: str
    wholes: str
    arguments: Mapping[str, str]
    others: str
    example: str

    def rule(self) -> Schema:
        """Return what is said of the paths.

        Nothing is where one leads to something whole, of which another may be a part. Nor of
        values where one leads to an item of a list that they may be.
        """
        start = f"^{self.key}{self.before}"
        arguments = "|".join(self.arguments.values())
        known = f"{self.wholes}|({arguments})([.].*)?|{self.others}"
        paths = {
            "pattern": f"^(?!{self.key}[.])|{start}([.]({known}))?$",
            "patternErrorMessage": f"must lead to an argument, as {self.example}",
        }
        values = {
            f"{start}[.]({place})$": {"items": json.loads(shape)}
            for shape, place in self.arguments.items()
        }
        return {
            "if": has_key(f"{start}([.]({self.wholes}))?$"),
            "else": {
                "propertyNames": paths,
                "if": has_key(f"^{self.key}[.].*({_ITEM}$|{_ODD_ITEM})"),
                "else": {"patternProperties": values},
            },
        }


def _list_arguments(kinds: Mapping[str, Schema], between: str) -> dict[str, str]:
    """Return the pattern of all arguments that may be the same, by the JSON of what that is.

    Args:
        kinds: the arguments' schema, by name.
        between: what may stand between a name and an argument.
    """
    found: dict[str, dict[str, list[str]]] = {}
    for name, schema in kinds.items():
        arguments = cast(Mapping[str, Schema], schema.get("properties", {}))
        alike: dict[str, list[str]] = {}
        for argument in sorted(arguments.keys() - _LISTS):
            told = arguments[argument].items()
            shape = {key: each for key, each in told if key not in ("description", "default")}
            alike.setdefault(json.dumps(shape), []).append(argument)
        for text, each in alike.items():
            found.setdefault(text, {}).setdefault(_any(each), []).append(name)
    return {
        text: "|".join(f"{_any(names)}{between}[.]{each}" for each, names in places.items())
        for text, places in found.items()
    }


def _any(names: Iterable[str]) -> str:
    """Return the pattern of one of several names."""
    escaped = [re.escape(name) for name in names]
    return f"({'|'.join(escaped)})" if len(escaped) > 1 else escaped[0]
