"""The schedules of `transformers.optimization`, as that module's `get_scheduler` orders them."""

from collections.abc import Mapping

from lrviz.spec.catalog.entry import Entry, Fill
from lrviz.spec.catalog.torch import METRIC, PLATEAU

_MODULE = "transformers.optimization"
_WARMUP = {"num_warmup_steps": "calls on the way up from 0"}
_TRAINING = {"num_training_steps": "calls of the whole schedule; unless given, all that it gets"}
_WAVES = {"num_cycles": "waves of the cosine; 0.5 falls once"}
_MINIMUM = {
    "min_lr": "lowest LR; this or min_lr_rate",
    "min_lr_rate": "lowest LR as a share of the optimizer's; this or min_lr",
}
_FILL_TRAINING = {"num_training_steps": Fill("total_calls")}

_LENGTHS = frozenset(
    {
        *("num_warmup_steps", "num_training_steps", "num_decay_steps", "num_stable_steps"),
        *("timescale", "patience", "cooldown", "warmup", "window_size"),
    }
)


def _entry(
    name: str,
    summary: str,
    arguments: Mapping[str, str],
    example: str,
    *,
    extra: str = "",
    fills: Mapping[str, Fill] = _FILL_TRAINING,
    signature: str = "",
) -> Entry:
    """Return an entry of this module; those with an extra take a metric."""
    return Entry(
        f"transformers.{name}",
        summary,
        arguments,
        example,
        extra=extra,
        module=_MODULE,
        page=f"main_classes/optimizer_schedules#transformers.{name}",
        package="transformers",
        fills=fills,
        takes_metric=bool(extra),
        signature=signature,
        lengths=_LENGTHS & arguments.keys(),
        cycles=frozenset({"num_cycles"}) & arguments.keys(),
        shares=frozenset({"min_lr_rate", "min_lr_ratio", "warmup_lr_rate"}) & arguments.keys(),
    )


TRANSFORMERS = (
    _entry("get_constant_schedule", "holds the optimizer's LR", {}, "", fills={}),
    _entry(
        "get_constant_schedule_with_warmup",
        "a straight warm-up from 0, then the optimizer's LR",
        _WARMUP,
        "num_warmup_steps: 8",
        fills={},
    ),
    _entry(
        "get_linear_schedule_with_warmup",
        "a straight warm-up from 0, then a straight line down to 0",
        {**_WARMUP, **_TRAINING},
        "num_warmup_steps: 8",
    ),
    _entry(
        "get_cosine_schedule_with_warmup",
        "a straight warm-up from 0, then half a cosine down to 0",
        {**_WARMUP, **_TRAINING, **_WAVES},
        "num_warmup_steps: 8",
    ),
    _entry(
        "get_cosine_with_hard_restarts_schedule_with_warmup",
        "a straight warm-up from 0, then a cosine down to 0, num_cycles times",
        {**_WARMUP, **_TRAINING, "num_cycles": "how often it falls"},
        "num_warmup_steps: 8\nnum_cycles: 3",
    ),
    _entry(
        "get_cosine_with_min_lr_schedule_with_warmup",
        "a straight warm-up from 0, then half a cosine down to min_lr",
        {**_WARMUP, **_TRAINING, **_WAVES, **_MINIMUM},
        "num_warmup_steps: 8\nmin_lr_rate: 0.1",
    ),
    _entry(
        "get_cosine_with_min_lr_schedule_with_warmup_lr_rate",
        "a warm-up from a share of the LR, then half a cosine down to min_lr",
        {
            **_WARMUP,
            **_TRAINING,
            **_WAVES,
            **_MINIMUM,
            "warmup_lr_rate": "first LR as a share of the optimizer's; one warm-up call's if null",
        },
        "num_warmup_steps: 8\nmin_lr_rate: 0.1\nwarmup_lr_rate: 0.2",
    ),
    _entry(
        "get_polynomial_decay_schedule_with_warmup",
        "a straight warm-up from 0, then a polynomial down to lr_end",
        {
            **_WARMUP,
            **_TRAINING,
            "lr_end": "LR at the end and after it",
            "power": "1 is a straight line, 2 a parabola",
        },
        "num_warmup_steps: 8\npower: 2",
    ),
    _entry(
        "get_inverse_sqrt_schedule",
        "a straight warm-up from 0, then a fall with one over the square root",
        {**_WARMUP, "timescale": "how slow the fall is; num_warmup_steps unless given"},
        "num_warmup_steps: 8",
        fills={},
    ),
    _entry(
        "get_wsd_schedule",
        "warm-up, a stable phase, decay",
        {
            **_WARMUP,
            "num_decay_steps": "calls on the way down",
            "num_training_steps": "calls of all three; what it gets unless num_stable_steps is set",
            "num_stable_steps": "calls at the optimizer's LR; what is left unless given",
            "warmup_type": "shape of the way up: linear, cosine or 1-sqrt",
            "decay_type": "shape of the way down: linear, cosine or 1-sqrt",
            "min_lr_ratio": "first and last LR as a share of the optimizer's",
            "num_cycles": "waves of a cosine decay; 0.5 falls once",
        },
        "num_warmup_steps: 4\nnum_decay_steps: 8",
        fills={"num_training_steps": Fill("total_calls", unless=("num_stable_steps",))},
    ),
    _entry(
        "get_greedy_schedule",
        "raises the LR while a metric improves, lowers it while it does not",
        {
            **PLATEAU,
            "factor": "factor of each drop; a rise divides by it",
            "patience": "calls of a kind in a row before a change",
            "warmup": "calls to wait after a rise",
            "max_lr": "highest LR; one, or one a group",
            "smooth": "judge the mean of the last metrics",
            "window_size": "how many of them",
            "reset_start": "drops wanted at min_lr before all starts again",
        },
        "factor: 0.8\npatience: 2\nmin_lr: 1e-4\nmax_lr: 1e-2",
        extra=METRIC,
        fills={},
        signature=f"{_MODULE}:GreedyLR",
    ),
    _entry(
        "get_reduce_on_plateau_schedule",
        "multiplies the LR by factor when a metric has stopped improving",
        PLATEAU,
        "factor: 0.5\npatience: 4",
        extra=METRIC,
        fills={},
        signature="torch.optim.lr_scheduler:ReduceLROnPlateau",
    ),
)
"""Every schedule but Adafactor's, which is read from an optimizer of transformers."""
