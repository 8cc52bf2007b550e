"""`lrviz resume`: a table of the ways, what is safe, and a figure that remembers its numbers."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn, optim
from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR, StepLR

import lrviz
from lrviz.errors import UsageError
from lrviz.figure.chunks import read_record
from lrviz.reading.sources import load
from tests.support.lrvizrun import run, run_process
from tests.support.specs import WriteSpec

# 1, 1/2, 1/3 and 1/4 of the LR.
LAMBDA = "steps: 4\nscheduler: {LambdaLR: {lr_lambda: 1 / (epoch + 1)}}\n"

TABLE = """\
way                                       stop  verdict            wrong steps  factor  right again
build both, load both                     2     right                        -       -            -
load optimizer, build and load scheduler  2     wrong from step 2       1 of 2      x3            3
build both, load scheduler                2     wrong from step 2       1 of 2      x3            3
build both, load optimizer                2     wrong from step 3       1 of 2      x2        never
load optimizer, give last_epoch=1         2     right                        -       -            -
build both, step again from 0             2     right                        -       -            -

safe: build both, load both; or load optimizer, give last_epoch=1; or build both, step again from 0
"""


@pytest.fixture
def spec(write_spec: WriteSpec) -> Path:
    return write_spec(LAMBDA, "lambda.yaml")


def test_the_table_says_where_each_way_is_wrong_and_by_what(spec: Path) -> None:
    """At step 2 the LR is that of step 0, 3 times 1/3; at step 3 that of call 1, twice 1/4."""
    done = run("resume", spec, "--at", "2")
    assert (done.status, done.text, done.stderr) == (0, TABLE, "")


def test_without_a_stop_the_worst_of_all_is_told(spec: Path) -> None:
    done = run("resume", spec)
    assert done.text.endswith("tried: every stop from 1 to 3; of each way the worst\n")
    row = next(line for line in done.text.splitlines() if line.startswith("build both, load sch"))
    assert row.split()[4:] == ["3", "wrong", "from", "step", "3", "1", "of", "1", "x4", "never"]


def test_it_is_said_where_not_every_drop_is_tried(write_spec: WriteSpec) -> None:
    """Of 80 drops, all after a step of the same LR, no more than 64 have a stop of their own."""
    drops = [*range(5, 405, 5)]
    text = f"steps: 410\nscheduler: {{MultiStepLR: {{milestones: {drops}, gamma: 0.5}}}}\n"
    last = run("resume", write_spec(text)).text.splitlines()[-1]
    found = re.match(
        r"tried: \d+ stops, (\d+) of (\d+) hand-overs, drops and turns, of each way the worst: ",
        last,
    )
    assert found
    assert int(found[1]) < int(found[2])
    assert int(found[2]) >= len(drops)


def test_the_json_has_all_of_it(spec: Path) -> None:
    done = run("resume", spec, "--at", "2", "--output-format", "json")
    told = json.loads(done.text)
    assert (told["schema"], told["exit_status"], told["file"]) == (1, 0, str(spec))
    (curve,) = told["curves"]
    assert (curve["label"], curve["stops"]) == ("", [2])
    ways = {way["way"]: way for way in curve["ways"]}
    assert ways["scheduler"] == {
        "way": "scheduler",
        "text": "build both, load scheduler",
        "at": 2,
        "verdict": "wrong",
        "reason": "",
        "parts": 2,
        "wrong": 1,
        "steps": 2,
        "factor": pytest.approx(3),
        "worst": 2,
        "recovers": 3,
        "quantity": "lr",
        "stops": [2],
        "restored": [],
    }


def test_the_figure_is_drawn_and_exported_again(spec: Path, tmp_path: Path) -> None:
    """The plan, what reads 1 again at step 2, and what is one call late at step 3."""
    figure = tmp_path / "resumed.png"
    assert run("resume", spec, "--at", "2", "-o", figure).text.endswith(f"{figure}\n")
    recalled = lrviz.simulate(load(figure))
    assert [curve.label for curve in recalled.curves] == [
        "plan = build both, load both · 2 more",
        "load optimizer, build and load scheduler · build both, load scheduler",
        "build both, load optimizer",
    ]
    factors = np.array([curve.lr[0] for curve in recalled.curves]) / 1e-3
    assert factors == pytest.approx(
        np.array([[1, 1 / 2, 1 / 3, 1 / 4], [1, 1 / 2, 1, 1 / 4], [1, 1 / 2, 1 / 3, 1 / 2]])
    )
    record = json.loads(read_record(figure.read_bytes()) or "")
    assert record["spec"]["factory"] == f"resume of {spec}"
    again = tmp_path / "again.webp"
    assert run("plot", figure, "-o", again).status == 0
    assert run("export", again).stdout == run("export", figure).stdout
    assert record["spec"]["title"] == f"resume of {spec}, stopped at step 2"
    done = run("resume", figure)
    assert (done.status, done.stderr) == (
        2,
        f"{figure}: drawn of resumed runs; name {spec} on the command line\n",
    )


@pytest.mark.parametrize("options", [(), ("--at", "20")])
def test_a_figure_drawn_again_from_itself_is_the_same(
    write_spec: WriteSpec, tmp_path: Path, options: tuple[str, ...]
) -> None:
    """Its hand-overs have no names, as what it remembers of a composite has none."""
    spec = write_spec(
        "steps: 30\nscheduler: {SequentialLR: {schedulers: [LinearLR: {total_iters: 10}, "
        "CosineAnnealingLR: {T_max: 20}], milestones: [10]}}\n"
    )
    figure, again = tmp_path / "resumed.webp", tmp_path / "again.webp"
    assert run("resume", spec, *options, "-o", figure).status == 0
    assert run("plot", figure, "-o", again).status == 0
    with Image.open(figure) as first, Image.open(again) as second:
        assert first.tobytes() == second.tobytes()
    checked = run("check", figure, "--baselines", tmp_path)
    assert (checked.status, checked.text) == (0, "1 spec: 1 match\n")
    assert run("lint", figure).stderr == "1 spec: 1 clean\n"


def test_the_figure_of_a_long_label_is_read_again(write_spec: WriteSpec, tmp_path: Path) -> None:
    labels = ["slow" * 50, "fast" * 50]
    curves = ", ".join(f"{each}: {{scheduler: ConstantLR}}" for each in labels)
    figure = tmp_path / "long.png"
    run("resume", write_spec(f"steps: 9\ncurves: {{{curves}}}\n"), "-o", figure)
    assert len(lrviz.simulate(load(figure)).curves) == 8


def test_verbose_says_how_the_run_goes(spec: Path) -> None:
    done = run("resume", spec, "--at", "2", "-v")
    assert done.stderr.startswith(f"note: {spec}: LambdaLR: ")


def test_a_figure_of_a_spec_is_taken_for_it(spec: Path, tmp_path: Path) -> None:
    figure = tmp_path / "lambda.webp"
    run("plot", spec, "-o", figure)
    assert run("resume", figure, "--at", "2").text == TABLE


def write_lengths(write_spec: WriteSpec, scheduler: str) -> list[Path]:
    """Return the specs of a run of 30 steps and of a longer one."""
    text = f"steps: %d\nscheduler: {{{scheduler}}}\n"
    return [write_spec(text % (each, each), f"{each}.yaml") for each in (30, 60)]


def test_what_comes_back_into_a_longer_run_is_warned_of(write_spec: WriteSpec) -> None:
    old, new = write_lengths(write_spec, "CosineAnnealingLR: {T_max: %d}")
    done = run("resume", old, "--at", "20", "--into", new)
    assert done.stderr == (
        f"warning: {new}: CosineAnnealingLR.T_max: loading brings back 30, in place of 60\n"
    )
    assert "to build both and load both is wrong; safe: build both, step" in done.text


ADVICE = "load its state with the param_groups that it has now"


@pytest.mark.parametrize(
    ("scheduler", "make"),
    [
        ("StepLR: {step_size: %d, gamma: 0.5}", lambda o, n: StepLR(o, n, 0.5)),
        ("CosineAnnealingLR: {T_max: %d}", lambda o, n: CosineAnnealingLR(o, n)),
        ("OneCycleLR: {max_lr: 1, total_steps: %d}", lambda o, n: OneCycleLR(o, 1, n)),
    ],
)
def test_moments_are_kept_as_it_says_where_both_cannot_be_loaded(
    write_spec: WriteSpec, scheduler: str, make: Callable[[Any, int], Any]
) -> None:
    """In torch itself: its learning rates go on as planned, and its momentum as it was."""
    old, new = write_lengths(write_spec, scheduler)
    assert run("resume", old, "--at", "20", "--into", new).text.endswith(f"{ADVICE}\n")
    assert ADVICE not in run("resume", old, "--at", "20").text

    def build(length: int, calls: int) -> tuple[Any, Any]:
        parameter = nn.Parameter(torch.ones(1))
        parameter.grad = torch.ones(1)
        optimizer = optim.SGD([parameter], lr=1e-3, momentum=0.9)
        built = make(optimizer, length)
        for _ in range(calls):
            optimizer.step()
            built.step()
        return optimizer, built

    stopped, _ = build(30, 20)
    (whole, its), (resumed, own) = (build(60, calls) for calls in (20, 20))
    saved = stopped.state_dict()
    resumed.load_state_dict({**saved, "param_groups": resumed.state_dict()["param_groups"]})
    (buffer,) = (state["momentum_buffer"] for state in resumed.state.values())
    assert torch.equal(buffer, next(iter(stopped.state.values()))["momentum_buffer"])
    for _ in range(40):
        assert resumed.param_groups[0]["lr"] == whole.param_groups[0]["lr"]
        for optimizer, each in ((whole, its), (resumed, own)):
            optimizer.step()
            each.step()


def test_moments_of_another_optimizer_are_not_kept(write_spec: WriteSpec) -> None:
    text = "steps: 9\noptimizer: {%s: {lr: 0.1}}\nscheduler: {LinearLR: {total_iters: 5}}\n"
    old, new = (write_spec(text % name, f"{name}.yaml") for name in ("SGD", "AdamW"))
    done = run("resume", old, "--at", "4", "--into", new)
    assert "raises optimizer.step() needs betas, eps, which the loaded state has not" in done.text
    assert ADVICE not in done.text


def test_where_both_cannot_be_done_it_is_not_called_wrong(
    write_spec: WriteSpec, tmp_path: Path
) -> None:
    code = tmp_path / "train.py"
    code.write_text("def get_lr(it):\n    return 0.1 / (it + 1)\n")
    new = write_spec("steps: 9\nscheduler: LinearLR\n")
    options = ("--steps", "9", "--returns", "lr", "--at", "3", "--into", new)
    done = run("resume", f"{code}:get_lr", *options)
    assert "\nto build both and load both cannot be done here; safe: build both, step" in done.text


def test_several_curves_that_are_loaded_into_another_keep_their_names(
    write_spec: WriteSpec, tmp_path: Path
) -> None:
    """The names are those of the stopped run; a way that raises has no curve, and is named."""
    curves = "a: {scheduler: LinearLR}, b: {scheduler: {LinearLR: {total_iters: 7}}}"
    old = write_spec(f"steps: 9\noptimizer: {{SGD: {{lr: 1}}}}\ncurves: {{{curves}}}\n", "old.yaml")
    new = write_spec(
        "steps: 9\noptimizer: {AdamW: {lr: 1}}\nscheduler: {LinearLR: {total_iters: 4}}\n",
        "new.yaml",
    )
    figure = tmp_path / "into.png"
    done = run("resume", old, "--into", new, "--at", "4", "-o", figure)
    labels = [curve.label for curve in lrviz.simulate(load(figure)).curves]
    assert labels == [
        f"{name} · {label}"
        for label in "ab"
        for name in ("plan = build both, step again from 0", "build both, load scheduler")
    ]
    (line,) = done.stderr.splitlines()
    assert line.startswith(
        f"warning: {old}: not drawn, as it raises: build both, load both (curve 'a'); load opt"
    )
    assert line.count("curve 'b'") == 4
    new.write_text("steps: 9\nscheduler: {LinearLR: {total_iters: 4}}\noptimizer: {SGD: {lr: 1}}\n")
    assert run("resume", old, "--into", new, "--at", "4").stderr.splitlines() == [
        f"warning: {new}: LinearLR.total_iters: loading brings back {own}, in place of 4 {whose}"
        for own, whose in ((5, "(curve 'a')"), (7, "(curve 'b')"))
    ]


def test_what_raises_says_where(write_spec: WriteSpec) -> None:
    old, new = write_lengths(write_spec, "OneCycleLR: {max_lr: 1, total_steps: %d}")
    done = run("resume", old, "--at", "20", "--into", new)
    assert "raises after step 30: ValueError: Tried to step 31 times" in done.text


def test_a_function_of_the_step_is_right_whatever_is_loaded(tmp_path: Path) -> None:
    code = tmp_path / "train.py"
    code.write_text("def get_lr(it):\n    return 0.1 / (it + 1)\n")
    done = run("resume", f"{code}:get_lr", "--steps", "9", "--returns", "lr", "--at", "3")
    assert done.text.endswith("\na function of the step has no state: any way is right\n")


def test_a_factory_that_imports_when_it_is_called_is_resumed(tmp_path: Path) -> None:
    """Where nothing has imported torch's optimizers before: its factors are 1, 1/2, 1/3 and 1/4."""
    code = tmp_path / "train.py"
    code.write_text(
        "def make(optimizer):\n"
        "    from torch.optim.lr_scheduler import LambdaLR\n"
        "    import colorsys, factors\n"
        "    return LambdaLR(optimizer, factors.factor)\n"
    )
    (tmp_path / "factors.py").write_text("def factor(call):\n    return 1 / (call + 1)\n")
    done = run_process("resume", f"{code}:make", "--steps", "4", "--at", "2")
    assert (done.status, done.stderr) == (0, "")
    assert [line.split()[-2:] for line in done.text.splitlines()[2:5]] == [
        ["x3", "3"],
        ["x3", "3"],
        ["x2", "never"],
    ]


def test_each_curve_has_a_table_under_its_label(write_spec: WriteSpec) -> None:
    text = "steps: 9\ncurves: {slow: {scheduler: ConstantLR}, fast: {scheduler: LinearLR}}\n"
    done = run("resume", write_spec(text), "--at", "4")
    assert done.text.startswith("slow\nway ")
    assert "\n\nfast\nway " in done.text
    assert done.text.count("safe: build both, load both") == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--at", "4"), "--at: must be from 1 to 3 in a run of 4 steps, got 4"),
        (("--at", "0"), "--at: must be from 1 to 3 in a run of 4 steps, got 0"),
        (("--into", ""), "SPEC is empty; name a file, or - for standard input"),
        (("-f", "svg"), "-f svg: nothing is drawn without a file; name one with -o"),
        (("-o", "-", "--output-format", "json"), "-o -: standard output has the JSON; name a file"),
    ],
)
def test_what_makes_no_sense_is_refused(spec: Path, options: tuple[str, ...], message: str) -> None:
    done = run("resume", spec, *options)
    assert (done.status, done.text) == (UsageError.exit_status, "")
    assert done.stderr == f"{message}\n"


def test_standard_input_is_read_once(spec: Path) -> None:
    done = run("resume", "-", "--into", "-", stdin=spec.read_bytes())
    assert (done.status, done.stderr) == (2, "-: standard input can be read once; name files\n")


def test_only_what_takes_a_log_says_so_in_its_help() -> None:
    assert {name: "log" in run(name, "--help").text for name in ("resume", "export", "plot")} == {
        "resume": False,
        "export": True,
        "plot": True,
    }


def test_a_factory_is_nothing_to_load_into(spec: Path) -> None:
    done = run("resume", spec, "--into", "train.py:make")
    assert (done.status, done.stderr) == (
        2,
        "train.py:make: a factory is code already; this takes a spec\n",
    )


def test_a_scheduler_is_shown_with_how_it_resumes() -> None:
    line = "resume: safe: build both, load both; or build both, step again from 0"
    assert line in run("show", "SequentialLR").text.splitlines()
