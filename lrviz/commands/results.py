"""What every command does once there is a spec: it is driven, drawn, and told of in blocks."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from lrviz.errors import LrvizError, NoFigureError, Problem
from lrviz.system.files import write_stdout
from lrviz.system.process import quick_imports
from lrviz.system.writing import write_file

if TYPE_CHECKING:  # all that is printed is a block: help and errors need neither spec nor run
    from lrviz.commands.targets import Target
    from lrviz.run.driven import Run
    from lrviz.spec.model import Spec

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


def drive_spec(spec: "Spec") -> "Run":
    """Return what a spec gives, as `simulate`.

    torch is imported only now: a spec that is wrong needs none to be said so.
    """
    return _load_driver()(spec)


@cache
def _load_driver() -> Callable[["Spec"], "Run"]:
    with quick_imports():
        from lrviz.drive import simulate
    return simulate


def write_figure(
    run: "Run", target: "Target", *, metadata: bool, overwrite: bool
) -> tuple[Problem, ...]:
    """Write a run's figure, and return what is worth saying of it.

    Args:
        run: what is drawn.
        target: its file, or standard output.
        metadata: whether it carries its spec; what several specs make has no such record.
        overwrite: whether a file is replaced, too, that lrviz did not write.

    Raises:
        FileError: it cannot be written.
    """
    with quick_imports():
        from lrviz.figure.image import render_run
    rendered = render_run(run, target.format, metadata=metadata)
    if target.path is None:
        write_stdout(rendered.data)
    else:
        write_file(target.path, rendered.data, overwrite=overwrite)
    return rendered.warnings
