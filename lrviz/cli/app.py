"""The command itself, the commands that it has, and how every one of them prints.

Results go to standard output, all else to standard error.
"""

import os
import re
import shlex
import sys
from collections.abc import Iterable
from typing import Annotated, Any, TextIO

import typer
from typer.core import TyperGroup

from lrviz.cli import declarations
from lrviz.commands.results import Block, Line, spell_line, tell_error
from lrviz.errors import FileError, LrvizError, UsageError
from lrviz.spec.catalog import CATALOG
from lrviz.spell import has_unicode, printable
from lrviz.system.files import STDIO, abandon, write_stdout
from lrviz.system.process import quick_imports
from lrviz.system.versions import versions

# What asks for no command.
_OWN = ("-h", "--help", "--version", "--install-completion", "--show-completion")

# What is typed in place of a command, and what it may have been meant for.
_MEANT = {
    **{"help": "--help", "version": "--version", "draw": "plot", "diff": "compare"},
    **{"validate": "lint", "explain": "lint --explain", "init": "new", "create": "new"},
}

# What is typed in place of an option, and what it may have been meant for.
_OPTIONS = {f"--{style}": f"--style {style}" for style in ("article", "dark", "light")}
_OPTIONS |= dict.fromkeys(("--log", "--logy"), "--yscale log")

# What is typed where a name is missing; of all others a spec.
_NAMED = {"name": "StepLR", "config": "args.yaml"}


class PrintedCommands(TyperGroup):
    """The commands, each of which returns the blocks that are printed as they come."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what was typed; what names a spec where a command is expected is for `plot`."""
        first, *rest = args or [""]
        typed = rest if first.startswith("-") and first != STDIO else [first]
        is_own = first in _OWN or self.commands.keys() & {first, *typed}
        is_plot = not is_own and any(map(_names_source, typed))
        return super().parse_args(ctx, ["plot"] * is_plot + args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command; of what is none it is told what it may have been meant for."""
        meant = f"new {args[0]}" if args[0] in CATALOG else _MEANT.get(args[0])
        if meant and not ctx.resilient_parsing:
            rest = shlex.join(args[1:])
            line = f"{rest} {meant}" if meant.startswith("-") else f"{meant} {rest}"
            raise UsageError(f"no command '{args[0]}'; did you mean lrviz {line.strip()}?")
        command = None if ctx.resilient_parsing else self.commands.get(args[0])
        known = {name for each in command.params for name in each.opts} if command else set()
        for at, wrong in enumerate(args):
            instead = _OPTIONS.get(wrong, "").split()
            if wrong not in known and not known.isdisjoint(instead):
                line = shlex.join([*args[:at], *instead, *args[at + 1 :]])
                raise UsageError(f"no option {wrong}; did you mean lrviz {line}?")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run a command, and exit with its status; usage errors are told in plain words."""
        try:
            blocks = super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = plain_usage(error.message)
            if not error.message and error.param:
                name, is_option = error.param.opts[0], error.param.param_type_name == "option"
                missing = f"{name} figures" if is_option else _NAMED.get(name, "spec.yaml")
                error.message = f"Type {shlex.join(['lrviz', *sys.argv[1:]])} {missing}"
            raise
        raise typer.Exit(print_blocks(blocks))


def _names_source(text: str) -> bool:
    """Whether what was typed is a file's or a function's name, and no command's."""
    return text == STDIO or bool(re.search(r"[.:*/\\]", text)) or os.path.lexists(text)


app = typer.Typer(
    name="lrviz",
    cls=PrintedCommands,
    help="See what a PyTorch learning-rate schedule does before a run pays for it.\n\n"
    "`lrviz SPEC` draws it, as `lrviz plot SPEC` does.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _command in declarations.COMMANDS:
    app.command(_command.__name__.partition("_")[0])(_command)


def _version(wanted: bool) -> None:
    if wanted:
        verbose = not {"-v", "--verbose"}.isdisjoint(sys.argv)  # wherever it stands
        raise typer.Exit(print_blocks([Block(tell_versions(verbose=verbose))]))


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show versions and exit."),
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="With --version: how torch is used, too.")
    ] = False,
) -> None:
    """Hold the options of the command itself."""
    del version, verbose


def tell_versions(*, verbose: bool) -> str:
    """Return the versions of what draws; `verbose`, also how torch's schedulers are driven."""
    found = versions()
    text = f"lrviz {found['lrviz']} (torch {found['torch']}, matplotlib {found['matplotlib']})\n"
    if verbose:
        with quick_imports():
            from lrviz.drive.whole import tell_ways
        text += "".join(f"{line}\n" for line in tell_ways())
    return text


def plain_usage(message: str) -> str:
    """Return what Typer says of a value, without the words of the library that looked at it.

    >>> plain_usage("Input should be a valid integer, unable to parse string as an integer")
    'must be a valid integer'
    """
    text = message.removeprefix("Value error, ").replace("Input should be", "must be", 1)
    return text.partition(", unable to parse")[0]


def print_blocks(blocks: Iterable[Block]) -> int:
    """Print what a command yields, as it comes, and return its exit status.

    That standard output cannot be written is said once.
    """
    status = unwritten = 0
    for block in blocks:
        for line in block.lines:
            say(line)
        if not unwritten:
            unwritten = _print_results(block)
        status = max(status, block.status, unwritten)
    return status


def _print_results(block: Block) -> int:
    """Write a block's text and path to standard output; return the exit status of that."""
    try:
        if isinstance(block.text, bytes):
            write_stdout(encode_data(block.text, sys.stdout))
        elif block.text is not None:
            write_stdout(encode_text(block.text, sys.stdout))
        if block.path:
            write_stdout(encode_path(block.path, sys.stdout, block.description))
    except FileError as error:
        return say_error(error)
    return 0


def say(line: Line) -> None:
    """Print a line to standard error, as text and nothing else, whatever a spec put in it."""
    try:
        typer.echo(printable(spell_line(line)), err=True)
    except OSError:  # there is no other place to say that it cannot be written
        abandon(sys.stderr)


def say_error(error: LrvizError) -> int:
    """Print what is wrong, a line a problem, and return the exit status it stands for."""
    return print_blocks([tell_error(error)])


def give_up(error: OSError) -> int:
    """Say that Typer could not print what it prints by itself, as help; as `say_error`."""
    abandon(sys.stdout)
    return say_error(FileError.from_os_error("standard output", "write", error))


def encode_text(text: str, stream: TextIO | None) -> bytes:
    r"""Return a text of lrviz's own as a stream can show it: in UTF-8, or in ASCII.

    >>> import io
    >>> encode_text("a…", io.TextIOWrapper(io.BytesIO(), "latin-1"))
    b'a\\u2026'
    """
    if has_unicode(stream):
        return text.encode("utf-8", "backslashreplace")
    return text.encode("ascii", "backslashreplace")


def encode_data(data: bytes, stream: TextIO | None) -> bytes:
    """Return what another program reads: as it is, but as text on a terminal."""
    if stream is None or not stream.isatty():
        return data
    lines = data.decode("utf-8", "backslashreplace").split("\n")
    return encode_text("\n".join(map(printable, lines)), stream)


def encode_path(path: str, stream: TextIO | None, description: str = "") -> bytes:
    """Return a line with a path: as the system knows it, but as text on a terminal.

    There a description may stand behind it.
    """
    if stream is not None and stream.isatty():
        line = "  ".join(filter(None, (path, description)))
        return encode_text(f"{printable(line)}\n", stream)
    return os.fsencode(f"{path}\n")
