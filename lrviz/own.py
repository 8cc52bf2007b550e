r"""Which files are lrviz's own: what it wrote it may replace, all else only where the user insists.

A file is known by what it says of itself, and is replaced by its like alone: a figure by a figure,
a table by a table. Nothing is lost with an empty file, nor with a symbolic link, which leads to
what stays.
"""

import os
import re
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, Literal

from lrviz.errors import FileError, ImageError, RefusedError
from lrviz.metadata import CREATOR, KEYWORD, MAX_FILE, NAMESPACE, Chunk, iter_chunks, sniff

Kind = Literal["figure", "table", "script", "report", "schema", "spec"]

_HEAD = 65_536
"""The bytes at a file's beginning, or before its end, in which it says who wrote it."""

_BEGINNINGS: Mapping[Kind, re.Pattern[bytes]] = MappingProxyType(
    {
        "table": re.compile(
            rb"step,epoch,curve,group,lr(,momentum)?(,weight_decay)?(,metric)?\n"
            rb'|\[\n\{"step": 0, "epoch": 0, "curve": "'
        ),
        "script": re.compile(rb"# Written by `lrviz code`\.\n"),
        "report": re.compile(rb"<!doctype html>\n.*?\n<title>lrviz check: ", re.DOTALL),
        "schema": re.compile(rb'\{\n  "\$schema": "[^"]*",\n  "title": "lrviz spec",\n'),
        "spec": re.compile(
            rb"# yaml-language-server: \$schema=lrviz\.schema\.json\n"
            rb"# An editor completes and checks this file once `lrviz schema > "
        ),
    }
)
_UNMARKED_SCRIPT = re.compile(rb"import (math|torch)\n|from torch\.optim import ")

# As matplotlib writes them: what another program has saved since is not lrviz's any more.
_SVG = re.compile(
    rb'<\?xml version="1\.0" encoding="utf-8" standalone="no"\?>\n<!DOCTYPE svg .*?'
    rb"<dc:creator>\s*<cc:Agent>\s*<dc:title>%s</dc:title>" % CREATOR.encode(),
    re.DOTALL,
)
_PDF_END = re.compile(rb"startxref\n(\d{1,12})\n%%EOF\n\Z")
_PDF_INFO = re.compile(
    rb"<< /Creator \(%s\)(\s/Subject .*)? >>\nendobj\n\Z" % CREATOR.encode(), re.DOTALL
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
            found, head = find_kind(file), _read_at(file, 0, _HEAD)
    except FileNotFoundError:  # it was there a moment ago
        return
    except OSError as cause:
        raise FileError.from_os_error(path, "read", cause) from cause
    if not head or (found is not None and found == kind):
        return
    remedy = "name another file, or insist with --overwrite"
    if found is None and _may_be_unmarked(head, kind):
        remedy += f" (once, for a {kind} of 0.1 that does not name lrviz)"
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
    return next((folder for folder in between if folder.is_symlink()), None)


def find_kind(file: BinaryIO) -> Kind | None:
    r"""Return what an open file holds that lrviz wrote; None where somebody else did.

    >>> find_kind(BytesIO(b"step,epoch,curve,group,lr\n")), find_kind(BytesIO(b"step,loss\n"))
    ('table', None)
    """
    head = _read_at(file, 0, _HEAD)
    for kind, beginning in _BEGINNINGS.items():
        if beginning.match(head):
            return kind
    return "figure" if _is_figure(file, head) else None


def _is_figure(file: BinaryIO, head: bytes) -> bool:
    match sniff(head):
        case "SVG":
            return _SVG.match(head) is not None
        case "PDF":
            return _is_pdf(file)
        case "PNG" | "WebP":
            return _has_mark(_read_at(file, 0, MAX_FILE))
    return False


def _is_pdf(file: BinaryIO) -> bool:
    """Whether a PDF ends as lrviz's do: with who made it, before the table of its parts."""
    size = file.seek(0, os.SEEK_END)
    end = _PDF_END.search(_read_at(file, max(0, size - 64), 64))
    if end is None:
        return False
    place = int(end[1])
    start = max(0, place - _HEAD)
    return _PDF_INFO.search(_read_at(file, start, place - start)) is not None


def _has_mark(data: bytes) -> bool:
    """Whether a PNG or WebP has lrviz's record, or names it, before any damage."""
    with suppress(ImageError):
        return any(_is_mark(chunk, data[chunk.start : chunk.stop]) for chunk in iter_chunks(data))
    return False


def _is_mark(chunk: Chunk, content: bytes) -> bool:
    match chunk.name:
        case b"tEXt":
            return content == f"Software\0{CREATOR}".encode()
        case b"iTXt":
            return content.startswith(f"{KEYWORD}\0".encode())
        case b"XMP ":
            return _XMP.search(content, 0, _HEAD) is not None
    return False


def _may_be_unmarked(head: bytes, kind: Kind | None) -> bool:
    """Whether lrviz 0.1 may have written a file of this kind, which did not always say so."""
    if kind == "script":
        return _UNMARKED_SCRIPT.match(head) is not None
    return kind == "figure" and sniff(head) in ("PNG", "WebP", "SVG", "PDF")


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _read_at(file: BinaryIO, start: int, size: int) -> bytes:
    file.seek(start)
    return file.read(size)
