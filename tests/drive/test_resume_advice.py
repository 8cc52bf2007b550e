"""What docs/runs.md has people write for a run that is made longer, tried in plain torch."""

from collections.abc import Callable

import pytest
import torch
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    LambdaLR,
    LinearLR,
    LRScheduler,
    OneCycleLR,
    SequentialLR,
    StepLR,
)

Make = Callable[[torch.optim.Optimizer, int], LRScheduler]


def warm_up(optimizer: torch.optim.Optimizer, steps: int) -> LRScheduler:
    parts = [LinearLR(optimizer, 0.1, total_iters=4), CosineAnnealingLR(optimizer, steps - 4)]
    return SequentialLR(optimizer, parts, [4])


MAKES: dict[str, Make] = {
    "StepLR": lambda optimizer, steps: StepLR(optimizer, steps // 4),
    "SequentialLR": warm_up,
    "OneCycleLR": lambda optimizer, steps: OneCycleLR(optimizer, 0.1, total_steps=steps),
    "LambdaLR": lambda optimizer, steps: LambdaLR(optimizer, lambda call: 1 / (call + steps)),
}


def start(make: Make, steps: int) -> tuple[torch.nn.Parameter, torch.optim.AdamW, LRScheduler]:
    parameter = torch.nn.Parameter(torch.ones(3))
    optimizer = torch.optim.AdamW([parameter], lr=0.1)
    return parameter, optimizer, make(optimizer, steps)


def train(
    parameter: torch.nn.Parameter, optimizer: torch.optim.AdamW, scheduler: LRScheduler, steps: int
) -> list[tuple[float, tuple[float, float]]]:
    read = []
    for _ in range(steps):
        group = optimizer.param_groups[0]
        read.append((float(group["lr"]), group["betas"]))
        parameter.grad = 0.1 * parameter.detach()
        optimizer.step()
        scheduler.step()
    return read


@pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step")
@pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)
def test_the_moments_come_last_with_the_learning_rates_that_there_are(make: Make) -> None:
    planned = train(*start(make, 40), 40)
    old = start(make, 20)
    train(*old, 12)
    checkpoint = old[1].state_dict()
    parameter, optimizer, scheduler = start(make, 40)
    for _ in range(12):
        scheduler.step()
    groups = optimizer.state_dict()["param_groups"]
    optimizer.load_state_dict({**checkpoint, "param_groups": groups})
    moments = optimizer.state[parameter]["exp_avg"]
    assert torch.equal(moments, old[1].state[old[0]]["exp_avg"])
    assert train(parameter, optimizer, scheduler, 28) == planned[12:]
