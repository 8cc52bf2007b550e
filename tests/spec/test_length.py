"""How long a run is: every way to say it, and the arithmetic of trainers between data and steps."""

import math
from pathlib import Path
from typing import Any

import pytest

import lrviz
from lrviz.errors import SpecError
from lrviz.spec.origin import Source
from lrviz.spec.parse import parse_tree
from tests.support.lrvizrun import run
from tests.support.scripts import recorded
from tests.support.specs import WriteSpec

HALF: dict[str, Any] = {"LambdaLR": {"lr_lambda": "1 - call / total_calls"}}


def steps_of(**length: Any) -> int:
    return parse_tree({**length, "scheduler": HALF}, Source()).total_steps


def refusal_of(**length: Any) -> str:
    with pytest.raises(SpecError) as caught:
        parse_tree({**length, "scheduler": HALF}, Source("a.yaml"))
    return str(caught.value)


@pytest.mark.parametrize(
    ("length", "steps"),
    [
        ({"steps": 100}, 100),
        ({"steps": "=4 * 25"}, 100),
        ({"epochs": 3, "steps_per_epoch": "=ceil(50000 / 128)"}, 3 * 391),
        ({"epochs": "=300 / 2", "steps_per_epoch": 2}, 300),
        ({"epochs": 2.0}, 2),
        ({"epochs": 0.5, "steps_per_epoch": 809}, 405),
        ({"epochs": 0.5, "steps_per_epoch": 810}, 405),
        # Eleven tenths of ten, though the float is a little more.
        ({"epochs": 1.1, "steps_per_epoch": 10}, 11),
        ({"epochs": "=1 / 2", "steps_per_epoch": 3}, 2),
    ],
)
def test_a_run_is_as_long_as_it_is_said(length: dict[str, Any], steps: int) -> None:
    assert steps_of(**length) == steps


@pytest.mark.parametrize("examples", [1, 15, 16, 17, 799, 800, 801, 51_760])
@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("accumulate", [1, 3, 4])
def test_steps_follow_from_data_as_trainers_count_them(
    examples: int, processes: int, accumulate: int
) -> None:
    """The last batch is partly filled unless it is dropped, and so is the last step."""
    data = {"examples": examples, "batch_size": 8, "processes": processes}
    data["accumulate"] = accumulate
    batches = math.ceil(examples / (8 * processes))
    assert steps_of(epochs=1, data=data) == math.ceil(batches / accumulate)
    whole, full = examples // (8 * processes), {**data, "drop_last": True}
    if whole:
        assert steps_of(epochs=1, data=full) == math.ceil(whole / accumulate)
    if batches >= accumulate:
        assert steps_of(epochs=1, data={**data, "partial": "drop"}) == batches // accumulate


def test_50_examples_are_4_steps_of_one_trainer_and_3_of_another() -> None:
    data = {"examples": 50, "batch_size": 4, "accumulate": 4}
    assert steps_of(epochs=1, data=data) == 4
    assert steps_of(epochs=1, data={**data, "partial": "drop"}) == 3


def test_the_batches_of_an_epoch_can_be_named() -> None:
    tree: dict[str, Any] = {"epochs": 2}
    tree["data"] = {"examples": 50, "batch_size": 4, "accumulate": 4}
    tree["scheduler"] = {"CosineAnnealingLR": {"T_max": "=batches_per_epoch"}}
    run = lrviz.simulate(parse_tree(tree, Source()))
    assert run.schedulers[0].arguments["T_max"] == 13


@pytest.mark.parametrize(
    ("length", "text"),
    [
        ({}, "epochs is missing"),
        ({"steps": 0}, "steps: must be at least 1, got 0"),
        ({"epochs": -0.5}, "epochs: must be more than 0, got -0.5"),
        ({"epochs": math.inf}, "epochs: must be a number of epochs, got .inf"),
        ({"steps": 9, "epochs": 1}, "epochs: cannot stand beside steps, which is all of the run"),
        (
            {"steps": 9, "data": {"examples": 8, "batch_size": 1}},
            "data: cannot stand beside steps, which is all of the run",
        ),
        (
            {"epochs": 1, "steps_per_epoch": 2, "data": {"examples": 8, "batch_size": 1}},
            "steps_per_epoch: cannot stand beside data, from which it follows",
        ),
        (
            {"epochs": 1, "data": {"examples": 7, "batch_size": 8, "drop_last": True}},
            "data: 7 examples make 0 batches of 8, and no step an epoch; set drop_last to false",
        ),
        (
            {
                "epochs": 1,
                "data": {"examples": 2, "batch_size": 1, "accumulate": 3, "partial": "drop"},
            },
            "data: 2 examples make 2 batches of 1, and no step an epoch; set partial to step",
        ),
        ({"epochs": 1, "data": {"examples": 8}}, "data: batch_size is missing"),
        (
            {"epochs": 1, "data": {"examples": 8, "batch_size": 1, "workers": 4}},
            "data.workers: no such key; known: examples, batch_size, processes, accumulate, "
            "drop_last, partial",
        ),
        (
            {"epochs": 1, "steps_per_epoch": "=50000 / 128"},
            "steps_per_epoch: must be a whole number, '=50000 / 128' is 390.625; "
            "write =ceil(50000 / 128)",
        ),
        (
            {"steps": 9, "interval": "epoch"},
            "interval: there are no epochs, as steps is all of the run; "
            "give epochs and steps_per_epoch, or call it every step",
        ),
        (
            {"epochs": 1.5, "steps_per_epoch": 2, "interval": "epoch"},
            "interval: 1.5 epochs have an end without a call; "
            "give a whole number of them, or call it every step",
        ),
        ({"epochs": "=total_steps"}, "epochs: unknown name 'total_steps' (known: e, pi)"),
    ],
)
def test_a_length_that_makes_no_sense_is_told(length: dict[str, Any], text: str) -> None:
    assert refusal_of(**length) == f"a.yaml: {text}"


@pytest.mark.parametrize(
    ("length", "key"),
    [
        ({"steps": 20_000_000}, "steps"),
        ({"epochs": 20_000_000}, "epochs"),
        ({"epochs": 2, "data": {"examples": 20_000_000, "batch_size": 1}}, "data"),
    ],
)
def test_a_run_that_is_too_long_is_told_where_that_stands(length: dict[str, Any], key: str) -> None:
    assert refusal_of(**length).startswith(f"a.yaml: {key}: ")
    assert "calls are more than 10,000,000" in refusal_of(**length)


OF_DATA = """\
epochs: 3
data: {examples: 51760, batch_size: 8, processes: 2, accumulate: 4}
scheduler: {CosineAnnealingLR: {T_max: =total_steps}}
"""
DERIVED = (
    "51,760 examples / (8 x 2) = 3,235 batches, / 4 rounded up = 809 steps an epoch, "
    "x 3 = 2,427 steps"
)


def test_how_the_steps_follow_is_told(write_spec: WriteSpec) -> None:
    spec = write_spec(OF_DATA)
    table = run("lint", spec, "--summary").text.splitlines()
    assert table[-1] == f"{spec}: {DERIVED}"
    assert str(lrviz.simulate(lrviz.load(spec))).endswith(f"; {DERIVED}")


def test_a_figure_carries_the_length_as_it_was_said(write_spec: WriteSpec) -> None:
    spec = write_spec(OF_DATA)
    figure = spec.with_suffix(".png")
    assert run("plot", spec, "-o", figure).status == 0
    assert lrviz.load(figure) == lrviz.load(spec)
    assert lrviz.load(figure).total_steps == 2427


@pytest.mark.parametrize(
    "length",
    [
        "steps: 7",
        "epochs: 2.5\nsteps_per_epoch: 3",
        "epochs: 2\ndata: {examples: 7, batch_size: 2}",
    ],
)
def test_code_makes_as_many_calls(length: str, write_spec: WriteSpec) -> None:
    """It is run, and what its optimizer trains with is read before every step."""
    scheduler = "{LambdaLR: {lr_lambda: 1 - call / total_calls + 0 * total_steps}}"
    spec = write_spec(f"{length}\nscheduler: {scheduler}\n")
    script = run("code", spec).text
    wanted = lrviz.load(spec).total_steps
    assert wanted in (7, 8)
    (rates,) = recorded(script)
    assert [rate for (rate,) in rates] == [1e-3 * (1 - call / wanted) for call in range(wanted)]


def test_a_sweep_may_be_over_the_data() -> None:
    tree: dict[str, Any] = {"epochs": 1, "data": {"examples": 96, "batch_size": 8}}
    spec = parse_tree(
        {**tree, "scheduler": HALF, "sweep": {"data.batch_size": [8, 16, 32]}}, Source()
    )
    assert [each.total_steps for each in spec.schedules] == [12, 6, 3]


@pytest.mark.parametrize("command", ["plot", "export", "code", "compare", "batch", "lint"])
def test_how_the_steps_follow_is_said_to_who_asks(
    command: str, write_spec: WriteSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "{epochs: 2, data: {examples: 50, batch_size: 4}, scheduler: {StepLR: {step_size: 9}}}"
    path = str(write_spec(text))
    more = {"compare": [path], "batch": ["-o", "figures"]}.get(command, [])
    sentence = "50 examples / 4 rounded up = 13 batches, x 2 = 26 steps"
    asked, silent = run(command, "-v", path, *more), run(command, path, *more)
    assert sentence in f"{asked.stderr}{asked.stdout!r}"
    assert sentence not in silent.stderr
