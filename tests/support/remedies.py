"""Remedies as a message tells them, read and followed like a person would."""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import yaml

from lrviz.linter.rule import Finding
from lrviz.spec.catalog import CATALOG

Tree = dict[str, Any]

_VALUE = r"(?:\[[^\]]*\]|[^\s,;)]+)"
_PAIR = rf"[A-Za-z_]\w* to {_VALUE}"
_REMEDY = re.compile(rf"\bset ({_PAIR}(?: and {_PAIR})*)(?=[,;) ]|$)")
_WORDS = ("step", "epoch", "min", "max")


def read_remedies(text: str) -> Iterator[dict[str, Any]]:
    """Yield what a message says to set, by name.

    >>> list(read_remedies("ends high; set T_max to 24, or leave it out"))
    [{'T_max': 24}]
    >>> list(read_remedies("too long; set interval to step and warmup_t to 5"))
    [{'interval': 'step', 'warmup_t': 5}]
    >>> list(read_remedies("above; set eta_min to 2e-4"))
    [{'eta_min': 0.0002}]
    >>> list(read_remedies("rises; set eta_min below 0.1"))
    []
    """
    for found in _REMEDY.findall(text):
        pairs = dict(re.findall(rf"(\w+) to ({_VALUE})", found))
        values = {name: _read(value) for name, value in pairs.items()}
        if all(not isinstance(each, str) or each in _WORDS for each in values.values()):
            yield values


def _read(text: str) -> Any:
    """Return a value as a spec has it, in which 2e-4 is a number."""
    try:
        return float(text) if "e" in text or "." in text else yaml.safe_load(text)
    except ValueError:
        return yaml.safe_load(text)


def follow(tree: Mapping[str, Any], finding: Finding, values: Mapping[str, Any]) -> Tree:
    """Return a spec with the values that a finding in it says to set."""
    changed: Tree = deepcopy(dict(tree))
    for name, value in values.items():
        _find_owner(changed, finding, name)[name] = value
    return changed


def _find_owner(tree: Tree, finding: Finding, name: str) -> dict[str, Any]:
    """Return the innermost mapping around a finding's place that takes an argument of a name."""
    places: list[tuple[str, Any]] = [("", tree)]
    for part in finding.problem.key:
        below = places[-1][1]
        if isinstance(below, dict) and part not in below:
            break
        places.append((str(part), below[part] if not isinstance(below, str) else below))
    for part, place in reversed(places):
        known = CATALOG[part].arguments if part in CATALOG else {}
        if isinstance(place, dict) and (name in known or (part == "" and name == "interval")):
            return place
    raise AssertionError(f"no place for {name} around {finding.problem.key}")
