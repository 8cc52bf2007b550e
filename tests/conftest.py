"""What several tests need: specs to write, and a few that stand for all."""

from collections.abc import Callable
from pathlib import Path

import pytest

STEP = "epochs: 4\nsteps_per_epoch: 8\nscheduler: {StepLR: {step_size: 4, gamma: 0.5}}\n"

WriteSpec = Callable[..., Path]


@pytest.fixture
def write_spec(tmp_path: Path) -> WriteSpec:
    """A function that writes a spec into the test's folder and returns its path."""

    def write(text: str = STEP, name: str = "step.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def step(write_spec: WriteSpec) -> Path:
    """A spec that draws."""
    return write_spec()
