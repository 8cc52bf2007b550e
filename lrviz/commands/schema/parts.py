"""The pieces that schemas are made of."""

from collections.abc import Mapping, Sequence

Schema = dict[str, object]


def refer(name: str, *below: str) -> Schema:
    """Return the schema that stands for a definition, or for a part of it.

    >>> refer("SGD", "properties", "lr")
    {'$ref': '#/$defs/SGD/properties/lr'}
    """
    return {"$ref": "/".join(("#/$defs", name, *below))}


def closed(properties: Mapping[str, object], required: Sequence[str] = ()) -> Schema:
    """Return the schema of a mapping that has no other keys.

    >>> closed({"csv": {"type": "string"}}, ["csv"])["required"]
    ['csv']
    """
    schema: Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": dict(properties),
    }
    return {**schema, "required": list(required)} if required else schema


def any_of(alternatives: Sequence[Schema]) -> Schema:
    """Return the schema of what is one of the alternatives.

    >>> any_of([{"type": "string"}])
    {'type': 'string'}
    """
    return {"anyOf": list(alternatives)} if len(alternatives) > 1 else dict(*alternatives)


def has_key(pattern: str) -> Schema:
    """Return the schema of a mapping one of whose keys matches.

    >>> has_key("^optimizer")
    {'not': {'propertyNames': {'not': {'pattern': '^optimizer'}}}}
    """
    return {"not": {"propertyNames": {"not": {"pattern": pattern}}}}


def suggest(text: str) -> Schema:
    """Return the keyword by which yaml-language-server writes a value that is to be typed over.

    >>> suggest("10")
    {'defaultSnippets': [{'label': '10', 'body': '${1:10}'}]}
    """
    return {"defaultSnippets": [{"label": text, "body": f"${{1:{text}}}"}]}
