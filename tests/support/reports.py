"""Verdicts of every kind, as a report is given them."""

from dataclasses import replace

import numpy as np

from lrviz.check.verdict import Outcome, Pictures, PixelsDifference, Verdict
from lrviz.errors import Position, Problem
from lrviz.figure.image import encode_image
from lrviz.figure.moves import Move, NumbersDifference, ShapeChange

HOSTILE = '</article><script>window.hacked = 1</script>"\'><img src=x onerror="hacked = 2">'


def picture(level: int, width: int = 60) -> bytes:
    """A PNG of one grey."""
    return encode_image(np.full((30, width, 4), level, np.uint8), "png", 100, None)


def judged(
    outcome: Outcome = "match", source: str = "configs/a.yaml", reason: str = "because"
) -> Verdict:
    """One figure with no more than words."""
    return Verdict(outcome, source, "figures/a.webp", reason)


def shown(verdict: Verdict, *pictures: bytes | None) -> Verdict:
    """The same with pictures."""
    return replace(verdict, pictures=Pictures(*pictures))


def moved(steps: int, kept: int) -> Verdict:
    """A curve that moved in so many steps, the first of which are at hand."""
    rows = tuple(
        Move(4 + i, 5 + i, "", 0.1 + 0.2, 1e-05, 1, 9, "lr", "", "head") for i in range(kept)
    )
    move = Move(4, 5, "", 0.1, 0.05, steps, steps + 4, "lr", peak=0.1)
    difference = NumbersDifference((), (move,), 0, rows, largest=move)
    verdict = Verdict(
        outcome="differs",
        source="configs/step.yaml",
        baseline="figures/step.webp",
        reason=str(difference),
        numbers=difference,
        keys=("scheduler.StepLR.gamma",),
        changes={"scheduler.StepLR.gamma": ("0.5", None)},
        pixels=PixelsDifference(1200, 1800, 255, (60, 30), (60, 30)),
        versions={"torch": ("2.6.0", "2.13.0")},
    )
    return shown(verdict, *map(picture, (0, 80, 160, 240)))


def every_kind() -> list[Verdict]:
    """A figure of every outcome, and two that match."""
    problem = Problem("configs/w.yaml", ("epochs",), "must be at least 1, got 0", Position(2, 1))
    wrong = Verdict("wrong", "configs/w.yaml", "figures/w.webp", "wrong", problems=(problem,))
    return [
        judged("match", "configs/m1.yaml", ""),
        moved(steps=3, kept=3),
        shown(judged("missing", "configs/new.yaml"), None, picture(9)),
        shown(Verdict("orphan", "", "figures/old.webp", "no spec"), picture(9)),
        judged("unreadable", "configs/u.yaml"),
        shown(judged("inconclusive", "configs/i.yaml"), picture(1), picture(2, 50)),
        wrong,
        judged("failed", "configs/f.yaml"),
        judged("match", "configs/m2.yaml", "pixels inconclusive"),
    ]


def hostile(outcome: Outcome) -> Verdict:
    """A figure whose every word tries to be more than a word."""
    move = Move(0, 1, "", 0.0, 1.0, 1, 1, "lr", HOSTILE, HOSTILE)
    shape = ShapeChange("groups", (HOSTILE,), (), HOSTILE)
    verdict = Verdict(
        outcome=outcome,
        source=HOSTILE,
        baseline=HOSTILE,
        reason=HOSTILE,
        numbers=NumbersDifference((shape,), (move, move), steps=(move,)),
        keys=(HOSTILE,),
        changes={HOSTILE: (HOSTILE, HOSTILE)},
        versions={HOSTILE: (HOSTILE, HOSTILE)},
        problems=(Problem(HOSTILE, (HOSTILE,), HOSTILE),),
    )
    return shown(verdict, picture(0), None, None, picture(0))
