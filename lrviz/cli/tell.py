"""The commands that tell a schedule's numbers, or say it as Python: `export` and `code`."""

from typing import Annotated

import typer

from lrviz.cli import words
from lrviz.cli.app import app
from lrviz.cli.options import (
    Allow,
    Calls,
    Epochs,
    Output,
    Overwrite,
    Settings,
    Spec,
    StepsPerEpoch,
)
from lrviz.cli.output import say
from lrviz.commands import names
from lrviz.commands.targets import Table


@app.command()
def export(
    spec: Spec,
    output: Output = "-",
    format: Annotated[
        Table | None, typer.Option("-f", "--format", help="Default: as FILE ends, else csv.")
    ] = None,
    settings: Settings = None,
    allow: Allow = None,
    epochs: Epochs = None,
    steps_per_epoch: StepsPerEpoch = None,
    interval: Calls = None,
    overwrite: Overwrite = False,
) -> None:
    """Print the numbers: one row a step, curve and param group."""
    from lrviz.commands.export import export_spec

    length = words.length(epochs, steps_per_epoch, interval)
    overrides = [*length, *words.overrides(settings)]
    allowed = names.allowed(allow)
    for line in export_spec(spec, output or "-", format, overrides, allowed, overwrite=overwrite):
        say(line)


@app.command()
def code(
    spec: Annotated[
        str,
        typer.Argument(
            metavar="SPEC",
            help="A YAML file, a figure that lrviz drew, or -.",
            callback=words.given,
        ),
    ],
    output: Output = "-",
    settings: Settings = None,
    allow: Allow = None,
    epochs: Epochs = None,
    steps_per_epoch: StepsPerEpoch = None,
    interval: Calls = None,
    overwrite: Overwrite = False,
) -> None:
    """Print the schedule as Python to paste into a training script."""
    from lrviz.commands.code import save_code

    length = words.length(epochs, steps_per_epoch, interval)
    overrides = [*length, *words.overrides(settings)]
    allowed = names.allowed(allow)
    for line in save_code(spec, output or "-", overrides, allowed, overwrite=overwrite):
        say(line)
