"""The commands that print text: findings, numbers, Python, and what there is."""

import json
from collections.abc import Iterator
from typing import Annotated

import typer

from lrviz.cli.parameters import (
    Allow,
    Calls,
    Epochs,
    Name,
    Output,
    OutputFormat,
    Overwrite,
    Settings,
    Spec,
    StepsPerEpoch,
    given,
    say_reading,
)
from lrviz.commands import names
from lrviz.commands.block import Block
from lrviz.commands.targets import Table
from lrviz.system.process import quick_imports


def lint(
    specs: Annotated[
        list[str] | None,
        typer.Argument(metavar="SPEC…/FOLDER…", help="Specs, figures, folders.", callback=given),
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
) -> Iterator[Block]:
    """Find mistakes in schedules.

    A line a finding: FILE:LINE:COL: CODE severity: message.

    Exit status 1 where there are errors or warnings; notes are no failure.
    """
    if explain is not None:
        from lrviz.commands.linting import explain_rule

        return iter([Block(explain_rule(explain))])
    from lrviz.commands.linting import Request, iter_blocks

    reading = say_reading(allow, epochs, steps_per_epoch, interval, settings)
    return iter_blocks(Request(specs or [], select, ignore, fix, summary, reading), output_format)


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
) -> Iterator[Block]:
    """Print the numbers: one row a step, curve and param group."""
    from lrviz.commands.export import export_spec

    reading = say_reading(allow, epochs, steps_per_epoch, interval, settings)
    return export_spec(spec, output or "-", format, reading, overwrite=overwrite)


def code(
    spec: Annotated[
        str,
        typer.Argument(
            metavar="SPEC", help="A YAML file, a figure that lrviz drew, or -.", callback=given
        ),
    ],
    output: Output = "-",
    settings: Settings = None,
    allow: Allow = None,
    epochs: Epochs = None,
    steps_per_epoch: StepsPerEpoch = None,
    interval: Calls = None,
    overwrite: Overwrite = False,
) -> Iterator[Block]:
    """Print the schedule as Python to paste into a training script."""
    from lrviz.commands.code import save_code

    reading = say_reading(allow, epochs, steps_per_epoch, interval, settings)
    return save_code(spec, output or "-", reading, overwrite=overwrite)


def list_schedulers() -> Iterator[Block]:
    """List the schedulers that a spec can name."""
    yield Block(names.scheduler_list())


def show(name: Name, allow: Allow = None) -> Iterator[Block]:
    """Show a scheduler's arguments, defaults, documentation and curve."""
    found = names.find_scheduler(name, allow or ())
    with quick_imports():
        from lrviz.commands.show import describe_scheduler
    yield Block(describe_scheduler(found))


def new(name: Name, allow: Allow = None) -> Iterator[Block]:
    """Print a commented spec to start from."""
    from lrviz.commands.template import spec_template

    yield Block(spec_template(names.find_scheduler(name, allow or ())))


def schema() -> Iterator[Block]:
    """Print the JSON Schema of a spec, for editors."""
    with quick_imports():
        from lrviz.commands.schema.document import build_schema
    yield Block(json.dumps(build_schema(), indent=2) + "\n")
