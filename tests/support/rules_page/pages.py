"""The pages as Markdown: an index of all rules by theme, and a page a rule."""

import re
import sys
from collections.abc import Mapping, Sequence
from difflib import unified_diff

import numpy as np

from lrviz.errors import SpecError
from lrviz.linter.rule import Rule, wrap
from lrviz.run.driven import Run
from tests.support.rules_page.pairs import SIDES, Pair

_INTRODUCTION = """\
# What `lint` finds

Each of these rules sees a mistake, most of which torch drives without a word. Its page says why it
is one and shows the figure of it beside that of its remedy, and both specs.

- An **error** or a **warning** makes `lrviz lint FILE` end with exit status 1, a **note** never
  does. A severity is that of most of what a rule sees; some is worse, some not as bad.
- What torch cannot drive at all is a wrong spec and exit status 2: there a rule's code stands
  behind what is wrong.
- `lrviz lint --fix FILE` sets values where the remedy is certain, and `lrviz lint --diff FILE`
  shows what it would set. A remedy that sets a value is tried before it is told.
- A spec says what shall not be said of it, best with the reason beside it:
  `lint: {ignore: [LR012]}`. A code there that no rule has is a finding itself, `LR000`.
- `lrviz lint --explain CODE` says what a page says, without the figures.
"""
_THREAD = re.compile(r"([\w.-]+/[\w.-]+)#(\d+)")
_WHOLE = 1000  # lines around what has changed: all that there are
_HEAD = 3  # lines of a diff before the first of a spec
_SAME = "Both curves are the same, with the torch that drew them."


def render_pages(rules: Mapping[str, Rule], pairs: Mapping[str, Pair]) -> dict[str, str]:
    """Return every page by its path in `docs`, the index first.

    Args:
        rules: by code.
        pairs: what their pages show, likewise.
    """
    themes: dict[str, list[Rule]] = {}  # a module of rules is a theme
    for rule in rules.values():
        themes.setdefault(rule.see.__module__, []).append(rule)
    index = "\n".join([_INTRODUCTION, *(_render_theme(*each) for each in themes.items())])
    return {"rules.md": index} | {
        f"rules/{code}.md": _render_rule(rule, pairs[code], themes[rule.see.__module__])
        for code, rule in rules.items()
    }


def _render_theme(module: str, rules: Sequence[Rule]) -> str:
    about = (sys.modules[module].__doc__ or "").partition("\n")[0]
    rows = "".join(
        f"| [{each.code}](rules/{each.code}.md) | {each.name} "
        f"| {each.severity} | {each.summary} |\n"
        for each in rules
    )
    table = f"| code | name | severity | what it sees |\n|---|---|---|---|\n{rows}"
    return f"## {module.rpartition('.')[2].capitalize()}\n\n{about}\n\n{table}"


def _render_rule(rule: Rule, pair: Pair, theme: Sequence[Rule]) -> str:
    summary, *why = rule.explain().split("\n\n")[1:]
    met = why.pop() if why[-1].startswith("Met in ") else ""
    said = "\n".join(pair.said)
    how = "What `lint --fix` makes of it" if pair.is_fixed else "The remedy"
    parts = [
        f"# {rule.code} {rule.name}",
        wrap(f"**{rule.severity}**: {summary}"),
        *why,
        _render_figures(rule, pair),
        f"```yaml\n{pair.texts[0].strip()}\n```",
        f"```\n{said}\n```",
        f"{how}, of which `lint` says nothing:",
        f"```diff\n{_diff(*pair.texts)}\n```",
        *([wrap(_THREAD.sub(_link, " ".join(met.split())))] if met else []),
        _render_neighbours(rule, theme),
    ]
    return "\n\n".join(parts) + "\n"


def _render_figures(rule: Rule, pair: Pair) -> str:
    mistake, remedy = (
        _tell_refusal(rule, pair) if driven is None else f"![{driven}]({rule.code}_{side}.webp)"
        for side, driven in zip(SIDES, pair.runs, strict=True)
    )
    table = f"| the mistake | the remedy |\n|---|---|\n| {mistake} | {remedy} |"
    return f"{table}\n\n{_SAME}" if _is_same(*pair.runs) else table


def _tell_refusal(rule: Rule, pair: Pair) -> str:
    """Return why a mistake has no figure, in the words of the error."""
    assert isinstance(pair.linted.error, SpecError)
    (problem,) = pair.linted.error.problems
    said = problem.text.removesuffix(f" ({rule.code})")
    return f"no figure, as torch refuses it: {problem.key[-1]} {said}"


def _is_same(old: Run | None, new: Run) -> bool:
    """Whether two runs have the same curves."""
    if old is None or len(old.curves) != len(new.curves):
        return False
    return all(
        np.array_equal(np.asarray(getattr(one, name)), np.asarray(getattr(other, name)))
        for one, other in zip(old.curves, new.curves, strict=True)
        for name in ("lr", "momentum")
    )


def _diff(old: str, new: str) -> str:
    """Return two specs in one, line by line."""
    lines = unified_diff(old.splitlines(), new.splitlines(), n=_WHOLE, lineterm="")
    return "\n".join([*lines][_HEAD:])


def _render_neighbours(rule: Rule, theme: Sequence[Rule]) -> str:
    others = [f"[{each.code} {each.name}]({each.code}.md)" for each in theme if each is not rule]
    return f"Like it: {', '.join(others)}. [All rules](../rules.md)."


def _link(thread: re.Match[str]) -> str:
    return f"[{thread[0]}](https://github.com/{thread[1]}/issues/{thread[2]})"
