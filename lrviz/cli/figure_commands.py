"""The commands that draw figures, or hold specs against them."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from lrviz.cli import parameters as params
from lrviz.commands.results import Block
from lrviz.figure import Format


def plot(
    specs: params.Specs,
    output: params.Output = None,
    format: params.FigureFormat = None,
    style: params.Style = None,
    settings: params.Settings = None,
    sweeps: Annotated[
        list[str] | None,
        params.option("--sweep", "Draw one curve a value; repeatable.", "KEY=[…]"),
    ] = None,
    allow: params.Allow = None,
    epochs: params.Epochs = None,
    steps_per_epoch: params.StepsPerEpoch = None,
    interval: params.Calls = None,
    metadata: Annotated[
        bool, params.option("--metadata/--no-metadata", "Keep the spec in the figure.")
    ] = True,
    watch: Annotated[
        bool, params.option("--watch", "Draw again whenever a spec is saved.")
    ] = False,
    terminal: Annotated[
        bool, params.option("--terminal", "Show the curve here; a figure only with -o.")
    ] = False,
    overwrite: params.Overwrite = False,
) -> Iterator[Block]:
    """Draw the schedule of every SPEC; print the figures' paths."""
    from lrviz.commands.plot import PlotRequest, iter_plots

    reading = params.say_reading(allow, epochs, steps_per_epoch, interval, settings, style, sweeps)
    return iter_plots(
        PlotRequest(specs, output, format, reading, metadata, watch, terminal, overwrite)
    )


def batch(
    specs: params.Sources,
    output: Annotated[str, params.option("-o --output", "Write the figures there.", "FOLDER")],
    format: Annotated[Format, params.option("-f --format", "Of the figures.")] = "webp",
    jobs: params.Jobs = None,
    force: Annotated[bool, params.option("--force", "Draw what is up to date, too.")] = False,
    overwrite: params.Overwrite = False,
    sheet: Annotated[
        str | None,
        params.option("--sheet", "Draw all of them, small, in one picture.", "FILE"),
    ] = None,
    style: params.Style = None,
    settings: params.Settings = None,
    allow: params.Allow = None,
    epochs: params.Epochs = None,
    steps_per_epoch: params.StepsPerEpoch = None,
    interval: params.Calls = None,
) -> Iterator[Block]:
    """Draw files and folders of specs; skip what is up to date."""
    from lrviz.cli.progress import follow
    from lrviz.commands.batch.batching import iter_batch
    from lrviz.commands.batch.pairs import Options, plan_batch

    plan = plan_batch(specs, output, format, sheet)
    reading = params.say_reading(allow, epochs, steps_per_epoch, interval, settings, style)
    options = Options(reading, style, jobs, force, overwrite)
    return follow(iter_batch(plan, options), len(plan.items), sys.stderr)


def check(
    specs: params.Sources,
    baselines: Annotated[
        Path,
        params.option("--baselines", "The folder of their figures.", "FOLDER", readable=False),
    ],
    report: Annotated[
        Path | None,
        params.option("--report", "Write an HTML page there.", "FOLDER", readable=False),
    ] = None,
    update: Annotated[
        bool, params.option("--update", "Draw figures anew that do not match.")
    ] = False,
    add_missing: Annotated[
        bool, params.option("--add-missing", "Draw figures that are missing.")
    ] = False,
    output_format: params.OutputFormat = "text",
    jobs: params.Jobs = None,
    allow: params.Allow = None,
    epochs: params.Epochs = None,
    steps_per_epoch: params.StepsPerEpoch = None,
    interval: params.Calls = None,
    overwrite: params.Overwrite = False,
) -> Iterator[Block]:
    """Say which curves have moved since their figures were drawn."""
    from lrviz.commands.checking import Request, iter_check

    reading = params.say_reading(allow, epochs, steps_per_epoch, interval)
    request = Request(specs, baselines, update, add_missing, report, jobs, reading, overwrite)
    return iter_check(request, output_format)


def compare(
    specs: params.Specs,
    output: params.Output = None,
    format: params.FigureFormat = None,
    style: params.StyleOfAll = None,
    settings: params.Settings = None,
    allow: params.Allow = None,
    epochs: params.Epochs = None,
    steps_per_epoch: params.StepsPerEpoch = None,
    interval: params.Calls = None,
    overwrite: params.Overwrite = False,
) -> Iterator[Block]:
    """Say where schedules part, and how far; with -o draw them."""
    from lrviz.commands.compare.comparing import compare_specs

    reading = params.say_reading(allow, epochs, steps_per_epoch, interval, settings, style)
    return compare_specs(specs, output, format, reading, overwrite=overwrite)
