"""The command line: every command is declared here, calls one function, prints and exits."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lrviz import words
from lrviz.errors import FileError, LrvizError
from lrviz.files import STDIO, write_stdout
from lrviz.startup import quick_imports
from lrviz.targets import Format, Listing, Table

if TYPE_CHECKING:
    from lrviz.plotting import Outcome

app = typer.Typer(
    name="lrviz",
    help="See what a PyTorch learning-rate schedule does before a run pays for it.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Spec = Annotated[
    str, typer.Argument(metavar="SPEC", help="A YAML file, a figure that lrviz drew, or -.")
]
Specs = Annotated[
    list[str], typer.Argument(metavar="SPEC", help="YAML files, figures that lrviz drew, or -.")
]
Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help="A scheduler's name.", autocompletion=words.complete_scheduler
    ),
]
Output = Annotated[
    str | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write to FILE; - is standard output."),
]
Style = Annotated[
    str | None,
    typer.Option(
        "--style",
        metavar="STYLE",
        help="article, light or dark.",
        autocompletion=words.complete_style,
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Replace one value of the spec; repeatable."),
]


def say(text: str) -> None:
    """Print a line to standard error, as text and nothing else, whatever a spec put in it."""
    with suppress(OSError):  # there is no other place to say that it cannot be written
        typer.echo(words.printable(text), err=True)


def say_error(error: LrvizError) -> int:
    """Print what is wrong, a line a problem, and return the exit status it stands for."""
    for line in words.error_lines(error):
        say(line)
    return error.exit_status


def tell(data: bytes) -> int:
    """Write to standard output and return the exit status it stands for."""
    try:
        write_stdout(data)
    except FileError as error:
        return say_error(error)
    return 0


def _tell_text(text: str) -> int:
    return tell(words.encode_text(text, sys.stdout))


def _report(outcome: "Outcome") -> int:
    """Print what became of one spec, and return the exit status it stands for."""
    if outcome.error is not None:
        return say_error(outcome.error)
    for line in outcome.warnings:
        say(line)
    if outcome.written is None:
        return 0
    return tell(words.encode_path(outcome.written, sys.stdout))


def _version(wanted: bool) -> None:
    if wanted:
        raise typer.Exit(_tell_text(words.version_line()))


@app.callback()
def options(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show versions and exit."),
    ] = False,
) -> None:
    """Hold the options of the command itself."""


@app.command()
def plot(
    specs: Specs,
    output: Output = None,
    format: Annotated[
        Format | None, typer.Option("-f", "--format", help="Default: as FILE ends, else png.")
    ] = None,
    style: Style = None,
    settings: Settings = None,
    metadata: Annotated[
        bool, typer.Option("--metadata/--no-metadata", help="Keep the spec in the figure.")
    ] = True,
) -> None:
    """Draw every SPEC's schedule; the figure's path goes to standard output."""
    from lrviz.plotting import iter_plots
    from lrviz.targets import plan_targets

    targets = plan_targets(specs, output, format)
    status = 0
    for outcome in iter_plots(targets, words.overrides(settings, style), metadata=metadata):
        status = max(status, _report(outcome))
    raise typer.Exit(status)


@app.command()
def compare(
    specs: Specs,
    output: Output = None,
    format: Annotated[
        Format | None, typer.Option("-f", "--format", help="Default: as FILE ends, else png.")
    ] = None,
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
) -> None:
    """Say where and by how much schedules part; with -o, draw them in one figure."""
    from lrviz.compare import compare_specs

    compared = compare_specs(specs, output, format, words.overrides(settings, style))
    statuses = [*map(say_error, compared.errors)]
    for line in compared.warnings:
        say(line)
    if output == STDIO:
        for line in compared.table.splitlines():
            say(line)
    elif compared.table:
        statuses.append(_tell_text(f"{compared.table}\n"))
    if compared.written is not None:
        statuses.append(tell(words.encode_path(compared.written, sys.stdout)))
    raise typer.Exit(max(statuses, default=0))


@app.command()
def export(
    spec: Spec,
    output: Output = "-",
    format: Annotated[
        Table | None, typer.Option("-f", "--format", help="Default: as FILE ends, else csv.")
    ] = None,
    settings: Settings = None,
) -> None:
    """Print the numbers: one row a step, curve and param group."""
    from lrviz.export import export_spec

    for line in export_spec(spec, output or "-", format, words.overrides(settings)):
        say(line)


@app.command()
def batch(
    specs: Annotated[
        list[str], typer.Argument(metavar="SPEC…/FOLDER…", help="Specs, and folders of them.")
    ],
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="FOLDER", help="Write the figures there.")
    ],
    format: Annotated[Format, typer.Option("-f", "--format", help="Of the figures.")] = "webp",
    jobs: Annotated[
        int | None,
        typer.Option("-j", "--jobs", metavar="JOBS", min=1, help="Default: one a processor."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Draw what is up to date, too.")] = False,
    sheet: Annotated[
        str | None,
        typer.Option("--sheet", metavar="FILE", help="Draw all of them, small, in one picture."),
    ] = None,
    style: Style = None,
    settings: Settings = None,
) -> None:
    """Draw every spec of files and folders; what is up to date is left alone."""
    from lrviz.batch import Options, iter_batch, plan_batch, summarise
    from lrviz.progress import follow

    plan = plan_batch(specs, output, format, sheet)
    options = Options(words.overrides(settings, style), style, jobs, force)
    outcomes = []
    status = 0
    for outcome in follow(iter_batch(plan, options), len(plan.items), sys.stderr):
        for line in outcome.lines:
            say(line)
        if outcome.written is not None:
            status = max(status, tell(words.encode_path(outcome.written, sys.stdout)))
        status = max(status, outcome.exit_status)
        outcomes.append(outcome)
    say(summarise(outcomes))
    raise typer.Exit(status)


@app.command()
def check(
    specs: Annotated[
        list[str], typer.Argument(metavar="SPEC…/FOLDER…", help="Specs, and folders of them.")
    ],
    baselines: Annotated[
        Path, typer.Option("--baselines", metavar="FOLDER", help="The folder of their figures.")
    ],
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FOLDER", help="Write an HTML page there.")
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Draw figures anew that do not match.")
    ] = False,
    add_missing: Annotated[
        bool, typer.Option("--add-missing", help="Draw figures that are missing.")
    ] = False,
    output_format: Annotated[
        Listing, typer.Option("--output-format", help="How the findings are listed.")
    ] = "text",
    jobs: Annotated[
        int | None,
        typer.Option("-j", "--jobs", metavar="JOBS", min=1, help="Default: one a processor."),
    ] = None,
) -> None:
    """Say which curves have moved since their figures were drawn."""
    from lrviz.check import Request, check_specs, format_checked

    request = Request(specs, baselines, update, add_missing, report is not None, jobs)
    checked = check_specs(request)
    for line in checked.warnings:
        say(line)
    status = max(checked.exit_status, _tell_text(format_checked(checked, output_format)))
    if report is not None:
        from lrviz.report import write_report

        say(f"report: {write_report(checked.results, report)}")
    raise typer.Exit(status)


@app.command()
def lint(
    specs: Annotated[
        list[str] | None, typer.Argument(metavar="SPEC…/FOLDER…", help="Specs, figures, folders.")
    ] = None,
    output_format: Annotated[
        Listing, typer.Option("--output-format", help="How the findings are listed.")
    ] = "text",
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
    explain: Annotated[
        str | None, typer.Option("--explain", metavar="CODE", help="Explain a rule and exit.")
    ] = None,
) -> None:
    """Find mistakes in schedules: FILE:LINE:COL: CODE severity: message.

    Exit status 1 where there are errors or warnings; notes are no failure.
    """
    if explain is not None:
        from lrviz.lint.page import explain_rule

        raise typer.Exit(_tell_text(explain_rule(explain)))
    from lrviz.lint.blocks import Request, iter_blocks

    request = Request(specs or [], select, ignore, fix, summary, words.overrides(settings))
    status = 0
    for block in iter_blocks(request, output_format):
        for line in block.lines:
            say(line)
        status = max(status, block.exit_status, _tell_text(block.text))
    raise typer.Exit(status)


@app.command(name="list")
def list_schedulers() -> None:
    """List the schedulers that a spec can name."""
    raise typer.Exit(_tell_text(words.scheduler_list()))


@app.command()
def show(name: Name) -> None:
    """Show a scheduler's arguments, defaults, documentation and curve."""
    entry = words.find_scheduler(name)
    with quick_imports():
        from lrviz.show import describe_scheduler
    raise typer.Exit(_tell_text(describe_scheduler(entry)))


@app.command()
def new(name: Name) -> None:
    """Print a commented spec to start from."""
    from lrviz.template import spec_template

    raise typer.Exit(_tell_text(spec_template(words.find_scheduler(name))))
