"""What is said beside a figure: the errors and warnings of its schedule, never the notes."""

from dataclasses import replace

from lrviz.linter.engine import failure_lines
from lrviz.linter.rules import RULES
from lrviz.run.driven import Run


def with_findings(run: Run) -> Run:
    """Return a run whose warnings tell its errors and warnings, too, a line each."""
    return replace(run, warnings=(*run.warnings, *failure_lines(run, RULES)))
