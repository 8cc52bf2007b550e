"""The commands that drive no spec: what there is to name, and what a spec can be made of."""

import json
from collections.abc import Iterator

from lrviz.cli import parameters as params
from lrviz.commands.look_up import find_scheduler
from lrviz.commands.results import Block
from lrviz.commands.texts import write_text
from lrviz.system.process import quick_imports


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


def list_schedulers() -> Iterator[Block]:
    """List the schedulers that a spec can name."""
    from lrviz.commands.look_up import scheduler_list

    yield Block(scheduler_list())


def show(name: params.Name, allow: params.Allow = None) -> Iterator[Block]:
    """Show a scheduler's arguments, defaults, documentation and curve."""
    from lrviz.commands.look_up import describe_scheduler

    yield Block(describe_scheduler(find_scheduler(name, allow or ())))


def new(
    name: params.Name,
    allow: params.Allow = None,
    epochs: params.EpochsOfNew = 4,
    steps_per_epoch: params.StepsOfNew = 8,
    output: params.Output = "-",
    overwrite: params.Overwrite = False,
) -> Iterator[Block]:
    """Print a commented spec to start from."""
    from lrviz.commands.look_up import spec_template

    text = spec_template(find_scheduler(name, allow or ()), epochs, steps_per_epoch)
    yield write_text(text, output or "-", None, overwrite=overwrite)


def schema(output: params.Output = "-", overwrite: params.Overwrite = False) -> Iterator[Block]:
    """Print the JSON Schema of a spec, for editors."""
    with quick_imports():
        from lrviz.commands.schema.document import build_schema
        from lrviz.drive.whole import with_torch
    text = json.dumps(with_torch(build_schema), indent=2) + "\n"
    yield write_text(text, output or "-", "schema", overwrite=overwrite)
