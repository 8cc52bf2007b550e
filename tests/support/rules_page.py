"""The documentation of the rules, generated from them.

`python -m tests.support.rules_page FOLDER` prints `docs/rules.md`; FOLDER has a bad spec of
every rule, whose name begins with the rule's code.
"""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lrviz.commands.results import drive_spec
from lrviz.errors import SpecError
from lrviz.linter.engine import lint_run
from lrviz.linter.rule import Rule, wrap
from lrviz.linter.rules import RULES
from lrviz.reading.sources import load

_INTRODUCTION = """\
# What `lrviz lint` finds

Generated from the rules. Errors and warnings make the command end with exit status 1, notes never
do; what a rule sees may be worse, or less bad, than it mostly is. What torch cannot drive at all is
a wrong spec and exit status 2: there a rule's code stands behind what is wrong. A remedy that sets
a value is tried before it is told. A spec says what shall not be said of it, best with the reason
beside it: `lint: {ignore: [LR012]}`; a code there that no rule has is a finding itself, `LR000`.
`lrviz lint --explain CODE` says the same of one rule.
"""
_THREAD = re.compile(r"([\w.-]+/[\w.-]+)#(\d+)")


@dataclass(frozen=True)
class Example:
    """A bad spec, and what is said of it.

    Attributes:
        text: the spec.
        lines: what the rule says of it.
    """

    text: str
    lines: tuple[str, ...]


def render_page(rules: Mapping[str, Rule], examples: Mapping[str, Example]) -> str:
    """Return the page of all rules as Markdown.

    Args:
        rules: by code.
        examples: by the code of their rule.
    """
    rows = "".join(
        f"| [{rule.code}](#{_anchor(rule)}) | {rule.name} | {rule.severity} | {rule.summary} |\n"
        for rule in rules.values()
    )
    table = f"| code | name | severity | what it sees |\n|---|---|---|---|\n{rows}"
    sections = [_render_rule(rule, examples.get(rule.code)) for rule in rules.values()]
    return "\n".join([_INTRODUCTION, table, *sections])


def _render_rule(rule: Rule, example: Example | None) -> str:
    summary, *why = rule.explain().split("\n\n")[1:]
    met = why.pop() if why[-1].startswith("Met in ") else ""
    parts = [f"## {rule.code} {rule.name}", wrap(f"**{rule.severity}**: {summary}"), *why]
    if example is not None:
        said = "\n".join(example.lines)
        parts += [f"```yaml\n{example.text.strip()}\n```", f"```\n{said}\n```"]
    if met:
        parts.append(wrap(_THREAD.sub(_link, " ".join(met.split()))))
    return "\n\n".join(parts) + "\n"


def read_examples(folder: Path, rules: Mapping[str, Rule]) -> dict[str, Example]:
    """Return a bad spec of every rule that a folder has one of, and what is said of it."""
    examples: dict[str, Example] = {}
    for path in sorted(folder.glob("*.yaml")):
        code = path.name[: len("LR000")].upper()
        if code in rules and code not in examples:
            said = _say(path, rules, code)
            lines = tuple(line.replace(str(path), path.name) for line in said)
            examples[code] = Example(path.read_text("utf-8"), lines)
    return examples


def _say(path: Path, rules: Mapping[str, Rule], code: str) -> tuple[str, ...]:
    """Return what is said of a spec with a rule's code in it: torch may refuse the spec, too."""
    try:
        found = lint_run(drive_spec(load(path)), rules.values())
    except SpecError as error:
        return tuple(str(problem) for problem in error.problems if code in problem.text)
    return tuple(str(each) for each in found if each.rule.code == code)


def _link(thread: re.Match[str]) -> str:
    return f"[{thread[0]}](https://github.com/{thread[1]}/issues/{thread[2]})"


def _anchor(rule: Rule) -> str:
    return f"{rule.code} {rule.name}".lower().replace(" ", "-")


if __name__ == "__main__":
    sys.stdout.write(render_page(RULES, read_examples(Path(sys.argv[1]), RULES)))
