"""Whatever number an argument is set to, there is something to say of it and nothing is raised."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from torch.optim import Optimizer
from torch.optim.lr_scheduler import MultiStepLR

import lrviz
from lrviz.commands.look_up import spec_template
from lrviz.drive.installed import installed_arguments
from lrviz.drive.runs import simulate
from lrviz.drive.signatures import Argument
from lrviz.errors import SpecError
from lrviz.linter.engine import lint_run
from lrviz.linter.part import Part
from lrviz.linter.rules import RULES
from lrviz.spec.catalog import CATALOG
from lrviz.spec.origin import Source
from lrviz.spec.parse import parse_spec, parse_tree
from tests.support.lrvizrun import run
from tests.support.slow import slow_but
from tests.support.specs import WriteSpec

NUMBERS = (math.inf, -math.inf, math.nan, 1e308, -1e308, 0, -1)
MANY = [8.0] * 500
BESIDE: dict[str, Any] = {"ExponentialLR": {"gamma": 0.9}}


def test_a_tenth_of_a_run_is_rounded_up_as_the_trainer_of_transformers_does() -> None:
    """375 calls have a tenth of 37.5; TrainingArguments.get_warmup_steps gives its ceiling."""
    schedule = "{transformers.get_constant_schedule_with_warmup: {num_warmup_steps: 1000}}"
    run = simulate(parse_spec(f"steps: 375\nscheduler: {schedule}\n"))
    (found,) = lint_run(run, RULES.values())
    assert found.remedy == "set num_warmup_steps to 38, a tenth of the run"


@pytest.mark.parametrize(
    ("length", "values", "remedy"),
    [
        ("epochs: 4\nsteps_per_epoch: 8", 4, "set interval to epoch, or "),
        ("epochs: 4\nsteps_per_epoch: 8", 5, ""),
        ("epochs: 32", 4, ""),
        ("steps: 32", 1, ""),
    ],
)
def test_a_metric_of_one_value_an_epoch_is_told_to_be_called_so(
    length: str, values: int, remedy: str, write_spec: WriteSpec, tmp_path: Path
) -> None:
    """Once an epoch each value is its call's own, and falls: nothing drops for one that is held."""
    (tmp_path / "a.csv").write_text("\n".join(["loss", "4", "3", "2", "1", "0"][: values + 1]))
    scheduler = "scheduler: {ReduceLROnPlateau: {patience: 1}}"
    path = write_spec(f"{length}\n{scheduler}\nmetric: {{csv: a.csv, column: loss}}\n")
    found = lint_run(simulate(lrviz.load(path)), RULES.values())
    (told,) = [each for each in found if each.rule.code == "LR036"]
    assert told.remedy == f"{remedy}give every call a value of its own"


def _values(argument: Argument) -> Iterator[Any]:
    """Yield what to set an argument to: numbers, and lists with them where it may be a list."""
    if argument.kind.base in ("flag", "text", "choice"):
        return
    yield from NUMBERS
    if argument.kind.base == "expression":
        yield from ("1e308 * 10 ** epoch", "epoch - 5")
    elif argument.kind.per_group:
        yield from ([1e-3, number] for number in NUMBERS)
    elif argument.kind.base in ("list", "tuple", "any"):
        yield from ([8, number] for number in NUMBERS)
        yield from (MANY, list(range(500)), list(range(500, 0, -1)), [2.5] * 500, [])


def _specs(name: str) -> Iterator[dict[str, Any]]:
    """Yield specs with an argument set to every value, alone and inside of composites."""
    tree: dict[str, Any] = dict(parse_spec(spec_template(CATALOG[name])).tree)
    tree |= {"epochs": 2, "steps_per_epoch": 6}
    groups = {"SGD": {"lr": 0.1, "momentum": 0.9, "param_groups": [{}, {"lr": 0.01}]}}
    named = tree["scheduler"]
    usual = (named[name] if isinstance(named, dict) else None) or {}
    for argument in installed_arguments(name):
        if argument.name == "schedulers":
            continue
        for value in _values(argument):
            node = {name: usual | {argument.name: value}}
            if name == "SequentialLR" and isinstance(value, list):
                node[name]["schedulers"] = [BESIDE] * (len(value) + 1)
            yield {**tree, "scheduler": node}
            yield {**tree, "scheduler": node, "optimizer": groups}
            if CATALOG[name].package == "timm" or CATALOG[name].takes_metric:
                continue
            yield {**tree, "scheduler": {"ChainedScheduler": {"schedulers": [BESIDE, node]}}}
            both = {"schedulers": [BESIDE, node], "milestones": [3]}
            yield {**tree, "scheduler": {"SequentialLR": both}}


# Of each library the largest, and of torch one of every kind: periods, shares, milestones,
# composites, a metric, an expression.
FEW = {
    *("StepLR", "CosineAnnealingWarmRestarts", "OneCycleLR", "MultiStepLR", "SequentialLR"),
    *("ReduceLROnPlateau", "LambdaLR", "timm.CosineLRScheduler"),
    "transformers.get_wsd_schedule",
}


@pytest.mark.parametrize("name", slow_but(FEW, CATALOG))
def test_no_rule_fails_on_any_number_that_can_be_driven(
    name: str, request: pytest.FixtureRequest
) -> None:
    if CATALOG[name].package != "torch":
        request.getfixturevalue(CATALOG[name].package)
    driven = 0
    for tree in _specs(name):
        try:
            done = simulate(parse_tree(tree, Source()))
        except SpecError:
            continue
        driven += 1
        for finding in lint_run(done, RULES.values()):
            assert len(str(finding)) < 500
    numeric = [each for each in installed_arguments(name) if each.name != "schedulers"]
    assert driven or not numeric


@pytest.mark.parametrize("number", [".inf", "-.inf", ".nan"])
@pytest.mark.parametrize(
    ("scheduler", "key"),
    [
        ("MultiStepLR: {milestones: [8, NUMBER], gamma: 0.5}", "MultiStepLR.milestones.1"),
        (
            "SequentialLR: {milestones: [NUMBER], schedulers: [{StepLR: {step_size: 9}}, "
            "{StepLR: {step_size: 9}}]}",
            "SequentialLR.milestones.0",
        ),
    ],
)
def test_no_command_takes_a_milestone_that_no_count_comes_to(
    scheduler: str, key: str, number: str, write_spec: WriteSpec, tmp_path: Path
) -> None:
    line = scheduler.replace("NUMBER", number)
    write_spec(f"epochs: 32\nscheduler:\n  {line}\n", "a.yaml")
    place = f"a.yaml:3:{line.index(number) + 3}"
    said = f"{place}: scheduler.{key}: must be a whole number, got {number}\n"
    linted = run("lint", "a.yaml", cwd=tmp_path)
    assert (linted.status, linted.text) == (2, said)
    for command in (["plot", "a.yaml"], ["batch", "a.yaml", "-o", "out"]):
        done = run(*command, cwd=tmp_path)
        assert done.status == 2
        assert said in done.stderr


@pytest.mark.parametrize("milestone", [math.inf, math.nan])
def test_a_factory_may_give_torch_such_a_milestone_and_is_told(milestone: float) -> None:
    """Torch looks it up and never finds it: the LR halves at 4 and nowhere else."""

    def build(optimizer: Optimizer) -> MultiStepLR:
        milestones: list[Any] = [4, milestone]
        return MultiStepLR(optimizer, milestones, 0.5)

    driven = lrviz.simulate(build, steps=8)
    assert driven.lr[0].tolist() == [1e-3] * 4 + [5e-4] * 4
    spelt = ".nan" if math.isnan(milestone) else ".inf"
    (found,) = lint_run(driven, [RULES["LR009"]])
    assert found.problem.text == (
        f"{spelt} is no whole number of calls, the LR does not drop there; leave it out"
    )


class _Compared(float):
    """A number that counts how often one of its kind is compared."""

    times = 0

    def __eq__(self, other: object) -> bool:
        _Compared.times += 1
        return float(self) == other

    __hash__ = float.__hash__


def test_a_milestone_given_thousands_of_times_is_counted_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Were every one compared with every other, that were a million times."""
    milestones = ", ".join(["8"] * 1000)
    text = f"epochs: 32\nscheduler: {{MultiStepLR: {{milestones: [{milestones}]}}}}\n"
    driven = simulate(parse_spec(text))
    monkeypatch.setattr(Part, "numbers", lambda part, name: [_Compared(8) for _ in range(1000)])
    (found,) = lint_run(driven, [RULES["LR010"]])
    assert found.problem.text == (
        "8 is given more than once, the LR drops by gamma each time; name each once"
    )
    assert _Compared.times < 10_000


def test_a_long_list_out_of_order_is_not_written_out(write_spec: WriteSpec, tmp_path: Path) -> None:
    many = list(range(17, 0, -1))
    write_spec(f"epochs: 32\nscheduler: {{MultiStepLR: {{milestones: {many}}}}}\n", "a.yaml")
    assert run("lint", "a.yaml", "--select", "LR010", cwd=tmp_path).text == (
        "a.yaml:2:27: LR010 warning: scheduler.MultiStepLR.milestones: not in order; sort them\n"
    )
