"""A number reads the same wherever people meet it."""

import re
from pathlib import Path

import pytest

import lrviz
from lrviz.draw.terminal.picture import draw_terminal
from lrviz.draw.titles import choose_title
from lrviz.spec.wording import spell
from lrviz.spec.yamltree import parse_yaml
from lrviz.spell import spell_number, spell_python, spell_ticks, spell_yaml
from tests.support.lrvizrun import run

SPEC = """\
epochs: 4
optimizer: {SGD: {lr: 1e-5}}
scheduler: {StepLR: {step_size: 9, gamma: 1e-5}}
"""


def test_a_small_number_has_one_spelling(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SPEC, "utf-8")
    drawn = lrviz.simulate(lrviz.parse_spec(SPEC))
    assert choose_title(drawn, "schedule") == "StepLR · step_size 9, gamma 1e-5"
    assert str(drawn) == "StepLR: 1e-5 for 4 steps"
    assert re.search(r"^ *1e-5 [┤+]", draw_terminal(drawn), re.MULTILINE)
    table = run("compare", "a.yaml", "a.yaml", cwd=tmp_path).text
    assert table.splitlines()[1].split()[-3:] == ["1e-5", "4e-5", "-"]
    summary = run("lint", "a.yaml", "--summary", cwd=tmp_path).text
    assert "  1e-5  " in summary
    refused = run("plot", "a.yaml", "--set", "steps_per_epoch=1e-5", cwd=tmp_path)
    assert refused.stderr.rstrip().endswith(", got 1e-5")


@pytest.mark.parametrize(
    ("value", "people", "exact"),
    [
        (1e5, "1e5", "1e5"),
        (1e-5, "1e-5", "1e-5"),
        (0.25, "0.25", "0.25"),
        (1 / 3, "0.333333", "0.3333333333333333"),
        (1e16, "1e16", "1e16"),
        (-2.5e-7, "-2.5e-7", "-2.5e-7"),
        (100_000, "100000", "100000"),
    ],
)
def test_people_read_six_digits_and_what_is_read_back_has_all(
    value: float, people: str, exact: str
) -> None:
    assert spell_number(value) == people
    assert spell_yaml(value) == spell_python(value) == spell(value) == exact
    assert parse_yaml(exact)[0] == value


def test_labels_of_ticks_have_one_notation() -> None:
    assert spell_ticks([0.0, 5e-6, 1e-5]) == ["0", "5e-6", "1e-5"]
    assert spell_ticks([0.85, 0.9, 0.95]) == ["0.85", "0.90", "0.95"]


def test_a_power_of_two_half_way_between_two_spellings_reads_back_equal() -> None:
    """16 digits of it are rounded to the even one, and that is another float."""
    assert [float(spell_yaml(2.0**-power)) for power in range(200)] == [
        2.0**-power for power in range(200)
    ]
