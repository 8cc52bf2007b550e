"""What makes a further figure quick moves no pixel: ticks drawn at once, and axes that are kept."""

import random
from runpy import run_path
from typing import Any

import numpy as np
import pytest

from lrviz.draw import outputs
from lrviz.draw.axes import MinorTicks
from lrviz.draw.outputs import build_chart, draw_pixels
from lrviz.drive.runs import simulate
from lrviz.run.driven import Run
from lrviz.spec.origin import Source
from lrviz.spec.parse import parse_tree
from lrviz.spec.style import styles
from tests.support.slow import slow_but

SCHEDULERS: tuple[dict[str, Any], ...] = (
    {"StepLR": {"step_size": 3}},
    {"CosineAnnealingLR": {"T_max": 20, "eta_min": 1e-5}},
    {"ExponentialLR": {"gamma": 0.9}},
)


def make_run(seed: int, **figure: object) -> Run:
    """Return a run of any length, seen in part or whole."""
    draw = random.Random(seed)
    epochs, steps = draw.randint(1, 9), draw.choice([1, 2, 5, 8, 10, 40])
    total = epochs * steps
    tree: dict[str, Any] = {
        "epochs": epochs,
        "steps_per_epoch": steps,
        "optimizer": {"SGD": {"lr": draw.choice([1e-3, 0.1, 5.0])}},
        "scheduler": draw.choice(SCHEDULERS),
        "figure": figure,
    }
    if draw.random() < 0.5:
        tree["figure"] |= {"xlim": [draw.uniform(-3, total / 2), draw.uniform(total / 2, total)]}
    if draw.random() < 0.3:
        tree["figure"] |= {"ylim": [0, draw.choice([2e-3, 1, 30])]}
    if draw.random() < 0.3:
        tree["figure"] |= {"x": "epoch"}
    return simulate(parse_tree(tree, Source()))


@pytest.mark.parametrize("style", ["article", "light"])
@pytest.mark.parametrize("seed", slow_but({0, 1}, range(6)))
def test_minor_ticks_are_the_pixels_that_matplotlib_would_draw(style: str, seed: int) -> None:
    panels = ["lr", "momentum"] if style == "light" else ["lr"]
    run = make_run(seed, style=style, panels=panels)
    ours = build_chart(run, run.figure, own=True)
    theirs = build_chart(run, run.figure)
    assert not any(axes.artists for axes in theirs.axes)
    assert np.array_equal(ours.capture().pixels, theirs.capture().pixels)


def test_there_are_minor_ticks_in_what_is_compared_above() -> None:
    """A tick a step, below the axis: 31 beside the 5 major ones of 4 epochs of 8 steps."""
    run = simulate(
        parse_tree({"epochs": 4, "steps_per_epoch": 8, "scheduler": SCHEDULERS[0]}, Source())
    )
    chart = build_chart(run, run.figure, own=True)
    ours = chart.capture().pixels
    (ticks,) = chart.axes[0].artists
    assert isinstance(ticks, MinorTicks)
    ticks.remove()
    moved = (chart.capture().pixels != ours).any(axis=2)
    columns = np.flatnonzero(moved.any(axis=0))
    assert len(np.flatnonzero(np.diff(columns) > 1)) + 1 == 32 - 4


@pytest.fixture
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the process be lrviz's own: only there are figures kept."""
    outputs._kept.clear()
    monkeypatch.setattr(outputs, "KEEPS", True)


STYLES: tuple[dict[str, Any], ...] = (
    {},
    {"numbers": "short"},
    {"marker_size": 3},
    {"spines": ["left", "bottom", "top"]},
)


@pytest.mark.usefixtures("_alone")
@pytest.mark.parametrize("seeds", slow_but({24}, [24, 80]))
def test_axes_that_are_kept_draw_what_new_ones_do(seeds: int) -> None:
    article, reused = styles()["article"].model_dump(mode="json"), 0
    for seed in range(seeds):
        style = article | STYLES[0 if seed % 8 < 5 else seed % 4]
        run = make_run(seed, style=style, **({"dpi": 60} if seed % 7 == 6 else {}))
        fresh = build_chart(run, run.figure).capture()
        before = outputs._kept[:]
        assert np.array_equal(draw_pixels(run).pixels, fresh.pixels)
        reused += bool(before) and outputs._kept == before
        if seed % 9 == 8:  # of another look, which leaves none
            draw_pixels(make_run(seed, style="light"))
            assert not outputs._kept
    assert reused > seeds // 4


@pytest.mark.usefixtures("_alone")
def test_a_figure_that_was_given_away_is_never_drawn_on_again() -> None:
    run = make_run(1)
    draw_pixels(run)
    given = build_chart(run, run.figure)
    (line,) = given.axes[0].lines
    before = np.array(line.get_xdata())
    draw_pixels(make_run(2))
    assert given.axes[0].lines[:] == [line]
    assert np.array_equal(line.get_xdata(), before)


def test_a_process_of_others_keeps_no_figure() -> None:
    fresh = run_path(outputs.__file__)  # what the tests have imported keeps them: see conftest.py
    fresh["draw_pixels"](make_run(1))
    assert not fresh["KEEPS"]
    assert not fresh["_kept"]


@pytest.mark.usefixtures("_alone")
def test_a_large_figure_is_not_kept() -> None:
    draw_pixels(make_run(1, dpi=300))
    assert not outputs._kept
