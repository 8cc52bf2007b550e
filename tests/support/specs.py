"""Where the repository's files are, and a spec that stands for all."""

from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONFIGS = sorted((ROOT / "configs").glob("*.yaml"))
EXAMPLES = ROOT / "tests/examples"

STEP = "epochs: 4\nsteps_per_epoch: 8\nscheduler: {StepLR: {step_size: 4, gamma: 0.5}}\n"

WriteSpec = Callable[..., Path]
Forbid = Callable[[Path], None]
