"""The command itself, and the commands that it has."""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated

import typer

from lrviz.cli import figure_commands, text_commands
from lrviz.cli.printing import PrintedCommands, tell_text
from lrviz.commands.block import Block
from lrviz.system.versions import versions

COMMANDS: Mapping[str, Callable[..., Iterator[Block]]] = {
    "plot": figure_commands.plot,
    "batch": figure_commands.batch,
    "check": figure_commands.check,
    "compare": figure_commands.compare,
    "lint": text_commands.lint,
    "export": text_commands.export,
    "code": text_commands.code,
    "list": text_commands.list_schedulers,
    "show": text_commands.show,
    "new": text_commands.new,
    "schema": text_commands.schema,
}
"""Every command, in the order that `lrviz --help` lists them in."""

app = typer.Typer(
    name="lrviz",
    cls=PrintedCommands,
    help="See what a PyTorch learning-rate schedule does before a run pays for it.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for name, command in COMMANDS.items():
    app.command(name)(command)


def _version(wanted: bool) -> None:
    if wanted:
        found = versions()
        driven = f"torch {found['torch']}, matplotlib {found['matplotlib']}"
        raise typer.Exit(tell_text(f"lrviz {found['lrviz']} ({driven})\n"))


@app.callback()
def options(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show versions and exit."),
    ] = False,
) -> None:
    """Hold the options of the command itself."""
