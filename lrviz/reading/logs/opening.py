"""What is named, read as the log of a training run: a file or folder, told by its content."""

import io
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import BinaryIO

from lrviz.errors import UsageError
from lrviz.reading.logs.events import is_events, read_events
from lrviz.reading.logs.rows import MAX_LINE, find_form, read_rows
from lrviz.run.log import Log
from lrviz.system.files import explain_os_error, find_status

# What a log may be, for the message that something is none.
FORMATS = (
    "a trainer_state.json, JSON lines or a csv with steps and learning rates, TensorBoard events, "
    "the output of Megatron, DeepSpeed or the Trainer"
)

# What is looked for in a folder, kind by kind; of several the one that got furthest is read.
_IN_FOLDERS = (
    ("trainer_state.json", "checkpoint-*/trainer_state.json"),
    ("metrics.csv", "version_*/metrics.csv", "lightning_logs/version_*/metrics.csv"),
    ("vis_data/scalars.json", "*/vis_data/scalars.json"),
    ("results.csv",),
    ("summary.csv",),
    ("metrics.json",),
)

# The same for people.
IN_FOLDERS = ", ".join(PurePath(first).name for first, *_ in _IN_FOLDERS)

# The numbers in a name: of a checkpoint, a version, a time.
_DIGITS = re.compile(r"\d+")


def find_log(name: str, columns: Sequence[str] = (), *, data: bytes | None = None) -> Log | None:
    r"""Return the log that a file or a folder holds; None where it holds none, or is not there.

    Args:
        name: as the user named it. Of a folder its newest log is read, or all its event files.
        columns: what the log calls its steps and its learning rates; none where they are to be
            found by their names.
        data: what somebody has read of it already, all of it.

    Raises:
        FileError: it cannot be read.
        SpecError: it is a log that is broken, or has no learning rate.
        UsageError: the columns are too few.

    >>> log = find_log("losses.csv", data=b"step,loss,lr\n0,0.5,0.1\n10,0.4,0.01\n")
    >>> log.unit, [(each.name, each.steps.tolist()) for each in log.series]
    ('step', [('lr', [0, 10])])
    >>> find_log("spec.yaml", data=b"epochs: 4\nscheduler: {StepLR: {step_size: 3}}\n") is None
    True
    """
    if len(columns) == 1:
        raise UsageError("--columns takes the steps and at least one learning rate, as STEP,LR")
    status = find_status(name)
    try:
        if data is not None:
            return _read(io.BytesIO(data), name, columns)
        if status and stat.S_ISDIR(status.st_mode):
            return _find_in_folder(Path(name), columns)
        if status and stat.S_ISREG(status.st_mode):
            with Path(name).open("rb") as file:
                return _read(file, name, columns)
    except OSError as cause:
        raise explain_os_error(name, "read", cause) from cause
    return None


def _read(file: BinaryIO, name: str, columns: Sequence[str]) -> Log | None:
    head = file.read(MAX_LINE)
    file.seek(0)
    if is_events(head):
        return read_events([file], name, columns)
    form = find_form(head, columns)
    return read_rows(file, name, form, columns) if form else None


def _find_in_folder(folder: Path, columns: Sequence[str]) -> Log | None:
    for patterns in _IN_FOLDERS:
        newest = (path for pattern in patterns for path in _find(folder, pattern)[-1:])
        logs = list(filter(None, (find_log(str(path), columns) for path in newest)))
        if logs:
            log = max(logs, key=lambda each: int(each.series[0].steps[-1]))
            note = f"read from {Path(log.name).relative_to(folder)}"
            return replace(log, name=str(folder), notes=(note, *log.notes))
    paths = _find(folder, "*tfevents*")
    return read_events(_open(paths), str(folder), columns) if paths else None


def _open(paths: Sequence[Path]) -> Iterator[BinaryIO]:
    for path in paths:
        with path.open("rb") as file:
            yield file


def _find(folder: Path, pattern: str) -> list[Path]:
    """Return the regular files of a folder that match, no links followed, by their numbers."""
    found = (path for path in folder.glob(pattern) if path.is_file())
    own = (path for path in found if path.resolve() == folder.resolve() / path.relative_to(folder))
    return sorted(own, key=lambda path: [int(each[:20]) for each in _DIGITS.findall(str(path))])
