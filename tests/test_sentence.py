"""A run in a sentence: what its values do, in words."""

import io
import xml.etree.ElementTree as ET
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import lrviz
from lrviz import words
from lrviz.curve import Curve, SchedulerFacts
from lrviz.plotting import PlotRequest, iter_plots
from lrviz.sentence import MAX_LENGTH, describe_curves
from tests.lrvizrun import run

STEPS = "epochs: 4\nsteps_per_epoch: 8\n"


def say(scheduler: str, more: str = STEPS) -> str:
    return str(lrviz.simulate(lrviz.parse_spec(f"{more}\nscheduler: {scheduler}")))


def tell(*values: float, groups: tuple[str, ...] = ("",)) -> str:
    """Return the sentence of a curve without a scheduler; all groups have the same values."""
    lr = np.array([values] * len(groups))
    return describe_curves([Curve(groups, lr, tuple(lr[:, 0]))], [])


@pytest.mark.parametrize(
    ("scheduler", "sentence"),
    [
        ("{StepLR: {step_size: 4, gamma: 0.5}}", "0.001, halved every 4 steps, 7.8e-06 at step 31"),
        ("{StepLR: {step_size: 1, gamma: 2}}", "0.001, doubled every step, 2.1e+06 at step 31"),
        ("{StepLR: {step_size: 40}}", "0.001 for 32 steps"),
        (
            "{MultiStepLR: {milestones: [8, 24, 28]}}",
            "0.001, divided by 10 at steps 8, 24 and 28, 1e-06 at step 31",
        ),
        (
            "{MultiStepLR: {milestones: [2, 4, 7, 9, 30], gamma: 0.3}}",
            "0.001, times 0.3 5 times between steps 2 and 30, 2.4e-06 at step 31",
        ),
        (
            "{ConstantLR: {factor: 0.5, total_iters: 8}}",
            "0.0005, doubled at step 8, 0.001 at step 31",
        ),
        (
            "{LinearLR: {start_factor: 0.5, total_iters: 8}}",
            "0.0005, rising in a straight line to 0.001 at step 8, held to step 31",
        ),
        ("{ExponentialLR: {gamma: 0.9}}", "0.001, times 0.9 every step, 3.8e-05 at step 31"),
        (
            "{PolynomialLR: {total_iters: 8}}",
            "0.001, falling in a straight line to 0 at step 8, held to step 31",
        ),
        (
            "{PolynomialLR: {total_iters: 8, power: 2}}",
            "0.001, falling to 0 at step 8, held to step 31",
        ),
        (
            "{CosineAnnealingLR: {T_max: 16}}",
            "0.001, falling along a cosine to 0 at step 16, "
            "rising along a cosine to 0.00099 at step 31",
        ),
        (
            "{CosineAnnealingWarmRestarts: {T_0: 8}}",
            "0.001, falling along a cosine to 3.8e-05, restarted every 8 steps, 3.8e-05 at step 31",
        ),
        (
            "{CyclicLR: {base_lr: 1e-4, max_lr: 1e-3, step_size_up: 4, cycle_momentum: false}}",
            "0.0001, up and down between 0.0001 and 0.001, 4 peaks, 0.000325 at step 31",
        ),
        (
            "{CyclicLR: {base_lr: 1e-4, max_lr: 1e-3, step_size_up: 4, mode: triangular2, "
            "cycle_momentum: false}}",
            "0.0001, up and down between 0.0001 and 0.001, 4 peaks, each lower than the last, "
            "0.00013 at step 31",
        ),
        (
            "{OneCycleLR: {max_lr: 1e-3, total_steps: 32, pct_start: 0.25, anneal_strategy: cos, "
            "cycle_momentum: false}}",
            "4e-05, rising along a cosine to 0.001 at step 7, "
            "falling along a cosine to 4e-09 at step 31",
        ),
        ("{LambdaLR: {lr_lambda: 0.5 ** epoch}}", "0.001, halved every step, 4.7e-13 at step 31"),
        (
            "{MultiplicativeLR: {lr_lambda: 1.1 if epoch < 8 else 0.9}}",
            "0.001, rising to 0.0019 at step 7, falling to 0.00016 at step 31",
        ),
        (
            "{SWALR: {swa_lr: 1e-4, anneal_epochs: 16}}",
            "0.001, falling along a cosine to 0.0001 at step 16, held to step 31",
        ),
    ],
)
def test_tells_every_scheduler_of_torch(scheduler: str, sentence: str) -> None:
    name = scheduler.strip("{").partition(":")[0]
    assert say(scheduler) == f"{name}: {sentence}"


def test_tells_a_plateau_and_what_is_inside_a_composite() -> None:
    plateau = say("{ReduceLROnPlateau: {factor: 0.5, patience: 9}}", f"{STEPS}metric: [1]")
    # The first call sets the best; the tenth bad one after it is the eleventh call.
    assert plateau == "ReduceLROnPlateau: 0.001, halved at steps 11, 21 and 31, 0.000125 at step 31"
    inside = "[{LinearLR: {start_factor: 0.1, total_iters: 8}}, {StepLR: {step_size: 99}}]"
    assert say(f"{{SequentialLR: {{schedulers: {inside}, milestones: [8]}}}}") == (
        "SequentialLR of LinearLR and StepLR: "
        "0.0001, rising in a straight line to 0.001 at step 8, held to step 31"
    )
    assert say(f"{{ChainedScheduler: {{schedulers: {inside}}}}}").startswith(
        "ChainedScheduler of LinearLR and StepLR: 0.0001, rising in a straight line to 0.001"
    )


def test_counts_in_epochs_where_calls_are_made_every_epoch() -> None:
    more = f"{STEPS}interval: epoch"
    assert say("{StepLR: {step_size: 2}}", more) == (
        "StepLR: 0.001, divided by 10 at epoch 2, 0.0001 at step 31"
    )
    assert say("{LinearLR: {start_factor: 0.25, total_iters: 3}}", more) == (
        "LinearLR: 0.00025, rising in a straight line to 0.001 at epoch 3"
    )


def test_groups_that_take_the_same_course_are_told_at_once() -> None:
    groups = "optimizer: {SGD: {lr: 0.1, param_groups: [{name: backbone, lr: 0.01}, {name: head}]}}"
    assert say("{StepLR: {step_size: 16, gamma: 0.5}}", f"{STEPS}{groups}") == (
        "StepLR for backbone and head: 0.01 and 0.1, halved at step 16, 0.005 and 0.05 at step 31"
    )
    many = "optimizer: {SGD: {lr: 0.1, param_groups: [{}, {}, {lr: 0.2}, {lr: 0.3}]}}"
    assert say("{StepLR: {step_size: 16, gamma: 0.5}}", f"{STEPS}{many}") == (
        "StepLR for 4 groups: 0.1 to 0.3, halved at step 16, 0.05 to 0.15 at step 31"
    )


def test_groups_that_part_are_told_one_by_one() -> None:
    groups = "optimizer: {SGD: {lr: 0.1, param_groups: [{name: a}, {name: b}]}}"
    assert say("{LambdaLR: {lr_lambda: [1, 0.5 if epoch > 3 else 1]}}", f"{STEPS}{groups}") == (
        "LambdaLR for a and b: a 0.1 for 32 steps; b 0.1, halved at step 4, 0.05 at step 31"
    )


def test_several_curves_are_told_one_after_the_other_as_far_as_there_is_room() -> None:
    sweep = "sweep: {scheduler.ExponentialLR.gamma: [0.5, 0.9]}"
    assert say("{ExponentialLR: {gamma: 1}}", f"{STEPS}{sweep}") == (
        "ExponentialLR (gamma 0.5): 0.001, halved every step, 4.7e-13 at step 31; "
        "ExponentialLR (gamma 0.9): 0.001, times 0.9 every step, 3.8e-05 at step 31"
    )
    sweep = "sweep: {scheduler.ExponentialLR.gamma: [0.5, 0.6, 0.7, 0.8]}"
    assert say("{ExponentialLR: {gamma: 1}}", f"{STEPS}{sweep}") == (
        "ExponentialLR (gamma 0.5): 0.001, 4.7e-13 at step 31; "
        "ExponentialLR (gamma 0.6): 0.001, 1.3e-10 at step 31; "
        "ExponentialLR (gamma 0.7): 0.001, 1.6e-08 at step 31; and 1 more"
    )


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ((0.5,), "0.5 for 1 step"),
        ((0.0, 0.0), "0 for 2 steps"),
        ((1, 2, 2, 2, 1, 1), "1, changed at steps 1 and 4, 1 at step 5"),
        ((0, 0, 0, 1, 1), "0, raised to 1 at step 3, 1 at step 4"),
        ((5, 5, 5, 4, 3, 1, 1), "5, held until step 2, falling to 1 at step 5, held to step 6"),
        ((1, 3, 3, 3, 2, 1), "1, raised to 3 at step 1, held until step 3, "
         "falling in a straight line to 1 at step 5"),
        ((4, 3, 2, 4, 3, 4), "4, falling in a straight line to 2, restarted at steps 3 and 5, "
         "4 at step 5"),
        ((1, 2, 1, 2, 1, 2), "1, up and down between 1 and 2, 2 peaks, 2 at step 5"),
    ],
)  # fmt: skip
def test_tells_a_course_from_its_values_alone(values: tuple[float, ...], sentence: str) -> None:
    assert tell(*values) == sentence


def test_what_goes_up_and_down_at_every_step_is_not_looked_at_closely() -> None:
    assert tell(*np.tile([1.0, 2.0, 1.5], 10_000)) == (
        "1, up and down between 1 and 2, 1.5 at step 29999"
    )


NAMES = st.text(max_size=250)


@given(
    values=st.lists(st.floats(0, 1e3), min_size=1, max_size=30),
    names=st.lists(NAMES, min_size=1, max_size=5),
    curves=st.integers(1, 20),
)
def test_is_one_line_of_bounded_length_whatever_things_are_called(
    values: list[float], names: list[str], curves: int
) -> None:
    lr = np.array([values] * len(names))
    curve = Curve(tuple(names), lr, tuple(lr[:, 0]), label=names[0])
    facts = SchedulerFacts(names[-1], (), {}, frozenset(), len(values), 0)
    text = describe_curves([curve] * curves, [facts] * curves)
    assert 0 < len(text) <= MAX_LENGTH
    assert text.isprintable()


SENTENCE = "StepLR: 0.001, halved every 4 steps, 7.8e-06 at step 31"


def test_pictures_carry_it_where_others_look(step: Path, tmp_path: Path) -> None:
    assert run("plot", step, "-o", tmp_path / "a.png").status == 0
    assert run("plot", step, "-o", tmp_path / "a.webp").status == 0
    with Image.open(tmp_path / "a.png") as image:
        assert image.info["Description"] == SENTENCE
    with Image.open(tmp_path / "a.webp") as image:
        packet = ET.fromstring(image.info["xmp"])
    found = packet.find(".//{http://purl.org/dc/elements/1.1/}description")
    assert found is not None
    assert "".join(found.itertext()) == SENTENCE


def test_an_svg_has_it_as_its_title_and_a_pdf_as_its_subject(step: Path, tmp_path: Path) -> None:
    assert run("plot", step, "-o", tmp_path / "a.svg").status == 0
    assert run("plot", step, "-o", tmp_path / "a.pdf").status == 0
    root = ET.parse(tmp_path / "a.svg").getroot()
    assert root.findtext("{http://www.w3.org/2000/svg}title") == SENTENCE
    assert f"/Subject ({SENTENCE})".encode() in (tmp_path / "a.pdf").read_bytes()


def test_a_figure_without_metadata_carries_none(step: Path, tmp_path: Path) -> None:
    assert run("plot", step, "--no-metadata", "-o", tmp_path / "a.png").status == 0
    with Image.open(tmp_path / "a.png") as image:
        assert "Description" not in image.info


def test_stands_beside_the_path_on_a_terminal_and_nowhere_else(step: Path, tmp_path: Path) -> None:
    target = str(tmp_path / "a.png")
    (outcome,) = iter_plots(PlotRequest([str(step)], target), io.StringIO())
    assert outcome.description == SENTENCE
    stream = io.TextIOWrapper(io.BytesIO(), "utf-8")
    assert words.encode_path("a.png", stream, SENTENCE) == b"a.png\n"
    with patch.object(stream, "isatty", return_value=True):
        assert words.encode_path("a.png", stream, SENTENCE) == f"a.png  {SENTENCE}\n".encode()
    assert run("plot", step, "-o", target).text == f"{target}\n"
