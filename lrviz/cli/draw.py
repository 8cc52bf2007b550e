"""The commands that draw: `plot` and `batch`."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from lrviz.cli import words
from lrviz.cli.app import app
from lrviz.cli.options import (
    Allow,
    Calls,
    Epochs,
    FigureFormat,
    Jobs,
    Output,
    Overwrite,
    Settings,
    Sources,
    Specs,
    StepsPerEpoch,
    Style,
)
from lrviz.cli.output import say, say_error, tell_path, tell_text
from lrviz.commands import names
from lrviz.commands.targets import Format

if TYPE_CHECKING:
    from lrviz.commands.plot import Outcome


@app.command()
def plot(
    specs: Specs,
    output: Output = None,
    format: FigureFormat = None,
    style: Style = None,
    settings: Settings = None,
    sweeps: Annotated[
        list[str] | None,
        typer.Option("--sweep", metavar="KEY=[…]", help="Draw one curve a value; repeatable."),
    ] = None,
    allow: Allow = None,
    epochs: Epochs = None,
    steps_per_epoch: StepsPerEpoch = None,
    interval: Calls = None,
    metadata: Annotated[
        bool, typer.Option("--metadata/--no-metadata", help="Keep the spec in the figure.")
    ] = True,
    watch: Annotated[
        bool, typer.Option("--watch", help="Draw again whenever a spec is saved.")
    ] = False,
    terminal: Annotated[
        bool, typer.Option("--terminal", help="Show the curve here; a figure only with -o.")
    ] = False,
    overwrite: Overwrite = False,
) -> None:
    """Draw the schedule of every SPEC; print the figures' paths."""
    from lrviz.commands.plot import PlotRequest, Streams, iter_plots, plan_plots

    length = words.length(epochs, steps_per_epoch, interval)
    overrides = [*length, *words.overrides(settings, style, sweeps)]
    request = PlotRequest(
        specs, output, format, overrides, metadata, watch, terminal, names.allowed(allow), overwrite
    )
    plan = plan_plots(request)
    if plan.is_watching:
        say(f"watching {', '.join(specs)}; Ctrl-C ends it")
    status = 0
    for outcome in iter_plots(plan, Streams(sys.stdout, sys.stderr)):
        status = max(status, _report(outcome))
    raise typer.Exit(status)


@app.command()
def batch(
    specs: Sources,
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="FOLDER", help="Write the figures there.")
    ],
    format: Annotated[Format, typer.Option("-f", "--format", help="Of the figures.")] = "webp",
    jobs: Jobs = None,
    force: Annotated[bool, typer.Option("--force", help="Draw what is up to date, too.")] = False,
    overwrite: Overwrite = False,
    sheet: Annotated[
        str | None,
        typer.Option("--sheet", metavar="FILE", help="Draw all of them, small, in one picture."),
    ] = None,
    style: Style = None,
    settings: Settings = None,
    allow: Allow = None,
    epochs: Epochs = None,
    steps_per_epoch: StepsPerEpoch = None,
    interval: Calls = None,
) -> None:
    """Draw files and folders of specs; skip what is up to date."""
    from lrviz.cli.progress import follow
    from lrviz.commands.batch import Options, iter_batch, plan_batch, summarise

    plan = plan_batch(specs, output, format, sheet)
    length = words.length(epochs, steps_per_epoch, interval)
    overrides = [*length, *words.overrides(settings, style)]
    options = Options(overrides, style, jobs, force, names.allowed(allow), overwrite)
    outcomes = []
    status = 0
    for outcome in follow(iter_batch(plan, options), len(plan.items), sys.stderr):
        for line in outcome.lines:
            say(line)
        if outcome.written is not None:
            status = max(status, tell_path(outcome.written))
        status = max(status, outcome.exit_status)
        outcomes.append(outcome)
    say(summarise(outcomes))
    raise typer.Exit(status)


def _report(outcome: "Outcome") -> int:
    """Print what became of one spec, and return the exit status it stands for."""
    if outcome.error is not None:
        return say_error(outcome.error)
    status = tell_text(outcome.clear) if outcome.clear else 0  # before what is not to be cleared
    for line in outcome.lines:
        say(line)
    if outcome.picture:
        status = max(status, tell_text(outcome.picture))
    if outcome.written is not None:
        description = "" if outcome.picture else outcome.description  # else it is said already
        status = max(status, tell_path(outcome.written, description))
    return status
