"""What is said beside a figure: the errors and warnings of its schedule, never the notes."""

from lrviz.linter.engine import failure_lines
from lrviz.linter.rules import RULES
from lrviz.run.driven import Run


def list_failures(run: Run) -> tuple[str, ...]:
    """Return the errors and warnings of a run, a line each."""
    return failure_lines(run, RULES)
