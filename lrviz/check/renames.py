"""Specs that were renamed: the figure of each lies where it was, and belongs to no spec now."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from shlex import quote

from lrviz.check.baselines import Facts, compare_stored, read_baseline
from lrviz.check.verdict import Verdict
from lrviz.errors import LrvizError
from lrviz.spec.tree import is_same_spec

_TAKEN = "the figure of "


def find_renamed(facts: Facts, orphans: Sequence[Verdict]) -> tuple[Facts, list[Verdict]]:
    """Return what is known of a spec without a figure, and the orphans, one of which may be its.

    It is where spec and numbers are the same; of several the one of the same name.
    """
    path, left = Path(facts.path), list(orphans)
    for orphan in sorted(left, key=lambda each: Path(each.baseline).stem != path.stem):
        if not orphan.reason.startswith(_TAKEN) and _is_figure(orphan, facts):
            break
    else:
        return facts, left
    place = path.with_suffix(Path(orphan.baseline).suffix)
    make = "" if path.parent.is_dir() else f"mkdir -p {quote(str(path.parent))} && "
    words = f"renamed? run `{make}mv {quote(orphan.baseline)} {quote(str(place))}`"
    reason = f"{_TAKEN}{facts.source}, if that was renamed"
    left[left.index(orphan)] = replace(orphan, reason=reason)
    return replace(facts, renamed=words), left


def _is_figure(orphan: Verdict, facts: Facts) -> bool:
    try:
        record = read_baseline(Path(orphan.baseline)).record
    except LrvizError:
        return False
    if record is None or record.numbers is None:
        return False
    is_same = is_same_spec(record.spec, facts.run.spec.canonical)
    return is_same and compare_stored(record, facts.run)[0] is None
