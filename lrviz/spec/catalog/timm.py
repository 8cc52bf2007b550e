"""The schedulers of `timm.scheduler`, which count epochs, or updates where t_in_epochs is false."""

from collections.abc import Mapping

from lrviz.spec.catalog.entry import Entry, Fill

_WARMUP = {
    "warmup_t": "epochs (or updates) on the way up",
    "warmup_lr_init": "LR at the start of the warm-up",
}
_PREFIX = {"warmup_prefix": "the warm-up comes before the schedule, not in place of its start"}
_UNIT = {"t_in_epochs": "count epochs; false counts updates"}
_NOISE = {
    "noise_range_t": "where noise is added: from, or [from, to]",
    "noise_pct": "largest noise as a share of the LR",
    "noise_std": "its standard deviation",
    "noise_seed": "its seed",
}
_INITIALIZE = {"initialize": "take the optimizer's LR as the base; false wants it set before"}
_LENGTH = {
    "t_initial": "length of a cycle in epochs (or updates); what is left of the run unless given"
}
_MINIMUM = {"lr_min": "lowest LR"}
_CYCLES = {
    "cycle_mul": "each cycle is that many times the last",
    "cycle_decay": "factor of each cycle's highest LR",
    "cycle_limit": "how many cycles; lr_min is held after them",
}
_K_DECAY = {"k_decay": "more than 1 falls later"}
_DECAY_RATE = {"decay_rate": "factor of each drop"}
_REST = {**_WARMUP, **_PREFIX, **_UNIT, **_NOISE, **_INITIALIZE}
_FILL_LENGTH = {"t_initial": Fill("total_calls - warmup_t * warmup_prefix")}

_LENGTHS = frozenset(
    {
        *("t_initial", "warmup_t", "decay_t", "stable_timescale"),
        *("patience_t", "cooldown_t", "noise_range_t"),
    }
)


def _entry(
    name: str,
    summary: str,
    arguments: Mapping[str, str],
    example: str,
    *,
    extra: str = "",
    fills: Mapping[str, Fill] | None = None,
) -> Entry:
    """Return an entry of this module; those with an extra take a metric."""
    return Entry(
        f"timm.{name}",
        summary,
        arguments,
        example,
        extra=extra,
        module="timm.scheduler",
        page=f"reference/schedulers#timm.scheduler.{name}",
        package="timm",
        fills=fills or {},
        takes_metric=bool(extra),
        lengths=_LENGTHS & arguments.keys(),
        cycles=frozenset({"cycle_limit"}) & arguments.keys(),
        shares=frozenset({"noise_pct"}) & arguments.keys(),
    )


TIMM = (
    _entry(
        "CosineLRScheduler",
        "half a cosine down to lr_min, with warm-up, cycles and noise",
        {**_LENGTH, **_MINIMUM, **_CYCLES, **_REST, **_K_DECAY},
        "warmup_t: 8\nwarmup_lr_init: 1e-5\nlr_min: 1e-5\nt_in_epochs: false",
        fills=_FILL_LENGTH,
    ),
    _entry(
        "MultiStepLRScheduler",
        "multiplies the LR by decay_rate at every milestone, with warm-up and noise",
        {"decay_t": "epochs (or updates) after which it drops, counted from 1"}
        | {**_DECAY_RATE, **_REST},
        "decay_t: [16, 24]\ndecay_rate: 0.5\nwarmup_t: 4\nt_in_epochs: false",
    ),
    _entry(
        "PlateauLRScheduler",
        "multiplies the LR by decay_rate when a metric has stopped improving",
        {
            **_DECAY_RATE,
            "patience_t": "epochs without improvement before a drop",
            "threshold": "what counts as improvement",
            "cooldown_t": "epochs to wait after a drop",
            **_WARMUP,
            **_MINIMUM,
            "mode": "min where less is better, max where more is",
            **_NOISE,
            "noise_type": "normal, or another for a uniform one",
            **_INITIALIZE,
        },
        "decay_rate: 0.5\npatience_t: 0\nmode: min",
        extra="metric: [0.9, 0.7, 0.7, 0.7]",
    ),
    _entry(
        "PolyLRScheduler",
        "a polynomial down to lr_min, with warm-up, cycles and noise",
        {
            **_LENGTH,
            "power": "1 is a straight line, 2 a parabola",
            **_MINIMUM,
            **_CYCLES,
            **_REST,
            **_K_DECAY,
        },
        "power: 2\nwarmup_t: 8\nt_in_epochs: false",
        fills=_FILL_LENGTH,
    ),
    _entry(
        "StepLRScheduler",
        "multiplies the LR by decay_rate every decay_t epochs (or updates), with warm-up and noise",
        {"decay_t": "epochs (or updates) between two drops", **_DECAY_RATE, **_REST},
        "decay_t: 8\ndecay_rate: 0.5\nwarmup_t: 4\nt_in_epochs: false",
    ),
    _entry(
        "TanhLRScheduler",
        "a hyperbolic tangent down to lr_min, with warm-up, cycles and noise",
        {
            **_LENGTH,
            "lb": "where on the tangent it starts",
            "ub": "where it ends",
            **_MINIMUM,
            **_CYCLES,
            **_REST,
        },
        "warmup_t: 8\nwarmup_prefix: true\nt_in_epochs: false",
        fills=_FILL_LENGTH,
    ),
    _entry(
        "WSDLRScheduler",
        "warm-up, a stable phase, decay to lr_min",
        {
            "t_initial": "length without the warm-up; what is left of the run unless given",
            "decay_t": "epochs (or updates) of it on the way down",
            **_MINIMUM,
            "stable_fn": "the stable phase: constant, rsqrt or power",
            "stable_timescale": "how slow rsqrt and power fall; warmup_t unless given",
            "stable_power": "exponent of power",
            "decay_fn": "shape of the way down: linear, 1-sqrt, cosine, power or exp",
            "decay_power": "exponent of power",
            "decay_ratio": "what exp falls to before it is stretched to lr_min",
            **_WARMUP,
            **_UNIT,
            **_NOISE,
            **_INITIALIZE,
        },
        "decay_t: 8\nwarmup_t: 4\nt_in_epochs: false",
        fills={"t_initial": Fill("total_calls - warmup_t")},
    ),
)
"""Every scheduler of 1.0.31; an older timm lacks WSDLRScheduler."""
