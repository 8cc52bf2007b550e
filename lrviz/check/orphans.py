"""Figures that belong to none of the specs that are checked."""

from collections.abc import Sequence, Set
from pathlib import Path

from lrviz.check.baselines import Pair
from lrviz.check.verdict import Verdict, refuse
from lrviz.errors import FileError, LrvizError
from lrviz.figure.chunks import MAX_FILE, read_record
from lrviz.figure.record import is_sheet
from lrviz.reading.folders import is_excluded, iter_files
from lrviz.spec.origin import FIGURE_ENDINGS, MARK, SPEC_ENDINGS
from lrviz.system.files import read_file

_ENDINGS = (*SPEC_ENDINGS, f"{MARK}.yaml", f"{MARK}.yml")


def judge_orphans(
    pairs: Sequence[Pair], folder: Path, exclude: Sequence[str] = ()
) -> list[Verdict]:
    """Return verdicts on the figures below a folder that belong to none of the specs.

    Contact sheets do, and what may be of specs in a folder that cannot be read, or that patterns
    leave out. A folder of figures that cannot be read has a verdict of its own.
    """
    claimed = {pair.path for pair in pairs}
    return [
        _judge(each)
        for each in iter_files(folder, FIGURE_ENDINGS)
        if isinstance(each, FileError)
        or (
            not any(is_excluded(each.with_suffix(end), folder, exclude) for end in _ENDINGS)
            and _is_orphan(each, claimed)
        )
    ]


def _judge(found: Path | FileError) -> Verdict:
    if isinstance(found, FileError):
        return refuse("", found.path, found)
    reason = "no spec of this check draws it; remove it, or bring back its spec"
    return Verdict("orphan", "", str(found), reason)


def _is_orphan(path: Path, claimed: Set[Path]) -> bool:
    """Whether it belongs to no spec, and is not the picture of many that `batch --sheet` makes."""
    if not claimed.isdisjoint((path, *path.parents)):
        return False
    try:
        return not is_sheet(read_record(read_file(path, MAX_FILE)) or "")
    except LrvizError:
        return True
