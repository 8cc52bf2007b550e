"""A metric that runs out, or is no number: what is made up is said, and drawn another way."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D

import lrviz
from lrviz.draw.lines import DASHES, HELD
from lrviz.draw.outputs import draw_pixels, plot
from lrviz.drive.runs import simulate
from lrviz.figure.chunks import read_record
from lrviz.linter.engine import lint_run
from lrviz.linter.rules import RULES
from lrviz.run.driven import Run
from lrviz.spec.parse import parse_spec
from lrviz.spec.style import styles
from tests.support.figures import points_of
from tests.support.lrvizrun import run
from tests.support.specs import WriteSpec
from tests.support.training import make_optimizer, make_scheduler, train

PLATEAU = "scheduler: {ReduceLROnPlateau: {factor: 0.5, patience: 1}}\n"
LOSSES = "epoch,val_loss\n" + "".join(f"{epoch},{1 / (epoch + 1)}\n" for epoch in range(3))
IN_CSV = "metric: {csv: losses.csv, column: val_loss}\n"


def warnings_of(text: str) -> list[str]:
    return [each.line for each in simulate(parse_spec(text, "a.yaml")).warnings]


def make(metric: object, **more: Any) -> Run:
    """Return the run of a plateau over 4 epochs of 2 steps; 8 calls unless `interval` is given."""
    scheduler = {"ReduceLROnPlateau": {"factor": 0.5, "patience": 1}}
    tree = {"epochs": 4, "steps_per_epoch": 2, "scheduler": scheduler, "metric": metric, **more}
    return simulate(parse_spec(json.dumps(tree), "a.yaml"))


# What is said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "metric: [3, 2, 1]\nepochs: 6\n",
            "warning: a.yaml:1:1: metric: has 3 values for 6 calls; "
            "the last is held from call 3 on",
        ),
        (  # 2 is no drop yet, for a patience of 1
            "metric: [3, 2, 1]\nepochs: 5\n",
            "note: a.yaml:1:1: metric: has 3 values for 5 calls; the last is held from call 3 on",
        ),
        (
            "metric: [0.5]\nepochs: 3\n",
            "note: a.yaml:1:1: metric: has 1 value for 3 calls; the last is held from call 1 on",
        ),
        (
            "metric: [0.5]\nepochs: 2\nsteps_per_epoch: 9\ninterval: epoch\n",
            "note: a.yaml:1:1: metric: has 1 value for 2 calls; the last is held from call 1 on",
        ),
    ],
)
def test_where_a_metric_runs_out_is_a_warning_if_the_lr_moves_for_it_and_else_a_note(
    text: str, said: str
) -> None:
    assert warnings_of(text + PLATEAU) == [said]


@pytest.mark.parametrize("text", ["metric: [3, 2, 1]\nepochs: 3\n", "metric: {expression: 1}\n"])
def test_a_metric_with_a_value_a_call_earns_no_word(text: str) -> None:
    epochs = "" if "epochs" in text else "epochs: 3\n"
    assert warnings_of(text + epochs + PLATEAU) == []


COMMANDS: dict[str, tuple[str, ...]] = {
    "plot": (),
    "batch": ("-o", "out"),
    "check": ("--baselines", "out", "--add-missing"),
    "compare": ("a.yaml",),
    "export": (),
    "code": (),
    "lint": (),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_that_drives_says_what_a_csv_lacks(
    command: str, write_spec: WriteSpec, tmp_path: Path
) -> None:
    (tmp_path / "losses.csv").write_text(LOSSES)
    write_spec(f"epochs: 9\n{PLATEAU}{IN_CSV}", "a.yaml")
    lines = run(command, "a.yaml", *COMMANDS[command], cwd=tmp_path).stderr.splitlines()
    said = "metric: losses.csv: 3 values for 9 calls; the last is held from call 3 on"
    assert f"warning: a.yaml:3:1: {said}" in lines


def test_a_csv_that_is_too_long_is_called_by_its_name(
    write_spec: WriteSpec, tmp_path: Path
) -> None:
    (tmp_path / "losses.csv").write_text(LOSSES)
    path = write_spec(f"epochs: 2\n{PLATEAU}{IN_CSV}lint: {{ignore: [LR032]}}\n", "a.yaml")
    (problem,) = simulate(lrviz.load(path)).warnings
    assert str(problem).endswith("metric: losses.csv: 3 values for 2 calls; the rest is not used")


def test_curves_that_share_a_metric_are_named_where_only_some_run_out() -> None:
    text = f"""\
epochs: 3
steps_per_epoch: 2
metric: [3, 2, 1]
{PLATEAU}curves:
  by epoch: {{interval: epoch}}
  by step: {{}}
  own: {{metric: [1, 2]}}
"""
    held = "the last is held from call"
    assert warnings_of(text) == [
        f"warning: a.yaml:3:1: metric: has 3 values for 6 calls; {held} 3 on (curve 'by step')",
        f"warning: a.yaml:8:9: curves.own.metric: has 2 values for 6 calls; {held} 2 on",
    ]


def test_a_sweep_says_of_which_curves_a_metric_is_too_short() -> None:
    text = f"epochs: 1\nmetric: [3, 2, 1]\n{PLATEAU}sweep: {{epochs: [3, 4, 5]}}\n"
    assert warnings_of(text) == [
        f"note: a.yaml:2:1: metric: has 3 values for {calls} calls; "
        f"the last is held from call 3 on (curve 'epochs {calls}')"
        for calls in (4, 5)
    ]


def test_a_lint_is_clean_where_the_lr_stays_and_says_so_where_it_drops(
    write_spec: WriteSpec, tmp_path: Path
) -> None:
    write_spec(f"epochs: 5\n{PLATEAU}metric: [3, 2, 1]\n", "still.yaml")
    result = run("lint", "still.yaml", cwd=tmp_path)
    assert (result.status, result.text, result.stderr) == (0, "", "1 spec: 1 clean\n")
    write_spec(f"epochs: 7\n{PLATEAU}metric: [3, 2, 1]\n", "drops.yaml")
    result = run("lint", "drops.yaml", cwd=tmp_path)
    assert result.status == 1
    assert result.text == (  # held at calls 3 and 4: one call more than the patience
        "drops.yaml:3:1: LR036 warning: metric: the LR drops at step 5 while the last of 3 values "
        "is held, from call 3 on; give every call a value of its own\n"
    )


@pytest.mark.usefixtures("timm")
def test_a_warm_up_is_no_drop() -> None:
    scheduler = "timm.PlateauLRScheduler: {patience_t: 9, warmup_t: 4, warmup_lr_init: 1e-4}"
    spec = parse_spec(f"{{epochs: 6, scheduler: {{{scheduler}}}, metric: [1]}}")
    assert "LR036" not in {each.rule.code for each in lint_run(simulate(spec), RULES.values())}


def test_a_held_metric_is_no_warning_of_python_s() -> None:
    """Whoever calls `simulate` gives the metric, of which it says that the last value is held."""

    def build(optimizer: Any) -> Any:
        return make_scheduler(optimizer, {"ReduceLROnPlateau": {"factor": 0.5, "patience": 1}})

    (note,) = lrviz.simulate(build, steps=6, metric=[1.0]).warnings
    assert note.grade == "note"
    assert str(note).endswith("metric: has 1 value for 6 calls; the last is held from call 1 on")


# What is no number


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        ("[1, .nan, 1]", "1:13: metric.1: is .nan"),
        ("[1, 2, .inf]", "1:16: metric.2: is .inf"),
        ("[-.inf, 2, .nan]", "1:10: metric.0: is -.inf, the first of 2 values that are not finite"),
        (
            "{expression: '1e308 * (10 if step > 0 else 1)'}",
            "1:10: metric.expression: is .inf at call 1, the first of 2 values that are not finite",
        ),
        (
            "{expression: '(1e308 * 10 - 1e308 * 10) if step == 2 else 1'}",
            "1:10: metric.expression: is .nan at call 2",
        ),
    ],
)
def test_what_is_no_number_is_said_with_its_place(metric: str, said: str) -> None:
    text = f"metric: {metric}\nepochs: 3\n{PLATEAU}"
    assert warnings_of(text) == [f"note: a.yaml:{said}"]


def test_in_a_csv_it_has_the_line_of_the_file(write_spec: WriteSpec, tmp_path: Path) -> None:
    """A row may be of several lines, and a line of none."""
    rows = 'note,val_loss\r\n"a\r\nb",1\r\n,nan\r\n,2\r\n,inf\r\n,nan\r\n\r\n\r\n'
    (tmp_path / "losses.csv").write_bytes(rows.encode())
    path = write_spec(f"epochs: 4\n{PLATEAU}{IN_CSV}", "a.yaml")
    problems = simulate(lrviz.load(path)).warnings
    assert [str(each).partition("metric: ")[2] for each in problems] == [
        "losses.csv: 5 values for 4 calls; the rest is not used",
        "losses.csv:4: val_loss is nan, the first of 2 values that are not finite",
    ]


def test_what_is_held_is_counted_once_and_what_is_not_used_never() -> None:
    text = f"metric: [1, .nan]\nepochs: 5\n{PLATEAU}"
    assert [line.rpartition(": ")[2] for line in warnings_of(text)][1:] == ["is .nan"]
    assert not [line for line in warnings_of(text.replace("5", "1")) if "nan" in line]


@pytest.mark.parametrize(
    ("mode", "value", "effect"),
    [
        ("min", ".nan", "no improvement to torch"),
        ("max", ".nan", "no improvement to torch"),
        ("min", ".inf", "no improvement to torch"),
        ("max", ".inf", "nothing after it is better"),
        ("min", "-.inf", "nothing after it is better"),
        ("max", "-.inf", "no improvement to torch"),
    ],
)
def test_a_lint_notes_what_torch_makes_of_it(mode: str, value: str, effect: str) -> None:
    """With a patience of 0 torch's LR halves after a call that is no improvement, and no other."""
    text = f"{{mode: {mode}, patience: 0, factor: 0.5}}"
    metric = f"[{value}, 1]" if "nothing" in effect else f"[1, {value}]"
    spec = f"{{epochs: 3, scheduler: {{ReduceLROnPlateau: {text}}}, metric: {metric}}}"
    run_ = simulate(parse_spec(spec))
    (note,) = (each for each in lint_run(run_, RULES.values()) if each.rule.code == "LR037")
    assert (note.rule.severity, effect in note.problem.text) == ("note", True)
    assert run_.lr[0].tolist() == [1e-3, 1e-3, 5e-4]


# From which step on


@pytest.mark.parametrize("interval", ["step", "epoch"])
@pytest.mark.parametrize("given", [1, 2, 3])
def test_the_first_step_that_follows_a_held_value_is_where_another_one_would_tell(
    interval: str, given: int
) -> None:
    """In torch's own loop: every call improves, or none does, from the first that has no value."""
    epochs, steps = 5, 3
    calls = epochs * steps if interval == "step" else epochs
    curves = []
    for rest in (-1.0, 1.0):
        metric = [-float(call) for call in range(given)]
        metric += [metric[-1] + rest * (call + 1) for call in range(calls - given)]
        optimizer = make_optimizer("SGD", {"lr": 1.0})
        scheduler = make_scheduler(optimizer, {"ReduceLROnPlateau": {"patience": 0}})
        curves.append(train(optimizer, scheduler, epochs, steps, interval, metric).lr[0])
    parts = [one != other for one, other in zip(*curves, strict=True)].index(True)
    text = f"epochs: {epochs}\nsteps_per_epoch: {steps}\ninterval: {interval}\n{PLATEAU}"
    spec = parse_spec(f"{text}metric: {[-call for call in range(given)]}\n")
    assert spec.schedules[0].held_from == parts


def test_nothing_follows_what_only_the_last_call_is_given() -> None:
    (schedule,) = parse_spec(f"{{epochs: 3, metric: [2, 1], {PLATEAU.strip()}}}").schedules
    assert schedule.held_from == 3
    lines = make([8, 7, 6, 5, 4, 3, 2], figure={"style": "light"})
    assert len(lines_of(plot(lines).axes[0])) == 1


# How it is drawn


def lines_of(axes: Axes) -> list[tuple[object, list[float], list[float]]]:
    return [(line.get_linestyle(), *points_of(line)) for line in axes.lines]


@pytest.mark.parametrize("style", styles())
@pytest.mark.parametrize("panels", [["lr"], ["momentum", "lr"]])
def test_a_style_draws_what_follows_a_held_metric_dashed_or_as_the_rest(
    style: str, panels: list[str]
) -> None:
    """Of 8 calls the first 3 have a value, and step 4 is the first after one that has none."""
    driven = make([3, 2, 1], figure={"style": style, "panels": panels})
    steps = [float(step) for step in range(8)]
    for axes, panel in zip(plot(driven).axes, panels, strict=False):
        values = getattr(driven, panel)[0].tolist()
        if styles()[style].held == "solid":
            assert lines_of(axes)[:1] == [("-", steps, values)]
        else:
            first, second = lines_of(axes)[:2]
            assert first == ("-", steps[:4], values[:4])
            assert second == ("--", steps[3:], values[3:])


def test_the_styles_light_and_dark_draw_it_dashed_and_the_article_s_does_not() -> None:
    assert {name: style.held for name, style in styles().items()} == {
        "article": "solid",
        "dark": "dashed",
        "light": "dashed",
    }


def draw(metric: list[float], style: str) -> bytes:
    return draw_pixels(make(metric, figure={"style": style})).pixels.tobytes()


@pytest.mark.parametrize("style", styles())
def test_only_where_it_is_held_is_a_metric_drawn_otherwise_than_one_that_is_written_out(
    style: str,
) -> None:
    whole = draw([3, 2, 1, 1, 1, 1, 1, 1], style)
    assert (draw([3, 2, 1], style) == whole) == (styles()[style].held == "solid")


def test_a_pattern_gives_way_to_one_that_can_be_told_from_it() -> None:
    own = {*DASHES, *(line for style in styles().values() for line in style.linestyles)}
    assert all(HELD.get(str(pattern), ":") != pattern for pattern in own)
    names = "abcdef"
    curves = {name: {"optimizer": {"SGD": {"lr": 1 + place}}} for place, name in enumerate(names)}
    axes = plot(make([1], curves=curves, figure={"style": "light"})).axes[0]
    looks = [(line.get_color(), line.get_linestyle()) for line in axes.lines]
    assert len(looks) == 2 * len(names)
    assert all(mine != rest for mine, rest in zip(looks[::2], looks[1::2], strict=True))
    assert [color for color, _ in looks[::2]] == [color for color, _ in looks[1::2]]
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == list(names)


@pytest.mark.parametrize("style", ["light", "dark"])
def test_its_markers_are_hollow_so_that_it_shows_where_they_touch(style: str) -> None:
    axes = plot(make([1], figure={"style": style, "markers": True})).axes[0]
    own, held = axes.lines
    assert to_hex(own.get_markerfacecolor()) == own.get_color()
    assert to_hex(held.get_markerfacecolor()) == styles()[style].background
    assert held.get_markeredgecolor() == held.get_color() == own.get_color()
    assert count_markers(own) + count_markers(held) == 8


def count_markers(line: Line2D) -> int:
    every = line.get_markevery()
    return len(every) if isinstance(every, list) else len(points_of(line)[0])


def test_where_an_axis_begins_behind_it_all_is_dashed() -> None:
    axes = plot(make([1], figure={"style": "light", "xlim": [5, 8]})).axes[0]
    own, held = lines_of(axes)
    assert own[1] == []
    assert held[:2] == ("--", [4.0, 5.0, 6.0, 7.0])


def test_a_log_axis_has_it_end_where_the_line_would() -> None:
    """A factor of 1e-9 leaves values that 16 decades below the highest have no place for."""
    scheduler = {"ReduceLROnPlateau": {"factor": 1e-9, "patience": 0, "eps": 0}}
    driven = make([1], scheduler=scheduler, figure={"style": "light", "yscale": "log"})
    with pytest.warns(UserWarning, match="a log axis only marks"):
        axes = plot(driven).axes[0]
    bottom = axes.get_ylim()[0]
    drawn = [line for line in axes.lines if line.get_linestyle() != "None"]
    assert min(min(np.asarray(line.get_ydata()).tolist()) for line in drawn) == bottom


# What a figure keeps


def style_in(path: Path) -> dict[str, Any]:
    text = read_record(path.read_bytes())
    assert text is not None
    style: dict[str, Any] = json.loads(text)["spec"]["figure"]["style"]
    return style


def test_a_figure_says_how_it_draws_it_only_where_there_is_something_to_draw(
    write_spec: WriteSpec, tmp_path: Path
) -> None:
    """One without a held metric has the record of a version that knew no such thing."""
    figure = "figure: {style: light}\n"
    write_spec(f"epochs: 3\n{PLATEAU}metric: [3, 2, 1]\n{figure}", "whole.yaml")
    write_spec(f"epochs: 9\n{PLATEAU}metric: [3, 2, 1]\n{figure}", "held.yaml")
    run("plot", "whole.yaml", "held.yaml", cwd=tmp_path)
    assert "held" not in style_in(tmp_path / "whole.png")
    assert style_in(tmp_path / "held.png")["held"] == "dashed"
    for name in ("whole", "held"):
        spec, again = lrviz.load(tmp_path / f"{name}.yaml"), lrviz.load(tmp_path / f"{name}.png")
        assert spec == again
        drawn = draw_pixels(simulate(spec)).pixels
        np.testing.assert_array_equal(draw_pixels(simulate(again)).pixels, drawn)


def test_a_style_of_a_version_that_knew_no_such_thing_is_solid() -> None:
    style = styles()["light"].model_dump(mode="json", exclude={"held"})
    axes = plot(make([1], figure={"style": style})).axes[0]
    assert [line[0] for line in lines_of(axes)] == ["-"]


def test_a_factory_s_figure_remembers_it(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        "from torch.optim import lr_scheduler\n"
        "def make(optimizer):\n"
        "    return lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1)\n"
    )
    options = ("--epochs", 8, "--set", "metric=[2, 1]", "--style", "light")
    first = run("plot", "train.py:make", *options, "-o", "a.png", cwd=tmp_path)
    again = run("plot", "a.png", "-o", "b.png", cwd=tmp_path)
    held = "metric: has 2 values for 8 calls; the last is held from call 2 on\n"
    assert f"note: --set metric=[2, 1]: {held}" in first.stderr
    assert f"note: a.png: {held}" in again.stderr
    drawn = lines_of(plot(lrviz.simulate(lrviz.load(tmp_path / "a.png"))).axes[0])
    assert [(look, xs[0], xs[-1]) for look, xs, _ in drawn] == [("-", 0, 2), ("--", 2, 7)]
