"""What torch cannot drive is said, and nothing else is."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrviz.drive import simulate
from lrviz.drive.foresee import RULES
from lrviz.errors import SpecError
from lrviz.spec import Source, parse_spec, parse_tree
from tests.training import make_optimizer, make_scheduler, train

WHOLE = st.integers(-2, 13)
COUNT = st.one_of(WHOLE, st.sampled_from([0.5, 2.5, 3.0]))
NUMBER = st.sampled_from([-1.0, -0.5, 0.0, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0])
EXTREME = st.one_of(NUMBER, st.sampled_from([1e-320, 1e200, math.inf, -math.inf, math.nan]))
RATE = st.sampled_from([0.0, 0.1, 1.0])

CYCLE_MOMENTUM = {"cycle_momentum": st.booleans()}

ARGUMENTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "StepLR": ({"step_size": COUNT}, {"gamma": EXTREME}),
    "CosineAnnealingLR": ({"T_max": COUNT}, {"eta_min": EXTREME}),
    "ConstantLR": ({}, {"factor": EXTREME, "total_iters": COUNT}),
    "LinearLR": ({}, {"start_factor": NUMBER, "end_factor": NUMBER, "total_iters": COUNT}),
    "PolynomialLR": ({}, {"total_iters": COUNT, "power": NUMBER}),
    "CosineAnnealingWarmRestarts": (
        {"T_0": WHOLE},
        {"T_mult": st.integers(-1, 3), "eta_min": EXTREME},
    ),
    "SWALR": (
        {"swa_lr": EXTREME},
        {"anneal_epochs": WHOLE, "anneal_strategy": st.sampled_from(["cos", "linear"])},
    ),
    "CyclicLR": (
        {"base_lr": RATE, "max_lr": RATE, "step_size_up": COUNT},
        {
            "step_size_down": COUNT,
            "mode": st.sampled_from(["triangular", "triangular2", "exp_range"]),
            "gamma": EXTREME,
            **CYCLE_MOMENTUM,
        },
    ),
    "OneCycleLR": (
        {"max_lr": RATE},
        {
            "total_steps": WHOLE,
            "epochs": st.integers(-1, 4),
            "steps_per_epoch": st.integers(-1, 4),
            "pct_start": st.sampled_from([-0.5, 0.0, 0.1, 0.2, 0.25, 0.3, 0.5, 0.75, 1.0, 1.5]),
            "anneal_strategy": st.sampled_from(["cos", "linear"]),
            "div_factor": NUMBER,
            "final_div_factor": NUMBER,
            "three_phase": st.booleans(),
            **CYCLE_MOMENTUM,
        },
    ),
}

BESIDE = {"ExponentialLR": {"gamma": 0.9}}


def node(name: str) -> st.SearchStrategy[dict[str, Any]]:
    required, optional = ARGUMENTS[name]
    return st.fixed_dictionaries(required, optional=optional).map(lambda each: {name: each})


def around(inner: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return every composite that a scheduler can stand in."""
    milestones = st.lists(st.sampled_from([-1, 0, 1, 2, 2.5, 3, 5, 8, 20]), min_size=1, max_size=2)

    def sequential(given: list[float], place: int) -> dict[str, Any]:
        schedulers = [BESIDE] * len(given)
        schedulers.insert(min(place, len(given)), inner)
        return {"SequentialLR": {"schedulers": schedulers, "milestones": given}}

    return st.one_of(
        st.builds(sequential, milestones, st.integers(0, 2)),
        st.just({"ChainedScheduler": {"schedulers": [BESIDE, inner]}}),
        st.just({"ChainedScheduler": {"schedulers": [inner, BESIDE]}}),
    )


def torch_fails(scheduler: dict[str, Any], calls: int, metric: list[float] | None = None) -> bool:
    """Return whether a plain loop raises, or trains with a rate that is not finite."""
    optimizer = make_optimizer("SGD", {"lr": 0.1})
    try:
        trained = train(optimizer, make_scheduler(optimizer, scheduler), calls, metric=metric)
    except Exception:
        return True
    return not all(map(math.isfinite, trained.lr[0]))


def verdict(scheduler: dict[str, Any], calls: int, **tree: Any) -> str:
    """Return what is said of a spec, or nothing where it is driven."""
    optimizer = {"SGD": {"lr": 0.1}}
    spec = {"epochs": calls, "optimizer": optimizer, "scheduler": scheduler, **tree}
    try:
        simulate(parse_tree(spec, Source()))
    except SpecError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", ARGUMENTS)
@given(st.data(), st.integers(1, 12))
@settings(max_examples=200, deadline=None)
def test_a_scheduler_is_refused_if_and_only_if_torch_cannot_drive_it(
    name: str, data: st.DataObject, calls: int
) -> None:
    scheduler = data.draw(node(name))
    assert bool(verdict(scheduler, calls)) == torch_fails(scheduler, calls)


@pytest.mark.parametrize("name", ARGUMENTS)
@given(st.data(), st.integers(1, 12))
@settings(max_examples=150, deadline=None)
def test_inside_composites_too_only_what_torch_cannot_drive_is_refused(
    name: str, data: st.DataObject, calls: int
) -> None:
    scheduler = data.draw(node(name).flatmap(around))
    if data.draw(st.booleans()):
        scheduler = data.draw(around(scheduler))
    assert bool(verdict(scheduler, calls)) == torch_fails(scheduler, calls)


@given(
    st.fixed_dictionaries(
        {}, optional={"factor": EXTREME, "patience": COUNT, "min_lr": NUMBER, "eps": NUMBER}
    ),
    st.lists(EXTREME, min_size=1, max_size=4),
    st.integers(1, 12),
)
@settings(max_examples=200, deadline=None)
def test_a_plateau_is_refused_if_and_only_if_torch_cannot_drive_it(
    arguments: dict[str, Any], metric: list[float], calls: int
) -> None:
    scheduler = {"ReduceLROnPlateau": arguments}
    held = metric + [metric[-1]] * calls
    assert bool(verdict(scheduler, calls, metric=metric)) == torch_fails(scheduler, calls, held)


def test_every_rule_is_tried_above() -> None:
    assert {*ARGUMENTS, "ReduceLROnPlateau"} == set(RULES)
