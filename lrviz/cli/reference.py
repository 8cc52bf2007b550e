"""The commands that say what there is: schedulers, their arguments, specs to start from."""

import json
from collections.abc import Iterator

from lrviz.cli import parameters as params
from lrviz.commands.look_up import find_scheduler
from lrviz.commands.results import Block
from lrviz.system.process import quick_imports


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
        from lrviz.drive.whole import with_torch
    yield Block(json.dumps(with_torch(build_schema), indent=2) + "\n")
