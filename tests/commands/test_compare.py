"""`lrviz compare`: where schedules part, and all of them in one figure."""

import math
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

import lrviz
from lrviz.commands.compare.combined import combine_runs, name_sources
from lrviz.commands.compare.parting import Comparison, Difference, compare_curves, format_table
from lrviz.curve import Curve
from lrviz.draw.outputs import plot
from lrviz.errors import UsageError
from lrviz.figure.chunks import read_record
from lrviz.run.driven import Run
from lrviz.spec.style import styles
from tests.support.figures import points_of
from tests.support.lrvizrun import run, run_process
from tests.support.specs import STEP, WriteSpec
from tests.support.training import make_optimizer, make_scheduler, train

HALF = "epochs: 4\nsteps_per_epoch: 8\nscheduler: {ExponentialLR: {gamma: 0.5}}\n"
GROUPS = """\
epochs: 4
steps_per_epoch: 8
optimizer: {SGD: {lr: 0.1, param_groups: [{name: backbone, lr: 0.01}, {name: head}]}}
scheduler: {ConstantLR: {factor: 0.5, total_iters: 8}}
"""
BEGINNINGS = {"png": b"\x89PNG", "webp": b"RIFF", "svg": b"<?xml", "pdf": b"%PDF-"}


def curve(*rows: Sequence[float], label: str = "", groups: Sequence[str] = ("",)) -> Curve:
    return Curve(tuple(groups), np.array(rows, dtype=float), (1.0,) * len(rows), label=label)


def differ(first: Sequence[float], second: Sequence[float]) -> Difference:
    """Return how a second schedule differs from a first one."""
    found = compare_curves([curve(first), curve(second)])[1].difference
    assert found is not None
    return found


def simulate(text: str) -> Run:
    return lrviz.simulate(lrviz.parse_spec(text))


def overlay(*texts: str) -> Figure:
    """Return the figure of several specs, which are called a, b, c and so on."""
    runs = [simulate(text) for text in texts]
    return plot(combine_runs(runs, "abcdefgh"[: len(texts)]))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# The numbers


def test_schedules_part_at_the_first_step_that_is_not_the_same() -> None:
    first = [1.0, 1.0, 0.5, 0.25]
    second = [1.0, 1.0, 0.75, 0.875]
    assert compare_curves([curve(first, label="a"), curve(second, label="b")]) == (
        Comparison("a", "a", steps=4, final=0.25, area=2.75, difference=None),
        Comparison(
            "b",
            "a",
            steps=4,
            final=0.875,
            area=3.625,
            difference=Difference(parts=2, ends=False, largest=0.625, step=3, ratio=3.625 / 2.75),
        ),
    )


def test_a_schedule_below_the_first_has_a_negative_difference_and_of_two_the_earlier_counts() -> (
    None
):
    found = differ([1.0, 1.0, 1.0, 1.0], [1.0, 0.5, 1.5, 0.5])
    assert (found.parts, found.largest, found.step) == (1, -0.5, 1)


def test_equal_schedules_never_part() -> None:
    assert differ([1.0, 0.5], [1.0, 0.5]) == Difference(None, False, 0.0, 0, 1.0)


@pytest.mark.parametrize(
    ("first", "second", "parts"),
    [
        (1.0, 1 + 0.9e-9, None),
        (1.0, 1 + 1.1e-9, 1),
        (1e-3, 1e-3 * (1 + 0.9e-9), None),
        (1e-3, 1e-3 * (1 + 1.1e-9), 1),
        (1e-6, 1e-6 + 0.9e-12, None),
        (1e-6, 1e-6 + 1.1e-12, 1),
        (0.0, -0.9e-12, None),
        (0.0, -1.1e-12, 1),
    ],
)
def test_what_rounding_may_change_is_the_same(
    first: float, second: float, parts: int | None
) -> None:
    assert differ([1.0, first], [1.0, second]).parts == parts
    assert differ([1.0, second], [1.0, first]).parts == parts


@pytest.mark.parametrize(("first", "second"), [(3, 5), (5, 3)])
def test_a_schedule_that_ends_before_another_parts_from_it_there(first: int, second: int) -> None:
    found = differ([0.5] * first, [0.5] * second)
    assert found == Difference(parts=3, ends=True, largest=0.0, step=0, ratio=second / first)


def test_of_two_lengths_the_common_steps_are_compared() -> None:
    found = differ([1.0, 1.0, 1.0, 9.0], [1.0, 0.5, 0.75])
    assert found == Difference(parts=1, ends=False, largest=-0.5, step=1, ratio=2.25 / 12)


def test_a_share_of_nothing_is_no_number() -> None:
    assert math.isnan(differ([0.0, 0.0], [0.0, 0.0]).ratio)
    assert differ([0.0, 0.0], [1.0, 0.0]).ratio == math.inf


def test_numbers_near_the_largest_float_are_compared_without_a_warning() -> None:
    found = differ([1e308, 1e308], [-1e308, 1e308])
    assert (found.parts, found.largest, found.step) == (0, -math.inf, 0)


def test_param_groups_are_compared_by_name_then_by_place_then_with_the_first() -> None:
    first = curve([1.0], [2.0], label="a", groups=("body", "head"))
    second = curve([2.0], [1.0], [4.0], label="b", groups=("head", "neck", "tail"))
    pairs = [(each.name, each.against) for each in compare_curves([first, second])]
    assert pairs == [
        ("a · body", "a · body"),
        ("a · head", "a · head"),
        ("b · head", "a · head"),
        ("b · neck", "a · head"),
        ("b · tail", "a · body"),
    ]


def test_every_schedule_is_compared_with_the_first() -> None:
    found = compare_curves([curve([1.0]), curve([2.0]), curve([3.0])])
    assert [each.difference and each.difference.largest for each in found] == [None, 1.0, 2.0]


def other_rows(*runs: Run) -> list[tuple[str, str, str, int | None, float, int, float]]:
    """Return of every comparison that is not of an LR what it says."""
    return [
        (each.name, each.against, each.quantity, found.parts, found.largest, found.step, each.final)
        for each in compare_curves(combine_runs(runs, "abcdefgh"[: len(runs)]).curves)
        if each.quantity != "lr" and (found := each.difference) is not None
    ]


WITH = "epochs: 2\nsteps_per_epoch: 2\nscheduler: LinearLR\noptimizer: {SGD: {%s}}\n"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("momentum: 0.5", "momentum: 0.75", [("momentum", 0, 0.25, 0, 0.75)]),
        ("momentum: 0.5", "", [("momentum", 0, -0.5, 0, 0.0)]),
        ("weight_decay: 0.5", "weight_decay: 0.25", [("weight_decay", 0, -0.25, 0, 0.25)]),
        (
            "momentum: 0.5",
            "weight_decay: 0.5",
            [("momentum", 0, -0.5, 0, 0.0), ("weight_decay", 0, 0.5, 0, 0.5)],
        ),
        ("momentum: 0.5", "momentum: 0.5, dampening: 0.1", []),
    ],
)
def test_schedules_of_one_learning_rate_part_in_what_else_is_recorded(
    first: str, second: str, expected: list[tuple[str, int, float, int, float]]
) -> None:
    runs = [simulate(WITH % first), simulate(WITH % second)]
    assert other_rows(*runs) == [("b", "a", *each) for each in expected]
    assert all(
        each.difference is None or each.difference.parts is None
        for each in compare_curves([run.curves[0] for run in runs])
        if each.quantity == "lr"
    )


def test_a_quantity_that_moves_is_compared_step_by_step() -> None:
    """From 0.95 down to 0.85 in two steps of four, and from 0.95 to 0.75: at 0 they are one."""
    text = (
        "epochs: 4\noptimizer: {SGD: {momentum: 0.9}}\nscheduler: {CyclicLR: {base_lr: 0.1, "
        "max_lr: 0.2, step_size_up: 2, base_momentum: %s, max_momentum: 0.95}}\n"
    )
    ((*_, parts, largest, step, final),) = other_rows(simulate(text % 0.85), simulate(text % 0.75))
    assert (parts, step) == (1, 2)
    assert (largest, final) == pytest.approx((-0.1, 0.85))


@pytest.mark.parametrize("names", [("SGD", "Rprop"), ("Rprop", "SGD")])
def test_what_only_one_of_two_optimizers_has_differs_from_the_start(names: tuple[str, str]) -> None:
    """Rprop has neither momentum nor weight decay."""
    runs = [
        simulate(f"epochs: 2\nscheduler: LinearLR\noptimizer: {{{name}: {{lr: 1}}}}\n")
        for name in names
    ]
    rows = other_rows(*runs)
    assert [row[2:4] for row in rows] == [("momentum", 0), ("weight_decay", 0)]
    assert all(math.isnan(largest) for *_, largest, _, _ in rows)


def test_param_groups_are_compared_in_all_of_it_and_a_metric_once_a_curve() -> None:
    text = """\
epochs: 4
optimizer: {SGD: {param_groups: [{name: body, momentum: %s}, {name: head}]}}
scheduler: ReduceLROnPlateau
metric: [1, 1, %s, .nan]
"""
    rows = other_rows(simulate(text % (0.5, 1)), simulate(text % (0.25, 3)))
    assert [row[:6] for row in rows] == [
        ("b · body", "a · body", "momentum", 0, -0.25, 0),
        ("b", "a", "metric", 2, 2.0, 2),
    ]
    assert other_rows(simulate(text % (0.5, 1)), simulate(text % (0.5, 1))) == []


def test_a_metric_that_only_one_is_given_is_no_difference_of_the_schedules() -> None:
    plateau = "epochs: 4\nscheduler: ReduceLROnPlateau\nmetric: [4, 3, 2, 1]\n"
    assert other_rows(simulate(plateau), simulate("epochs: 4\nscheduler: LinearLR\n")) == []


def test_that_one_ends_is_said_of_the_learning_rate_alone() -> None:
    assert other_rows(simulate(HALF), simulate(HALF.replace("epochs: 4", "epochs: 5"))) == []


# The table


def test_what_else_differs_has_a_line_of_its_own(write_spec: WriteSpec, tmp_path: Path) -> None:
    write_spec(WITH % "momentum: 0.5", "a.yaml"), write_spec(WITH % "weight_decay: 0.5", "b.yaml")
    result = run("compare", "a.yaml", "b.yaml", cwd=tmp_path)
    rows = [line.split() for line in result.text.splitlines()]
    assert rows[0][:3] == ["schedule", "quantity", "steps"]
    assert [row[:3] for row in rows[1:]] == [
        ["a", "lr", "4"],
        ["b", "lr", "4"],
        ["b", "momentum", "4"],
        ["b", "weight_decay", "4"],
    ]
    assert rows[2][3] == "never"
    assert rows[3][3:] == ["0", "-0.5", "0", "0", "-", "-"]
    assert rows[4][3:] == ["0", "0.5", "0", "0.5", "-", "-"]
    assert len({len(row) for row in rows[1:]}) == 1


def test_the_table_has_a_line_a_schedule_in_columns() -> None:
    rows = compare_curves([curve([0.5] * 8, label="flat"), curve([0.5] * 4, label="short")])
    assert format_table(rows) == (
        "schedule  steps  parts at  largest difference  at step  final  area  ratio\n"
        "flat          8         -                   -        -    0.5     4      -\n"
        "short         4   4 (end)                   0        -    0.5     2    0.5"
    )


def test_what_a_group_is_compared_with_is_said_where_there_are_several() -> None:
    first = curve([1.0], [2.0], label="a", groups=("body", "head"))
    table = format_table(compare_curves([first, curve([0.0], label="b")]))
    assert [line.split("  ")[0] for line in table.splitlines()] == [
        "schedule",
        "a · body",
        "a · head",
        "b",
    ]
    assert table.splitlines()[0].split()[1] == "against"
    assert table.splitlines()[3].split()[:5] == ["b", "a", "·", "body", "1"]


def test_columns_stand_below_each_other_whatever_the_script_of_a_name() -> None:
    rows = compare_curves([curve([1.0], label="学习率"), curve([1.0], label="e\u0301t")])
    lines = format_table(rows).splitlines()
    assert lines[1].startswith("学习率        1")
    assert lines[2].startswith("e\u0301t            1")


def test_what_would_steer_a_terminal_is_spelt_out() -> None:
    table = format_table(compare_curves([curve([1.0], label="a\x1b[2J\nb")]))
    assert "a\\x1b[2J\\nb" in table
    assert table.count("\n") == 1


def test_a_ratio_to_nothing_is_left_out() -> None:
    table = format_table(compare_curves([curve([0.0]), curve([0.0])]))
    assert table.splitlines()[-1].split()[-1] == "-"


# Names


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (["a/step.yaml", "cos.yaml"], ["step", "cos"]),
        (["step.yaml", "step.png"], ["step.yaml", "step.png"]),
        (["a/step.yaml", "b/step.yaml", "c/cos.yaml"], ["a/step.yaml", "b/step.yaml", "cos"]),
        (["x/a/s.yaml", "y/a/s.yaml"], ["x/a/s.yaml", "y/a/s.yaml"]),
        (["s.yaml", "a/s.yaml"], ["s.yaml", "a/s.yaml"]),
        (["s.yaml", "s.yaml", "s.yaml"], ["s", "s (2)", "s (3)"]),
        (["s.yaml", "s (2).yaml", "s.yaml"], ["s", "s (2)", "s (3)"]),
        (["/s.yaml", "s.yaml", "./s.yaml"], ["/s.yaml", "s.yaml", "s.yaml (2)"]),
    ],
)
def test_files_are_called_by_as_little_as_tells_them_apart(
    sources: list[str], expected: list[str]
) -> None:
    assert name_sources(sources, [None] * len(sources)) == tuple(expected)


def test_standard_input_is_called_by_its_title() -> None:
    assert name_sources(["-", "a.yaml"], ["My\nrun", "x"]) == ("My run", "a")
    assert name_sources(["-", "a.yaml"], [None, None]) == ("standard input", "a")
    assert name_sources(["-", "a.yaml"], ["a", None]) == ("a", "a.yaml")


# The figure


def test_the_figure_shows_every_schedule_with_its_name_in_the_style_light() -> None:
    axes = overlay(STEP, HALF).axes[0]
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["a", "b"]
    first, second = axes.lines
    assert points_of(first)[1] == [1e-3 * 0.5 ** (step // 4) for step in range(32)]
    assert np.asarray(second.get_ydata()).tolist() == [1e-3 * 0.5**step for step in range(32)]
    assert [line.get_color() for line in axes.lines] == list(styles()["light"].colors[:2])
    assert axes.get_title(loc="left") == "StepLR, ExponentialLR"


def test_lines_differ_in_colour_and_in_style() -> None:
    lines = overlay(*[STEP] * 8).axes[0].lines
    looks = {(line.get_color(), line.get_linestyle()) for line in lines}
    assert len(looks) == 8
    assert len({line.get_linestyle() for line in lines[:4]}) == 4


def test_param_groups_and_curves_of_one_spec_are_named_after_it_and_themselves() -> None:
    swept = STEP + "sweep: {scheduler.StepLR.gamma: [0.5, 0.1]}\n"
    legend = overlay(GROUPS, swept).axes[0].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == [
        "a · backbone",
        "a · head",
        "b · gamma 0.5",
        "b · gamma 0.1",
    ]


def test_the_axis_is_as_long_as_the_longest_schedule() -> None:
    assert overlay(HALF, HALF.replace("epochs: 4", "epochs: 10")).axes[0].get_xlim() == (0, 80)


@pytest.mark.parametrize(
    ("first", "second", "label"),
    [
        ("epochs: 4", "epochs: 4\nsteps_per_epoch: 8", "Epochs"),
        ("epochs: 4", "epochs: 5\nsteps_per_epoch: 8", "Steps"),
        ("epochs: 4", "epochs: 4", "Steps"),
        ("epochs: 4\nfigure: {x: epoch}", "epochs: 5\nfigure: {x: epoch}", "Epochs"),
        ("epochs: 4\nfigure: {x: epoch}", "epochs: 4\nfigure: {x: step}", "Steps"),
        ("epochs: 4\nfigure: {x: epoch}", "epochs: 4\nsteps_per_epoch: 2", "Steps"),
        (
            "epochs: 4\nfigure: {x: step}",
            "epochs: 4\nsteps_per_epoch: 2\nfigure: {x: step}",
            "Steps",
        ),
    ],
)
def test_epochs_are_counted_where_all_want_it_or_have_nothing_else_in_common(
    first: str, second: str, label: str
) -> None:
    scheduler = "\nscheduler: {ExponentialLR: {gamma: 0.5}}\n"
    assert overlay(first + scheduler, second + scheduler).axes[0].get_xlabel() == label


def test_on_an_axis_of_epochs_every_schedule_has_its_own_steps_in_one() -> None:
    coarse = "epochs: 4\nscheduler: {ExponentialLR: {gamma: 0.5}}\n"
    axes = overlay(coarse, HALF).axes[0]
    assert axes.get_xlim() == (0, 4)
    assert np.asarray(axes.lines[0].get_xdata()).tolist() == [0, 1, 2, 3]
    assert np.asarray(axes.lines[1].get_xdata()).tolist() == [step / 8 for step in range(32)]


def test_the_figure_has_the_options_and_the_title_that_all_specs_agree_on() -> None:
    options = "title: Ours\nfigure: {style: dark, yscale: log, ylim: [1e-9, 1]}\n"
    axes = overlay(STEP + options, HALF + options).axes[0]
    assert (axes.get_yscale(), axes.get_ylim()) == ("log", (1e-9, 1))
    assert axes.get_title(loc="left") == "Ours"
    assert axes.lines[0].get_color() == styles()["dark"].colors[0]
    axes = overlay(STEP + options, HALF).axes[0]
    assert axes.get_yscale() == "linear"
    assert axes.get_title(loc="left") == "StepLR, ExponentialLR"
    assert axes.lines[0].get_color() == styles()["light"].colors[0]


def test_options_that_make_no_figure_together_are_a_wrong_usage() -> None:
    large = "figure: {size: [150, 8]}\n"  # 15,000 pixels in the style article, 22,500 in light
    with pytest.raises(UsageError, match=r"^size: \[150, 8\] inches are 22500 x 1200 pixels"):
        combine_runs([simulate(STEP + large), simulate(HALF + large)], ["a", "b"])


# The command


def witness(scheduler: dict[str, dict[str, object]]) -> list[float]:
    """Return what a training loop with torch's own scheduler reads."""
    optimizer = make_optimizer("SGD", {"lr": 1e-3})
    return train(optimizer, make_scheduler(optimizer, scheduler), 4, 8).lr[0]


def test_the_table_tells_what_torch_does_and_nothing_is_written(
    write_spec: WriteSpec, tmp_path: Path
) -> None:
    write_spec(STEP, "step.yaml"), write_spec(HALF, "half.yaml")
    step = witness({"StepLR": {"step_size": 4, "gamma": 0.5}})
    half = witness({"ExponentialLR": {"gamma": 0.5}})
    away = [mine - theirs for mine, theirs in zip(half, step, strict=True)]
    result = run("compare", "step.yaml", "half.yaml", cwd=tmp_path)
    assert (result.status, result.stderr) == (0, "")
    head, first, second = result.text.splitlines()
    names = ["schedule", "steps", "parts at", "largest difference", "at step", "final", "area"]
    assert re.split("  +", head) == [*names, "ratio"]
    final, area = first.split()[5:7]
    assert first.split() == ["step", "32", "-", "-", "-", final, area, "-"]
    assert [float(final), float(area)] == pytest.approx([step[-1], sum(step)], rel=1e-5)
    name, steps, parts, largest, at, *numbers = second.split()
    assert (name, steps, parts, at) == ("half", "32", "1", str(away.index(min(away))))
    assert float(largest) == pytest.approx(min(away), rel=1e-5)
    expected = [half[-1], sum(half), sum(half) / sum(step)]
    assert list(map(float, numbers)) == pytest.approx(expected, rel=1e-5)


def test_a_spec_beside_itself_never_parts(step: Path, tmp_path: Path) -> None:
    lines = run("compare", step, step, cwd=tmp_path).text.splitlines()
    assert lines[2].split()[:6] == ["step", "(2)", "32", "never", "0", "-"]


@pytest.mark.parametrize("format", BEGINNINGS)
def test_the_figure_is_written_and_its_path_is_the_last_line(
    format: str, step: Path, write_spec: WriteSpec, tmp_path: Path
) -> None:
    write_spec(HALF, "half.yaml")
    result = run("compare", step.name, "half.yaml", "-o", f"new.{format}", cwd=tmp_path)
    assert (result.status, result.stderr) == (0, "")
    assert result.text.splitlines()[3:] == [f"new.{format}"]
    assert (tmp_path / f"new.{format}").read_bytes().startswith(BEGINNINGS[format])
    assert names(tmp_path) == ["half.yaml", f"new.{format}", "step.yaml"]


@pytest.mark.parametrize("format", ["png", "webp"])
def test_the_figure_carries_no_record_as_that_would_be_of_one_spec(
    format: str, step: Path, tmp_path: Path
) -> None:
    run("compare", step, step, "-o", f"a.{format}", cwd=tmp_path)
    assert read_record((tmp_path / f"a.{format}").read_bytes()) is None


def test_a_figure_on_standard_output_leaves_the_table_to_standard_error(
    step: Path, tmp_path: Path
) -> None:
    result = run("compare", step, step, "-o", "-", "-f", "webp", cwd=tmp_path)
    assert result.status == 0
    assert result.stdout.startswith(b"RIFF")
    assert result.stderr.splitlines()[0].startswith("schedule")
    assert len(result.stderr.splitlines()) == 3


def test_two_runs_write_the_same_bytes(step: Path, tmp_path: Path) -> None:
    for seed in ("1", "2"):
        run_process(
            "compare", step, step, "-o", f"{seed}.png", cwd=tmp_path, env={"PYTHONHASHSEED": seed}
        )
    assert (tmp_path / "1.png").read_bytes() == (tmp_path / "2.png").read_bytes()


def test_settings_and_style_hold_for_every_spec(
    step: Path, write_spec: WriteSpec, tmp_path: Path
) -> None:
    write_spec(HALF, "half.yaml")
    specs = (step, "half.yaml", "--set", "optimizer.SGD.lr=1")
    result = run("compare", *specs, "--style", "dark", "-o", "a.png", cwd=tmp_path)
    assert [line.split()[-2] for line in result.text.splitlines()[1:3]] == ["7.96875", "2"]
    plain = run("compare", *specs, "-o", "b.png", cwd=tmp_path)
    assert plain.status == 0
    assert (tmp_path / "a.png").read_bytes() != (tmp_path / "b.png").read_bytes()


def test_a_figure_and_standard_input_stand_for_their_specs(step: Path, tmp_path: Path) -> None:
    run("plot", step, "-o", "old.png", cwd=tmp_path)
    text = f"title: From a pipe\n{HALF}".encode()
    lines = run("compare", "old.png", step, "-", cwd=tmp_path, stdin=text).text.splitlines()
    assert lines[1].startswith("old ")
    assert lines[2].split()[:3] == ["step", "32", "never"]
    assert lines[3].split()[:5] == ["From", "a", "pipe", "32", "1"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["step.yaml"],
            "step.yaml: nothing to compare it with; type lrviz compare step.yaml OTHER.yaml",
        ),
        (["-", "-"], "-: standard input can be read once; name files"),
        (
            ["step.yaml", "half.yaml", "-o", "half.yaml", "-f", "png"],
            "half.yaml: is also an input; name another file with -o",
        ),
        (
            ["step.yaml", "half.yaml", "-o", "step.yaml", "-f", "png"],
            "step.yaml: is also an input; name another file with -o",
        ),
        (
            ["step.yaml", "half.yaml", "-o", "a.gif"],
            "-o a.gif: no known ending (known: .png, .webp, .svg, .pdf); "
            "give -o a.png, or the format with -f",
        ),
        (
            ["step.yaml", "half.yaml", "-f", "png"],
            "-f png: nothing is drawn without a file; name one with -o",
        ),
        (["step.yaml"] * 65, "65 curves are more than 64; compare fewer specs"),
        (
            ["step.yaml"] * 3 + ["--set", "epochs=1000000"],
            "24,000,000 points are more than 20,000,000; compare fewer specs",
        ),
        (["step.yaml", "new.png"], "new.png: no such figure; did you mean -o new.png?"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_written(
    arguments: list[str], message: str, step: Path, write_spec: WriteSpec, tmp_path: Path
) -> None:
    write_spec(HALF, "half.yaml")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    result = run("compare", *arguments, cwd=tmp_path, stdin=STEP.encode())
    assert (result.status, result.stdout, result.stderr) == (2, b"", f"{message}\n")
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_every_problem_of_every_spec_is_said_in_order_and_nothing_is_written(
    step: Path, write_spec: WriteSpec, tmp_path: Path
) -> None:
    write_spec(STEP + "epoch: 3\nstepz: 8\n", "shape.yaml")
    write_spec(STEP.replace("step_size: 4", "step_size: 0"), "driven.yaml")
    specs = ("driven.yaml", step.name, "shape.yaml")
    result = run("compare", *specs, "-o", "a.png", cwd=tmp_path)
    assert (result.status, result.stdout) == (2, b"")
    places = [line.split(" ")[0] for line in result.stderr.splitlines()]
    assert places == ["driven.yaml:3:22:", "shape.yaml:4:1:", "shape.yaml:5:1:"]
    assert "a.png" not in names(tmp_path)


def test_a_setting_that_is_wrong_for_every_spec_is_said_once(step: Path, tmp_path: Path) -> None:
    result = run("compare", step, step, "--set", "epochs=0", cwd=tmp_path)
    assert (result.status, result.stderr.count("\n")) == (2, 1)
    assert result.stderr.startswith("--set epochs=0: epochs: ")


def test_a_missing_spec_is_said_beside_a_wrong_one(write_spec: WriteSpec, tmp_path: Path) -> None:
    write_spec("epochs: 4\n", "wrong.yaml")
    result = run("compare", "nowhere.yaml", "wrong.yaml", cwd=tmp_path)
    assert result.status == 3
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == [
        "nowhere.yaml",
        "wrong.yaml",
    ]


def test_a_figure_that_cannot_be_written_costs_the_table_nothing(
    step: Path, tmp_path: Path
) -> None:
    result = run("compare", step, step, "-o", "no/a.png", cwd=tmp_path)
    assert result.status == 3
    assert len(result.text.splitlines()) == 3
    assert result.stderr == "no/a.png: cannot write: no such folder\n"


def test_the_table_alone_needs_no_matplotlib(step: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from lrviz.system.process import own_process; own_process();"
        "from lrviz.commands.compare.comparing import CompareRequest, compare_specs;"
        f"list(compare_specs(CompareRequest([{str(step)!r}] * 2)));"
        "sys.exit('matplotlib' in sys.modules)"
    )
    assert run_process("-c", code, command=(sys.executable,), cwd=tmp_path).status == 0
