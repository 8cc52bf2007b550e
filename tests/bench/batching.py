"""Ratios of many figures at once."""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench.article_folder import FIGURES
from tests.bench.article_loop import COUNT, SIDE, find_floor
from tests.bench.measure import Row, median_seconds, quiet_seconds

HERE = Path(__file__).parent
CONFIGS = HERE.parents[1] / "configs"
BATCH = [sys.executable, "-m", "lrviz", "batch"]
CHECK = [sys.executable, "-m", "lrviz", "check"]
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
    taken = median_seconds(
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
        f"`lrviz batch`, {count} / the article's, looping", taken["batch"], taken["folder"], 0.25
    )
    once = count * taken["once"]
    yield Row(f"`lrviz batch`, {count} / the article's, {count} times", taken["batch"], once, 0.05)
    yield Row(
        "`lrviz batch`, nothing to do / `import torch`", taken["nothing"], taken["torch"], 0.3
    )
    yield from hundred_rows(folder)
    yield check_row(folder)
    yield rate_row(folder)


def hundred_rows(folder: Path) -> Iterator[Row]:
    """Measure a hundred figures of 64 steps in one process, drawn and checked."""
    specs, drawn, theirs = folder / "hundred", folder / "hundred.o", folder / "hundred.t"
    specs.mkdir()
    theirs.mkdir()
    for index in range(COUNT):
        scheduler = f"{{CosineAnnealingLR: {{T_max: {SIDE * SIDE}, eta_min: {find_floor(index)}}}}}"
        text = f"{{epochs: {SIDE}, steps_per_epoch: {SIDE}, scheduler: {scheduler}}}"
        (specs / f"{index:03}.yaml").write_text(text)
    one_by_one = ["-j", "1"]
    taken = median_seconds(
        {
            "batch": [*BATCH, str(specs), "-o", str(drawn), "--force", *one_by_one],
            "check": [*CHECK, str(specs), "--baselines", str(drawn), *one_by_one],
            "loop": [sys.executable, "-m", "tests.bench.article_loop", str(theirs)],
        },
        runs=5,
    )
    for name in ("batch", "check"):
        yield Row(f"`{name} -j 1` of {COUNT} / a loop over them", taken[name], taken["loop"], 0.5)


def check_row(folder: Path) -> Row:
    """Measure comparing every figure of `configs/` against drawing all of them."""
    drawn = str(folder / "drawn")
    draw = [*BATCH, str(CONFIGS), "-o", drawn, "--force"]
    quiet_seconds(draw)
    check = [*CHECK, str(CONFIGS), "--baselines", drawn]
    taken = median_seconds({"check": check, "draw": draw})
    return Row("`lrviz check configs` / drawing them", taken["check"], taken["draw"], 1.3)


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
