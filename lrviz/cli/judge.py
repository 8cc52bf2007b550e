"""The commands that judge: `check`, `compare` and `lint`."""

from pathlib import Path
from typing import Annotated

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
    OutputFormat,
    Overwrite,
    Settings,
    Sources,
    Specs,
    StepsPerEpoch,
)
from lrviz.cli.output import say, say_error, tell_path, tell_text
from lrviz.commands import names
from lrviz.system.files import STDIO


@app.command()
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
) -> None:
    """Say which curves have moved since their figures were drawn."""
    from lrviz.check import Request, check_specs, format_checked

    length = words.length(epochs, steps_per_epoch, interval)
    allowed = names.allowed(allow)
    request = Request(
        specs, baselines, update, add_missing, report, jobs, length, allowed, overwrite
    )
    checked = check_specs(request)
    for line in checked.warnings:
        say(line)
    status = max(checked.exit_status, tell_text(format_checked(checked, output_format)))
    if report is not None:
        from lrviz.check.report import write_report

        say(f"report: {write_report(checked.results, report, overwrite=overwrite)}")
    raise typer.Exit(status)


@app.command()
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
            autocompletion=words.complete_style,
        ),
    ] = None,
    settings: Settings = None,
    allow: Allow = None,
    epochs: Epochs = None,
    steps_per_epoch: StepsPerEpoch = None,
    interval: Calls = None,
    overwrite: Overwrite = False,
) -> None:
    """Say where schedules part, and how far; with -o draw them."""
    from lrviz.commands.compare import compare_specs

    length = words.length(epochs, steps_per_epoch, interval)
    overrides = [*length, *words.overrides(settings, style)]
    compared = compare_specs(
        specs, output, format, overrides, names.allowed(allow), overwrite=overwrite
    )
    statuses = [*map(say_error, compared.errors)]
    for problem in compared.warnings:
        say(problem)
    if output == STDIO:
        for line in compared.table.splitlines():
            say(line)
    elif compared.table:
        statuses.append(tell_text(f"{compared.table}\n"))
    if compared.written is not None:
        statuses.append(tell_path(compared.written))
    raise typer.Exit(max(statuses, default=0))


@app.command()
def lint(
    specs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SPEC…/FOLDER…", help="Specs, figures, folders.", callback=words.given
        ),
    ] = None,
    output_format: OutputFormat = "text",
    select: Annotated[
        str | None,
        typer.Option("--select", metavar="CODES", help="Only rules whose codes begin like these."),
    ] = None,
    ignore: Annotated[
        str | None,
        typer.Option("--ignore", metavar="CODES", help="All rules but these: LR012,LR03."),
    ] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Replace values where the remedy is certain.")
    ] = False,
    summary: Annotated[
        bool, typer.Option("--summary", help="Show peak, warm-up, area and jumps of every curve.")
    ] = False,
    settings: Settings = None,
    allow: Allow = None,
    epochs: Epochs = None,
    steps_per_epoch: StepsPerEpoch = None,
    interval: Calls = None,
    explain: Annotated[
        str | None, typer.Option("--explain", metavar="CODE", help="Explain a rule and exit.")
    ] = None,
) -> None:
    """Find mistakes in schedules.

    A line a finding: FILE:LINE:COL: CODE severity: message.

    Exit status 1 where there are errors or warnings; notes are no failure.
    """
    if explain is not None:
        from tests.support.rules_page import explain_rule

        raise typer.Exit(tell_text(explain_rule(explain)))
    from lrviz.commands.blocks import Request, iter_blocks

    length = words.length(epochs, steps_per_epoch, interval)
    overrides = [*length, *words.overrides(settings)]
    allowed = names.allowed(allow)
    request = Request(specs or [], select, ignore, fix, summary, overrides, allowed)
    status = unwritten = 0
    for block in iter_blocks(request, output_format):
        for line in block.lines:
            say(line)
        unwritten = unwritten or tell_text(block.text)  # once is enough
        status = max(status, block.exit_status, unwritten)
    raise typer.Exit(status)
