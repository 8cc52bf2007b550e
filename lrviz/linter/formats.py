"""What a lint found, as people and GitHub read it; `lrviz.linter.schema` has the JSON."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from lrviz.errors import Problem, SpecError
from lrviz.linter.engine import spell_finding, spell_message
from lrviz.linter.linted import Linted
from lrviz.linter.rule import Finding, Severity
from lrviz.spec.factory import source_file
from lrviz.spell import printable
from lrviz.system.annotations import spell_annotation

LEVELS: Mapping[Severity, str] = MappingProxyType(
    {"error": "error", "warning": "warning", "note": "notice"}
)
"""What GitHub calls the severities."""


def iter_text(linted: Linted) -> Iterator[str]:
    """Yield a line a finding, or what is wrong with the spec."""
    yield from map(printable, map(spell_finding, linted.findings))
    if linted.error is not None:
        yield from map(printable, linted.error.lines)


def iter_annotations(linted: Linted) -> Iterator[str]:
    """Yield annotations of a pull request, one a finding, on file and line."""
    for finding in linted.findings:
        yield _annotate_finding(linted.source, finding)
    if isinstance(linted.error, SpecError):
        for problem in linted.error.told:
            text = str(Problem("", problem.key, problem.text))
            yield _annotate("error", linted.source, problem, "lrviz lint: wrong", text)
    elif linted.error is not None:
        title = f"lrviz lint: {linted.state}"
        yield spell_annotation("error", source_file(linted.source), None, title, str(linted.error))


LISTERS: Mapping[str, Callable[[Linted], Iterator[str]]] = MappingProxyType(
    {"text": iter_text, "github": iter_annotations}
)
"""The formats that can be printed while specs are linted."""


def _annotate_finding(source: str, finding: Finding) -> str:
    rule = finding.rule
    title = f"{rule.code} {rule.name}"
    return _annotate(LEVELS[rule.severity], source, finding.problem, title, spell_message(finding))


def _annotate(level: str, source: str, problem: Problem, title: str, text: str) -> str:
    """Return an annotation on the file, even of what an option said."""
    said = f" ({problem.source})" if problem.source != source else ""
    return spell_annotation(level, source_file(source), problem.position, title, f"{text}{said}")
