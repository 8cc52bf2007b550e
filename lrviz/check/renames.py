"""Specs that were renamed: the figure of each lies where it was, and belongs to no spec now."""

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lrviz.check.baselines import Facts, compare_stored, read_baseline
from lrviz.check.verdict import Verdict
from lrviz.errors import LrvizError
from lrviz.spec.tree import is_same_spec

_TAKEN = "the figure of "


def find_renamed(facts: Facts, orphans: Sequence[Verdict]) -> tuple[Facts, list[Verdict]]:
    """Return what is known of a spec without a figure, and the orphans, one of which may be its.

    It is where spec and numbers are the same.
    """
    name = Path(facts.path).stem
    near = sorted(orphans, key=lambda each: Path(each.baseline).stem != name)  # moved, at first
    found = next((each for each in near if _is_figure(each, facts)), None)
    if found is None:
        return facts, list(orphans)
    old = Path(found.baseline)
    words = f"renamed? {_spell_move(old, Path(facts.path).with_suffix(old.suffix))}"
    reason = f"{_TAKEN}{facts.source}, if that was renamed"
    others = [replace(each, reason=reason) if each is found else each for each in orphans]
    return replace(facts, renamed=words), others


def _is_figure(orphan: Verdict, facts: Facts) -> bool:
    try:
        record = read_baseline(Path(orphan.baseline)).record
    except LrvizError:
        return False
    is_free = orphan.outcome == "orphan" and not orphan.reason.startswith(_TAKEN)
    if record is None or record.numbers is None or not is_free:
        return False
    is_same = is_same_spec(record.spec, facts.run.spec.canonical)
    return is_same and compare_stored(record, facts.run)[0] is None


def _spell_move(old: Path, new: Path) -> str:
    move = shlex.join(("mv", str(old), str(new)))
    make = "" if new.parent.is_dir() else f"{shlex.join(('mkdir', '-p', str(new.parent)))} && "
    return f"run `{make}{move}`"
