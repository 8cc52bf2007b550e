"""Values as YAML spells them."""

import json
import math
import re

from lrviz.spec.tree import Tree
from lrviz.spec.yamltree import YamlError, parse_yaml


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
        case None | bool():
            return json.dumps(value)
        case str():
            return _spell_text(value, quotes)
        case float() if not math.isfinite(value):
            return spell_special(value)
    return re.sub(r"e([-+])0+(?=\d)", r"e\1", repr(value))


def spell_special(value: float) -> str:
    """Return what YAML writes for a number that JSON has not.

    >>> [spell_special(each) for each in (math.nan, math.inf, -math.inf)]
    ['.nan', '.inf', '-.inf']
    """
    return ".nan" if math.isnan(value) else f"{'-' * (value < 0)}.inf"


def _spell_text(value: str, quotes: str) -> str:
    single = "'" + value.replace("'", "''") + "'"
    for text in {"'": [single], '"': []}.get(quotes, [value, single]):
        try:
            if parse_yaml(f"{{{text}: {text}}}")[0] == {value: value}:
                return text
        except YamlError:
            continue
    return json.dumps(value, ensure_ascii=False)
