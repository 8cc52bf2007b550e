"""A figure as one HTML file: what is read of it in a browser, with a pointer or with keys."""

import json
from pathlib import Path

import pytest

from tests.page.pointing import (
    BOTTOM,
    CONFIGS,
    LEFT,
    TALL,
    WIDE,
    draw,
    in_browser,
    marks,
    place,
    point,
    press,
    told,
)
from tests.support.browser import Browser
from tests.support.lrvizrun import run

pytestmark = in_browser


def test_the_pointer_reads_the_step_below_it(browser: Browser, tmp_path: Path) -> None:
    browser.open(draw(CONFIGS / "steplr.yaml", tmp_path))
    assert told(browser) == "no step is chosen"
    # The axis is 32 steps wide; at step 16 the LR has been halved four times.
    assert point(browser, LEFT + WIDE * 16 / 32) == "step 16, epoch 2: Learning Rate 6.25e-5"
    assert point(browser, LEFT + WIDE * 16.4 / 32).startswith("step 16,")
    assert point(browser, LEFT + WIDE * 16.6 / 32).startswith("step 17,")
    assert point(browser, 0).startswith("step 0, epoch 0: Learning Rate 0.001")
    assert point(browser, 1).startswith("step 31, epoch 3.875: ")
    assert browser.read_console() == []


def test_the_mark_stands_on_the_curve(browser: Browser, tmp_path: Path) -> None:
    browser.open(draw(CONFIGS / "steplr.yaml", tmp_path))
    point(browser, LEFT + WIDE * 16 / 32)
    y = 480 * (1 - BOTTOM - TALL * 6.25e-5 / 1.1e-3)
    assert marks(browser) == [pytest.approx([960 * (LEFT + WIDE / 2), y, y], abs=1e-3)]


def test_the_mark_of_a_block_spans_its_values(browser: Browser, tmp_path: Path) -> None:
    # 1,024 blocks of 8 steps, in each of which the LR is 4e-4 and 1e-3 in turn.
    spec = "steps: 8192\nscheduler: {LambdaLR: {lr_lambda: 1 - 0.6 * (step % 2)}}\n"
    browser.open(draw(spec, tmp_path))
    assert point(browser, 0.5) == "steps 3960 to 3967: Learning Rate 4e-4 to 0.001"
    ((_, top, bottom),) = marks(browser)
    assert bottom - top == pytest.approx(480 * TALL * 6e-4 / 1.1e-3, abs=1e-3)


def test_keys_go_from_step_to_step_and_stop_at_the_ends(browser: Browser, tmp_path: Path) -> None:
    browser.open(draw(CONFIGS / "steplr.yaml", tmp_path))
    assert press(browser, "ArrowRight").startswith("step 0,")
    assert press(browser, "ArrowRight", "ArrowUp", "ArrowLeft").startswith("step 1,")
    assert press(browser, "PageUp").startswith("step 4, epoch 0.5: Learning Rate 5e-4")
    assert press(browser, "End", "ArrowRight").startswith("step 31,")
    assert press(browser, "Home", "ArrowLeft").startswith("step 0,")
    now = "return document.querySelector('#figure').ariaValueNow"
    assert browser.run(now) == "0"


def test_every_line_of_every_panel_is_read(browser: Browser, tmp_path: Path) -> None:
    spec = (
        "epochs: 2\nsteps_per_epoch: 4\noptimizer:\n  SGD:\n    momentum: 0.9\n    param_groups:\n"
        "      - {name: low, lr: 0.1}\n      - {name: high, lr: 0.4, momentum: 0.8}\n"
        "scheduler: {StepLR: {step_size: 4, gamma: 0.5}}\n"
        "figure: {panels: [lr, momentum], yscale: log}\n"
    )
    browser.open(draw(spec, tmp_path))
    assert press(browser, "End") == (
        "step 7, epoch 1.75: Learning Rate, low 0.05; Learning Rate, high 0.2; "
        "Momentum, low 0.9; Momentum, high 0.8"
    )
    assert len(marks(browser)) == 4


def test_a_metric_is_read_where_a_call_was_given_it(browser: Browser, tmp_path: Path) -> None:
    spec = (
        "epochs: 3\nsteps_per_epoch: 4\ninterval: epoch\n"
        "scheduler: {ReduceLROnPlateau: {patience: 0}}\nmetric: [3, 2, 2]\n"
        "figure: {panels: [lr, metric]}\n"
    )
    browser.open(draw(spec, tmp_path))
    # Calls follow the steps 3, 7 and 11; the axis is 12 steps wide.
    assert point(browser, LEFT + WIDE * 7 / 12).startswith("step 7, ")
    assert told(browser).endswith("Metric 2")
    assert point(browser, LEFT + WIDE * 4 / 12).endswith("Metric 3 at step 3")
    assert point(browser, 0).endswith("Metric \u2013")  # no call has been made yet


def test_a_metric_above_all_else_moves_no_step(browser: Browser, tmp_path: Path) -> None:
    spec = (
        "epochs: 2\nsteps_per_epoch: 5\ninterval: epoch\n"
        "scheduler: {ReduceLROnPlateau: {patience: 0, factor: 0.5}}\nmetric: [1, 2]\n"
        "figure: {panels: [metric, lr]}\n"
    )
    browser.open(draw(spec, tmp_path))
    assert point(browser, 1) == "step 9, epoch 1.8: Metric 2; Learning Rate 0.001"
    assert press(browser, "Home").startswith("step 0, epoch 0: ")


def test_curves_with_other_epochs_are_each_read_at_their_own_step(
    browser: Browser, tmp_path: Path
) -> None:
    spec = (
        "epochs: 2\nsteps_per_epoch: 2\nsweep: {steps_per_epoch: [2, 4]}\n"
        "scheduler: {LambdaLR: {lr_lambda: 1 + step}}\nfigure: {x: epoch}\n"
    )
    browser.open(draw(spec, tmp_path))
    press(browser, "Home", "ArrowRight", "ArrowRight")
    names = "steps_per_epoch 2", "steps_per_epoch 4"
    first, second = f"{names[0]} 0.002 at step 1", f"{names[1]} 0.003 at step 2"
    assert told(browser) == f"epoch 0.5: {first}; {second}"
    assert press(browser, "End").startswith("epoch 1.75: ")


def test_a_shorter_curve_ends_before_a_longer_one(browser: Browser, tmp_path: Path) -> None:
    spec = (
        "epochs: 1\nsteps_per_epoch: 4\nsweep: {epochs: [1, 3]}\n"
        "scheduler: {LambdaLR: {lr_lambda: 1 + step}}\n"
    )
    browser.open(draw(spec, tmp_path))
    assert press(browser, "End") == "step 11, epoch 2.75: epochs 1 \u2013; epochs 3 0.012"
    assert len(marks(browser)) == 1


def test_only_what_is_in_view_is_read(browser: Browser, tmp_path: Path) -> None:
    spec = "steps: 50\nscheduler: {LambdaLR: {lr_lambda: 1 + step}}\nfigure: "
    browser.open(draw(f"{spec} {{xlim: [10, 20], ylim: [0, 0.015]}}\n", tmp_path))
    assert point(browser, 1) == "step 20: Learning Rate 0.021"
    assert marks(browser) == []  # above the figure
    assert press(browser, "Home") == "step 10: Learning Rate 0.011"
    assert len(marks(browser)) == 1
    browser.open(draw(f"{spec} {{xlim: [10.2, 10.8]}}\n", tmp_path))
    assert place(browser) == "No step is in view, so no value is read."
    assert told(browser) == "None"
    assert browser.read_console() == []


def test_a_log_is_read_from_point_to_point(browser: Browser, tmp_path: Path) -> None:
    rows = [{"step": step, "learning_rate": step / 1000} for step in (10, 25, 40)]
    log = tmp_path / "log.jsonl"
    log.write_text("".join(json.dumps(row) + "\n" for row in rows))
    page = tmp_path / "a.html"
    assert run("plot", log, "-o", page).status == 0
    browser.open(page)
    assert press(browser, "ArrowRight") == "step 10: Learning Rate 0.01"
    assert press(browser, "ArrowRight") == "step 25: Learning Rate 0.025"
    assert press(browser, "ArrowRight", "ArrowRight") == "step 40: Learning Rate 0.04"


def test_a_long_curve_is_read_by_its_blocks(browser: Browser, tmp_path: Path) -> None:
    spec = "steps: 8192\nscheduler: {LambdaLR: {lr_lambda: 8192 - call}}\n"
    browser.open(draw(spec, tmp_path))
    # 1,024 blocks of 8 steps, from an LR of 8192 * 1e-3 down by 1e-3 a step.
    assert press(browser, "ArrowRight") == "steps 0 to 7: Learning Rate 8.185 to 8.192"
    assert press(browser, "ArrowRight") == "steps 8 to 15: Learning Rate 8.177 to 8.184"
    assert press(browser, "End") == "steps 8184 to 8191: Learning Rate 0.001 to 0.008"


def test_a_panel_is_called_as_the_figure_calls_it(browser: Browser, tmp_path: Path) -> None:
    spec = (
        "epochs: 4\noptimizer: {SGD: {momentum: 0.5}}\nscheduler: {StepLR: {step_size: 2}}\n"
        "figure: {panels: [lr, momentum], ylabel: [学习率, 动量]}\n"
    )
    browser.open(draw(spec, tmp_path))
    assert point(browser, 0).endswith("学习率 0.001; 动量 0.5")
