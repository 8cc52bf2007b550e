"""The schedules of transformers and timm: their own objects, driven by hand, give the same."""

import inspect
import json
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import torch

import lrviz
from lrviz.commands.code.script import write_code
from lrviz.commands.look_up import spec_template
from lrviz.curve import Curve, Values
from lrviz.drive import installed
from lrviz.drive.installed import installed_arguments
from lrviz.errors import SpecError, UsageError
from lrviz.figure.chunks import read_record
from lrviz.spec.catalog import CATALOG, THIRD_PARTY
from lrviz.spec.model import Spec
from lrviz.spec.origin import Source
from lrviz.spec.parse import parse_tree
from tests.support.lrvizrun import run
from tests.support.scripts import recorded
from tests.support.specs import ROOT
from tests.support.training import make_optimizer, train

EPOCHS, STEPS = 4, 8
TOTAL = EPOCHS * STEPS
METRIC = [1.0, 0.9, 0.8, *[0.7] * 12, 0.5, 0.4, *[0.6] * 15]
GROUPS = ({"lr": 0.2}, {"lr": 0.05, "momentum": 0.5})

# Three settings each: as short as can be, with the run's length given, with all there is.
TRANSFORMERS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "get_constant_schedule": ({}, {}, {}),
    "get_constant_schedule_with_warmup": (
        {"num_warmup_steps": 8},
        {"num_warmup_steps": 0},
        {"num_warmup_steps": 40},
    ),
    "get_linear_schedule_with_warmup": (
        {"num_warmup_steps": 8},
        {"num_warmup_steps": 0, "num_training_steps": 20},
        {"num_warmup_steps": 4, "num_training_steps": 100},
    ),
    "get_cosine_schedule_with_warmup": (
        {"num_warmup_steps": 8},
        {"num_warmup_steps": 0, "num_training_steps": 20},
        {"num_warmup_steps": 4, "num_training_steps": 40, "num_cycles": 1.5},
    ),
    "get_cosine_with_hard_restarts_schedule_with_warmup": (
        {"num_warmup_steps": 8},
        {"num_warmup_steps": 0, "num_training_steps": 20, "num_cycles": 2},
        {"num_warmup_steps": 4, "num_cycles": 3},
    ),
    "get_cosine_with_min_lr_schedule_with_warmup": (
        {"num_warmup_steps": 8, "min_lr": 0.01},
        {"num_warmup_steps": 0, "num_training_steps": 20, "min_lr_rate": 0.1},
        {"num_warmup_steps": 4, "num_cycles": 1.5, "min_lr_rate": 0.5},
    ),
    "get_cosine_with_min_lr_schedule_with_warmup_lr_rate": (
        {"num_warmup_steps": 8, "min_lr": 0.01},
        {"num_warmup_steps": 8, "min_lr_rate": 0.1, "warmup_lr_rate": 0.2},
        {"num_warmup_steps": 4, "num_training_steps": 20, "min_lr": 0.0, "num_cycles": 1.5},
    ),
    "get_polynomial_decay_schedule_with_warmup": (
        {"num_warmup_steps": 8},
        {"num_warmup_steps": 0, "num_training_steps": 20, "power": 2.0},
        {"num_warmup_steps": 3, "lr_end": 0.01, "power": 0.5},
    ),
    "get_inverse_sqrt_schedule": (
        {"num_warmup_steps": 8},
        {"num_warmup_steps": 0},
        {"num_warmup_steps": 4, "timescale": 100},
    ),
    "get_wsd_schedule": (
        {"num_warmup_steps": 4, "num_decay_steps": 8},
        {"num_warmup_steps": 4, "num_decay_steps": 8, "num_stable_steps": 10, "min_lr_ratio": 0.1},
        {
            "num_warmup_steps": 8,
            "num_decay_steps": 16,
            "num_training_steps": 30,
            "warmup_type": "cosine",
            "decay_type": "1-sqrt",
            "num_cycles": 0.25,
        },
    ),
    "get_greedy_schedule": (
        {"patience": 2},
        {"patience": 1, "factor": 0.5, "min_lr": [0.01, 0.02], "max_lr": 0.4, "cooldown": 1},
        {"mode": "max", "patience": 0, "smooth": True, "window_size": 3, "warmup": 2},
    ),
    "get_reduce_on_plateau_schedule": (
        {"patience": 2},
        {"patience": 1, "factor": 0.5, "min_lr": [0.01, 0.02], "cooldown": 1},
        {"mode": "max", "patience": 0, "threshold_mode": "abs", "threshold": 0.1},
    ),
}

TIMM: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "CosineLRScheduler": (
        {},
        {"t_in_epochs": False, "warmup_t": 6, "warmup_lr_init": 0.001, "lr_min": 0.01},
        {"t_initial": 1, "cycle_limit": 3, "cycle_decay": 0.5, "cycle_mul": 1.5, "k_decay": 1.5},
    ),
    "MultiStepLRScheduler": (
        {"decay_t": [2, 3], "decay_rate": 0.1},
        {"decay_t": [10, 20], "decay_rate": 0.5, "t_in_epochs": False, "warmup_t": 4},
        {"decay_t": [2], "decay_rate": 0.5, "warmup_t": 2, "warmup_prefix": False},
    ),
    "PlateauLRScheduler": (
        {"patience_t": 0},
        {"patience_t": 0, "mode": "min", "decay_rate": 0.5, "lr_min": 0.01},
        {"patience_t": 0, "mode": "min", "warmup_t": 2, "noise_range_t": 3, "noise_std": 0.1},
    ),
    "PolyLRScheduler": (
        {},
        {"t_in_epochs": False, "warmup_t": 6, "power": 2.0, "lr_min": 0.01},
        {"t_initial": 2, "cycle_limit": 2, "cycle_decay": 0.5, "warmup_t": 1, "k_decay": 0.5},
    ),
    "StepLRScheduler": (
        {"decay_t": 2, "decay_rate": 0.1},
        {"decay_t": 5, "decay_rate": 0.5, "t_in_epochs": False, "warmup_t": 4},
        {"decay_t": 1.5, "decay_rate": 0.5, "noise_range_t": [1, 3], "noise_seed": 7},
    ),
    "TanhLRScheduler": (
        {},
        {"t_in_epochs": False, "warmup_t": 6, "lb": -4.0, "ub": 4.0, "lr_min": 0.01},
        {"t_initial": 2, "cycle_limit": 2, "cycle_mul": 2.0, "cycle_decay": 0.5},
    ),
    "WSDLRScheduler": (
        {"decay_t": 2},
        {"decay_t": 8, "t_in_epochs": False, "warmup_t": 6, "decay_fn": "cosine", "lr_min": 0.01},
        {"t_initial": 3, "decay_t": 1, "stable_fn": "power", "stable_timescale": 2.0},
    ),
}

ROWS_OF_TRANSFORMERS = [(name, each) for name, rows in TRANSFORMERS.items() for each in rows]
ROWS_OF_TIMM = [(name, each) for name, rows in TIMM.items() for each in rows]


def spec_of(scheduler: Any, **rest: Any) -> Spec:
    optimizer = {"SGD": {"lr": 0.1, "momentum": 0.9, "param_groups": list(GROUPS)}}
    top: dict[str, Any] = {"epochs": EPOCHS, "steps_per_epoch": STEPS, "optimizer": optimizer}
    return parse_tree({**top, "scheduler": scheduler, **rest}, Source())


def curve_of(scheduler: Any, **rest: Any) -> Curve:
    (curve,) = lrviz.simulate(spec_of(scheduler, **rest)).curves
    return curve


def problem_of(scheduler: Any, **rest: Any) -> str:
    with pytest.raises(SpecError) as caught:
        curve_of(scheduler, **rest)
    (problem,) = caught.value.problems
    return str(problem).removeprefix("<spec>: ")


def optimizer_by_hand() -> torch.optim.Optimizer:
    return make_optimizer("SGD", {"lr": 0.1, "momentum": 0.9}, GROUPS)


def by_hand(
    transformers: Any, name: str, arguments: Mapping[str, Any], interval: str
) -> list[list[float]]:
    """Return what transformers' own schedule trains with."""
    schedule = getattr(transformers, name)
    optimizer = optimizer_by_hand()
    given = dict(arguments)
    wants_length = "num_training_steps" in inspect.signature(schedule).parameters
    if wants_length and "num_stable_steps" not in given:
        given.setdefault("num_training_steps", TOTAL if interval == "step" else EPOCHS)
    takes_metric = CATALOG[f"transformers.{name}"].takes_metric
    scheduler = schedule(optimizer, **given)
    return train(optimizer, scheduler, EPOCHS, STEPS, interval, METRIC if takes_metric else None).lr


@pytest.mark.parametrize("interval", ["step", "epoch"])
@pytest.mark.parametrize(("name", "arguments"), ROWS_OF_TRANSFORMERS)
def test_a_schedule_of_transformers_is_what_it_gives_by_hand(
    name: str, arguments: dict[str, Any], interval: str, transformers: Any
) -> None:
    trained = by_hand(transformers, name, arguments, interval)
    scheduler = {f"transformers.{name}": arguments}
    rest = {"metric": METRIC} if CATALOG[f"transformers.{name}"].takes_metric else {}
    curve = curve_of(scheduler, interval=interval, **rest)
    np.testing.assert_allclose(curve.lr, np.array(trained), rtol=1e-12, atol=0)


@pytest.mark.filterwarnings("ignore:PlateauLRScheduler is deprecated:FutureWarning")
@pytest.mark.parametrize(("name", "arguments"), ROWS_OF_TIMM)
def test_a_scheduler_of_timm_is_what_its_training_loop_gives(
    name: str, arguments: dict[str, Any], timm: Any
) -> None:
    """The loop is that of timm's train.py: step_update after every update, step after epochs."""
    optimizer = optimizer_by_hand()
    filled = dict(arguments)
    if "t_initial" in CATALOG[f"timm.{name}"].fills:
        total = EPOCHS if filled.get("t_in_epochs", True) else TOTAL
        warmup = filled.get("warmup_t", 0) if name == "WSDLRScheduler" else 0
        filled.setdefault("t_initial", total - warmup)
    scheduler = getattr(timm, name)(optimizer, **filled)
    trained: list[list[float]] = [[], []]
    updates = 0
    for epoch in range(EPOCHS):
        for _ in range(STEPS):
            for group, rates in zip(optimizer.param_groups, trained, strict=True):
                rates.append(group["lr"])
            optimizer.step()
            updates += 1
            scheduler.step_update(num_updates=updates, metric=METRIC[epoch])
        scheduler.step(epoch + 1, METRIC[epoch])
    rest = {"metric": METRIC[:EPOCHS]} if CATALOG[f"timm.{name}"].takes_metric else {}
    curve = curve_of({f"timm.{name}": arguments}, **rest)
    np.testing.assert_allclose(curve.lr, np.array(trained), rtol=1e-12, atol=0)


def test_the_catalog_has_every_schedule_of_transformers(transformers: Any) -> None:
    functions = transformers.TYPE_TO_SCHEDULER_FUNCTION.values()
    assert {function.__name__ for function in functions} == set(TRANSFORMERS)
    known = {name for name in CATALOG if name.startswith("transformers.")}
    assert known == {f"transformers.{name}" for name in TRANSFORMERS}


def test_the_catalog_has_every_scheduler_of_timm(timm: Any) -> None:
    found = {name for name in vars(timm) if name.endswith("LRScheduler")}
    assert found == set(TIMM)
    assert {name for name in CATALOG if name.startswith("timm.")} == {f"timm.{x}" for x in TIMM}


def _library(name: str, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue(CATALOG[name].package)


@pytest.mark.parametrize("name", THIRD_PARTY)
def test_every_argument_is_documented_and_no_other(
    name: str, request: pytest.FixtureRequest
) -> None:
    _library(name, request)

    assert {argument.name for argument in installed_arguments(name)} == set(CATALOG[name].arguments)


@pytest.mark.filterwarnings("ignore:PlateauLRScheduler is deprecated:FutureWarning")
@pytest.mark.parametrize("name", THIRD_PARTY)
def test_a_template_draws_and_its_code_gives_its_numbers(
    name: str, request: pytest.FixtureRequest
) -> None:
    _library(name, request)
    result = run("new", name)
    assert (result.status, result.stderr) == (0, "")
    assert result.text == spec_template(CATALOG[name])
    driven = lrviz.simulate(lrviz.parse_spec(result.text))
    (rates,) = recorded(write_code(driven))
    np.testing.assert_allclose(np.array(rates).T, driven.curves[0].lr, rtol=1e-12, atol=0)


@pytest.mark.parametrize("name", THIRD_PARTY)
def test_show_tells_its_arguments_and_draws_it(name: str, request: pytest.FixtureRequest) -> None:
    _library(name, request)
    result = run("show", name)
    assert (result.status, result.stderr) == (0, "")
    assert result.text.startswith(f"{name}: {CATALOG[name].summary}\n{CATALOG[name].address}\n")
    assert "┤" in result.text


WARMUP = {"transformers.get_cosine_schedule_with_warmup": {"num_warmup_steps": 8}}


@pytest.mark.parametrize(
    ("library", "line"),
    [
        ("transformers", "pip install transformers"),
        # It would bring torchvision, and that another torch.
        ("timm", "pip install --no-deps timm"),
    ],
)
def test_a_missing_library_earns_its_install_line(
    library: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.setattr(installed, "_import_part", installed._import_part.__wrapped__)
    name = next(name for name, entry in THIRD_PARTY.items() if entry.package == library)
    assert problem_of(name) == f"scheduler: needs {library}; {line}"
    result = run("show", name)
    assert (result.status, result.stderr) == (2, f"{name}: needs {library}; {line}\n")


def test_a_library_that_cannot_be_imported_is_told_with_its_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _shadow("transformers", "import missing_helper", tmp_path, monkeypatch)
    where = "scheduler.transformers.get_cosine_schedule_with_warmup"
    assert problem_of(WARMUP) == (
        f"{where}: needs missing_helper, which transformers imports; pip install missing_helper"
    )
    text = "raise RuntimeError('no\\nsuch operator')"
    (tmp_path / "transformers/__init__.py").write_text(text)
    assert problem_of(WARMUP) == (
        f"{where}: transformers cannot be imported: RuntimeError: no such operator"
    )


def test_what_is_filled_in_is_what_the_scheduler_gets_of_the_run(transformers: Any) -> None:
    """Of 32 calls, 8 before the milestone and 24 from there on."""
    name = "get_linear_schedule_with_warmup"
    children = [{f"transformers.{name}": {"num_warmup_steps": 2}} for _ in range(2)]
    curve = curve_of({"SequentialLR": {"schedulers": children, "milestones": [8]}})
    optimizer = optimizer_by_hand()
    build = getattr(transformers, name)
    by_hand = [build(optimizer, 2, 8), build(optimizer, 2, 24)]
    scheduler = torch.optim.lr_scheduler.SequentialLR(optimizer, by_hand, [8])
    expected = []
    for _ in range(TOTAL):
        expected.append([group["lr"] for group in optimizer.param_groups])
        optimizer.step()
        scheduler.step()
    np.testing.assert_allclose(curve.lr.T, expected, rtol=1e-12)


def test_a_function_of_transformers_is_known_where_every_group_has_it(transformers: Any) -> None:
    optimizer = torch.optim.SGD([{"params": [torch.ones(1)]} for _ in range(2)], 0.1)
    of_theirs = transformers.get_linear_schedule_with_warmup(optimizer, 2, 8).lr_lambdas[0]
    ours = {"alone": [of_theirs] * 2, "beside another": [of_theirs, lambda epoch: 0.9**epoch]}
    kinds = {
        name: lrviz.preview(torch.optim.lr_scheduler.LambdaLR(optimizer, functions), steps=4)
        .schedulers[0]
        .kind
        for name, functions in ours.items()
    }
    assert kinds == {
        "alone": "transformers.get_linear_schedule_with_warmup",
        "beside another": "LambdaLR",
    }


def timms_loop(scheduler: Any, epochs: range, metric: float | None = None) -> list[float]:
    """Return what each step trains with in the loop of timm's train.py."""
    seen = []
    for epoch in epochs:
        for step in range(STEPS):
            seen.append(float(scheduler.optimizer.param_groups[0]["lr"]))
            scheduler.step_update(epoch * STEPS + step + 1, metric)
        scheduler.step(epoch + 1, metric)
    return seen


TIMMS = {
    "epochs": {"t_initial": 6, "warmup_t": 2, "warmup_lr_init": 1e-5, "lr_min": 1e-6},
    "updates": {"t_initial": 48, "warmup_t": 12, "warmup_lr_init": 1e-5, "t_in_epochs": False},
}


@pytest.mark.parametrize("unit", TIMMS)
def test_a_scheduler_of_timm_from_a_factory_is_stepped_as_it_counts(unit: str, timm: Any) -> None:
    def make(optimizer: torch.optim.Optimizer) -> Any:
        return timm.CosineLRScheduler(optimizer, **TIMMS[unit])

    expected = timms_loop(make(make_optimizer("SGD", {"lr": 0.1})), range(6))
    driven = lrviz.simulate(make, lr=0.1, epochs=6, steps_per_epoch=STEPS)
    np.testing.assert_allclose(driven.lr[0], expected, rtol=1e-12)
    other: Literal["step", "epoch"] = "step" if unit == "epochs" else "epoch"
    with pytest.raises(SpecError, match=f"counts {unit}; leave interval out"):
        lrviz.simulate(make, lr=0.1, epochs=6, interval=other)


@pytest.mark.parametrize("unit", TIMMS)
def test_one_that_is_training_is_told_how_far_it_is(unit: str, timm: Any) -> None:
    """It does not know: timm leaves the count to its caller."""
    scheduler = timm.CosineLRScheduler(make_optimizer("SGD", {"lr": 0.1}), **TIMMS[unit])

    def look_ahead(start: int | None = None) -> Values:
        ahead = lrviz.preview(scheduler, steps=3 * STEPS, steps_per_epoch=STEPS, start=start)
        return np.asarray(ahead.lr[0])

    with pytest.raises(UsageError, match=f"give start=, the {unit} so far"):
        look_ahead()
    fresh = look_ahead(start=0)
    np.testing.assert_allclose(fresh, timms_loop(scheduler, range(3)), rtol=1e-12)
    ahead = look_ahead(start=3 if unit == "epochs" else 3 * STEPS)
    np.testing.assert_allclose(ahead, timms_loop(scheduler, range(3, 6)), rtol=1e-12)


def test_one_that_has_its_first_lr_still_is_no_new_one_for_that(timm: Any) -> None:
    scheduler = timm.StepLRScheduler(make_optimizer("SGD", {"lr": 0.1}), 3, 0.1)
    timms_loop(scheduler, range(2))  # the decay comes with the third of timm's epochs
    assert lrviz.preview(scheduler, steps=2, start=2).lr[0].tolist() == [0.1, pytest.approx(0.01)]
    with pytest.raises(UsageError, match="give start=, the epochs so far"):
        lrviz.preview(scheduler, steps=2)


@pytest.mark.filterwarnings("ignore:PlateauLRScheduler is deprecated:FutureWarning")
def test_timms_plateau_from_a_factory_is_given_its_metric(timm: Any) -> None:
    def make(optimizer: torch.optim.Optimizer) -> Any:
        return timm.PlateauLRScheduler(optimizer, patience_t=0, mode="min")

    expected = timms_loop(make(make_optimizer("SGD", {"lr": 0.1})), range(4), 1.0)
    driven = lrviz.simulate(make, lr=0.1, epochs=4, steps_per_epoch=STEPS, metric=[1.0])
    np.testing.assert_allclose(driven.lr[0], expected, rtol=1e-12)
    assert expected[-1] == pytest.approx(0.001)  # a tenth at the second and third sight of 1.0
    with pytest.raises(SpecError, match="needs a metric"):
        lrviz.simulate(make, lr=0.1, epochs=4)


def test_who_counts_by_itself_is_told_no_start() -> None:
    scheduler = torch.optim.lr_scheduler.StepLR(make_optimizer(), 1)
    with pytest.raises(UsageError, match="start: a StepLR knows how often it was called"):
        lrviz.preview(scheduler, steps=2, start=3)


def test_timms_schedulers_need_nothing_else_of_timm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of timm takes seconds and torchvision; and later it is still to be had as a whole."""
    _shadow("timm", "import missing_helper", tmp_path, monkeypatch)
    (tmp_path / "timm/scheduler.py").write_text("class CosineLRScheduler: ...")
    assert "missing_helper" not in problem_of("timm.CosineLRScheduler")
    assert not {name for name in sys.modules if name.partition(".")[0] == "timm"}


def test_an_old_library_lacks_what_is_newer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _shadow("timm", "", tmp_path, monkeypatch)
    (tmp_path / "timm/scheduler.py").write_text("")
    assert problem_of({"timm.WSDLRScheduler": {"decay_t": 1}}) == (
        "scheduler.timm.WSDLRScheduler: "
        "the installed timm has no WSDLRScheduler; install a newer one"
    )


def _shadow(library: str, text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a library of that name in a folder, and no other."""
    for name in [name for name in sys.modules if name.partition(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    (folder / library).mkdir()
    (folder / library / "__init__.py").write_text(text)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr(installed, "_import_part", installed._import_part.__wrapped__)


@pytest.mark.usefixtures("transformers")
@pytest.mark.parametrize(
    ("name", "arguments", "problem"),
    [
        (
            "get_cosine_schedule_with_warmup",
            {"warmup_steps": 8, "num_warmup_steps": 1},
            ".warmup_steps: no such argument; did you mean 'num_warmup_steps'? "
            "(accepts: num_warmup_steps, num_training_steps, num_cycles)",
        ),
        ("get_cosine_schedule_with_warmup", {}, ": num_warmup_steps is missing"),
        (
            "get_linear_schedule_with_warmup",
            {"num_warmup_steps": "8"},
            ".num_warmup_steps: must be a whole number, got '8'; write 8, without quotes",
        ),
        (
            "get_polynomial_decay_schedule_with_warmup",
            {"num_warmup_steps": 1, "lr_end": 1},
            ".lr_end: transformers fails when it was built with ValueError: "
            "lr_end (1.0) must be smaller than initial lr (0.1)",
        ),
        (
            "get_wsd_schedule",
            {"num_warmup_steps": 4, "num_decay_steps": 4, "decay_type": "sqrt"},
            ".decay_type: transformers fails when it was built with ValueError: "
            "Unknown decay type: sqrt, expected 'linear', 'cosine' or '1-sqrt'",
        ),
        (
            "get_cosine_with_min_lr_schedule_with_warmup",
            {"num_warmup_steps": 4},
            ": needs min_lr or min_lr_rate",
        ),
        (
            "get_cosine_with_min_lr_schedule_with_warmup",
            {"num_warmup_steps": 4, "min_lr": 0, "min_lr_rate": 0},
            ".min_lr_rate: cannot stand beside min_lr; give one of them",
        ),
    ],
)
def test_what_transformers_cannot_drive_is_told(
    name: str, arguments: dict[str, Any], problem: str
) -> None:
    found = problem_of({f"transformers.{name}": arguments})
    assert found == f"scheduler.transformers.{name}{problem}"


@pytest.mark.usefixtures("timm")
@pytest.mark.parametrize(
    ("name", "arguments", "problem"),
    [
        ("CosineLRScheduler", {"t_initial": 0}, ".t_initial: must be more than 0, got 0"),
        ("CosineLRScheduler", {"lr_min": -1}, ".lr_min: must be at least 0, got -1.0"),
        ("TanhLRScheduler", {"lb": 1, "ub": 1}, ".lb: must be less than ub, 1.0, got 1.0"),
        (
            "TanhLRScheduler",
            {"warmup_lr_init": -1},
            ".warmup_lr_init: must be at least 0, got -1.0",
        ),
        ("TanhLRScheduler", {"warmup_t": -1}, ".warmup_t: must be at least 0, got -1"),
        (
            "CosineLRScheduler",
            {"warmup_prefix": True, "warmup_t": 4},
            ".warmup_t: takes 4 of the run's 4 epochs and leaves the schedule none; "
            "give it fewer, or set t_initial",
        ),
        (
            "WSDLRScheduler",
            {"decay_t": 33, "t_in_epochs": False},
            ".decay_t: takes 33 of the run's 32 steps; give it fewer, or set t_initial",
        ),
        (
            "WSDLRScheduler",
            {"decay_t": 2, "warmup_t": 3},
            ".decay_t: takes 2 of the run's 4 epochs, of which the warm-up takes 3; "
            "give it fewer, or set t_initial",
        ),
        (
            "WSDLRScheduler",
            {"decay_t": 9, "t_initial": 8},
            ".decay_t: must be at most t_initial, 8, got 9",
        ),
        ("WSDLRScheduler", {"decay_t": 0}, ".decay_t: must be at least 1, got 0"),
        ("StepLRScheduler", {"decay_t": 0}, ".decay_t: must be at least 1, got 0"),
        ("TanhLRScheduler", {"ub": -7}, ".ub: must be more than lb, -7.0, got -7.0"),
        (
            "StepLRScheduler",
            {"decay_t": 1, "noise_range_t": [2]},
            ".noise_range_t: must be a number or a list of 2, got [2]",
        ),
    ],
)
def test_what_timm_cannot_drive_is_told(name: str, arguments: dict[str, Any], problem: str) -> None:
    assert problem_of({f"timm.{name}": arguments}) == f"scheduler.timm.{name}{problem}"


@pytest.mark.parametrize(
    "name",
    [
        "transformers.get_greedy_schedule",
        "transformers.get_reduce_on_plateau_schedule",
        "timm.PlateauLRScheduler",
    ],
)
def test_a_plateau_of_any_library_needs_a_metric(name: str, request: pytest.FixtureRequest) -> None:
    _library(name, request)
    assert problem_of(name) == (
        "scheduler: needs a metric; give `metric` a list, an expression or a csv"
    )


@pytest.mark.usefixtures("transformers")
def test_a_failure_in_the_run_names_the_library_and_the_step() -> None:
    name = "transformers.get_polynomial_decay_schedule_with_warmup"
    found = problem_of({name: {"num_warmup_steps": 4, "num_training_steps": 8, "power": -1}})
    text = f"scheduler.{name}.power: transformers fails after step 7 with ZeroDivisionError: "
    assert found.startswith(text)


@pytest.mark.usefixtures("transformers")
def test_a_failure_below_a_composite_is_the_childs() -> None:
    name = "transformers.get_polynomial_decay_schedule_with_warmup"
    child = {name: {"num_warmup_steps": 1, "lr_end": 1}}
    found = problem_of({"ChainedScheduler": {"schedulers": ["LinearLR", child]}})
    place = f"scheduler.ChainedScheduler.schedulers.1.{name}"
    text = "transformers fails when it was built with ValueError: "
    assert found.startswith(f"{place}.lr_end: {text}")


def test_a_schedule_of_transformers_may_stand_inside_a_composite(transformers: Any) -> None:
    arguments = {"num_warmup_steps": 0, "num_training_steps": 24}
    children = [
        {"ConstantLR": {"factor": 0.5, "total_iters": 8}},
        {"transformers.get_linear_schedule_with_warmup": arguments},
    ]
    curve = curve_of({"SequentialLR": {"schedulers": children, "milestones": [8]}})
    optimizer = optimizer_by_hand()
    schedulers = [
        torch.optim.lr_scheduler.ConstantLR(optimizer, 0.5, 8),
        transformers.get_linear_schedule_with_warmup(optimizer, **arguments),
    ]
    sequence = torch.optim.lr_scheduler.SequentialLR(optimizer, schedulers, [8])
    trained = train(optimizer, sequence, EPOCHS, STEPS).lr
    np.testing.assert_allclose(curve.lr, np.array(trained), rtol=1e-12, atol=0)


@pytest.mark.parametrize(
    ("name", "arguments", "why"),
    [
        (
            "timm.StepLRScheduler",
            {"decay_t": 1},
            "it is no LRScheduler of torch's, and only those can be composed",
        ),
        ("transformers.get_greedy_schedule", {}, "torch gives it no metric there (LR014)"),
    ],
)
def test_what_is_no_lr_scheduler_may_not_stand_inside_one(
    name: str, arguments: dict[str, Any], why: str, request: pytest.FixtureRequest
) -> None:
    _library(name, request)
    found = problem_of({"ChainedScheduler": {"schedulers": [{name: arguments}]}})
    place = f"scheduler.ChainedScheduler.schedulers.0.{name}"
    assert found == f"{place}: cannot stand inside another scheduler; {why}"


def test_timms_schedulers_know_when_they_are_stepped() -> None:
    by_epoch = spec_of({"timm.CosineLRScheduler": {}}).schedules[0]
    assert (by_epoch.interval, by_epoch.total_calls) == ("epoch", EPOCHS)
    by_update = spec_of({"timm.CosineLRScheduler": {"t_in_epochs": False}}).schedules[0]
    assert (by_update.interval, by_update.total_calls) == ("step", TOTAL)
    assert spec_of("timm.CosineLRScheduler", interval="epoch").interval == "epoch"


@pytest.mark.parametrize(
    ("arguments", "interval", "problem"),
    [
        ({}, "step", "counts epochs; leave interval out, or set t_in_epochs to false"),
        (
            {"t_in_epochs": False},
            "epoch",
            "counts updates where t_in_epochs is false; leave interval out",
        ),
    ],
)
def test_an_interval_that_timm_does_not_keep_is_refused(
    arguments: dict[str, Any], interval: str, problem: str
) -> None:
    found = problem_of({"timm.CosineLRScheduler": arguments}, interval=interval)
    assert found == f"interval: timm.CosineLRScheduler {problem}"


@pytest.mark.usefixtures("timm")
def test_a_list_of_any_kind_may_hold_formulas() -> None:
    arguments = {"decay_t": ["=epochs - 1"], "decay_rate": 0.5, "noise_range_t": ["=epochs", 9]}
    driven = lrviz.simulate(spec_of({"timm.MultiStepLRScheduler": arguments}))
    assert driven.schedulers[0].arguments["noise_range_t"] == [4.0, 9]
    assert driven.curves[0].lr[0, ::STEPS].tolist() == [0.2, 0.2, 0.1, 0.1]


@pytest.mark.usefixtures("transformers")
def test_a_name_with_dots_can_be_set_and_swept() -> None:
    name = next(iter(WARMUP))
    key = f"scheduler.{name}.num_warmup_steps"
    text = f"epochs: 8\nscheduler: {{{name}: {{num_warmup_steps: 2}}}}\n"
    spec = lrviz.parse_spec(text, overrides=[(key, "4")])
    assert lrviz.simulate(spec).curves[0].lr[0, :5].tolist() == [0.0, 2.5e-4, 5e-4, 7.5e-4, 1e-3]
    swept = lrviz.parse_spec(f"{text}sweep: {{{key}: [1, 2]}}\n")
    assert [schedule.label for schedule in swept.schedules] == [
        "num_warmup_steps 1",
        "num_warmup_steps 2",
    ]
    with pytest.raises(SpecError) as caught:
        lrviz.simulate(lrviz.parse_spec(text, overrides=[(key, "no")]))
    assert str(caught.value) == f"--set {key}=no: {key}: must be a whole number, got 'no'"


def test_a_bare_name_earns_the_whole_one() -> None:
    assert problem_of("CosineLRScheduler") == (
        "scheduler: unknown scheduler 'CosineLRScheduler'; did you mean 'timm.CosineLRScheduler'?"
    )


@pytest.mark.usefixtures("transformers")
def test_a_figure_names_the_version_of_the_library_and_draws_again(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        f"epochs: 4\nsteps_per_epoch: 8\nscheduler: {json.dumps(WARMUP)}\n"
    )
    assert run("plot", "a.yaml", cwd=tmp_path).status == 0
    record = json.loads(read_record((tmp_path / "a.png").read_bytes()) or "{}")
    assert record["versions"]["transformers"] == version("transformers")
    again = run("plot", "a.png", "-o", "b.png", cwd=tmp_path)
    assert (again.status, again.stderr) == (0, "")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    folder = ["batch", "a.yaml", "-o", "out"]
    assert "1 drawn" in run(*folder, cwd=tmp_path).stderr
    assert "1 up to date" in run(*folder, cwd=tmp_path).stderr


LIST = """
import sys
from tests.support.lrvizrun import run
print(run("list").text)
assert not {"transformers", "timm"} & set(sys.modules)
"""


def test_what_is_installed_is_told_without_importing_it() -> None:
    command = [sys.executable, "-c", LIST]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    told = [line.split()[0] for line in done.stdout.splitlines() if line.endswith(" (installed)")]
    assert told == [library for library in ("transformers", "timm") if find_spec(library)]


@pytest.mark.parametrize(
    ("found", "headings"),
    [
        (
            ["transformers"],
            ["transformers (installed)", "timm (not installed; pip install --no-deps timm)"],
        ),
        (["timm"], ["transformers (not installed; pip install transformers)", "timm (installed)"]),
    ],
)
def test_what_is_not_installed_is_listed_with_a_remedy(
    found: list[str], headings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "lrviz.commands.look_up.find_spec", lambda name: name if name in found else None
    )
    lines = run("list").text.splitlines()
    assert [line for line in lines if "installed" in line] == headings


def test_a_spec_of_torchs_imports_no_other_library(tmp_path: Path) -> None:
    code = (
        "import sys, lrviz\n"
        "lrviz.simulate(lrviz.parse_spec('{epochs: 2, scheduler: LinearLR}'))\n"
        "lrviz.parse_spec('{epochs: 2, scheduler: timm.CosineLRScheduler}')\n"
        "assert not {'transformers', 'timm', 'torchvision'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False)
    assert done.returncode == 0
