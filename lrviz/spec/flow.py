"""Values as YAML spells them."""

import json

from lrviz.spec.tree import Tree
from lrviz.spec.yamltree import YamlError, parse_yaml
from lrviz.spell import spell_yaml


def spell_flow(value: Tree, quotes: str = "") -> str:
    """Return a value in YAML's flow style, on one line.

    Args:
        value: what is to be read from it again.
        quotes: those that a text is to stand in, `'` or `"`; empty for as few as it needs.

    >>> spell_flow({"milestones": [8, 16], "gamma": 1e-5, "by": "=total_calls - 8"})
    '{milestones: [8, 16], gamma: 1e-5, by: =total_calls - 8}'
    """
    match value:
        case dict():
            items = [f"{spell_flow(key)}: {spell_flow(each)}" for key, each in value.items()]
            return f"{{{', '.join(items)}}}"
        case list():
            return f"[{', '.join(map(spell_flow, value))}]"
        case str():
            return _spell_text(value, quotes)
    return spell_yaml(value)


def _spell_text(value: str, quotes: str) -> str:
    single = "'" + value.replace("'", "''") + "'"
    for text in {"'": [single], '"': []}.get(quotes, [value, single]):
        try:
            if parse_yaml(f"{{{text}: {text}}}")[0] == {value: value}:
                return text
        except YamlError:
            continue
    return json.dumps(value, ensure_ascii=False)
