"""What people have as code, named on the command line: how long it runs, and what it returns."""

import json
import re
from pathlib import Path

import pytest
import torch

from lrviz.figure.chunks import read_record
from lrviz.figure.image import decode_image, encode_image
from lrviz.spec.style import styles
from tests.support.lrvizrun import Result, run

TRAIN = """
import torch
from torch.optim import lr_scheduler

def get_lr(it):
    return 3e-4 / (it + 1)

def lr_lambda(current_step):
    return min(1.0, current_step / 2)

def create(optimizer):
    return lr_scheduler.ExponentialLR(optimizer, 0.5), 3

def make(optimizer):
    return lr_scheduler.ExponentialLR(optimizer, 0.5)

def make_own():
    optimizer = torch.optim.SGD([torch.ones(1)], lr=0.8)
    return optimizer, make(optimizer)

class Model(torch.nn.Linear):
    def __init__(self, size=1):
        super().__init__(size, size)

    def configure_optimizers(self):
        optimizer = torch.optim.Adam(self.parameters(), lr=0.4)
        return [optimizer], [make(optimizer)]

    def rate(self, step):
        return 0.1 * self.in_features

    @classmethod
    def schedule(cls, optimizer):
        return make(optimizer)

    def plain(optimizer):  # no method at all
        return make(optimizer)

class Large(Model):
    def __init__(self, size, depth):
        super().__init__(size)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with training code."""
    (tmp_path / "train.py").write_text(TRAIN, "utf-8")
    return tmp_path


def export(folder: Path, factory: str, *options: object) -> Result:
    return run("export", factory, "-f", "json", *options, cwd=folder)


def lrs(result: Result) -> list[float]:
    assert result.status == 0, result.stderr
    return [row["lr"] for row in json.loads(result.text)]


def test_a_function_of_the_step_is_drawn_and_what_it_returns_is_asked_for(folder: Path) -> None:
    steps = ("--steps", 3)
    expected = [3e-4, 3e-4 / 2, 3e-4 / 3]
    assert lrs(export(folder, "train.py:get_lr", *steps, "--returns", "lr")) == expected
    guessed = export(folder, "train.py:get_lr", *steps)
    assert lrs(guessed) == expected
    assert guessed.stderr == (
        "note: train.py:get_lr: get_lr(0) is 3e-4, which is taken for a learning rate; "
        "else give --returns factor\n"
    )
    factor = export(folder, "train.py:get_lr", *steps, "--returns", "factor", "--lr", "1e2")
    assert lrs(factor) == [100 * each for each in expected]
    asked = export(folder, "train.py:lr_lambda", *steps)
    assert (asked.status, asked.stderr) == (
        2,
        "train.py:lr_lambda: returns 0 at step 0, be it a learning rate or a factor; "
        "give --returns lr or --returns factor (in Python returns=)\n",
    )
    wrong = export(folder, "train.py:get_lr", *steps, "--returns", "rate")
    assert wrong.status == 2
    assert "'rate' is not one of 'lr', 'factor'" in wrong.stderr


def test_what_it_returns_is_kept_in_the_figure_and_need_not_be_said_again(folder: Path) -> None:
    drawn = ("plot", "train.py:lr_lambda", "--steps", 4, "--returns", "factor")
    (folder / "figures").mkdir()
    assert run(*drawn, "-o", "figures/lr_lambda.webp", cwd=folder).status == 0
    record = json.loads(read_record((folder / "figures/lr_lambda.webp").read_bytes()) or "")
    style = styles()["light"].model_dump(mode="json", exclude={"held", "panels", "jumps", "ramp"})
    expected = {"steps": 4, "returns": "factor", "factory": "train.py:lr_lambda"}
    assert record["spec"] == {**expected, "figure": {"style": style}}
    check = ("check", "train.py:lr_lambda", "--baselines", "figures")
    assert run(*check, cwd=folder).text == "1 spec: 1 match\n"
    again = run("plot", "figures/lr_lambda.webp", "-o", "again.svg", cwd=folder)
    assert (again.status, again.stderr) == (0, "")
    longer = run(*check, "--epochs", 5, cwd=folder)
    assert longer.status == 1
    assert "steps were 4, are 5" in longer.text
    other = run(*check, "--returns", "lr", cwd=folder)
    assert other.status == 1
    assert "differs: returns factor -> lr; " in other.text


def test_a_figure_of_a_function_is_its_own_baseline(folder: Path) -> None:
    given = ("train.py:get_lr", "--steps", 9, "--returns", "lr")
    assert run("batch", *given, "-o", "bb", cwd=folder).status == 0
    checked = run("check", "bb/get_lr.webp", "--baselines", "bb", cwd=folder)
    assert (checked.status, "spec changed" in checked.text) == (0, False)


def test_no_record_can_say_what_nothing_returns(folder: Path) -> None:
    """A record is read as the hostile input that it may be."""
    (folder / "figures").mkdir()
    figure = folder / "figures" / "get_lr.png"
    assert run("plot", "train.py:get_lr", "--steps", 2, "-o", figure, cwd=folder).status == 0
    data = figure.read_bytes()
    text = read_record(data) or ""
    for odd in ('"no"', "{}", "[1]", "null"):
        record = text.replace('"returns":"lr"', f'"returns":{odd}').replace(
            '"returns": "lr"', f'"returns": {odd}'
        )
        assert record != text
        figure.write_bytes(encode_image(decode_image(data), "png", 100, record))
        done = run("check", "train.py:get_lr", "--baselines", "figures", cwd=folder)
        assert done.status in (0, 1)
        assert "note" in done.stderr  # it is guessed again


def test_a_length_is_what_the_code_returns_where_none_is_given(folder: Path) -> None:
    assert lrs(export(folder, "train.py:create", "--lr", 1)) == [1, 0.5, 0.25]
    other = export(folder, "train.py:create", "--lr", 1, "--epochs", 2)
    assert lrs(other) == [1, 0.5]
    note = "3 epochs were returned beside ExponentialLR; the run has 2"
    assert other.stderr == f"note: train.py:create: {note}\n"
    steps = export(folder, "train.py:create", "--lr", 1, "--steps", 2)
    assert (lrs(steps), steps.stderr) == ([1, 0.5], "")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--steps", 2, "--epochs", 2), "--epochs 2: epochs: cannot stand beside steps, which is "
         "all of the run"),
        (("--steps", 0), "--steps 0: steps: must be at least 1, got 0"),
        (("--steps", 2, "--interval", "epoch"), "--interval epoch: interval: there are no epochs, "
         "as steps is all of the run; give epochs and steps_per_epoch, or call it every step"),
        (("--steps", 2, "--lr", "fast"), "--lr fast: optimizer.SGD.lr: must be a number, "
         "got 'fast'"),
        ((), "train.py:make: epochs is missing; give --epochs N or --steps N"),
    ],
)  # fmt: skip
def test_a_wrong_length_or_lr_is_said_of_its_option(
    folder: Path, options: tuple[object, ...], message: str
) -> None:
    done = export(folder, "train.py:make", *options)
    assert (done.status, done.stderr) == (2, f"{message}\n")


@pytest.mark.parametrize(
    ("optimizer", "name"),
    [("", "SGD"), ("optimizer: AdamW\n", "AdamW"), ("optimizer: {Adam: {lr: 3}}\n", "Adam")],
)
def test_lr_is_that_of_a_specs_optimizer_whatever_its_name(
    tmp_path: Path, optimizer: str, name: str
) -> None:
    text = f"epochs: 2\n{optimizer}scheduler: {{ExponentialLR: {{gamma: 0.5}}}}\n"
    (tmp_path / "a.yaml").write_text(text, "utf-8")
    assert lrs(export(tmp_path, "a.yaml", "--lr", "3e-4")) == [3e-4, 1.5e-4]
    assert run("plot", "a.yaml", "--lr", "3e-4", cwd=tmp_path).status == 0
    record = json.loads(read_record((tmp_path / "a.png").read_bytes()) or "")
    assert record["spec"]["optimizer"] == {name: {"lr": 3e-4}}
    set_first = ("--set", "optimizer={RMSprop: {alpha: 0.5}}", "--lr", "1")
    assert lrs(export(tmp_path, "a.yaml", *set_first)) == [1, 0.5]


def test_an_lr_that_nobody_reads_is_said_so(tmp_path: Path) -> None:
    curve = "{optimizer: {SGD: {lr: 1}}, scheduler: {StepLR: {step_size: 1}}}"
    (tmp_path / "a.yaml").write_text(f"epochs: 2\ncurves: {{a: {curve}}}\n", "utf-8")
    done = run("export", "a.yaml", "--set", "optimizer.SGD.lr=0.5", cwd=tmp_path)
    assert "--set optimizer.SGD.lr=0.5: optimizer.SGD.lr: is not used" in done.stderr
    of_curve = run("export", "a.yaml", "--lr", "0.5", "-f", "json", cwd=tmp_path)
    assert lrs(of_curve) == pytest.approx([0.5, 0.05])
    (tmp_path / "train.py").write_text(TRAIN, "utf-8")
    own = run("export", "train.py:make_own", "--epochs", 1, "--lr", "0.5", cwd=tmp_path)
    assert own.status == 0
    assert "--lr 0.5: is not used; the factory has an optimizer of its own" in own.stderr


def test_a_spec_returns_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("epochs: 2\nscheduler: {StepLR: {step_size: 1}}\n", "utf-8")
    for command in "plot", "export", "lint", "code", "compare":
        done = run(command, "a.yaml", *(("a.yaml",) * (command == "compare")), "--returns", "lr",
                   cwd=tmp_path)  # fmt: skip
        assert done.status == 2
        assert "a.yaml: --returns is for a function of training code" in done.text + done.stderr
    (tmp_path / "b.yaml").write_text("epochs: 2\nreturns: lr\nscheduler: StepLR\n", "utf-8")
    assert re.match(r"b\.yaml:2:1: returns: no such key", export(tmp_path, "b.yaml").stderr)


def test_a_method_is_that_of_an_object_that_is_built_for_it(folder: Path) -> None:
    epochs = ("--epochs", 2, "--steps-per-epoch", 2)
    found = lrs(export(folder, "train.py:Model.configure_optimizers", *epochs))
    assert found == [0.4, 0.4, 0.2, 0.2]
    assert lrs(export(folder, "train.py:Model.rate", "--steps", 2, "--returns", "lr")) == [0.1, 0.1]
    for name in "schedule", "plain":
        assert lrs(export(folder, f"train.py:Model.{name}", "--epochs", 2, "--lr", 1)) == [1, 0.5]
    wrong = export(folder, "train.py:Large.configure_optimizers", *epochs)
    assert (wrong.status, wrong.stderr) == (
        2,
        "train.py: Large.configure_optimizers: Large wants size, depth; "
        "name a function that builds one and calls this\n",
    )
    steps = export(folder, "train.py:Model.configure_optimizers", "--steps", 2)
    assert steps.status == 2
    assert steps.stderr.startswith(
        "train.py:Model.configure_optimizers: is called every epoch, as Lightning does unless told "
        "otherwise; there are no epochs"
    )


LIGHTNING = """
import torch
from torch.optim.lr_scheduler import OneCycleLR

class Module(torch.nn.Linear):
    "Has no trainer until somebody attaches one, as a module of Lightning's."

    def __init__(self):
        super().__init__(1, 1)
        self._trainer = None

    @property
    def trainer(self):
        if self._trainer is None:
            raise RuntimeError("Module is not attached to a `Trainer`.")
        return self._trainer

    @trainer.setter
    def trainer(self, trainer):
        self._trainer = trainer

    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
        steps = self.trainer.estimated_stepping_batches
        scheduler = OneCycleLR(optimizer, 0.1, total_steps=steps)
        stepped = {"scheduler": scheduler, "interval": "step"}
        return {"optimizer": optimizer, "lr_scheduler": stepped}

class Curious(Module):
    def configure_optimizers(self):
        return self.trainer.callback_metrics
"""


def test_a_module_of_lightning_is_told_how_long_the_run_is(tmp_path: Path) -> None:
    (tmp_path / "lit.py").write_text(LIGHTNING, "utf-8")
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.1)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=20)
    rates = []
    for _ in range(20):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step() if len(rates) < 20 else None
    for name in "Module", "Module.configure_optimizers":
        assert lrs(export(tmp_path, f"lit.py:{name}", "--steps", 20)) == rates
    missing = export(tmp_path, "lit.py:Module")
    assert missing.status == 2
    assert missing.stderr == "lit.py:Module: epochs is missing; give --epochs N or --steps N\n"
    curious = export(tmp_path, "lit.py:Curious", "--steps", 20)
    assert curious.status == 2
    assert "lrviz has no trainer.callback_metrics; give it a number" in curious.stderr
