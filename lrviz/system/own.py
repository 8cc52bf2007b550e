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
from typing import Literal

from lrviz.errors import FileError, RefusedError
from lrviz.system.files import sniff
from lrviz.system.versions import CREATOR

Kind = Literal["figure", "table", "script", "report", "schema", "spec"]

KEYWORD = "lrviz"
# What a PNG and a WebP call the record in them.
NAMESPACE = "urn:lrviz:"

# The bytes of a file that are looked at: no figure has more.
_MOST = 80_000_000

# An SVG and a PDF are as matplotlib writes them: what another program has saved since is its own.
_BEGINNINGS: Mapping[Kind, re.Pattern[bytes]] = {
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
}

# What people go on with, by the command that writes it.
_SIGNING: Mapping[str, Kind] = {"code": "script", "import": "spec"}
_SIGNED = "# Written by lrviz {}, and unchanged while its digest is {}\n"
_SIGNATURE = re.compile(_SIGNED.format(f"({'|'.join(_SIGNING)})", "([0-9a-f]{16})").encode())

# The pictures of which lrviz 0.1 wrote some that do not say so.
_UNMARKED = ("PNG", "WebP", "SVG", "PDF")

_NAME = re.escape(CREATOR.encode())
_SOFTWARE = b"\0\0\0%ctEXtSoftware\0%s" % (9 + len(CREATOR), CREATOR.encode())
_MARKS: Mapping[str, re.Pattern[bytes]] = {
    "PNG": re.compile(b"|".join(map(re.escape, (_SOFTWARE, b"iTXt%s\0" % KEYWORD.encode())))),
    "page": re.compile(  # what a browser has saved since is another's
        rb'\A<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        rb'<meta name="generator" content="%s">\n' % _NAME
    ),
    "WebP": re.compile(rb"%s|xmp:CreatorTool(>|=[\"'])%s[<\"']" % (NAMESPACE.encode(), _NAME)),
    "PDF": re.compile(
        rb"<< /Creator \(%s\)(\s/Subject (?:(?!endobj).)*)? >>\nendobj\nxref\n"
        rb"[\d fn\n]*trailer\n"
        rb"<<[^>]*>>\nstartxref\n\d+\n%%%%EOF\n\Z" % _NAME,
        re.DOTALL,
    ),
}


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
    if overwrite or os.path.islink(path) or not os.path.isfile(path):  # noqa: PTH113, PTH114
        return
    try:
        with path.open("rb") as file:
            data = file.read(_MOST)
    except FileNotFoundError:  # it was there a moment ago
        return
    except OSError as cause:
        raise FileError.from_os_error(path, "read", cause) from cause
    found = find_kind(data)
    if not data or (found is not None and found == kind):
        return
    remedy = "name another file, or insist with --overwrite"
    if found is None and kind == "figure" and sniff(data) in _UNMARKED:
        remedy += " (once, for a figure of 0.1 that does not name lrviz)"
    how = "as lrviz wrote it" if kind in _SIGNING.values() else "that lrviz wrote"
    raise RefusedError(path, f"{f'not a {kind} {how}' if kind else 'is there already'}; {remedy}")


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


def find_kind(data: bytes) -> Kind | None:
    r"""Return what a file holds that lrviz wrote; None where somebody else did.

    >>> find_kind(b"step,epoch,curve,group,lr\n"), find_kind(b"step,loss\n")
    ('table', None)
    """
    if mark := _MARKS.get(sniff(data) or ""):
        return "figure" if mark.search(data) else None
    if signed := _SIGNATURE.match(data):
        is_same = _digest(data[signed.end() :]) == signed[2].decode()
        return _SIGNING[signed[1].decode()] if is_same else None
    return next((kind for kind, start in _BEGINNINGS.items() if start.match(data)), None)


def sign(text: str, command: str) -> str:
    r"""Return what a command writes, with a first line by which it is known while it is unchanged.

    >>> script = sign("import torch\n", "code")
    >>> find_kind(script.encode()), find_kind(f"{script}train()\n".encode())
    ('script', None)
    """
    return f"{_SIGNED.format(command, _digest(text.encode()))}{text}"


def _digest(text: bytes) -> str:
    from hashlib import sha256

    return sha256(text).hexdigest()[:16]
