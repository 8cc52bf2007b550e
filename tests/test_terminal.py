"""A curve in characters."""

import pytest

import lrviz
from lrviz.terminal import draw_terminal

STEP = "{epochs: 4, steps_per_epoch: 8, scheduler: {StepLR: {step_size: 16, gamma: 0.5}}}"
TWO = """
epochs: 40
optimizer: {SGD: {lr: 1, param_groups: [{name: trunk}, {name: head, lr: 0.1}]}}
scheduler: {ExponentialLR: {gamma: 0.9}}
"""


def draw(text: str, **options: bool) -> list[str]:
    return draw_terminal(lrviz.simulate(lrviz.parse_spec(text)), 60, 20, **options).splitlines()


def test_it_fits_the_terminal() -> None:
    lines = draw(STEP)
    assert len(lines) <= 20
    assert max(map(len, lines)) <= 60


def test_a_drop_to_half_is_half_as_high() -> None:
    """In letters, so that heights can be counted: rows of stars above the x axis."""
    rows = [line for line in draw(STEP, ascii_only=True) if "*" in line]
    assert len(rows) == 2
    labels = [float(row.split()[0]) for row in rows]
    spacing = 1.1e-3 / 15
    assert labels[0] == pytest.approx(1e-3, abs=spacing)
    assert labels[1] == pytest.approx(5e-4, abs=spacing)
    assert rows[0].index("*") < rows[1].index("*")


def test_ascii_is_ascii() -> None:
    assert "\n".join(draw(TWO, ascii_only=True)).isascii()


def test_several_lines_are_told_apart_by_letters_without_colours() -> None:
    lines = draw(TWO)
    assert lines[-2:] == ["a trunk", "b head"]
    picture = "\n".join(lines[:-2])
    assert picture.count("a") > 10
    assert picture.count("b") > 10
    assert "\x1b" not in picture


def test_several_lines_are_told_apart_by_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    lines = draw(TWO, colors=True)
    assert lines[-1] == "\x1b[31m--\x1b[0m head"
    assert "\x1b[34m" in "".join(lines[:-2])


def test_a_spike_of_one_step_in_a_million_is_seen() -> None:
    spike = "{epochs: 1000000, scheduler: {LambdaLR: {lr_lambda: 1 if epoch == 777777 else 0.1}}}"
    lines = draw(spike)
    inked = [line for line in lines if any("\u2800" < char <= "\u28ff" for char in line)]
    assert float(inked[0].split()[0]) == pytest.approx(1e-3, abs=1e-4)


@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize("factor", ["0", "-1", "1e-30", "1 if epoch else 0", "0.1 ** epoch"])
def test_odd_values_are_drawn(scale: str, factor: str) -> None:
    scheduler = f"{{LambdaLR: {{lr_lambda: {factor}}}}}"
    text = f"{{epochs: 5, figure: {{yscale: {scale}}}, scheduler: {scheduler}}}"
    assert len(draw(text)) > 5


def test_a_log_axis_is_labelled_with_rates() -> None:
    text = "{epochs: 5, figure: {yscale: log}, scheduler: {ExponentialLR: {gamma: 0.1}}}"
    rows = [line for line in draw(text) if "|" in line and line.split()[0][0].isdigit()]
    assert float(rows[0].split()[0]) == pytest.approx(1e-3)
    assert float(rows[-1].split()[0]) == pytest.approx(1e-7)


def test_epochs_are_counted_where_the_figure_counts_them() -> None:
    lines = draw(STEP.replace("{epochs: 4", "{figure: {x: epoch}, epochs: 4"))
    assert "epochs" in "\n".join(lines)
    assert lines[-1].split()[-1] == "4"
