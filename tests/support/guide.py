"""The run that docs/runs.md is about, as a training loop of plain torch logs it."""

from collections.abc import Iterator

import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

PROCESSES, STEPS, EVERY = 4, 2000, 20


def iter_lines() -> Iterator[str]:
    """Yield the csv of a run on four processes, each of which steps the one scheduler."""
    optimizer = torch.optim.AdamW([torch.zeros(1, requires_grad=True)], lr=2e-5)
    parts = [LinearLR(optimizer, 0.01, total_iters=100), CosineAnnealingLR(optimizer, 1900)]
    scheduler = SequentialLR(optimizer, parts, [100])
    yield "step,learning_rate"
    for step in range(STEPS):
        if step % EVERY == 0:
            yield f"{step},{optimizer.param_groups[0]['lr']!r}"
        optimizer.step()
        for _ in range(PROCESSES):
            scheduler.step()
