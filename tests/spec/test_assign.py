"""`--set KEY=VALUE` changes one value of a spec as if the file had held it."""

import copy
from pathlib import Path

import pytest

from lrviz.errors import Position, SpecError
from lrviz.spec.assign import Override, assign
from lrviz.spec.origin import Source
from lrviz.spec.parse import parse_spec
from lrviz.spec.tree import Tree
from tests.support.lrvizrun import run

TREE: dict[str, Tree] = {
    "epochs": 4,
    "optimizer": "SGD",
    "scheduler": {
        "SequentialLR": {
            "schedulers": [{"LinearLR": {"total_iters": 8}}, "SWALR"],
            "milestones": [8],
        }
    },
}


@pytest.mark.parametrize(
    ("key", "value", "at", "expected"),
    [
        ("epochs", "8", ["epochs"], 8),
        ("title", "on", ["title"], "on"),
        ("optimizer.SGD.lr", "1e-2", ["optimizer"], {"SGD": {"lr": 0.01}}),
        ("figure.style", "dark", ["figure"], {"style": "dark"}),
        (
            "scheduler.SequentialLR.schedulers.0.LinearLR.total_iters",
            "=total_calls / 2",
            ["scheduler", "SequentialLR", "schedulers", 0],
            {"LinearLR": {"total_iters": "=total_calls / 2"}},
        ),
        (
            "scheduler.SequentialLR.schedulers.1.SWALR.swa_lr",
            "0.1",
            ["scheduler", "SequentialLR", "schedulers", 1],
            {"SWALR": {"swa_lr": 0.1}},
        ),
        (
            "scheduler.SequentialLR.milestones.0",
            "9",
            ["scheduler", "SequentialLR", "milestones"],
            [9],
        ),
        ("scheduler", "{StepLR: {step_size: 2}}", ["scheduler"], {"StepLR": {"step_size": 2}}),
        ("metric", "[1, 2]", ["metric"], [1, 2]),
        ("title", "", ["title"], None),
    ],
)
def test_a_value_is_put_where_its_key_leads(
    key: str, value: str, at: list[str | int], expected: Tree
) -> None:
    before = copy.deepcopy(TREE)
    found: Tree = assign(TREE, Source(), Override(key, value))[0]
    for part in at:
        found = found[part]  # type: ignore[index]
    assert found == expected
    assert before == TREE


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("epochs.x", "1", "--set epochs.x=1: epochs.x: leads through a value that has no keys"),
        (
            "optimizer.Adam.lr",
            "1",
            "--set optimizer.Adam.lr=1: optimizer.Adam.lr: the spec has SGD here, not Adam; "
            "to replace it, give all of optimizer",
        ),
        (
            "optimizer.SDG.lr",
            "1",
            "--set optimizer.SDG.lr=1: optimizer.SDG.lr: unknown optimizer 'SDG'; "
            "did you mean 'SGD'?",
        ),
        (
            "scheduler.SequentialLr.milestones",
            "[1]",
            "--set scheduler.SequentialLr.milestones=[1]: scheduler.SequentialLr.milestones: "
            "unknown scheduler 'SequentialLr'; did you mean 'SequentialLR'?",
        ),
        (
            "scheduler.milestones",
            "[1]",
            "--set scheduler.milestones=[1]: scheduler.milestones: unknown scheduler 'milestones'; "
            "the spec has SequentialLR here",
        ),
        (
            "scheduler.SequentialLR.schedulers.0.ConstantLR.factor",
            "1",
            "--set scheduler.SequentialLR.schedulers.0.ConstantLR.factor=1: "
            "scheduler.SequentialLR.schedulers.0.ConstantLR.factor: the spec has LinearLR here, "
            "not ConstantLR; to replace it, give all of scheduler.SequentialLR.schedulers.0",
        ),
        (
            "scheduler.SequentialLR.milestones.1",
            "1",
            "--set scheduler.SequentialLR.milestones.1=1: scheduler.SequentialLR.milestones.1: "
            "no item 1 in a list of 1",
        ),
        (
            "scheduler.SequentialLR.milestones.x",
            "1",
            "--set scheduler.SequentialLR.milestones.x=1: scheduler.SequentialLR.milestones.x: "
            "no item x in a list of 1",
        ),
        ("epochs", "[1", "--set epochs=[1: epochs: not YAML: expected ',' or ']'"),
        (
            "epochs",
            "&x 1",
            "--set epochs=&x 1: epochs: anchors (&) are not allowed; write the value out",
        ),
    ],
)
def test_a_key_that_leads_nowhere_is_an_error(key: str, value: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        assign(TREE, Source(), Override(key, value))
    assert str(caught.value) == message


def test_what_was_set_is_named_as_the_place_of_what_is_wrong_with_it() -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec("epochs: 4\ntitle: 5\nscheduler: SWALR\n", "a.yaml", overrides=[("epochs", "0")])
    assert str(caught.value).splitlines() == [
        "--set epochs=0: epochs: must be at least 1, got 0",
        "a.yaml:2:1: title: must be a text, got 5",
    ]


def test_what_is_wrong_with_a_name_that_was_set_alone_is_said_in_its_place() -> None:
    """The file has neither; what was set lies below what is wrong."""
    with pytest.raises(SpecError) as caught:
        parse_spec(
            "epochs: 4\n",
            "a.yaml",
            overrides=[("optimizer.SDG.lr", "1"), ("scheduler.StepLr.gamma", "1")],
        )
    assert str(caught.value).splitlines() == [
        "--set optimizer.SDG.lr=1: optimizer: unknown optimizer 'SDG'; did you mean 'SGD'?",
        "--set scheduler.StepLr.gamma=1: scheduler: unknown scheduler 'StepLr'; "
        "did you mean 'StepLR'?",
    ]


def test_a_curve_has_a_scheduler_of_its_own() -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec(
            "epochs: 4\ncurves:\n  a: {scheduler: LinearLR}\n",
            overrides=[("curves.a.scheduler.LinaerLR.start_factor", "1")],
        )
    assert str(caught.value) == (
        "--set curves.a.scheduler.LinaerLR.start_factor=1: "
        "curves.a.scheduler.LinaerLR.start_factor: "
        "unknown scheduler 'LinaerLR'; did you mean 'LinearLR'?"
    )


def test_values_are_set_in_order_and_the_last_one_counts() -> None:
    spec = parse_spec(
        "epochs: 4\nscheduler: SWALR\n",
        overrides=[("epochs", "8"), ("scheduler.SWALR.swa_lr", "1"), ("epochs", "16")],
    )
    assert spec.epochs == 16
    assert spec.tree == {"epochs": 16, "scheduler": {"SWALR": {"swa_lr": 1}}}


def test_what_was_not_set_keeps_its_place() -> None:
    spec = parse_spec("epochs: 4\nscheduler: SWALR\n", "a.yaml", overrides=[("title", "x")])
    problem = spec.source.problem(("scheduler",), "wrong")
    assert (problem.source, problem.position) == ("a.yaml", Position(2, 1))
    assert spec.source.problem(("title",), "wrong").source == "--set title=x"


def test_a_spec_set_to_a_value_equals_the_one_that_holds_it() -> None:
    scheduler = "scheduler: {StepLR: {step_size: 2}}\n"
    assert parse_spec(
        f"epochs: 4\n{scheduler}", overrides=[("optimizer.Adam.lr", "1e-2")]
    ) == parse_spec(f"optimizer: {{Adam: {{lr: 0.01}}}}\nepochs: 4\n{scheduler}")


def test_a_text_is_empty_before_anything_is_set() -> None:
    with pytest.raises(SpecError, match="empty; a spec needs `epochs` and `scheduler`"):
        parse_spec("", overrides=[("epochs", "4"), ("scheduler", "SWALR")])


@pytest.mark.parametrize("key", ["", ".", "a..b", "epochs.", "0", "\u00b2", "-1", "x.0.0"])
def test_an_odd_key_is_a_spec_error(key: str) -> None:
    with pytest.raises(SpecError):
        parse_spec("epochs: 4\nscheduler: SWALR\n", overrides=[(key, "1")])


@pytest.mark.parametrize(
    ("sweep", "message"),
    [
        (
            "scheduler.StepLR.gamma=[]",
            ": sweep.scheduler.StepLR.gamma: must be a list of values, got []",
        ),
        ("scheduler.StepLR.gamma=[0.5, x]", ": scheduler.StepLR.gamma: must be a number, got 'x'"),
    ],
)
def test_what_is_wrong_with_a_sweep_is_said_as_it_was_typed(
    step: Path, sweep: str, message: str
) -> None:
    done = run("plot", step, "--sweep", "epochs=[2, 3]", "--sweep", sweep)
    assert (done.status, done.stderr) == (2, f"--sweep {sweep}{message}\n")


NAMED = "{SGD: {lr: 1, param_groups: [{name: backbone}, {name: head, lr: 0.5}]}}"
GROUPS = f"epochs: 4\nscheduler: LinearLR\noptimizer: {NAMED}\n"


@pytest.mark.parametrize(
    ("key", "values"), [("head.lr", [None, 0.25]), ("backbone.momentum", [0.25, None])]
)
def test_a_param_group_is_found_by_its_name(key: str, values: list[float | None]) -> None:
    argument = key.rpartition(".")[2]
    spec = parse_spec(GROUPS, overrides=[(key, "0.25")])
    assert [group.get(argument) for group in spec.optimizer.groups] == values
    spec = parse_spec(f"{GROUPS}sweep: {{{key}: [0.25]}}\n")
    assert [group.get(argument) for group in spec.optimizer.groups] == values


def test_a_name_that_two_curves_have_stands_for_two_keys() -> None:
    own = f"{{optimizer: {NAMED}}}"
    curves = f"epochs: 4\nscheduler: LinearLR\ncurves: {{a: {own}, b: {own}}}"
    for key, said in ("head.lr", r"2 keys; give .*a\.opt.*\.1\.lr=2 or"), ("head.l", "no such key"):
        with pytest.raises(SpecError, match=said):
            parse_spec(curves, overrides=[(key, "2")])
