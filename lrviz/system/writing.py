"""Replacing a file whole: written beside its place, synced and renamed.

Whatever happens, there is the old file or the new one. What a killed writer leaves behind is known
by its name and by nobody holding its lock, so the next writer may remove it while others write in
the same folder: the system drops a lock with the process that held it.
"""

import errno
import os
import re
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress
from itertools import chain
from pathlib import Path

from lrviz.errors import FileError
from lrviz.system.files import explain_os_error, refuse_picture, write_all
from lrviz.system.own import find_kind, refuse_other, refuse_place

if sys.platform != "win32":
    import fcntl

_LITTER = re.compile(r"\..*\.lrviz-[0-9a-f]{16}\.tmp", re.DOTALL)


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
            refuse_other(path, find_kind(first), overwrite=overwrite)
            _replace(path, chain([first], parts))
    except OSError as cause:
        error = explain_os_error(path, "write", cause)
        raise error from (None if error is cause else cause)


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


def sweep_litter(folder: Path, beginning: str = ".") -> None:
    """Remove what killed writers left behind in a folder; what is being written stays.

    A folder that is missing or may not be read has none.

    Args:
        folder: where to look.
        beginning: of the names of what is removed.
    """
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            is_ours = entry.name.startswith(beginning) and _LITTER.fullmatch(entry.name)
            if is_ours and entry.is_file(follow_symlinks=False):
                with suppress(OSError):
                    _remove_abandoned(Path(entry.path))


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
    with path.open("ab", buffering=0) as file:  # `>> FILE` keeps what FILE holds
        for part in parts:
            if file.isatty():
                refuse_picture(part)
            write_all(file.fileno(), part)


def _replace(path: Path, parts: Iterable[bytes]) -> None:
    """Give a file new content, part by part, whole or not at all; its permissions are kept.

    What killed writers of this file left behind is removed.
    """
    sweep_litter(path.parent, _prefix(path))
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


def _create_temporary(path: Path) -> tuple[Path, int]:
    """Return a new file beside its place, open and locked; the system applies the umask."""
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
    while True:
        temporary = path.with_name(f"{_prefix(path)}{os.urandom(8).hex()}.tmp")
        descriptor = os.open(temporary, flags, 0o666)
        with suppress(OSError):  # not every system locks
            _lock(descriptor)
        if os.fstat(descriptor).st_nlink:
            return temporary, descriptor
        os.close(descriptor)  # a sweeper was there between the two, and removes it


def _prefix(path: Path) -> str:
    """Return how the name of a temporary file begins: short, as names have a longest length."""
    return f".{path.name[:40]}.lrviz-"


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
