"""The commands that look things up: `list`, `show`, `new` and `schema`."""

import json

import typer

from lrviz.cli.app import app
from lrviz.cli.options import Allow, Name
from lrviz.cli.output import tell_text
from lrviz.commands import names
from lrviz.system.startup import quick_imports


@app.command(name="list")
def list_schedulers() -> None:
    """List the schedulers that a spec can name."""
    raise typer.Exit(tell_text(names.scheduler_list()))


@app.command()
def show(name: Name, allow: Allow = None) -> None:
    """Show a scheduler's arguments, defaults, documentation and curve."""
    found = names.find_scheduler(name, names.allowed(allow))
    with quick_imports():
        from lrviz.commands.show import describe_scheduler
    raise typer.Exit(tell_text(describe_scheduler(found)))


@app.command()
def new(name: Name, allow: Allow = None) -> None:
    """Print a commented spec to start from."""
    from lrviz.commands.template import spec_template

    raise typer.Exit(tell_text(spec_template(names.find_scheduler(name, names.allowed(allow)))))


@app.command()
def schema() -> None:
    """Print the JSON Schema of a spec, for editors."""
    with quick_imports():
        from lrviz.commands.schema import build_schema
    raise typer.Exit(tell_text(json.dumps(build_schema(), indent=2) + "\n"))
