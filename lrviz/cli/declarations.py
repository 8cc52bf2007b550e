"""The commands, each of which calls one function that gives what is printed."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from lrviz.cli import parameters as params
from lrviz.cli.reference import list_schedulers, new, schema, show
from lrviz.commands.results import Block
from lrviz.figure import Format, Table

if TYPE_CHECKING:  # it takes long to import, and is wanted only where a spec is to be read
    from lrviz.reading.sources import Reading


@params.reads_specs(style=params.Style, settings=params.Settings, sweeps=params.Sweeps)
def plot(
    specs: params.Specs,
    output: params.Output = None,
    format: params.FigureFormat = None,
    *,
    reading: "Reading",
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

    return iter_plots(
        PlotRequest(specs, output, format, reading, metadata, watch, terminal, overwrite)
    )


@params.reads_specs(style=params.Style, settings=params.Settings)
def batch(
    specs: params.Sources,
    output: Annotated[str, params.option("-o --output", "Write the figures there.", "FOLDER")],
    format: Annotated[Format, params.option("-f --format", "Of the figures.")] = "webp",
    jobs: params.Jobs = None,
    force: Annotated[bool, params.option("--force", "Draw what is up to date, too.")] = False,
    overwrite: params.Overwrite = False,
    sheet: Annotated[
        str | None, params.option("--sheet", "Draw all of them, small, in one picture.", "FILE")
    ] = None,
    *,
    reading: "Reading",
) -> Iterator[Block]:
    """Draw files and folders of specs; skip what is up to date."""
    from lrviz.cli.progress import follow
    from lrviz.commands.batch.batching import iter_batch
    from lrviz.commands.batch.pairs import Options, plan_batch

    picture = Path(sheet) if sheet else None
    options = Options(output, format, picture, reading, jobs, force, overwrite)
    items = plan_batch(specs, options)
    return follow(iter_batch(items, options), len(items), sys.stderr)


@params.reads_specs()
def check(
    specs: params.Sources,
    baselines: params.Baselines,
    report: params.Report = None,
    update: Annotated[
        bool, params.option("--update", "Draw figures anew that do not match.")
    ] = False,
    add_missing: Annotated[
        bool, params.option("--add-missing", "Draw figures that are missing.")
    ] = False,
    output_format: params.OutputFormat = "text",
    jobs: params.Jobs = None,
    *,
    reading: "Reading",
    overwrite: params.Overwrite = False,
) -> Iterator[Block]:
    """Say which curves have moved since their figures were drawn."""
    from lrviz.commands.checking import Request, iter_check

    request = Request(specs, baselines, update, add_missing, report, jobs, reading, overwrite)
    return iter_check(request, output_format)


@params.reads_specs(style=params.StyleOfAll, settings=params.Settings)
def compare(
    specs: params.Specs,
    output: params.Output = None,
    format: params.FigureFormat = None,
    *,
    reading: "Reading",
    overwrite: params.Overwrite = False,
) -> Iterator[Block]:
    """Say where schedules part, and how far; with -o draw them."""
    from lrviz.commands.compare.comparing import compare_specs

    return compare_specs(specs, output, format, reading, overwrite=overwrite)


@params.reads_specs(style=params.Style, settings=params.Settings)
def resume(
    spec: params.Spec,
    at: Annotated[
        int | None,
        params.option(
            "--at", "Steps done when it stops. Default: many stops, the worst told.", "STEP"
        ),
    ] = None,
    into: Annotated[
        str | None, params.option("--into", "Load into this schedule, as of a longer run.", "SPEC")
    ] = None,
    output: params.Output = None,
    format: params.FigureFormat = None,
    output_format: Annotated[
        Literal["text", "json"], params.option("--output-format", "How the ways are listed.")
    ] = "text",
    *,
    reading: "Reading",
    overwrite: params.Overwrite = False,
) -> Iterator[Block]:
    """Say which ways to resume keep the schedule; with -o draw them."""
    from lrviz.commands.resumption import resume_spec

    return resume_spec(spec, at, into, output, format, output_format, reading, overwrite=overwrite)


@params.reads_specs(settings=params.Settings)
def lint(
    specs: Annotated[
        list[str] | None,
        params.argument("SPEC…/FOLDER…", "Specs, figures, folders.", callback=params.given),
    ] = None,
    output_format: params.LintFormat = "text",
    select: Annotated[
        str | None, params.option("--select", "Only rules whose codes begin like these.", "CODES")
    ] = None,
    ignore: Annotated[
        str | None, params.option("--ignore", "All rules but these: LR012,LR03.", "CODES")
    ] = None,
    fix: Annotated[
        bool, params.option("--fix", "Replace values where the remedy is certain.")
    ] = False,
    diff: Annotated[
        bool, params.option("--diff", "Print what --fix would change; write nothing.")
    ] = False,
    statistics: Annotated[
        bool, params.option("--statistics", "Count the findings of each rule; list none.")
    ] = False,
    summary: Annotated[
        bool, params.option("--summary", "Show peak, warm-up, area and jumps of every curve.")
    ] = False,
    exit_zero: Annotated[
        bool, params.option("--exit-zero", "Exit with 0 even where there are findings.")
    ] = False,
    *,
    reading: "Reading",
    explain: Annotated[
        str | None, params.option("--explain", "Explain a rule and exit.", "CODE")
    ] = None,
) -> Iterator[Block]:
    """Find mistakes in schedules.

    A line a finding: FILE:LINE:COL: CODE severity: message.

    Exit status 1 where there are errors or warnings; notes are no failure.
    With --diff: 1 where one is printed.
    """
    if explain is not None:
        from lrviz.commands.lint.linting import explain_rule

        return iter([Block(explain_rule(explain))])
    from lrviz.commands.lint.linting import Request
    from lrviz.commands.lint.listing import iter_blocks

    asked = (fix, diff, statistics, summary or reading.verbose, exit_zero)
    return iter_blocks(Request(specs or [], select, ignore, *asked, reading), output_format)


@params.reads_specs(settings=params.Settings)
def export(
    spec: params.Spec,
    output: params.Output = "-",
    format: Annotated[
        Table | None, params.option("-f --format", "Default: as FILE ends, else csv.")
    ] = None,
    *,
    reading: "Reading",
    overwrite: params.Overwrite = False,
) -> Iterator[Block]:
    """Print the numbers: one row a step, curve and param group."""
    from lrviz.commands.export import export_spec

    return export_spec(spec, output or "-", format, reading, overwrite=overwrite)


@params.reads_specs(settings=params.Settings)
def code(
    spec: params.SpecFile,
    output: params.Output = "-",
    *,
    reading: "Reading",
    overwrite: params.Overwrite = False,
) -> Iterator[Block]:
    """Print the schedule as Python to paste into a training script."""
    from lrviz.commands.code.script import save_code

    return save_code(spec, output or "-", reading, overwrite=overwrite)


def import_config(
    config: params.Config,
    family: params.Family = None,
    examples: params.Examples = None,
    processes: params.Processes = None,
    batches: params.Batches = None,
    epochs: params.EpochsOfRun = None,
    interval: params.Calls = None,
    metric: params.Metric = None,
    output: params.Output = "-",
    overwrite: params.Overwrite = False,
) -> Iterator[Block]:
    """Print a commented spec made of a trainer's config."""
    from lrviz.commands.importing import save_import
    from lrviz.reading.trainers.draft import Asked

    asked = Asked(examples, processes, batches, epochs, interval, metric)
    return save_import(config, family, asked, output or "-", overwrite=overwrite)


# In the order that `lrviz --help` lists them in.
COMMANDS = (
    *(plot, batch, check, compare, resume, lint, export, code, import_config),
    *(list_schedulers, show, new, schema),
)
