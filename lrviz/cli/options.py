"""The arguments and options that several commands have."""

from typing import Annotated

import typer

from lrviz.cli import words
from lrviz.commands import names
from lrviz.commands.targets import Format, Interval, Listing

Spec = Annotated[
    str,
    typer.Argument(
        metavar="SPEC",
        help="A YAML file, a figure that lrviz drew, train.py:FACTORY, or -.",
        callback=words.given,
    ),
]
Specs = Annotated[
    list[str],
    typer.Argument(
        metavar="SPEC",
        help="YAML files, figures that lrviz drew, train.py:FACTORY, or -.",
        callback=words.given,
    ),
]
Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help="A scheduler's name.", autocompletion=names.complete_scheduler
    ),
]
Allow = Annotated[
    list[str] | None,
    typer.Option(
        "--allow",
        metavar="PACKAGE.MODULE:CLASS",
        help="Let specs name this scheduler class, which is imported; repeatable.",
    ),
]
Output = Annotated[
    str | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write to FILE; - is standard output."),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace files, too, that lrviz did not write.")
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
Epochs = Annotated[
    int | None, typer.Option("--epochs", metavar="N", help="Length of the run; for a factory.")
]
StepsPerEpoch = Annotated[
    int | None,
    typer.Option("--steps-per-epoch", metavar="N", help="Optimizer steps in an epoch."),
]
Calls = Annotated[
    Interval | None,
    typer.Option("--interval", help="When scheduler.step() is called: after every …"),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Replace one value of the spec; repeatable."),
]
FigureFormat = Annotated[
    Format | None, typer.Option("-f", "--format", help="Default: as FILE ends, else png.")
]
OutputFormat = Annotated[
    Listing, typer.Option("--output-format", help="How the findings are listed.")
]
Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SPEC…/FOLDER…", help="Specs, and folders of them.", callback=words.given
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option("-j", "--jobs", metavar="JOBS", min=1, help="Default: one a processor."),
]
