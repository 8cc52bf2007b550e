"""Every spec of this repository says the same as a figure, as code, and to an editor.

Those that torch cannot drive have no numbers: what a schema can say of them it still does.
"""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import jsonschema
import numpy as np
import pytest

import lrviz
from lrviz.commands.code.script import write_code
from lrviz.commands.schema.document import build_schema
from lrviz.draw.outputs import draw_pixels
from lrviz.figure.image import encode_drawing
from lrviz.reading.sources import parse_data
from lrviz.run.driven import Run
from lrviz.spec.yamltree import parse_yaml
from tests.support.scripts import recorded
from tests.support.specs import EXAMPLES, ROOT

SPECS = sorted(
    path for folder in (ROOT / "configs", EXAMPLES / "lint") for path in folder.rglob("*.yaml")
)
# Each is refused with the code of a rule, that with which its name begins.
REFUSED = {
    "LR003_epochs",
    "LR003_total_steps",
    "LR013_later",
    "LR014_after_a_warmup",
    "LR025_infinite",
    "LR027_cycle",
    "LR027_factor",
    "LR027_step_size",
}
DRIVEN = [path for path in SPECS if path.stem not in REFUSED]


def load(path: Path, request: pytest.FixtureRequest) -> lrviz.Spec:
    """Return a spec; the test is skipped where the library that it names is not installed."""
    spec = lrviz.load(path)
    for library in spec.packages:
        request.getfixturevalue(library)
    return spec


@pytest.fixture(params=DRIVEN, ids=lambda path: path.stem)
def run(request: pytest.FixtureRequest) -> Run:
    """Each spec of the repository that torch can drive, driven."""
    return drive(request.param, request)


_runs: dict[Path, Run] = {}


def drive(path: Path, request: pytest.FixtureRequest) -> Run:
    """Drive a spec once for the tests that take it."""
    if path not in _runs:
        _runs[path] = lrviz.simulate(load(path, request))
    return _runs[path]


@cache
def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(build_schema())


def complaints(tree: Any) -> list[str]:
    return [error.message for error in validator().iter_errors(tree)]


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_an_editor_has_no_complaint(path: Path) -> None:
    assert complaints(parse_yaml(path.read_text("utf-8"))[0]) == []


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_nor_has_it_one_of_what_a_figure_keeps(path: Path) -> None:
    assert complaints(lrviz.load(path).canonical) == []


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_torch_cannot_drive_is_refused(name: str) -> None:
    with pytest.raises(lrviz.SpecError, match=name.partition("_")[0]):
        lrviz.simulate(lrviz.load(EXAMPLES / "lint/bad" / f"{name}.yaml"))


def test_a_figure_gives_the_spec_and_its_numbers_back(run: Run) -> None:
    whole = draw_pixels(run)
    drawing = replace(whole, pixels=whole.pixels[:8, :8])  # what is asked of stands beside them
    png, webp = (
        parse_data(encode_drawing(run, drawing, format), f"figure.{format}")
        for format in get_args(Literal["png", "webp"])
    )
    assert png == webp == run.spec
    for one, other in zip(lrviz.simulate(png).curves, run.curves, strict=True):
        np.testing.assert_array_equal(one.lr, other.lr)


@pytest.mark.filterwarnings("ignore:Detected call of")  # false, as a composite stands first
def test_the_code_gives_the_numbers(run: Run) -> None:
    curves = recorded(write_code(run))
    for curve, rates in zip(run.curves, curves, strict=True):
        np.testing.assert_allclose(np.array(rates).T, curve.lr, rtol=1e-12, atol=0)
