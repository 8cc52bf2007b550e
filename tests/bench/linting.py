"""What linting costs beside driving."""

from collections.abc import Iterator, Mapping

from lrviz.drive.runs import simulate
from lrviz.linter.engine import lint_run
from lrviz.linter.rules import RULES
from lrviz.spec.model import Spec
from lrviz.spec.parse import parse_spec
from tests.bench.measure import Row, best_of

SPECS = 1000
STEPS = 1000

# With it nothing is found, so that no remedy is tried.
OPTIMIZER = "optimizer: {SGD: {lr: 4e-5, momentum: 0.9}}"

SCHEDULERS: Mapping[str, str] = {
    "StepLR": "{StepLR: {step_size: 300}}",
    "ExponentialLR": "{ExponentialLR: {gamma: 0.999}}",
    "CosineAnnealingLR": "{CosineAnnealingLR: {T_max: 1000}}",
    "LambdaLR": "{LambdaLR: {lr_lambda: 0.5 * (1 + cos(pi * epoch / 1000))}}",
    "OneCycleLR": "{OneCycleLR: {max_lr: 0.001, total_steps: 1000}}",
    "SequentialLR": (
        "{SequentialLR: {schedulers: [{LinearLR: {start_factor: 0.1, total_iters: 100}},"
        " {CosineAnnealingLR: {T_max: 900}}], milestones: [100]}}"
    ),
}


def linting_rows() -> Iterator[Row]:
    """Measure driving and linting of many specs against driving them."""
    specs = [
        parse_spec(f"{{epochs: {STEPS}, {OPTIMIZER}, scheduler: {text}, title: spec {number}}}")
        for number in range(SPECS // len(SCHEDULERS))
        for text in SCHEDULERS.values()
    ]
    ours = reference = float("inf")
    for _ in range(5):  # taking turns, so that a drifting machine is fair to both
        reference = min(reference, best_of(lambda: drive(specs), 1))
        ours = min(ours, best_of(lambda: lint(specs), 1))
    yield Row(f"lint {SPECS:,} specs of {STEPS:,} steps / drive them", ours, reference, 1.2)


def lint(specs: list[Spec]) -> None:
    """Drive and lint."""
    for spec in specs:
        lint_run(simulate(spec), RULES.values())


def drive(specs: list[Spec]) -> None:
    """Drive only."""
    for spec in specs:
        simulate(spec)


if __name__ == "__main__":
    for row in linting_rows():
        print(row)
