"""The arguments and options that several commands have."""

from typing import Annotated

import typer

from lrviz import words
from lrviz.targets import Format

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
FigureFormat = Annotated[
    Format | None, typer.Option("-f", "--format", help="Default: as FILE ends, else png.")
]
Sources = Annotated[
    list[str], typer.Argument(metavar="SPEC…/FOLDER…", help="Specs, and folders of them.")
]
Jobs = Annotated[
    int | None,
    typer.Option("-j", "--jobs", metavar="JOBS", min=1, help="Default: one a processor."),
]
