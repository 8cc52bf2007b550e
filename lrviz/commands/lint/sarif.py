"""What a lint found as code scanning reads it: a SARIF log, version 2.1.0 of OASIS's standard."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from lrviz import __version__
from lrviz.errors import Grade, Problem
from lrviz.linter.findings import Linted, spell_beside
from lrviz.linter.part import Part
from lrviz.linter.rule import Finding, Found, Rule
from lrviz.linter.view import View
from lrviz.spec.origin import source_file
from lrviz.spell import printable
from lrviz.system.annotations import dump_json

Node = dict[str, object]

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

_MESSAGE = str.maketrans({"{": "{{", "}": "}}"})  # a single brace would begin a placeholder


def wrong_spec(view: View, part: Part) -> Iterator[Found]:
    """A spec is wrong, and was not linted.

    It is not YAML, a key or a name in it is unknown, or its scheduler takes no such values: a
    training run with that scheduler would end where it begins.
    """
    yield from ()  # where there is no schedule there is none to look at


_WRONG = Rule("wrong", "error", wrong_spec)


def format_sarif(linted: Sequence[Linted]) -> str:
    """Return all findings as the log of one run.

    A wrong spec is a result, for people are shown nothing else. That the machine failed is none:
    it says nothing of the file.
    """
    found = [(each.source, finding) for each in linted for finding in _iter_findings(each)]
    rules = {finding.rule.code: finding.rule for _, finding in found}
    codes = sorted(rules)
    failures = [
        _say(each.source, problem, "error")
        for each in linted
        if each.state == "failed"
        for problem in each.told
    ]
    described = [_describe(rules[code]) for code in codes]
    run: Node = {
        "tool": {"driver": {"name": "lrviz", "version": __version__, "rules": described}},
        "invocations": [
            {"executionSuccessful": not failures, "toolExecutionNotifications": failures}
        ],
        "columnKind": "unicodeCodePoints",
        "results": [_list_result(*each, codes) for each in found],
    }
    return dump_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _iter_findings(linted: Linted) -> Iterator[Finding]:
    yield from linted.findings
    if linted.state == "wrong":
        yield from (Finding(_WRONG, problem) for problem in linted.told)


def _describe(rule: Rule) -> Node:
    summary, *why = rule.paragraphs or [rule.name]
    text = "\n\n".join((summary, *why))
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": summary},
        "fullDescription": {"text": " ".join((summary, *why[:1]))},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": rule.severity},
    }


def _list_result(source: str, finding: Finding, codes: Sequence[str]) -> Node:
    rule, problem = finding.rule, replace(finding.problem, text=finding.message)
    name = {"ruleId": rule.code, "ruleIndex": codes.index(rule.code)}
    return {**name, **_say(source, problem, finding.severity)}


def _say(source: str, problem: Problem, level: Grade) -> Node:
    """Return what results and notifications share."""
    place: Node = {"artifactLocation": {"uri": spell_uri(source_file(source))}}
    if problem.position is not None:
        line, column = problem.position
        place["region"] = {"startLine": line, "startColumn": column}
    text = printable(spell_beside(problem, source)).translate(_MESSAGE)
    return {"level": level, "message": {"text": text}, "locations": [{"physicalLocation": place}]}


def spell_uri(file: str) -> str:
    """Return where a file is, from the current folder; from the root if it is not below that.

    >>> spell_uri("./my configs/50%.yaml")
    'my%20configs/50%25.yaml'
    """
    path, here = Path(os.path.abspath(file)), Path.cwd()  # noqa: PTH100 - links stay as they are
    if not path.is_relative_to(here):
        return path.as_uri()
    return quote(os.fsencode(path.relative_to(here).as_posix()))
