"""Mistakes that people make, one spec a kind, with what is to be said of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lrviz.linter.rule import rate


@dataclass(frozen=True)
class Kind:
    """A spec with a mistake.

    Attributes:
        text: the spec.
        grades: how bad it may be called.
        said: what is said of it must hold each of these.
        remedy: what is to be set, by name; empty where that is for people to choose.
    """

    text: str
    grades: str
    said: Sequence[str]
    remedy: dict[str, Any]


def of_transformers(name: str, arguments: str, more: str = "", epochs: int = 3) -> str:
    """Return a spec of 120 steps an epoch at an LR of 1e-4."""
    return f"""\
epochs: {epochs}
steps_per_epoch: 120
{more}
optimizer: {{AdamW: {{lr: 1e-4}}}}
scheduler: {{transformers.{name}: {{{arguments}}}}}
"""


def of_timm(name: str, arguments: str, lr: float = 0.2) -> str:
    """Return a spec of 24 epochs."""
    return f"""\
epochs: 24
steps_per_epoch: 15
optimizer: {{SGD: {{lr: {lr}, momentum: 0.9}}}}
scheduler: {{timm.{name}: {{{arguments}}}}}
"""


def of_torch(scheduler: str, steps: int = 300, lr: float = 6e-4, more: str = "") -> str:
    """Return a spec of one epoch."""
    return f"""\
epochs: 1
steps_per_epoch: {steps}
optimizer: {{AdamW: {{lr: {lr}}}}}
scheduler: {{{scheduler}}}
{more}
"""


def of_lambda(expression: str, steps: int) -> str:
    return of_torch(f'LambdaLR: {{lr_lambda: "{expression}"}}', steps)


def plateau(epochs: int, arguments: str, metric: str, more: str = "") -> str:
    return f"""\
epochs: {epochs}
steps_per_epoch: 50
{more}
optimizer: {{Adam: {{lr: 1e-3}}}}
scheduler: {{ReduceLROnPlateau: {{factor: 0.5, {arguments}}}}}
metric: {metric}
"""


def half_wave(done: float) -> float:
    """Return the factor of half a cosine from 1 to 0."""
    return 0.5 * (1 + math.cos(math.pi * done))


COSINE = "get_cosine_schedule_with_warmup"
FLOOR = "get_cosine_with_min_lr_schedule_with_warmup"

LENGTHS = {
    "a cosine of half the run climbs back": Kind(
        of_transformers(COSINE, "num_warmup_steps: 20, num_training_steps: 190"),
        "warning",
        ["climbs", "190", rate(1e-4 * half_wave(1 + 169 / 170))],
        {"num_training_steps": 360},
    ),
    "a cosine of nine tenths climbs a little": Kind(
        of_transformers(COSINE, "num_warmup_steps: 20, num_training_steps: 324"),
        "warning",
        ["climbs", "324", rate(1e-4 * half_wave(1 + 35 / 304))],
        {"num_training_steps": 360},
    ),
    "a cosine of twice the run stops halfway": Kind(
        of_transformers(COSINE, "num_warmup_steps: 20, num_training_steps: 720"),
        "warning",
        ["720", rate(1e-4 * half_wave(339 / 700))],
        {"num_training_steps": 360},
    ),
    "a line of four times the run hardly falls": Kind(
        of_transformers(
            "get_linear_schedule_with_warmup", "num_warmup_steps: 20, num_training_steps: 1440"
        ),
        "warning",
        ["1440", rate(1e-4 * (1440 - 359) / 1420)],
        {"num_training_steps": 360},
    ),
    "a polynomial of three times the run never ends": Kind(
        of_transformers(
            "get_polynomial_decay_schedule_with_warmup",
            "num_warmup_steps: 20, num_training_steps: 1080",
        ),
        "warning",
        ["1080", rate(1e-7 + (1e-4 - 1e-7) * (1 - 339 / 1060))],
        {"num_training_steps": 360},
    ),
    "a line that ends early leaves steps at 0": Kind(
        of_transformers(
            "get_linear_schedule_with_warmup", "num_warmup_steps: 20, num_training_steps: 320"
        ),
        "note warning",
        ["0", "last 40 of 360"],
        {"num_training_steps": 360},
    ),
    "a decay that begins behind the run": Kind(
        of_transformers(
            "get_wsd_schedule", "num_warmup_steps: 20, num_decay_steps: 80, num_training_steps: 900"
        ),
        "warning",
        ["820", "360", "1e-4"],
        {"num_training_steps": 360},
    ),
    "a warm-up and a decay that are longer than the run": Kind(
        of_transformers("get_wsd_schedule", "num_warmup_steps: 150, num_decay_steps: 360"),
        "warning",
        ["510", "360", rate(1e-4 * 149 / 150), rate(1e-4 * half_wave(150 / 360)), "step 150"],
        {"num_decay_steps": 210},
    ),
    "a cosine of twice the epochs": Kind(
        of_timm("CosineLRScheduler", "t_initial: 48"),
        "warning",
        ["48", "24", rate(0.2 * half_wave(23 / 48))],
        {"t_initial": 24},
    ),
    "a warm-up that comes before the length": Kind(
        of_timm(
            "CosineLRScheduler",
            "t_initial: 24, warmup_t: 6, warmup_prefix: true, warmup_lr_init: 1e-3",
        ),
        "warning",
        ["30", "24", rate(0.2 * half_wave(17 / 24))],
        {"t_initial": 18},
    ),
    "milestones beyond the run": Kind(
        of_timm("MultiStepLRScheduler", "decay_t: [40, 50], decay_rate: 0.1"),
        "warning",
        ["40", "50", "24"],
        {},
    ),
    "lengths in steps of what is called once an epoch": Kind(
        of_transformers(COSINE, "num_warmup_steps: 20, num_training_steps: 360", "interval: epoch"),
        "warning",
        ["360", "3 calls"],
        {"interval": "step"},
    ),
    "a one-cycle in the steps of a longer run, called once an epoch": Kind(
        "epochs: 20\nsteps_per_epoch: 50\ninterval: epoch\noptimizer: {AdamW: {lr: 8e-5}}\n"
        "scheduler: {OneCycleLR: {max_lr: 2e-3, total_steps: 3000}}",
        "error warning",
        ["3000", "20"],
        {"total_steps": 20},
    ),
    "a one-cycle in the steps of this run, called once an epoch": Kind(
        "epochs: 20\nsteps_per_epoch: 50\ninterval: epoch\noptimizer: {AdamW: {lr: 8e-5}}\n"
        "scheduler: {OneCycleLR: {max_lr: 2e-3, total_steps: 1000}}",
        "error warning",
        ["1000", "20"],
        {"interval": "step"},
    ),
}

WARMUPS = {
    "a warm-up of more than twice the run": Kind(
        of_transformers("get_constant_schedule_with_warmup", "num_warmup_steps: 900"),
        "error",
        ["900", "360", rate(1e-4 * 359 / 900)],
        {"num_warmup_steps": 36},
    ),
    "a warm-up and a length of twice the run": Kind(
        of_transformers(
            "get_linear_schedule_with_warmup", "num_warmup_steps: 720, num_training_steps: 720"
        ),
        "error",
        ["720", "360", rate(1e-4 * 359 / 720)],
        {"num_warmup_steps": 36, "num_training_steps": 360},
    ),
    "a warm-up of more epochs than there are": Kind(
        of_timm("CosineLRScheduler", "t_initial: 24, warmup_t: 30, warmup_lr_init: 1e-3"),
        "error",
        ["30", "24", rate(1e-3 + 0.199 * 23 / 30)],
        {"warmup_t": 3},
    ),
    "a warm-up from 0 that is called once an epoch": Kind(
        of_transformers(COSINE, "num_warmup_steps: 3", "interval: epoch", 30),
        "warning",
        ["the first epoch, 120 steps, trains with an LR of 0"],
        {},
    ),
}

RATES = {
    "a floor of 3.5 times the LR": Kind(
        of_timm("CosineLRScheduler", "t_initial: 24, lr_min: 0.7"), "warning", ["0.7", "0.2"], {}
    ),
    "a floor of 30 times the LR": Kind(
        of_transformers(FLOOR, "num_warmup_steps: 20, min_lr: 3e-3"),
        "warning",
        ["3e-3", "1e-4"],
        {},
    ),
    "a share as a floor": Kind(
        of_timm("CosineLRScheduler", "t_initial: 24, lr_min: 0.1", 2e-3),
        "warning",
        ["0.1", "2e-3"],
        {"lr_min": 2e-4},
    ),
    "a share as the floor of torch's own": Kind(
        of_torch("CosineAnnealingLR: {T_max: 300, eta_min: 0.1}", lr=1e-3),
        "warning",
        ["0.1", "1e-3"],
        {"eta_min": 1e-4},
    ),
    "a share as the floor of a plateau": Kind(
        plateau(12, "patience: 2, min_lr: 0.1", '{expression: "max(0.3, 0.9 ** step)"}'),
        "warning",
        ["0.1", "1e-3"],
        {"min_lr": 1e-4},
    ),
    "an LR as the share that a warm-up begins at": Kind(
        "epochs: 5\nsteps_per_epoch: 60\noptimizer: {AdamW: {lr: 2e-4}}\nscheduler:\n"
        "  SequentialLR:\n    milestones: [30]\n    schedulers:\n"
        "      - LinearLR: {start_factor: 2e-7, total_iters: 30}\n"
        "      - CosineAnnealingLR: {T_max: 270}",
        "warning",
        ["2e-7", "share", rate(2e-7 * 2e-4)],
        {"start_factor": 1e-3},
    ),
    "an LR as the share of a floor": Kind(
        of_transformers(FLOOR, "num_warmup_steps: 20, min_lr_rate: 1e-5"),
        "warning",
        ["1e-5", "share", rate(1e-5 * 1e-4)],
        {"min_lr_rate": 0.1},
    ),
    "five times the LR as a share": Kind(
        of_transformers(FLOOR, "num_warmup_steps: 20, min_lr_rate: 5"),
        "warning",
        ["got 5", rate(5 * 1e-4)],
        {},
    ),
    "restarts of which none happens": Kind(
        of_transformers(
            "get_cosine_with_hard_restarts_schedule_with_warmup",
            "num_warmup_steps: 20, num_cycles: 1",
        ),
        "warning",
        ["num_cycles is 1"],
        {"num_cycles": 2},
    ),
}

RISE = "0.1 + 0.9 * epoch / {0} if epoch < {0} else 0.5 * (1 + cos(pi * epoch / 900))"

CURVES = {
    "a cosine that is cut off": Kind(
        of_lambda("0.5 * (1 + cos(pi * epoch / 700))", 300),
        "warning",
        [rate(6e-4 * half_wave(299 / 700)), f"{100 * half_wave(299 / 700):.0f} %"],
        {},
    ),
    "a line that is cut off": Kind(
        of_lambda("1 - epoch / 500", 300),
        "warning",
        [rate(6e-4 * (1 - 299 / 500)), f"{100 * (1 - 299 / 500):.0f} %"],
        {},
    ),
    "a fall by a sixth of the range in one step": Kind(
        of_lambda(RISE.format(240), 900),
        "note",
        ["step 240", rate(6e-4 * half_wave(240 / 900)), "16 %"],
        {},
    ),
    "a fall by a third of the range in one step": Kind(
        of_lambda(RISE.format(360), 900),
        "warning",
        ["step 360", rate(6e-4 * half_wave(360 / 900)), "34 %"],
        {},
    ),
    "a cosine that stands still on its way": Kind(
        of_lambda("0.5 * (1 + cos(pi * min(epoch, 250) / 900))", 800),
        "note",
        [rate(6e-4 * half_wave(250 / 900)), f"{100 * half_wave(250 / 900):.0f} %", "550"],
        {},
    ),
    "a line that is at 0 before the end": Kind(
        of_lambda("0 if epoch > 260 else 1 - epoch / 260", 300),
        "note warning",
        ["0", "last 40 of 300"],
        {},
    ),
    "a rise that the run cuts off": Kind(
        of_lambda("(epoch + 1) / 200", 80), "error warning", [rate(6e-4 * 80 / 200), "6e-4"], {}
    ),
    "swings": Kind(
        of_lambda("0.5 * (1 + cos(pi * epoch / 150))", 600),
        "warning",
        ["climbs again", "step 150", "6e-4"],
        {},
    ),
    "one return to half of the peak": Kind(
        of_lambda("0.5 * (1 + cos(pi * epoch / 400))", 600),
        "warning",
        ["climbs again", "step 400", rate(6e-4 * half_wave(599 / 400))],
        {},
    ),
}

METRICS = {
    "a metric in steps that is asked for once an epoch": Kind(
        plateau(
            40, "patience: 4", '{expression: "0.2 + 0.8 * exp(-step / 2500)"}', "interval: epoch"
        ),
        "note",
        ["interval: epoch", "40", rate(0.2 + 0.8 * math.exp(-39 / 2500))],
        {},
    ),
    "a metric that has run out": Kind(
        plateau(30, "patience: 4", "[0.8, 0.6, 0.5]", "interval: epoch"),
        "warning",
        ["last of 3 values"],
        {},
    ),
    # A new value every 50 calls: each of the four but the first comes after a drop, or many.
    "a metric that stands still between validations": Kind(
        plateau(4, "patience: 30", '{expression: "0.9 ** floor(step / 50)"}'),
        "warning",
        ["50", "30"],
        {},
    ),
}

KINDS = LENGTHS | WARMUPS | RATES | CURVES | METRICS
