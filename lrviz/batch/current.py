"""Whether a figure is up to date, told without torch and matplotlib."""

import stat
from pathlib import Path

from lrviz.errors import LrvizError
from lrviz.files import read_file
from lrviz.intact import is_intact
from lrviz.metadata import MAX_FILE, read_record, sniff
from lrviz.record import parse_record
from lrviz.sheetrecord import build_sheet_record
from lrviz.spec import Spec
from lrviz.spec.tree import is_same_spec
from lrviz.targets import Format
from lrviz.versions import platform_tag, versions

_KINDS = {"png": "PNG", "webp": "WebP"}


def is_current(path: Path, format: Format, spec: Spec) -> bool:
    """Whether a file is the whole figure of a spec as it would be drawn here and now.

    A vector format carries nothing that tells. FreeType comes with matplotlib's version.
    """
    text = _read_whole(path, format)
    if text is None or is_code(spec):
        return False
    try:
        record = parse_record(text)
    except LrvizError:
        return False
    now = {**versions(spec.packages), "platform": platform_tag()}
    return record.versions == record.versions | now and is_same_spec(record.spec, spec.canonical)


def is_code(spec: Spec) -> bool:
    """Whether a factory builds its scheduler, whose code may have changed since it was drawn."""
    return "factory" in spec.tree


def is_current_sheet(path: Path, format: Format, digest: str) -> bool:
    """Whether a file is the whole sheet with this digest."""
    return _read_whole(path, format) == build_sheet_record(digest)


def _read_whole(path: Path, format: Format) -> str | None:
    """Return the record of a regular file that is a whole picture of a format, or None."""
    try:
        if format not in _KINDS or not stat.S_ISREG(path.lstat().st_mode):
            return None
        data = read_file(path, MAX_FILE)
        whole = sniff(data) == _KINDS[format] and is_intact(data)
        return read_record(data) if whole else None
    except (OSError, LrvizError):
        return None
