"""Print the table of ratios that lrviz promises."""

import json
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import torch
from torch.optim import lr_scheduler

import lrviz
from lrviz.draw.outputs import draw_pixels
from tests.bench.batching import batch_rows
from tests.bench.linting import linting_rows
from tests.bench.measure import Row, best_of
from tests.bench.starting import floor_lines, starting_rows

STEPS = 1_000_000


def driving_rows() -> Iterator[Row]:
    """Measure a million steps against a bare loop of `scheduler.step()`."""
    arguments: dict[str, dict[str, Any]] = {
        "StepLR": {"step_size": 1000},
        "CosineAnnealingLR": {"T_max": STEPS},
        "OneCycleLR": {"max_lr": 0.1, "total_steps": STEPS},
    }
    for name, given in arguments.items():
        for groups in (1, 4):
            yield driving_row(name, given, groups)


def driving_row(name: str, given: dict[str, Any], groups: int) -> Row:
    """Measure one scheduler; the bound is 1.25 or 0.35 us a step and group, whichever is more."""
    spec = lrviz.parse_spec(
        f"{{epochs: {STEPS}, scheduler: {{{name}: {json.dumps(given)}}},"
        f" optimizer: {{SGD: {{lr: 0.1, param_groups: {json.dumps([{'lr': 0.1}] * groups)}}}}}}}"
    )

    def bare() -> None:
        parameters = [{"params": [torch.zeros(1)]} for _ in range(groups)]
        optimizer = torch.optim.SGD(parameters, lr=0.1)
        scheduler = getattr(lr_scheduler, name)(optimizer, **given)
        optimizer.step()
        for _ in range(STEPS):
            scheduler.step()

    ours = best_of(lambda: lrviz.simulate(spec), runs=3)
    reference = best_of(bare, runs=3)
    bound = max(1.25, 1 + 0.35e-6 * STEPS * groups / reference)
    return Row(f"drive {STEPS:,} steps of {name}, groups: {groups}", ours, reference, bound)


def drawing_row() -> Row:
    """Measure a long curve against a short one."""
    runs = [
        lrviz.simulate(
            lrviz.parse_spec(f"{{epochs: {n}, scheduler: {{CosineAnnealingLR: {{T_max: {n}}}}}}}")
        )
        for n in (STEPS, 1000)
    ]
    draw_pixels(runs[1])
    long, short = (best_of(lambda run=run: draw_pixels(run), runs=9) for run in runs)  # type: ignore[misc]
    return Row("draw 1,000,000 points / 1,000 points", long, short, 1.5)


def main() -> None:
    """Print every row as it is measured."""
    print("| what | ours | reference | ratio | at most | |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for row in chain(starting_rows(Path(folder)), batch_rows(Path(folder))):
            print(row, flush=True)
    for row in (*driving_rows(), *linting_rows()):
        print(row, flush=True)
    print(drawing_row())
    print("\n| of `lrviz plot` | seconds | share |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for line in floor_lines(Path(folder)):
            print(line, flush=True)


if __name__ == "__main__":
    main()
