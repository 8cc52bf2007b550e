"""`lrviz code` writes a script that runs as it stands and gives the run's numbers."""

import sys
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
import yaml

import lrviz
from lrviz.commands.code.script import write_code
from lrviz.commands.look_up import spec_template
from lrviz.spec.catalog import SCHEDULERS
from tests.support.lrvizrun import run
from tests.support.scripts import recorded
from tests.support.specs import WriteSpec

WARMUP = (
    "max(0.1, 0.5 * (1 + cos(pi * epoch / total_calls)) if epoch > total_calls * 0.05"
    " else epoch / (0.05 * total_calls))"
)
DECAY = (
    "epoch / 5 if epoch < 5 else 0.01 + 0.99 * exp(-(epoch - 5) / total_calls)"
    " * (1 + cos(pi * (epoch - 5) / total_calls)) / 2"
)

SPECS = {
    "groups": """
        epochs: 2
        steps_per_epoch: 3
        optimizer:
          AdamW:
            lr: 1e-3
            betas: [0.8, 0.99]
            param_groups: [{name: backbone, lr: =1e-4 * epochs}, {weight_decay: 0}]
        scheduler: {LambdaLR: {lr_lambda: [0.9 ** step, 'max(0.1, cos(pi * epoch / total_calls))']}}
    """,
    "epochs": """
        epochs: 3
        steps_per_epoch: 2
        interval: epoch
        scheduler: {MultiplicativeLR: {lr_lambda: 1 / (1 + epoch) if epoch < total_calls else 2}}
    """,
    "plateau on a list": """
        epochs: 8
        metric: [1, .nan, 1, 1, 1]
        scheduler: {ReduceLROnPlateau: {patience: 1, min_lr: [1e-5], mode: min}}
    """,
    "plateau by epoch": """
        epochs: 8
        steps_per_epoch: 3
        interval: epoch
        metric: {expression: "max(exp(-step), 0.3) + 0 * total_calls"}
        scheduler: {ReduceLROnPlateau: {patience: 1}}
    """,
    "a closure": "{epochs: 3, optimizer: LBFGS, scheduler: {ExponentialLR: {gamma: 0.5}}}",
    "matrices": "{epochs: 3, optimizer: Muon, scheduler: {ExponentialLR: {gamma: 0.5}}}",
    "an SWA after it": "{epochs: 3, scheduler: {SWALR: {swa_lr: 0.1, anneal_strategy: linear}}}",
    "long milestones": """
        epochs: 200
        scheduler:
          MultiStepLR:
            gamma: 0.99
            milestones: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21]
    """,
    "nested": """
        epochs: 12
        scheduler:
          SequentialLR:
            schedulers:
              - ChainedScheduler:
                  schedulers:
                    - ConstantLR: {factor: 0.5, total_iters: 4}
                    - ExponentialLR: {gamma: 0.9}
              - LinearLR: {start_factor: 0.5}
            milestones: [6]
    """,
    "a cycle of one's own": """
        epochs: 12
        scheduler:
          CyclicLR: {base_lr: 0.1, max_lr: 1, step_size_up: 2, scale_fn: 1 / 2 ** (x - 1)}
    """,
    "a long lambda": f"{{epochs: 9, scheduler: {{LambdaLR: {{lr_lambda: '{WARMUP}'}}}}}}",
    "long lambdas": f"""
        epochs: 9
        optimizer: {{SGD: {{param_groups: [{{}}, {{}}, {{}}]}}}}
        scheduler:
          SequentialLR:
            schedulers:
              - LambdaLR: {{lr_lambda: ['{WARMUP}', 0.5, '{DECAY}']}}
              - MultiplicativeLR: {{lr_lambda: '{WARMUP}'}}
            milestones: [4]
    """,
    "a long metric": f"""
        epochs: 9
        metric: {{expression: '{WARMUP.replace("epoch", "step")}'}}
        scheduler: {{ReduceLROnPlateau: {{patience: 1}}}}
    """,
    "names to quote": """
        epochs: 2
        optimizer:
          SGD:
            param_groups:
              - {name: 'say "hi"'}
              - {name: "it's"}
              - {name: "'\\"both"}
              - {name: 'trail '}
              - {name: 'a\\b math.pi # %s {x}'}
              - {name: "日本"}
              - {name: WIDE}
              - {name: NAME}
        scheduler: LinearLR
    """.replace("NAME", "long" * 50).replace("WIDE", "日本" * 10),
    "imports in order": """
        epochs: 2
        scheduler:
          ChainedScheduler:
            schedulers:
              - MultiStepLR: {milestones: [1]}
              - MultiplicativeLR: {lr_lambda: 0.5}
              - SWALR: {swa_lr: 0.1}
    """,
    "an unreached infinity": """
        epochs: 3
        scheduler:
          SequentialLR:
            schedulers:
              - LinearLR
              - LambdaLR: {lr_lambda: .inf}
            milestones: [100]
    """,
    "large numbers": """
        epochs: 30
        metric: [1e5, 1e-5, 1e300, -0.0, 2.5e-7, 100, .inf]
        scheduler: {ReduceLROnPlateau: {threshold: 1e5, eps: 1e-300}}
    """,
    "integers of an optimizer": """
        epochs: 3
        optimizer: {Muon: {lr: 1, ns_steps: 5.0, ns_coefficients: [3, =10 / 2, 2]}}
        scheduler: LinearLR
    """,
    "betas of zero": """
        epochs: 3
        optimizer: {Adam: {betas: [0, =0.5 * 2 - 0.5], param_groups: [{betas: [0, 0.5]}]}}
        scheduler: LinearLR
    """,
    "several": """
        epochs: 3
        scheduler: {StepLR: {step_size: 1}}
        sweep: {scheduler.StepLR.gamma: [0.5, 1]}
    """,
}


def assert_same(spec: lrviz.Spec) -> None:
    run = lrviz.simulate(spec)
    curves = recorded(write_code(run))
    assert len(curves) == len(run.curves)
    for curve, rates in zip(run.curves, curves, strict=True):
        np.testing.assert_allclose(np.array(rates).T, curve.lr, rtol=1e-12, atol=0)


@pytest.mark.parametrize("name", SCHEDULERS)
def test_the_code_of_every_example_gives_its_numbers(name: str) -> None:
    assert_same(lrviz.parse_spec(spec_template(SCHEDULERS[name])))


# torch's order warning is false where a composite stands first in a SequentialLR.
@pytest.mark.filterwarnings("ignore:Detected call of")
@pytest.mark.parametrize("name", SPECS)
def test_the_code_of_odd_specs_gives_their_numbers(name: str) -> None:
    assert_same(lrviz.parse_spec(SPECS[name]))


def lambda_spec(text: str) -> str:
    spec = {"epochs": 40, "scheduler": {"LambdaLR": {"lr_lambda": text}}}
    return yaml.safe_dump(spec, width=1000)


# What formatters and linters have an opinion on, and what Python's integers make different.
NASTY = (
    "-2 ** 2 + 10",
    "-epoch ** (-1) if epoch else 1",
    "2 ** 3 ** 2",
    "(2 ** epoch) ** 0.5",
    "epoch ** 2 ** abs(epoch / 40)",
    "1e+300 / 1e300",
    "--epoch + - -epoch - -+epoch",
    "2 ** --epoch + 2 ** -(-epoch)",
    "(epoch < 3) ** 2 + (epoch < 3 == 1)",
    "-(1 < epoch) + 2",
    "1 if (2 if epoch < 3 else 0) else 5",
    "1if epoch else 2",
    "3 ** 40 % 7",
    "(100000000000000003 + epoch) % 7",
    "9007199254740993 - 9007199254740992 + epoch",
    "3 ** epoch % 7",
    "epoch ** epoch % 11 / 7",
    "floor(1.5 ** epoch) * floor(1.4 ** epoch) % 5",
    "2 ** 1000 / 2 ** 990",
    "1 / (1e400 + epoch)",
    "max(" + ", ".join(["epoch"] * 70) + ")",
    "(" + " <= ".join(["epoch"] * 50) + ") + 1",
    " + ".join(["epoch"] * 60),
    WARMUP,
    DECAY,
)


@pytest.mark.parametrize("text", NASTY)
def test_the_code_of_nasty_expressions_gives_their_numbers_to_the_last_bit(text: str) -> None:
    run = lrviz.simulate(lrviz.parse_spec(lambda_spec(text)))
    (rates,) = recorded(write_code(run))
    np.testing.assert_array_equal(np.array(rates).T, run.lr)


def test_a_schedule_is_written_as_one_would_write_it() -> None:
    text = "{epochs: 4, steps_per_epoch: 8, scheduler: {StepLR: {step_size: 4, gamma: 0.5}}}"
    assert write_code(lrviz.simulate(lrviz.parse_spec(text))) == (
        "import torch\n"
        "\n"
        "EPOCHS = 4\n"
        "STEPS_PER_EPOCH = 8\n"
        "\n"
        "model = torch.nn.Linear(1, 1, bias=False)  # your model\n"
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.001)\n"
        "scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=4, gamma=0.5)\n"
        "\n"
        "for epoch in range(EPOCHS):\n"
        "    for step in range(STEPS_PER_EPOCH):\n"
        "        # forward and backward pass\n"
        "        optimizer.step()\n"
        "        scheduler.step()\n"
    )


def written(text: str, allow: Sequence[str] = ()) -> str:
    return write_code(lrviz.simulate(lrviz.parse_spec(dedent(text), allow=allow)))


def test_a_long_call_has_a_line_an_argument() -> None:
    code = written(SPECS["long lambdas"])
    assert code.startswith("import math\n\nimport torch\n\nEPOCHS = 9\n")
    assert (
        "scheduler = torch.optim.lr_scheduler.SequentialLR(\n"
        "    optimizer,\n"
        "    schedulers=[scheduler_0, scheduler_1],\n"
        "    milestones=[4],\n"
        ")\n"
    ) in code
    assert "    lr_lambda=[lambda epoch: max(0.1, 0.5 * (1.0 + math.cos(" in code


def test_a_long_metric_has_a_line_a_value() -> None:
    text = f"{{epochs: 9, metric: {[0.25] * 40}, scheduler: ReduceLROnPlateau}}"
    lines = written(text).splitlines()
    start = lines.index("METRIC = [")
    assert lines[start + 1 : start + 42] == ["    0.25,"] * 40 + ["]"]


def test_names_are_quoted() -> None:
    lines = written(SPECS["names to quote"]).splitlines()
    names = [line.partition('"name": ')[2].removesuffix("},") for line in lines]
    assert [eval(name) for name in names if name] == [
        *('say "hi"', "it's", "'\"both", "trail ", "a\\b math.pi # %s {x}"),
        *("日本", "日本" * 10, "long" * 50),
    ]
    assert "part_3 = torch.nn.Linear(1, 1, bias=False)  # your modules of trail" in lines


def test_numbers_are_of_their_kind() -> None:
    code = written(SPECS["integers of an optimizer"])
    assert "torch.optim.Muon(\n    model.parameters(),\n    lr=1.0,\n    ns_steps=5,\n" in code
    assert "    ns_coefficients=(3.0, 5.0, 2.0),\n" in code
    assert 'METRIC = [1e5, 1e-5, 1e300, -0.0, 2.5e-7, 100.0, float("inf")]\n' in written(
        SPECS["large numbers"]
    )
    assert 'lr_lambda=lambda epoch: float("inf")' in written(SPECS["an unreached infinity"])


OTHERS = """
    from collections.abc import Callable
    from torch.optim.lr_scheduler import LRScheduler

    Function = Callable[[float], float]

    class LinearLR(LRScheduler):
        def __init__(self, optimizer, fall=0.5):
            self.fall = fall
            super().__init__(optimizer)

        def get_lr(self):
            return [lr * self.fall ** self.last_epoch for lr in self.base_lrs]

    class SGD(LinearLR):
        pass

    class model(LinearLR):
        pass

    class Warm(LinearLR):
        def __init__(self, optimizer, warm_fn: Function, metric: Function = None):
            self.warm_fn, self.metric = warm_fn, metric
            super().__init__(optimizer)

        def get_lr(self):
            more = self.metric(self.last_epoch) if self.metric else 1
            return [lr * self.warm_fn(self.last_epoch) * more for lr in self.base_lrs]

    class Textual(LinearLR):
        def __init__(self, optimizer, lr_lambda):
            self.parts = [float(part) for part in lr_lambda.split("+")]
            super().__init__(optimizer, sum(self.parts))
"""

AddModule = Callable[[str], None]


@pytest.fixture
def add_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AddModule:
    """A function that has the schedulers of `OTHERS` importable under a name."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(tmp_path)

    def add(name: str) -> None:
        path = tmp_path.joinpath(*name.split(".")).with_suffix(".py")
        path.parent.mkdir(exist_ok=True)
        path.write_text(dedent(OTHERS), "utf-8")

    return add


def test_classes_of_one_name_and_modules_called_as_a_scripts_own_do_not_collide(
    add_module: AddModule,
) -> None:
    names = ["of_code.rates:LinearLR", "of_code.rates:Warm", "scheduler:LinearLR", "model:model"]
    for name in names:
        add_module(name.partition(":")[0])
    children = [names[0], {names[1]: {"warm_fn": "0.5 ** x"}}, *names[2:], "LinearLR"]
    spec = {"epochs": 5, "scheduler": {"ChainedScheduler": {"schedulers": children}}}
    text = yaml.safe_dump(spec)
    code = written(text, names)
    assert code.startswith(
        "import torch\n"
        "import model as model_module\n"
        "import of_code.rates\n"
        "import scheduler as scheduler_module\n\n"
    )
    assert "scheduler_0 = of_code.rates.LinearLR(optimizer)\n" in code
    assert "scheduler_2 = scheduler_module.LinearLR(optimizer)\n" in code
    assert_same(lrviz.parse_spec(text, allow=names))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"Warm": {"warm_fn": "0.5 ** x"}}, "warm_fn=lambda x: 0.5 ** x)"),
        ({"Warm": {"warm_fn": "2 ** -x"}}, "warm_fn=lambda x: 2.0 ** (-x))"),
        ({"Warm": {"warm_fn": 1, "metric": 0.5}}, "metric=lambda x: 0.5)"),
        ({"Textual": {"lr_lambda": "0.25 + 0.5"}}, 'Textual(optimizer, lr_lambda="0.25 + 0.5")'),
    ],
)
def test_an_argument_is_a_function_where_it_was_driven_as_one(
    arguments: dict[str, dict[str, object]], expected: str, add_module: AddModule
) -> None:
    add_module("of_functions")
    ((name, given),) = arguments.items()
    allow = [f"of_functions:{name}"]
    text = yaml.safe_dump({"epochs": 5, "scheduler": {allow[0]: given}}, width=1000)
    assert expected in written(text, allow).replace("(\n    ", "(").replace(",\n)", ")")
    assert_same(lrviz.parse_spec(text, allow=allow))


def test_the_command_prints_it_or_writes_it(write_spec: WriteSpec, tmp_path: Path) -> None:
    spec = write_spec(
        "{epochs: 2, optimizer: {SGD: {param_groups: [{name: é}]}}, scheduler: LinearLR}"
    )
    printed = run("code", spec)
    assert (printed.status, printed.stderr) == (0, "")
    first, _, rest = printed.text.partition("\n")
    assert rest == written(spec.read_text("utf-8"))
    digest = sha256(rest.encode()).hexdigest()[:16]
    assert first == f"# Written by lrviz code, and unchanged while its digest is {digest}"
    assert run("code", spec, "-o", "-").text == printed.text
    assert "EPOCHS = 7" in run("code", spec, "--epochs", 7).text.splitlines()
    assert b"modules of \\xe9\n" in run("code", spec, encoding="ascii").stdout
    saved = run("code", spec, "-o", tmp_path / "script.py")
    assert (saved.status, saved.text, saved.stderr) == (0, "", "")
    assert (tmp_path / "script.py").read_text("utf-8") == printed.text


@pytest.mark.parametrize(
    ("output", "status", "message"),
    [
        ("./step.yaml", 2, "step.yaml: is also an input; name another file with -o"),
        ("away/code.py", 3, "away/code.py: cannot write: no such folder"),
    ],
)
def test_what_it_cannot_write_it_says(
    output: str, status: int, message: str, step: Path, tmp_path: Path
) -> None:
    before = step.read_bytes()
    result = run("code", "step.yaml", "-o", output, cwd=tmp_path)
    assert (result.status, result.stdout, result.stderr) == (status, b"", f"{message}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["step.yaml"]
    assert step.read_bytes() == before


def test_a_warning_stands_beside_the_code(write_spec: WriteSpec) -> None:
    spec = write_spec("{epochs: 1, metric: [1, 2], scheduler: ReduceLROnPlateau}")
    result = run("code", spec)
    assert result.text.splitlines()[1] == "import torch"
    assert "metric: has 2 values for 1 calls; the rest is not used\n" in result.stderr
