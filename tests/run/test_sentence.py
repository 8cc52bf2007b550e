"""A run in a sentence: what its values do, in words."""

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

import lrviz
from lrviz.cli.app import encode_path
from lrviz.commands.plot import PlotRequest, iter_plots
from lrviz.curve import Curve, SchedulerFacts, Values
from lrviz.run import driven as sentence
from lrviz.run.course import tell_courses
from lrviz.run.driven import MAX_LENGTH, describe_curves
from tests.support.lrvizrun import run

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
        ("{StepLR: {step_size: 4, gamma: 0.5}}", "1e-3, halved every 4 steps, 7.8e-6 at step 31"),
        ("{StepLR: {step_size: 1, gamma: 2}}", "1e-3, doubled every step, 2.1e6 at step 31"),
        ("{StepLR: {step_size: 40}}", "1e-3 for 32 steps"),
        (
            "{MultiStepLR: {milestones: [8, 24, 28]}}",
            "1e-3, divided by 10 at steps 8, 24 and 28, 1e-6 at step 31",
        ),
        (
            "{MultiStepLR: {milestones: [2, 4, 7, 9, 30], gamma: 0.3}}",
            # 0.3 to the fifth is 0.00243.
            "1e-3, times 0.3 at 5 steps between 2 and 30, 2.43e-6 at step 31",
        ),
        (
            "{ConstantLR: {factor: 0.5, total_iters: 8}}",
            "5e-4, held until step 7, raised to 1e-3 at step 8, held to step 31",
        ),
        (
            "{LinearLR: {start_factor: 0.5, total_iters: 8}}",
            "5e-4, rising to 1e-3 at step 8, held to step 31",
        ),
        ("{ExponentialLR: {gamma: 0.9}}", "1e-3, times 0.9 every step, 3.8e-5 at step 31"),
        ("{PolynomialLR: {total_iters: 8}}", "1e-3, falling to 0 at step 8, held to step 31"),
        (
            "{PolynomialLR: {total_iters: 8, power: 2}}",
            "1e-3, falling to 0 at step 8, held to step 31",
        ),
        (
            "{CosineAnnealingLR: {T_max: 16}}",
            "1e-3, falling to 0 at step 16, rising to 9.9e-4 at step 31",
        ),
        (
            "{CosineAnnealingWarmRestarts: {T_0: 8}}",
            "1e-3, up and down between 3.8e-5 and 1e-3, 3 peaks, 3.8e-5 at step 31",
        ),
        (
            "{CyclicLR: {base_lr: 1e-4, max_lr: 1e-3, step_size_up: 4, cycle_momentum: false}}",
            "1e-4, up and down between 1e-4 and 1e-3, 4 peaks, 3.25e-4 at step 31",
        ),
        (
            "{CyclicLR: {base_lr: 1e-4, max_lr: 1e-3, step_size_up: 4, mode: triangular2, "
            "cycle_momentum: false}}",
            "1e-4, up and down between 1e-4 and 1e-3, 4 peaks, 1.3e-4 at step 31",
        ),
        (
            "{OneCycleLR: {max_lr: 1e-3, total_steps: 32, pct_start: 0.25, anneal_strategy: cos, "
            "cycle_momentum: false}}",
            "4e-5, rising to 1e-3 at step 7, falling to 4e-9 at step 31",
        ),
        ("{LambdaLR: {lr_lambda: 0.5 ** epoch}}", "1e-3, halved every step, 4.7e-13 at step 31"),
        (
            "{MultiplicativeLR: {lr_lambda: 1.1 if epoch < 8 else 0.9}}",
            "1e-3, times 1.1 every step to 0.0019, times 0.9 every step, 1.6e-4 at step 31",
        ),
        (
            "{SWALR: {swa_lr: 1e-4, anneal_epochs: 16}}",
            "1e-3, falling to 1e-4 at step 16, held to step 31",
        ),
    ],
)
def test_tells_every_scheduler_of_torch(scheduler: str, sentence: str) -> None:
    name = scheduler.strip("{").partition(":")[0]
    assert say(scheduler) == f"{name}: {sentence}"


def test_tells_a_plateau_and_what_is_inside_a_composite() -> None:
    plateau = say("{ReduceLROnPlateau: {factor: 0.5, patience: 9}}", f"{STEPS}metric: [1]")
    # The first call sets the best; the tenth bad one after it is the eleventh call.
    assert plateau == "ReduceLROnPlateau: 1e-3, halved at steps 11, 21 and 31, 1.25e-4 at step 31"
    inside = "[{LinearLR: {start_factor: 0.1, total_iters: 8}}, {StepLR: {step_size: 99}}]"
    assert say(f"{{SequentialLR: {{schedulers: {inside}, milestones: [8]}}}}") == (
        "SequentialLR of LinearLR and StepLR: 1e-4, rising to 1e-3 at step 8, held to step 31"
    )
    assert say(f"{{ChainedScheduler: {{schedulers: {inside}}}}}").startswith(
        "ChainedScheduler of LinearLR and StepLR: 1e-4, rising to 1e-3"
    )


def test_counts_in_epochs_where_calls_are_made_every_epoch() -> None:
    more = f"{STEPS}interval: epoch"
    assert say("{StepLR: {step_size: 2}}", more) == (
        "StepLR: 1e-3, held until epoch 1, lowered to 1e-4 at epoch 2, held to step 31"
    )
    assert say("{LinearLR: {start_factor: 0.25, total_iters: 3}}", more) == (
        "LinearLR: 2.5e-4, rising to 1e-3 at epoch 3"
    )


def test_groups_that_take_the_same_course_are_told_at_once() -> None:
    groups = "optimizer: {SGD: {lr: 0.1, param_groups: [{name: backbone, lr: 0.01}, {name: head}]}}"
    assert say("{StepLR: {step_size: 12, gamma: 0.5}}", f"{STEPS}{groups}") == (
        "StepLR for backbone and head: 0.01/0.1, halved every 12 steps, 0.0025/0.025 at step 31"
    )
    many = "optimizer: {SGD: {lr: 0.1, param_groups: [{}, {}, {lr: 0.2}, {lr: 0.3}]}}"
    assert say("{StepLR: {step_size: 12, gamma: 0.5}}", f"{STEPS}{many}") == (
        "StepLR for 4 groups: 0.1..0.3, halved every 12 steps, 0.025..0.075 at step 31"
    )


def test_groups_that_part_are_told_one_by_one() -> None:
    groups = "optimizer: {SGD: {lr: 0.1, param_groups: [{name: a}, {name: b}]}}"
    assert say("{LambdaLR: {lr_lambda: [1, 0.5 if epoch > 3 else 1]}}", f"{STEPS}{groups}") == (
        "LambdaLR for a and b: a 0.1 for 32 steps; "
        "b 0.1, held until step 3, lowered to 0.05 at step 4, held to step 31"
    )


def test_several_curves_are_told_one_after_the_other_as_far_as_there_is_room() -> None:
    sweep = "sweep: {scheduler.ExponentialLR.gamma: [0.5, 0.9]}"
    assert say("{ExponentialLR: {gamma: 1}}", f"{STEPS}{sweep}") == (
        "ExponentialLR (gamma 0.5): 1e-3, halved every step, 4.7e-13 at step 31; "
        "ExponentialLR (gamma 0.9): 1e-3, times 0.9 every step, 3.8e-5 at step 31"
    )
    sweep = "sweep: {scheduler.ExponentialLR.gamma: [0.5, 0.6, 0.7, 0.8]}"
    assert say("{ExponentialLR: {gamma: 1}}", f"{STEPS}{sweep}") == (
        # 0.001 * 0.6 ** 31, and so on.
        "ExponentialLR (gamma 0.5): 1e-3, falling to 4.7e-13; "
        "ExponentialLR (gamma 0.6): 1e-3, falling to 1.3e-10; "
        "ExponentialLR (gamma 0.7): 1e-3, falling to 1.6e-8; and 1 more"
    )
    sweep = "sweep: {optimizer.SGD.lr: [1, 2, 3, 4, 5, 6]}"
    # Ten steps hold three changes, at 3, 6 and 9.
    assert say("{StepLR: {step_size: 3}}", f"epochs: 10\n{sweep}") == (
        "StepLR (lr 1): 1, falling to 1e-3; StepLR (lr 2): 2, falling to 2e-3; "
        "StepLR (lr 3): 3, falling to 3e-3; StepLR (lr 4): 4, falling to 4e-3; "
        "StepLR (lr 5): 5, falling to 5e-3; and 1 more"
    )


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ((0.5,), "0.5 for 1 step"),
        ((0.0, 0.0), "0 for 2 steps"),
        ((1, 2, 2, 2, 1, 1), "1, raised to 2 at step 1, held until step 3, lowered to 1 at step 4, "
         "held to step 5"),
        ((0, 0, 0, 1, 1), "0, held until step 2, raised to 1 at step 3, held to step 4"),
        ((5, 5, 5, 4, 3, 1, 1), "5, held until step 2, falling to 1 at step 5, held to step 6"),
        ((1, 3, 3, 3, 2, 1), "1, raised to 3 at step 1, held until step 3, "
         "falling to 1 at step 5"),
        ((4, 3, 2, 4, 3, 4), "4, falling to 2 at step 2, raised to 4 at step 3, "
         "lowered to 3 at step 4, raised to 4 at step 5"),
        ((1, 2, 1, 2, 1, 2), "1, up and down between 1 and 2, 2 peaks, 2 at step 5"),
    ],
)  # fmt: skip
def test_tells_a_course_from_its_values_alone(values: tuple[float, ...], sentence: str) -> None:
    assert tell(*values) == sentence


def test_what_goes_up_and_down_at_every_step_is_not_looked_at_closely() -> None:
    assert tell(*np.tile([1.0, 2.0, 1.5], 10_000)) == (
        "1, up and down between 1 and 2, 10,000 peaks, 1.5 at step 29999"
    )


@pytest.mark.parametrize(
    ("second", "sentence"),
    [
        # From step 5 on in fifteens: 20, 35, 50, 65 and 80.
        (
            "StepLR: {step_size: 15}",
            "StepLR: 1e-5, rising to 1e-3 at step 5, divided by 10 every 15 steps, 1e-8 at step 89",
        ),
        # A milestone is counted from where the second scheduler begins: 30, 60 and 80.
        (
            "MultiStepLR: {milestones: [25, 55, 75]}",
            "MultiStepLR: 1e-5, rising to 1e-3 at step 5, "
            "divided by 10 at steps 30, 60 and 80, 1e-6 at step 89",
        ),
        # 0.001 * 0.9 ** 84 at step 89.
        (
            "ExponentialLR: {gamma: 0.9}",
            "ExponentialLR: 1e-5, rising to 1e-3 at step 5, times 0.9 every step, "
            "1.4e-7 at step 89",
        ),
        # 0.001 * sin(pi / 170) ** 2, one call before the bottom.
        (
            "CosineAnnealingLR: {T_max: 85}",
            "CosineAnnealingLR: 1e-5, rising to 1e-3 at step 5, falling to 3.4e-7 at step 89",
        ),
        # Half of 0.001 less 2e-05, 0.00051, and 0.00049 * cos(pi * 16 / 17) before each restart:
        # more than what the warm-up begins with.
        (
            "CosineAnnealingWarmRestarts: {T_0: 17, eta_min: 2e-5}",
            "CosineAnnealingWarmRestarts: 1e-5, up and down between 1e-5 and 1e-3, 5 peaks, "
            "2.8e-5 at step 89",
        ),
        ("ConstantLR: {factor: 1}",
         "ConstantLR: 1e-5, rising to 1e-3 at step 5, held to step 89"),
    ],
)  # fmt: skip
def test_tells_what_comes_after_a_warm_up(second: str, sentence: str) -> None:
    first = "{LinearLR: {start_factor: 0.01, total_iters: 5}}"
    inside = f"[{first}, {{{second}}}]"
    text = say(f"{{SequentialLR: {{schedulers: {inside}, milestones: [5]}}}}", "epochs: 90")
    assert text == f"SequentialLR of LinearLR and {sentence}"


@pytest.mark.parametrize(
    ("scheduler", "epochs", "sentence"),
    [
        (
            "{MultiStepLR: {milestones: [10, 11, 40, 60, 80]}}",
            90,
            "MultiStepLR: 1e-3, divided by 10 at 5 steps between 10 and 80, 1e-8 at step 89",
        ),
        # Twice at step 10: by a hundred there, by ten elsewhere.
        (
            "{MultiStepLR: {milestones: [10, 10, 11, 40, 60, 80]}}",
            90,
            "MultiStepLR: 1e-3, held until step 9, falling to 1e-9 at step 80, held to step 89",
        ),
        (
            "{LinearLR: {start_factor: 1, end_factor: 0.9995, total_iters: 30}}",
            32,
            "LinearLR: 1e-3, falling to 9.995e-4 at step 30, held to step 31",
        ),
        (
            "{ExponentialLR: {gamma: 0.99999}}",
            3,
            "ExponentialLR: 1e-3, falling to 9.9998e-4 at step 2",
        ),
        (
            "{LambdaLR: {lr_lambda: 1 + 1e-10 * epoch}}",
            41,
            "LambdaLR: 1e-3, rising to 0.001000000004 at step 40",
        ),
        ("{LambdaLR: {lr_lambda: -epoch}}", 3, "LambdaLR: 0, falling to -2e-3 at step 2"),
        ("{LambdaLR: {lr_lambda: 1 if epoch < 2 else -0.0}}", 3, "LambdaLR: "
         "1e-3, held until step 1, lowered to 0 at step 2"),
        ("{StepLR: {step_size: 1}}", 1, "StepLR: 1e-3 for 1 step"),
        ("{StepLR: {step_size: 1}}", 2, "StepLR: 1e-3, lowered to 1e-4 at step 1"),
        # 8, then twice as long, then four times: the second fall goes to sin(pi / 32) ** 2.
        (
            "{CosineAnnealingWarmRestarts: {T_0: 8, T_mult: 2}}",
            25,
            "CosineAnnealingWarmRestarts: 1e-3, falling to 3.8e-5 at step 7, raised to 1e-3 "
            "at step 8, falling to 9.6e-6 at step 23, raised to 1e-3 at step 24",
        ),
    ],
)  # fmt: skip
def test_tells_a_change_that_is_there_and_no_other(
    scheduler: str, epochs: int, sentence: str
) -> None:
    assert say(scheduler, f"epochs: {epochs}") == sentence


@pytest.mark.parametrize("calls", [50_000, 1_000_000])
def test_a_cosine_is_held_nowhere_however_slowly_it_begins(calls: int) -> None:
    values = np.cos(np.arange(calls) * np.pi / calls / 2) ** 2
    # One call before the bottom: the square of a small angle's sine.
    end = f"{(np.pi / calls / 2) ** 2:.2g}".replace("e-0", "e-")
    assert tell(*values) == f"1, falling to {end} at step {calls - 1}"


def test_stairs_between_other_moves_say_where_they_lead() -> None:
    assert tell(8, 8, 4, 4, 2, 2, 2, 3, 4, 5) == (
        "8, halved at steps 2 and 4 to 2, held until step 6, rising to 5 at step 9"
    )
    assert (
        tell(8, 8, 4, 4, 2, 2, 4, 6)
        == "8, halved every 2 steps to 2, held until step 5, rising to 6 at step 7"
    )


def test_ups_and_downs_of_several_groups_are_not_read_as_a_list() -> None:
    lr = np.tile([1.0, 2.0], 4) * np.array([[0.1], [0.2], [0.3], [0.4]])
    two = Curve(("a", "b"), lr[:2], (0.1, 0.2))
    assert describe_curves([two], []) == (
        "for a and b: 0.1/0.2, up and down between 0.1/0.2 and 0.2/0.4, 3 peaks, 0.2/0.4 at step 7"
    )
    four = Curve(("a", "b", "c", "d"), lr[:, :2], (0.1, 0.2, 0.3, 0.4))
    # A curve of two values, the second of them the end.
    assert describe_curves([four], []) == ("for 4 groups: 0.1..0.4, raised to 0.2..0.8 at step 1")


def test_what_is_too_long_loses_names_and_places_and_never_how_it_goes() -> None:
    first = "{LinearLR: {start_factor: 0.01, total_iters: 5}}"
    inside = f"[{first}, {{CosineAnnealingLR: {{T_max: 85}}}}]"
    composite = f"{{SequentialLR: {{schedulers: {inside}, milestones: [5]}}}}"

    def say_of(*names: str) -> str:
        groups = ", ".join(f"{{name: {name}, lr: 1}}" for name in names)
        return say(composite, f"epochs: 90\noptimizer: {{SGD: {{param_groups: [{groups}]}}}}")

    # sin(pi / 170) ** 2 is 0.00034.
    assert say_of("a" * 30, "b" * 30) == (
        f"SequentialLR of LinearLR and CosineAnnealingLR for {'a' * 30} and {'b' * 30}: "
        "0.01, rising to 1 at step 5, falling to 3.4e-4 at step 89"
    )
    assert say_of("a" * 40, "b" * 40, "c" * 40) == (
        "SequentialLR for 3 groups: 0.01, rising to 1, falling to 3.4e-4"
    )


def test_groups_that_part_are_told_as_far_as_there_is_room() -> None:
    names = tuple(f"layer {number}" for number in range(8))
    # At step 8 after 8 // 2, 8 // 3, 8 // 4, … changes.
    halved = np.array([0.5 ** (np.arange(9) // (2 + row)) for row in range(8)])
    assert describe_curves([Curve(names, halved, (1,) * 8)], []) == (
        "for 8 groups: layer 0 1, falling to 0.0625; layer 1 1, falling to 0.25; "
        "layer 2 1, falling to 0.25; layer 3 1, falling to 0.5; layer 4 1, falling to 0.5; "
        "layer 5 1, falling to 0.5; and 2 more"
    )


NUMBER = r"(-?[\d.]+(?:e-?\d+)?)"
PLACES = (
    r"(every (?:\d+ )?steps?|at step \d+|at steps [\d, ]+ and \d+"
    r"|at [\d,]+ steps between \d+ and \d+)"
)
CHANGES = r"(halved|doubled|divided by \d+|times [\d.e-]+)"
RATIOS = {"halved": 0.5, "doubled": 2.0}


class Reader:
    """Reads a sentence of one curve word by word, and holds each against the values.

    `here` is the step that the sentence has come to. What the sentence does not say must not
    happen: the next phrase begins where the last one ended.
    """

    def __init__(self, values: Values) -> None:
        self.values = values.copy()
        self.here = 0
        for here, (last, value) in enumerate(pairwise(values), 1):
            if abs(value - last) <= 4 * np.finfo(float).eps * abs(value):  # rounding parts them
                self.values[here] = self.values[here - 1]

    def read(self, sentence: str) -> None:
        """Hold every phrase against the values, each by its kind."""
        kinds: dict[str, Callable[..., None]] = {
            f"{NUMBER} for ([\\d,]+) steps?": self._stays,
            NUMBER: self._begins,
            r", held (?:until|to) step (\d+)": self._is_held,
            f", (raised|lowered) to {NUMBER} at step (\\d+)": self._jumps,
            f", (rising|falling) to {NUMBER} at step (\\d+)": self._moves,
            f", {CHANGES} {PLACES}(?: to {NUMBER})?": self._changes,
            f", up and down between {NUMBER} and {NUMBER}, ([\\d,]+) peaks": self._waves,
            f", {NUMBER} at step (\\d+)": self._ends,
        }
        rest = sentence
        while rest:
            found = ((re.match(f"{kind}(?=,|$)", rest), check) for kind, check in kinds.items())
            match, check = next((match, check) for match, check in found if match)
            check(*match.groups())
            rest = rest[match.end() :]
        assert self.here == len(self.values) - 1, "the sentence tells all of the run"

    def _is_spelled(self, index: int, text: str) -> None:
        digits = max(2, len(re.sub(r"e.*|\D", "", text).lstrip("0")))
        value = self.values[index]
        assert float(text) == pytest.approx(float(f"{value:.{digits}g}"), rel=1e-9, abs=0)

    def _stays(self, value: str, steps: str) -> None:
        self._begins(value)
        assert int(steps.replace(",", "")) == len(self.values)
        self._is_held(str(len(self.values) - 1))

    def _begins(self, value: str) -> None:
        self._is_spelled(0, value)

    def _is_held(self, stop: str) -> None:
        held = self.values[self.here : int(stop) + 1]
        assert len(held) >= 1
        assert held == pytest.approx(held[0], rel=1e-15, abs=0)
        self.here = int(stop)

    def _goes(self, way: int, stop: int) -> Values:
        part = self.values[self.here : stop + 1]
        assert (np.diff(part) * way >= 0).all()
        assert (part[-1] - part[0]) * way > 0
        self.here = stop
        return part

    def _jumps(self, verb: str, value: str, step: str) -> None:
        self._is_held(str(int(step) - 1))
        self._moves("rising" if verb == "raised" else "falling", value, step)

    def _moves(self, verb: str, value: str, step: str) -> None:
        self._goes(1 if verb == "rising" else -1, int(step))
        self._is_spelled(self.here, value)

    def _changes(self, verb: str, places: str, value: str | None) -> None:
        found = np.flatnonzero(np.diff(self.values[self.here :])) + self.here + 1
        ways = np.sign(self.values[found] - self.values[found - 1])
        found = found[np.cumsum(ways != ways[0]) == 0]
        self._are_places(found, places)
        number = float(verb.rpartition(" ")[2]) if " " in verb else 0
        ratio = RATIOS.get(verb, 1 / number if verb.startswith("divided") else number)
        ratios = self.values[found] / self.values[found - 1]
        assert ratios == pytest.approx(ratio, rel=1e-3)
        self.here = int(found[-1])
        if value:
            self._is_spelled(self.here, value)

    def _are_places(self, found: NDArray[np.intp], places: str) -> None:
        numbers = [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", places)]
        if places.startswith("every"):
            every = numbers[0] if numbers else 1
            assert np.diff(found, prepend=self.here).tolist() == [every] * len(found)
        elif "between" in places:
            assert numbers == [len(found), found[0], found[-1]]
        else:
            listed = re.findall(r"\d+", places)
            assert found.tolist() == [int(number) for number in listed]

    def _waves(self, low: str, high: str, peaks: str) -> None:
        going = np.sign(np.diff(self.values))
        turns = np.diff(going[going != 0])
        assert np.count_nonzero(turns) > 3, "more than a warm-up goes up and down"
        assert int(peaks.replace(",", "")) == np.count_nonzero(turns < 0)
        self._is_spelled(int(np.argmin(self.values)), low)
        self._is_spelled(int(np.argmax(self.values)), high)
        self.here = len(self.values) - 1

    def _ends(self, value: str, step: str) -> None:
        assert int(step) == len(self.values) - 1
        self._is_spelled(-1, value)
        self._is_held(step)


def glide(goal: float, steps: int) -> Callable[[float], Values]:
    return lambda start: np.linspace(start, goal, steps + 1)[1:]


def arc(goal: float, steps: int) -> Callable[[float], Values]:
    turned = np.cos(np.pi * np.arange(1, steps + 1) / steps)
    return lambda start: goal + (start - goal) * (1 + turned) / 2


def stairs(ratio: float, every: int, times: int) -> Callable[[float], Values]:
    powers = ratio ** (np.arange(1.0, every * times + 1) // every)
    return lambda start: start * powers


def hold(steps: int) -> Callable[[float], Values]:
    return lambda start: np.full(steps, start)


GOALS = st.sampled_from([0.0, 1e-6, 3e-5, 0.001, 0.01, 0.1, 0.5, 1.0]) | st.floats(1e-6, 1)
LENGTHS = st.integers(1, 12)
RATIO = st.sampled_from([0.1, 0.3, 0.5, 0.97, 1.1, 2.0])
PARTS = st.one_of(
    st.builds(glide, GOALS, LENGTHS),
    st.builds(arc, GOALS, LENGTHS),
    st.builds(stairs, RATIO, st.integers(1, 5), st.integers(1, 6)),
    st.builds(hold, LENGTHS),
)


@st.composite
def schedules(draw: st.DrawFn) -> Values:
    """Values put together of what schedules are made of, perhaps over and over."""
    values = np.array([draw(GOALS)])
    for part in draw(st.lists(PARTS, min_size=1, max_size=5)):
        values = np.append(values, part(values[-1]))
    cycles = np.tile(values, draw(st.integers(1, 4)))
    warmup = np.linspace(draw(GOALS), values[0], draw(LENGTHS), endpoint=False)
    return np.append(warmup, cycles) if draw(st.booleans()) else cycles


SERIES = schedules() | st.lists(st.floats(-1, 1), min_size=1, max_size=20).map(np.array)


@given(SERIES)
def test_says_nothing_that_is_not_so_and_leaves_nothing_out(values: Values) -> None:
    with patch.object(sentence, "MAX_LENGTH", 1000):
        Reader(values).read(tell(*values))


@given(SERIES.map(np.abs), st.booleans())
def test_in_whatever_detail_what_it_says_is_so(values: Values, briefly: bool) -> None:
    (text,) = tell_courses(values[None], "step", len(values) - 1, briefly=briefly)
    steps = np.diff(values)
    changes = steps[np.abs(steps) > 4 * np.finfo(float).eps * values[1:]]
    assert not re.search("rising|raised|doubled|up", text) or (changes > 0).any()
    assert not re.search("falling|lowered|halved|divided|down", text) or (changes < 0).any()
    assert (" for " in text) == (not len(changes))
    told = re.sub(PLACES, "", text)
    for number in re.findall(f"(?:^|to |between ){NUMBER}", told):
        assert np.abs(values - float(number)).min() <= 0.05 * float(number)


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
    facts = SchedulerFacts(names[-1], (), {}, frozenset(), len(values), range(len(values)))
    text = describe_curves([curve] * curves, [facts] * curves)
    assert 0 < len(text) <= MAX_LENGTH
    assert text.isprintable()


SENTENCE = "StepLR: 1e-3, halved every 4 steps, 7.8e-6 at step 31"


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
    (block,) = iter_plots(PlotRequest([str(step)], target))
    assert block.description == SENTENCE
    stream = io.TextIOWrapper(io.BytesIO(), "utf-8")
    assert encode_path("a.png", stream, SENTENCE) == b"a.png\n"
    with patch.object(stream, "isatty", return_value=True):
        assert encode_path("a.png", stream, SENTENCE) == f"a.png  {SENTENCE}\n".encode()
    assert run("plot", step, "-o", target).text == f"{target}\n"
