"""The command itself, which the commands are added to."""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from lrviz.cli import words
from lrviz.cli.output import tell_text


class _Commands(TyperGroup):
    """The commands, whose usage errors are told in plain words."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = words.plain_usage(error.message)
            raise


app = typer.Typer(
    name="lrviz",
    cls=_Commands,
    help="See what a PyTorch learning-rate schedule does before a run pays for it.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        raise typer.Exit(tell_text(words.version_line()))


@app.callback()
def options(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show versions and exit."),
    ] = False,
) -> None:
    """Hold the options of the command itself."""
