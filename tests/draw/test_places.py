"""A figure in the places of one that looks much the same."""

import random
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import lrviz
from lrviz.draw import places
from lrviz.draw.places import Placed, draw_placed
from lrviz.run.driven import Run
from tests.support.slow import slow_but

SPEC = """
epochs: 4
steps_per_epoch: 8
title: {title}
optimizer: {{AdamW: {{lr: 0.1}}}}
scheduler: {{OneCycleLR: {{max_lr: 0.1, total_steps: 32}}}}
figure: {{style: {style}, panels: {panels}, x: epoch}}
"""


def drive(style: str, panels: str = "[lr]", title: str = "null") -> Run:
    text = SPEC.format(style=style, panels=panels, title=title)
    return lrviz.simulate(lrviz.parse_spec(text))


def name_alike(placed: Placed) -> Placed:
    """The figure without the names of its clip paths, which the last digit of a place changes."""
    return placed._replace(svg=re.sub(rb"\bp[0-9a-f]{10}\b", b"", placed.svg))


def find_axes(svg: bytes) -> list[str]:
    """The outline of every panel's background."""
    found = ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}g")
    axes = [each for each in found if each.get("id", "").startswith("axes_")]
    return [str(each[0][0].get("d")) for each in axes]


@pytest.mark.parametrize("style", ["article", "light", "dark"])
@pytest.mark.parametrize("panels", ["[lr]", "[lr, momentum, weight_decay]"])
def test_in_its_own_places_it_is_the_same_figure(style: str, panels: str) -> None:
    run = drive(style, panels, "A title")
    first = draw_placed(run)
    assert name_alike(draw_placed(run, first.panels)) == name_alike(first)


def test_another_run_stands_where_the_first_did() -> None:
    first = draw_placed(drive("light"))
    other = drive("light", title=f"A title of two lines{' and more' * 12}")
    again = draw_placed(other, first.panels)
    assert find_axes(again.svg) == find_axes(first.svg) != find_axes(draw_placed(other).svg)
    assert again.panels[0].box == pytest.approx(first.panels[0].box, rel=1e-12)


def test_the_places_of_other_panels_are_no_help() -> None:
    first = draw_placed(drive("light"))
    other = drive("light", "[lr, momentum]")
    again = draw_placed(other, first.panels)
    assert again == draw_placed(other)
    heights = np.array([panel.box[3] for panel in again.panels])
    assert heights[1] / heights[0] == pytest.approx(0.6, rel=0.1)


LOOKS: tuple[dict[str, str], ...] = (
    {"style": "light"},
    {"style": "light", "title": "A title"},
    {"style": "article", "title": "A title"},
    {"style": "article"},
    {"style": "dark", "panels": "[lr, momentum]"},
    {"style": "light", "panels": "[lr, momentum]"},
)
RUNS = (
    SPEC,
    "{{steps: 400, scheduler: {{CosineAnnealingLR: {{T_max: 300}}}}, "
    "title: {title}, figure: {{style: {style}, yscale: log}}}}",
    "{{epochs: 9, steps_per_epoch: 40, optimizer: {{AdamW: {{lr: 5e4, param_groups: "
    "[{{name: a}}, {{name: b, lr: 1}}]}}}}, scheduler: {{SequentialLR: {{schedulers: "
    "[LinearLR, ConstantLR], milestones: [90]}}}}, title: {title}, "
    "figure: {{style: {style}, panels: {panels}}}}}",
    "{{steps: 3, scheduler: {{StepLR: {{step_size: 1, gamma: 0}}}}, title: {title}, "
    "figure: {{style: {style}, yscale: log}}}}",
    "{{epochs: 20, title: {title}, curves: {{a: {{scheduler: LinearLR}}, b: {{interval: epoch, "
    "scheduler: ConstantLR}}}}, figure: {{style: {style}, panels: {panels}, markers: true}}}}",
)


@pytest.mark.parametrize(("seed", "count"), slow_but({(0, 5)}, [(0, 5), (1, 24), (2, 24)]))
def test_axes_that_are_set_anew_keep_nothing_of_what_they_showed(seed: int, count: int) -> None:
    """Each is drawn where the last of its panels stood, on axes of whatever was drawn before."""
    draw = random.Random(seed)
    seen: dict[object, Placed] = {}
    reused = 0
    for _ in range(count):
        look = {"panels": "[lr]", "title": "null", **draw.choice(LOOKS)}
        run = lrviz.simulate(lrviz.parse_spec(draw.choice(RUNS).format(lr=0.1, **look)))
        shown = [*look.values(), len(run.curves), run.figure]
        like = seen[str(shown)].panels if str(shown) in seen else ()
        spare = [*places._spare]
        again = draw_placed(run, like)
        reused += places._spare == spare
        places._spare.clear()
        fresh = draw_placed(run, like)
        assert name_alike(again) == name_alike(fresh)
        seen[str(shown)] = fresh
    assert reused or count < 24
