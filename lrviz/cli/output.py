"""How every command prints: results to standard output, all else to standard error."""

import sys

import typer

from lrviz.cli import words
from lrviz.commands.block import Line, spell_line
from lrviz.errors import FileError, LrvizError
from lrviz.spell import encode_path, encode_text, printable
from lrviz.system.files import abandon, write_stdout


def say(line: Line) -> None:
    """Print a line to standard error, as text and nothing else, whatever a spec put in it."""
    try:
        typer.echo(printable(spell_line(line)), err=True)
    except OSError:  # there is no other place to say that it cannot be written
        abandon(sys.stderr)


def say_error(error: LrvizError) -> int:
    """Print what is wrong, a line a problem, and return the exit status it stands for."""
    for line in words.error_lines_with_output(error):
        say(line)
    return error.exit_status


def give_up(error: OSError) -> int:
    """Say that Typer could not print what it prints by itself, as help; as `say_error`."""
    abandon(sys.stdout)
    return say_error(FileError.from_os_error("standard output", "write", error))


def tell(data: bytes) -> int:
    """Write to standard output and return the exit status it stands for."""
    try:
        write_stdout(data)
    except FileError as error:
        return say_error(error)
    return 0


def tell_text(text: str) -> int:
    """Write a text of lrviz's own to standard output; as `tell`."""
    return tell(encode_text(text, sys.stdout))


def tell_path(path: str, description: str = "") -> int:
    """Write a path on a line of its own to standard output; as `tell`.

    On a terminal a description stands behind it.
    """
    return tell(encode_path(path, sys.stdout, description))
