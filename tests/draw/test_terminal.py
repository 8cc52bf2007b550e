"""A curve in characters.

What is expected comes from the curve's numbers and from the labels that the picture itself bears:
a value must be in the row that they give it, a step in the column.
"""

import re
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from math import log10

import numpy as np
import pytest

import lrviz
from lrviz.draw.panels import plan_panels
from lrviz.draw.terminal.picture import draw_terminal, list_names
from lrviz.draw.titles import name_lines
from tests.support.specs import ROOT

CONFIGS = ROOT / "configs"
DRAWN = ["steplr", "onecyclelr_cos", "transformers_wsd", "warmup_cosine_groups", "decays_compared"]
STEP = "{epochs: 4, steps_per_epoch: 8, scheduler: {StepLR: {step_size: 16, gamma: 0.5}}}"
TWO = """
epochs: 40
optimizer: {SGD: {lr: 1, param_groups: [{name: trunk}, {name: head, lr: 0.1}]}}
scheduler: {ExponentialLR: {gamma: 0.9}}
"""


class Picture:
    """A picture, read as a person reads it: what the labels say of its rows and columns.

    Attributes:
        lines: all of it, without colours.
        rows: what is right of the y axis, from the top.
        values: the number at every labelled row.
        steps: the number at every labelled column.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = re.sub(r"\x1b\[\d+m", "", text).split("\n")
        floor = next(i for i, line in enumerate(self.lines) if re.match(r" *(\+[+-]|└)", line))
        margin = len(re.match(r" *.", self.lines[floor]).group())  # type: ignore[union-attr]
        body = [line for line in self.lines[:floor] if line[margin - 1 : margin] in {*"|+│┤"}]
        self.rows = [line[margin:] for line in body]
        labels = [line[: margin - 2].strip() for line in body]
        self.values = {row: float(label) for row, label in enumerate(labels) if label}
        places = [i for i, sign in enumerate(self.lines[floor][margin:]) if sign in "+┬"]
        numbers = re.findall(r"-?[\d.,]+", self.lines[floor + 1])
        texts = [each.replace(",", "") for each in numbers]
        self.steps = dict(zip(places, map(float, texts), strict=True))

    def row_of(self, value: float, scale: str = "linear") -> float:
        """Return where a value belongs, as the first label and the last one have it."""
        return _interpolate(self.values, value, log10 if scale == "log" else float)

    def column_of(self, step: float) -> float:
        """Return where a step belongs; likewise."""
        return _interpolate(self.steps, step, float)

    def inked(self, column: int) -> list[int]:
        """Return the rows where something is drawn in a column."""
        return [row for row, line in enumerate(self.rows) if line[column : column + 1].strip()]

    @property
    def columns(self) -> dict[int, list[int]]:
        """The rows where something is drawn, for every column where something is."""
        every = {column: self.inked(column) for column in range(max(map(len, self.rows)))}
        return {column: rows for column, rows in every.items() if rows}


def _interpolate(labels: dict[int, float], value: float, scale: Callable[[float], float]) -> float:
    (first, low), *_, (last, high) = labels.items()
    share = (scale(value) - scale(low)) / (scale(high) - scale(low))
    return first + share * (last - first)


@cache
def simulate(text: str, **figure: str) -> lrviz.Run:
    overrides = [(f"figure.{key}", value) for key, value in figure.items()]
    return lrviz.simulate(lrviz.parse_spec(text, overrides=overrides))


def draw(text: str, columns: int = 60, rows: int = 20, **options: bool) -> Picture:
    return Picture(draw_terminal(simulate(text), columns, rows, **options))


def draw_factor(factor: str, epochs: int = 5, columns: int = 60, **figure: str) -> Picture:
    """Draw 0.001 times a factor, in ASCII."""
    text = f'{{epochs: {epochs}, scheduler: {{LambdaLR: {{lr_lambda: "{factor}"}}}}}}'
    return Picture(draw_terminal(simulate(text, **figure), columns, 20, ascii_only=True))


# What is drawn


@pytest.mark.parametrize("ascii_only", [False, True])
def test_a_step_is_at_the_heights_and_in_the_column_that_the_labels_say(ascii_only: bool) -> None:
    picture = draw(STEP, ascii_only=ascii_only)
    before, after = picture.inked(0), picture.inked(max(picture.columns))
    assert len(before) == len(after) == 1
    assert before[0] == pytest.approx(picture.row_of(1e-3), abs=1)
    assert after[0] == pytest.approx(picture.row_of(5e-4), abs=1)
    drops = [column for column, rows in picture.columns.items() if len(rows) > 1]
    assert min(drops) >= picture.column_of(15) - 1
    assert max(drops) <= picture.column_of(16) + 1
    assert max(picture.columns) == pytest.approx(picture.column_of(31), abs=1)


@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("name", DRAWN)
def test_the_highest_and_the_lowest_value_are_drawn(
    name: str, ascii_only: bool, scale: str
) -> None:
    run = lrviz.simulate(lrviz.load(CONFIGS / f"{name}.yaml", overrides=[("figure.yscale", scale)]))
    picture = Picture(draw_terminal(run, 80, 24, ascii_only=ascii_only))
    rows = [row for inked in picture.columns.values() for row in inked]
    values = np.concatenate([curve.lr.ravel() for curve in run.curves])
    assert min(rows) == pytest.approx(picture.row_of(values.max(), scale), abs=1)
    lowest = values.min() if scale == "linear" else max(values.min(), 1e-4 * values.max())
    assert max(rows) == pytest.approx(picture.row_of(lowest, scale), abs=1)


def test_a_stable_phase_at_the_maximum_is_drawn_on_a_log_axis() -> None:
    spec = lrviz.load(CONFIGS / "transformers_wsd.yaml", overrides=[("figure.yscale", "log")])
    picture = Picture(draw_terminal(lrviz.simulate(spec)))
    stable = range(round(picture.column_of(0.5)) + 1, round(picture.column_of(8)))
    for column in stable:
        (row,) = picture.inked(column)
        assert row == pytest.approx(picture.row_of(3e-4, "log"), abs=1)


@pytest.mark.parametrize("columns", [34, 60, 100])
@pytest.mark.parametrize("factor", ["1 if epoch < 9 else 0.2", "cos(epoch / 4)", "epoch % 7"])
def test_a_line_of_stars_has_no_gap(factor: str, columns: int) -> None:
    drawn = draw_factor(factor, 40, columns).columns
    assert list(drawn) == list(range(max(drawn) + 1))
    for rows in drawn.values():
        assert rows == list(range(rows[0], rows[-1] + 1))
    for left, right in pairwise(drawn.values()):
        assert left[0] <= right[-1] + 1
        assert right[0] <= left[-1] + 1


@pytest.mark.parametrize("columns", [34, 80])
def test_a_spike_of_one_step_in_a_million_is_seen(columns: int) -> None:
    picture = draw_factor("1 if epoch == 777777 else 0.1", 1_000_000, columns)
    high = [column for column, rows in picture.columns.items() if rows[0] < picture.row_of(5e-4)]
    assert high
    assert high == pytest.approx([picture.column_of(777_777)] * len(high), abs=1.5)
    highest = min(picture.inked(column)[0] for column in high)
    assert highest == pytest.approx(picture.row_of(1e-3), abs=1)


def test_one_step_is_one_mark() -> None:
    picture = draw("{epochs: 1, scheduler: {StepLR: {step_size: 1}}}")
    assert list(picture.columns) == [0]
    assert picture.inked(0) == [round(picture.row_of(1e-3))]
    assert list(picture.steps.values()) == [0, 1]


def test_two_steps_are_a_line_from_the_one_to_the_other() -> None:
    picture = draw("{epochs: 2, scheduler: {StepLR: {step_size: 1, gamma: 0.5}}}", ascii_only=True)
    assert max(picture.columns) == round(picture.column_of(1))
    assert picture.inked(0)[0] == pytest.approx(picture.row_of(1e-3), abs=1)
    assert picture.inked(max(picture.columns))[-1] == pytest.approx(picture.row_of(5e-4), abs=1)


def test_negative_rates_are_below_nought() -> None:
    picture = draw_factor("1 - epoch", 3)
    assert picture.inked(max(picture.columns))[-1] == pytest.approx(picture.row_of(-1e-3), abs=1)
    assert picture.row_of(0) < picture.row_of(-1e-3)


def test_a_shorter_curve_ends_where_it_ends() -> None:
    sweep = "{epochs: 40, scheduler: {StepLR: {step_size: 90}}, sweep: {epochs: [10, 40]}}"
    picture = draw(sweep)
    (row,) = (row for row in picture.rows if "a" in row)
    assert row.rindex("a") == pytest.approx(picture.column_of(9), abs=1)
    assert row.rindex("b") == pytest.approx(picture.column_of(39), abs=1)


@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize(
    "factor",
    ["0", "-1", "1e-30", "1 if epoch else 0", "0.1 ** epoch", "1e200", "10 ** (-30 * epoch)"],
)
def test_odd_values_are_drawn(scale: str, factor: str) -> None:
    picture = draw_factor(factor, yscale=scale)
    assert picture.columns
    assert len(picture.lines) == 20


# What a log axis has no place for


def test_what_is_0_is_marked_at_the_end_of_a_log_axis_and_said_so() -> None:
    picture = draw_factor("1 if epoch < 10 else 0", 20, yscale="log")
    marks = [i for i, sign in enumerate(picture.rows[-1]) if sign == "v"]
    assert marks == list(range(marks[0], marks[-1] + 1))
    assert marks[0] == pytest.approx(picture.column_of(10), abs=1)
    assert marks[-1] == pytest.approx(picture.column_of(19), abs=1)
    assert picture.lines[-1] == "v 0 or less: 10 of 20 steps"
    assert "v" not in "".join(picture.rows[:-1])


def test_the_mark_is_a_triangle_where_there_are_triangles() -> None:
    text = "{epochs: 3, figure: {yscale: log}, scheduler: {LambdaLR: {lr_lambda: -epoch}}}"
    picture = draw(text)
    assert picture.lines[-1] == "▼ 0 or less: 3 of 3 steps"
    assert picture.rows[-1].count("▼") == 3


def test_what_is_too_small_for_a_log_axis_is_marked_too() -> None:
    """The optimizer's own 0.001 is on the axis, and 16 decades are all that it has."""
    picture = draw_factor("1e-30", yscale="log")
    assert picture.rows[-1].count("v") == 5
    assert picture.lines[-1] == "v below 1.6e-20: 5 of 5 steps"


def test_nothing_is_marked_where_all_is_above_0() -> None:
    assert "0 or less" not in draw_factor("1", yscale="log").text
    assert "0 or less" not in draw_factor("0").text


# How lines are told apart


def test_several_lines_have_letters_without_colours() -> None:
    picture = draw(TWO)
    assert picture.lines[-1] == "a trunk   b head"
    drawn = "".join(picture.rows)
    assert min(drawn.count("a"), drawn.count("b")) > 20
    assert "\x1b" not in picture.text


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"FORCE_COLOR": "1"}, {}])
def test_colours_are_drawn_if_asked_for_and_only_then(
    variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    lines = draw_terminal(simulate(TWO), colors=True).split("\n")
    assert lines[-1] == "\x1b[94m──\x1b[0m trunk   \x1b[91m──\x1b[0m head"
    for color in ("\x1b[94m", "\x1b[91m"):
        assert color in "".join(lines[:-1])
    assert "\x1b" not in draw_terminal(simulate(TWO))


def test_more_lines_than_colours_have_letters() -> None:
    picture = draw(
        "{epochs: 9, scheduler: {StepLR: {}},"
        " sweep: {scheduler.StepLR.step_size: [1, 2, 3, 4, 5, 6, 7]}}",
        colors=True,
    )
    assert "\x1b" not in picture.text
    legend = re.findall(r"(\w) step_size (\d)", " ".join(picture.lines[-3:]))
    assert legend == list(zip("abcdefg", "1234567", strict=True))


def test_lines_in_ascii_have_letters_and_colours() -> None:
    picture = draw(TWO, colors=True, ascii_only=True)
    assert picture.text.isascii()
    assert picture.text.endswith("\x1b[94ma\x1b[0m trunk   \x1b[91mb\x1b[0m head")


def test_of_two_equal_lines_each_shows() -> None:
    same = "{StepLR: {step_size: 9}}"
    text = f"{{epochs: 9, curves: {{one: {{scheduler: {same}}}, two: {{scheduler: {same}}}}}}}"
    drawn = "".join(draw(text).rows)
    assert drawn.count("a") == pytest.approx(drawn.count("b"), abs=1)


def test_names_that_differ_twice_are_never_the_same() -> None:
    names = [
        f"{part}.layers.{i}.attention.weight" for part in ("encoder", "decoder") for i in (1, 2)
    ]
    groups = ", ".join(f"{{name: {name}, lr: {1 + i}}}" for i, name in enumerate(names))
    text = f"{{epochs: 9, optimizer: {{SGD: {{param_groups: [{groups}]}}}}, scheduler: LinearLR}}"
    drawn = draw_terminal(lrviz.simulate(lrviz.parse_spec(text)), 26, 16)
    named = re.findall(r"^[a-d] (.+)$", drawn, re.MULTILINE)
    assert len(named) == len(set(named)) == 4


def test_names_that_differ_in_their_middle_keep_that() -> None:
    names = (f"name: encoder.layers.{i}.attention.weight, lr: {1 + i}" for i in range(3))
    groups = ", ".join(f"{{{name}}}" for name in names)
    text = f"{{epochs: 9, optimizer: {{SGD: {{param_groups: [{groups}]}}}}, scheduler: LinearLR}}"
    drawn = draw_terminal(lrviz.simulate(lrviz.parse_spec(text)), 30, 16)
    named = re.findall(r"(\w) …layers\.(\d)…", drawn)
    assert named == [("a", "0"), ("b", "1"), ("c", "2")]


@pytest.mark.parametrize("name", DRAWN)
def test_the_legend_has_the_names_of_the_figure(name: str) -> None:
    run = lrviz.simulate(
        lrviz.load(CONFIGS / f"{name}.yaml", overrides=[("figure.legend", "true")])
    )
    (panel,) = plan_panels(run, run.figure.model_copy(update={"panels": ("lr",)}))
    names = name_lines(run, panel.lines.places)
    assert tuple(list_names(run, panel)) == names


# Axes


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize("epochs", [1, 7, 32, 990, 20_000, 300_000])
def test_ticks_are_at_multiples_of_1_2_or_5_and_whole_for_steps(epochs: int, columns: int) -> None:
    picture = draw_factor("1", epochs, columns)
    for labels in (picture.steps, picture.values):
        distances = {float(f"{abs(b - a):.6g}") for a, b in pairwise(labels.values())}
        (distance,) = distances
        assert f"{distance:e}"[0] in "125"
        assert float(f"{distance:e}"[:8]) in (1, 2, 5)
    assert all(step == int(step) for step in picture.steps.values())
    assert list(picture.steps) == pytest.approx(
        [picture.column_of(step) for step in picture.steps.values()], abs=1
    )


def test_many_steps_have_their_thousands_apart() -> None:
    assert re.search(
        r"steps  0 +10,000 +20,000$", "\n".join(draw_factor("1", 20_000, 34).lines), re.M
    )


@pytest.mark.parametrize(("epochs", "expected"), [(1, [0, 0.5, 1]), (4, [0, 0.5, 1, 1.5, 2])])
def test_epochs_have_whole_numbers_or_halves(epochs: int, expected: list[float]) -> None:
    text = STEP.replace("{epochs: 4", f"{{figure: {{x: epoch}}, epochs: {epochs}")
    picture = draw(text)
    assert list(picture.steps.values())[: len(expected)] == expected
    assert any(line.startswith("epochs ") for line in picture.lines)


def test_a_log_axis_is_made_for_what_the_other_axis_shows() -> None:
    picture = draw_factor("0.1 ** epoch", 9, yscale="log", xlim="[0, 2]")
    values = picture.values.values()
    assert {1e-3, 1e-4, 1e-5} <= set(values)
    assert min(values) > 1e-6  # the next one
    assert "or less" not in picture.text


def test_a_log_axis_has_decades_and_2_and_5_where_they_are_few() -> None:
    many = draw_factor("0.1 ** epoch", 5, yscale="log").values.values()
    assert list(many) == pytest.approx([1e-3, 1e-4, 1e-5, 1e-6, 1e-7])
    few = draw_factor("0.1 ** epoch", 2, yscale="log").values.values()
    assert list(few) == pytest.approx([1e-3, 5e-4, 2e-4, 1e-4])


def test_limits_and_title_are_the_specs() -> None:
    text = STEP.replace("{", "{title: Halved once, ", 1)
    run = simulate(text, xlim="[12, 20]", ylim="[0.0004, 0.0008]")
    picture = Picture(draw_terminal(run, ascii_only=True))
    assert picture.lines[0] == "Halved once"
    assert (picture.steps[0], list(picture.values.values())[-1]) == (12, 0.0004)
    assert min(picture.columns) == pytest.approx(picture.column_of(15), abs=4)
    assert picture.inked(max(picture.columns))[-1] == pytest.approx(picture.row_of(5e-4), abs=1)


def test_limits_that_run_the_other_way_are_shown_from_the_lower_end() -> None:
    picture = Picture(
        draw_terminal(simulate(STEP, xlim="[32, 0]", ylim="[0.001, 0]"), ascii_only=True)
    )
    assert picture.inked(0)[0] == pytest.approx(picture.row_of(1e-3), abs=1)
    assert picture.column_of(0) < picture.column_of(30)
    assert picture.row_of(1e-3) < picture.row_of(0)


def test_a_long_label_of_steps_loses_its_middle() -> None:
    text = STEP.replace("{epochs", "{figure: {xlabel: Steps of the optimizer}, epochs", 1)
    lines = draw(text).lines
    assert re.match(r"Steps…izer +0 ", lines[-1])
    assert max(map(len, lines)) == 60


@pytest.mark.parametrize(
    ("panels", "said"), [("[lr, momentum]", True), ("[momentum]", True), ("[lr]", False)]
)
def test_a_panel_that_is_not_drawn_is_told(panels: str, said: bool) -> None:
    run = simulate(STEP, panels=panels, ylim="[0, 1]")
    assert ("only lr is drawn in characters" in draw_terminal(run)) is said


# Room


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize("size", [(34, 10), (40, 15), (57, 13), (80, 24), (200, 50)])
@pytest.mark.parametrize("name", [*DRAWN, "polynomiallr"])
def test_the_terminal_is_filled_and_never_overfilled(
    name: str, size: tuple[int, int], scale: str, ascii_only: bool
) -> None:
    run = lrviz.simulate(lrviz.load(CONFIGS / f"{name}.yaml", overrides=[("figure.yscale", scale)]))
    text = draw_terminal(run, *size, ascii_only=ascii_only)
    lines = text.split("\n")
    assert (max(map(len, lines)), len(lines)) == size
    assert text.isascii() or not ascii_only


def test_names_without_room_are_counted() -> None:
    text = (
        "{title: A title, epochs: 9, scheduler: {StepLR: {step_size: 1}},"
        " sweep: {scheduler.StepLR.gamma: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]}}"
    )
    picture = draw(text, 34, 10)
    assert len(picture.lines) == 10
    assert picture.lines[-2:] == ["a gamma 0.1   b gamma 0.2", "c gamma 0.3   … 6 more"]
    assert len(picture.rows) >= 4


def test_text_that_a_terminal_cannot_show_is_spelt_out_and_fits() -> None:
    text = STEP.replace("{", "{title: 'é · \U0001f600 " + "x" * 60 + "', ", 1)
    line = draw(text, 40, ascii_only=True).lines[0]
    assert line.startswith("\\xe9 - \\U0001f600")
    assert len(line) <= 40
