"""What is said of schedulers that training code builds: of what they do, not of what they say."""

import re
from pathlib import Path

import pytest
from torch.optim import lr_scheduler
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    CyclicLR,
    LambdaLR,
    LinearLR,
    OneCycleLR,
    SequentialLR,
)

import lrviz
from tests.support.lrvizrun import run
from tests.support.training import make_optimizer

TRAIN = """
import torch
from torch.optim.lr_scheduler import (
    CosineAnnealingLR, LambdaLR, LinearLR, MultiStepLR, SequentialLR, StepLR,
)

def make_resumed(build):
    # As after 60 calls, which the optimizer's own LR remembers.
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)
    optimizer.param_groups[0]["initial_lr"] = 0.1
    return optimizer, build(optimizer, last_epoch=59)

def resumed_cosine():
    return make_resumed(lambda *given, **more: CosineAnnealingLR(*given, T_max=100, **more))

def resumed_over():
    return make_resumed(lambda *given, **more: CosineAnnealingLR(*given, T_max=80, **more))

def resumed_long():
    return make_resumed(lambda *given, **more: CosineAnnealingLR(*given, T_max=200, **more))

def resumed_line():
    return make_resumed(lambda *given, **more: LambdaLR(*given, lambda n: 1 - n / 100, **more))

def resumed_milestones():
    return make_resumed(lambda *given, **more: MultiStepLR(*given, [70, 90], **more))

def resumed_steps():
    return make_resumed(lambda *given, **more: StepLR(*given, 70, **more))

class Mine(SequentialLR):
    pass

class Loud(SequentialLR):
    def step(self):
        super().step()

def sequence(kind, optimizer, length):
    return kind(optimizer, [LinearLR(optimizer, 0.1, total_iters=10),
                            CosineAnnealingLR(optimizer, length)], [10])

def mine(optimizer): return sequence(Mine, optimizer, 30)
def mine_long(optimizer): return sequence(Mine, optimizer, 40)
def mine_short(optimizer): return sequence(Mine, optimizer, 15)
def loud(optimizer): return sequence(Loud, optimizer, 30)
def loud_long(optimizer): return sequence(Loud, optimizer, 40)
def loud_short(optimizer): return sequence(Loud, optimizer, 15)

class Twice(CosineAnnealingLR):
    def step(self, epoch=None):
        super().step()
        super().step()

def twice(optimizer): return Twice(optimizer, 80)
def twice_short(optimizer): return Twice(optimizer, 40)
def twice_long(optimizer): return Twice(optimizer, 160)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with training code."""
    (tmp_path / "train.py").write_text(TRAIN)
    return tmp_path


def lint(folder: Path, factory: str) -> list[str]:
    """Return what is said of a factory's schedule in a run of 40 calls."""
    run_of_40 = ("--epochs", 4, "--steps-per-epoch", 10)
    done = run("lint", f"train.py:{factory}", *run_of_40, cwd=folder)
    assert done.status in (0, 1), done.stderr
    return [line.removeprefix(f"train.py:{factory}: ") for line in done.text.splitlines()]


@pytest.mark.parametrize(
    "factory",
    [
        *("resumed_cosine", "resumed_line", "resumed_milestones", "resumed_steps"),
        *("mine", "loud", "twice"),
    ],
)
def test_one_that_does_what_it_should_is_clean(factory: str, folder: Path) -> None:
    """Resumed, 40 calls are left of 100, or drops come after 10; twice a call, 40 are 80."""
    assert lint(folder, factory) == []


@pytest.mark.parametrize(
    ("factory", "code", "numbers"),
    [
        # 20 of its 80 calls are left; 19 calls later it is at half of 1 - cos(19 pi / 80).
        ("resumed_over", "LR001", ("after 20 of its 40 calls", "0.0133")),
        ("resumed_long", "LR002", ("140 calls", "gets 40")),
        ("mine_long", "LR002", ("40", "30", "1.75e-4")),
        ("mine_short", "LR001", ("15 of its 30 calls", "9.89e-4")),
        ("loud_long", "LR002", ("40", "30", "1.75e-4")),
        ("loud_short", "LR001", ("15 of its 30 calls", "9.89e-4")),
        # 40 counts are 20 calls; then it climbs back.
        ("twice_short", "LR001", ("step 20",)),
        # Torch's first call is its own: at the last the count is 79, half of 1 + cos(79 pi / 160).
        ("twice_long", "LR002", ("5.1e-4", "51 %")),
    ],
)
def test_one_that_does_not_is_told_what_its_curve_does(
    factory: str, code: str, numbers: tuple[str, ...], folder: Path
) -> None:
    (line,) = lint(folder, factory)
    assert line.startswith(f"{code} warning: ")
    assert [each for each in numbers if each not in line] == [], line


@pytest.mark.parametrize("factory", ["resumed_over", "resumed_long", "twice_short", "twice_long"])
def test_no_length_is_proposed_that_the_curve_contradicts(factory: str, folder: Path) -> None:
    (line,) = lint(folder, factory)
    assert not re.search(r"\bset \w+ to", line)


INSIDE = """
from torch.optim.lr_scheduler import CosineAnnealingLR, CyclicLR, LinearLR, SequentialLR

class Twice(CosineAnnealingLR):
    def step(self, epoch=None):
        super().step()
        super().step()

def child(optimizer):
    return SequentialLR(optimizer, [LinearLR(optimizer, 0.1, total_iters=10),
                                    Twice(optimizer, 30)], [10])

def triangle(optimizer):
    return CyclicLR(optimizer, 1e-4, 1e-3, cycle_momentum=False)
"""


def test_what_stands_in_a_list_is_known_by_what_it_does_as_well(tmp_path: Path) -> None:
    """Of 30 calls 15 take it to the bottom, at step 25; the others take it back."""
    (tmp_path / "train.py").write_text(INSIDE)
    (line,) = lint(tmp_path, "child")
    assert line.startswith("LR001 warning: SequentialLR.schedulers.1.Twice: ")
    assert "from step 25 on" in line or "from step 24 on" in line
    assert "every call steps it 2 times" in line


def test_the_way_up_of_a_cyclic_lr_is_known(tmp_path: Path) -> None:
    """It keeps how long a whole cycle is, 2000 calls up and as many down by default."""
    (tmp_path / "train.py").write_text(INSIDE)
    (line,) = lint(tmp_path, "triangle")
    assert line.startswith("LR005 warning: CyclicLR")
    assert "takes 2000 calls" in line


@pytest.mark.parametrize("kind", ["mine", "loud"])
def test_a_scheduler_is_named_by_its_class_and_place(kind: str, folder: Path) -> None:
    (line,) = lint(folder, f"{kind}_long")
    name = kind.capitalize()
    assert f": {name}.schedulers.1.CosineAnnealingLR.T_max: " in line
    assert line.endswith("; set T_max to 30")
    assert "factory" not in line


OF_TRANSFORMERS = """
from transformers import optimization as library

def sound(optimizer): return library.get_cosine_schedule_with_warmup(optimizer, 4, 40)
def short(optimizer): return library.get_linear_schedule_with_warmup(optimizer, 4, 20)
def long(optimizer): return library.get_wsd_schedule(optimizer, 4, 10, 80)
def floor(optimizer): return library.get_cosine_with_min_lr_schedule_with_warmup(
    optimizer, 4, 20, min_lr_rate=0.1)
def cold(optimizer): return library.get_inverse_sqrt_schedule(optimizer, 60)
"""


@pytest.mark.usefixtures("transformers")
def test_what_a_function_of_transformers_built_is_known_as_in_a_spec(tmp_path: Path) -> None:
    """It binds its arguments to a function, from which they are read."""
    (tmp_path / "train.py").write_text(OF_TRANSFORMERS)
    assert lint(tmp_path, "sound") == []  # it cannot but begin at 0
    wanted = {
        "short": "LR007 warning: get_linear_schedule_with_warmup.num_training_steps: the LR is 0 "
        "from step 20 on, for 20 of 40 calls; set num_training_steps to 40",
        "long": "LR002 warning: get_wsd_schedule.num_stable_steps: the decay would begin after 70 "
        "calls, there are 40: the LR ends at 1e-3, its highest; set num_stable_steps to 26",
        "floor": "LR001 warning: get_cosine_with_min_lr_schedule_with_warmup.num_training_steps: "
        "the LR climbs again after 20 of its 40 calls, from 1e-4 to 1e-3; "
        "set num_training_steps to 40",
        # It is read before 40 calls: after the 39th it has 39 of 60.
        "cold": "LR015 error: get_inverse_sqrt_schedule.num_warmup_steps: the warm-up takes 60 "
        "calls and the run has 40, the LR comes to 6.5e-4 of 1e-3; "
        "set num_warmup_steps to 4, a tenth of the run",
    }
    assert {name: lint(tmp_path, name) for name in wanted} == {
        name: [line] for name, line in wanted.items()
    }


def step(scheduler: lr_scheduler.LRScheduler, calls: int) -> lr_scheduler.LRScheduler:
    """Return a scheduler that has had so many calls."""
    for _ in range(calls):
        scheduler.optimizer.step()
        scheduler.step()
    return scheduler


def make_warmup(total_iters: int) -> SequentialLR:
    """Return a warm-up of so many calls that gets 5 of 20."""
    optimizer = make_optimizer("SGD", {"lr": 0.1})
    warmup = LinearLR(optimizer, 0.01, total_iters=total_iters)
    return SequentialLR(optimizer, [warmup, CosineAnnealingLR(optimizer, 15)], [5])


@pytest.mark.parametrize("calls", [0, 1, 3, 4, 5, 6])
def test_a_warm_up_that_had_begun_is_not_cut_short(calls: int) -> None:
    assert lrviz.lint(step(make_warmup(5), calls), steps=20 - calls) == ()


@pytest.mark.parametrize("calls", [1, 3])
def test_a_warm_up_that_is_cut_short_is_said_with_the_calls_it_had(calls: int) -> None:
    """After 4 of its 10 calls the LR is at 0.01 + 0.99 * 4 / 10 of 0.1."""
    (found,) = lrviz.lint(step(make_warmup(10), calls), steps=20 - calls)
    assert "the warm-up takes 10 calls and gets 5: the LR jumps from 0.0406 to 0.1" in str(found)
    assert f"at step {5 - calls}; let it end in 5 calls" in str(found)


def test_a_lambda_that_has_fallen_to_the_square_returns_no_lr() -> None:
    """After 9 calls 1 / (n + 1) is 0.1, which is the LR by chance."""
    optimizer = make_optimizer("SGD", {"lr": 0.1})
    scheduler = LambdaLR(optimizer, lambda n: 1 / (n + 1))
    assert lrviz.lint(step(scheduler, 9), steps=20) == ()


@pytest.mark.parametrize("calls", [20, 60, 90, 98, 99])
def test_a_cycle_that_had_begun_is_not_too_long(calls: int) -> None:
    """Both are as long as the 100 calls of the run that they are in."""
    one = OneCycleLR(make_optimizer("SGD", {"lr": 0.1, "momentum": 0.9}), 0.1, total_steps=100)
    many = CyclicLR(make_optimizer("SGD", {"lr": 0.1, "momentum": 0.9}), 0.01, 0.1, 50)
    for each in (one, many):
        found = lrviz.lint(step(each, calls), steps=100 - calls)
        assert not {finding.code for finding in found} & {"LR004", "LR005"}


def test_a_one_cycle_that_had_begun_and_is_too_long_is_told_all_its_calls() -> None:
    one = OneCycleLR(make_optimizer("SGD", {"lr": 0.1, "momentum": 0.9}), 0.1, total_steps=300)
    (found,) = lrviz.lint(step(one, 50), steps=50)
    assert "LR004 error: OneCycleLR.total_steps: is 300 calls long and gets 100" in str(found)
    assert str(found).endswith("; set total_steps to 100")
