"""Ratios of many figures at once."""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench.article_folder import FIGURES
from tests.bench.measure import Row, best_seconds, quiet_seconds

HERE = Path(__file__).parent
CONFIGS = HERE.parents[1] / "configs"
BATCH = [sys.executable, "-m", "lrviz", "batch"]
MANY, FEW = 1000, 40
RATE = 12
"""Figures a second and core, start-up aside."""


def batch_rows(folder: Path) -> Iterator[Row]:
    """Measure whole batches."""
    specs = [str(CONFIGS / f"{name}.yaml") for name in FIGURES]
    theirs = folder / "theirs"
    theirs.mkdir()
    fresh = folder / "fresh"
    done = [*BATCH, *specs, "-o", str(folder / "done"), "-f", "png"]
    quiet_seconds(done)
    best = best_seconds(
        {
            "batch": [*BATCH, *specs, "-o", str(fresh), "-f", "png", "--force"],
            "folder": [sys.executable, "-m", "tests.bench.article_folder", str(theirs)],
            "once": [sys.executable, str(HERE / "article_script.py"), str(folder / "one.png")],
            "nothing": done,
            "torch": [sys.executable, "-c", "import torch"],
        }
    )
    count = len(FIGURES)
    yield Row(
        f"`lrviz batch`, {count} / the article's, looping", best["batch"], best["folder"], 0.5
    )
    once = count * best["once"]
    yield Row(f"`lrviz batch`, {count} / the article's, {count} times", best["batch"], once, 0.05)
    yield Row("`lrviz batch`, nothing to do / `import torch`", best["nothing"], best["torch"], 0.3)
    yield check_row(folder)
    yield rate_row(folder)


def check_row(folder: Path) -> Row:
    """Measure comparing every figure of `configs/` against drawing all of them."""
    drawn = str(folder / "drawn")
    draw = [*BATCH, str(CONFIGS), "-o", drawn, "--force"]
    quiet_seconds(draw)
    check = [sys.executable, "-m", "lrviz", "check", str(CONFIGS), "--baselines", drawn]
    best = best_seconds({"check": check, "draw": draw})
    return Row("`lrviz check configs` / drawing them", best["check"], best["draw"], 1.3)


def rate_row(folder: Path) -> Row:
    """Measure what each of many figures takes of a core, against the promised rate."""
    seconds = {
        count: core_seconds(
            [*BATCH, str(make_specs(folder / str(count), count)), "-o", str(folder / f"{count}.o")]
        )
        for count in (FEW, MANY)
    }
    each = (seconds[MANY] - seconds[FEW]) / (MANY - FEW)
    return Row(f"seconds of a core for one of {MANY} / a {RATE}th", each, 1 / RATE, 1.0)


def core_seconds(command: Sequence[str]) -> float:
    """Return the processors' time that a command takes, all its processes together."""
    before = os.times()
    quiet_seconds(command)
    after = os.times()
    used = (after.children_user, after.children_system)
    return sum(used) - before.children_user - before.children_system


def make_specs(folder: Path, count: int) -> Path:
    """Write small specs, no two alike; return their folder."""
    folder.mkdir()
    for index in range(count):
        scheduler = f"{{StepLR: {{step_size: 4, gamma: {0.5 + index / 10_000}}}}}"
        text = f"{{epochs: 4, steps_per_epoch: 8, scheduler: {scheduler}}}"
        (folder / f"{index:04}.yaml").write_text(text)
    return folder
