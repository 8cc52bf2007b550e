"""What a file is that is no spec, and what to do with it: looked at once reading it has failed."""

import shlex
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from lrviz.errors import SpecError
from lrviz.reading.from_numbers import LOGS
from lrviz.reading.logs.opening import find_log
from lrviz.reading.trainers.config import parse_config
from lrviz.reading.trainers.families import FAMILIES, find_families
from lrviz.spec.belonging import place_key
from lrviz.spec.catalog import CATALOG, OPTIMIZERS
from lrviz.spec.keys import Data, Shape
from lrviz.spec.options import FigureOptions
from lrviz.spec.tree import Tree
from lrviz.spec.wording import suggest
from lrviz.spec.yamltree import MAX_BYTES
from lrviz.system.files import STDIO

# In a mapping these name what others call by its key.
_NAMING = frozenset({"_target_", "class_path", "_component_", "type", "name"})

# Whoever writes one of these means a spec; and with few keys, each that is none is told.
_SURE = frozenset({"epochs", "steps", "steps_per_epoch", "scheduler"})
_FEW = 3
_MOST_NAMED = 4

_NAMES = CATALOG.keys() | set(OPTIMIZERS)
_CLOSE = 0.75

_NEW = "`lrviz new StepLR` prints a spec"


def recognise(data: bytes, name: str) -> str:
    """Return what the bytes of a file are that make no spec, and a remedy; empty for a spec.

    A spec with mistakes is one: something in it is a spec's alone.
    """
    if name.endswith(".ipynb"):
        remedy = (
            "call lrviz.preview(scheduler, steps=N) in it, or name its code as FILE.py:FUNCTION"
        )
        return f"a notebook, and no spec; {remedy}"
    try:
        if log := find_log(name, data=data):
            return f"{log.writer}, a log; {LOGS}"
    except SpecError as error:
        return f"a log, and no spec: {error.problems[0].text}"
    try:  # of what is too large for a spec nobody has read more, either
        tree = parse_config(data if len(data) <= MAX_BYTES else b"", name).tree
    except SpecError:
        return ""
    if _is_spec(tree):
        return ""
    if family := next(iter(find_families(tree)), None):
        return f"looks like {FAMILIES[family].title}; {_spell_import(name)} makes a spec of it"
    if name.endswith(".toml"):
        return f"TOML, where a spec is YAML; {_NEW}"
    known = tuple(Shape.model_fields)
    strange = [key for key in tree if not suggest(key, known).startswith("did you mean")]
    homes = {"": known, "figure": FigureOptions.model_fields, "data": Data.model_fields}
    is_placed = "scheduler" in tree and all(place_key(key, tree, homes) for key in strange)
    is_sure = _SURE & tree.keys() and (is_placed or not isinstance(tree.get("scheduler"), str))
    if len(tree) <= _FEW or is_sure or len(strange) * 2 <= len(tree):
        return ""
    named = ", ".join(strange[:_MOST_NAMED])
    return f"no spec: its keys are {named} and others; {_NEW}"


def _is_spec(tree: Mapping[str, Tree]) -> bool:
    """Whether plain data names what it schedules as a spec does, its keys misspelt though they be.

    >>> _is_spec({"schedulers": {"StepLR": {"step_size": 3}}}), _is_spec({"scheduler": "cosine"})
    (True, False)
    """
    match tree.get("scheduler"):
        case str(name) if not name.isalpha() or not name.islower():  # as others' names are
            return bool(get_close_matches(name, CATALOG, 1, _CLOSE))
        case dict(named) if len(named) == 1 and not named.keys() & _NAMING:
            return True
    near = (tree[key] for key in tree if get_close_matches(key, ("scheduler", "optimizer")))
    is_named = any(isinstance(each, dict) and each.keys() & _NAMES for each in near)
    is_sized = "steps_per_epoch" in tree and "targets" not in find_families(tree)
    has_many = any(isinstance(tree.get(each), dict) for each in ("curves", "sweep"))
    return is_named or is_sized or has_many


def _spell_import(name: str) -> str:
    if name == STDIO:
        return "`lrviz import -`"
    name = f"./{name}" if name.startswith("-") else name  # no option
    return f"`lrviz import {shlex.quote(name)} > {shlex.quote(f'{Path(name).stem}_spec.yaml')}`"
