"""The commands, each of which calls one function that gives what is printed."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from lrviz.cli import parameters as params
from lrviz.cli.parameters import argument, option
from lrviz.cli.references import import_config, list_schedulers, new, schema, show
from lrviz.commands.results import Block
from lrviz.figure import Drawn, Format, Table

if TYPE_CHECKING:  # it takes long to import, and is wanted only where a spec is to be read
    from lrviz.reading.sources import Reading


@params.reads_specs(
    style=params.Style, settings=params.Settings, sweeps=params.Sweeps, columns=params.Columns
)
def plot(
    specs: params.Specs,
    output: params.Output = None,
    format: Annotated[
        Drawn | None, option("-f --format", "Default: as FILE ends, else png.")
    ] = None,
    *,
    reading: "Reading",
    metadata: Annotated[
        bool, option("--metadata/--no-metadata", "Keep the spec in the figure.")
    ] = True,
    watch: Annotated[bool, option("--watch", "Draw again whenever a spec is saved.")] = False,
    terminal: Annotated[
        bool, option("--terminal", "Show the curve here; a figure only with -o.")
    ] = False,
    overwrite: params.Overwrite = False,
) -> Iterator[Block]:
    """Draw the schedule of every SPEC; print the figures' paths."""
    from lrviz.commands.plot import PlotRequest, iter_plots

    return iter_plots(
        PlotRequest(specs, output, format, reading, metadata, watch, terminal, overwrite)
    )


@params.reads_specs(style=params.Style, settings=params.Settings, exclude=params.Exclude)
def batch(
    specs: params.Sources,
    output: Annotated[str, option("-o --output", "Write the figures there.", "FOLDER")],
    format: Annotated[Format, option("-f --format", "Of the figures.")] = "webp",
    jobs: params.Jobs = None,
    force: Annotated[bool, option("--force", "Draw what is up to date, too.")] = False,
    overwrite: params.Overwrite = False,
    sheet: Annotated[str | None, option("Draw all of them, small, in one picture.", "FILE")] = None,
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


@params.reads_specs(exclude=params.Exclude)
def check(
    specs: params.Sources,
    baselines: params.Baselines,
    report: params.Report = None,
    update: Annotated[bool, option("--update", "Draw figures anew that do not match.")] = False,
    add_missing: Annotated[bool, option("--add-missing", "Draw figures that are missing.")] = False,
    output_format: params.OutputFormat = "text",
    jobs: params.Jobs = None,
    log: Annotated[
        list[str] | None,
        option("--log", "Show what a run logged in the report; repeatable.", "LOG"),
    ] = None,
    *,
    reading: "Reading",
    overwrite: params.Overwrite = False,
) -> Iterator[Block]:
    """Say which curves have moved since their figures were drawn."""
    from lrviz.commands.checking import Request, iter_check

    how = (update, add_missing, report, jobs, reading, overwrite, log or ())
    return iter_check(Request(specs, baselines, *how), output_format)


@params.reads_specs(style=params.StyleOfAll, settings=params.Settings, columns=params.Columns)
def compare(
    specs: params.Specs,
    output: params.Output = None,
    format: params.FigureFormat = None,
    exit_code: Annotated[
        bool, option("--exit-code", "Exit with 1 where they part, a log beyond precision.")
    ] = False,
    output_format: Annotated[
        Literal["text", "json"], option("--output-format", "How it is told.")
    ] = "text",
    *,
    reading: "Reading",
    overwrite: params.Overwrite = False,
) -> Iterator[Block]:
    """Say where schedules part, or a log from its plan; -o draws them.

    PLAN LOG…: several logs are the parts of one run.
    """
    from lrviz.commands.compare.comparing import CompareRequest, compare_specs

    how = (overwrite, exit_code, output_format)
    return compare_specs(CompareRequest(specs, output, format, reading, *how))


@params.reads_specs(style=params.Style, settings=params.Settings)
def resume(
    spec: params.Spec,
    at: Annotated[
        int | None,
        option("--at", "Steps done when it stops. Default: many stops, the worst told.", "STEP"),
    ] = None,
    into: Annotated[
        str | None, option("--into", "Load into this schedule, as of a longer run.", "SPEC")
    ] = None,
    output: params.Output = None,
    format: params.FigureFormat = None,
    output_format: Annotated[
        Literal["text", "json"], option("--output-format", "How the ways are listed.")
    ] = "text",
    *,
    reading: "Reading",
    overwrite: params.Overwrite = False,
) -> Iterator[Block]:
    """Say which ways to resume keep the schedule; with -o draw them."""
    from lrviz.commands.resumption import resume_spec

    params.given([each for each in (spec, into) if each is not None])
    return resume_spec(spec, at, into, output, format, output_format, reading, overwrite=overwrite)


@params.reads_specs(style=params.Style, settings=params.Settings)
def explore(
    spec: Annotated[
        str | None,
        argument("SPEC", "As of plot, but no log. Default: choose one.", callback=params.given),
    ] = None,
    port: Annotated[
        int | None, option("--port", "Default: 8787, or another.", "N", min=1, max=65535)
    ] = None,
    no_browser: Annotated[bool, option("--no-browser", "Only print where the page is.")] = False,
    *,
    reading: "Reading",
) -> Iterator[Block]:
    """Turn the arguments of a schedule in a page; the figure follows."""
    from lrviz.commands.exploring import explore_spec

    return explore_spec(spec, port, reading, browser=not no_browser)


@params.reads_specs(settings=params.Settings, exclude=params.Exclude)
def lint(
    specs: Annotated[
        list[str] | None,
        argument("SPEC…/FOLDER…", "Specs, figures, folders.", callback=params.given),
    ] = None,
    output_format: params.LintFormat = "text",
    select: Annotated[
        str | None, option("Only rules whose codes begin like these.", "CODES")
    ] = None,
    ignore: Annotated[str | None, option("All rules but these: LR012,LR03.", "CODES")] = None,
    fix: Annotated[bool, option("--fix", "Replace values where the remedy is certain.")] = False,
    diff: Annotated[
        bool, option("--diff", "Print what --fix would change; write nothing.")
    ] = False,
    statistics: Annotated[
        bool, option("--statistics", "Count the findings of each rule; list none.")
    ] = False,
    summary: Annotated[
        bool, option("--summary", "Show peak, warm-up, area and jumps of every curve.")
    ] = False,
    exit_zero: Annotated[
        bool, option("--exit-zero", "Exit with 0 even where there are findings.")
    ] = False,
    *,
    reading: "Reading",
    explain: Annotated[str | None, option("Explain a rule and exit.", "CODE")] = None,
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
    from lrviz.commands.lint.told import iter_blocks

    asked = (fix, diff, statistics, summary or reading.verbose, exit_zero)
    return iter_blocks(Request(specs or [], select, ignore, *asked, reading), output_format)


@params.reads_specs(settings=params.Settings, columns=params.Columns)
def export(
    spec: params.SpecOrLog,
    output: params.Output = "-",
    format: Annotated[
        Table | None, option("-f --format", "Default: as FILE ends, else csv.")
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


# In the order that `lrviz --help` lists them in.
COMMANDS = (
    *(plot, explore, batch, check, compare, resume, lint, export, code, import_config),
    *(list_schedulers, show, new, schema),
)
