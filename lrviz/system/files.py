"""Files and the standard streams: bytes in, bytes out, one kind of error."""

import codecs
import errno
import io
import os
import re
import select
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TextIO

from lrviz.errors import FileError, UsageError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

PictureKind = Literal["PNG", "WebP", "JPEG", "GIF", "BMP", "TIFF", "PDF", "SVG", "page"]

# The name of standard input and standard output on the command line.
STDIO = "-"

# How a text is encoded that begins with these bytes, as a Windows shell writes it; any other is
# UTF-8, with its mark or without.
ENCODINGS = dict.fromkeys((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE), "utf-16")

# How a figure begins that is a page, as lrviz wrote it or as a browser has saved it.
_PAGE = re.compile(
    rb'(\xef\xbb\xbf)?\s*<!doctype html>[^\0]{,1000}?<meta name="generator" content="lrviz">', re.I
)

_REASONS = {errno.ENOENT: "no such {}", errno.ENOTDIR: "no such {}", errno.EISDIR: "is a folder"}

_MAGIC: tuple[tuple[bytes, PictureKind], ...] = (
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"%PDF-", "PDF"),
)


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
        raise explain_os_error(path, "read", cause) from cause
    if len(data) > limit:
        raise FileError(os.fspath(path), "read", f"larger than {limit:,} bytes")
    return data


def _read_stdin(limit: int) -> bytes:
    if sys.stdin is None:
        raise OSError(errno.EBADF, "it is closed")
    return sys.stdin.buffer.read(limit)


def explain_os_error(path: str | os.PathLike[str], action: str, cause: OSError) -> FileError:
    """Return why a file cannot be read or written; an error that says so already is itself."""
    if isinstance(cause, FileError):
        return cause
    if cause.errno in _REASONS:
        what = "file" if action == "read" else "folder"
        return FileError(os.fspath(path), action, _REASONS[cause.errno].format(what))
    return FileError.from_os_error(os.fspath(path), action, cause)


def sniff(data: bytes) -> PictureKind | None:
    r"""Return what kind of picture the bytes begin as, or None where they are none.

    >>> sniff(b"\xff\xd8\xff\xe0 and so on")
    'JPEG'
    >>> sniff(b"epochs: 4") is None
    True
    """
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if _PAGE.match(data):
        return "page"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    if data[:2] == b"BM" and data[6:10] == bytes(4):  # a text may well begin with these letters
        return "BMP"
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    return "SVG" if head.startswith((b"<?xml", b"<!", b"<svg")) and b"<svg" in head else None


def find_status(path: str | os.PathLike[str]) -> os.stat_result | None:
    """Return what the system knows of a path; None where it may not be asked, or there is none."""
    try:
        return os.stat(path)  # noqa: PTH116 - a path that no system would have is none
    except (OSError, ValueError):
        return None


def identify(path: str | os.PathLike[str]) -> tuple[int, int] | None:
    """Return what tells a regular file from all others; None where there is none."""
    status = find_status(path)
    if status is None or not stat.S_ISREG(status.st_mode):
        return None
    return status.st_dev, status.st_ino


def is_same_file(output: str | os.PathLike[str], source: str | os.PathLike[str]) -> bool:
    """Whether writing an output would replace the file that something is read from."""
    written = identify(output)
    return source != STDIO and written is not None and written == identify(source)


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
    status = find_status(path)
    return status and (status.st_mtime_ns, status.st_size, status.st_ino)


def write_stdout(data: bytes) -> bool:
    """Write to standard output; return whether anyone still reads it.

    Raises:
        FileError: it cannot be written to.
        UsageError: it is a terminal, and the data is no text.
    """
    if sys.stdout is None:
        raise FileError("standard output", "write", "it is closed")
    if sys.stdout.isatty():
        refuse_picture(data)
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError as cause:
        abandon(sys.stdout)
        if not isinstance(cause, BrokenPipeError):
            raise FileError.from_os_error("standard output", "write", cause) from cause
        return False
    return True


def refuse_picture(data: bytes) -> None:
    """Refuse to write to a terminal what is no text.

    Raises:
        UsageError: it is none.
    """
    try:
        data.decode()
    except UnicodeDecodeError:
        raise UsageError("refusing to write a picture to a terminal; give -o FILE") from None


def write_all(descriptor: int, data: bytes) -> None:
    """Write to an open file; a system call may take a part only, and a full pipe none for now."""
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BlockingIOError:
            select.select([], [descriptor], [])


def abandon(stream: TextIO) -> None:
    """Send to nowhere what Python would still try to write to a stream when it ends."""
    with suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


class _Whole(io.FileIO):
    """An open file that takes all that it is given: Python's own may take a part, and go on."""

    def write(self, data: "ReadableBuffer", /) -> int:
        write_all(self.fileno(), bytes(data))
        return memoryview(data).nbytes


def write_streams_whole() -> None:
    """Have what anybody prints arrive whole, or fail; for a process that is lrviz's own."""
    if sys.platform == "win32":  # a console there takes text and no bytes
        return
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        with suppress(io.UnsupportedOperation, AttributeError):  # it is Python's alone, or closed
            whole = io.TextIOWrapper(
                _Whole(stream.fileno(), "w", closefd=False),
                stream.encoding,
                stream.errors,
                line_buffering=stream.line_buffering,
                write_through=stream.write_through,
            )
            setattr(sys, name, whole)
