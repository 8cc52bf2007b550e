"""One figure examined, in a worker: the run drawn, the pictures compared; torch is not needed."""

from dataclasses import replace

from lrviz.check.facts import Facts
from lrviz.check.job import Examined, Job
from lrviz.check.judge import DRAWING, Look, changed_versions, judge, refuse
from lrviz.check.pixels import compare_pixels
from lrviz.check.show import overlay_png, pictures_png
from lrviz.check.verdict import Action, Evidence, Verdict
from lrviz.draw.outputs import Drawing, draw_pixels, freetype_version
from lrviz.errors import ImageError, SpecError
from lrviz.figure.figurefile import encode_drawing
from lrviz.figure.imagefile import Pixels, decode_image
from lrviz.figure.numbers import Move
from lrviz.figure.record import Versions, drawing_versions


def examine_job(job: Job) -> Examined:
    """Draw what a job asks for and judge it; what is wrong becomes a verdict."""
    facts = job.facts
    try:
        drawing = None if _is_beyond_comparison(facts) else draw_pixels(facts.run)
    except SpecError as error:
        return Examined(Evidence(refuse(facts.source, facts.path, error)))
    old, look = _look(facts, drawing)
    verdict = judge(facts, look, job.remedy)
    if drawing is None:
        return Examined(Evidence(verdict))
    action = _choose_action(job, verdict)
    return Examined(
        _show(facts, verdict, old, drawing.pixels) if job.shows else Evidence(verdict),
        action,
        encode_drawing(facts.run, drawing, job.format) if action else b"",
        tuple(map(facts.run.remark, drawing.warnings)),
    )


def _is_beyond_comparison(facts: Facts) -> bool:
    """Whether a drawing could not change the verdict: a match, but other libraries drew it."""
    baseline = facts.baseline
    if baseline is None or baseline.record is None or not facts.has_numbers:
        return False
    settled = facts.numbers is None and not facts.keys
    return settled and _differ(changed_versions(baseline.record.versions, _versions(facts, None)))


def _look(facts: Facts, drawing: Drawing | None) -> tuple[Pixels | None, Look]:
    """Return the figure's pixels, as far as they can be decoded, and how they compare."""
    baseline = facts.baseline
    if baseline is None or not baseline.data:
        return None, Look()
    versions: dict[str, tuple[str, str]] = {}
    if baseline.record is not None:
        versions = changed_versions(baseline.record.versions, _versions(facts, drawing))
    try:
        old = decode_image(baseline.data)
    except ImageError as error:
        return None, Look(versions=versions, unreadable=error.reason)
    if drawing is None or _differ(versions):
        return old, Look(versions=versions)
    return old, Look(True, compare_pixels(old, drawing.pixels), versions)


def _versions(facts: Facts, drawing: Drawing | None) -> Versions:
    """Return what draws here; without a drawing the fonts are taken to be the figure's."""
    fonts = drawing.fonts if drawing else ()
    now = drawing_versions(fonts, freetype_version(), facts.run.spec.packages)
    if drawing is None and facts.baseline and facts.baseline.record:
        now["fonts"] = facts.baseline.record.versions.get("fonts", [])
    return now


def _differ(versions: dict[str, tuple[str, str]]) -> bool:
    return any(name in versions for name in DRAWING)


def _choose_action(job: Job, verdict: Verdict) -> Action | None:
    baseline = job.facts.baseline
    if baseline is None:
        return "added" if job.adds else None
    wanted = job.updates and verdict.outcome != "match" and baseline.replaceable
    return "updated" if wanted else None


def _show(facts: Facts, verdict: Verdict, old: Pixels | None, new: Pixels) -> Evidence:
    """Return the pictures that a report shows of what is no match."""
    evidence = Evidence(verdict)
    if verdict.outcome == "match":
        return evidence
    baseline, result, difference = pictures_png(old, new)
    record = facts.baseline.record if facts.baseline else None
    numbers = record.numbers if record else None
    return replace(
        evidence,
        baseline=baseline,
        result=result,
        difference=difference,
        overlay=overlay_png(numbers, facts.run, facts.moves) if numbers else None,
        steps=tuple(
            (move.start, _name_quantity(move), move.curve, move.group, move.old, move.new)
            for move in facts.moves
        ),
    )


def _name_quantity(move: Move) -> str:
    """Return what moved; of a block, which of its numbers."""
    if not move.statistic:
        return move.quantity
    return f"{move.quantity}, {move.statistic} of {move.stop - move.start} steps"
