"""Where a spec comes from: a file, standard input, a figure that lrviz drew, or training code."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lrviz.errors import FileError, ImageError, NoFigureError, spec_error
from lrviz.figure.chunks import MAX_FILE, read_record
from lrviz.figure.record import Record, parse_record
from lrviz.reading.from_numbers import recall_factory
from lrviz.reading.metricfile import with_metrics
from lrviz.reading.user_code import find_factory, has_file_ending
from lrviz.spec.assign import Override
from lrviz.spec.model import MetricCsv, Spec
from lrviz.spec.origin import PICTURE_ENDINGS, Source, split_factory
from lrviz.spec.parse import parse_spec, parse_tree
from lrviz.system.files import STDIO, Reads, read_file
from lrviz.system.own import sniff


@dataclass(frozen=True)
class Reading:
    """What the command line says of reading specs.

    Attributes:
        overrides: values that are replaced or added, in order.
        allow: the scheduler classes beside the catalog that specs may name.
    """

    overrides: Sequence[Override] = ()
    allow: Sequence[str] = ()


AS_WRITTEN = Reading()
"""A spec as it stands in its file."""


def load(
    path: str | Path,
    *,
    overrides: Sequence[tuple[str, str]] = (),
    allow: Sequence[str] = (),
) -> Spec:
    """Return the spec in a YAML file, or the one that a figure was drawn from.

    Args:
        path: a YAML file, a PNG or WebP figure that lrviz drew, a pipe, or `-` for standard input.
        overrides: (key path, YAML value) pairs, applied in order, as `--set` does.
        allow: scheduler classes beside the catalog that it may name, each spelt as the spec spells
            it, `package.module:Class`; they are imported when it is driven.

    Raises:
        FileError: it cannot be read.
        SpecError: what it holds is no spec; every problem of its shape at once.
        UsageError: what is allowed is no such name.

    >>> load("configs/steplr.yaml").scheduler.name
    'StepLR'
    """
    name = str(path)
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
        return parse_data(read_source(source), source, reading, reads=reads)
    is_file = os.path.isfile(named.place)  # noqa: PTH113 - a name that is too long is none
    if is_file and has_file_ending(named.place):
        raise spec_error(named.place, "holds no factory; the file of one ends in .py")
    factory = find_factory(named, source, Reads() if reads is None else reads)
    tree = dict(drawn.spec) if drawn else {}
    if tree.pop("factory", None) != factory.name:
        tree = {}
    if "epochs" not in tree and not any(key == "epochs" for key, *_ in reading.overrides):
        raise spec_error(source, "epochs is missing; give --epochs N")
    return parse_tree(tree, Source(source), overrides=reading.overrides, factory=factory)


def parse_data(
    data: bytes, name: str, reading: Reading = AS_WRITTEN, *, reads: Reads | None = None
) -> Spec:
    """Return the spec in a file's bytes; as `load`.

    What else is read is added to `reads`.
    """
    overrides, allow = reading.overrides, reading.allow
    if kind := sniff(data):
        record = _read_figure(name, kind, data)
        if isinstance(record.spec.get("factory"), str):
            return recall_factory(record, name, overrides)
        return parse_tree(dict(record.spec), Source(name), overrides=overrides, allow=allow)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise spec_error(name, f"not text: byte {error.start} is not UTF-8") from None
    spec = parse_spec(text, name, overrides=overrides, allow=allow)
    if not any(isinstance(each.metric, MetricCsv) for each in spec.schedules):
        return spec
    folder = Path(name).parent if name != STDIO and Path(name).is_file() else None
    return with_metrics(spec, folder, Reads() if reads is None else reads)


def _read_figure(name: str, kind: str, data: bytes) -> Record:
    try:
        text = read_record(data)
        if text is not None:
            return parse_record(text)
        reason = f"a {kind} without lrviz's metadata; another program drew it or saved it again"
    except ImageError as error:
        reason = error.reason
    raise spec_error(name, reason)


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
