"""Schedules straight from training code: named on the command line, or given in Python."""

import json
import random
import re
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler

import lrviz
from lrviz import SpecError, UsageError
from lrviz.figure.chunks import read_record
from lrviz.figure.image import decode_image, encode_image
from lrviz.figure.numbers import Recorded, RecordedCurve
from lrviz.figure.record import Record
from lrviz.reading.from_numbers import recall_factory
from lrviz.reading.sources import Reading, load_named
from lrviz.spec.assign import Override
from lrviz.spec.origin import split_factory
from lrviz.spec.style import styles
from tests.support.checking import spoil_record
from tests.support.figures import points_of
from tests.support.lrvizrun import Result, run, run_process

TRAIN = """
import sys
import torch
from torch.optim import lr_scheduler

print("loading", sys.argv, __name__ == "__main__")
total = 6

def make_scheduler(optimizer):
    print("building")
    return lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=total)

def make_both():
    model = torch.nn.Linear(2, 2)
    groups = [{"params": model.weight, "lr": 0.8, "name": "weights"}, {"params": model.bias}]
    optimizer = torch.optim.AdamW(groups, lr=0.2)
    return optimizer, lr_scheduler.ExponentialLR(optimizer, 0.5)

def make_both_turned():
    return make_both()[::-1]

def make_plateau(optimizer):
    return lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=0)

class Loud(lr_scheduler.StepLR):
    def step(self, *given):
        print("stepping")
        super().step(*given)

class Recipes:
    @staticmethod
    def loud(optimizer):
        return Loud(optimizer, 2, 0.5)

def wrong_value(optimizer):
    return lr_scheduler.LambdaLR(optimizer, lambda epoch: 1 / (3 - epoch))

def raises(optimizer):
    raise ValueError("two\\nlines")

def leaves(optimizer):
    sys.exit(3)

def nothing(optimizer):
    pass

def numbers(optimizer):
    return [1, 2.5]

def greedy(optimizer, total, warmup):
    pass

def by_name(*, optimizer):
    pass

def many():
    optimizer = torch.optim.SGD([{"params": torch.ones(1)} for _ in range(65)], lr=0.1)
    return lr_scheduler.StepLR(optimizer, 2)

def asks(optimizer):
    class Asking(lr_scheduler.StepLR):
        def step(self, progress):
            pass
    return object.__new__(Asking)

if __name__ == "__main__":
    raise RuntimeError("run as a script")

def refuse_four(optimizer):
    if optimizer.param_groups[0]["lr"] > 3.5:
        raise ValueError("too much")
    return lr_scheduler.ExponentialLR(optimizer, 0.5)

def make_phases(optimizer):
    warmup = lr_scheduler.LinearLR(optimizer, 0.5, total_iters=2)
    cosine = lr_scheduler.CosineAnnealingLR(optimizer, 2)
    return lr_scheduler.SequentialLR(optimizer, [warmup, cosine], milestones=[2])
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


def drive(scheduler: Any, calls: int) -> list[float]:
    """Return the LR before each call of a loop."""
    seen = []
    for _ in range(calls):
        seen.append(float(scheduler.optimizer.param_groups[0]["lr"]))
        scheduler.optimizer.step()
        scheduler.step()
    return seen


def make_sgd(lr: float = 1e-3) -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=lr)


def test_gives_what_torch_gives_in_a_loop(folder: Path) -> None:
    expected = drive(lr_scheduler.OneCycleLR(make_sgd(), 0.1, total_steps=6), 6)
    options = ("--epochs", 3, "--steps-per-epoch", 2)
    assert lrs(export(folder, "train.py:make_scheduler", *options)) == expected


@pytest.mark.parametrize("factory", ["make_both", "make_both_turned"])
def test_one_that_takes_nothing_brings_its_optimizer(folder: Path, factory: str) -> None:
    rows = json.loads(export(folder, f"train.py:{factory}", "--epochs", 2).text)
    assert [(row["group"], row["lr"], row["momentum"]) for row in rows] == [
        ("weights", 0.8, 0.9),
        ("group 1", 0.2, 0.9),
        ("weights", 0.4, 0.9),
        ("group 1", 0.1, 0.9),
    ]


def test_is_called_every_epoch_and_given_the_optimizer_that_is_asked_for(folder: Path) -> None:
    settings = ("--set", "optimizer.AdamW.lr=0.4", "--interval", "epoch")
    options = ("--epochs", 3, "--steps-per-epoch", 2)
    found = lrs(export(folder, "train.py:Recipes.loud", *settings, *options))
    assert found == [0.4, 0.4, 0.4, 0.4, 0.2, 0.2]


def test_a_plateau_is_given_the_metric(folder: Path) -> None:
    settings = ("--epochs", 4, "--set", "metric=[1, 2, 2, 2]")
    assert lrs(export(folder, "train.py:make_plateau", *settings)) == [
        0.001,
        0.001,
        0.0005,
        0.00025,
    ]


def test_a_sweep_builds_one_a_value(folder: Path) -> None:
    sweep = ("--sweep", "optimizer.SGD.lr=[0.1, 0.2]", "--epochs", 4)
    done = run("plot", "train.py:Recipes.loud", *sweep, "-o", "a.png", cwd=folder)
    assert (done.status, done.text) == (0, "a.png\n")
    assert done.stderr.count("loading") == 1
    record = json.loads(read_record((folder / "a.png").read_bytes()) or "")
    first = [curve["lr"][0][0] for curve in record["numbers"]["curves"]]
    assert first == [0.1, 0.2]


def test_what_the_code_prints_goes_to_standard_error(folder: Path) -> None:
    done = run("export", "train.py:make_scheduler", "--epochs", 2, cwd=folder)
    assert done.text.startswith("step,epoch,")
    argv = [str(folder / "train.py")]
    assert done.stderr == f"loading {argv} False\nbuilding\n"
    loud = run("export", "train.py:Recipes.loud", "--epochs", 2, cwd=folder)
    assert loud.text.startswith("step,epoch,")
    assert loud.stderr.count("stepping") == 3  # once when it was built


def test_a_real_optimizer_is_not_stepped(folder: Path) -> None:
    parameter = torch.nn.Parameter(torch.ones(2))
    parameter.grad = torch.ones(2)
    optimizer = torch.optim.SGD([parameter], lr=0.1, momentum=0.9)
    run = lrviz.simulate(lambda: lr_scheduler.ExponentialLR(optimizer, 0.5), steps=3)
    np.testing.assert_array_equal(run.lr, [[0.1, 0.05, 0.025]])
    assert parameter.tolist() == [1, 1]
    assert optimizer.state == {}


def test_the_figure_names_it_without_its_path_and_keeps_the_numbers(folder: Path) -> None:
    source = folder / "train.py:make_both"
    assert run("plot", source, "--epochs", 2, "-o", folder / "a.webp").status == 0
    text = read_record((folder / "a.webp").read_bytes()) or ""
    record = json.loads(text)
    style = styles()["light"].model_dump(mode="json", exclude={"held", "panels", "jumps", "ramp"})
    expected = {"epochs": 2, "factory": "train.py:make_both", "figure": {"style": style}}
    assert record["spec"] == expected
    assert record["numbers"]["curves"][0]["lr"] == [[0.8, 0.4], [0.2, 0.1]]
    assert str(folder) not in text


CANNOT_RUN = (
    "drawn from the factory train.py:{}, which a figure cannot run; "
    "name it on the command line, with --epochs\n"
)


def test_its_figure_gives_its_numbers_and_is_drawn_again_from_them(folder: Path) -> None:
    length = ("--epochs", 4, "--steps-per-epoch", 3, "--interval", "epoch")
    metric = ("--set", "metric=[1, 2, 2, 2]", "--set", "figure.panels=[lr, metric]")
    for factory, options in (("make_both", ()), ("make_plateau", metric), ("make_phases", ())):
        given = (f"train.py:{factory}", *length, *options)
        assert run("plot", *given, "-o", "a.webp", cwd=folder).status == 0
        (folder / "train.py").rename(folder / "away.txt")
        told = run("export", "a.webp", cwd=folder)
        again = run("plot", "a.webp", "-o", "b.webp", cwd=folder)
        assert (told.status, again.status, again.stderr) == (0, 0, "")
        (folder / "away.txt").rename(folder / "train.py")
        assert told.text == run("export", *given, cwd=folder).text
        assert run("plot", "b.webp", "-o", "c.webp", cwd=folder).status == 0
        old, new, third = ((folder / f"{name}.webp").read_bytes() for name in "abc")
        np.testing.assert_array_equal(decode_image(old), decode_image(new))
        np.testing.assert_array_equal(decode_image(old), decode_image(third))
        first = json.loads(read_record(old) or "")
        assert json.loads(read_record(third) or "")["schedulers"] == first["schedulers"]


def test_a_figure_of_before_that_tells_no_schedulers_is_drawn_still(folder: Path) -> None:
    assert (
        run("plot", "train.py:make_phases", "--epochs", 4, "-o", "a.webp", cwd=folder).status == 0
    )
    told = run("lint", "a.webp", cwd=folder)
    spoil_record(folder / "a.webp", lambda record: record.pop("schedulers"))
    again = run("plot", "a.webp", "-o", "b.svg", cwd=folder)
    assert (again.status, again.stderr) == (0, "")
    before = run("lint", "a.webp", cwd=folder)  # of no figure more is judged than its curves
    assert (told.status, told.text) == (before.status, before.text)


def test_its_figure_can_be_compared_with_what_it_builds_now(folder: Path) -> None:
    assert (
        run("plot", "train.py:Recipes.loud", "--epochs", 4, "-o", "a.png", cwd=folder).status == 0
    )
    code = (folder / "train.py").read_text("utf-8")
    (folder / "train.py").write_text(code.replace("(optimizer, 2, 0.5)", "(optimizer, 3, 0.5)"))
    done = run("compare", "a.png", "train.py:Recipes.loud", "--epochs", 4, cwd=folder)
    assert done.status == 0
    # 1e-3 was halved after 2 steps, and is now after 3.
    assert done.text.splitlines()[2].split()[2:5] == ["2", "5e-4", "2"]
    other = run("compare", "a.png", "train.py:Recipes.loud", "--epochs", 6, cwd=folder)
    assert other.status == 2
    assert other.stderr.endswith("a.png: " + CANNOT_RUN.format("Recipes.loud"))


@pytest.mark.parametrize(
    ("epochs", "options"), [(2, ("--set", "epochs=3")), (5000, ()), (2, ("--interval", "epoch"))]
)
def test_a_figure_cannot_run_it_again(folder: Path, epochs: int, options: tuple[str, ...]) -> None:
    """Longer runs than 4,096 steps are kept in blocks."""
    assert run("plot", "train.py:make_both", "--epochs", epochs, cwd=folder).status == 0
    done = run("plot", "make_both.png", *options, "-o", "b.png", cwd=folder)
    message = CANNOT_RUN.format("make_both")
    if epochs > 4096:
        message = message.replace(
            "which a figure cannot run", "and holds a summary only of its 5,000 steps"
        )
    assert (done.status, done.stderr) == (2, f"make_both.png: {message}")
    assert "loading" not in done.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "epochs: 2\nscheduler: {StepLR: {step_size: 1}}\nfactory: train.py:make_both\n",
            "a.yaml:3:1: factory: runs code, which no file may ask for; "
            "name it on the command line\n",
        ),
        (
            "epochs: 2\nscheduler: train.py:make_both\n",
            "a.yaml:2:1: scheduler: unknown scheduler 'train.py:make_both'",
        ),
        (
            "epochs: 2\nscheduler: {StepLR: {step_size: 1}}\noptimizer: train.py:make_both\n",
            "a.yaml:3:1: optimizer: unknown optimizer 'train.py:make_both'",
        ),
    ],
)
def test_no_file_can_name_one(folder: Path, text: str, message: str) -> None:
    (folder / "a.yaml").write_text(text, "utf-8")
    done = run("plot", "a.yaml", cwd=folder)
    assert done.status == 2
    assert done.stderr.startswith(message)
    assert "loading" not in done.stderr


@pytest.mark.parametrize(
    ("factory", "status", "message"),
    [
        ("make_sheduler", 2, "train.py: no 'make_sheduler'; did you mean 'make_scheduler'?"),
        ("Recipes.quiet", 2, "train.py: no 'Recipes.quiet'; known: loud"),
        ("total", 2, "train.py: total must be a function, is int"),
        ("raises", 2, "train.py:39: the factory fails with ValueError: two lines"),
        ("leaves", 2, "train.py:42: the factory ends the program, as sys.exit() does"),
        (
            "wrong_value",
            2,
            "train.py:36: step() after step 2 fails with ZeroDivisionError: division by zero",
        ),
        ("nothing", 2, "train.py:nothing: must return a scheduler, returned None"),
        (
            "numbers",
            2,
            "train.py:numbers: must return a scheduler: float is no scheduler: it has no step()",
        ),
        (
            "greedy",
            2,
            "train.py:greedy: wants optimizer, total, warmup; a factory takes an optimizer alone; "
            "bind total, warmup with functools.partial",
        ),
        (
            "by_name",
            2,
            "train.py:by_name: wants optimizer by name; a factory takes an optimizer and returns a "
            "scheduler, or takes nothing and returns both",
        ),
        ("many", 2, "train.py:many: 65 param groups are more than 64"),
        (
            "asks",
            2,
            "train.py:asks: must return a scheduler: "
            "step() of Asking wants progress, which lrviz cannot give it",
        ),
        (
            "make_plateau",
            2,
            "train.py:make_plateau: metric: ReduceLROnPlateau needs a metric, a list or an "
            "expression, as --set 'metric={expression: exp(-call / 9)}' (in Python metric=)",
        ),
    ],
)
def test_what_is_wrong_is_one_line(folder: Path, factory: str, status: int, message: str) -> None:
    done = export(folder, f"train.py:{factory}", "--epochs", 9)
    said = [line for line in done.stderr.splitlines() if not re.match("loading|building", line)]
    assert (done.status, said) == (status, [message])


def test_one_that_ends_too_early_is_told_by_its_own_name(folder: Path) -> None:
    done = export(folder, "train.py:make_scheduler", "--epochs", 9)
    assert done.status == 2
    assert done.stderr.splitlines()[-1].startswith(
        "train.py:make_scheduler: step() after step 6 fails with ValueError: Tried to step 7 times"
    )


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import lrvz_nowhere\n", "bad.py:1: importing it fails with ModuleNotFoundError: "
         "No module named 'lrvz_nowhere'"),
        ("\ndef make(:\n", "bad.py:2: importing it fails with SyntaxError: invalid syntax"),
        ("import helper\n", "helper.py:2: importing it fails with ZeroDivisionError: "
         "division by zero"),
        ("import sys\nsys.exit()\n", "bad.py:2: importing it ends the program, "
         "as sys.exit() does"),
    ],
)  # fmt: skip
def test_code_that_cannot_be_loaded_is_told_by_its_line(
    tmp_path: Path, code: str, message: str
) -> None:
    (tmp_path / "bad.py").write_text(code, "utf-8")
    (tmp_path / "helper.py").write_text("\n1 / 0\n", "utf-8")
    done = export(tmp_path, "bad.py:make", "--epochs", 2)
    assert (done.status, done.stderr) == (2, f"{message}\n")


MISSING = "epochs is missing; give --epochs N or --steps N"


def test_a_length_is_missing_where_the_code_does_not_tell_it_either(folder: Path) -> None:
    done = export(folder, "train.py:make_scheduler")
    assert done.status == 2
    assert done.stderr.splitlines()[-1] == f"train.py:make_scheduler: {MISSING}"
    with pytest.raises(SpecError, match=r"StepLR: give either steps or epochs$"):
        lrviz.simulate(partial(lr_scheduler.StepLR, step_size=4))


def test_what_is_missing_is_said_before_anything_is_run(folder: Path) -> None:
    wrong = export(folder, "train.py:make_scheduler", "--epochs", 0)
    assert (wrong.status, wrong.stderr) == (2, "--epochs 0: epochs: must be at least 1, got 0\n")
    gone = export(folder, "gone.py:make_scheduler", "--epochs", 2)
    assert (gone.status, gone.stderr) == (3, "gone.py: cannot read: no such file\n")
    bare = export(folder, "train.py", "--epochs", 2)
    assert (bare.status, bare.stderr) == (
        2,
        "train.py: holds no spec; name a function in it as train.py:FUNCTION\n",
    )
    none = export(folder, "lrvz.nowhere:make", "--epochs", 2)
    assert (none.status, none.stderr) == (
        2,
        "lrvz.nowhere: no such module; a file is named with its ending, lrvz/nowhere.py\n",
    )
    spec = export(folder, "gone.yaml:make", "--epochs", 2)
    assert (spec.status, spec.stderr) == (
        2,
        "gone.yaml: no such module; the file of a factory ends in .py\n",
    )


@pytest.mark.parametrize("length", [(), ("--epochs", 2)])
@pytest.mark.parametrize("command", ["plot", "export", "lint"])
def test_a_spec_holds_no_factory_however_long_the_run(
    folder: Path, command: str, length: tuple[object, ...]
) -> None:
    (folder / "s.yaml").write_text("epochs: 4\nscheduler: LinearLR\n")
    done = run(command, "s.yaml:make", *length, cwd=folder)
    message = "s.yaml: holds no factory; the file of one ends in .py"
    assert (done.status, (done.text + done.stderr).splitlines()[0]) == (2, message)


@pytest.mark.parametrize(
    ("setting", "key"),
    [
        ("scheduler.StepLR.step_size=1", "scheduler"),
        ("curves.a.scheduler=StepLR", "curves"),
        ("sweep={scheduler.StepLR.gamma: [1]}", "sweep.scheduler.StepLR.gamma"),
    ],
)
def test_a_scheduler_of_the_specs_own_cannot_stand_beside_it(
    folder: Path, setting: str, key: str
) -> None:
    done = export(folder, "train.py:make_scheduler", "--epochs", 2, "--set", setting)
    assert done.status == 2
    text = "cannot stand beside a factory, which builds its scheduler itself"
    assert done.stderr.endswith(f": {key}: {text}\n")
    assert "loading" not in done.stderr


def test_an_optimizer_that_it_does_not_use_is_a_warning(folder: Path) -> None:
    done = export(folder, "train.py:make_both", "--epochs", 2, "--set", "optimizer.SGD.lr=1")
    assert done.status == 0
    assert done.stderr.splitlines()[-1].endswith(
        "optimizer: is not used; the factory has an optimizer of its own"
    )


@pytest.mark.parametrize("key", ["optimizer", "optimizer.SGD.lr"])
def test_a_sweep_of_an_optimizer_that_it_does_not_use_is_an_error(folder: Path, key: str) -> None:
    """One curve would lie on the other."""
    sweep = ("--sweep", f"{key}={'[SGD, Adam]' if key == 'optimizer' else '[1, 2]'}")
    done = run("plot", "train.py:make_both", "--epochs", 2, *sweep, cwd=folder)
    assert (done.status, done.stdout) == (2, b"")
    assert done.stderr.splitlines()[-1].endswith(
        f"sweep.{key}: is not used; the factory has an optimizer of its own"
    )


def test_what_fails_for_one_value_of_a_sweep_names_it(folder: Path) -> None:
    sweep = ("--sweep", "optimizer.SGD.lr=[3, 4]")
    done = run("plot", "train.py:refuse_four", "--epochs", 2, *sweep, cwd=folder)
    assert (done.status, done.stdout) == (2, b"")
    assert done.stderr.splitlines()[-1].endswith("fails with ValueError: too much (curve 'lr 4')")


@pytest.mark.parametrize("name", ["a.py:b", "step:two"])
def test_a_file_whose_name_has_a_colon_is_a_file(tmp_path: Path, name: str) -> None:
    text = "{epochs: 2, scheduler: {ExponentialLR: {gamma: 0.5}}}"
    (tmp_path / name).write_text(text, "utf-8")
    assert lrs(export(tmp_path, name)) == [0.001, 0.0005]


@pytest.mark.parametrize(
    "source",
    [
        *("C:\\x.yaml", "a.yaml", "-", "a b:c", "train.py:", ":make", "a-b:c", "train.py:1"),
        *("train.py:make.yaml", "train.py:a.b.PNG", "package.module:make.yml", f"{'a' * 300}.py"),
    ],
)
def test_what_is_no_factory_is_not_taken_for_one(source: str) -> None:
    assert split_factory(source) is None


@pytest.mark.parametrize("name", ["train.py:leaves", "train.py:leaves.yaml"])
@pytest.mark.parametrize("command", ["check", "batch", "lint", "plot", "export"])
def test_the_name_of_a_file_is_no_consent(folder: Path, name: str, command: str) -> None:
    """A repository may hold a link with any name, which `configs/*` then lists."""
    (folder / name).symlink_to("nowhere")
    figures = folder / "figures"
    figures.mkdir()
    record = json.dumps(
        {"format": 1, "spec": {"epochs": 2, "factory": name}, "versions": {}, "numbers": None}
    )
    pixels = np.zeros((2, 2, 4), dtype=np.uint8)
    (figures / f"{name}.png").write_bytes(encode_image(pixels, "png", 100, record))
    (figures / "leaves.png").write_bytes(encode_image(pixels, "png", 100, record))
    options = {"check": ("--baselines", "figures"), "batch": ("-o", "out")}.get(command, ())
    done = run(command, name, *options, cwd=folder)
    assert done.status in (2, 3)
    assert "loading" not in done.stderr


def test_a_module_is_found_in_the_current_folder_but_takes_no_others_place(tmp_path: Path) -> None:
    package = tmp_path / "lrvz_recipes"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "long.py").write_text(
        "import colorsys\nfrom torch.optim import lr_scheduler\n"
        "from lrvz_recipes.short import gamma\n"
        "def make(optimizer):\n    return lr_scheduler.ExponentialLR(optimizer, gamma)\n",
        "utf-8",
    )
    (package / "short.py").write_text("gamma = 0.5\n", "utf-8")
    (tmp_path / "colorsys.py").write_text("raise RuntimeError('not this one')\n", "utf-8")
    assert lrs(export(tmp_path, "lrvz_recipes.long:make", "--epochs", 2)) == [0.001, 0.0005]
    assert not [name for name in sys.modules if name.startswith("lrvz_recipes")]


def test_a_class_of_an_installed_package_is_a_factory(tmp_path: Path) -> None:
    found = lrs(export(tmp_path, "torch.optim.lr_scheduler:LinearLR", "--epochs", 2))
    assert found == [0.001 / 3, pytest.approx(0.001 / 3 + 0.001 * 2 / 15)]


@pytest.mark.parametrize("module", ["helper", "helpers.gamma"])
def test_two_folders_may_each_have_a_helper_of_the_same_name(tmp_path: Path, module: str) -> None:
    for name, gamma in (("old", 0.5), ("new", 0.1)):
        (tmp_path / name / "helpers").mkdir(parents=True)
        helper = tmp_path / name / f"{module.replace('.', '/')}.py"
        helper.write_text(f"gamma = {gamma}\n", "utf-8")
        (tmp_path / name / "train.py").write_text(
            "from torch.optim import lr_scheduler\n"
            "def make(optimizer):\n"
            f"    from {module} import gamma\n"
            "    return lr_scheduler.ExponentialLR(optimizer, gamma)\n",
            "utf-8",
        )
    before = sys.path[:], sys.argv[:]
    done = run("compare", "old/train.py:make", "new/train.py:make", "--epochs", 2, cwd=tmp_path)
    assert done.status == 0
    rows = [line.split() for line in done.text.splitlines()[1:]]
    assert [(row[0], row[-3]) for row in rows] == [
        ("old/train.py:make", "5e-4"),
        ("new/train.py:make", "1e-4"),
    ]
    assert (sys.path, sys.argv) == before
    assert not [name for name in sys.modules if name.startswith("helper")]


def test_it_is_not_written_as_code_which_it_is(folder: Path) -> None:
    done = run("code", "train.py:make_both", cwd=folder)
    message = "train.py:make_both: a factory is code already; this takes a spec\n"
    assert (done.status, done.text, done.stderr) == (2, "", message)
    assert run("plot", "train.py:make_both", "--epochs", 2, "-o", "a.png", cwd=folder).status == 0
    drawn = run("code", "a.png", cwd=folder)
    message = "a.png: drawn from a factory, which is code already\n"
    assert (drawn.status, drawn.text, drawn.stderr) == (2, "", message)


def test_a_batch_draws_it_every_time_and_so_its_sheet(folder: Path) -> None:
    command = ("batch", "train.py:make_both", "--epochs", 2, "-o", "out", "-j", 1)
    for _ in range(2):
        done = run(*command, "--sheet", "sheet.png", cwd=folder)
        assert (done.status, done.text) == (0, "out/make_both.webp\nsheet.png\n")


def test_where_code_goes_nobody_else_has_to(folder: Path) -> None:
    """As scripts do that find their data beside them: figures and later sources stay in place."""
    (folder / "away").mkdir()
    (folder / "away.py").write_text(
        "import os, torch\n"
        "from torch.optim.lr_scheduler import StepLR\n"
        "def make(optimizer):\n"
        "    os.chdir('away')\n"
        "    torch.set_default_dtype(torch.float64)\n"
        "    return StepLR(optimizer, 1)\n"
    )
    done = run("plot", "away.py:make", "train.py:make_both", "--epochs", 2, cwd=folder)
    assert (done.status, done.text) == (0, "make.png\nmake_both.png\n")
    assert (folder / "make.png").exists()
    assert torch.get_default_dtype() == torch.float32


@pytest.mark.skipif(sys.platform == "win32", reason="there is no echo to start")
def test_standard_output_is_a_tables_however_code_prints(folder: Path) -> None:
    (folder / "loud.py").write_text(
        "import os, subprocess, sys\n"
        "from torch.optim.lr_scheduler import StepLR\n"
        "print('one')\n"
        "os.write(1, b'two\\n')\n"
        "subprocess.run(['echo', 'three'])\n"
        "def make(optimizer):\n"
        "    sys.stderr = None\n"
        "    return StepLR(optimizer, 1)\n"
    )
    done = run_process("export", "loud.py:make", "--epochs", 1, cwd=folder)
    assert (done.status, done.text.splitlines()[0]) == (
        0,
        "step,epoch,curve,group,lr,momentum,weight_decay",
    )
    assert sorted(done.stderr.split()) == ["one", "three", "two"]


def test_a_module_sees_no_arguments_of_the_command(tmp_path: Path) -> None:
    (tmp_path / "parsing.py").write_text(
        "import argparse\n"
        "from torch.optim.lr_scheduler import ExponentialLR\n"
        "parser = argparse.ArgumentParser()\n"
        "parser.add_argument('--gamma', type=float, default=0.5)\n"
        "gamma = parser.parse_args().gamma\n"
        "def make(optimizer):\n"
        "    return ExponentialLR(optimizer, gamma)\n"
    )
    assert lrs(export(tmp_path, "parsing:make", "--epochs", 2)) == [0.001, 0.0005]


def test_a_metric_that_is_not_used_is_a_warning(folder: Path) -> None:
    done = export(folder, "train.py:Recipes.loud", "--epochs", 2, "--set", "metric=[1]")
    assert done.stderr.splitlines()[-1].endswith("metric: is not used; Loud takes none")


def test_a_metric_that_may_be_given_is(folder: Path) -> None:
    class Following(lr_scheduler.StepLR):
        def step(self, metric: float | None = None) -> None:
            if metric is not None:
                self.optimizer.param_groups[0]["lr"] = metric

    run = lrviz.simulate(lambda optimizer: Following(optimizer, 1), steps=3, metric=[0.5, 0.25])
    assert run.lr.tolist() == [[0.001, 0.5, 0.25]]


CHECK = ("check", "train.py:Recipes.loud", "--baselines", "figures")


def test_a_check_of_it_takes_its_length_from_its_figure(folder: Path) -> None:
    length = ("--epochs", 2, "--steps-per-epoch", 3, "--interval", "epoch")
    missing = run(*CHECK, *length, cwd=folder)
    assert missing.status == 2
    (folder / "figures").mkdir()
    missing = run(*CHECK, *length, cwd=folder)
    assert missing.status == 1
    found = re.search(r"run `lrviz (.*)`", missing.text)
    assert found is not None
    added = run(*found[1].split(), cwd=folder)
    assert (added.status, added.text) == (
        0,
        "figures/Recipes.loud.webp: added\n1 spec: 1 missing (1 added)\n",
    )
    matched = run(*CHECK, cwd=folder)
    assert (matched.status, matched.text) == (0, "1 spec: 1 match\n")


def test_a_check_sees_that_it_builds_another_schedule(folder: Path) -> None:
    assert run(*CHECK, "--epochs", 6, "--add-missing", cwd=folder).status == 0
    code = (folder / "train.py").read_text("utf-8")
    (folder / "train.py").write_text(code.replace("(optimizer, 2, 0.5)", "(optimizer, 3, 0.5)"))
    moved = run(*CHECK, cwd=folder)
    assert moved.status == 1
    # 1e-3 is halved after 2 steps, and now after 3: steps 2, 4 and 5 differ.
    assert "most at step 2: 5e-4 -> 1e-3, +100 %; ends 2.5e-4 -> 5e-4" in moved.text
    assert "first at step 2 (3 of 6 steps differ)" in moved.text
    assert run(*CHECK, "--update", cwd=folder).status == 0
    assert run(*CHECK, cwd=folder).text == "1 spec: 1 match\n"


def test_a_length_that_a_check_is_given_is_that_of_factories(folder: Path) -> None:
    (folder / "step.yaml").write_text("epochs: 3\nscheduler: {StepLR: {step_size: 1}}\n")
    both = ("check", "step.yaml", *CHECK[1:])
    assert run(*both, "--epochs", 6, "--add-missing", cwd=folder).status == 0
    assert run(*both, cwd=folder).text == "2 specs: 2 match\n"
    record = json.loads(read_record((folder / "figures/step.webp").read_bytes()) or "")
    assert record["spec"]["epochs"] == 3


def test_a_check_of_it_without_a_figure_wants_a_length(folder: Path) -> None:
    (folder / "figures").mkdir()
    done = run(*CHECK, cwd=folder)
    assert done.status == 2
    assert done.text.startswith(f"train.py:Recipes.loud: {MISSING}\n")


def test_a_figure_of_another_factory_says_nothing_of_its_length(folder: Path) -> None:
    (folder / "figures").mkdir()
    figure = folder / "figures" / "Recipes.loud.webp"
    assert run("plot", "train.py:make_both", "--epochs", 3, "-o", figure, cwd=folder).status == 0
    done = run(*CHECK, cwd=folder)
    assert (done.status, done.text.splitlines()[0]) == (2, f"train.py:Recipes.loud: {MISSING}")


def test_the_linter_sees_what_it_built(folder: Path) -> None:
    assert run("lint", "train.py:make_scheduler", "--epochs", 6, cwd=folder).status == 0
    # OneCycleLR of 6 calls, called 3 times.
    short = run("lint", "train.py:make_scheduler", "--epochs", 3, cwd=folder)
    assert short.status == 1
    fixing = run("lint", "--fix", "train.py:make_scheduler", cwd=folder)
    text = "train.py:make_scheduler: --fix: changes what specs say; a factory is code\n"
    assert (fixing.status, fixing.text) == (2, text)


def test_loading_a_spec_runs_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = load_named(str(folder / "train.py:make_scheduler"), Reading([Override("epochs", "2")]))
    assert (spec.epochs, spec.scheduler.name) == (2, "train.py:make_scheduler")
    assert capsys.readouterr() == ("", "")


def test_simulate_takes_any_callable() -> None:
    partly = partial(lr_scheduler.StepLR, step_size=2, gamma=0.5)
    expected = [[0.8, 0.8, 0.4, 0.4]]
    assert lrviz.simulate(partly, lr=0.8, steps=4).lr.tolist() == expected
    assert lrviz.simulate(lambda mine: partly(mine), lr=0.8, steps=4).lr.tolist() == expected

    def needless(optimizer: Any = None) -> Any:
        return partly(optimizer)

    assert lrviz.simulate(needless, lr=0.8, steps=4).lr.tolist() == expected


def test_simulate_builds_the_optimizer_that_it_is_told() -> None:
    run = lrviz.simulate(
        partial(lr_scheduler.ExponentialLR, gamma=0.5),
        optimizer={"AdamW": {"param_groups": [{"name": "a", "lr": 0.4}, {"name": "b"}]}},
        lr=0.2,
        epochs=2,
        steps_per_epoch=2,
        interval="epoch",
    )
    np.testing.assert_array_equal(run.lr, [[0.4, 0.4, 0.2, 0.2], [0.2, 0.2, 0.1, 0.1]])
    assert run.curves[0].groups == ("a", "b")
    assert run.spec.optimizer.name == "AdamW"
    plain = lrviz.simulate(
        partial(lr_scheduler.ExponentialLR, gamma=0.5), steps=1, optimizer="Adam"
    )
    assert plain.lr.tolist() == [[0.001]]


def test_simulate_gives_a_plateau_its_metric() -> None:
    build = partial(lr_scheduler.ReduceLROnPlateau, factor=0.5, patience=0)
    assert lrviz.simulate(build, steps=3, metric=np.array([1.0, 2.0])).lr.tolist() == [
        [0.001, 0.001, 0.0005]
    ]
    by_expression = lrviz.simulate(build, steps=3, metric={"expression": "step"})
    assert by_expression.lr.tolist() == [[0.001, 0.001, 0.0005]]


def test_a_run_of_a_factory_can_be_drawn_and_says_itself() -> None:
    run = lrviz.simulate(partial(lr_scheduler.StepLR, step_size=4, gamma=0.5), steps=32)
    assert str(run) == "StepLR: 1e-3, halved every 4 steps, 7.8e-6 at step 31"
    figure = lrviz.plot(run, style="light")
    assert points_of(figure.axes[0].get_lines()[0])[1][4] == 0.0005


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": 2, "epochs": 2}, "give either steps or epochs"),
        ({"steps": 3, "steps_per_epoch": 2}, "steps: 3 are no whole epochs of 2 steps"),
        ({"steps": 0}, "steps: must be at least 1, got 0"),
        ({"steps": "8"}, "steps: must be a whole number, got '8'"),
        ({"steps": True}, "steps: must be a whole number, got True"),
        ({"returns": "rate"}, "returns: must be lr or factor, got 'rate'"),
        ({"steps": 4, "steps_per_epoch": -1}, "steps_per_epoch: must be at least 1, got -1"),
        ({"step": 4}, r"step: no such option; did you mean 'steps'\?"),
        (
            {"steps": 4, "optimizer": 3},
            "optimizer: int is none that lrviz can build; "
            r"name its class: 'SGD', or \{'SGD': \{'momentum': 0.9\}\}",
        ),
    ],
)
def test_simulate_refuses_options_that_make_no_sense(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=f"^{message}$"):
        lrviz.simulate(partial(lr_scheduler.StepLR, step_size=4), **options)


@pytest.mark.parametrize("steps", [4, 4.0, np.int64(4), torch.tensor(4)])
def test_a_length_may_be_of_any_type_that_is_whole(steps: Any) -> None:
    run = lrviz.simulate(partial(lr_scheduler.StepLR, step_size=4), steps=steps, steps_per_epoch=2)
    assert (run.steps, run.spec.epochs) == (4, 2)


@pytest.mark.parametrize(
    "optimizer", ["AdamW", torch.optim.AdamW, {"AdamW": None}, {"AdamW": {"lr": 3}}]
)
def test_an_optimizer_may_be_named_or_given_as_its_class(optimizer: Any) -> None:
    run = lrviz.simulate(lr_scheduler.LinearLR, lr=0.3, steps=2, optimizer=optimizer)
    assert run.spec.optimizer.name == "AdamW"
    assert run.lr[0, 0] == pytest.approx(0.1)  # LinearLR begins with a third


def test_whatever_takes_what_it_is_given_is_given_an_optimizer() -> None:
    def decorated(*given: Any) -> Any:
        (optimizer,) = given
        return lr_scheduler.StepLR(optimizer, 1)

    assert lrviz.simulate(decorated, lr=1, steps=2).lr.tolist() == [[1, 0.1]]


def test_what_has_no_effect_is_a_warning_in_python() -> None:
    def make() -> Any:
        return lr_scheduler.StepLR(make_sgd(), 1)

    with pytest.warns(UserWarning, match="optimizer: is not used; the factory has"):
        lrviz.simulate(make, lr=0.5, steps=2)


def test_a_composite_that_stands_first_earns_no_false_warning() -> None:
    def make(optimizer: torch.optim.Optimizer) -> Any:
        inner = [lr_scheduler.ConstantLR(optimizer), lr_scheduler.ExponentialLR(optimizer, 0.5)]
        chained = lr_scheduler.ChainedScheduler(inner)
        return lr_scheduler.SequentialLR(optimizer, [chained, inner[1]], milestones=[2])

    assert lrviz.simulate(make, steps=4).lr.shape == (1, 4)


def test_simulate_refuses_what_is_neither_spec_nor_factory() -> None:
    with pytest.raises(UsageError, match=r"^simulate takes a path, .*, not an int$"):
        lrviz.simulate(3)  # type: ignore[arg-type]
    spec = lrviz.parse_spec("{epochs: 2, scheduler: {StepLR: {step_size: 1}}}")
    with pytest.raises(UsageError, match="steps: a spec says so itself"):
        lrviz.simulate(spec, steps=3)


def test_what_a_factory_raises_is_chained() -> None:
    def fail(optimizer: object) -> None:
        raise KeyError("missing")

    place = r"test_factory\.py:\d+: the factory fails with KeyError"
    with pytest.raises(SpecError, match=place) as caught:
        lrviz.simulate(fail, steps=2)
    assert isinstance(caught.value.__cause__, KeyError)


def test_simulate_leaves_the_random_generators_alone() -> None:
    def build() -> Any:
        model = torch.nn.Linear(9, 9)  # filled at random
        random.random()
        return lr_scheduler.StepLR(torch.optim.SGD(model.parameters(), lr=0.1), 2)

    torch.manual_seed(1)
    random.seed(1)
    lrviz.simulate(build, steps=2)
    found = torch.rand(3).tolist(), random.random()
    torch.manual_seed(1)
    random.seed(1)
    assert (torch.rand(3).tolist(), random.random()) == found


def test_simulate_leaves_torchs_defaults_alone() -> None:
    def build(optimizer: Any) -> Any:
        torch.set_default_device("meta")
        torch.use_deterministic_algorithms(True, warn_only=True)
        return lr_scheduler.StepLR(optimizer, 2)

    lrviz.simulate(build, steps=2)
    assert torch.get_default_device() == torch.device("cpu")
    assert torch.ones(1).item() == 1
    assert not torch.are_deterministic_algorithms_enabled()
    assert not torch.is_deterministic_algorithms_warn_only_enabled()


def test_param_groups_that_a_factory_adds_or_names_are_drawn() -> None:
    def build(optimizer: Any) -> Any:
        optimizer.param_groups[0]["name"] = "body"
        optimizer.add_param_group({"params": [torch.ones(1)], "lr": 0.4})
        return lr_scheduler.ExponentialLR(optimizer, 0.5)

    def build_first(optimizer: Any) -> Any:
        scheduler = lr_scheduler.ExponentialLR(optimizer, 0.5)
        optimizer.add_param_group({"params": [torch.ones(1)], "lr": 0.4})
        return scheduler

    for factory, name in ((build, "body"), (build_first, "group 0")):
        run = lrviz.simulate(factory, lr=0.2, steps=2)
        assert run.lr.tolist() == [[0.2, 0.1], [0.4, 0.2]]
        assert run.curves[0].groups == (name, "group 1")
        assert run.curves[0].base_lr == (0.2, 0.4)
        assert len(lrviz.plot(run).axes[0].lines) == 2
        assert run.warnings == ()


class Ending(BaseException):
    """As `asyncio.CancelledError` is one."""


def test_whatever_a_factory_raises_is_said_of_it() -> None:
    def build(optimizer: Any) -> Any:
        raise Ending("over")

    with pytest.raises(SpecError, match="the factory fails with Ending: over"):
        lrviz.simulate(build, steps=2)

    def interrupt(optimizer: Any) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):  # which is nobody's mistake
        lrviz.simulate(interrupt, steps=2)


def test_an_optimizer_class_of_ones_own_is_not_taken_for_torchs() -> None:
    class AdamW(torch.optim.SGD):
        pass

    build = partial(lr_scheduler.ExponentialLR, gamma=0.5)
    with pytest.raises(UsageError, match="AdamW is none that lrviz can build"):
        lrviz.simulate(build, steps=2, optimizer=AdamW)
    assert lrviz.simulate(build, steps=1, optimizer=torch.optim.AdamW).lr.tolist() == [[0.001]]


def test_arguments_of_an_optimizer_must_be_a_mapping_with_an_lr_beside_them_too() -> None:
    build = partial(lr_scheduler.ExponentialLR, gamma=0.5)
    with pytest.raises(SpecError, match="must be a mapping of arguments, got 5"):
        lrviz.simulate(build, steps=2, lr=0.1, optimizer={"SGD": 5})


def test_no_optimizer_is_no_optimizer() -> None:
    def build() -> Any:
        optimizer = torch.optim.SGD([torch.ones(1)], 0.5)
        return optimizer, lr_scheduler.StepLR(optimizer, 2)

    assert lrviz.simulate(build, steps=2, optimizer=None).warnings == ()


def test_what_has_no_spec_is_drawn_in_light_unless_a_style_is_asked_for(folder: Path) -> None:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    build = partial(lr_scheduler.ExponentialLR, gamma=0.5)
    light, dark = styles()["light"], styles()["dark"]
    assert lrviz.simulate(build, steps=2).figure.style == light
    assert lrviz.simulate(build, steps=2, figure={"ylabel": "LR"}).figure.style == light
    assert lrviz.simulate(build, steps=2, figure={"style": "dark"}).figure.style == dark
    assert lrviz.preview(build(optimizer), steps=2).figure.style == light
    epochs = Override("epochs", "2", "--epochs")
    source = f"{folder / 'train.py'}:make_both"
    assert load_named(source, Reading([epochs])).figure.style == light
    asked = Reading([epochs, Override("figure.style", "dark", "--style")])
    assert load_named(source, asked).figure.style == dark


def test_a_figure_from_before_keeps_the_article_s_style(folder: Path) -> None:
    """The record of one says nothing of a style where none was asked for."""
    numbers = Recorded((RecordedCurve("", ("",), 2, 1, {"lr": (np.array([[0.8, 0.4]]),)}),))
    record = Record({"epochs": 2, "factory": "train.py:make_both"}, {}, numbers)
    article = styles()["article"]
    assert recall_factory(record, "a.webp", ()).figure.style == article
    source = f"{folder / 'train.py'}:make_both"
    assert load_named(source, drawn=record).figure.style == article


def test_title_and_figure_are_options_of_a_run() -> None:
    build = partial(lr_scheduler.ExponentialLR, gamma=0.5)
    run = lrviz.simulate(build, steps=2, title="Mine", figure={"ylabel": "LR"})
    axes = lrviz.plot(run).axes[0]
    assert (axes.get_title(loc="left"), axes.get_ylabel()) == ("Mine", "LR")


def test_a_figure_of_a_timm_scheduler_knows_when_it_is_called(timm: Any, tmp_path: Path) -> None:
    """It is called once an epoch: over 3 epochs of 2 steps, 0.4, 0.3 and 0.1 for two steps each."""

    def build(optimizer: Any) -> Any:
        return timm.CosineLRScheduler(optimizer, 3)

    run_ = lrviz.simulate(build, lr=0.4, epochs=3, steps_per_epoch=2)
    np.testing.assert_allclose(run_.lr[0], [0.4, 0.4, 0.3, 0.3, 0.1, 0.1], rtol=1e-12)
    assert run_.spec.canonical["interval"] == "epoch"


def test_a_name_that_is_not_there_earns_the_files_own_functions(folder: Path) -> None:
    (folder / "few.py").write_text(
        "from torch.optim.lr_scheduler import StepLR\ndef own(optimizer): ...\nclass Kept: ...\n"
        "kept = object()\n"
    )
    for name, message in (
        ("absent", "few.py: no 'absent'; known: own, Kept\n"),
        ("kept.absent", "few.py: no 'kept.absent'\n"),
    ):
        done = run("export", f"few.py:{name}", "--epochs", 1, cwd=folder)
        assert (done.status, done.stderr) == (2, message)
