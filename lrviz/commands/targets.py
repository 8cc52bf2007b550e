"""Which spec is written to which file, and what is refused before anything is written."""

import os
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar, get_args

from lrviz.errors import RefusedError, UsageError
from lrviz.figure import FORMATS, Format
from lrviz.spec.origin import figure_stem, source_file
from lrviz.system.files import STDIO, find_status, identify

if TYPE_CHECKING:  # every command imports this, to know of formats: a spec's models take long
    from lrviz.spec.model import Spec

Table = Literal["csv", "json"]
TABLES: tuple[Table, ...] = get_args(Table)

Named = TypeVar("Named", Format, Table)

_STDOUT = (STDIO, "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")
_STREAM = Path("standard output")


@dataclass(frozen=True)
class Target:
    """One spec and where its figure goes.

    Attributes:
        source: the spec as the user named it.
        path: the figure's file; None for standard output.
        format: of the figure.
    """

    source: str
    path: Path | None
    format: Format


def plan_targets(sources: Sequence[str], output: str | None, format: Format | None) -> list[Target]:
    """Return where every source's figure goes.

    Raises:
        UsageError: several sources for one file, an output that is an input, or an ending that
            names no format.

    >>> plan_targets(["configs/steplr.yaml"], None, "svg")[0].path.name
    'steplr.svg'
    """
    if output is not None and len(sources) > 1:
        raise UsageError(f"-o {output}: one file for {len(sources)} specs; leave -o out")
    targets = [_target(source, output, format) for source in sources]
    refuse_inputs([each.path or STDIO for each in targets], map(source_file, sources))
    for error in find_sharing((each.source, each.path or _STREAM) for each in targets).values():
        raise error
    return targets


def _target(source: str, output: str | None, format: Format | None) -> Target:
    if output is None and _is_stream(source):
        output = STDIO
    if output is not None and is_stdout(output):
        return Target(source, None, format or "png")
    if output is None:
        return Target(source, Path(f"{figure_stem(source)}.{format or 'png'}"), format or "png")
    return Target(source, Path(output), format or find_format(output, FORMATS))


def is_stdout(output: str) -> bool:
    """Whether an output is standard output, which takes no paths beside a figure.

    >>> is_stdout("-"), is_stdout("/dev/stdout"), is_stdout("stdout")
    (True, True, False)
    """
    return output in _STDOUT


def _is_stream(source: str) -> bool:
    """Whether a source has no name that a figure could be called after."""
    status = find_status(source)
    if source == STDIO or status is None:
        return source == STDIO
    return not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode)


def find_format(output: str, formats: Sequence[Named]) -> Named:
    """Return the format that a file's ending names.

    Raises:
        UsageError: it names none.
    """
    ending = Path(output).suffix.lower().removeprefix(".")
    for format in formats:
        if ending == format:
            return format
    known = ", ".join(f".{each}" for each in formats)
    raise UsageError(f"-o {output}: no known ending (known: {known}); give the format with -f")


def refuse_input(output: Path | str, source: str, spec: "Spec | None" = None) -> None:
    """Refuse to write over what a spec is read from.

    Args:
        output: a file, or standard output.
        source: the spec as the user named it.
        spec: the same, where it has been read: it tells what else was.

    Raises:
        RefusedError: the output is an input.
    """
    refuse_inputs([output], [source_file(source), *(list_files(spec, source) if spec else ())])


def refuse_inputs(
    outputs: Iterable[Path | str], inputs: Iterable[Path | str], other: str = "file"
) -> None:
    """Refuse to write over any of the files that are read; each of them is asked for once.

    Raises:
        RefusedError: an output is an input; the remedy is `other`.
    """
    read = {identify(each) for each in inputs if each != STDIO} - {None}
    for output in outputs:
        if not is_stdout(str(output)) and identify(output) in read:
            raise RefusedError(output, f"is also an input; name another {other} with -o")


def find_sharing(pairs: Iterable[tuple[str, Path]]) -> dict[Path, UsageError]:
    """Return what is wrong with every file that is to be written for several specs."""
    groups: dict[str, list[tuple[str, Path]]] = defaultdict(list)
    for source, path in pairs:
        groups[os.path.normcase(path)].append((source, path))
    shared = {}
    for group in (each for each in groups.values() if len(each) > 1):
        sources = " and ".join(source for source, _ in group)
        for _, path in group:
            shared[path] = UsageError(f"{path}: {sources} would be written to it")
    return shared


def refuse_stdin_twice(sources: Sequence[str]) -> None:
    """Refuse to read standard input for several specs: it is empty after the first.

    Raises:
        UsageError: it is named more than once.
    """
    if sources.count(STDIO) > 1:
        raise UsageError("-: standard input can be read once; name files")


def refuse_format(format: Format | None) -> None:
    """Refuse the format of a figure where none is drawn.

    Raises:
        UsageError: there is one.
    """
    if format is not None:
        raise UsageError(f"-f {format}: nothing is drawn without a file; name one with -o")


def list_files(spec: "Spec", source: str) -> Iterator[Path]:
    """Yield what a spec was read from beside its own file: its metrics, or its factory's code."""
    for schedule in spec.schedules:
        if schedule.metric_file:
            yield Path(source).parent / schedule.metric_file
        if schedule.factory:
            yield from schedule.factory.reads
