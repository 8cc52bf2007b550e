"""Where specs come from: files and folders, standard input, figures of lrviz, training code."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from lrviz.errors import (
    FileError,
    NoFigureError,
    Problem,
    SpecError,
    UsageError,
    WrongTypeError,
    spec_error,
)
from lrviz.figure.chunks import MAX_FILE
from lrviz.figure.record import Record, with_style_named
from lrviz.reading.folders import scan_specs
from lrviz.reading.from_numbers import load_log, recall_figure
from lrviz.reading.metricfile import with_metrics
from lrviz.reading.user_code import find_factory, has_file_ending
from lrviz.spec.assign import Override
from lrviz.spec.model import Spec
from lrviz.spec.origin import PICTURE_ENDINGS, Source, figure_stem, split_factory
from lrviz.spec.parse import parse_spec, parse_tree
from lrviz.spec.style import PLAIN_STYLE
from lrviz.spec.tree import RETURNS, MetricCsv, Returns
from lrviz.system.files import ENCODINGS, STDIO, Reads, read_file, sniff


@dataclass(frozen=True)
class Reading:
    """What the command line says of reading specs.

    Attributes:
        overrides: values that are replaced or added, in order.
        allow: the schedulers beside the catalog that specs may name.
        returns: what a function of the step returns; None for nothing said.
        verbose: whether it is told how each run goes, and how its length follows.
        columns: of a log's step and LRs, none to find them; None where no log is taken.
        exclude: patterns of files that a folder's scan leaves out.
    """

    overrides: Sequence[Override] = ()
    allow: Sequence[str] = ()
    returns: Returns | None = None
    verbose: bool = False
    columns: Sequence[str] | None = None
    exclude: Sequence[str] = ()


AS_WRITTEN = Reading()  # a spec as it stands in its file


def load(
    path: str | Path, *, overrides: Sequence[tuple[str, str]] = (), allow: Sequence[str] = ()
) -> Spec:
    """Return the spec in a YAML file, or the one that a figure was drawn from.

    Args:
        path: a YAML file, a PNG or WebP figure that lrviz drew, a pipe, or `-` for standard input.
        overrides: (key path, YAML value) pairs, applied in order, as `--set` does.
        allow: schedulers beside the catalog that it may name, each spelt as the spec spells
            it, `package.module:Name`; they are imported when it is driven.

    Raises:
        FileError: it cannot be read.
        SpecError: what it holds is no spec; every problem of its shape at once.
        UsageError: what is allowed is no such name, or the path is none.

    >>> load("configs/steplr.yaml").scheduler.name
    'StepLR'
    """
    if not isinstance(path, str | os.PathLike):
        raise WrongTypeError("load takes a path", path, "; simulate and plot take more")
    name = str(path)
    if "\n" in name and not os.path.lexists(name):
        raise UsageError("load takes a path, not a YAML text; parse_spec takes one")
    reading = Reading([Override(*each) for each in overrides], allow)
    return parse_data(read_source(name), name, reading)


def load_named(
    source: str,
    reading: Reading = AS_WRITTEN,
    *,
    drawn: Record | None = None,
    reads: Reads | None = None,
) -> Spec:
    """Return the spec in a file, as `load`, or the one that a factory stands for.

    The factory's code is not run yet: driving the spec does that.

    Args:
        source: what `load` takes; or `FILE.py:NAME`, or `package.module:NAME`.
        reading: its overrides say how long the schedule of a factory is.
        drawn: what a figure says of itself; where it was drawn from the same factory, of as long a
            run, and of the same optimizer.
        reads: what else is read is added to it, for a factory as it is driven.

    Raises:
        FileError: a file cannot be read.
        SpecError: what it holds is no spec, or the overrides make none; or nothing says how long
            the schedule of a factory is.
    """
    named = split_factory(source)
    if named is None:
        return _load_file(source, reading, reads)
    is_file = os.path.isfile(named.place)  # noqa: PTH113 - a name that is too long is none
    if is_file and has_file_ending(named.place):
        raise spec_error(named.place, "holds no factory; the file of one ends in .py")
    factory = find_factory(named, source, Reads() if reads is None else reads)
    tree = dict(with_style_named(drawn).spec) if drawn else {}
    if tree.pop("factory", None) != factory.name:
        tree = {"figure": {"style": PLAIN_STYLE}}
    given = {key for key, *_ in reading.overrides}
    if given & {"steps", "epochs"}:  # in place of what the figure says
        tree = {key: value for key, value in tree.items() if key not in ("steps", "epochs")}
    drawn_of = tree.pop("returns", None)
    returns = reading.returns or next((each for each in RETURNS if each == drawn_of), None)
    missing = ""
    if not {"steps", "epochs"} & {*tree, *given}:
        missing, tree["epochs"] = "epochs is missing; give --epochs N or --steps N", 1
    factory = replace(factory, returns=returns, missing=missing)
    return parse_tree(tree, Source(source), overrides=reading.overrides, factory=factory)


def _load_file(source: str, reading: Reading, reads: Reads | None) -> Spec:
    """Return the spec in a file, or of the log that it is."""
    data = None
    try:
        data = read_source(source)
        return parse_data(data, source, reading, reads=reads)
    except (FileError, SpecError) as error:
        if reading.columns is None:
            raise
        return load_log(source, data, reading.columns, reading.overrides, error)


def parse_data(
    data: bytes, name: str, reading: Reading = AS_WRITTEN, *, reads: Reads | None = None
) -> Spec:
    """Return the spec in a file's bytes; as `load`.

    What else is read is added to `reads`.
    """
    if reading.returns:
        raise spec_error(name, "--returns is for a function of training code")
    if kind := sniff(data):
        takes_logs = reading.columns is not None
        return recall_figure(data, name, kind, reading.overrides, reading.allow, logs=takes_logs)
    try:
        text = data.decode(ENCODINGS.get(data[:2], "utf-8-sig"))
        spec = parse_spec(text, name, overrides=reading.overrides, allow=reading.allow)
    except (SpecError, UnicodeDecodeError) as error:
        from lrviz.reading.trainers.recognising import recognise  # what is right needs no look

        if text := recognise(data, name):
            raise spec_error(name, text) from None
        if 0 < data[:8].count(0) == len(data[:8]) // 2:
            text = "not text: UTF-16 without a byte-order mark; save it as UTF-8"
            raise spec_error(name, text) from None
        if isinstance(error, UnicodeDecodeError):
            text = f"not text: byte {error.start} is not {error.encoding.upper()}"
            raise spec_error(name, f"{text}; save it as UTF-8") from None
        raise
    if not any(isinstance(each.metric, MetricCsv) for each in spec.schedules):
        return spec
    folder = Path(name).parent if name != STDIO and Path(name).is_file() else None
    return with_metrics(spec, folder, Reads() if reads is None else reads)


def read_source(name: str) -> bytes:
    """Return what a file holds that is to be a spec.

    Raises:
        FileError: it cannot be read.
        SpecError: it is called like a picture, and there is none; or like code.
    """
    file = name.removesuffix(":")
    if file.endswith(".py"):
        raise spec_error(file, f"holds no spec; name a function in it as {file}:FUNCTION")
    try:
        return read_file(name, MAX_FILE)
    except FileError as error:
        missing = isinstance(error.__cause__, FileNotFoundError)
        if missing and name.lower().endswith(PICTURE_ENDINGS):
            raise NoFigureError(name) from None
        if missing and split_factory(name):
            raise spec_error(name, "a factory is code already; this takes a spec") from None
        raise


@dataclass(frozen=True)
class Found:
    """One spec to work on, or why there is none: a folder that cannot be looked into.

    Attributes:
        source: the file as it is named to the user.
        name: what its figure is called, without an ending: the path below the folder that was
            named, or the file's own name.
        error: why nobody knows what the folder holds, or that the file is no spec; None for one.
        note: what is worth saying of the folder that it was found in, once; None for nothing.
        is_named: whether it was named itself, and not found in a folder.
    """

    source: str
    name: PurePath
    error: FileError | SpecError | None = None
    note: Problem | None = None
    is_named: bool = False


def collect_specs(sources: Sequence[str], exclude: Sequence[str] = ()) -> list[Found]:
    """Return every spec that files and folders hold, a folder's in order of their names.

    A folder gives its regular files that end in `.yaml` or `.yml`, at any depth, those aside whose
    name begins with a dot; what was named itself is taken whatever it ends in. What is named twice
    is taken once. A folder that cannot be read, at any depth, stands for itself. Where a name ends
    in `.lrviz.yaml`, only such are taken, and `exclude` leaves out what its patterns fit.

    Raises:
        UsageError: standard input is among them, or a folder holds no spec.
    """
    unique: dict[tuple[str, PurePath], Found] = {}
    for found in (each for source in sources for each in _collect(source, exclude)):
        unique.setdefault((os.path.realpath(found.source), found.name), found)
    return list(unique.values())


def _collect(source: str, exclude: Sequence[str]) -> Iterator[Found]:
    if source == STDIO:
        raise UsageError("-: standard input has no name for its figure; name a file or folder")
    if not os.path.isdir(source):  # noqa: PTH112 - which no name is too long for
        yield Found(source, PurePath(figure_stem(source)), is_named=True)
        return
    files, note = scan_specs(source, exclude)
    for path, error in files:
        below = path.relative_to(source)
        name = below if isinstance(error, FileError) else below.with_name(figure_stem(below.name))
        yield Found(str(path), name, error, note)
        note = None
