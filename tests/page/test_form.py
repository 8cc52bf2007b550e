"""A page has a control for every value of a spec, whatever the spec says."""

import json
import math
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from lrviz.drive.installed import installed_arguments
from lrviz.drive.signatures import Argument, Kind, installed_optimizer_arguments
from lrviz.page.controls import Control
from lrviz.page.fields import list_optimizer_fields
from lrviz.page.form import build_form, list_schedulers
from lrviz.page.sections import MAX_CONTROLS, Section
from lrviz.page.sliders import slide, slide_log, widen
from lrviz.spec.assign import split_key
from lrviz.spec.catalog import CATALOG, OPTIMIZERS
from lrviz.spec.style import styles
from lrviz.spec.yamltree import parse_yaml, spell_flow

PLAIN = "epochs: 4\nsteps_per_epoch: 8\n"
STEP = f"{PLAIN}scheduler: {{StepLR: {{step_size: 8}}}}"


def build(text: str, calls: int = 32, steps: int = 32, *others: str) -> list[Section]:
    tree, _ = parse_yaml(text)
    assert isinstance(tree, dict)
    form = build_form(tree, calls, steps, others)
    json.dumps(form, allow_nan=False)
    return form


def walk(sections: list[Section]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from walk(section["sections"])


def find(form: list[Section], *key: str | int) -> Section:
    return next(each for each in walk(form) if each["key"] == [*key])


def controls(section: Section) -> dict[str, Control]:
    return {each["label"]: each for each in (*section["controls"], *section["more"])}


def all_controls(form: list[Section]) -> list[Control]:
    return [each for section in walk(form) for each in controls(section).values()]


def test_a_spec_has_its_sections_in_order() -> None:
    assert [each["title"] for each in build(STEP)] == ["Run", "Optimizer", "Scheduler", "Figure"]


def test_an_argument_is_told_as_torch_and_the_catalog_know_it() -> None:
    section = find(build(STEP), "scheduler")
    assert section["help"] == "multiplies the LR by gamma every step_size calls"
    assert section["controls"] == [
        {
            "key": ["scheduler", "StepLR", "step_size"],
            "label": "step_size",
            "kind": "whole",
            "value": "8",
            "default": "",
            "required": True,
            "help": "calls between two drops",
            "choices": [],
            "number": 8,
            "range": {"low": 1, "high": 32, "log": False, "zero": False, "whole": True},
        },
        {
            "key": ["scheduler", "StepLR", "gamma"],
            "label": "gamma",
            "kind": "number",
            "value": "",
            "default": "0.1",
            "required": False,
            "help": "factor of each drop",
            "choices": [],
            "number": 0.1,
            "range": {"low": 0, "high": 1, "log": False, "zero": False, "whole": False},
        },
    ]


def test_a_rate_has_a_log_scale_and_a_formula_stands_where_it_comes_to() -> None:
    text = f"{PLAIN}scheduler: {{CosineAnnealingLR: {{T_max: =total_calls - 8, eta_min: 0}}}}"
    found = controls(find(build(text), "scheduler"))
    assert (found["T_max"]["value"], found["T_max"]["number"]) == ("=total_calls - 8", 24)
    assert found["eta_min"]["number"] == 0
    assert found["eta_min"]["range"] == slide_log(1e-8, 1, zero=True)
    unknown = f"{PLAIN}scheduler: {{CosineAnnealingLR: {{T_max: =batches_per_epoch}}}}"
    control = controls(find(build(unknown), "scheduler"))["T_max"]
    assert (control["number"], control["range"]) == (None, None)


def test_of_many_arguments_those_that_are_seldom_turned_are_folded() -> None:
    section = find(build(f"{PLAIN}scheduler: {{OneCycleLR: {{max_lr: 0.1}}}}"), "scheduler")
    assert [each["label"] for each in section["controls"]] == [
        *("max_lr", "total_steps", "pct_start", "anneal_strategy"),
        *("div_factor", "final_div_factor", "three_phase"),
    ]
    strategy = controls(section)["anneal_strategy"]
    assert (strategy["kind"], strategy["choices"]) == ("choice", ["cos", "linear"])
    assert controls(section)["three_phase"]["default"] == "false"


def test_schedulers_inside_another_are_sections_of_it() -> None:
    text = f"""{PLAIN}
scheduler:
  SequentialLR:
    schedulers: [{{LinearLR: {{start_factor: 0.1}}}}, ConstantLR]
    milestones: [8]
"""
    section = find(build(text), "scheduler")
    at = ["scheduler", "SequentialLR", "schedulers"]
    assert [each["title"] for each in section["sections"]] == ["1. LinearLR", "2. ConstantLR"]
    assert [each["key"] for each in section["sections"]] == [[*at, 0], [*at, 1]]
    assert controls(section)["milestones"]["value"] == "[8]"
    assert controls(section)["milestones"]["kind"] == "list"
    add, curve = section["actions"]
    assert add["change"] == {"op": "add", "key": at}
    assert add["names"] is not None
    assert "StepLR" in add["names"]
    assert not {"ReduceLROnPlateau", "SequentialLR", "OneCycleLR"}.intersection(add["names"])
    assert (curve["change"], curve["names"]) == ({"op": "add", "key": ["curves"]}, None)
    first = section["sections"][0]
    start = controls(first)["start_factor"]
    assert start["key"] == [*at, 0, "LinearLR", "start_factor"]
    assert start["range"] == slide_log(1e-4, 1)  # torch refuses 0
    assert first["actions"][0]["change"] == {"op": "remove", "key": [*at, 0]}


def test_param_groups_have_what_they_leave_out_from_the_optimizer() -> None:
    text = f"""{STEP}
optimizer: {{AdamW: {{lr: 1e-4, eps: 1e-6, param_groups: [{{name: head, lr: 3.0}}, {{}}]}}}}"""
    section = find(build(text), "optimizer")
    assert [each["label"] for each in section["controls"]] == ["lr", "weight_decay", "betas"]
    assert (section["controls"][2]["default"], section["controls"][2]["kind"]) == (
        "[0.9, 0.999]",
        "list",
    )
    head, other = section["sections"]
    assert (head["title"], other["title"]) == ("head", "Group 1")
    assert controls(head)["name"]["kind"] == "text"
    assert controls(head)["lr"]["range"] == slide_log(1e-8, 10, zero=True)
    assert [controls(other)[name]["default"] for name in ("lr", "eps")] == ["1e-4", "1e-6"]
    assert controls(other)["lr"]["number"] == 1e-4
    groups = ["optimizer", "AdamW", "param_groups"]
    assert section["actions"][0]["change"] == {"op": "add", "key": groups}
    assert head["actions"][0]["change"] == {"op": "remove", "key": [*groups, 0]}


def test_the_optimizer_that_is_meant_is_shown_and_not_given() -> None:
    section = find(build(STEP), "optimizer")
    assert section["choose"] is not None
    assert (section["choose"]["value"], section["choose"]["default"]) == ("", "SGD")
    lr = controls(section)["lr"]
    assert (lr["key"], lr["value"], lr["default"], lr["number"]) == (
        *(["optimizer", "SGD", "lr"], "", "0.001", 1e-3),
    )


@pytest.mark.parametrize(
    ("length", "keys"),
    [
        ("epochs: 4", [["epochs"], ["steps_per_epoch"], ["interval"]]),
        ("steps: 32", [["steps"], ["interval"]]),
        (
            "{epochs: 1, data: {examples: 8, batch_size: 2}}",
            [["epochs"]]
            + [["data", key] for key in ("examples", "batch_size", "processes", "accumulate")]
            + [["data", "drop_last"], ["data", "partial"], ["interval"]],
        ),
    ],
)
def test_a_run_has_the_keys_of_its_length(length: str, keys: list[list[str]]) -> None:
    section = find(build(length))
    assert [each["key"] for each in section["controls"]] == keys
    assert [each["label"] for each in section["more"]] == ["frequency", "calls", "title"]


def test_a_metric_is_asked_for_where_a_scheduler_is_given_one() -> None:
    plateau = "scheduler: ReduceLROnPlateau"
    missing = controls(find(build(plateau), "scheduler"))["metric"]
    assert (missing["key"], missing["value"], missing["required"]) == (["metric"], "", True)
    given = build(f"{plateau}\nmetric: {{expression: 1 / step}}")
    assert controls(find(given, "scheduler"))["metric"]["value"] == "{expression: 1 / step}"
    assert "metric" not in controls(find(build(STEP), "scheduler"))


def test_a_curve_shows_what_it_gives_itself_and_the_top_what_curves_take_from_it() -> None:
    form = build(
        """
steps: 32
curves:
  one: {scheduler: StepLR, optimizer: {SGD: {lr: 1}}}
  two: {scheduler: {ConstantLR: {}}, interval: step}
"""
    )
    assert [each["title"] for each in form] == ["Run", "Optimizer", "Curves", "Figure"]
    one, two = find(form, "curves")["sections"]
    assert [each["key"][2] for each in one["sections"]] == ["optimizer", "scheduler"]
    assert [each["key"][2] for each in two["sections"]] == ["scheduler"]
    assert controls(two)["interval"]["value"] == "step"
    assert one["actions"][0]["change"] == {"op": "remove", "key": ["curves", "one"]}
    alone = build("{steps: 4, curves: {one: {scheduler: StepLR}}}")
    assert find(alone, "curves", "one")["actions"] == []


def test_a_sweep_has_a_list_for_every_key() -> None:
    form = build(f"{STEP}\nsweep: {{optimizer.SGD.lr: [1, 2]}}")
    (control,) = find(form, "sweep")["controls"]
    assert (control["key"], control["value"]) == (["sweep", "optimizer.SGD.lr"], "[1, 2]")
    assert find(form, "scheduler")["actions"] == []  # curves cannot stand beside a sweep


def test_a_figure_has_its_options() -> None:
    section = find(build(f"{STEP}\nfigure: {{ylim: [0, 1], markers: true}}"), "figure")
    found = controls(section)
    assert found["style"]["choices"] == list(styles())
    assert found["style"]["default"] == ""
    assert (found["markers"]["value"], found["markers"]["choices"]) == (
        "true",
        ["auto", "true", "false"],
    )
    assert found["ylim"]["value"] == "[0, 1]"
    assert [each["label"] for each in section["controls"]] == [
        *("style", "x", "yscale", "markers", "legend", "grid")
    ]


@pytest.mark.parametrize("name", list_schedulers())
def test_every_argument_of_a_scheduler_has_one_control_that_set_can_reach(name: str) -> None:
    section = find(build(f"{PLAIN}scheduler: {{{name}: {{}}}}"), "scheduler")
    keys = [each["key"] for each in (*section["controls"], *section["more"])]
    known = [each.name for each in installed_arguments(name) if each.name != "schedulers"]
    own = [key for key in keys if key[0] == "scheduler"]
    assert sorted(own) == sorted(["scheduler", name, each] for each in known)
    for key in own:
        assert [*split_key(".".join(map(str, key)))] == key
    required = {each["label"] for each in section["controls"] if each["required"]}
    left_out = {each.name for each in installed_arguments(name) if each.required}
    assert required - {"metric"} == left_out - CATALOG[name].fills.keys() - {"schedulers"}
    assert all(each["help"] for each in section["controls"])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_argument_of_an_optimizer_has_one_control(name: str) -> None:
    section = find(build(f"{STEP}\noptimizer: {name}"), "optimizer")
    known = [each.name for each in installed_optimizer_arguments(name)]
    assert sorted(controls(section)) == sorted(known)
    assert section["controls"][0]["label"] == "lr"


def test_a_default_that_yaml_cannot_say_is_left_out() -> None:
    strange = Argument("scale", Kind("number"), "", required=False, default=object())
    (field,) = list_optimizer_fields([strange])
    assert (field.default, field.number, field.slider) == ("", None, None)


def test_what_others_wrote_has_its_arguments_where_it_is_allowed() -> None:
    name = "torch.optim.lr_scheduler:StepLR"
    text = f"{PLAIN}scheduler: {{'{name}': {{step_size: 3}}}}"
    section = find(build(text, 32, 32, name), "scheduler")
    assert list(controls(section)) == ["step_size", "gamma"]
    assert section["choose"] is not None
    assert name in section["choose"]["choices"]
    unknown = find(build(text), "scheduler")
    assert [(each["label"], each["value"]) for each in unknown["controls"]] == [("step_size", "3")]


def test_what_is_wrong_stands_in_its_control() -> None:
    form = build(
        """
epochs: many
epoch: 4
data: 3
scheduler: {StepLR: {step_size: {a: 1}, step_sz: 8}}
optimizer: [SGD]
figure: blue
"""
    )
    assert controls(find(form))["epochs"]["value"] == "many"
    assert controls(find(form))["data"]["value"] == "3"
    assert controls(find(form))["epoch"]["help"] == "no such key here"
    found = controls(find(form, "scheduler"))
    assert (found["step_size"]["value"], found["step_size"]["kind"]) == ("{a: 1}", "list")
    assert found["step_sz"]["value"] == "8"
    assert find(form, "optimizer")["choose"]["value"] == "[SGD]"  # type: ignore[index]
    assert controls(find(form, "figure"))["figure"]["value"] == "blue"


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "{scheduler: [1], optimizer: 3, curves: 4, sweep: [5], figure: 6, data: 7, metric: x}",
        "{curves: {a: 1, b: {scheduler: {A: 1, B: 2}}, c: }}",
        "{curves: {}}",
        "{scheduler: {SequentialLR: {schedulers: 3, milestones: {a: 1}}}}",
        "{scheduler: {ChainedScheduler: }}",
        "{optimizer: {AdamW: {param_groups: [1, {name: [2]}]}}}",
        "{optimizer: {Nothing: {param_groups: [{lr: 1}]}}, scheduler: {'': {a: 1}}}",
        "{epochs: .nan, steps: -.inf, steps_per_epoch: 1e300, frequency: 1e-300}",
        "{scheduler: {StepLR: {gamma: .nan, step_size: =1 / 0}}, optimizer: {SGD: {lr: -1}}}",
    ],
)
def test_nothing_wrong_stops_a_form(text: str) -> None:
    assert build(text, 1, 1)[0]["title"] == "Run"


SCALARS = st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats() | st.text()
KEYS = st.sampled_from(
    [
        *("epochs", "steps", "data", "scheduler", "optimizer", "curves", "sweep", "figure"),
        *("schedulers", "param_groups", "name", "lr", "metric", "SequentialLR", "AdamW", "StepLR"),
    ]
)
TREES = st.recursive(
    SCALARS | KEYS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(), inner),
    max_leaves=20,
)


@hypothesis.given(st.dictionaries(KEYS, TREES), st.integers(1, 10**7))
def test_a_form_can_be_made_of_any_data(tree: dict[str, Any], calls: int) -> None:
    json.dumps(build_form(tree, calls, calls), allow_nan=False)


def test_a_page_has_so_many_controls_and_says_what_is_left_out() -> None:
    deep: Any = "StepLR"
    for _ in range(100):  # no YAML is nested so deep
        deep = {"ChainedScheduler": {"schedulers": [deep]}}
    many = [deep, *[{"StepLR": {"step_size": 1}}] * 4096]
    tree: Any = {
        "epochs": 4,
        "optimizer": {"AdamW": {"param_groups": [{"lr": 1}] * 64}},
        "scheduler": {"SequentialLR": {"schedulers": many, "milestones": [1]}},
        "metric": [0.5] * 16_384,
    }
    form = build_form(tree, 32, 32)
    named = [each for each in walk(form) if each["choose"]]
    assert 0 <= len(all_controls(form)) + len(named) - MAX_CONTROLS <= 1
    assert {each["choose"]["label"] for each in named if each["choose"]} == {
        "optimizer",
        "scheduler",
    }
    assert "more than fit here" in find(form, "scheduler")["help"]
    assert controls(find(form, "optimizer"))["lr"]["range"]
    assert "metric" not in controls(find(form, "scheduler"))


def test_many_curves_fit() -> None:
    curves = ", ".join(
        f"c{each}: {{scheduler: {{StepLR: {{step_size: 1}}}}}}" for each in range(64)
    )
    form = build(f"{PLAIN}curves: {{{curves}}}")
    assert len(find(form, "curves")["sections"]) == 64


@hypothesis.given(
    st.sampled_from(
        [slide(0, 1), slide(1, 32, whole=True), slide_log(1e-8, 1), slide_log(1, 1000)]
    ),
    st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**9), 10**9),
)
def test_a_slider_holds_its_number_or_there_is_none(start: Any, number: float) -> None:
    found = widen(start, number)
    if found is None:
        assert number < 0 or not 1e-30 <= abs(number) <= 1e15
        return
    assert found["low"] <= number <= found["high"] or (found["zero"] and number == 0)
    assert found["low"] <= start["low"]
    assert found["high"] >= start["high"]
    assert math.isfinite(found["high"])
    assert found["low"] > 0 or not found["log"]
    assert not found["whole"] or number == int(number)


@pytest.mark.parametrize(
    ("number", "low", "high"), [(0.5, 0, 1), (1.0, 0, 1), (1.5, 0, 2), (7, 0, 8), (-3, -4, 1)]
)
def test_a_share_is_widened_by_doubling(number: float, low: float, high: float) -> None:
    assert widen(slide(0, 1), number) == slide(low, high)


@pytest.mark.parametrize(
    ("number", "low", "high"), [(0.5, 1e-8, 1), (3, 1e-8, 10), (2e-10, 1e-10, 1), (1e-9, 1e-9, 1)]
)
def test_a_rate_is_widened_by_decades(number: float, low: float, high: float) -> None:
    assert widen(slide_log(1e-8, 1), number) == slide_log(low, high)


def test_all_that_a_catalog_example_has_is_in_the_form_as_written() -> None:
    for name in list_schedulers():
        given, _ = parse_yaml(CATALOG[name].example)
        tree: Any = {"epochs": 4, "steps_per_epoch": 8, "scheduler": {name: given or {}}}
        found = {tuple(each["key"]): each for each in all_controls(build_form(tree, 32, 32))}
        for argument, value in (given or {}).items():  # type: ignore[union-attr]
            if argument != "schedulers":
                assert found["scheduler", name, argument]["value"] == spell_flow(value)
