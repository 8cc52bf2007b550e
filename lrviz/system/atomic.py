"""Replacing a file whole: written beside its place, synced and renamed.

Whatever happens, there is the old file or the new one. What a killed writer leaves behind is known
by its name and by nobody holding its lock, so the next writer may remove it while others write in
the same folder: the system drops a lock with the process that held it.
"""

import io
import os
import re
import secrets
import select
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from lrviz.system.process import descriptor_of

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


if sys.platform != "win32":
    import fcntl

_LITTER = re.compile(r"\..*\.lrviz-[0-9a-f]{16}\.tmp", re.DOTALL)


def replace_file(path: Path, parts: Iterable[bytes]) -> None:
    """Give a file new content, part by part, whole or not at all; its permissions are kept.

    What killed writers of this file left behind is removed.

    Raises:
        OSError: it cannot be written; then the file is the old one.
    """
    _sweep(path.parent, _prefix(path))
    temporary, descriptor = _create_temporary(path)
    try:
        try:
            _copy_permissions(path, descriptor)
            for part in parts:
                write_all(descriptor, part)
            os.fsync(descriptor)
            if sys.platform != "win32":  # under its lock, so that no sweeper comes between
                temporary.replace(path)
        finally:
            os.close(descriptor)
        if sys.platform == "win32":  # an open file has to keep its name there
            temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def sweep_litter(folder: Path) -> None:
    """Remove what killed writers left behind in a folder; what is being written stays.

    A folder that is missing or may not be read has none.
    """
    _sweep(folder, ".")


def write_all(descriptor: int, data: bytes) -> None:
    """Write to an open file; a system call may take a part only, and a full pipe none for now."""
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BlockingIOError:
            select.select([], [descriptor], [])


def _create_temporary(path: Path) -> tuple[Path, int]:
    """Return a new file beside its place, open and locked; the system applies the umask."""
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
    while True:
        temporary = path.with_name(f"{_prefix(path)}{secrets.token_hex(8)}.tmp")
        descriptor = os.open(temporary, flags, 0o666)
        with suppress(OSError):  # not every system locks
            _lock(descriptor)
        if _is_same(temporary, descriptor):
            return temporary, descriptor
        os.close(descriptor)  # a sweeper was there between the two, and removes it


def _prefix(path: Path) -> str:
    """Return how the name of a temporary file begins: short, as names have a longest length."""
    return f".{path.name[:40]}.lrviz-"


def _sweep(folder: Path, prefix: str) -> None:
    with suppress(OSError):
        with os.scandir(folder) as entries:
            litter = [
                Path(entry.path)
                for entry in entries
                if entry.name.startswith(prefix)
                and _LITTER.fullmatch(entry.name)
                and entry.is_file(follow_symlinks=False)
            ]
        for path in litter:
            with suppress(OSError):
                _remove_abandoned(path)


def _remove_abandoned(path: Path) -> None:
    """Remove a temporary file; it fails where its writer lives, or where nobody can tell."""
    if sys.platform == "win32":  # an open file cannot be removed there
        path.unlink()
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        _lock(descriptor, wait=False)
        path.unlink()
    finally:
        os.close(descriptor)


def _lock(descriptor: int, *, wait: bool = True) -> None:
    """Lock an open file until it is closed or its process ends."""
    if sys.platform != "win32":
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


def _is_same(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.lstat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _copy_permissions(path: Path, descriptor: int) -> None:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    if stat.S_ISREG(status.st_mode) and sys.platform != "win32":
        with suppress(OSError):  # only root may give a file away
            os.fchown(descriptor, status.st_uid, status.st_gid)
        os.fchmod(descriptor, stat.S_IMODE(status.st_mode) & 0o777)


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # not every system opens folders
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class _Whole(io.FileIO):
    """An open file that takes all that it is given: Python's own may take a part, and go on."""

    def write(self, data: "ReadableBuffer", /) -> int:
        write_all(self.fileno(), bytes(data))
        return memoryview(data).nbytes


def write_streams_whole() -> None:
    """Have what anybody prints arrive whole, or fail; for a process that is lrviz's own."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        descriptor = None if stream is None else descriptor_of(stream)
        if descriptor is not None:
            whole = io.TextIOWrapper(
                _Whole(descriptor, "w", closefd=False),
                stream.encoding,
                stream.errors,
                line_buffering=stream.line_buffering,
                write_through=stream.write_through,
            )
            setattr(sys, name, whole)
