"""What is worth saying reads the same whichever command says it."""

from pathlib import Path

import pytest

from lrviz.errors import Position, Problem
from tests.support.lrvizrun import run

# 1e-3 before the first call, and 0 behind it.
ZERO = "epochs: 4\nscheduler: {StepLR: {step_size: 1, gamma: 0.0}}\nfigure: {yscale: log}\n"
SAID = "lr: a log axis only marks 3 of 4 values, which are 0 or less"
LONG = "epochs: 2\nscheduler: ReduceLROnPlateau\nmetric: [1, 2, 3]\n"
UNUSED = "warning: long.yaml:3:1: metric: has 3 values for 2 calls; the rest is not used"

FIGURES = (
    ("plot", "@"),
    ("plot", "@", "--terminal", "-o", "shown.png"),
    ("batch", "@", "-o", "figures"),
    ("check", "@", "--baselines", "others", "--add-missing"),
)


@pytest.fixture(autouse=True)
def specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A spec whose figure lacks values, and one with a metric that is too long."""
    monkeypatch.chdir(tmp_path)
    Path("zero.yaml").write_text(ZERO)
    Path("long.yaml").write_text(LONG)


@pytest.mark.parametrize("command", FIGURES, ids=" ".join)
def test_a_figure_that_lacks_values_is_told_of_in_one_line(command: tuple[str, ...]) -> None:
    said = run(*(word.replace("@", "zero.yaml") for word in command)).stderr.splitlines()
    assert said.count(f"warning: zero.yaml: {SAID}") == 1


def test_a_comparison_s_figure_is_of_all_its_specs() -> None:
    said = run("compare", "zero.yaml", "zero.yaml", "-o", "both.png").stderr.splitlines()
    both = SAID.replace("3 of 4", "6 of 8")
    assert said.count(f"warning: zero.yaml, zero.yaml: {both}") == 1


@pytest.mark.parametrize(
    "command",
    [*FIGURES, ("compare", "@", "@"), ("lint", "@"), ("export", "@"), ("code", "@")],
    ids=" ".join,
)
def test_what_a_spec_says_to_no_effect_is_told_in_one_line(command: tuple[str, ...]) -> None:
    said = run(*(word.replace("@", "long.yaml") for word in command)).stderr.splitlines()
    assert said.count(UNUSED) == 1


def test_an_error_is_printed_without_its_grade() -> None:
    error = Problem("a.yaml", ("epochs",), "is odd", Position(2, 1))
    note = Problem("a.yaml", (), "is fine", grade="note")
    assert (error.line, note.line) == ("a.yaml:2:1: epochs: is odd", "note: a.yaml: is fine")
    assert str(note) == "a.yaml: is fine"
