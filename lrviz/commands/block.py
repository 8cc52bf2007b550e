"""What every command yields, to be printed as it comes."""

from dataclasses import dataclass

from lrviz.errors import LrvizError, NoFigureError, Problem

Line = str | Problem


@dataclass(frozen=True)
class Block:
    """What there is to print: lines, then text, then a path.

    Attributes:
        text: for standard output; None where none was to be printed.
        lines: for standard error, one a line.
        status: what the command's exit status must be at least.
        path: of a file that was written, for standard output; empty where none was.
        description: what stands behind the path on a terminal.
    """

    text: str | None = None
    lines: tuple[Line, ...] = ()
    status: int = 0
    path: str = ""
    description: str = ""


def spell_line(line: Line) -> str:
    """Return a line as it is printed."""
    return line.line if isinstance(line, Problem) else line


def tell_error(error: LrvizError) -> Block:
    """Return what an error says to whoever may have meant a file to write, not to read."""
    remedy = f"; did you mean -o {error.path}?" if isinstance(error, NoFigureError) else ""
    return Block(lines=tuple(f"{line}{remedy}" for line in error.lines), status=error.exit_status)
