"""`lrviz schema` says of a spec what the checks say, before it is saved."""

import copy
import json
import math
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from types import MappingProxyType
from typing import Any, get_args

import jsonschema
import pytest

import lrviz
from lrviz.commands.look_up import spec_template
from lrviz.commands.schema.components import describe_argument
from lrviz.commands.schema.document import build_schema
from lrviz.curve import RECORDED
from lrviz.drive.arguments import Binder
from lrviz.drive.signatures import Argument, Base, Kind, installed_optimizer_arguments
from lrviz.linter.rules import RULES
from lrviz.spec.catalog import CATALOG, OPTIMIZERS
from lrviz.spec.catalog.external import External
from lrviz.spec.origin import Problems, Source
from lrviz.spec.parse import parse_tree
from lrviz.spec.yamltree import parse_yaml
from tests.support.lrvizrun import run

Validator = jsonschema.Draft202012Validator


@pytest.fixture(scope="module")
def validator() -> Validator:
    schema = build_schema()
    Validator.check_schema(schema)
    return Validator(schema)


@pytest.fixture(scope="module")
def definitions() -> Any:
    return build_schema()["$defs"]


def complaints(validator: Validator, tree: Any) -> list[str]:
    return [error.message for error in validator.iter_errors(tree)]


def errors(validator: Validator, text: str) -> list[str]:
    tree, _ = parse_yaml(text)
    return complaints(validator, tree)


def walk(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield every mapping in a schema."""
    if isinstance(schema, dict):
        yield schema
    for each in schema.values() if isinstance(schema, dict) else schema:
        if isinstance(each, dict | list):
            yield from walk(each)


@pytest.mark.parametrize("name", CATALOG)
def test_every_template_is_valid(validator: Validator, name: str) -> None:
    assert errors(validator, spec_template(CATALOG[name])) == []


@pytest.mark.parametrize("name", ["StepLR", "timm.CosineLRScheduler"])
def test_a_new_spec_tells_an_editor_of_the_schema(name: str) -> None:
    """The line is the one that yaml-language-server reads; beside the spec lies what it names."""
    first, second, *_ = run("new", name).text.splitlines()
    line = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    command = re.search(r"`lrviz (\S+) > (\S+)`", second)
    assert line is not None
    assert command is not None
    assert line[1] == command[2]
    written = run(command[1]).text
    assert json.loads(written) == build_schema()


STEP = "scheduler: {StepLR: {step_size: 1}}"
CYCLE = "base_lr: 0.1, max_lr: 1, cycle_momentum: false"

WRONG = {
    "no epochs": f"{{{STEP}}}",
    "no epoch": f"{{epochs: 0, {STEP}}}",
    "no step in an epoch": f"{{epochs: 4, steps_per_epoch: -1, {STEP}}}",
    "half an epoch less than none": f"{{epochs: -0.5, {STEP}}}",
    "a length of no unit": f"{{data: {{examples: 8, batch_size: 2}}, {STEP}}}",
    "data without a batch": f"{{epochs: 1, data: {{examples: 8}}, {STEP}}}",
    "an unknown key": f"{{epochs: 4, epoch: 4, {STEP}}}",
    "no scheduler": "{epochs: 4}",
    "an unknown scheduler": "{epochs: 4, scheduler: {StepLr: {step_size: 1}}}",
    "an unknown scheduler without arguments": "{epochs: 4, scheduler: LinearLr}",
    "two schedulers": "{epochs: 4, scheduler: {StepLR: {step_size: 1}, LinearLR: {}}}",
    "a scheduler of no name": "{epochs: 4, scheduler: {}}",
    "a scheduler that is null": "{epochs: 4, scheduler: null}",
    "a misspelt argument": "{epochs: 4, scheduler: {StepLR: {step_sz: 1, step_size: 1}}}",
    "a missing argument": "{epochs: 4, scheduler: StepLR}",
    "arguments that are null": "{epochs: 4, scheduler: {StepLR: null}}",
    "arguments in a list": "{epochs: 4, scheduler: {LinearLR: []}}",
    "a wrong kind": "{epochs: 4, scheduler: {StepLR: {step_size: a}}}",
    "null for a number": "{epochs: 4, scheduler: {StepLR: {step_size: null}}}",
    "true for a number": "{epochs: 4, scheduler: {StepLR: {step_size: true}}}",
    "a list for a number": "{epochs: 4, scheduler: {StepLR: {step_size: [1]}}}",
    "a formula without its sign": "{epochs: 4, scheduler: {StepLR: {step_size: total_calls}}}",
    "a wrong choice": "{epochs: 4, scheduler: {SWALR: {swa_lr: 1, anneal_strategy: sin}}}",
    "a word for a flag": "{epochs: 4, scheduler: {OneCycleLR: {max_lr: 1, total_steps: 4, "
    "cycle_momentum: no}}}",
    "a float where torch wants an int": (
        "{epochs: 4, scheduler: {OneCycleLR: {max_lr: 1, total_steps: 4.5}}}"
    ),
    "a word for each group": (
        "{epochs: 4, scheduler: {OneCycleLR: {max_lr: [a], total_steps: 4, cycle_momentum: false}}}"
    ),
    "no value for each group": (
        "{epochs: 4, scheduler: {OneCycleLR: {max_lr: [], total_steps: 4, cycle_momentum: false}}}"
    ),
    "milestones that are words": "{epochs: 4, scheduler: {MultiStepLR: {milestones: [a]}}}",
    "a milestone without a list": "{epochs: 4, scheduler: {MultiStepLR: {milestones: 3}}}",
    "an empty expression": "{epochs: 4, scheduler: {LambdaLR: {lr_lambda: ''}}}",
    "true for an expression": "{epochs: 4, scheduler: {LambdaLR: {lr_lambda: true}}}",
    "a wrong child": "{epochs: 4, scheduler: {ChainedScheduler: {schedulers: [{Foo: {}}]}}}",
    "no child": "{epochs: 4, scheduler: {ChainedScheduler: {schedulers: []}}}",
    "an optimizer that is null": f"{{epochs: 4, optimizer: null, {STEP}}}",
    "an unknown optimizer": f"{{epochs: 4, optimizer: Adm, {STEP}}}",
    "an argument of another optimizer": (
        "{epochs: 4, optimizer: {SGD: {betas: [1, 1]}}, scheduler: LinearLR}"
    ),
    "one beta": f"{{epochs: 4, optimizer: {{AdamW: {{betas: [0.9]}}}}, {STEP}}}",
    "a beta that is a word": f"{{epochs: 4, optimizer: {{AdamW: {{betas: [a, 0.9]}}}}, {STEP}}}",
    "a beta that is null": f"{{epochs: 4, optimizer: {{AdamW: {{betas: [null, 0.9]}}}}, {STEP}}}",
    "betas without a list": f"{{epochs: 4, optimizer: {{AdamW: {{betas: 0.9}}}}, {STEP}}}",
    "a second eps that is null": (
        f"{{epochs: 4, optimizer: {{Adafactor: {{eps: [1e-8, null]}}}}, {STEP}}}"
    ),
    "a misspelt argument of a group": (
        f"{{epochs: 4, optimizer: {{SGD: {{param_groups: [{{lrr: 1}}]}}}}, {STEP}}}"
    ),
    "a group without a mapping": (
        f"{{epochs: 4, optimizer: {{SGD: {{param_groups: [1]}}}}, {STEP}}}"
    ),
    "a wrong metric": "{epochs: 4, metric: {expr: 1}, scheduler: ReduceLROnPlateau}",
    "a metric that is null": f"{{epochs: 4, metric: null, {STEP}}}",
    "a metric of nothing": f"{{epochs: 4, metric: [], {STEP}}}",
    "a metric of words": f"{{epochs: 4, metric: [a], {STEP}}}",
    "a column of no file": f"{{epochs: 4, metric: {{column: a}}, {STEP}}}",
    "an unknown interval": f"{{epochs: 4, interval: batch, {STEP}}}",
    "an interval that is null": f"{{epochs: 4, interval: null, {STEP}}}",
    "a figure that is null": f"{{epochs: 4, figure: null, {STEP}}}",
    "a wrong style": "{epochs: 4, figure: {style: neon}, scheduler: LinearLR}",
    "half a style": f"{{epochs: 4, figure: {{style: {{dpi: 100}}}}, {STEP}}}",
    "no width": f"{{epochs: 4, figure: {{size: [0, 5]}}, {STEP}}}",
    "three sides": f"{{epochs: 4, figure: {{size: [1, 2, 3]}}, {STEP}}}",
    "no pixels": f"{{epochs: 4, figure: {{dpi: -1}}, {STEP}}}",
    "one limit": f"{{epochs: 4, figure: {{xlim: [0]}}, {STEP}}}",
    "no panel": f"{{epochs: 4, figure: {{panels: []}}, {STEP}}}",
    "a word for the markers": f"{{epochs: 4, figure: {{markers: none}}, {STEP}}}",
    "a wrong code": "{epochs: 4, lint: {ignore: [E501]}, scheduler: LinearLR}",
    "a code without a list": f"{{epochs: 4, lint: {{ignore: LR012}}, {STEP}}}",
    "a wrong curve": "{epochs: 4, curves: {a: {style: dark}}}",
    "no curve": "{epochs: 4, curves: {}}",
    "a curve that is null": f"{{epochs: 4, curves: {{a: null}}, {STEP}}}",
    "a curve without a label": f"{{epochs: 4, curves: {{'': {{}}}}, {STEP}}}",
    "a curve without a scheduler": "{epochs: 4, curves: {a: {scheduler: LinearLR}, b: {}}}",
    "curves beside a sweep": (
        f"{{epochs: 4, curves: {{a: {{}}}}, sweep: {{optimizer.SGD.lr: [1, 2]}}, {STEP}}}"
    ),
    "a sweep of nothing": f"{{epochs: 4, sweep: {{}}, {STEP}}}",
    "a sweep of no value": f"{{epochs: 4, sweep: {{epochs: []}}, {STEP}}}",
    "a sweep of one value twice": f"{{epochs: 4, sweep: {{epochs: [4, 4]}}, {STEP}}}",
    "a sweep of the title": "{epochs: 4, sweep: {title: [a]}, scheduler: LinearLR}",
    "a sweep without a scheduler": "{epochs: 4, sweep: {optimizer.SGD.lr: [1, 2]}}",
    "a sweep of a curve": f"{{epochs: 4, sweep: {{curves.a.interval: [step]}}, {STEP}}}",
}


@pytest.mark.parametrize("name", WRONG)
def test_what_the_checks_refuse_is_invalid(validator: Validator, name: str) -> None:
    assert errors(validator, WRONG[name]) != []
    with pytest.raises(lrviz.SpecError):
        lrviz.simulate(lrviz.parse_spec(WRONG[name]))


@pytest.mark.parametrize(
    "path",
    ["scheduler.package.module:Class.gamma", "scheduler.ChainedScheduler.schedulers.0.a:B.gamma"],
)
def test_a_sweep_may_reach_into_a_class_that_the_command_line_allows(
    validator: Validator, path: str
) -> None:
    text = f"{{epochs: 4, scheduler: package.module:Class, sweep: {{{path}: [a, 1]}}}}"
    assert errors(validator, text) == []


ODD = {
    "whole numbers with a point": "{epochs: 4.0, scheduler: {OneCycleLR: {max_lr: 1, "
    "total_steps: 8.0, cycle_momentum: false}}}",
    "a title that is null": f"{{epochs: 4, title: null, {STEP}}}",
    "a title of two lines": f'{{epochs: 4, title: "a\\nb", {STEP}}}',
    "arguments that are null": "{epochs: 4, scheduler: {LinearLR: null}}",
    "steps that are no whole number": "{epochs: 4, scheduler: {StepLR: {step_size: 1.5}}}",
    "formulas everywhere": "{epochs: 4, optimizer: {AdamW: {betas: [=1 - 1/10, 0.99]}}, scheduler: "
    "{OneCycleLR: {max_lr: [=lr * 10], total_steps: '=max(4, total_calls)', pct_start: =0.1 * 3}}}",
    "a formula with a note": "{epochs: 4, scheduler: {StepLR: {step_size: '=epochs # all'}}}",
    "formulas in a list": "{epochs: 4, scheduler: {MultiStepLR: {milestones: [=epochs / 2, 3]}}}",
    "a plain number for an expression": "{epochs: 4, scheduler: {LambdaLR: {lr_lambda: 0.5}}}",
    "an expression after a sign": "{epochs: 4, scheduler: {LambdaLR: {lr_lambda: =0.9 ** step}}}",
    "an expression a group": "{epochs: 4, scheduler: {LambdaLR: {lr_lambda: [1, 0.9 ** epoch]}}, "
    "optimizer: {SGD: {param_groups: [{}, {name: head}]}}}",
    "no groups": f"{{epochs: 4, optimizer: {{SGD: {{param_groups: []}}}}, {STEP}}}",
    "a scale that is null": f"{{epochs: 4, scheduler: {{CyclicLR: {{{CYCLE}, scale_fn: null}}}}}}",
    "a scale in place of a mode": f"{{epochs: 4, scheduler: {{CyclicLR: {{{CYCLE}, step_size_up: 2,"
    " step_size_down: null, scale_fn: 0.5 if x > 1 else 1}}}",
    "a one-cycle whose length is null": "{epochs: 4, scheduler: {OneCycleLR: {max_lr: 1, "
    "total_steps: null, epochs: 4, steps_per_epoch: 1, cycle_momentum: false}}}",
    "a one-cycle with more than its length": "{epochs: 4, scheduler: {OneCycleLR: {max_lr: 1, "
    "total_steps: 4, epochs: 0, cycle_momentum: false}}}",
    "an eps that is null": f"{{epochs: 4, optimizer: {{Adafactor: {{eps: [null, 1]}}}}, {STEP}}}",
    "flags that are null": f"{{epochs: 4, optimizer: {{Adam: {{foreach: null}}}}, {STEP}}}",
    "a negative LR of a group": (
        f"{{epochs: 4, optimizer: {{SGD: {{param_groups: [{{lr: -1}}]}}}}, {STEP}}}"
    ),
    "losses that are no number": "{epochs: 4, scheduler: ReduceLROnPlateau, metric: [.nan, 1]}",
    "a metric that is a number": "{epochs: 4, scheduler: ReduceLROnPlateau, "
    "metric: {expression: 1}}",
    "a metric of a curve": "{epochs: 4, scheduler: ReduceLROnPlateau, curves: {a: {metric: [1]}}}",
    "a metric of all curves": "{epochs: 4, metric: [1], curves: {a: {scheduler: "
    "{ReduceLROnPlateau: {factor: 0.5}}}}}",
    "figure keys that are null": f"{{epochs: 4, figure: {{size: null, dpi: null, xlim: null, "
    f"ylim: null, xlabel: null, ylabel: null, legend: null, grid: null}}, {STEP}}}",
    "no markers": f"{{epochs: 4, figure: {{markers: false}}, {STEP}}}",
    "limits the wrong way round": f"{{epochs: 4, figure: {{xlim: [4, 0], ylim: [1, -1]}}, {STEP}}}",
    "a code of no rule": f"{{epochs: 4, lint: {{ignore: [LR999, LR012, LR012]}}, {STEP}}}",
    "curves with schedulers of their own": "{epochs: 4, curves: {a: {scheduler: LinearLR}}}",
    "what no curve reads": "{epochs: 4, scheduler: {StepLR: {}}, optimizer: 5, interval: none, "
    "metric: 5, curves: {a: {scheduler: LinearLR, optimizer: SGD, interval: step, metric: [1]}}}",
    "a sweep of the scheduler": (
        "{epochs: 4, sweep: {scheduler: [LinearLR, {StepLR: {step_size: 2}}]}}"
    ),
    "a sweep in place of the scheduler": (
        "{epochs: 4, scheduler: 5, sweep: {scheduler: [LinearLR, ConstantLR]}}"
    ),
    "a sweep in place of arguments": "{epochs: 4, scheduler: {StepLR: 5}, "
    "sweep: {scheduler.StepLR: [{step_size: 1}, {step_size: 2}]}}",
    "a sweep of what is required": (
        "{epochs: 4, scheduler: {StepLR: {gamma: 1}}, sweep: {scheduler.StepLR.step_size: [1, 2]}}"
    ),
    "a sweep of what stands open": "{epochs: 4, scheduler: {StepLR: {step_size: }}, "
    "optimizer: {SGD: {lr: open}}, interval: none, sweep: {scheduler.StepLR.step_size: [1, 2], "
    "optimizer.SGD.lr: [1, =0.5], interval: [step, epoch]}}",
    "a sweep inside a bare name": (
        "{epochs: 4, scheduler: StepLR, sweep: {scheduler.StepLR.step_size: [1, 2]}}"
    ),
    "a sweep of two halves": "{epochs: 4, sweep: {scheduler: [{StepLR: {gamma: 0.5}}, "
    "{StepLR: {gamma: 0.1}}], scheduler.StepLR.step_size: [1, 2]}}",
    "a sweep of a child": "{epochs: 4, scheduler: {SequentialLR: {schedulers: [LinearLR, "
    "{StepLR: {}}], milestones: [2]}}, "
    "sweep: {scheduler.SequentialLR.schedulers.1.StepLR.step_size: [1, 2]}}",
    "a sweep of a child of a child": (
        "{epochs: 4, scheduler: {ChainedScheduler: {schedulers: [{SequentialLR: {schedulers: "
        "[LinearLR, {StepLR: {}}], milestones: [2]}}]}}, sweep: {scheduler.ChainedScheduler."
        "schedulers.0.SequentialLR.schedulers.1.StepLR.step_size: [1, =epochs / 2]}}"
    ),
    "a sweep of children": "{epochs: 4, scheduler: {SequentialLR: {schedulers: [LinearLR, 5], "
    "milestones: [2]}}, sweep: {scheduler.SequentialLR.schedulers.1: [ConstantLR, {StepLR: "
    "{step_size: 1}}]}}",
    "a sweep of all children": "{epochs: 4, scheduler: {SequentialLR: {milestones: [2]}}, sweep: "
    "{scheduler.SequentialLR.schedulers: [[LinearLR, ConstantLR], [ConstantLR, LinearLR]]}}",
    "a sweep of a milestone": "{epochs: 4, scheduler: {MultiStepLR: {milestones: [a, 3]}}, "
    "sweep: {scheduler.MultiStepLR.milestones.0: [1, 2]}}",
    "a sweep of lists and of an item": "{epochs: 4, scheduler: {MultiStepLR: {}}, sweep: "
    "{scheduler.MultiStepLR.milestones: [[a, 3], [b, 2]], "
    "scheduler.MultiStepLR.milestones.0: [1]}}",
    "a sweep of a group": f"{{epochs: 4, optimizer: {{AdamW: {{param_groups: [{{}}, {{lr: 1}}]}}}},"
    f" sweep: {{optimizer.AdamW.param_groups.1.lr: [1, =1 / epochs], "
    f"optimizer.AdamW.param_groups.0: [{{name: head}}]}}, {STEP}}}",
    "a sweep of a group's name and list": f"{{epochs: 4, optimizer: {{AdamW: {{param_groups: "
    f"[{{betas: [0, 0.9]}}]}}}}, sweep: {{optimizer.AdamW.param_groups.0.betas.0: [0.8, 0.9], "
    f"optimizer.AdamW.param_groups.0.name: [head]}}, {STEP}}}",
    "a sweep of a group counted oddly": (
        f"{{epochs: 4, optimizer: {{SGD: {{param_groups: [{{}}]}}}}, sweep: {{optimizer.SGD."
        f"param_groups.0.lr: [a], optimizer.SGD.param_groups.00.lr: [1, 2]}}, {STEP}}}"
    ),
    "a sweep of what another one replaces": "{epochs: 4, optimizer: {SDG: {}}, sweep: "
    "{optimizer.SDG.lr: [a], optimizer: [SGD], scheduler.Foo.bar: [b], scheduler: [LinearLR]}}",
    "a sweep of arguments that another one replaces": "{epochs: 4, scheduler: {LinearLR: {}}, "
    "sweep: {scheduler.LinearLR.foo: [b], scheduler.LinearLR: [null]}}",
    "a sweep inside what another one replaces": f"{{epochs: 4, sweep: {{scheduler.StepLR.gamma.a: "
    f"[1], scheduler.StepLR.gamma: [0.1, 0.2]}}, {STEP}}}",
    "a sweep of a list of groups": f"{{epochs: 4, sweep: {{optimizer.SGD.param_groups: "
    f"[[{{}}], [{{lr: 2}}]]}}, {STEP}}}",
    "a sweep of expressions": "{epochs: 4, scheduler: LambdaLR, "
    "sweep: {scheduler.LambdaLR.lr_lambda: [0.9 ** epoch, 1]}}",
    "a sweep of formulas": (
        f"{{epochs: 4, sweep: {{scheduler.StepLR.gamma: ['=min(lr, 0.1)', 0.5]}}, {STEP}}}"
    ),
    "a sweep of the run": f"{{epochs: 4, sweep: {{epochs: [4, 8], steps_per_epoch: [2]}}, {STEP}}}",
    "a sweep of a null": f"{{epochs: 4, sweep: {{optimizer.Adam.fused: [null, false]}}, {STEP}}}",
}


@pytest.mark.parametrize("name", ODD)
def test_what_the_checks_accept_is_valid(validator: Validator, name: str) -> None:
    assert errors(validator, ODD[name]) == []
    lrviz.simulate(lrviz.parse_spec(ODD[name]))


ANYTHING: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 0.5, 1.5, 4.0, float("nan"), float("inf"), "", "a", "a\nb"),
    *(
        "=4",
        "= epochs",
        "=",
        "0.9 ** epoch",
        "step",
        "linear",
        "LinearLR",
        "StepLR",
        "AdamW",
        "dark",
    ),
    *(
        [],
        [1],
        [1, 2],
        [1, 1],
        [0.5, "=1"],
        ["a"],
        [None],
        ["lr"],
        ["lr", "lr"],
        ["LR012", "LR999"],
    ),
    *({}, {"a": 1}, {"LinearLR": None}, {"StepLR": {}}, {"StepLR": {"step_size": 2}}),
    *({"SGD": {"lr": 1}}, {"expression": "step"}, {"a": {"scheduler": "LinearLR"}}, {"a": {}}),
    *({"scheduler.StepLR.step_size": [1, 2]}, {"scheduler": ["LinearLR"]}, {"interval": ["step"]}),
)


def change(tree: Any, picks: random.Random) -> Any:
    """Return a tree of which one value is another, or one key is gone, new or misspelt."""
    tree = copy.deepcopy(tree)
    inner = [each for each in walk_data(tree) if each]
    place = picks.choice(inner)
    keys = list(place) if isinstance(place, dict) else list(range(len(place)))
    key, how = picks.choice(keys), picks.random()
    if how < 0.15:
        del place[key]
    elif how < 0.25 and isinstance(place, dict):
        place[picks.choice(["a", "lr", "name", "gamma", "step_size"])] = place.pop(key)
    else:
        place[key] = picks.choice(ANYTHING)
    return tree


def walk_data(tree: Any) -> Iterator[Any]:
    if isinstance(tree, dict | list):
        yield tree
        for each in tree.values() if isinstance(tree, dict) else tree:
            yield from walk_data(each)


@pytest.mark.parametrize("name", ODD)
def test_whatever_is_changed_nothing_is_refused_that_the_checks_accept(
    validator: Validator, name: str
) -> None:
    picks = random.Random(name)
    for _ in range(12):
        tree = change(parse_yaml(ODD[name])[0], picks)
        if complaints(validator, tree):
            with pytest.raises(lrviz.SpecError):
                lrviz.simulate(parse_tree(tree, Source()))


KINDS = [
    Kind(base, strict=strict, optional=optional, per_group=per_group, choices=("a", "b"))
    for base in get_args(Base)
    for strict, optional, per_group in product([False, True], repeat=3)
    if base in ("number", "expression") or not per_group  # as annotations have it
]
VALUES: tuple[Any, ...] = (
    *(None, True, 1, 1.5, 2.0, -1e-3, "", "a", "x", "=1", "= epochs / 2", "0.5 ** x"),
    *([], [1], [1.5], ["=1"], ["a"], [None], [True], [[1]], ["x"], [1, 2], [None, 2], [1, 2, 3]),
)
DEFAULTS = (None, (1.0, 2.0), (None, 2.0), "a", 0.5, math.inf, object())


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_an_argument_of_any_kind_is_what_the_checks_take(kind: Kind, definitions: Any) -> None:
    """All but expressions' own text and a list's length, the number of param groups: here 1."""
    for default in DEFAULTS:
        argument = Argument("argument", kind, "", required=False, default=default)
        formula = {"formula": definitions["formula"]}
        schema = {"$defs": formula, **describe_argument(argument, "")}
        assert json.loads(json.dumps(schema, allow_nan=False)) == schema
        for value in VALUES:
            binder = Binder(Problems(Source()), groups=1, totals={"epochs": 4.0})
            binder.bind({"argument": argument}, {"argument": value}, ())
            valid = not complaints(Validator(schema), value)
            assert valid or binder.problems.found, (default, value)
            if kind.base != "expression" and not (kind.per_group and isinstance(value, list)):
                assert valid is not bool(binder.problems.found), (default, value)


def test_every_scheduler_and_optimizer_can_be_completed(definitions: Any) -> None:
    for key, names in (("scheduler", CATALOG), ("optimizer", OPTIMIZERS)):
        mapping = definitions[key]["anyOf"][0]
        assert list(mapping["properties"]) == list(names)


def test_keys_are_offered_where_others_stand_already() -> None:
    """An editor offers no key of a mapping that says itself how many it may have."""
    assert not [
        each for each in walk(build_schema()) if {"properties", "maxProperties"} <= set(each)
    ]


def test_every_key_is_explained(definitions: Any) -> None:
    schema: Any = build_schema()
    for place in (schema, *(each for each in definitions.values() if "properties" in each)):
        for key, told in place["properties"].items():
            assert told is True or told["description"], key


@pytest.mark.parametrize(
    ("definition", "key", "description"),
    [
        ("FigureOptions", "dpi", "pixels an inch; the style's unless given"),
        ("StepLR", "gamma", "factor of each drop (default 0.1)"),
        ("LinearLR", "start_factor", "factor at the first step (default 0.333333)"),
        ("SGD", "momentum", "float (default 0)"),
        ("SGD", "nesterov", "bool (default false)"),
        ("AdamW", "foreach", "bool | None"),
        ("AdamW", "betas", "tuple[float, float] (default [0.9, 0.999])"),
        ("Adamax", "eps", "float (default 1e-8)"),
    ],
)
def test_an_explanation_tells_the_default(
    definitions: Any, definition: str, key: str, description: str
) -> None:
    assert definitions[definition]["properties"][key]["description"] == description


def test_the_keys_at_the_top_are_explained_wherever_they_stand() -> None:
    schema: Any = build_schema()
    said = "length of the run, in epochs; a fraction where the scheduler is called every step"
    assert schema["properties"]["epochs"]["description"] == said
    for name in ("scheduler", "optimizer", "interval", "metric"):
        assert schema["properties"][name] is True
        assert schema["$defs"][name]["description"]


def test_codes_are_told_apart(definitions: Any) -> None:
    *known, _ = definitions["LintOptions"]["properties"]["ignore"]["items"]["anyOf"]
    assert [each["const"] for each in known] == list(RULES)
    assert known[11]["description"] == "milestone-zero: a SequentialLR's milestone is 0"


def test_panels_are_the_quantities(definitions: Any) -> None:
    panels = definitions["FigureOptions"]["properties"]["panels"]
    assert panels["items"]["enum"] == list(RECORDED)


def test_an_installed_package_adds_its_names(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = External("ours.Cosine", "ours", "Cosine", "ours")
    theirs = External("ours.Cosine", "theirs", "Cosine", "theirs")
    spec = "{epochs: 4, scheduler: {ours.Cosine: {lr: 1}}}"
    for found, valid in ([ours], True), ([ours, theirs], False), ([], False):
        points = MappingProxyType({"ours.Cosine": tuple(found)} if found else {})
        monkeypatch.setattr(
            "lrviz.commands.schema.components.list_entry_points", lambda points=points: points
        )
        validator = Validator(build_schema())
        assert (errors(validator, spec) == []) is valid
        assert (errors(validator, "{epochs: 4, scheduler: ours.Cosine}") == []) is valid
        swept = "{epochs: 4, scheduler: {ours.Cosine: {}}, sweep: {scheduler.ours.Cosine.lr: [1]}}"
        assert errors(validator, swept) == []


@pytest.mark.parametrize("scheduler", ["package.module:Class", "{package.module:Class: {a: [1]}}"])
def test_a_class_may_be_one_that_the_command_line_allows(
    validator: Validator, scheduler: str
) -> None:
    assert errors(validator, f"{{epochs: 4, scheduler: {scheduler}}}") == []


def test_no_library_is_imported_for_it() -> None:
    code = (
        "import sys; from lrviz.system.process import own_process; own_process()\n"
        "from lrviz.commands.schema.document import build_schema; build_schema()\n"
        "print({name.partition('.')[0] for name in sys.modules} & {'transformers', 'timm'})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_of_other_libraries_the_names_are_known(validator: Validator) -> None:
    spec = "{epochs: 4, scheduler: {timm.CosineLRScheduler: {%s: low}}}"
    assert errors(validator, spec % "lr_min") == []
    assert errors(validator, spec % "lr_mini") != []


def test_an_optimizer_that_this_torch_lacks_is_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "lrviz.commands.schema.components.installed_optimizer_arguments",
        lambda name: [] if name == "Adam" else installed_optimizer_arguments(name),
    )
    assert errors(Validator(build_schema()), f"{{epochs: 4, optimizer: Adam, {STEP}}}") != []


def test_a_default_is_torchs_own(definitions: Any) -> None:
    steplr = definitions["StepLR"]
    assert steplr["properties"]["gamma"]["default"] == 0.1
    assert steplr["required"] == ["step_size"]
    assert definitions["AdamW"]["properties"]["betas"]["default"] == [0.9, 0.999]


def test_it_is_plain_json() -> None:
    schema = build_schema()
    assert json.loads(json.dumps(schema, allow_nan=False)) == schema


def test_it_is_json_schema_and_no_more_than_it_must_be() -> None:
    """A keyword that a validator does not know says nothing, and one alternative is none."""
    for each in walk(build_schema()):
        assert not {"ge", "gt", "le", "lt"} & set(each)
        assert len(each.get("anyOf", ["several", "alternatives"])) > 1
    assert len(json.dumps(build_schema())) < 120_000


def test_it_refers_to_nothing_that_it_lacks() -> None:
    schema: Any = build_schema()
    for each in walk(schema):
        found = schema
        for part in str(each.get("$ref", "#")).split("/")[1:]:
            found = found[part]
