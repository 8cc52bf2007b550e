"""One of many names, `Name: {arguments}` or the bare name, as JSON Schema."""

import re
from collections.abc import Collection, Mapping
from typing import Any, cast

from lrviz.commands.schema.parts import Schema, any_of, closed, refer

FOREIGN = r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*:[A-Za-z][A-Za-z0-9_]*$"
"""What a spec calls a class that the command line allows it."""

OTHERS: Schema = {"type": ["object", "null"], "additionalProperties": refer("value")}
"""The arguments of a scheduler that is in no catalog: their names are not known."""


def arguments_of(
    name: str, description: str, properties: Mapping[str, object], required: list[str] | None
) -> Schema:
    """Return the schema of the arguments of a name.

    Args:
        name: which may stand alone where nothing is required.
        description: what it stands for.
        properties: the arguments.
        required: those that must be given; None where others must, which is said elsewhere.
    """
    kinds = {} if required or required is None else {"type": ["object", "null"]}
    told = {"title": f"arguments of {name}", "description": description}
    return {**closed(properties, required or ()), **kinds, **told}


def named(
    kinds: Mapping[str, Schema], *, foreign: bool = False, silent: Collection[str] = ()
) -> Schema:
    """Return the schema of one of many names: the mapping first, whose keys an editor offers.

    Args:
        kinds: the arguments' schema, by name.
        foreign: whether `package.module:Class` may stand for a name, too.
        silent: those of the names that an editor does not offer.
    """
    offered = [name for name in kinds if name not in silent]
    others = {f"^{re.escape(name)}$": refer(name) for name in silent}
    if foreign:
        others[FOREIGN] = OTHERS
    mapping = _one_of({name: refer(name) for name in offered}, others)
    bare = [name for name in offered if "null" in cast(Any, kinds[name]["type"])]
    told = [str(kinds[name]["description"]).partition("\n")[0] for name in bare]
    names: list[Schema] = [{"title": "Name", "enum": bare, "enumDescriptions": told}]
    if foreign:
        names.append({"title": "Class", "type": "string", "pattern": FOREIGN})
    shape: Schema = {"title": "Name: {arguments}", "type": "object", "minProperties": 1}
    return any_of([{**shape, **mapping}, *names])


def swept(kinds: Mapping[str, Schema], *, foreign: bool = False) -> Schema:
    """Return the schema of one of many names into which a sweep reaches; as `named`.

    The names of its arguments hold, whatever their values, and any of them may be missing.
    """
    loose = {name: _loosen(name, schema) for name, schema in kinds.items()}
    mapping = _one_of(loose, {FOREIGN: {}} if foreign else {})
    return {"type": ["object", "string", "null"], **mapping}


def _loosen(name: str, schema: Schema) -> Schema:
    kept = {key: schema[key] for key in ("title", "description")}
    found: Schema = {"type": ["object", "null"], **kept}
    if "properties" in schema:
        arguments = cast(Mapping[str, object], schema["properties"])
        anything = {each: any_of([refer(name, "properties", each), {}]) for each in arguments}
        found |= {"additionalProperties": False, "properties": anything}
    return found


def _one_of(names: Mapping[str, Schema], others: Mapping[str, Schema]) -> Schema:
    found: Schema = {
        "additionalProperties": False,
        "properties": dict(names),
        # Beside `properties`, an editor would take it for full as soon as a name is begun.
        "allOf": [{"maxProperties": 1}],
    }
    return {**found, "patternProperties": dict(others)} if others else found
