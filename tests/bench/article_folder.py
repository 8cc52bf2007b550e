"""The article's own way to all of its figures: one process, one after another. Run as a script."""

import sys
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
from torch.optim import lr_scheduler

from tests.bench.article_script import EPOCHS, STEPS, draw

CYCLE = {"base_lr": 1e-4, "max_lr": 1e-3, "step_size_up": 4, "cycle_momentum": False}
ONE = {"max_lr": 1e-3, "steps_per_epoch": STEPS, "epochs": EPOCHS, "cycle_momentum": False}

FIGURES: dict[str, tuple[str, dict[str, Any]]] = {
    "steplr": ("StepLR", {"step_size": 4, "gamma": 0.5}),
    "multisteplr": ("MultiStepLR", {"milestones": [8, 24, 28], "gamma": 0.5}),
    "constantlr": ("ConstantLR", {"factor": 0.5, "total_iters": 8}),
    "linearlr": ("LinearLR", {"start_factor": 0.5, "total_iters": 8}),
    "exponentiallr": ("ExponentialLR", {"gamma": 0.5}),
    "polynomiallr": ("PolynomialLR", {"total_iters": 8, "power": 1}),
    "polynomiallr_power2": ("PolynomialLR", {"total_iters": 8, "power": 2}),
    "cosineannealinglr": ("CosineAnnealingLR", {"T_max": 32, "eta_min": 1e-4}),
    "cosineannealingwarmrestarts": (
        "CosineAnnealingWarmRestarts",
        {"T_0": 8, "T_mult": 1, "eta_min": 1e-4},
    ),
    "cycliclr_triangular": ("CyclicLR", {**CYCLE, "mode": "triangular"}),
    "cycliclr_triangular2": ("CyclicLR", {**CYCLE, "mode": "triangular2"}),
    "cycliclr_exp_range": ("CyclicLR", {**CYCLE, "mode": "exp_range"}),
    "onecyclelr_cos": ("OneCycleLR", {**ONE, "anneal_strategy": "cos"}),
    "onecyclelr_linear": ("OneCycleLR", {**ONE, "anneal_strategy": "linear"}),
}


def draw_all(folder: Path) -> None:
    """Draw every figure of the article below a folder."""
    for name, (scheduler, arguments) in FIGURES.items():
        draw(str(folder / f"{name}.png"), partial(getattr(lr_scheduler, scheduler), **arguments))
        plt.close()


if __name__ == "__main__":
    draw_all(Path(sys.argv[1]))
