"""Files, pipes and the standard streams: bytes in, bytes out, one kind of error."""

import errno
import io
import os
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TextIO

from lrviz.errors import FileError, UsageError
from lrviz.system.atomic import replace_file, write_all
from lrviz.system.own import find_kind, refuse_other, refuse_place
from lrviz.system.process import descriptor_of

# The name of standard input and standard output on the command line.
STDIO = "-"

_REASONS = {
    errno.ENOENT: "no such {}",
    errno.ENOTDIR: "no such {}",
    errno.EISDIR: "is a folder",
}


def read_file(path: str | os.PathLike[str], limit: int) -> bytes:
    """Return what a file, a pipe or (`-`) standard input holds.

    Args:
        path: as the user named it.
        limit: the most bytes that it may hold; no more than one beyond is read.

    Raises:
        FileError: it cannot be read, or is larger.

    >>> read_file("nowhere.yaml", limit=100)
    Traceback (most recent call last):
        ...
    lrviz.errors.FileError: nowhere.yaml: cannot read: no such file
    """
    try:
        if os.fspath(path) == STDIO:
            data = _read_stdin(limit + 1)
        else:
            with Path(path).open("rb") as file:
                data = file.read(limit + 1)
    except OSError as cause:
        raise _file_error(path, "read", cause) from cause
    if len(data) > limit:
        raise FileError(os.fspath(path), "read", f"larger than {limit:,} bytes")
    return data


def write_file(path: Path, data: bytes | Iterable[bytes], *, overwrite: bool = False) -> None:
    """Write a whole file, or leave what is there.

    An existing file's permissions are kept. A symbolic link is replaced, not written through; a
    device or pipe is written to, never replaced.

    Args:
        path: the file.
        data: what it is to hold, whole or in parts, each of which is made when it is written.
        overwrite: whether the file is replaced, too, where lrviz did not write it.

    Raises:
        FileError: it cannot be written.
        RefusedError: there is one that is not to be replaced.
        UsageError: it is a terminal, and the data is no text.
    """
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a folder")
        parts = iter([data] if isinstance(data, bytes) else data)
        if _is_stream(path):
            _write_stream(path, parts)
        else:
            first = next(parts, b"")
            refuse_other(path, find_kind(io.BytesIO(first)), overwrite=overwrite)
            replace_file(path, chain([first], parts))
    except OSError as cause:
        if isinstance(cause, FileError):
            raise
        raise _file_error(path, "write", cause) from cause


def write_below(root: Path, path: Path, data: bytes, *, overwrite: bool = False) -> None:
    """Write a file below a folder, as `write_file`; the folders above it are made.

    Raises:
        FileError: it cannot be written.
        RefusedError: it is not to be replaced, is a pipe or device, or would lie elsewhere.
    """
    refuse_place(root, path)
    make_folder(path.parent)
    write_file(path, data, overwrite=overwrite)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, where they are missing.

    Raises:
        FileError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as cause:
        raise FileError(str(folder), "write", "not a folder") from cause
    except OSError as cause:
        raise FileError.from_os_error(folder, "write", cause) from cause


def write_stdout(data: bytes) -> bool:
    """Write to standard output; return whether anyone still reads it.

    Raises:
        FileError: it cannot be written to.
        UsageError: it is a terminal, and the data is no text.
    """
    if sys.stdout is None:
        raise FileError("standard output", "write", "it is closed")
    _refuse_terminal(sys.stdout.isatty(), data)
    try:
        sys.stdout.flush()
        descriptor = descriptor_of(sys.stdout)
        if descriptor is None:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        else:
            write_all(descriptor, data)
    except OSError as cause:
        abandon(sys.stdout)
        if not isinstance(cause, BrokenPipeError):
            raise FileError.from_os_error("standard output", "write", cause) from cause
        return False
    return True


def find_status(path: str | os.PathLike[str]) -> os.stat_result | None:
    """Return what the system knows of a path; None where it may not be asked, or there is none."""
    try:
        return os.stat(path)  # noqa: PTH116 - a path that no system would have is none
    except (OSError, ValueError):
        return None


def is_same_file(output: str | os.PathLike[str], source: str | os.PathLike[str]) -> bool:
    """Whether writing an output would replace the file that something is read from."""
    written, read = find_status(output), find_status(source)
    if source == STDIO or written is None or read is None:
        return False
    return stat.S_ISREG(written.st_mode) and os.path.samestat(written, read)


def _is_stream(path: Path) -> bool:
    """Whether it is a device or pipe, or one of the system's names for an open file.

    `/dev/stdout` is a link, and may lead to a regular file: it must not be replaced for that.
    """
    try:
        mode = path.lstat().st_mode
    except OSError:
        return False
    if stat.S_ISLNK(mode):
        folder = path.parent.resolve()
        return folder == Path("/dev") or folder.is_relative_to("/proc")
    return not stat.S_ISREG(mode)


def _write_stream(path: Path, parts: Iterable[bytes]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)  # `>> FILE` keeps what FILE holds
    try:
        for part in parts:
            _refuse_terminal(os.isatty(descriptor), part)
            write_all(descriptor, part)
    finally:
        os.close(descriptor)


def _read_stdin(limit: int) -> bytes:
    if sys.stdin is None:
        raise OSError(errno.EBADF, "it is closed")
    return sys.stdin.buffer.read(limit)


def _refuse_terminal(is_terminal: bool, data: bytes) -> None:
    if not is_terminal:
        return
    try:
        data.decode()
    except UnicodeDecodeError:
        raise UsageError("refusing to write a picture to a terminal; give -o FILE") from None


def abandon(stream: TextIO) -> None:
    """Send to nowhere what Python would still try to write to a stream when it ends."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _file_error(path: str | os.PathLike[str], action: str, cause: OSError) -> FileError:
    if cause.errno in _REASONS:
        what = "file" if action == "read" else "folder"
        return FileError(os.fspath(path), action, _REASONS[cause.errno].format(what))
    return FileError.from_os_error(os.fspath(path), action, cause)


# What changes of a file when it is saved; None where there is none.
State = tuple[int, int, int] | None


class Reads(dict[Path, State]):
    """How the files were that a source is read from beside its own, those it missed among them.

    Whoever reads a file names it before: it may be saved again before all has been drawn, and then
    it is not as it was here.
    """

    def add(self, path: Path) -> None:
        """Say that a file is about to be read, or looked for."""
        self.setdefault(path, state_of(path))


def state_of(path: Path) -> State:
    """Return how a file is now."""
    try:
        status = path.stat()
    except (OSError, ValueError):  # there is none, or no file can be called so
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
