"""What the command line needs to know of words: names to complete, settings to split."""

import codecs
import json
import os
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import TextIO

from lrviz.catalog import SCHEDULERS, Entry
from lrviz.errors import LrvizError, SpecError, UsageError
from lrviz.versions import versions

_ASCII_BLOCKS = str.maketrans("▁▂▃▄▅▆▇█", "__..::##")


def version_line() -> str:
    """Return lrviz's version and those of what drives and draws for it."""
    found = versions()
    return f"lrviz {found['lrviz']} (torch {found['torch']}, matplotlib {found['matplotlib']})\n"


def scheduler_list() -> str:
    """Return every scheduler and what it does, one a line."""
    width = max(map(len, SCHEDULERS))
    return "".join(f"{entry.name.ljust(width)}  {entry.summary}\n" for entry in SCHEDULERS.values())


def find_scheduler(name: str) -> Entry:
    """Return a scheduler of the catalog.

    Raises:
        UsageError: there is none of that name.
    """
    if name in SCHEDULERS:
        return SCHEDULERS[name]
    from lrviz.spec.nodes import suggest

    raise UsageError(f"unknown scheduler '{name}'; {suggest(name, tuple(SCHEDULERS))}")


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
        pairs.append(("figure.style", style))
    if sweeps:
        axes = [_split(sweep, "--sweep", "optimizer.SGD.lr=[0.1, 0.01]") for sweep in sweeps]
        pairs.append(("sweep", f"{{{', '.join(f'{json.dumps(k)}: {v}' for k, v in axes)}}}"))
    return pairs


def _split(setting: str, option: str, example: str) -> tuple[str, str]:
    key, equals, value = setting.partition("=")
    if not key.strip() or not equals:
        wanted = "KEY=[…]" if option == "--sweep" else "KEY=VALUE"
        raise UsageError(f"{option} {setting}: must be {wanted}, for example {example}")
    return key.strip(), value


def printable(text: str) -> str:
    r"""Return a text as one line, with what would steer a terminal spelt out.

    >>> printable("a\x1b[2Jb")
    'a\\x1b[2Jb'
    """
    return "".join(
        character
        if character.isprintable()
        else character.encode("unicode_escape", "surrogatepass").decode()
        for character in text
    )


def error_lines(error: LrvizError) -> list[str]:
    """Return what an error says, a line a problem."""
    return list(map(str, error.problems)) if isinstance(error, SpecError) else [str(error)]


def encode_text(text: str, stream: TextIO | None) -> bytes:
    """Return a text of lrviz's own as a stream can show it: in UTF-8, or in ASCII.

    >>> import io
    >>> encode_text("▂█", io.TextIOWrapper(io.BytesIO(), "latin-1"))
    b'_#'
    """
    if stream is None or codecs.lookup(stream.encoding).name == "utf-8":
        return text.encode("utf-8", "backslashreplace")
    return text.translate(_ASCII_BLOCKS).encode("ascii", "backslashreplace")


def encode_path(path: str, stream: TextIO | None) -> bytes:
    """Return a line with a path: as the system knows it, but as text on a terminal."""
    if stream is not None and stream.isatty():
        return encode_text(f"{printable(path)}\n", stream)
    return os.fsencode(f"{path}\n")


def complete_scheduler(incomplete: str) -> Iterator[tuple[str, str]]:
    """Yield the schedulers that begin like a word, with what each does."""
    for entry in SCHEDULERS.values():
        if entry.name.lower().startswith(incomplete.lower()):
            yield entry.name, entry.summary


def complete_style(incomplete: str) -> Iterator[str]:
    """Yield the styles that begin like a word."""
    for entry in sorted((files("lrviz") / "styles").iterdir(), key=lambda entry: entry.name):
        name, _, ending = entry.name.partition(".")
        if ending == "toml" and name.startswith(incomplete):
            yield name
