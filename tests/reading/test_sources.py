"""Where specs come from."""

from pathlib import Path

import pytest

import lrviz
from lrviz.errors import FileError, SpecError
from tests.support.lrvizrun import run
from tests.support.specs import STEP, WriteSpec


def test_a_path_may_be_text_or_a_path(step: Path) -> None:
    assert lrviz.load(step) == lrviz.load(str(step))


def test_a_byte_order_mark_is_no_part_of_a_spec(step: Path, tmp_path: Path) -> None:
    marked = tmp_path / "marked.yaml"
    marked.write_bytes(b"\xef\xbb\xbf" + STEP.encode())
    assert lrviz.load(marked) == lrviz.load(step)


def test_line_ends_of_any_system_are_line_ends(step: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_bytes(STEP.replace("\n", "\r\n").encode())
    assert lrviz.load(other) == lrviz.load(step)


@pytest.mark.parametrize("ending", ["png", "webp"])
def test_a_figure_holds_the_spec_it_was_drawn_from(
    ending: str, write_spec: WriteSpec, tmp_path: Path
) -> None:
    spec = write_spec(
        "title: 学習率 & <more>\n"
        "epochs: 2\n"
        "metric: [.nan, .inf, 1e-320]\n"
        "scheduler: {ReduceLROnPlateau: {min_lr: =lr / 100}}\n"
        "figure: {style: dark}\n"
    )
    run("plot", spec, "-o", f"a.{ending}", cwd=tmp_path)
    read = lrviz.load(tmp_path / f"a.{ending}")
    assert read == lrviz.load(spec)
    assert read.title == "学習率 & <more>"
    assert read.scheduler.arguments == {"min_lr": "=lr / 100"}


def test_what_is_wrong_in_a_figure_s_spec_is_said_without_a_line(
    step: Path, tmp_path: Path
) -> None:
    run("plot", step, cwd=tmp_path)
    figure = tmp_path / "step.png"
    with pytest.raises(SpecError) as caught:
        lrviz.load(figure, overrides=[("scheduler.StepLR.step_size", "=1 +")])
    assert str(caught.value).startswith("--set scheduler.StepLR.step_size==1 +: ")


def test_settings_apply_in_order(step: Path) -> None:
    assert lrviz.load(step, overrides=[("epochs", "2"), ("epochs", "3")]).epochs == 3


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="cannot read: no such file") as caught:
        lrviz.load(tmp_path / "none.yaml")
    assert isinstance(caught.value, FileError)
    assert caught.value.reason == "no such file"


def test_a_wrong_spec_is_a_value_error_that_holds_every_problem(write_spec: WriteSpec) -> None:
    spec = write_spec("epochs: 0\nsteps_per_epoch: 0\nscheduler: {ExponentialLR: {gamma: 1}}\n")
    with pytest.raises(ValueError, match="epochs") as caught:
        lrviz.load(spec)
    assert isinstance(caught.value, SpecError)
    assert [problem.key for problem in caught.value.problems] == [("epochs",), ("steps_per_epoch",)]


def test_a_text_that_begins_like_a_picture_s_is_a_text(tmp_path: Path) -> None:
    odd = tmp_path / "odd.yaml"
    odd.write_text("# <svg> is no picture here\n" + STEP)
    assert lrviz.load(odd).epochs == 4


@pytest.mark.parametrize("command", ["plot", "export", "code"])
def test_a_figure_that_is_missing_may_have_been_one_to_draw(command: str, tmp_path: Path) -> None:
    done = run(command, "new.png", cwd=tmp_path)
    message = "new.png: no such figure; did you mean -o new.png?\n"
    assert (done.status, done.stdout, done.stderr) == (2, b"", message)


@pytest.mark.parametrize("name", ["new.png", "train.py"])
@pytest.mark.parametrize(
    "command", [["batch", "-o", "out"], ["lint"], ["check", "--add-missing", "--baselines", "out"]]
)
def test_a_source_that_is_no_spec_is_named_once_where_many_are_read(
    command: list[str], name: str, tmp_path: Path
) -> None:
    message = {
        "new.png": "new.png: no such figure",
        "train.py": "train.py: holds no spec; name a function in it as train.py:FUNCTION",
    }
    done = run(*command, name, cwd=tmp_path)
    assert done.status == 2
    assert [line for line in (done.text + done.stderr).splitlines() if name in line] == [
        message[name]
    ]


def test_of_a_figure_that_is_missing_a_caller_is_told_of_no_option(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        lrviz.load("new.png")
    assert str(caught.value) == "new.png: no such figure"
