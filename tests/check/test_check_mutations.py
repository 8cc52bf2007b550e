"""Small changes of a schedule, every one of which a check must find, and where."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from lrviz.check.verdict import Verdict
from tests.support.checking import draw, spoil_record, verdict
from tests.support.training import Tree, make_optimizer, make_scheduler, train

Functions = Mapping[str, Callable[[float], float]]


@dataclass(frozen=True)
class Setting:
    """A run of 4 epochs of 8 steps, as a spec and a training loop both can have it."""

    scheduler: Tree
    epochs: int = 4
    steps_per_epoch: int = 8
    interval: str = "step"
    optimizer: Mapping[str, Any] = field(default_factory=lambda: {"lr": 0.1})
    name: str = "SGD"
    metric: tuple[float, ...] | None = None

    @property
    def text(self) -> str:
        """The spec: JSON is YAML."""
        spec: dict[str, Any] = {
            "epochs": self.epochs,
            "steps_per_epoch": self.steps_per_epoch,
            "interval": self.interval,
            "optimizer": {self.name: dict(self.optimizer)},
            "scheduler": self.scheduler,
        }
        return json.dumps(spec | ({"metric": self.metric} if self.metric else {}))

    def train(self, functions: Functions) -> list[float]:
        """Return the LR of every step of a plain loop."""
        optimizer = make_optimizer(self.name, self.optimizer)
        scheduler = make_scheduler(optimizer, self.scheduler, functions)
        steps = (self.epochs, self.steps_per_epoch, self.interval, self.metric)
        return train(optimizer, scheduler, *steps).lr[0]


def step(size: int = 8, gamma: float = 0.1, **options: Any) -> Setting:
    return Setting({"StepLR": {"step_size": size, "gamma": gamma}}, **options)


def milestones(*steps: int) -> Setting:
    return Setting({"MultiStepLR": {"milestones": list(steps), "gamma": 0.5}})


def cosine(length: int = 32, low: float = 1e-6) -> Setting:
    return Setting({"CosineAnnealingLR": {"T_max": length, "eta_min": low}})


def one_cycle(**arguments: float) -> Setting:
    return Setting({"OneCycleLR": {"max_lr": 0.1, "total_steps": 32} | arguments})


def warmed_up(steps: int, start: float = 0.1) -> Setting:
    warmup = {"LinearLR": {"start_factor": start, "total_iters": steps}}
    after = {"ExponentialLR": {"gamma": 0.9}}
    return Setting({"SequentialLR": {"schedulers": [warmup, after], "milestones": [steps]}})


def by_lambda(text: str) -> Setting:
    return Setting({"LambdaLR": {"lr_lambda": text}})


def plateau(patience: int) -> Setting:
    arguments = {"factor": 0.5, "patience": patience}
    return Setting({"ReduceLROnPlateau": arguments}, metric=(1.0,) * 32)


def cyclic(up: int) -> Setting:
    arguments = {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": up}
    return Setting({"CyclicLR": arguments}, optimizer={"lr": 0.1, "momentum": 0.9})


FUNCTIONS: Functions = {
    "0.97 ** epoch": lambda epoch: 0.97**epoch,
    "0.97 ** epoch if epoch < 12 else 0": lambda epoch: 0.97**epoch if epoch < 12 else 0.0,
    "0.97 ** epoch if epoch != 31 else 0": lambda epoch: 0.97**epoch if epoch != 31 else 0.0,
    "0.97 ** (epoch + 1e-7)": lambda epoch: math.pow(0.97, epoch + 1e-7),
}

MUTATIONS = {
    "gamma .1 to .1001": (step(), step(gamma=0.1001)),
    "gamma .1 by one part in a hundred million": (step(), step(gamma=0.1 * (1 + 1e-8))),
    "a step size one more": (step(), step(9)),
    "the optimizer's LR": (step(), step(optimizer={"lr": 0.11})),
    "called once an epoch": (step(), step(interval="epoch")),
    "eta_min 1e-6 to 1e-5": (cosine(), cosine(low=1e-5)),
    "T_max one less": (cosine(), cosine(31)),
    "one milestone fewer": (milestones(8, 24, 28), milestones(8, 24)),
    "a milestone one later": (milestones(8, 24, 28), milestones(8, 25, 28)),
    "a milestone twice": (milestones(8, 24), milestones(8, 24, 24)),
    "the last 20 steps zero": (by_lambda("0.97 ** epoch"), by_lambda([*FUNCTIONS][1])),
    "the last step zero": (by_lambda("0.97 ** epoch"), by_lambda([*FUNCTIONS][2])),
    "a shift of a ten millionth": (by_lambda("0.97 ** epoch"), by_lambda([*FUNCTIONS][3])),
    "a warm-up off by one": (warmed_up(8), warmed_up(9)),
    "a warm-up from a little lower": (warmed_up(8), warmed_up(8, 0.0999)),
    "final_div_factor 1e4 to 1e2": (one_cycle(), one_cycle(final_div_factor=1e2)),
    "pct_start .3 to .31": (one_cycle(), one_cycle(pct_start=0.31)),
    "div_factor 25 to 25.1": (one_cycle(), one_cycle(div_factor=25.1)),
    "patience one more": (plateau(3), plateau(4)),
    "step_size_up 4 to 5": (cyclic(4), cyclic(5)),
    "power 1 to 1.01": (
        Setting({"PolynomialLR": {"total_iters": 32, "power": 1.0}}),
        Setting({"PolynomialLR": {"total_iters": 32, "power": 1.01}}),
    ),
    "another scheduler that begins alike": (
        Setting({"ConstantLR": {"factor": 0.5, "total_iters": 8}}),
        Setting({"ConstantLR": {"factor": 0.5, "total_iters": 10}}),
    ),
}


def moved_steps(old: list[float], new: list[float]) -> list[int]:
    """Return the steps at which two plain loops trained with another LR."""
    return [
        index
        for index, (was, now) in enumerate(zip(old, new, strict=True))
        if abs(was - now) > max(1e-12, 1e-9 * max(abs(was), abs(now)))
    ]


def mutate(before: Setting, after: Setting, folder: Path) -> Verdict:
    spec, figures = draw(before.text, folder)
    spec.write_text(after.text)
    return verdict(spec, figures)


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_differs_from_the_step_on_that_torch_itself_gives(
    tmp_path: Path, name: str
) -> None:
    before, after = MUTATIONS[name]
    old, new = before.train(FUNCTIONS), after.train(FUNCTIONS)
    steps = moved_steps(old, new)
    found = mutate(before, after, tmp_path)
    assert (found.outcome, found.exit_status) == ("differs", 1)
    assert found.numbers is not None
    move = next(each for each in found.numbers.moves if each.quantity == "lr")
    assert (move.start, move.old, move.new) == (steps[0], old[steps[0]], new[steps[0]])
    assert (move.moved, move.total) == (len(steps), 32)
    assert found.reason.endswith(f"; {found.numbers}")
    largest, apart = found.numbers.largest, [abs(a - b) for a, b in zip(old, new, strict=True)]
    assert largest is not None
    if largest.quantity == "lr":
        assert abs(largest.new - largest.old) == apart[largest.start]
        assert apart[largest.start] == pytest.approx(max(apart), rel=1e-12)


def test_there_are_twenty_mutations_and_none_of_them_is_none() -> None:
    assert len(MUTATIONS) >= 20
    assert all(before.text != after.text for before, after in MUTATIONS.values())


def test_the_last_20_steps_at_zero_are_counted(tmp_path: Path) -> None:
    found = mutate(*MUTATIONS["the last 20 steps zero"], tmp_path)
    assert f"{0.1 * 0.97**12:.4} {0.1 * 0.97**31:.4}" == "0.06938 0.0389"
    assert found.reason.endswith(
        "; most at step 12: 0.06938 -> 0, -100 %; ends 0.0389 -> 0, -100 %; "
        "first at step 12 (20 of 32 steps differ)"
    )


def test_momentum_that_moves_alone_is_found(tmp_path: Path) -> None:
    calm = one_cycle(total_steps=32)
    found = mutate(calm, one_cycle(base_momentum=0.8), tmp_path)
    assert found.numbers is not None
    assert [each.quantity for each in found.numbers.moves] == ["momentum"]


# Long curves: 10,000 steps are stored as 625 blocks of 16


def long(size: int, **options: Any) -> Setting:
    return step(size, 0.5, epochs=10, steps_per_epoch=1000, **options)


def test_a_long_curve_is_driven_again_and_the_very_step_named(tmp_path: Path) -> None:
    before, after = long(3001), long(3003)
    old, new = before.train({}), after.train({})
    steps = moved_steps(old, new)
    assert (steps[0], len(steps)) == (3001, 12)
    found = mutate(before, after, tmp_path)
    assert found.reason == (
        "step_size 3001 -> 3003; most at step 3001: 0.05 -> 0.1, +100 %; ends the same; "
        "first at step 3001 (12 of 10000 steps differ)"
    )


def test_a_long_curve_under_the_same_spec_moved_in_a_block(tmp_path: Path) -> None:
    spec, figures = draw(long(3000).text, tmp_path)
    spoil_record(figures / "step.webp", twice_from_block(200))
    found = verdict(spec, figures)
    assert found.numbers is not None
    assert (found.numbers.moves[0].start, found.numbers.moves[0].stop) == (3200, 3216)
    assert found.reason.startswith(
        "most in steps 3200 to 3215: first 0.1 -> 0.05, -50 %; "
        "first in steps 3200 to 3215 (425 of 625 blocks of 16 differ); "
    )


def test_where_torch_moved_too_a_long_curve_names_the_block(tmp_path: Path) -> None:
    """What the old spec gives today is not what was drawn: its steps would be the wrong ones."""
    spec, figures = draw(long(2992).text, tmp_path)
    spoil_record(figures / "step.webp", twice_from_block(400))
    spec.write_text(long(2993).text)
    found = verdict(spec, figures)
    assert "; first in steps 2992 to 3007 (" in found.reason


def twice_from_block(block: int) -> Callable[[dict[str, Any]], None]:
    def spoil(record: dict[str, Any]) -> None:
        for values in record["numbers"]["curves"][0]["lr"][0].values():
            values[block:] = [2 * value for value in values[block:]]

    return spoil


def test_a_stored_spec_that_cannot_be_driven_leaves_the_block(tmp_path: Path) -> None:
    spec, figures = draw(long(3000).text, tmp_path)

    def spoil(record: dict[str, Any]) -> None:
        record["spec"]["scheduler"] = {"StepLR": {"step_size": 0}}

    spoil_record(figures / "step.webp", spoil)
    spec.write_text(long(2000).text)
    assert "; first in steps 2000 to 2015 (" in verdict(spec, figures).reason
