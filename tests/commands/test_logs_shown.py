"""A run's log where a command takes a spec: drawn as points, exported as it was logged."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
import torch

import lrviz
from lrviz.curve import Curve
from lrviz.draw.outputs import plot
from lrviz.reading.from_numbers import show_log
from lrviz.run.driven import Run
from lrviz.run.log import Log, Series
from tests.support.lrvizrun import run
from tests.support.specs import STEP

STEPS = np.array([5, 10, 15, 20])
RATES = np.array([1e-3, 7.5e-4, 5e-4, 2.5e-4])


def save_state(folder: Path, steps: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> Path:
    """Write what transformers' Trainer writes, with a rate of 1 / step."""
    rows = [{"step": int(step), "epoch": 0.1, "learning_rate": 1 / int(step)} for step in steps]
    path = folder / "trainer_state.json"
    path.write_text(json.dumps({"global_step": int(steps[-1]), "log_history": rows}))
    return path


def show(*series: Series) -> Run:
    return lrviz.simulate(show_log(Log("runs/one/metrics.csv", "a csv", "step", series)))


def exported(*arguments: str | Path) -> list[dict[str, str]]:
    done = run("export", *arguments)
    assert (done.status, done.stderr) == (0, "")
    return list(csv.DictReader(io.StringIO(done.text)))


def test_what_was_logged_is_drawn_as_points_that_no_line_connects() -> None:
    axes = plot(show(Series("lr", STEPS, RATES))).axes[0]
    (line,) = axes.lines
    assert np.asarray(line.get_xdata()).tolist() == STEPS.tolist()
    assert np.asarray(line.get_ydata()).tolist() == RATES.tolist()
    assert (line.get_linestyle(), line.get_marker()) == ("None", "o")
    assert axes.get_xlim() == (0, 21)


def test_two_million_points_are_drawn_as_few_of_each_column() -> None:
    steps = np.arange(0, 20_000_000, 10)
    rates = np.where(steps == 777_770, 9.0, 1.0)
    (line,) = plot(show(Series("lr", steps, rates))).axes[0].lines
    shown = dict(zip(*(np.asarray(each).tolist() for each in line.get_data()), strict=True))
    assert len(shown) < 5_000
    assert shown[777_770] == 9.0


def test_a_part_of_the_steps_shows_the_points_in_it() -> None:
    axes = plot(show(Series("lr", STEPS, RATES)), xlim=[7, 12], yscale="log").axes[0]
    low, high = axes.get_ylim()
    assert 5e-4 < low < 7.5e-4 < high  # what is out of view is below it


def test_groups_that_were_logged_at_other_steps_are_left_out_and_that_is_said() -> None:
    run = show(
        Series("pg0", STEPS, RATES),
        Series("pg1", STEPS, RATES / 2),
        Series("b", STEPS[1:], RATES[1:]),
    )
    assert run.curves[0].groups == ("pg0", "pg1")
    assert [str(each) for each in run.warnings] == [
        "runs/one/metrics.csv: logged at other steps than pg0, and not drawn: b"
    ]


def test_a_log_says_of_itself_what_was_logged() -> None:
    assert str(show(Series("lr", STEPS, RATES))) == (
        "metrics.csv: 4 points, 2.5e-4 to 1e-3, steps 5 to 20"
    )


@pytest.mark.parametrize("ending", ["png", "webp"])
def test_a_logs_figure_is_drawn_and_exported_again(tmp_path: Path, ending: str) -> None:
    state, figure, again = save_state(tmp_path, STEPS), tmp_path / f"a.{ending}", tmp_path / "b.png"
    assert run("plot", state, "-o", figure).status == 0
    rows = exported(figure)
    assert rows == exported(state)
    assert [(row["step"], row["lr"]) for row in rows] == [
        ("5", "0.2"),
        ("10", "0.1"),
        ("15", "0.06666666666666667"),
        ("20", "0.05"),
    ]
    assert {row["epoch"] for row in rows} == {""}
    assert run("plot", figure, "-o", again).status == 0
    assert run("plot", state, "-o", tmp_path / "c.png").status == 0
    assert again.read_bytes() == (tmp_path / "c.png").read_bytes()


def test_a_figure_of_more_points_than_it_holds_says_so(tmp_path: Path) -> None:
    state, figure = save_state(tmp_path, np.arange(1, 6001)), tmp_path / "a.png"
    assert run("plot", state, "-o", figure).status == 0
    done = run("plot", figure, "-o", tmp_path / "b.png")
    assert (done.status, done.stderr) == (
        2,
        f"{figure}: drawn of the log trainer_state.json, of which it does not hold every point; "
        "name the log itself\n",
    )


def test_a_log_has_no_schedule_to_change(tmp_path: Path) -> None:
    state = save_state(tmp_path, STEPS)
    done = run("plot", state, "--epochs", "3")
    assert (done.status, done.stderr) == (
        2,
        f"{state}: --epochs 3: a log holds no schedule; only its title and figure can be set\n",
    )
    styled = run("plot", state, "-o", tmp_path / "a.png", "--set", "title=Mine", "--style", "dark")
    assert styled.status == 0


@pytest.mark.parametrize(
    "command",
    [
        ("batch", "-o", "out"),
        ("check", "--baselines", "figures"),
        ("lint",),
        ("code",),
        ("resume",),
    ],
    ids=lambda command: command[0],
)
def test_no_other_command_takes_a_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "figures").mkdir()
    save_state(tmp_path, STEPS)
    assert run("plot", "trainer_state.json", "-o", "log.png").status == 0
    takes = "`lrviz plot`, `lrviz export` and `lrviz compare PLAN LOG` take one"
    for name, what in [
        ("trainer_state.json", f"trainer_state.json of Hugging Face, a log; {takes}"),
        ("log.png", f"drawn of a log, and of no schedule; {takes}"),
    ]:
        done = run(command[0], name, *command[1:])
        assert done.status == 2
        assert f"{name}: {what}" in done.text + done.stderr


def test_a_folder_without_a_log_and_a_checkpoint_are_told(tmp_path: Path) -> None:
    done = run("plot", tmp_path)
    assert (done.status, done.stderr) == (
        2,
        f"{tmp_path}: no log in this folder (looked for trainer_state.json, metrics.csv, "
        "scalars.json, results.csv, summary.csv, metrics.json and event files); "
        f"its specs are drawn by lrviz batch {tmp_path} -o figures\n",
    )
    for new in True, False:
        path = tmp_path / "last.pt"
        torch.save({"lr": 0.1}, path, _use_new_zipfile_serialization=new)
        done = run("plot", path)
        told = "a zip or a pickle, as torch's checkpoints are, and neither a spec nor a log"
        assert (done.status, done.stderr) == (2, f"{path}: {told}\n")


def test_a_plan_and_a_log_are_told_apart_by_what_they_hold(tmp_path: Path) -> None:
    plan = tmp_path / "trainer_state.json"
    plan.write_text(STEP)
    log = tmp_path / "plan.yaml"
    save_state(tmp_path / "..", STEPS).rename(log)
    assert run("plot", log, "-o", tmp_path / "a.png").status == 0
    assert "4 points" in run("plot", log, "-v", "-o", tmp_path / "a.png").stderr
    assert "StepLR" in run("plot", plan, "-v", "-o", tmp_path / "b.png").stderr


def test_points_of_a_curve_are_known_by_their_steps() -> None:
    curve = Curve(("",), RATES[None], (1.0,), at=STEPS)
    assert curve.steps == 21
