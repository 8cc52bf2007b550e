"""The arguments and options that several commands have, and what they say of reading specs."""

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from importlib.resources import files
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from lrviz.commands.look_up import complete_scheduler
from lrviz.commands.results import Block
from lrviz.errors import UsageError
from lrviz.figure import Format
from lrviz.spec.tree import Interval, Returns, Trainer
from lrviz.system.annotations import LintListing, Listing
from lrviz.system.files import STDIO, find_status

if TYPE_CHECKING:  # it takes long to import, and is wanted only where a spec is to be read
    from lrviz.reading.sources import Reading

Command = Callable[..., Iterator[Block]]

# The values of a list, without the commas between them.
_UNPARTED = re.compile(r"\s*[\d.eE+-]+(\s+[\d.eE+-]+)+\s*")

LEAST_COLUMNS = 2  # of a log: of its steps, and of an LR


def given(sources: str | Sequence[str] | None) -> str | Sequence[str] | None:
    """Return the sources of a command, none of which is empty, and standard input not twice.

    Raises:
        UsageError: one is empty, as where a shell's variable is not set; or `-` is there again.
    """
    named = [sources] if isinstance(sources, str) else sources or ()
    if "" in named:
        raise UsageError("SPEC is empty; name a file, or - for standard input")
    if named.count(STDIO) > 1:  # which is empty after the first time
        raise UsageError("-: standard input can be read once; name files")
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


def option(*texts: str, **more: Any) -> Any:
    """Return an option: its names, if they are not its parameter's, its help, and its metavar."""
    names = texts[0].split() if texts[0].startswith("-") else []
    help, *metavar = texts[bool(names) :]
    return typer.Option(*names, help=help, metavar="".join(metavar) or None, **more)


_SPEC = "A YAML file, a figure that lrviz drew, train.py:FUNCTION, or -."
_SPEC_OR_LOG = "A YAML file, a figure that lrviz drew, train.py:FUNCTION, a run's log, or -."
_SPECS = "YAML files, figures that lrviz drew, train.py:FUNCTION, runs' logs, or -."

Spec = Annotated[str, argument("SPEC", _SPEC, callback=given)]
SpecOrLog = Annotated[str, argument("SPEC", _SPEC_OR_LOG, callback=given)]
SpecFile = Annotated[
    str, argument("SPEC", "A YAML file, a figure that lrviz drew, or -.", callback=given)
]
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
_LISTED = option("How the findings are listed.")
OutputFormat = Annotated[Listing, _LISTED]
LintFormat = Annotated[LintListing, _LISTED]
_MANY = "Default: as many as the figures are worth, at most one a processor."
Jobs = Annotated[int | None, option("-j --jobs", _MANY, "JOBS", min=1)]

Baselines = Annotated[Path, option("The folder of their figures.", "FOLDER", readable=False)]
Report = Annotated[Path | None, option("Write an HTML page there.", "FOLDER", readable=False)]

Settings = Annotated[
    list[str] | None, option("--set", "Replace one value of the spec; repeatable.", "KEY=VALUE")
]
_NAMED: Any = {"autocompletion": complete_style}
Style = Annotated[str | None, option("article, light or dark.", "STYLE", **_NAMED)]
_AGREED = "Default: light, or what all specs ask for."
StyleOfAll = Annotated[str | None, option(_AGREED, "STYLE", **_NAMED)]
Sweeps = Annotated[
    list[str] | None, option("--sweep", "Draw one curve a value; repeatable.", "KEY=[…]")
]
_LEFT_OUT = "Leave files of a folder out, as 'docker-compose*.yml'; repeatable."
Exclude = Annotated[list[str] | None, option("--exclude", _LEFT_OUT, "PATTERN")]
_ALLOWED = "Let specs name this class or function, which is imported; repeatable."
Allow = Annotated[list[str] | None, option(_ALLOWED, "PACKAGE.MODULE:NAME")]
Title = Annotated[str | None, option("Drawn above the figure.", "TEXT")]
Yscale = Annotated[Literal["linear", "log"] | None, option("Of the y axis.")]
Epochs = Annotated[str | None, option("Length of the run.", "N")]
Steps = Annotated[str | None, option("The same in optimizer steps.", "N")]
StepsPerEpoch = Annotated[str | None, option("Optimizer steps in an epoch.", "N")]
Calls = Annotated[
    Interval | None, option("Call scheduler.step() after every step, or every epoch.")
]
Rate = Annotated[str | None, option("Learning rate of the optimizer.", "LR")]
Returned = Annotated[Returns | None, option("What a function of the step returns.")]

Columns = Annotated[
    str | None,
    option("--columns", "Of a log's table: its steps, then its LRs. Default: found.", "STEP,LR,…"),
]

Verbose = Annotated[
    bool, option("-v --verbose", "Say how each run goes, and how its steps follow from its data.")
]

# What no config of a trainer holds, or not all do.
Config = Annotated[
    str, argument("CONFIG", "A trainer's config: YAML, JSON or TOML, or -.", callback=given)
]
Family = Annotated[Trainer | None, option("--as", "Default: its look; Lightning, hydra: targets.")]
_EXAMPLES = "In the dataset, before any validation split is taken off."
Examples = Annotated[int | None, option(_EXAMPLES, "N", min=1)]
Processes = Annotated[int | None, option("How many train at once, one a GPU.", "N", min=1)]
Batches = Annotated[
    int | None, option("Length of the dataloader, in place of --examples.", "N", min=1)
]
EpochsOfNew = Annotated[int, option("--epochs", "Length of the run.", "N", min=1)]
StepsOfNew = Annotated[int, option("--steps-per-epoch", "Optimizer steps in an epoch.", "N", min=1)]
EpochsOfRun = Annotated[float | None, option("Length of the run.", "N")]
Metric = Annotated[str | None, option("What a plateau is given, call after call.", "EXPRESSION")]


def reads_specs(**more: Any) -> Callable[[Command], Command]:
    """Give a command the options that say how specs are read, in place of its `reading`.

    Args:
        more: its options beside those that all such commands have, in the order of its help.
    """
    drawn = {"title": Title, "yscale": Yscale} if "columns" in more and "style" in more else {}
    options = {**drawn, **more, "allow": Allow, "epochs": Epochs, "steps_per_epoch": StepsPerEpoch}
    options |= {"steps": Steps, "interval": Calls, "lr": Rate, "returns": Returned}
    options["verbose"] = Verbose
    kind = Parameter.KEYWORD_ONLY
    said = [Parameter(name, kind, default=None, annotation=options[name]) for name in options]

    def expand(command: Command) -> Command:
        own = signature(command).parameters.items()
        taken = [each for name, one in own for each in (said if name == "reading" else [one])]

        @wraps(command)
        def run(**values: Any) -> Iterator[Block]:
            reading = say_reading(**{name: values.pop(name) for name in options})
            return command(**values, reading=reading)

        run.__signature__ = Signature(taken)  # type: ignore[attr-defined] # Typer asks for both
        run.__annotations__ = {each.name: each.annotation for each in taken}
        return run

    return expand


def say_reading(**said: Any) -> "Reading":
    """Return what the options of a command say of reading specs.

    >>> said = say_reading(epochs=10, interval="epoch", settings=["title=x"], style="dark")
    >>> [each.spelt for each in said.overrides]
    ['--epochs 10', '--interval epoch', '--set title=x', '--style dark']

    Raises:
        UsageError: a setting without a key or without `=`, or what is allowed is no name.
    """
    from lrviz.reading.sources import Reading
    from lrviz.spec.assign import Override, spell_setting

    overrides = [
        Override(key, str(said[key]), f"--{key.replace('_', '-')}")
        for key in ("steps_per_epoch", "epochs", "steps", "interval")
        if said.get(key) is not None
    ]
    overrides += [Override(*_split(each, "--set")) for each in said.get("settings") or ()]
    if re.fullmatch(r".*[^0-9].*,.*|.*,.*,.*", lr := said.get("lr") or ""):
        values = f"[{', '.join(re.split(r',[ ]*', lr))}]"
        raise UsageError(f"--lr {lr}: is one number; type {spell_setting('lr', values, '--sweep')}")
    for key, name in (("lr", "lr"), ("figure.style", "style"), ("figure.yscale", "yscale")):
        if (value := said.get(name)) is not None:
            overrides.append(Override(key, value, f"--{name}"))
    if (title := said.get("title")) is not None:
        overrides.append(Override("title", json.dumps(title, ensure_ascii=False), "--title"))
    if sweeps := said.get("sweeps"):
        axes = (_split(each, "--sweep") for each in sweeps)
        swept = ", ".join(f"{json.dumps(key)}: {values}" for key, values in axes)
        overrides.append(Override("sweep", f"{{{swept}}}", "--sweep"))
    allow = said.get("allow") or ()
    if allow:
        from lrviz.spec.catalog.external import parse_allowed

        allow = tuple(parse_allowed(allow))
    columns = _list_columns(said["columns"]) if "columns" in said else None
    how = (said.get("returns"), bool(said.get("verbose")), columns, said.get("exclude") or ())
    return Reading(overrides, allow, *how)


def _list_columns(columns: str | None) -> tuple[str, ...]:
    """Return the names of a log's columns; none where they are to be found."""
    names = tuple(name.strip() for name in columns.split(",")) if columns is not None else ()
    if columns is not None and (len(names) < LEAST_COLUMNS or "" in names):
        raise UsageError(f"--columns {columns}: must be STEP,LR,… for example step,lr")
    return names


def _split(setting: str, option: str) -> tuple[str, str]:
    """Return the key and the value of an option, or say how it is to be typed."""
    key, equals, value = setting.partition("=")
    inner = value.strip()[1:-1]
    is_list = value.strip() == f"[{inner}]" and not _UNPARTED.fullmatch(inner)
    if key.strip() and equals and (is_list or option == "--set"):
        return key.strip(), value
    if not equals:
        key, _, value = setting.partition(":")
        value = value or _find_behind(setting)
    from lrviz.spec.assign import spell_setting

    key, value = key.strip() or "KEY", value.strip() or "VALUE"
    wanted = "KEY=VALUE"
    if option == "--sweep":
        values = re.split(r"[,\s]+", value.strip("[], "))
        wanted, value = "KEY=[…]", f"[{', '.join(values)}]"
    typed = spell_setting(key, value, option)
    raise UsageError(f"{option} {setting}: must be {wanted}; type {typed}")


def _find_behind(word: str) -> str:
    """Return what was typed behind a word that should have ended in it; nothing of a file."""
    following = sys.argv[sys.argv.index(word) + 1 :][:1] if word in sys.argv else []
    return next((each for each in following if each[:1] != "-" and find_status(each) is None), "")
