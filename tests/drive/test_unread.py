"""What a spec or an option says to no effect is said, and what has one is not."""

from pathlib import Path

import pytest

from lrviz.drive.runs import simulate
from lrviz.spec.parse import parse_spec
from lrviz.spec.sweep import CURVE_KEYS, SWEPT_KEYS
from tests.support.lrvizrun import run
from tests.support.specs import WriteSpec

OWN = {
    "scheduler": ("{StepLR: {step_size: 2}}", "LinearLR"),
    "optimizer": ("{SGD: {lr: 0.1}}", "{SGD: {lr: 5.0}}"),
    "interval": ("step", "epoch"),
    "frequency": ("2", "3"),
    "calls": ("2", "3"),
    "metric": ("[2, 1, 1, 1]", "[1, 2, 3, 4]"),
}
"""For each key what a curve has, and what else could stand at the top."""


def spec_of(key: str, *, others: bool = False) -> str:
    """Return a spec each of whose curves has a key of its own; or the first of them alone."""
    own = {"scheduler": "ReduceLROnPlateau" if key == "metric" else OWN["scheduler"][0]}
    own |= {key: own.get(key, OWN[key][0])}
    first = ", ".join(f"{name}: {value}" for name, value in own.items())
    second = first if not others else f"scheduler: {own['scheduler']}" * (key != "scheduler")
    return f"epochs: 4\ncurves:\n  one: {{{first}}}\n  two: {{{second}}}\n"


def warnings_of(text: str, *settings: tuple[str, str]) -> list[str]:
    run = simulate(parse_spec(text, "a.yaml", overrides=settings))
    return [each.line for each in run.warnings]


@pytest.mark.parametrize("key", CURVE_KEYS)
def test_an_option_that_every_curve_overrides_is_said_as_it_was_typed(key: str) -> None:
    value = OWN[key][1]
    assert warnings_of(spec_of(key), (key, value)) == [
        f"warning: --set {key}={value}: {key}: is not used in a.yaml; every curve has its own"
    ]
    assert warnings_of(spec_of(key)) == []


@pytest.mark.parametrize("key", CURVE_KEYS)
def test_so_is_a_key_of_the_file_with_its_place(key: str) -> None:
    text = f"{key}: {OWN[key][1]}\n{spec_of(key)}"
    assert warnings_of(text) == [
        f"warning: a.yaml:1:1: {key}: is not used; every curve has its own"
    ]


@pytest.mark.parametrize("key", CURVE_KEYS)
def test_what_one_curve_takes_is_used(key: str) -> None:
    text = spec_of(key, others=True)
    assert not [line for line in warnings_of(text, (key, OWN[key][1])) if "not used" in line]


def test_both_are_said_where_the_option_is_below_what_the_file_has() -> None:
    text = f"optimizer: {{SGD: {{lr: 0.2}}}}\n{spec_of('optimizer')}"
    every = "every curve has its own"
    assert warnings_of(text, ("optimizer.SGD.lr", "5.0")) == [
        f"warning: --set optimizer.SGD.lr=5.0: optimizer.SGD.lr: is not used in a.yaml; {every}",
        f"warning: a.yaml:1:1: optimizer: is not used; {every}",
    ]
    assert warnings_of(text, ("optimizer", "{SGD: {lr: 5}}")) == [
        f"warning: --set optimizer={{SGD: {{lr: 5}}}}: optimizer: is not used in a.yaml; {every}"
    ]


def test_an_option_of_its_own_is_called_by_its_name(write_spec: WriteSpec, tmp_path: Path) -> None:
    write_spec(spec_of("interval"), "a.yaml")
    result = run("export", "a.yaml", "--interval", "epoch", cwd=tmp_path)
    assert result.stderr == (
        "warning: --interval epoch: interval: is not used in a.yaml; every curve has its own\n"
    )


COMMANDS: dict[str, tuple[str, ...]] = {
    "plot": (),
    "batch": ("-o", "out"),
    "compare": ("a.yaml",),
    "export": (),
    "code": (),
    "lint": (),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_that_takes_settings_says_it_once(
    command: str, write_spec: WriteSpec, tmp_path: Path
) -> None:
    write_spec(spec_of("optimizer"), "a.yaml")
    options = (*COMMANDS[command], "--set", "optimizer.SGD.lr=5.0")
    lines = run(command, "a.yaml", *options, cwd=tmp_path).stderr.splitlines()
    assert [line for line in lines if "is not used" in line] == [
        "warning: --set optimizer.SGD.lr=5.0: optimizer.SGD.lr: is not used in a.yaml; "
        "every curve has its own"
    ]


SWEPT = {
    "epochs": ("4", "[2, 3]"),
    "steps_per_epoch": ("2", "[3, 4]"),
    "steps": ("2", "[3, 4]"),
    "data": ("{examples: 8, batch_size: 2}", "[{examples: 8, batch_size: 1}]"),
    "interval": ("step", "[step, epoch]"),
    "frequency": ("2", "[1, 2]"),
    "calls": ("2", "[1, 2]"),
    "optimizer": ("{SGD: {lr: 1}}", "[{SGD: {lr: 0.1}}, {SGD: {lr: 0.2}}]"),
    "scheduler": ("LinearLR", "[ConstantLR, {ExponentialLR: {gamma: 0.5}}]"),
}


@pytest.mark.parametrize("key", SWEPT_KEYS)
def test_an_option_whose_value_is_swept_is_not_used(key: str) -> None:
    length = {"steps": "steps: 1, ", "data": "epochs: 3, "}.get(
        key, "epochs: 3, steps_per_epoch: 2, "
    )
    text = f"{{{length}scheduler: LinearLR}}"
    value, values = SWEPT[key]
    settings = ((key, value), ("sweep", f"{{{key}: {values}}}"))
    assert warnings_of(text, *settings) == [
        f"warning: --set {key}={value}: {key}: is not used in a.yaml; it is swept"
    ]
    assert warnings_of(text, settings[1]) == []


def test_an_option_beside_what_is_swept_is_used() -> None:
    text = "{epochs: 3, scheduler: {StepLR: {step_size: 1}}}"
    sweep = ("sweep", "{scheduler.StepLR.gamma: [0.1, 0.2]}")
    assert warnings_of(text, ("scheduler", "{StepLR: {step_size: 2}}"), sweep) == []


def test_an_option_that_every_param_group_overrides_is_not_used() -> None:
    groups = "param_groups: [{lr: 1, momentum: 0.5}, {lr: 2}]"
    text = f"{{epochs: 3, optimizer: {{SGD: {{{groups}}}}}, scheduler: SCHEDULER}}"
    plain = text.replace("SCHEDULER", "LinearLR")
    assert warnings_of(plain, ("optimizer.SGD.lr", "5")) == [
        "warning: --set optimizer.SGD.lr=5: optimizer.SGD.lr: is not used in a.yaml; "
        "every param group has its own"
    ]
    assert warnings_of(plain, ("optimizer.SGD.momentum", "0.1")) == []
    formula = "{CosineAnnealingLR: {T_max: 3, eta_min: =lr / 100}}"
    assert warnings_of(text.replace("SCHEDULER", formula), ("optimizer.SGD.lr", "5")) == []


# Sweeps


@pytest.mark.parametrize(
    ("scheduler", "sweep", "said"),
    [
        # OneCycleLR begins and peaks where max_lr has it, whatever the optimizer's own LR.
        (
            "{OneCycleLR: {max_lr: 1, total_steps: 4}}",
            "{optimizer.SGD.lr: [1, 2, 3]}",
            "sweep.optimizer.SGD.lr: makes no difference; its 3 curves are one",
        ),
        (
            "LinearLR",
            "{optimizer.SGD.dampening: [0, 0.5]}",
            "sweep.optimizer.SGD.dampening: makes no difference; its 2 curves are one",
        ),
        (
            "LinearLR",
            "{interval: [step, epoch]}",
            "sweep.interval: makes no difference; its 2 curves are one",
        ),
        (
            "LinearLR",
            "{optimizer.SGD.lr: [1, 2], optimizer.SGD.dampening: [0, 0.5]}",
            "sweep.optimizer.SGD.dampening: makes no difference; its 2 curves are one",
        ),
        (
            "LinearLR",
            "{optimizer.SGD.weight_decay: [0, 0.1]}",
            "sweep.optimizer.SGD.weight_decay: its 2 curves differ in weight_decay only; "
            "add that to figure.panels",
        ),
    ],
)
def test_a_sweep_whose_curves_lie_on_each_other_says_so(
    scheduler: str, sweep: str, said: str
) -> None:
    text = f"epochs: 4\nscheduler: {scheduler}\noptimizer: {{SGD: {{momentum: 0.9}}}}\n"
    (line,) = warnings_of(f"{text}sweep: {sweep}\n")
    assert line.partition(" sweep")[2] == said.removeprefix("sweep")
    assert line.startswith("warning: a.yaml:4:")
    (typed,) = warnings_of(text, ("sweep", sweep))
    assert typed.startswith("warning: --sweep ")


@pytest.mark.parametrize(
    "text",
    [
        "sweep: {optimizer.SGD.lr: [1, 2]}",
        "sweep: {optimizer.SGD.lr: [1]}",
        "sweep: {epochs: [2, 3]}",
        "sweep: {scheduler.ConstantLR.total_iters: [9, 99, 2]}",  # the first two are one
        "sweep: {optimizer.SGD.momentum: [0, 0.5]}\nfigure: {panels: [momentum]}",
        "curves: {one: {}, two: {}}",
    ],
)
def test_what_makes_a_difference_somewhere_earns_no_word(text: str) -> None:
    assert warnings_of(f"epochs: 4\nscheduler: {{ConstantLR: {{factor: 0.5}}}}\n{text}\n") == []


def test_a_factory_s_sweep_says_so_too(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        "from torch.optim import lr_scheduler\n"
        "def make(optimizer):\n"
        "    return lr_scheduler.OneCycleLR(optimizer, 1, total_steps=4)\n"
    )
    options = ("--epochs", 4, "--set", "optimizer.SGD={lr: 1, momentum: 0.9}")
    sweep = ("--sweep", "optimizer.SGD.lr=[1, 2]", "-o", "a.png")
    result = run("plot", "train.py:make", *options, *sweep, cwd=tmp_path)
    assert result.stderr.splitlines()[0] == (
        "warning: --sweep optimizer.SGD.lr=[1, 2]: sweep.optimizer.SGD.lr: "
        "makes no difference; its 2 curves are one"
    )


def test_the_examples_say_nothing_to_no_effect(config_path: Path) -> None:
    assert simulate(parse_spec(config_path.read_text("utf-8"), config_path.name)).warnings == ()
