"""Ratios of one command, which is mostly what it imports; and what that is made of."""

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.measure import Row, median_seconds, peak_megabytes

HERE = Path(__file__).parent
CONFIGS = HERE.parents[1] / "configs"
SPEC = str(CONFIGS / "steplr.yaml")
LRVIZ = [sys.executable, "-m", "lrviz"]
TORCH = [sys.executable, "-c", "import torch"]

# What `lrviz plot` imports, each on top of the one before.
PARTS = {
    "Python": "pass",
    "Typer, pydantic, PyYAML": "import typer, pydantic, yaml",
    "NumPy": "import typer, pydantic, yaml, numpy",
    "matplotlib, Pillow": "import typer, pydantic, yaml, numpy, matplotlib.figure,"
    " matplotlib.backends.backend_agg, PIL.Image",
}


def starting_rows(folder: Path) -> Iterator[Row]:
    """Measure whole processes."""
    light = {
        "lint": ["lint", SPEC],
        "export": ["export", SPEC],
        "show": ["show", "StepLR"],
        "code": ["code", SPEC],
    }
    drawn = str(folder / "baselines")
    commands = {
        "plot": [*LRVIZ, "plot", SPEC, "-o", str(folder / "ours.png")],
        "article": [sys.executable, str(HERE / "article_script.py"), str(folder / "theirs.png")],
        "torch": TORCH,
        "check": [*LRVIZ, "check", SPEC, "--baselines", drawn],
        **{name: [*LRVIZ, *arguments] for name, arguments in light.items()},
    }
    median_seconds({"batch": [*LRVIZ, "batch", SPEC, "-o", drawn]}, runs=1)
    taken = median_seconds(commands)
    torch = taken["torch"]
    yield Row("`lrviz plot` / `import torch`", taken["plot"], torch, 0.5)
    yield Row("`lrviz plot` / the article's script", taken["plot"], taken["article"], 0.22)
    for name in light:
        yield Row(f"`lrviz {name}` / `import torch`", taken[name], torch, 0.3)
    yield Row("`lrviz check` of one / `import torch`", taken["check"], torch, 0.55)
    memory = {name: peak_megabytes(commands[name]) for name in ("plot", "lint", "torch")}
    for name, bound in (("plot", 0.45), ("lint", 0.27)):
        what = f"`lrviz {name}` / `import torch`, peak MB"
        yield Row(what, memory[name], memory["torch"], bound)
    helping = {"help": [*LRVIZ, "--help"], "typer": [sys.executable, "-c", "import typer"]}
    taken = median_seconds(helping)
    yield Row("`lrviz --help` / `import typer`", taken["help"], taken["typer"], 2.0)


def floor_lines(folder: Path) -> Iterator[str]:
    """Yield what one figure's time is made of, a row each."""
    taken = median_seconds(
        {
            **{name: [sys.executable, "-c", code] for name, code in PARTS.items()},
            "plot": [*LRVIZ, "plot", SPEC, "-o", str(folder / "ours.png")],
        }
    )
    before = 0.0
    for name in PARTS:
        more, before = taken[name] - before, taken[name]
        yield f"| {name} | {more:.3f} | {more / taken['plot']:.0%} |"
    rest = taken["plot"] - before
    yield f"| lrviz, torch's schedulers, drawing | {rest:.3f} | {rest / taken['plot']:.0%} |"
