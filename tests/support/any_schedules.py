"""Schedulers with any arguments, sound or not, alone and in every composite."""

import math
from typing import Any

from hypothesis import strategies as st

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
