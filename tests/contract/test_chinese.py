"""The Chinese specs are the originals in other words, and their figures have every character."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import lrviz
from lrviz.figure.chunks import read_record
from lrviz.system.versions import NO_FONT
from tests.support.specs import ROOT

CHINESE = sorted((ROOT / "configs/zh").glob("*.yaml"))
WORDS = ("xlabel", "ylabel")


def figure(spec: Path) -> Path:
    return ROOT / "figures/zh" / f"{spec.stem}.webp"


def but_words(spec: Path) -> dict[str, Any]:
    """What a spec says, without what only names things in its figure."""
    tree: dict[str, Any] = yaml.safe_load(spec.read_text("utf-8"))
    options = tree.pop("figure", {})
    for arguments in tree.get("optimizer", {}).values():
        for group in arguments.get("param_groups", []):
            group.pop("name", None)
    tree.pop("title", None)
    return tree | {"figure": {key: options[key] for key in options if key not in WORDS}}


@pytest.fixture(params=CHINESE, ids=lambda path: path.stem)
def spec(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_it_says_what_its_original_says_but_for_the_words(spec: Path) -> None:
    assert but_words(spec) == but_words(ROOT / "configs" / spec.name)


def test_it_draws_the_curves_of_its_original(spec: Path, request: pytest.FixtureRequest) -> None:
    loaded = lrviz.load(spec)
    for library in loaded.packages:
        request.getfixturevalue(library)
    ours = lrviz.simulate(loaded)
    original = lrviz.simulate(lrviz.load(ROOT / "configs" / spec.name))
    assert len(ours.curves) == len(original.curves) == 1
    np.testing.assert_array_equal(ours.curves[0].lr, original.curves[0].lr)


def test_it_has_a_title_and_labels_of_its_own_and_says_what_it_shows(spec: Path) -> None:
    text = spec.read_text("utf-8")
    tree = yaml.safe_load(text)
    words = text.splitlines()[0], tree["title"]
    assert [any("\u4e00" <= char <= "\u9fff" for char in each) for each in words] == [True] * 2
    assert text.startswith("# ")
    options = tree["figure"]
    # An axis on top is the style's, and counts what the one below does not.
    units = ["轮数", "步数"] if options.get("x") == "epoch" else ["步数", "轮数"]
    assert options["xlabel"] == (units if "style" in options else units[0])
    assert options["ylabel"] == (["学习率", "动量"] if "panels" in options else "学习率")


def test_its_figure_was_drawn_from_it_in_a_font_that_has_every_character(spec: Path) -> None:
    assert lrviz.load(figure(spec)) == lrviz.load(spec)
    fonts = json.loads(read_record(figure(spec).read_bytes()) or "{}")["versions"]["fonts"]
    assert "Noto Sans CJK SC" in fonts
    assert NO_FONT not in fonts
