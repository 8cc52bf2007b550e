"""The commands that print text: findings, numbers, Python, and what there is."""

import json
from collections.abc import Iterator
from typing import Annotated

from lrviz.cli import parameters as params
from lrviz.commands.names import find_scheduler
from lrviz.commands.results import Block
from lrviz.commands.targets import Table
from lrviz.system.process import quick_imports


def lint(
    specs: Annotated[
        list[str] | None,
        params.argument("SPEC…/FOLDER…", "Specs, figures, folders.", callback=params.given),
    ] = None,
    output_format: params.OutputFormat = "text",
    select: Annotated[
        str | None,
        params.option("--select", "Only rules whose codes begin like these.", "CODES"),
    ] = None,
    ignore: Annotated[
        str | None,
        params.option("--ignore", "All rules but these: LR012,LR03.", "CODES"),
    ] = None,
    fix: Annotated[
        bool, params.option("--fix", "Replace values where the remedy is certain.")
    ] = False,
    summary: Annotated[
        bool, params.option("--summary", "Show peak, warm-up, area and jumps of every curve.")
    ] = False,
    settings: params.Settings = None,
    allow: params.Allow = None,
    epochs: params.Epochs = None,
    steps_per_epoch: params.StepsPerEpoch = None,
    interval: params.Calls = None,
    explain: Annotated[
        str | None, params.option("--explain", "Explain a rule and exit.", "CODE")
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

    reading = params.say_reading(allow, epochs, steps_per_epoch, interval, settings)
    return iter_blocks(Request(specs or [], select, ignore, fix, summary, reading), output_format)


def export(
    spec: params.Spec,
    output: params.Output = "-",
    format: Annotated[
        Table | None, params.option("-f --format", "Default: as FILE ends, else csv.")
    ] = None,
    settings: params.Settings = None,
    allow: params.Allow = None,
    epochs: params.Epochs = None,
    steps_per_epoch: params.StepsPerEpoch = None,
    interval: params.Calls = None,
    overwrite: params.Overwrite = False,
) -> Iterator[Block]:
    """Print the numbers: one row a step, curve and param group."""
    from lrviz.commands.export import export_spec

    reading = params.say_reading(allow, epochs, steps_per_epoch, interval, settings)
    return export_spec(spec, output or "-", format, reading, overwrite=overwrite)


def code(
    spec: Annotated[
        str,
        params.argument(
            "SPEC", "A YAML file, a figure that lrviz drew, or -.", callback=params.given
        ),
    ],
    output: params.Output = "-",
    settings: params.Settings = None,
    allow: params.Allow = None,
    epochs: params.Epochs = None,
    steps_per_epoch: params.StepsPerEpoch = None,
    interval: params.Calls = None,
    overwrite: params.Overwrite = False,
) -> Iterator[Block]:
    """Print the schedule as Python to paste into a training script."""
    from lrviz.commands.code.save import save_code

    reading = params.say_reading(allow, epochs, steps_per_epoch, interval, settings)
    return save_code(spec, output or "-", reading, overwrite=overwrite)


def list_schedulers() -> Iterator[Block]:
    """List the schedulers that a spec can name."""
    from lrviz.commands.look_up import scheduler_list

    yield Block(scheduler_list())


def show(name: params.Name, allow: params.Allow = None) -> Iterator[Block]:
    """Show a scheduler's arguments, defaults, documentation and curve."""
    from lrviz.commands.look_up import describe_scheduler

    yield Block(describe_scheduler(find_scheduler(name, allow or ())))


def new(name: params.Name, allow: params.Allow = None) -> Iterator[Block]:
    """Print a commented spec to start from."""
    from lrviz.commands.look_up import spec_template

    yield Block(spec_template(find_scheduler(name, allow or ())))


def schema() -> Iterator[Block]:
    """Print the JSON Schema of a spec, for editors."""
    with quick_imports():
        from lrviz.commands.schema.document import build_schema
    yield Block(json.dumps(build_schema(), indent=2) + "\n")
