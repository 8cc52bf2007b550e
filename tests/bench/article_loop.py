"""The article's own way to many figures: a hundred cosines of 64 steps. Run as a script."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR

from tests.bench.article_script import draw

COUNT, SIDE = 100, 8
"""Figures; epochs of each, and steps of each epoch."""


def find_floor(index: int) -> float:
    """Return the LR that a figure's cosine ends at."""
    return index * 1e-6


def draw_all(folder: Path) -> None:
    """Draw every figure below a folder."""
    for index in range(COUNT):
        draw(str(folder / f"{index:03}.png"), _build(find_floor(index)), SIDE, SIDE)
        plt.close()


def _build(floor: float) -> Callable[[torch.optim.Optimizer], Any]:
    return lambda optimizer: CosineAnnealingLR(optimizer, SIDE * SIDE, eta_min=floor)


if __name__ == "__main__":
    draw_all(Path(sys.argv[1]))
