"""Points, limits, ticks, titles and the colours of the styles, without a figure."""

import re
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import ValidationError

from lrviz.curve import SchedulerFacts, pick_points
from lrviz.draw.axes import choose_spacing
from lrviz.draw.lines import choose_look
from lrviz.draw.panels import find_limits
from lrviz.draw.text import fit_text
from lrviz.draw.titles import describe_schedulers
from lrviz.spec.style import Style, styles
from lrviz.spec.sweep import MAX_CURVES
from lrviz.spell import spell_number, spell_ticks


@pytest.mark.parametrize(
    ("span", "epoch", "pixels", "expected"),
    [
        (32, 8, 775, (8, 1)),  # the article: a tick an epoch, a small one a step
        (10 * 50, 50, 775, (50, None)),  # 1.55 pixels a step, the epochs are major
        (90 * 100, 100, 775, (1000, 100)),  # ten epochs a tick
        (30 * 391, 391, 775, (5 * 391, 391)),
        (30, 1, 775, (5, 1)),
        (1, 1, 775, (1, None)),
        (8, 8, 775, (1, None)),  # less than two epochs
        (1000, 1000, 775, (100, None)),
        (32, 8, 60, (16, 8)),  # narrow: room for three labels
    ],
)
def test_ticks_follow_epochs_and_steps(
    span: float, epoch: float, pixels: float, expected: tuple[float, float | None]
) -> None:
    assert choose_spacing(span, epoch, 1, pixels, 20) == expected


def test_ticks_of_less_than_two_epochs_on_an_epoch_axis_are_even() -> None:
    assert choose_spacing(1, 1, 1 / 8, 775, 40) == (0.1, None)


def test_a_curve_with_few_points_keeps_them_all() -> None:
    assert pick_points(np.zeros(32), 0, 32, 775).tolist() == list(range(32))


def test_points_outside_the_axis_are_left_out_but_one_on_either_side() -> None:
    assert pick_points(np.zeros(100), 10, 12, 775).tolist() == [9, 10, 11, 12, 13]
    assert pick_points(np.zeros(100), 12, 10, 775).tolist() == [9, 10, 11, 12, 13]
    assert pick_points(np.zeros(100), 500, 600, 775).tolist() == []


def test_first_lowest_highest_and_last_point_of_a_column_are_kept_in_order() -> None:
    values = np.array([5.0, 9, 1, 5, 5, 5, 2, 8, 5, 5])
    assert pick_points(values, 0, 9, 2).tolist() == [0, 1, 2, 4, 5, 6, 7, 9]


@pytest.mark.parametrize("columns", [1, 7, 100, 775])
def test_every_column_keeps_its_range(columns: int) -> None:
    values = np.random.default_rng(1).normal(size=12_345)
    kept = pick_points(values, 0, 12_345, columns)
    assert len(kept) <= 4 * columns + 12_345 // columns
    size = 12_345 // columns
    for start in range(0, 12_345, size):
        inside = values[kept[(kept >= start) & (kept < start + size)]]
        block = values[start : start + size]
        assert (inside.min(), inside.max()) == (block.min(), block.max())
        assert (inside[0], inside[-1]) == (block[0], block[-1])


@pytest.mark.parametrize(
    ("values", "quantity", "base", "scale", "expected"),
    [
        ([1e-3, 5e-4], "lr", 1e-3, "linear", (0, 1.1e-3)),
        ([9e-4, 5e-4], "lr", 1e-3, "linear", (0, 1.1e-3)),  # OneCycleLR stays below
        ([1e-2, 5e-4], "lr", 1e-3, "linear", (0, 1.1e-2)),
        ([1e-3, -1e-3], "lr", 1e-3, "linear", (-1.1e-3, 1.1e-3)),
        ([0, 0], "lr", 0, "linear", (0, 1)),
        ([0.85, 0.95], "momentum", 1e-3, "linear", (0.84, 0.96)),
        ([0.01, 0.95], "momentum", 1e-3, "linear", (0, 1.044)),
        ([0.9, 0.9], "momentum", 1e-3, "linear", (0.72, 1.08)),
        ([0, 0], "weight_decay", 1e-3, "linear", (0, 1)),
        ([1e-2, 1e-4], "lr", 1e-2, "log", (10**-4.1, 10**-1.9)),
        ([0, -1], "lr", 0, "log", (0.1, 1)),
        ([1, 1e-300], "momentum", 0, "log", (10**-16.8, 10**0.8)),
        ([1, 1e-300], "lr", 0, "log", (1e-4, 10**0.2)),
        ([1, 1e-4], "lr", 0, "log", (10**-4.2, 10**0.2)),  # nothing is lower
        ([1, 1e-3, 0], "lr", 0, "log", (10**-3.15, 10**0.15)),
    ],
)
def test_limits(
    values: list[float], quantity: str, base: float, scale: str, expected: tuple[float, float]
) -> None:
    found = find_limits([np.array(values, dtype=float)], quantity, base, scale)  # type: ignore[arg-type]
    assert found == pytest.approx(expected)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.001, "1e-3"),
        (0.01, "0.01"),
        (0.015, "0.015"),
        (2.5e-4, "2.5e-4"),
        (0.0, "0"),
        (1000, "1000"),
        (100000.0, "1e5"),
        (1 / 3, "0.333333"),
        (-1e-4, "-1e-4"),
        (2.0, "2"),
    ],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert spell_number(value) == text


@pytest.mark.parametrize(
    ("ticks", "labels"),
    [
        ([0, 2e-4, 1e-3], ["0", "2e-4", "1e-3"]),
        ([0, 0.005, 0.01], ["0", "0.005", "0.010"]),
        ([0.9, 0.90001], ["0.90000", "0.90001"]),
        ([1e300, 2e300], ["1e300", "2e300"]),
        ([], []),
    ],
)
def test_tick_labels_tell_ticks_apart(ticks: list[float], labels: list[str]) -> None:
    assert spell_ticks(ticks) == labels


def make_facts(name: str, *children: SchedulerFacts, **given: object) -> SchedulerFacts:
    arguments = {**given, "last_epoch": -1}
    return SchedulerFacts(name, (), arguments, frozenset(given), 8, range(8), children)


@pytest.mark.parametrize(
    ("facts", "title"),
    [
        (make_facts("StepLR", step_size=4, gamma=0.5), "StepLR · step_size 4, gamma 0.5"),
        (make_facts("ConstantLR"), "ConstantLR"),
        (
            make_facts("CosineAnnealingLR", T_max=32, eta_min=0.0001),
            "CosineAnnealingLR · T_max 32, eta_min 1e-4",
        ),
        (make_facts("MultiStepLR", milestones=[8, 24]), "MultiStepLR · milestones [8, 24]"),
        (
            make_facts("MultiStepLR", milestones=list(range(9))),
            "MultiStepLR · milestones [0, 1, 2, 3, 4, 5, …]",
        ),
        (
            make_facts("CyclicLR", mode="triangular", cycle_momentum=False, scale_fn=None),
            "CyclicLR · mode triangular, cycle_momentum false, scale_fn null",
        ),
        (
            make_facts(
                "SequentialLR",
                make_facts("LinearLR"),
                make_facts("ChainedScheduler", make_facts("A"), make_facts("B")),
                milestones=[8],
            ),
            "SequentialLR: LinearLR → ChainedScheduler (A + B)",
        ),
    ],
)
def test_a_title_says_scheduler_and_given_arguments(facts: SchedulerFacts, title: str) -> None:
    assert describe_schedulers([facts]) == title


CHAIN = (make_facts("LinearLR"), make_facts("StepLR"))


@pytest.mark.parametrize(
    ("several", "title"),
    [
        (
            [make_facts("StepLR", gamma=0.5), make_facts("StepLR"), make_facts("ConstantLR")],
            "StepLR, ConstantLR",
        ),
        (
            [make_facts("StepLR", step_size=4, gamma=gamma) for gamma in (0.5, 0.7, 0.9)],
            "StepLR · step_size 4",
        ),
        (
            [make_facts("StepLR", step_size=4), make_facts("StepLR", step_size=4, gamma=0.1)],
            "StepLR · step_size 4",
        ),
        ([make_facts("StepLR", step_size=size) for size in (2, 4)], "StepLR"),
        ([make_facts("StepLR", step_size=4)] * 2, "StepLR · step_size 4"),  # optimizers differ
        ([make_facts("SequentialLR", *CHAIN)] * 2, "SequentialLR: LinearLR → StepLR"),
        (
            [make_facts("SequentialLR", *CHAIN), make_facts("SequentialLR", *CHAIN[::-1])],
            "SequentialLR",
        ),
    ],
)
def test_a_title_of_several_schedulers_says_what_they_share(
    several: list[SchedulerFacts], title: str
) -> None:
    assert describe_schedulers(several) == title


@pytest.mark.parametrize(
    ("text", "width", "lines", "expected"),
    [
        ("short", 10, 1, "short"),
        ("", 10, 1, ""),
        ("one two three", 7, 2, "one two\nthree"),
        ("one two three four", 7, 2, "one two\nthree…"),
        ("unbreakable", 4, 3, "unbr\neaka\nble"),
        ("unbreakable", 4, 1, "unb…"),
        ("own\nlines", 10, 2, "own\nlines"),
        ("a\nb\nc", 10, 2, "a\nb…"),
        ("wide", 0, 2, "w\n…"),
    ],
)
def test_text_is_wrapped_then_shortened(text: str, width: float, lines: int, expected: str) -> None:
    assert fit_text(text, width, lines, len) == expected


def luminance(color: str) -> float:
    """Return the relative luminance as WCAG 2 defines it."""
    parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_every_line_and_text_stands_out_from_the_background(name: str) -> None:
    style = styles()[name]
    assert contrast(style.foreground, style.background) >= 7
    assert all(contrast(color, style.background) >= 3 for color in style.colors)
    assert contrast(style.grid_color, style.background) < 2


# What eyes without one kind of cone see of linear red, green and blue (Machado and others, 2009).
SIGHT = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "grey": np.array([[0.2126, 0.7152, 0.0722]] * 3),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
CURVES = 12
SIXTH = (0, (6, 1.6, 1, 1.6, 1, 1.6))
NEAR = 15
"""Differences of CIELAB (1976) below this are hard to see in thin lines; 2.3 is just visible."""


def to_lab(color: str, sight: str) -> NDArray[np.float64]:
    """Return lightness, red-green and yellow-blue as some eyes, or a printer, give them."""
    parts = np.array([int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    seen = np.clip(SIGHT[sight] @ linear, 0, 1)
    x, y, z = (
        each ** (1 / 3) if each > 0.008856 else 7.787 * each + 16 / 116
        for each in TO_XYZ @ seen / (0.9505, 1.0, 1.0890)
    )
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("name", ["light", "dark"])
def test_curves_near_in_colour_differ_in_line_style_in_print_and_to_the_colour_blind(
    name: str, sight: str
) -> None:
    style = styles()[name]
    looks = [
        (
            to_lab(style.colors[index % len(style.colors)], sight),
            style.linestyles[index % len(style.linestyles)],
        )
        for index in range(CURVES)
    ]
    alike = [
        (one, other)
        for (one, one_style), (other, other_style) in combinations(looks, 2)
        if one_style == other_style
    ]
    assert len(alike) == CURVES - len(style.linestyles)
    assert min(float(np.linalg.norm(one - other)) for one, other in alike) >= NEAR


@pytest.mark.parametrize("sight", ["normal", "protanopia", "deuteranopia"])
@pytest.mark.parametrize("name", ["article", "light", "dark"])
def test_any_two_colours_are_told_apart_by_any_eyes(name: str, sight: str) -> None:
    seen = [to_lab(color, sight) for color in styles()[name].colors]
    distances = [float(np.linalg.norm(one - other)) for one, other in combinations(seen, 2)]
    assert min(distances) >= NEAR


@pytest.mark.parametrize(("name", "count"), [("article", 28), ("light", 42), ("dark", 42)])
def test_a_look_comes_again_only_when_all_colours_have_had_all_patterns(
    name: str, count: int
) -> None:
    """7 colours and 4 or 6 patterns: the numbers have no common divisor."""
    looks = [choose_look(styles()[name], index, count) for index in range(count)]
    assert len({(look["color"], look["linestyle"]) for look in looks}) == count


@pytest.mark.parametrize("name", ["article", "light", "dark"])
def test_all_curves_that_a_spec_may_have_look_different(name: str) -> None:
    looks = [choose_look(styles()[name], index, MAX_CURVES) for index in range(MAX_CURVES)]
    assert (
        len({(look["color"], look["linestyle"], round(look["linewidth"], 6)) for look in looks})
        == MAX_CURVES
    )


def test_what_is_drawn_with_less_ink_lies_above() -> None:
    """Equal curves would hide one another: 1 is solid, '--' and '-.' are 0.7, ':' is 0.38."""
    looks = [choose_look(styles()["light"], index, 6) for index in range(6)]
    order = sorted(looks, key=lambda look: look["zorder"])
    assert [look["linestyle"] for look in order] == ["-", (0, (9, 2.5)), "--", "-.", SIXTH, ":"]


def test_sight_is_simulated_as_published() -> None:
    grey, red = "#808080", "#ff0000"
    for sight in SIGHT:
        assert to_lab(grey, sight) == pytest.approx((53.6, 0, 0), abs=0.1)
    assert to_lab(red, "normal") == pytest.approx((53.2, 80.1, 67.2), abs=0.1)
    assert to_lab(red, "grey") == pytest.approx((53.2, 0, 0), abs=0.1)


@pytest.mark.parametrize(
    ("linestyle", "message"),
    [
        ((0, (1, 2, 3)), "must have a gap after every dash"),
        ((0, (1, -2)), "greater than 0"),
        ((0, (1,)), "at least 2 items"),
        ("dotted", "Input should be '-', '--', '-.' or ':'"),
    ],
)
def test_a_line_style_is_a_name_or_dashes_and_gaps(linestyle: object, message: str) -> None:
    values = styles()["light"].model_dump()
    assert Style.model_validate(values | {"linestyles": [(0, (1, 2))]}).linestyles == (
        (0.0, (1.0, 2.0)),
    )
    with pytest.raises(ValidationError, match=re.escape(message)):
        Style.model_validate(values | {"linestyles": [linestyle]})
