"""What the command line needs to know of words: settings to split, texts to show."""

import json
from collections.abc import Iterator, Sequence
from importlib.resources import files

from lrviz.errors import LrvizError, NoFigureError, UsageError
from lrviz.spec.option import Option
from lrviz.system.versions import versions


def version_line() -> str:
    """Return lrviz's version and those of what drives and draws for it."""
    found = versions()
    return f"lrviz {found['lrviz']} (torch {found['torch']}, matplotlib {found['matplotlib']})\n"


def overrides(
    settings: Sequence[str] | None,
    style: str | None = None,
    sweeps: Sequence[str] | None = None,
) -> list[tuple[str, str]]:
    """Return (key path, YAML value) pairs from `--set KEY=VALUE`, `--style` and `--sweep KEY=[…]`.

    >>> overrides(["epochs=4"], "dark", ["optimizer.SGD.lr=[1, 2]"])
    [('epochs', '4'), ('figure.style', 'dark'), ('sweep', '{"optimizer.SGD.lr": [1, 2]}')]

    Raises:
        UsageError: a setting without a key or without `=`.
    """
    pairs = [_split(setting, "--set", "epochs=10") for setting in settings or ()]
    if style is not None:
        pairs.append(Option("figure.style", style, "--style"))
    if sweeps:
        axes = [_split(sweep, "--sweep", "optimizer.SGD.lr=[0.1, 0.01]") for sweep in sweeps]
        pairs.append(("sweep", f"{{{', '.join(f'{json.dumps(k)}: {v}' for k, v in axes)}}}"))
    return pairs


def length(epochs: int | None, steps_per_epoch: int | None, interval: str | None) -> list[Option]:
    """Return (key path, YAML value) pairs from the options that say how long a run is.

    >>> length(10, None, "epoch")
    [('epochs', '10'), ('interval', 'epoch')]
    """
    given = {"epochs": epochs, "steps_per_epoch": steps_per_epoch, "interval": interval}
    return [
        Option(key, str(value), spell_option(key))
        for key, value in given.items()
        if value is not None
    ]


def spell_option(key: str) -> str:
    """Return the option that gives a key its value.

    >>> spell_option("steps_per_epoch")
    '--steps-per-epoch'
    """
    return f"--{key.replace('_', '-')}"


def _split(setting: str, option: str, example: str) -> tuple[str, str]:
    key, equals, value = setting.partition("=")
    is_list = value.strip().startswith("[") and value.strip().endswith("]")
    if not key.strip() or not equals or (option == "--sweep" and not is_list):
        wanted = "KEY=[…]" if option == "--sweep" else "KEY=VALUE"
        raise UsageError(f"{option} {setting}: must be {wanted}, for example {example}")
    return key.strip(), value


def given(sources: str | Sequence[str] | None) -> str | Sequence[str] | None:
    """Return the sources of a command, none of which is empty.

    Raises:
        UsageError: one is, as where a shell's variable is not set.
    """
    if "" in ([sources] if isinstance(sources, str) else sources or ()):
        raise UsageError("SPEC is empty; name a file, or - for standard input")
    return sources


def plain_usage(message: str) -> str:
    """Return what Typer says of a value, without the words of the library that looked at it.

    >>> plain_usage("Input should be a valid integer, unable to parse string as an integer")
    'must be a valid integer'
    """
    text = message.removeprefix("Value error, ").replace("Input should be", "must be", 1)
    return text.partition(", unable to parse")[0]


def error_lines_with_output(error: LrvizError) -> list[str]:
    """Return what an error says to whoever may have meant a file to write, not to read."""
    remedy = f"; did you mean -o {error.path}?" if isinstance(error, NoFigureError) else ""
    return [f"{line}{remedy}" for line in error.lines]


def complete_style(incomplete: str) -> Iterator[str]:
    """Yield the styles that begin like a word."""
    for entry in sorted((files("lrviz.spec") / "styles").iterdir(), key=lambda entry: entry.name):
        name, _, ending = entry.name.partition(".")
        if ending == "toml" and name.startswith(incomplete):
            yield name
