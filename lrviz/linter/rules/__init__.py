"""The rules, a module a theme."""

from collections.abc import Mapping
from types import MappingProxyType

from lrviz.linter.rule import Rule
from lrviz.linter.rules import (
    chains,
    cycles,
    groups,
    horizons,
    milestones,
    onecycle,
    plateau,
    shape,
    units,
    warmups,
    zeros,
)

_THEMES = (
    *(horizons, onecycle, units, shape, milestones, chains),
    *(warmups, groups, cycles, zeros, plateau),
)

_ALL: tuple[Rule, ...] = tuple(rule for theme in _THEMES for rule in theme.RULES)

RULES: Mapping[str, Rule] = MappingProxyType(
    {rule.code: rule for rule in sorted(_ALL, key=lambda rule: rule.code)}
)
"""Every rule by its code, in order."""
