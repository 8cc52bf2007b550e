r"""Which files are lrviz's own: what it wrote it may replace, all else only where the user insists.

A file is known by what it says of itself, and is replaced by its like alone: a figure by a figure,
a table by a table. Nothing is lost with an empty file, nor with a symbolic link, which leads to
what stays.
"""

import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, Literal

from lrviz.errors import FileError, RefusedError
from lrviz.figure.metadata import KEYWORD, NAMESPACE, sniff
from lrviz.system.versions import CREATOR

Kind = Literal["figure", "table", "script", "report", "schema", "spec"]

_HEAD = 1_000_000
"""The bytes at a file's beginning, or before its end, in which it says who wrote it."""

_MOST_CHUNKS = 1_000
"""The chunks of a picture that are looked at."""

_SNIFF = 4_096
"""The bytes that tell what kind of file it is."""

# An SVG and a PDF are as matplotlib writes them: what another program has saved since is its own.
_BEGINNINGS: Mapping[Kind, re.Pattern[bytes]] = MappingProxyType(
    {
        "figure": re.compile(
            rb'<\?xml version="1\.0" encoding="utf-8" standalone="no"\?>\n<!DOCTYPE svg .*?'
            rb"<dc:creator>\s*<cc:Agent>\s*<dc:title>%s</dc:title>" % CREATOR.encode(),
            re.DOTALL,
        ),
        "table": re.compile(
            rb"step,epoch,curve,group,lr(,momentum)?(,weight_decay)?(,metric)?\n"
            rb'|\[\n\{"step": 0, "epoch": 0, "curve": "'
        ),
        "report": re.compile(rb"<!doctype html>\n.*?\n<title>lrviz check: ", re.DOTALL),
        "schema": re.compile(rb'\{\n  "\$schema": "[^"]*",\n  "title": "lrviz spec",\n'),
        "spec": re.compile(
            rb"# yaml-language-server: \$schema=lrviz\.schema\.json\n"
            rb"# An editor completes and checks this file once `lrviz schema > "
        ),
    }
)

_SIGNED = "# Written by lrviz code, and unchanged while its digest is {}\n"
_SCRIPT = re.compile(_SIGNED.format("([0-9a-f]{16})").encode())

_UNMARKED = ("PNG", "WebP", "SVG", "PDF")
"""The pictures of which lrviz 0.1 wrote some that do not say so."""

_PDF_END = re.compile(rb"startxref\n(\d{1,12})\n%%EOF\n\Z")
_PDF_INFO = re.compile(
    rb"<< /Creator \(%s\)(\s/Subject .*)? >>\nendobj\n" % CREATOR.encode(), re.DOTALL
)
_XMP = re.compile(rb"%s|xmp:CreatorTool(>|=[\"'])%s[<\"']" % (NAMESPACE.encode(), CREATOR.encode()))


def refuse_other(path: Path, kind: Kind | None, *, overwrite: bool = False) -> None:
    """Refuse to write over a file that lrviz did not write, or that holds something else of it.

    Args:
        path: where something is to be written; what is no regular file is left to who writes it.
        kind: of what is to be written; None for what lrviz would not know again.
        overwrite: whether the user insists.

    Raises:
        FileError: there is a file that cannot be read.
        RefusedError: there is one that is not to be replaced.
    """
    if overwrite or not _is_regular(path):
        return
    try:
        with path.open("rb") as file:
            found, head = find_kind(file), _read_at(file, 0, _SNIFF)
    except FileNotFoundError:  # it was there a moment ago
        return
    except OSError as cause:
        raise FileError.from_os_error(path, "read", cause) from cause
    if not head or (found is not None and found == kind):
        return
    remedy = "name another file, or insist with --overwrite"
    if found is None and kind == "figure" and sniff(head) in _UNMARKED:
        remedy += " (once, for a figure of 0.1 that does not name lrviz)"
    raise RefusedError(path, f"not a {kind or 'file'} that lrviz wrote; {remedy}")


def refuse_place(root: Path, path: Path) -> None:
    """Refuse to write below a folder through a link, or to a pipe, which would wait for a reader.

    Args:
        root: the folder that the user named; it may be a link itself.
        path: a file below it.

    Raises:
        RefusedError: the file would lie elsewhere, or is none.
    """
    link = find_link(root, path)
    if link is not None:
        raise RefusedError(link, "a symbolic link; nothing is written through it")
    with suppress(OSError):
        mode = path.lstat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode) or stat.S_ISDIR(mode)):
            raise RefusedError(path, "not a regular file; remove it, or name another folder")


def find_link(root: Path, path: Path) -> Path | None:
    """Return the symbolic link that stands between a folder and a file below it, if one does."""
    between = [root / folder for folder in path.relative_to(root).parents][:-1]
    # What may not be looked at is no link; writing there says why not.
    return next((each for each in between if os.path.islink(each)), None)  # noqa: PTH114


def find_kind(file: BinaryIO) -> Kind | None:
    r"""Return what an open file holds that lrviz wrote; None where somebody else did.

    >>> from io import BytesIO
    >>> find_kind(BytesIO(b"step,epoch,curve,group,lr\n")), find_kind(BytesIO(b"step,loss\n"))
    ('table', None)
    """
    match sniff(_read_at(file, 0, _SNIFF)):
        case "PNG" | "WebP" as format:
            return "figure" if any(_is_mark(*each) for each in _iter_texts(file, format)) else None
        case "PDF":
            return "figure" if _is_pdf(file) else None
    head = _read_at(file, 0, _HEAD)
    if signed := _SCRIPT.match(head):
        return "script" if _digest(_read_at(file, signed.end(), -1)) == signed[1].decode() else None
    return next((kind for kind, start in _BEGINNINGS.items() if start.match(head)), None)


def sign_script(code: str) -> str:
    r"""Return a script with a first line by which it is known while nobody has changed it.

    >>> from io import BytesIO
    >>> script = sign_script("import torch\n")
    >>> find_kind(BytesIO(script.encode())), find_kind(BytesIO(f"{script}train()\n".encode()))
    ('script', None)
    """
    return f"{_SIGNED.format(_digest(code.encode()))}{code}"


def _digest(code: bytes) -> str:
    return sha256(code).hexdigest()[:16]


def _is_pdf(file: BinaryIO) -> bool:
    """Whether a PDF ends as lrviz's do: with who made it, before the table of its parts."""
    size = file.seek(0, os.SEEK_END)
    end = _PDF_END.search(_read_at(file, max(0, size - 64), 64))
    if end is None:
        return False
    place = int(end[1])
    start = max(0, place - _HEAD)
    parts = _read_at(file, start, place - start)
    return _PDF_INFO.fullmatch(parts, max(0, parts.rfind(b"<< /Creator ("))) is not None


def _iter_texts(file: BinaryIO, format: Literal["PNG", "WebP"]) -> Iterator[tuple[bytes, bytes]]:
    """Yield the name of every chunk with text, and how the text begins.

    A figure that was cut short or damaged is lrviz's still: it is walked as far as it goes.
    """
    is_png = format == "PNG"
    place = 8 if is_png else 12
    for _ in range(_MOST_CHUNKS):
        first, second = _read_at(file, place, 4), _read_at(file, place + 4, 4)
        name, length = (second, first) if is_png else (first, second)
        size = int.from_bytes(length, "big" if is_png else "little")
        if not name:
            return
        if name in (b"tEXt", b"iTXt", b"XMP "):
            yield name, _read_at(file, place + 8, min(size, _HEAD))
        place += 8 + size + (4 if is_png else size % 2)


def _is_mark(name: bytes, text: bytes) -> bool:
    """Whether a chunk names lrviz, or is its record."""
    if name == b"XMP ":
        return _XMP.search(text) is not None
    return text == f"Software\0{CREATOR}".encode() or text.startswith(f"{KEYWORD}\0".encode())


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _read_at(file: BinaryIO, start: int, size: int) -> bytes:
    file.seek(start)
    return file.read(size)
