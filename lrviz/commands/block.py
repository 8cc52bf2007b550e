"""What every command yields, to be printed as it comes."""

from dataclasses import dataclass

from lrviz.errors import Problem

Line = str | Problem


@dataclass(frozen=True)
class Block:
    """What there is to print.

    Attributes:
        text: for standard output.
        lines: for standard error, one a line.
        exit_status: what the command's exit status must be at least.
    """

    text: str = ""
    lines: tuple[Line, ...] = ()
    exit_status: int = 0


def spell_line(line: Line) -> str:
    """Return a line as it is printed."""
    return line.line if isinstance(line, Problem) else line
