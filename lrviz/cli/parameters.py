"""The arguments and options that several commands have, and what they say of reading specs."""

import json
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lrviz.commands.names import complete_scheduler
from lrviz.errors import UsageError
from lrviz.figure import Format
from lrviz.spec.tree import Interval
from lrviz.system.annotations import Listing

if TYPE_CHECKING:  # it takes long to import, and is wanted only where a spec is to be read
    from lrviz.reading.sources import Reading


def given(sources: str | Sequence[str] | None) -> str | Sequence[str] | None:
    """Return the sources of a command, none of which is empty.

    Raises:
        UsageError: one is, as where a shell's variable is not set.
    """
    if "" in ([sources] if isinstance(sources, str) else sources or ()):
        raise UsageError("SPEC is empty; name a file, or - for standard input")
    return sources


def complete_style(incomplete: str) -> Iterator[str]:
    """Yield the styles that begin like a word."""
    for entry in sorted((files("lrviz.spec") / "styles").iterdir(), key=lambda entry: entry.name):
        name, _, ending = entry.name.partition(".")
        if ending == "toml" and name.startswith(incomplete):
            yield name


def argument(metavar: str, help: str, **more: Any) -> Any:
    """Return an argument of a command."""
    return typer.Argument(metavar=metavar, help=help, **more)


def option(names: str, help: str, metavar: str | None = None, **more: Any) -> Any:
    """Return an option of a command, its names parted by blanks."""
    return typer.Option(*names.split(), metavar=metavar, help=help, **more)


_SPEC = "A YAML file, a figure that lrviz drew, train.py:FACTORY, or -."
_SPECS = "YAML files, figures that lrviz drew, train.py:FACTORY, or -."

Spec = Annotated[str, argument("SPEC", _SPEC, callback=given)]
Specs = Annotated[list[str], argument("SPEC", _SPECS, callback=given)]
Sources = Annotated[
    list[str], argument("SPEC…/FOLDER…", "Specs, and folders of them.", callback=given)
]
Name = Annotated[str, argument("NAME", "A scheduler's name.", autocompletion=complete_scheduler)]

Output = Annotated[
    str | None, option("-o --output", "Write to FILE; - is standard output.", "FILE")
]
Overwrite = Annotated[bool, option("--overwrite", "Replace files, too, that lrviz did not write.")]
FigureFormat = Annotated[Format | None, option("-f --format", "Default: as FILE ends, else png.")]
OutputFormat = Annotated[Listing, option("--output-format", "How the findings are listed.")]
Jobs = Annotated[int | None, option("-j --jobs", "Default: one a processor.", "JOBS", min=1)]

Settings = Annotated[
    list[str] | None, option("--set", "Replace one value of the spec; repeatable.", "KEY=VALUE")
]
_STYLE: Any = {"metavar": "STYLE", "autocompletion": complete_style}
Style = Annotated[str | None, option("--style", "article, light or dark.", **_STYLE)]
StyleOfAll = Annotated[
    str | None, option("--style", "Default: light, or what all specs ask for.", **_STYLE)
]
_ALLOWED = "Let specs name this scheduler class, which is imported; repeatable."
Allow = Annotated[list[str] | None, option("--allow", _ALLOWED, "PACKAGE.MODULE:CLASS")]
Epochs = Annotated[int | None, option("--epochs", "Length of the run; for a factory.", "N")]
StepsPerEpoch = Annotated[
    int | None, option("--steps-per-epoch", "Optimizer steps in an epoch.", "N")
]
Calls = Annotated[
    Interval | None, option("--interval", "When scheduler.step() is called: after every …")
]


def say_reading(
    allow: Sequence[str] | None,
    epochs: int | None,
    steps_per_epoch: int | None,
    interval: str | None,
    settings: Sequence[str] | None = None,
    style: str | None = None,
    sweeps: Sequence[str] | None = None,
) -> "Reading":
    """Return what the options of a command say of reading specs.

    >>> said = say_reading(None, 10, None, "epoch", ["title=x"], "dark")
    >>> [each.spelt for each in said.overrides]
    ['--epochs 10', '--interval epoch', '--set title=x', '--style dark']

    Raises:
        UsageError: a setting without a key or without `=`, or what is allowed is no class.
    """
    from lrviz.reading.sources import Reading
    from lrviz.spec.assign import Override
    from lrviz.spec.catalog.external import parse_allowed

    length = {"epochs": epochs, "steps_per_epoch": steps_per_epoch, "interval": interval}
    overrides = [
        Override(key, str(value), f"--{key.replace('_', '-')}")
        for key, value in length.items()
        if value is not None
    ]
    overrides += [Override(*_split(each, "--set", "epochs=10")) for each in settings or ()]
    if style is not None:
        overrides.append(Override("figure.style", style, "--style"))
    if sweeps:
        axes = (_split(sweep, "--sweep", "optimizer.SGD.lr=[0.1, 0.01]") for sweep in sweeps)
        swept = ", ".join(f"{json.dumps(key)}: {values}" for key, values in axes)
        overrides.append(Override("sweep", f"{{{swept}}}", "--sweep"))
    return Reading(overrides, tuple(parse_allowed(allow)) if allow else ())


def _split(setting: str, option: str, example: str) -> tuple[str, str]:
    key, equals, value = setting.partition("=")
    is_list = value.strip().startswith("[") and value.strip().endswith("]")
    if not key.strip() or not equals or (option == "--sweep" and not is_list):
        wanted = "KEY=[…]" if option == "--sweep" else "KEY=VALUE"
        raise UsageError(f"{option} {setting}: must be {wanted}, for example {example}")
    return key.strip(), value
