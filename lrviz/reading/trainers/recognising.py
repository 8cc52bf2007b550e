"""What a file is that is no spec, and what to do with it: looked at once reading it has failed."""

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

from lrviz.errors import SpecError
from lrviz.reading.trainers.config import parse_config
from lrviz.reading.trainers.families import FAMILIES, find_family
from lrviz.spec.keys import Shape
from lrviz.spec.tree import Tree
from lrviz.spec.wording import suggest
from lrviz.system.files import STDIO

# In a mapping these name what others call by its key.
_NAMING = frozenset({"_target_", "class_path", "_component_", "type", "name"})

# Whoever writes one of these means a spec; and with few keys, each that is none is told.
_SURE = frozenset({"epochs", "steps", "steps_per_epoch", "scheduler"})
_FEW = 3
_MOST_NAMED = 4

_NEW = "`lrviz new StepLR` prints a spec"
_LOG = re.compile(rb'^\s*\{[^\[]*"log_history": \[')


def recognise(data: bytes, name: str) -> str:
    """Return what the bytes of a file are that make no spec, and a remedy; empty for a spec.

    A spec with mistakes is one: something in it is a spec's alone.
    """
    if name.endswith(".ipynb"):
        remedy = (
            "call lrviz.preview(scheduler, steps=N) in it, or name its code as FILE.py:FUNCTION"
        )
        return f"a notebook, and no spec; {remedy}"
    if _LOG.match(data):
        return "what a run logged, and no spec; `lrviz import` takes the config of the run"
    try:
        tree = parse_config(data, name).tree
    except SpecError:
        return ""
    if _is_spec(tree):
        return ""
    if family := find_family(tree):
        return f"looks like {FAMILIES[family].title}; {_spell_import(name)} makes a spec of it"
    if name.endswith(".toml"):
        return f"TOML, where a spec is YAML; {_NEW}"
    known = tuple(Shape.model_fields)
    strange = [key for key in tree if not suggest(key, known).startswith("did you mean")]
    if len(tree) <= _FEW or _SURE & tree.keys() or len(strange) * 2 <= len(tree):
        return ""
    named = ", ".join(strange[:_MOST_NAMED])
    return f"no spec: its keys are {named} and others; {_NEW}"


def _is_spec(tree: Mapping[str, Tree]) -> bool:
    """Whether plain data names what it schedules as a spec does, and nothing else."""
    match tree.get("scheduler"):
        case str():
            return True
        case dict(named) if len(named) == 1 and not named.keys() & _NAMING:
            return True
    return isinstance(tree.get("curves"), dict) or isinstance(tree.get("sweep"), dict)


def _spell_import(name: str) -> str:
    if name == STDIO:
        return "`lrviz import -`"
    return f"`lrviz import {shlex.quote(name)} > {shlex.quote(f'{Path(name).stem}_spec.yaml')}`"
