"""The commands that draw figures, or hold specs against them."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from lrviz.cli.parameters import (
    Allow,
    Calls,
    Epochs,
    FigureFormat,
    Jobs,
    Output,
    OutputFormat,
    Overwrite,
    Settings,
    Sources,
    Specs,
    StepsPerEpoch,
    Style,
    complete_style,
    say_reading,
)
from lrviz.commands.block import Block
from lrviz.commands.targets import Format


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
) -> Iterator[Block]:
    """Draw the schedule of every SPEC; print the figures' paths."""
    from lrviz.commands.plot import PlotRequest, iter_plots

    reading = say_reading(allow, epochs, steps_per_epoch, interval, settings, style, sweeps)
    return iter_plots(
        PlotRequest(specs, output, format, reading, metadata, watch, terminal, overwrite)
    )


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
) -> Iterator[Block]:
    """Draw files and folders of specs; skip what is up to date."""
    from lrviz.cli.progress import follow
    from lrviz.commands.batch import Options, iter_batch, plan_batch

    plan = plan_batch(specs, output, format, sheet)
    reading = say_reading(allow, epochs, steps_per_epoch, interval, settings, style)
    options = Options(reading, style, jobs, force, overwrite)
    return follow(iter_batch(plan, options), len(plan.items), sys.stderr)


def check(
    specs: Sources,
    baselines: Annotated[
        Path,
        typer.Option(
            "--baselines", metavar="FOLDER", readable=False, help="The folder of their figures."
        ),
    ],
    report: Annotated[
        Path | None,
        typer.Option(
            "--report", metavar="FOLDER", readable=False, help="Write an HTML page there."
        ),
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Draw figures anew that do not match.")
    ] = False,
    add_missing: Annotated[
        bool, typer.Option("--add-missing", help="Draw figures that are missing.")
    ] = False,
    output_format: OutputFormat = "text",
    jobs: Jobs = None,
    allow: Allow = None,
    epochs: Epochs = None,
    steps_per_epoch: StepsPerEpoch = None,
    interval: Calls = None,
    overwrite: Overwrite = False,
) -> Iterator[Block]:
    """Say which curves have moved since their figures were drawn."""
    from lrviz.commands.checking import Request, iter_check

    reading = say_reading(allow, epochs, steps_per_epoch, interval)
    request = Request(specs, baselines, update, add_missing, report, jobs, reading, overwrite)
    return iter_check(request, output_format)


def compare(
    specs: Specs,
    output: Output = None,
    format: FigureFormat = None,
    style: Annotated[
        str | None,
        typer.Option(
            "--style",
            metavar="STYLE",
            help="Default: light, or what all specs ask for.",
            autocompletion=complete_style,
        ),
    ] = None,
    settings: Settings = None,
    allow: Allow = None,
    epochs: Epochs = None,
    steps_per_epoch: StepsPerEpoch = None,
    interval: Calls = None,
    overwrite: Overwrite = False,
) -> Iterator[Block]:
    """Say where schedules part, and how far; with -o draw them."""
    from lrviz.commands.compare import compare_specs

    reading = say_reading(allow, epochs, steps_per_epoch, interval, settings, style)
    return compare_specs(specs, output, format, reading, overwrite=overwrite)
