"""The figures of mistakes and remedies, as `batch` draws them, the two of a rule to one scale."""

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from lrviz.draw.panels import plan_panels
from lrviz.spec.options import FigureOptions
from tests.support.lrvizrun import run
from tests.support.rules_page.pairs import SIDES, Pair

# What it takes to see a mistake that a plain figure hides.
LOOKS: Mapping[str, Mapping[str, object]] = {
    "LR010": {"yscale": "log"},
    "LR034": {"panels": ["lr", "momentum"]},
    "LR038": {"yscale": "log"},
    "LR042": {"yscale": "log"},
}
_OPTIONS = ("--style=light", "--set=figure.size=[5.5, 3.3]", "--set=figure.dpi=140", "--jobs=1")


def draw_figures(pairs: Mapping[str, Pair], folder: Path) -> None:
    """Write the figures of pairs, `LR001_mistake.webp` and `LR001_remedy.webp`, into a folder.

    What torch refuses has none.

    Args:
        pairs: by the code of their rule.
        folder: in which no figure is written over that is not lrviz's.
    """
    with TemporaryDirectory() as work:
        for code, pair in pairs.items():
            look = {**LOOKS.get(code, {}), **_find_limits(pair, LOOKS.get(code, {}))}
            for side, text, driven in zip(SIDES, pair.texts, pair.runs, strict=True):
                if driven is not None:
                    path = Path(work) / f"{code}_{side}.yaml"
                    path.write_text(f"{text}\nfigure: {json.dumps(look)}\n", "utf-8")
        done = run("batch", work, "-o", folder, *_OPTIONS)
    if done.status:
        raise RuntimeError(done.stderr)


def _find_limits(pair: Pair, look: Mapping[str, object]) -> dict[str, object]:
    """Return the ends of the y axis that show both curves, where they have not the same anyway."""
    options = FigureOptions.model_validate(look)
    ends = {plan_panels(each, options)[0].limits for each in pair.runs if each is not None}
    if len(ends) == 1:
        return {}
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    return {"ylim": [low, float(f"{high:.3g}")]}
