"""Whether a figure is up to date, told without torch and matplotlib."""

import stat
from collections.abc import Mapping
from pathlib import Path

from lrviz.commands.targets import Format
from lrviz.errors import LrvizError
from lrviz.figure.chunks import MAX_FILE, is_intact, read_record
from lrviz.figure.record import build_sheet_record, parse_record
from lrviz.spec.model import Spec
from lrviz.spec.tree import Tree, is_same_spec
from lrviz.system.files import read_file
from lrviz.system.own import sniff
from lrviz.system.versions import DISTRIBUTIONS, NO_FONT, is_release, platform_tag, versions

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
    if record.versions != record.versions | now or not is_same_spec(record.spec, spec.canonical):
        return False
    is_whole = NO_FONT not in record.versions.get("fonts", ())
    return is_whole and _spell_sweep(record.spec) == _spell_sweep(spec.canonical)


def _spell_sweep(tree: Mapping[str, Tree]) -> str:
    """Return the values of a sweep as they name its curves: 1 is not 1.0 there."""
    return repr(tree.get("sweep"))


def is_code(spec: Spec) -> bool:
    """Whether code has a part in its figure that may have changed under the same version.

    That is a factory's, a class's of no catalog, and a library's that is no release of it.
    """
    nodes = (node for schedule in spec.schedules for node in schedule.scheduler.walk())
    is_own = "factory" in spec.tree or any(node.foreign for node in nodes)
    return is_own or not all(map(is_release, (*DISTRIBUTIONS, *spec.packages)))


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
