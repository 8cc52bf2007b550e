"""One figure examined, in a worker: the run drawn, the pictures compared, all of it judged."""

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from lrviz.check.baselines import Facts
from lrviz.check.changes import tell_changes
from lrviz.check.pictures import show_pictures
from lrviz.check.verdict import (
    DRAWING,
    MOST_NAME,
    Action,
    Changes,
    Outcome,
    PixelsDifference,
    Verdict,
    changed_versions,
    clip,
    name_versions,
    refuse,
)
from lrviz.draw.chart import Drawing
from lrviz.draw.fonts import drawing_versions
from lrviz.draw.outputs import draw_pixels
from lrviz.errors import ImageError, KeyPath, Position, Problem, SpecError, spell_key
from lrviz.figure.image import Pixels, decode_image, encode_drawing


class Examined(NamedTuple):
    """What became of a figure.

    Attributes:
        verdict: on it; its action is what writing `data` would do.
        data: the figure as it should be; empty where it is not to be written.
        warnings: what is worth saying on standard error.
    """

    verdict: Verdict
    data: bytes = b""
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, eq=False)
class Look:
    """What looking at the two pictures gave.

    Attributes:
        compared: whether they could be compared.
        pixels: how they differ; None where they do not, or were not compared.
        versions: what differs between what drew them: name to (then, now).
        unreadable: why the figure's pixels cannot be decoded; empty where they can.
        stored: the figure's pixels, where there are any.
    """

    compared: bool = False
    pixels: PixelsDifference | None = None
    versions: Changes = field(default_factory=dict)
    unreadable: str = ""
    stored: Pixels | None = None


def examine(
    facts: Facts,
    *,
    updates: bool = False,
    adds: bool = False,
    shows: bool = False,
    remedy: str = "",
) -> Examined:
    """Draw a run and judge its figure; what is wrong becomes a verdict.

    Args:
        facts: what is known already.
        updates: whether a figure that is no match is to be written anew.
        adds: whether one that is missing is to be written.
        shows: whether pictures for a report are wanted of what is no match.
        remedy: what writes a figure that is missing.
    """
    try:
        drawing, versions = _draw(facts)
    except SpecError as error:
        return Examined(refuse(facts.source, facts.path, error))
    look = _look(facts, drawing, versions)
    verdict = judge(facts, look, remedy)
    if drawing is None:
        return Examined(verdict)
    if shows and verdict.outcome != "match":
        verdict = replace(verdict, pictures=show_pictures(facts, look.stored, drawing.pixels))
    warnings = tuple(map(facts.run.remark, drawing.warnings))
    action: Action | None = None
    if not facts.baseline.exists:
        action = "added" if adds else None
    elif updates and verdict.outcome != "match" and facts.baseline.replaceable:
        action = "updated"
    if action is None:
        return Examined(verdict, warnings=warnings)
    data = encode_drawing(facts.run, drawing, "png" if facts.path.endswith(".png") else "webp")
    return Examined(replace(verdict, action=action), data, warnings)


def _draw(facts: Facts) -> tuple[Drawing | None, Changes]:
    """Return the run drawn, and what differs between what draws here and what drew the figure.

    No drawing where it could not change the verdict: a match, but other libraries drew it.
    """
    record = facts.baseline.record
    if record is None:
        return draw_pixels(facts.run), {}
    then, now = record.versions, drawing_versions((), facts.run.spec.packages)
    versions = changed_versions(then, now | {"fonts": then.get("fonts", [])})
    if facts.block and facts.numbers is None and not facts.changes and name_versions(versions):
        return None, versions
    drawing = draw_pixels(facts.run)
    return drawing, changed_versions(then, now | {"fonts": list(drawing.fonts)})


def _look(facts: Facts, drawing: Drawing | None, versions: Changes) -> Look:
    """Return how the pictures compare, as far as the figure's can be decoded."""
    if not facts.baseline.data:
        return Look()
    try:
        old = decode_image(facts.baseline.data)
    except ImageError as error:
        return Look(versions=versions, unreadable=str(error))
    if drawing is None or name_versions(versions):
        return Look(versions=versions, stored=old)
    return Look(True, compare_pixels(old, drawing.pixels), versions, stored=old)


def compare_pixels(old: Pixels, new: Pixels) -> PixelsDifference | None:
    """Return how two pictures differ, or None where every pixel is the same.

    Of pictures of two sizes the part that both have is compared, from the upper left corner; all
    the rest of the larger one differs.

    >>> black = np.zeros((2, 3, 4), dtype=np.uint8)
    >>> white = np.full((2, 3, 4), 255, dtype=np.uint8)
    >>> compare_pixels(black, black) is None
    True
    >>> print(compare_pixels(black, white))
    6 of 6 pixels differ, by up to 255 of 255
    """
    height, width = (min(sides) for sides in zip(old.shape[:2], new.shape[:2], strict=True))
    was, now = old[:height, :width], new[:height, :width]
    distance = (np.maximum(was, now) - np.minimum(was, now)).max(axis=2)
    total = max(old.shape[0] * old.shape[1], new.shape[0] * new.shape[1])
    moved = total - int(np.count_nonzero(distance == 0))
    if not moved:
        return None
    sizes = ((each.shape[1], each.shape[0]) for each in (old, new))
    return PixelsDifference(moved, total, int(distance.max()), *sizes)


def judge(facts: Facts, look: Look, remedy: str = "") -> Verdict:
    """Return the verdict on a figure.

    Args:
        facts: what the numbers and the spec say.
        look: what the pictures say.
        remedy: what writes a figure that is missing.
    """
    outcome, reason = _weigh(facts, look, remedy)
    return Verdict(
        outcome=outcome,
        source=facts.source,
        baseline=facts.path,
        reason=clip(reason),
        numbers=facts.numbers,
        keys=tuple(_spell(each.key) for each in facts.changes),
        changes={_spell(each.key): (each.old, each.new) for each in facts.changes},
        pixels=look.pixels,
        pixels_compared=look.compared,
        block=facts.block,
        versions=look.versions,
        position=_place(facts),
    )


def _weigh(facts: Facts, look: Look, remedy: str) -> tuple[Outcome, str]:
    """Return the outcome and one line on it: every return is a row of the table."""
    baseline = facts.baseline
    blocks = f"the numbers agree in blocks of {facts.block:,}" if facts.block > 1 else ""
    if not baseline.exists:
        return "missing", "; ".join(filter(None, ("missing baseline", facts.renamed or remedy)))
    if baseline.unreadable or look.unreadable:
        return "unreadable", baseline.unreadable or look.unreadable
    if facts.numbers is not None:
        why = _explain_move(facts, look.versions)
        order = (why, facts.numbers) if facts.changes else (facts.numbers, why)
        return "differs", "; ".join(map(str, order))
    if facts.block and facts.changes:
        same = blocks or "the numbers are the same"
        return "differs", f"stale: {tell_changes(facts.changes)}; {same}"
    if not look.compared and not facts.block:
        return "inconclusive", f"it stores no numbers, and {name_versions(look.versions)}"
    if not look.compared:
        unseen = f"pixels inconclusive: {name_versions(look.versions)}"
        return "match", f"{unseen}; {blocks}" if blocks else unseen
    if look.pixels is not None:
        return "differs", f"{look.pixels}; {_say_same(facts, look, blocks)}"
    return "match", blocks if facts.block else "pixels only: it stores no numbers"


def _say_same(facts: Facts, look: Look, blocks: str) -> str:
    """Return what is the same where pixels differ."""
    if not facts.block:
        return "it stores no numbers"
    if blocks:
        return f"{blocks}, the pixels do not"
    same = "numbers and spec" if look.versions else "numbers, spec and versions"
    return f"{same} are the same"


def _explain_move(facts: Facts, versions: Changes) -> str:
    """Return why numbers moved, as far as spec and versions tell."""
    drives = {name: each for name, each in versions.items() if name not in DRAWING}
    if facts.changes:
        also = (f", {name} {then} -> {now}" for name, (then, now) in drives.items())
        return f"{tell_changes(facts.changes)}{''.join(also)}"
    if drives:
        changed = (f"{name} changed from {then} to {now}" for name, (then, now) in drives.items())
        return f"the spec is the same: {', '.join(changed)}"
    if "factory" in facts.run.spec.tree:
        return "torch's version is the same: what the factory builds has changed"
    return "the spec and torch's version are the same"


def _place(facts: Facts) -> Position | None:
    """Return the place of the first key that differs, or else of the scheduler."""
    spec = facts.run.spec
    key = facts.changes[0].key if facts.changes else spec.scheduler.key
    source, position = spec.source.find(key)
    return position if source == facts.source else None


def _spell(key: KeyPath) -> str:
    return clip(spell_key(key), MOST_NAME)
