"""Numbers of other libraries' schedules: refused in words, or driven as they drive them."""

import inspect
import math
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

import lrviz
from lrviz.drive.installed import installed_arguments
from lrviz.errors import Problem, SpecError
from lrviz.spec.catalog import CATALOG, THIRD_PARTY
from lrviz.spec.origin import Source
from lrviz.spec.parse import parse_spec, parse_tree
from tests.support.training import make_optimizer

CALLS = 12
METRIC = [1.0, 0.9, 0.9, 0.9, 0.8, 0.8, 0.8, 0.8, 0.7, 0.7, 0.7, 0.7]
VALUES = (-5, 0, 0.03, 2.5, 1e308, math.nan, math.inf, True, "x")

LENGTHS = {
    *("num_warmup_steps", "num_training_steps", "num_decay_steps", "num_stable_steps"),
    *("timescale", "patience", "cooldown", "warmup", "window_size"),
    *("t_initial", "warmup_t", "decay_t", "stable_timescale", "patience_t", "cooldown_t"),
    "noise_range_t",
}
CYCLES = {"num_cycles", "cycle_limit"}

# What an entry is given beside the argument that is tried, so that all of its code is come to.
BESIDE: dict[str, Any] = {
    "num_warmup_steps": 3,
    "num_decay_steps": 3,
    "min_lr_rate": 0.1,
    "warmup_lr_rate": 0.5,
    "smooth": True,
    "patience": 1,
    "patience_t": 1,
    "warmup_t": 3,
    "noise_range_t": 2,
    "decay_rate": 0.5,
    "stable_fn": "power",
    "decay_fn": "power",
}
OWN: dict[str, dict[str, Any]] = {
    "timm.MultiStepLRScheduler": {"decay_t": [2, 5]},
    "timm.StepLRScheduler": {"decay_t": 2},
    "timm.WSDLRScheduler": {"decay_t": 3, "stable_timescale": 4.0},
    "timm.PolyLRScheduler": {"t_initial": 4, "cycle_limit": 9},
    "timm.CosineLRScheduler": {"t_initial": 4, "cycle_limit": 9, "cycle_mul": 1.5},
}


def _library(name: str, request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(CATALOG[name].package)


def _given(name: str, argument: str, value: object) -> dict[str, Any]:
    known = CATALOG[name].arguments
    given = {each: it for each, it in BESIDE.items() if each in known} | OWN.get(name, {})
    if argument == "min_lr" and "min_lr_rate" in given:
        del given["min_lr_rate"]
    return given | {argument: value}


def _by_hand(library: Any, name: str, given: dict[str, Any]) -> list[float] | None:
    """Return what a plain loop trains with; None where the library raises or it is not finite."""
    given, entry = dict(given), CATALOG[name]
    if "num_training_steps" in entry.arguments and "num_stable_steps" not in given:
        given.setdefault("num_training_steps", CALLS)
    if "t_initial" in entry.fills and "t_initial" not in given:
        prefix = given.get("warmup_prefix", name == "timm.WSDLRScheduler")
        given["t_initial"] = CALLS - prefix * given["warmup_t"]
    optimizer, seen = make_optimizer("SGD", {"lr": 0.1}), []
    try:
        scheduler = getattr(library, entry.attribute)(optimizer, **given)
        for call in range(CALLS):
            seen.append(float(optimizer.param_groups[0]["lr"]))
            optimizer.step()
            metric = (METRIC[call],) if entry.takes_metric else ()
            if entry.package == "timm":
                scheduler.step(call + 1, *metric)
                scheduler.step_update(call + 1, *metric)
            else:
                scheduler.step(*metric)
    except Exception:
        return None
    return seen if all(map(math.isfinite, seen)) else None


def _is_wrong(argument: str, annotation: str, value: object) -> bool:
    """Whether a value is to be refused whatever the library does with it."""
    if isinstance(value, bool):
        return "bool" not in annotation
    if not isinstance(value, int | float):
        return "str" not in annotation
    if "bool" in annotation or "str" in annotation:
        return True
    below = not value >= 0 or 0 < value < 1
    if (argument in LENGTHS and below) or (argument in CYCLES and not value > 0):
        return True
    return annotation.startswith("int") and value % 1 != 0


def _is_endless(given: dict[str, Any]) -> bool:
    """Whether timm looks for a noise below noise_pct that there never is."""
    spread, most = given.get("noise_std", 1.0), given.get("noise_pct", 1.0)
    return "noise_range_t" in given and (not most > 0 or not spread < 1e300)


def _annotation(build: Any, argument: str) -> str:
    parameter = inspect.signature(build).parameters[argument]
    if parameter.annotation is parameter.empty:
        return "int" if argument.startswith("num_") else "float"
    return inspect.formatannotation(parameter.annotation).strip("'\"")


def _outcomes(library: Any, name: str) -> Iterator[str]:
    """Yield what is not as it should be."""
    entry = CATALOG[name]
    build = getattr(library, entry.attribute)
    if entry.signature:
        module, attribute = entry.signature.split(":")
        build = getattr(torch.optim.lr_scheduler if "torch" in module else library, attribute)
    for argument in entry.arguments:
        annotation = _annotation(build, argument)
        for tried in VALUES:
            value = [tried] if annotation == "List[int]" else tried
            given = _given(name, argument, value)
            wrong = _is_wrong(argument, annotation.removeprefix("List["), tried)
            wrong = wrong or _is_endless(given)
            expected = None if wrong else _by_hand(library, name, given)
            found = _drive(name, given)
            if isinstance(found, Problem):
                right = expected is None and argument in found.key
            else:
                right = expected is not None and np.allclose(found, expected, rtol=1e-12, atol=0)
            if not right:
                yield f"{argument}: {tried}: {found}, expected {expected}"


def _drive(name: str, given: dict[str, Any]) -> list[float] | Problem:
    """Return what is driven, or why it is refused."""
    tree: dict[str, Any] = {"epochs": CALLS, "optimizer": {"SGD": {"lr": 0.1}}}
    if CATALOG[name].takes_metric:
        tree["metric"] = list(METRIC)
    try:
        run = lrviz.simulate(parse_tree({**tree, "scheduler": {name: given}}, Source()))
    except SpecError as error:
        (problem,) = error.problems
        return problem
    return list(map(float, run.curves[0].lr[0]))


@pytest.mark.parametrize("name", THIRD_PARTY)
def test_any_value_of_any_argument_is_refused_by_name_or_driven_as_by_hand(
    name: str, request: pytest.FixtureRequest
) -> None:
    library = _library(name, request)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a deprecated class, an order of calls
        assert list(_outcomes(library, name)) == []


@pytest.mark.parametrize("name", THIRD_PARTY)
def test_the_catalog_tells_of_every_argument_what_it_counts(
    name: str, request: pytest.FixtureRequest
) -> None:
    _library(name, request)
    counts = {each.name: each.kind.counts for each in installed_arguments(name)}
    assert {each for each in counts if counts[each] == "calls"} == LENGTHS & counts.keys()
    assert {each for each in counts if counts[each] == "cycles"} == CYCLES & counts.keys()


def _problems(library: str, text: str, request: pytest.FixtureRequest, **options: Any) -> list[str]:
    request.getfixturevalue(library)
    with pytest.raises(SpecError) as caught:
        lrviz.simulate(parse_spec(text, "a.yaml", **options))
    return str(caught.value).splitlines()


COSINE = "transformers.get_cosine_schedule_with_warmup"
NOT_WHOLE = "must be a whole number, got"

MESSAGES = [
    (
        f"{COSINE}: {{num_warmup_steps: 0.03}}",
        f"num_warmup_steps: {NOT_WHOLE} 0.03; for 3 % of the run write =ceil(0.03 * total_steps)",
    ),
    (
        "transformers.get_linear_schedule_with_warmup: {num_warmup_steps: -5}",
        "num_warmup_steps: must be at least 0, got -5",
    ),
    (f"{COSINE}: {{num_warmup_steps: 2.5}}", f"num_warmup_steps: {NOT_WHOLE} 2.5"),
    (
        f"{COSINE}: {{num_warmup_steps: =0.1 * total_steps}}",
        "num_warmup_steps: must be a whole number, '=0.1 * total_steps' is 24.4; "
        "write =ceil(0.1 * total_steps)",
    ),
    (
        f"{COSINE}: {{num_warmup_steps: =1 / 8}}",
        "num_warmup_steps: must be a whole number, '=1 / 8' is 0.125; "
        "for 12.5 % of the run write =ceil(0.125 * total_steps)",
    ),
    (
        f"{COSINE}: {{num_warmup_steps: =epochs - 7}}",
        "num_warmup_steps: must be at least 0, '=epochs - 7' is -3",
    ),
    (
        "timm.CosineLRScheduler: {t_initial: 4, warmup_t: 0.05, warmup_lr_init: 1e-5}",
        f"warmup_t: {NOT_WHOLE} 0.05; for 5 % of the run write =ceil(0.05 * epochs)",
    ),
    (
        "timm.CosineLRScheduler: {t_in_epochs: false, warmup_t: 0.05}",
        f"warmup_t: {NOT_WHOLE} 0.05; for 5 % of the run write =ceil(0.05 * total_steps)",
    ),
    (
        "timm.StepLRScheduler: {decay_t: 0.3}",
        "decay_t: must be at least 1, got 0.3; for 30 % of the run write =ceil(0.3 * epochs)",
    ),
    (
        "timm.StepLRScheduler: {decay_t: =epochs / 5}",
        "decay_t: must be at least 1, '=epochs / 5' is 0.8; write =ceil(epochs / 5)",
    ),
    (f"{COSINE}: {{num_warmup_steps: .inf}}", f"num_warmup_steps: {NOT_WHOLE} .inf"),
    (f"{COSINE}: {{num_warmup_steps: 1, num_cycles: 0}}", "num_cycles: must be more than 0, got 0"),
    (
        "transformers.get_cosine_with_hard_restarts_schedule_with_warmup: "
        "{num_warmup_steps: 1, num_cycles: 0}",
        "num_cycles: must be at least 1, got 0",
    ),
    ("timm.PolyLRScheduler: {cycle_limit: -1}", "cycle_limit: must be at least 1, got -1"),
    (
        "transformers.get_polynomial_decay_schedule_with_warmup: {num_warmup_steps: 244}",
        "num_warmup_steps: takes all of the 244 steps, transformers divides by what is left; "
        "give it fewer, or set num_training_steps",
    ),
    (
        "transformers.get_polynomial_decay_schedule_with_warmup: "
        "{num_warmup_steps: 0, num_training_steps: 0}",
        "num_training_steps: must not be num_warmup_steps, 0, "
        "transformers divides by what is between",
    ),
    (
        "timm.StepLRScheduler: {decay_t: 2, noise_range_t: 1, noise_pct: 0}",
        "noise_pct: timm draws until a noise of noise_std 1.0 is below 0.0, "
        "more than 10,000,000 times in this run; set noise_pct higher",
    ),
    (
        "timm.StepLRScheduler: {decay_t: 2, noise_range_t: 1, noise_std: .inf}",
        "noise_std: timm draws until a noise of noise_std .inf is below 0.67, "
        "more than 10,000,000 times in this run; set noise_pct higher",
    ),
]


def _place(text: str, what: str) -> str:
    """Return where something stands in a spec for the last time."""
    before = text[: text.rindex(what)]
    return f"a.yaml:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


@pytest.mark.parametrize(("scheduler", "message"), MESSAGES)
def test_a_number_that_counts_nothing_is_said_with_its_place_and_what_to_write(
    scheduler: str, message: str, request: pytest.FixtureRequest
) -> None:
    name = scheduler.partition(": ")[0]
    text = f"epochs: 4\nsteps_per_epoch: 61\nscheduler:\n  {scheduler}\n"
    place = _place(text, message.partition(":")[0])
    library = name.partition(".")[0]
    assert _problems(library, text, request) == [f"{place}: scheduler.{name}.{message}"]


def test_an_item_of_a_list_is_a_place_of_its_own(request: pytest.FixtureRequest) -> None:
    text = "epochs: 20\nscheduler: {timm.MultiStepLRScheduler: {decay_t: [10, 0.5]}}\n"
    key = "scheduler.timm.MultiStepLRScheduler.decay_t.1"
    said = f"{NOT_WHOLE} 0.5; for 50 % of the run write =ceil(0.5 * epochs)"
    assert _problems("timm", text, request) == [f"{_place(text, '0.5')}: {key}: {said}"]


def test_noise_begins_after_so_many_calls_and_not_after_a_share(
    request: pytest.FixtureRequest, timm: Any
) -> None:
    """The factory of timm gives shares of the run times its length, whole or not."""
    name = "timm.StepLRScheduler"
    text = f"epochs: 20\nscheduler: {{{name}: {{decay_t: 9, noise_range_t: [0.4, 9]}}}}\n"
    said = "must be at least 1, got 0.4; for 40 % of the run write =ceil(0.4 * epochs)"
    place = _place(text, "0.4")
    assert _problems("timm", text, request) == [
        f"{place}: scheduler.{name}.noise_range_t.0: {said}"
    ]
    given = {"decay_t": 9, "warmup_t": 0, "noise_range_t": [8.4, 9]}
    assert _drive(name, given) == _by_hand(timm, name, given)


def test_what_is_called_once_an_epoch_counts_epochs(request: pytest.FixtureRequest) -> None:
    scheduler = f"{{{COSINE}: {{num_warmup_steps: 0.5}}}}"
    text = f"epochs: 4\nsteps_per_epoch: 8\ninterval: epoch\nscheduler: {scheduler}\n"
    assert _problems("transformers", text, request) == [
        f"{_place(text, 'num_warmup')}: scheduler.{COSINE}.num_warmup_steps: {NOT_WHOLE} 0.5; "
        "for 50 % of the run write =ceil(0.5 * epochs)"
    ]


SHARE = f"{{{COSINE}: {{num_warmup_steps: 0.1}}}}"
SOUND = f"{{{COSINE}: {{num_warmup_steps: 1}}}}"


@pytest.mark.parametrize(
    ("text", "what", "key"),
    [
        (f"curves: {{a: {{scheduler: {SOUND}}}, b: {{scheduler: {SHARE}}}}}", "num", "curves.b."),
        (
            f"scheduler: {SOUND}\nsweep: {{scheduler.{COSINE}.num_warmup_steps: [1, 0.1]}}",
            "0.1",
            "",
        ),
        (
            f"scheduler: {{ChainedScheduler: {{schedulers: [{SOUND}, {SHARE}]}}}}",
            "num",
            "scheduler.ChainedScheduler.schedulers.1.",
        ),
    ],
)
def test_a_share_is_said_where_it_stands(
    text: str, what: str, key: str, request: pytest.FixtureRequest
) -> None:
    spec = f"epochs: 4\n{text}\n"
    path = f"{key}{COSINE}" if "Chained" in key else f"{key}scheduler.{COSINE}"
    said = f"{NOT_WHOLE} 0.1; for 10 % of the run write =ceil(0.1 * total_steps)"
    assert _problems("transformers", spec, request) == [
        f"{_place(spec, what)}: {path}.num_warmup_steps: {said}"
    ]


def test_a_share_that_an_option_gives_is_the_options(request: pytest.FixtureRequest) -> None:
    text = f"epochs: 4\nscheduler: {SOUND}\n"
    key = f"scheduler.{COSINE}.num_warmup_steps"
    assert _problems("transformers", text, request, overrides=[(key, "0.1")]) == [
        f"--set {key}=0.1: {key}: "
        f"{NOT_WHOLE} 0.1; for 10 % of the run write =ceil(0.1 * total_steps)"
    ]


def test_of_a_long_run_the_scheduler_is_named_and_it_is_not_driven_again_and_again(
    monkeypatch: pytest.MonkeyPatch, timm: Any
) -> None:
    monkeypatch.setattr("lrviz.drive.blame.MOST_CALLS", CALLS)
    found = _drive("timm.CosineLRScheduler", {"t_initial": 4, "cycle_mul": 0})
    assert isinstance(found, Problem)
    assert found.key == ("scheduler", "timm.CosineLRScheduler")


@pytest.mark.parametrize("argument", ["num_training_steps", "num_stable_steps"])
def test_a_length_that_is_null_is_left_out(argument: str, transformers: Any) -> None:
    name = "transformers.get_wsd_schedule"
    given = {"num_warmup_steps": 3, "num_decay_steps": 3}
    found = _drive(name, given | {argument: None})
    assert found == _by_hand(transformers, name, given)
