"""The article's own way to one figure: pyplot, a real optimizer, a loop. Run as a script."""

import sys
from collections.abc import Callable
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import torch
from matplotlib.ticker import MultipleLocator

EPOCHS, STEPS = 4, 8


def step_lr(optimizer: torch.optim.Optimizer) -> Any:
    """Return the article's first scheduler."""
    return torch.optim.lr_scheduler.StepLR(optimizer, step_size=4, gamma=0.5)


def draw(
    path: str,
    build: Callable[[torch.optim.Optimizer], Any] = step_lr,
    epochs: int = EPOCHS,
    steps: int = STEPS,
) -> None:
    """Draw a scheduler as the article does."""
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    scheduler = build(optimizer)
    rates = []
    for _ in range(epochs * steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    plt.figure(figsize=(10, 5), dpi=100)
    plt.plot(range(epochs * steps), rates, marker="o", color="black")
    plt.xlim(0, epochs * steps)
    plt.ylim(0, 1.1e-3)
    plt.xlabel("Steps")
    plt.ylabel("Learning Rate")
    axes = plt.gca()
    axes.spines[["top", "right"]].set_visible(False)
    axes.xaxis.set_major_locator(MultipleLocator(steps))
    axes.xaxis.set_minor_locator(MultipleLocator(1))
    plt.savefig(path)


if __name__ == "__main__":
    draw(sys.argv[1])
