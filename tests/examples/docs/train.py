"""A training script, as lrviz reads it: what makes the scheduler is a function of the optimizer."""

import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

STEPS, WARMUP = 1000, 100


def make_scheduler(optimizer: torch.optim.Optimizer) -> SequentialLR:
    """Warm up, then fall along a cosine."""
    warmup = LinearLR(optimizer, start_factor=0.01, total_iters=WARMUP)
    cosine = CosineAnnealingLR(optimizer, T_max=STEPS - WARMUP)
    return SequentialLR(optimizer, [warmup, cosine], milestones=[WARMUP])


if __name__ == "__main__":
    model = torch.nn.Linear(8, 1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4)
    scheduler = make_scheduler(optimizer)
    for _ in range(STEPS):
        optimizer.zero_grad()
        model(torch.randn(32, 8)).square().mean().backward()
        optimizer.step()
        scheduler.step()
