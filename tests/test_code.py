"""`lrviz code` writes a script that runs as it stands and gives the run's numbers."""

import subprocess
import sys

import numpy as np
import pytest

import lrviz
from lrviz.catalog import SCHEDULERS
from lrviz.code import write_code
from lrviz.template import spec_template
from tests.scripts import recorded

SPECS = {
    "groups": """
        epochs: 2
        steps_per_epoch: 3
        optimizer:
          AdamW:
            lr: 1e-3
            betas: [0.8, 0.99]
            param_groups: [{name: backbone, lr: =1e-4 * epochs}, {weight_decay: 0}]
        scheduler: {LambdaLR: {lr_lambda: [0.9 ** step, 'max(0.1, cos(pi * epoch / total_calls))']}}
    """,
    "epochs": """
        epochs: 3
        steps_per_epoch: 2
        interval: epoch
        scheduler: {MultiplicativeLR: {lr_lambda: 1 / (1 + epoch) if epoch < total_calls else 2}}
    """,
    "plateau on a list": """
        epochs: 8
        metric: [1, .nan, 1, 1, 1]
        scheduler: {ReduceLROnPlateau: {patience: 1, min_lr: [1e-5], mode: min}}
    """,
    "plateau by epoch": """
        epochs: 8
        steps_per_epoch: 3
        interval: epoch
        metric: {expression: "max(exp(-step), 0.3) + 0 * total_calls"}
        scheduler: {ReduceLROnPlateau: {patience: 1}}
    """,
    "a closure": "{epochs: 3, optimizer: LBFGS, scheduler: {ExponentialLR: {gamma: 0.5}}}",
    "matrices": "{epochs: 3, optimizer: Muon, scheduler: {ExponentialLR: {gamma: 0.5}}}",
    "an SWA after it": "{epochs: 3, scheduler: {SWALR: {swa_lr: 0.1, anneal_strategy: linear}}}",
    "long milestones": """
        epochs: 200
        scheduler:
          MultiStepLR:
            gamma: 0.99
            milestones: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21]
    """,
    "nested": """
        epochs: 12
        scheduler:
          SequentialLR:
            schedulers:
              - ChainedScheduler:
                  schedulers:
                    - ConstantLR: {factor: 0.5, total_iters: 4}
                    - ExponentialLR: {gamma: 0.9}
              - LinearLR: {start_factor: 0.5}
            milestones: [6]
    """,
    "a cycle of one's own": """
        epochs: 12
        scheduler:
          CyclicLR: {base_lr: 0.1, max_lr: 1, step_size_up: 2, scale_fn: 1 / 2 ** (x - 1)}
    """,
    "several": """
        epochs: 3
        scheduler: {StepLR: {step_size: 1}}
        sweep: {scheduler.StepLR.gamma: [0.5, 1]}
    """,
}


def assert_same(spec: lrviz.Spec) -> None:
    run = lrviz.simulate(spec)
    curves = recorded(write_code(run))
    assert len(curves) == len(run.curves)
    for curve, rates in zip(run.curves, curves, strict=True):
        np.testing.assert_allclose(np.array(rates).T, curve.lr, rtol=1e-12, atol=0)


@pytest.mark.parametrize("name", SCHEDULERS)
def test_the_code_of_every_example_gives_its_numbers(name: str) -> None:
    assert_same(lrviz.parse_spec(spec_template(SCHEDULERS[name])))


# torch's order warning is false where a composite stands first in a SequentialLR.
@pytest.mark.filterwarnings("ignore:Detected call of")
@pytest.mark.parametrize("name", SPECS)
def test_the_code_of_odd_specs_gives_their_numbers(name: str) -> None:
    assert_same(lrviz.parse_spec(SPECS[name]))


@pytest.mark.parametrize("name", SPECS)
def test_the_code_is_formatted(name: str) -> None:
    code = write_code(lrviz.simulate(lrviz.parse_spec(SPECS[name])))
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--diff", "-"]
    done = subprocess.run(command, input=code, capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert done.returncode == 0


def test_a_schedule_is_written_as_one_would_write_it() -> None:
    text = "{epochs: 4, steps_per_epoch: 8, scheduler: {StepLR: {step_size: 4, gamma: 0.5}}}"
    assert write_code(lrviz.simulate(lrviz.parse_spec(text))) == (
        "import torch\n"
        "from torch.optim import SGD\n"
        "from torch.optim.lr_scheduler import StepLR\n"
        "\n"
        "EPOCHS = 4\n"
        "STEPS_PER_EPOCH = 8\n"
        "\n"
        "model = torch.nn.Linear(1, 1, bias=False)  # your model\n"
        "optimizer = SGD(model.parameters(), lr=0.001)\n"
        "scheduler = StepLR(optimizer, step_size=4, gamma=0.5)\n"
        "\n"
        "for epoch in range(EPOCHS):\n"
        "    for step in range(STEPS_PER_EPOCH):\n"
        "        # forward and backward pass\n"
        "        optimizer.step()\n"
        "        scheduler.step()\n"
    )
