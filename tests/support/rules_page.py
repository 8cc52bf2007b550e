"""The documentation of the rules, generated from them.

`python -m tests.support.rules_page FOLDER` prints `docs/rules.md`; FOLDER has a bad spec of
every rule, whose name begins with the rule's code.
"""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill

from lrviz.commands.driving import drive_spec
from lrviz.errors import SpecError
from lrviz.linter.engine import NO_RULE, find_rule, lint_run, spell_finding
from lrviz.linter.rule import Rule
from lrviz.linter.rules import RULES
from lrviz.reading.sources import load

WIDTH = 100

_INTRODUCTION = """\
# What `lrviz lint` finds

Generated from the rules. Errors and warnings make the command end with exit status 1, notes never
do. A spec says what shall not be said of it, best with the reason beside it:
`lint: {ignore: [LR012]}`; a code there that no rule has is a finding itself, `LR000`.
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


def explain_rule(code: str) -> str:
    """Return what there is to know of a rule, as plain text.

    Raises:
        UsageError: there is no rule of that code.
    """
    rule = NO_RULE if code.strip().upper() == NO_RULE.code else find_rule(RULES, code)
    threads = _wrap(f"Met in {', '.join(rule.threads)}.") if rule.threads else ""
    parts = (_wrap(_sentence(rule.summary)), _wrap(rule.why), threads)
    heading = f"{rule.code} {rule.name} ({rule.severity})"
    return "\n\n".join(filter(None, (heading, *parts))) + "\n"


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
    parts = [
        f"## {rule.code} {rule.name}",
        _wrap(f"**{rule.severity}**: {_sentence(rule.summary)}"),
        _wrap(rule.why),
    ]
    if example is not None:
        said = "\n".join(example.lines)
        parts += [f"```yaml\n{example.text.strip()}\n```", f"```\n{said}\n```"]
    if rule.threads:
        parts.append(_wrap(f"Met in {', '.join(map(_link, rule.threads))}."))
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
    return tuple(spell_finding(each) for each in found if each.rule.code == code)


def _link(thread: str) -> str:
    """Return a thread as a link.

    >>> _link("pytorch/pytorch#65417")
    '[pytorch/pytorch#65417](https://github.com/pytorch/pytorch/issues/65417)'
    """
    found = _THREAD.fullmatch(thread)
    return f"[{thread}](https://github.com/{found[1]}/issues/{found[2]})" if found else thread


def _anchor(rule: Rule) -> str:
    return f"{rule.code} {rule.name}".lower().replace(" ", "-")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _wrap(text: str) -> str:
    return fill(" ".join(text.split()), WIDTH, break_long_words=False, break_on_hyphens=False)


if __name__ == "__main__":
    sys.stdout.write(render_page(RULES, read_examples(Path(sys.argv[1]), RULES)))
