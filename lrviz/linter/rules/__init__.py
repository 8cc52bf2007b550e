"""The rules, a module a theme."""

from collections.abc import Mapping

from lrviz.linter.rule import Rule
from lrviz.linter.rules import composites, curves, cycles, horizons, plateau, ranges, rates, units

_THEMES = (composites, curves, cycles, horizons, plateau, ranges, rates, units)

_ALL = [each for theme in _THEMES for each in vars(theme).values() if isinstance(each, Rule)]

# Every rule by its code, in order.
RULES: Mapping[str, Rule] = {rule.code: rule for rule in sorted(_ALL, key=lambda rule: rule.code)}
