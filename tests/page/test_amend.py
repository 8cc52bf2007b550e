"""What a change on a page makes of a spec can be driven, and says what was meant."""

import copy
from contextlib import suppress
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

import lrviz
from lrviz.page.amend import AmendError, amend
from lrviz.page.form import list_nesting, list_schedulers
from lrviz.spec.catalog import OPTIMIZERS, SCHEDULERS
from lrviz.spec.origin import Source
from lrviz.spec.parse import parse_tree
from lrviz.spec.yamltree import parse_yaml

Tree = dict[str, Any]

CALLS = 32
SPEC = """
epochs: 4
steps_per_epoch: 8
optimizer: {SGD: {lr: 0.1, momentum: 0.9}}
scheduler: {StepLR: {step_size: 8, gamma: 0.3}}
"""
SEQUENCE = """
steps: 32
scheduler:
  SequentialLR:
    schedulers: [{LinearLR: {total_iters: 8}}, {ConstantLR: {factor: 1}}, CosineAnnealingLR]
    milestones: [8, 16]
"""
AT = ("scheduler", "SequentialLR", "schedulers")


def read(text: str) -> Tree:
    tree, _ = parse_yaml(text)
    assert isinstance(tree, dict)
    return tree


def change(tree: Tree | str, op: str, key: str | tuple[str | int, ...], **more: str) -> Tree:
    """Return what a change makes of a spec, which it leaves as it is."""
    before = read(tree) if isinstance(tree, str) else tree
    kept = copy.deepcopy(before)
    path = key.split(".") if isinstance(key, str) else [*key]
    after = amend(before, [{"op": op, "key": path, **more}], CALLS)
    assert before == kept
    return after


def fail(tree: Tree | str, op: str, key: str | tuple[str | int, ...], **more: str) -> str:
    with pytest.raises(AmendError) as caught:
        change(tree, op, key, **more)
    return str(caught.value)


def drive(tree: Tree) -> lrviz.Run:
    """Return the run of a spec that no rule of the linter calls an error."""
    run = lrviz.simulate(parse_tree(tree, Source()))
    assert [str(each) for each in lrviz.lint(run) if each.severity == "error"] == []
    return run


@pytest.mark.parametrize(
    ("text", "key", "value", "expected"),
    [
        ("{epochs: 4}", "epochs", "8", {"epochs": 8}),
        ("{epochs: 4}", "epochs", "1e-3", {"epochs": 0.001}),
        ("{epochs: 4}", "epochs", "=2 * 4", {"epochs": "=2 * 4"}),
        ("{epochs: 4}", "metric", "[1, {a: b}]", {"epochs": 4, "metric": [1, {"a": "b"}]}),
        (
            "{scheduler: StepLR}",
            "scheduler.StepLR.gamma",
            "1",
            {"scheduler": {"StepLR": {"gamma": 1}}},
        ),
        ("{}", "optimizer.SGD.lr", "0.1", {"optimizer": {"SGD": {"lr": 0.1}}}),
        ("{figure: {x: step}}", "figure.x", "", {}),
        ("{figure: {x: step, dpi: 90}}", "figure.x", " ", {"figure": {"dpi": 90}}),
        (
            "{scheduler: {StepLR: {gamma: 1}}}",
            "scheduler.StepLR.gamma",
            "",
            {"scheduler": {"StepLR": {}}},
        ),
        ("{sweep: {epochs: [1]}}", "sweep.epochs", "", {}),
        ("{epochs: 4}", "title", "", {"epochs": 4}),
    ],
)
def test_a_value_is_set_as_the_command_line_sets_it(
    text: str, key: str, value: str, expected: Tree
) -> None:
    assert change(text, "set", key, value=value) == expected


def test_a_text_is_taken_as_it_is() -> None:
    assert change("{}", "text", "title", value="4: {x") == {"title": "4: {x"}
    assert change("{title: a}", "text", "title", value="") == {}


def test_changes_are_made_in_their_order() -> None:
    changes = [
        {"op": "set", "key": ["steps"], "value": "8"},
        {"op": "set", "key": ["steps"], "value": "9"},
    ]
    assert amend({}, changes, 1) == {"steps": 9}


@pytest.mark.parametrize(("place", "milestones"), [(0, [16]), (1, [16]), (2, [8])])
def test_a_scheduler_takes_its_milestone_with_it(place: int, milestones: list[int]) -> None:
    kept = read(SEQUENCE)["scheduler"]["SequentialLR"]["schedulers"]
    del kept[place]
    found = change(SEQUENCE, "remove", (*AT, place))["scheduler"]["SequentialLR"]
    assert found["schedulers"] == kept
    assert found["milestones"] == milestones


def test_the_last_scheduler_stays() -> None:
    tree = change(change(SEQUENCE, "remove", (*AT, 2)), "remove", (*AT, 0))
    assert tree["scheduler"]["SequentialLR"]["milestones"] == []
    drive(tree)
    said = "scheduler.SequentialLR.schedulers.0: is the last one here; choose another in its place"
    assert fail(tree, "remove", (*AT, 0)) == said


def test_the_last_param_group_takes_the_list_with_it() -> None:
    text = "{optimizer: {SGD: {lr: 1, param_groups: [{lr: 2}]}}}"
    groups = ("optimizer", "SGD", "param_groups")
    assert change(text, "remove", (*groups, 0)) == {"optimizer": {"SGD": {"lr": 1}}}


def test_another_scheduler_keeps_what_means_the_same() -> None:
    tree = change(SPEC, "choose", "scheduler", name="MultiStepLR")
    assert tree["scheduler"] == {"MultiStepLR": {"milestones": [8, 24, 28], "gamma": 0.3}}
    tree = change(tree, "choose", "scheduler", name="ExponentialLR")
    assert tree["scheduler"] == {"ExponentialLR": {"gamma": "=0.5 ** (1 / 8)"}}  # of each call


def test_what_is_new_is_as_long_as_the_run_and_as_high_as_its_lr() -> None:
    before = {**read(SPEC), "steps_per_epoch": 16}
    name = {"op": "choose", "key": ["scheduler"], "name": "CyclicLR"}
    arguments = {"base_lr": 0.01, "max_lr": 0.1, "step_size_up": 8, "mode": "triangular2"}
    assert amend(before, [name], 64)["scheduler"] == {"CyclicLR": arguments}


def test_a_composite_keeps_the_scheduler_that_was_there_and_gives_it_back() -> None:
    tree = change(SPEC, "choose", "scheduler", name="SequentialLR")
    step = {"StepLR": {"step_size": 8, "gamma": 0.3}}
    assert tree["scheduler"] == {"SequentialLR": {"schedulers": [step], "milestones": []}}
    both = change(tree, "add", AT, name="LinearLR")
    chained = change(both, "choose", "scheduler", name="ChainedScheduler")
    line = {"LinearLR": {"start_factor": 0.1, "total_iters": 4}}
    assert chained["scheduler"] == {"ChainedScheduler": {"schedulers": [step, line]}}
    back = change(chained, "choose", "scheduler", name="SequentialLR")
    assert back["scheduler"]["SequentialLR"]["milestones"] == [16]
    assert change(back, "choose", "scheduler", name="StepLR")["scheduler"] == step


def test_a_scheduler_inside_another_is_as_long_as_its_part() -> None:
    tree = change(SEQUENCE, "choose", (*AT, 1), name="CosineAnnealingLR")
    child = tree["scheduler"]["SequentialLR"]["schedulers"][1]
    assert child == {"CosineAnnealingLR": {"T_max": 8, "eta_min": 1e-5}}


def test_one_more_scheduler_takes_half_of_what_is_left() -> None:
    found = change(SEQUENCE, "add", AT, name="CosineAnnealingLR")["scheduler"]["SequentialLR"]
    assert found["milestones"] == [8, 16, 24]
    assert found["schedulers"][3] == {"CosineAnnealingLR": {"T_max": 8, "eta_min": 1e-5}}


def test_milestones_may_be_formulas_and_leave_room() -> None:
    text = SEQUENCE.replace("[8, 16]", "[8, =total_calls - 4]")
    found = change(text, "add", AT, name="StepLR")["scheduler"]["SequentialLR"]
    assert found["milestones"] == [8, "=total_calls - 4", 30]
    late = SEQUENCE.replace("[8, 16]", "[8, 31]")
    assert "the milestones leave too few of 32 calls" in fail(late, "add", AT, name="StepLR")


def test_a_metric_comes_with_the_scheduler_that_is_given_one() -> None:
    tree = change(SPEC, "choose", "scheduler", name="ReduceLROnPlateau")
    assert tree["metric"] == {"expression": "max(exp(-step / 4), 0.1)"}
    given = change({**read(SPEC), "metric": [1]}, "choose", "scheduler", name="ReduceLROnPlateau")
    assert given["metric"] == [1]


def test_another_optimizer_keeps_what_it_has_too() -> None:
    text = """{epochs: 4, scheduler: {StepLR: {step_size: 1}}, optimizer: {SGD: {lr: 0.1,
        momentum: 0.9, weight_decay: 0.1, nesterov: true,
        param_groups: [{name: a, lr: 1, nesterov: true}]}}}"""
    tree = change(text, "choose", "optimizer", name="AdamW")
    group = {"name": "a", "lr": 1}
    assert tree["optimizer"] == {"AdamW": {"lr": 0.1, "weight_decay": 0.1, "param_groups": [group]}}
    drive(tree)
    meant = change("{epochs: 4}", "choose", "optimizer", name="Adam")
    assert meant["optimizer"] == {"Adam": {"lr": 0.001}}


def test_an_optimizer_without_momentum_has_none_that_is_moved() -> None:
    tree = change(SPEC, "choose", "scheduler", name="OneCycleLR")
    without = change(tree, "choose", "optimizer", name="Adagrad")
    assert without["scheduler"]["OneCycleLR"]["cycle_momentum"] is False
    drive(without)


def test_one_more_param_group_has_the_optimizers_lr_and_its_own_name() -> None:
    at = "optimizer.SGD.param_groups"
    tree = change(change(SPEC, "add", at, name="head"), "add", at, name="head")
    groups = [{"name": "head", "lr": 0.1}, {"name": "head 2", "lr": 0.1}]
    assert tree["optimizer"]["SGD"]["param_groups"] == groups
    drive(tree)
    meant = change("{epochs: 4}", "add", at, name="")
    assert meant["optimizer"] == {"SGD": {"param_groups": [{"lr": 0.001}]}}


def test_a_list_has_a_value_for_every_param_group_still() -> None:
    text = """{epochs: 4, optimizer: {SGD: {lr: 1, param_groups: [{}, {lr: 2}]}},
        scheduler: {LambdaLR: {lr_lambda: [1, "0.5 ** epoch"]}}}"""
    at = ("optimizer", "SGD", "param_groups")
    more = change(text, "add", at, name="head")
    lambdas = [1, "0.5 ** epoch", "0.5 ** epoch"]
    assert more["scheduler"] == {"LambdaLR": {"lr_lambda": lambdas}}
    drive(more)
    fewer = change(more, "remove", (*at, 0))
    assert fewer["scheduler"] == {"LambdaLR": {"lr_lambda": lambdas[1:]}}
    drive(fewer)


def test_one_schedule_becomes_two_curves_and_two_three() -> None:
    two = change(SPEC, "add", "curves", name="mine")
    step = {"scheduler": {"StepLR": {"step_size": 8, "gamma": 0.3}}}
    assert [*two] == ["epochs", "steps_per_epoch", "optimizer", "curves"]
    assert two["curves"] == {"StepLR": step, "mine": step}
    three = change(two, "add", "curves", name="mine")
    assert [*three["curves"]] == ["StepLR", "mine", "mine 2"]
    assert len(drive(three).curves) == 3
    fewer = change(change(three, "remove", "curves.mine"), "remove", "curves.mine 2")
    assert "is the last one here" in fail(fewer, "remove", "curves.StepLR")


@pytest.mark.parametrize(
    ("tree", "op", "key", "more", "said"),
    [
        (SPEC, "set", "epochs", {"value": "[1"}, "epochs: not YAML: expected ',' or ']'"),
        (
            SPEC,
            "set",
            "epochs.a",
            {"value": "1"},
            "epochs.a: leads through a value that has no keys",
        ),
        (SPEC, "set", "scheduler.LinearLR.a", {"value": "1"}, "the spec has StepLR here"),
        (SEQUENCE, "set", (*AT, 7), {"value": "1"}, "no item 7 in a list of 3"),
        (SPEC, "remove", "figure", {}, "figure: nothing stands here"),
        (SPEC, "choose", "scheduler", {"name": "StepLr"}, "did you mean 'StepLR'?"),
        (SPEC, "choose", "optimizer", {"name": "sgd"}, "did you mean 'SGD'?"),
        (SPEC, "choose", "figure", {"name": "StepLR"}, "names no scheduler and no optimizer"),
        (SEQUENCE, "add", AT, {"name": "OneCycleLR"}, "does not go with others in a SequentialLR"),
        (SEQUENCE, "add", AT, {"name": "Nothing"}, "unknown scheduler 'Nothing'"),
        (SPEC, "add", "figure", {"name": "a"}, "has no place for one more"),
        (SPEC, "add", "optimizer.Adam.param_groups", {"name": "a"}, "the spec has SGD here"),
        ("{epochs: 4}", "add", "curves", {"name": "a"}, "there is no scheduler to draw twice"),
        ("{sweep: {epochs: [1]}}", "add", "curves", {"name": "a"}, "cannot stand beside `sweep`"),
        (SPEC, "turn", "epochs", {}, "epochs: no such change"),
        (SPEC, "set", "epochs", {}, "epochs: no such change"),
        (SPEC, "set", (), {"value": "1"}, "a change is for a key path"),
        (SPEC, "set", ("a",) * 21, {"value": "1"}, "leads too deep"),
    ],
)
def test_a_change_that_makes_no_sense_is_told(
    tree: str, op: str, key: Any, more: dict[str, str], said: str
) -> None:
    assert said in fail(tree, op, key, **more)


def test_what_is_wrong_knows_its_key() -> None:
    with pytest.raises(AmendError) as caught:
        amend({}, [{"op": "set", "key": ["epochs"], "value": "{"}], 1)
    assert caught.value.problem.key == ("epochs",)


@pytest.mark.parametrize(
    ("length", "calls"),
    [
        ({"epochs": 4, "steps_per_epoch": 8}, 32),
        ({"steps": 1000}, 1000),
        ({"epochs": 30, "steps_per_epoch": 2, "interval": "epoch"}, 30),
    ],
)
def test_every_scheduler_can_be_chosen(length: Tree, calls: int) -> None:
    for name in list_schedulers():
        if name != "timm.PlateauLRScheduler" or "steps" not in length:  # it counts epochs
            change = {"op": "choose", "key": ["scheduler"], "name": name}
            drive(amend({**length, "optimizer": {"AdamW": {"lr": 3e-4}}}, [change], calls))


@pytest.mark.slow
@pytest.mark.parametrize("name", list_schedulers())
def test_every_scheduler_can_take_the_place_of_every_other(name: str) -> None:
    for was in list_schedulers():
        tree = change("{epochs: 4, steps_per_epoch: 8}", "choose", "scheduler", name=was)
        drive(change(tree, "choose", "scheduler", name=name))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_can_be_chosen(name: str) -> None:
    for scheduler in ("StepLR", "OneCycleLR", "CyclicLR"):
        tree = change(SPEC, "choose", "scheduler", name=scheduler)
        drive(change(tree, "choose", "optimizer", name=name))


@pytest.mark.parametrize("composite", ["SequentialLR", "ChainedScheduler"])
def test_all_that_is_offered_can_be_added_and_chosen_inside(composite: str) -> None:
    tree = change("{steps: 32}", "choose", "scheduler", name=composite)
    at = ("scheduler", composite, "schedulers")
    for name in list_nesting(composite):
        if name in SCHEDULERS:
            drive(change(tree, "add", at, name=name))
            for place in (0, 1):
                drive(change(tree, "choose", (*at, place), name=name))


KEYS = st.lists(
    st.sampled_from(["scheduler", "SequentialLR", "schedulers", "curves", "optimizer", "SGD", "lr"])
    | st.integers(-1, 4)
    | st.text(max_size=2),
    max_size=7,
)
CHANGES = st.fixed_dictionaries(
    {
        "op": st.sampled_from(["set", "text", "remove", "choose", "add"]),
        "key": KEYS,
        "value": st.sampled_from(["", "1", "[", "{a: 1}", "StepLR"]) | st.text(),
        "name": st.sampled_from(["", "StepLR", "SequentialLR", "Adam", "a:b"]) | st.text(),
    }
)


@hypothesis.given(
    st.sampled_from(
        [
            SPEC,
            SEQUENCE,
            "{curves: {a: 1, b: {scheduler: 3}}}",
            "{scheduler: {SequentialLR: {schedulers: [1, {A: 1}], milestones: [a]}}}",
            "{scheduler: [StepLR], optimizer: {SGD: {lr: [1], param_groups: [1, {name: [1]}]}}}",
        ]
    ),
    st.lists(CHANGES, max_size=4),
)
def test_any_change_is_made_or_refused(text: str, changes: list[Tree]) -> None:
    tree = read(text)
    for each in changes:
        with suppress(AmendError):
            tree = amend(tree, [each], CALLS)
        assert isinstance(tree, dict)
