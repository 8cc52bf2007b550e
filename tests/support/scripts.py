"""Scripts that `lrviz code` wrote, run and read by a formatter and a linter."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

# The names of a loop's counters are for the reader, who will use them.
_RULES = ("--select", "E4,E7,E9,F,I,B", "--ignore", "B007")


def recorded(code: str) -> list[list[list[float]]]:
    """Run a script and return each optimizer's LRs, a list a step, read before the step."""
    found: dict[int, list[list[float]]] = {}
    keep = []

    def record(optimizer: torch.optim.Optimizer) -> torch.optim.Optimizer:
        keep.append(optimizer)  # an identity is only one's own while one lives
        rates = [float(group["lr"]) for group in optimizer.param_groups]
        found.setdefault(id(optimizer), []).append(rates)
        return optimizer

    exec(code.replace("optimizer.step(", "record(optimizer).step("), {"record": record})
    return list(found.values())


def complaints(folder: Path) -> str:
    """Return what a formatter would change in a folder of scripts, and what a linter says."""
    pytest.importorskip("ruff", reason="ruff is not installed: no script is formatted or linted")
    found = ""
    for command in (("format", "--diff"), ("check", "--quiet", *_RULES)):
        whole = [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache", str(folder)]
        done = subprocess.run(whole, capture_output=True, text=True, check=False)
        found += done.stdout + (done.stderr if done.returncode > 1 else "")
    return found
