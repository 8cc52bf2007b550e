"""What Python code calls: what it takes, what it answers to the rest, and the values it returns."""

import json
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler
from typer.testing import CliRunner

import lrviz
from lrviz.cli.app import app
from tests.support.specs import ROOT

TEXT = "steps: 4\noptimizer: {SGD: {lr: 0.8}}\nscheduler: {StepLR: {step_size: 2, gamma: 0.5}}\n"
TREE: Mapping[str, Any] = {
    "steps": 4,
    "optimizer": {"SGD": {"lr": 0.8}},
    "scheduler": {"StepLR": {"step_size": 2, "gamma": 0.5}},
}
LR = [[0.8, 0.8, 0.4, 0.4]]


def make_optimizer() -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.8)


def make_scheduler() -> lr_scheduler.StepLR:
    return lr_scheduler.StepLR(make_optimizer(), 2, 0.5)


def build(optimizer: torch.optim.Optimizer) -> lr_scheduler.StepLR:
    return lr_scheduler.StepLR(optimizer, 2, 0.5)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "step.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


GIVEN: Mapping[str, Callable[[Path], Any]] = {
    "a path": lambda path: path,
    "its name": str,
    "a figure": lambda path: draw_file(path),
    "a text": lambda _: TEXT,
    "a text in one line": lambda _: json.dumps(TREE),
    "a mapping": lambda _: TREE,
    "a mapping of numpy's numbers": lambda _: {**TREE, "steps": np.int64(4)},
    "a mapping with classes": lambda _: {
        **TREE,
        "optimizer": {torch.optim.SGD: {"lr": 0.8}},
        "scheduler": {lr_scheduler.StepLR: {"step_size": 2, "gamma": 0.5}},
    },
    "a spec": lrviz.load,
    "a run": lambda path: lrviz.simulate(path),
}


def draw_file(path: Path) -> Path:
    figure = path.with_suffix(".png")
    done = CliRunner().invoke(app, ["plot", str(path), "-o", str(figure)])
    assert done.exit_code == 0
    return figure


@pytest.mark.parametrize("name", GIVEN)
def test_every_function_takes_a_spec_however_it_is_given(name: str, file: Path) -> None:
    given = GIVEN[name](file)
    assert lrviz.simulate(given).lr.tolist() == LR
    (line,) = lrviz.plot(given).axes[0].lines
    assert np.asarray(line.get_ydata()).tolist() == LR[0]
    assert lrviz.lint(given) == ()
    assert not lrviz.compare(file, given).parted
    if not isinstance(given, lrviz.Run):
        assert [row.at for row in lrviz.resume(given, at=2)][:1] == [2]


def test_a_live_scheduler_is_looked_ahead_of_and_stays_as_it_is() -> None:
    scheduler = make_scheduler()
    assert lrviz.simulate(scheduler, steps=4).lr.tolist() == LR
    figure = lrviz.plot(scheduler, steps=4, yscale="log")
    assert figure.axes[0].get_yscale() == "log"
    assert scheduler.last_epoch == 0


def test_options_of_code_and_of_its_figure_are_told_apart() -> None:
    figure = lrviz.plot(build, steps=4, lr=0.8, xlabel="updates", title="mine", style="article")
    (axes,) = figure.axes
    assert np.asarray(axes.lines[0].get_ydata()).tolist() == LR[0]
    assert axes.get_xlabel() == "updates"


def test_what_is_worth_saying_is_a_warning_where_it_was_called(file: Path) -> None:
    tree = {**TREE, "metric": [1.0]}
    for call in (lrviz.simulate, lrviz.plot, lrviz.lint):
        with pytest.warns(UserWarning, match="metric: is not used") as caught:
            call(tree)
        assert [each.filename for each in caught] == [__file__]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run = lrviz.simulate(lrviz.parse_spec(TEXT + "metric: [1.0]"))
    assert len(run.warnings) == 1


TAKEN = "takes a path, a YAML text, a mapping, a factory, a live scheduler, not"

WRONG: Mapping[str, tuple[Callable[[], object], str]] = {
    "a number": (lambda: lrviz.simulate(3), f"simulate {TAKEN} an int"),  # type: ignore[arg-type]
    "nothing": (lambda: lrviz.plot(None), f"plot {TAKEN} None"),  # type: ignore[call-overload]
    "bytes": (lambda: lrviz.lint(b"a"), f"lint {TAKEN} a bytes"),  # type: ignore[arg-type]
    "several": (
        lambda: lrviz.lint(["a.yaml"]),  # type: ignore[arg-type]
        f"lint {TAKEN} a list; one by one: [lint(each) for each in …]",
    ),
    "an optimizer": (
        lambda: lrviz.simulate(make_optimizer()),
        f"simulate {TAKEN} a SGD; give its scheduler: simulate(scheduler, steps=1000)",
    ),
    "a scheduler to resume": (
        lambda: lrviz.resume(make_scheduler()),  # type: ignore[arg-type]
        "resume takes a path, a YAML text, a mapping, a factory, not a StepLR",
    ),
    "a number to load": (
        lambda: lrviz.load(3),  # type: ignore[arg-type]
        "load takes a path, not an int; simulate and plot take more",
    ),
    "a mapping to parse": (
        lambda: lrviz.parse_spec(TREE),  # type: ignore[arg-type]
        "parse_spec takes a YAML text, not a dict; simulate and plot take more",
    ),
    "a number to look ahead of": (
        lambda: lrviz.preview(42, steps=3),
        "preview takes a live scheduler, not an int; simulate takes a spec or a factory",
    ),
    "a figure to draw on": (
        lambda: lrviz.plot(TREE, ax=lrviz.plot(TREE)),  # type: ignore[call-overload]
        "ax: takes axes of matplotlib, as fig.subplots() gives, not a Chart",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_type_is_told_what_to_give(name: str) -> None:
    call, message = WRONG[name]
    with pytest.raises(lrviz.WrongTypeError) as caught:
        call()
    assert str(caught.value) == message
    assert isinstance(caught.value, TypeError)
    assert isinstance(caught.value, lrviz.UsageError)


ANSWERED: Mapping[str, tuple[Callable[[], object], str]] = {
    "no length": (
        lambda: lrviz.plot(make_scheduler()),
        "a live scheduler does not say how far to look ahead; plot(scheduler, steps=1000)",
    ),
    "a name alone": (
        lambda: lrviz.simulate("StepLR"),
        "StepLR: a scheduler's name, and no file; give a spec: "
        "simulate({'epochs': 10, 'scheduler': {'StepLR': {}}})",
    ),
    "code's name": (
        lambda: lrviz.plot("train.py:make"),
        "train.py:make: names code, and no file; import it: plot(make, steps=1000)",
    ),
    "a text to load": (
        lambda: lrviz.load(TEXT),
        "load takes a path, not a YAML text; parse_spec takes one",
    ),
    "a length of a spec": (
        lambda: lrviz.simulate(TREE, steps=9),
        "steps: a spec says so itself; change it there, "
        "or by load(path, overrides=[('steps', '9')])",
    ),
    "a length of a run": (
        lambda: lrviz.lint(lrviz.simulate(TREE), steps=9),
        "steps: a Run has been driven; it is for code",
    ),
    "a style that is a number": (
        lambda: lrviz.plot(TREE, style=3),
        "style: no style 3; there are article, dark, light",
    ),
    "one thing to compare": (
        lambda: lrviz.compare(TREE),
        "nothing to compare with: compare('plan.yaml', 'run.csv')",
    ),
}


@pytest.mark.parametrize("name", ANSWERED)
def test_what_makes_no_sense_is_answered_with_what_to_type(name: str) -> None:
    call, message = ANSWERED[name]
    with pytest.raises(lrviz.UsageError) as caught:
        call()
    assert str(caught.value) == message


def test_a_function_in_a_mapping_is_answered_with_a_factory() -> None:
    tree = {**TREE, "scheduler": {"LambdaLR": {"lr_lambda": abs}}}
    with pytest.raises(lrviz.UsageError, match="abs: a function cannot stand in a spec; write an"):
        lrviz.simulate(tree)


def test_a_class_that_needs_more_than_its_optimizer_is_no_function_of_the_step() -> None:
    with pytest.raises(lrviz.SpecError, match=r"wants optimizer, step_size; .* bind step_size "):
        lrviz.simulate(lr_scheduler.StepLR, steps=4)
    assert lrviz.simulate(lr_scheduler.ConstantLR, steps=4).steps == 4


def test_a_missing_file_is_an_os_error() -> None:
    with pytest.raises(OSError, match=r"^nosuch\.yaml: cannot read: no such file$"):
        lrviz.plot("nosuch.yaml")


def test_an_option_that_a_live_scheduler_has_not_is_told() -> None:
    with pytest.raises(lrviz.UsageError, match="stpes: no option of a live scheduler; there are "):
        lrviz.simulate(make_scheduler(), steps=3, stpes=3)  # type: ignore[call-arg]


def test_findings_are_values_that_read_as_the_command_prints_them(tmp_path: Path) -> None:
    path = tmp_path / "late.yaml"
    path.write_text("epochs: 4\nscheduler:\n  MultiStepLR:\n    milestones: [2, 9]\n", "utf-8")
    (found,) = lrviz.lint(path)
    assert (found.code, found.severity, found.key) == (
        "LR008",
        "warning",
        "scheduler.MultiStepLR.milestones",
    )
    assert found.line == 4
    assert found.message == "milestone 9 is never reached, there are 4 calls; set milestones to [2]"
    assert found.remedy == "set milestones to [2]"
    done = CliRunner().invoke(app, ["lint", str(path)])
    assert done.stdout == f"{found}\n"
    (live,) = lrviz.lint(lr_scheduler.CosineAnnealingLR(make_optimizer(), 2), steps=5)
    assert (live.code, live.line) == ("LR001", None)


def test_a_comparison_says_what_the_command_prints(file: Path) -> None:
    other = file.with_name("other.yaml")
    other.write_text(TEXT.replace("0.5", "0.25"), encoding="utf-8")
    compared = lrviz.compare(file, other)
    assert (compared.parted, compared.parts) == (True, 2)
    difference = compared.comparisons[1].difference
    assert difference is not None
    assert difference.largest == pytest.approx(0.2 - 0.4)
    done = CliRunner().invoke(app, ["compare", str(file), str(other)])
    assert done.stdout == f"{compared}\n"
    assert len(lrviz.plot(compared.run).axes[0].lines) == 2


def test_a_log_is_held_against_a_plan(file: Path) -> None:
    log = file.with_name("log.csv")
    log.write_text("step,lr\n0,0.8\n1,0.8\n2,0.8\n3,0.8\n", encoding="utf-8")
    compared = lrviz.compare(lrviz.simulate(file), log)
    assert (compared.parted, compared.parts) == (True, 2)
    assert compared.held is not None
    assert [each.kind for each in compared.held.findings][:1] == ["never"]
    done = CliRunner().invoke(app, ["compare", str(file), str(log), "--output-format", "json"])
    told = json.loads(done.stdout)
    assert told["sentence"] == str(compared) == compared.data["sentence"]
    with pytest.raises(lrviz.UsageError, match="a log is held against a plan by its path"):
        lrviz.compare(file, lrviz.simulate(log))


def test_what_a_name_promises_is_there() -> None:
    assert {name for name in lrviz.__all__ if getattr(lrviz, name, None) is None} == set()
    assert (ROOT / "lrviz" / "py.typed").is_file()
