"""Timing of whole processes, interleaved so that a drifting machine is fair to all."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Row:
    """One line of the table: ours against what it is measured by.

    Attributes:
        name: what was measured.
        ours: seconds, or megabytes.
        reference: of the same unit.
        bound: what the ratio shall not pass.
    """

    name: str
    ours: float
    reference: float
    bound: float

    def __str__(self) -> str:
        ratio = self.ours / self.reference
        verdict = "ok" if ratio <= self.bound else "OVER"
        return (
            f"| {self.name} | {self.ours:.4g} | {self.reference:.4g} "
            f"| {ratio:.2f} | {self.bound:.2f} | {verdict} |"
        )


def median_seconds(commands: Mapping[str, Sequence[str]], runs: int = 9) -> dict[str, float]:
    """Return each command's median wall time, the commands taking turns."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            times[name].append(quiet_seconds(command))
    return {name: median(each) for name, each in times.items()}


def quiet_seconds(command: Sequence[str]) -> float:
    """Return the wall time of a command that is to succeed and be seen of nobody.

    It finds compiled what it imports, as what pip installs does.
    """
    env = {name: each for name, each in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    quiet = subprocess.DEVNULL
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=quiet, stderr=quiet, env=env)
    return time.perf_counter() - start


# What starts another process leaves it its own peak: this one has none to speak of.
_WEIGH = """
import os, sys
process = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ,
    file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
_, status, usage = os.wait4(process, 0)
print(usage.ru_maxrss)
sys.exit(status)
"""


def peak_megabytes(command: Sequence[str]) -> float:
    """Return the most memory that a command had at once."""
    weigh = [sys.executable, "-S", "-c", _WEIGH, *command]
    done = subprocess.run(weigh, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return int(done.stdout) / 1024


def best_of(function: Callable[[], object], runs: int = 5) -> float:
    """Return the best time of a function, in seconds."""
    best = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        function()
        best = min(best, time.perf_counter() - start)
    return best
