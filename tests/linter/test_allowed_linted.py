"""What the user allowed: judged by its curve, and with a note by its usual words."""

from pathlib import Path

import pytest

from tests.support.lrvizrun import run

CLASSES = '''
from torch.optim.lr_scheduler import LRScheduler

class Line(LRScheduler):
    """A line down to min_lr, behind a warm-up."""

    def __init__(self, optimizer, total_steps, warmup_steps=0, min_lr=0.0, last_epoch=-1):
        self.total_steps, self.warmup_steps, self.min_lr = total_steps, warmup_steps, min_lr
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        done = self.last_epoch
        if done < self.warmup_steps:
            return [lr * (done + 1) / (self.warmup_steps + 1) for lr in self.base_lrs]
        left = max(0, self.total_steps - done) / (self.total_steps - self.warmup_steps)
        return [self.min_lr + (lr - self.min_lr) * left for lr in self.base_lrs]

class Own(LRScheduler):
    """Falls by a twentieth a call; what its arguments mean it alone knows."""

    def __init__(self, optimizer, total_steps=0, warmup_steps=0, min_lr=0.0, last_epoch=-1):
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        return [lr * 0.95**self.last_epoch for lr in self.base_lrs]

def line(optimizer, t_total, warmup_num_steps=0, min_lr=0.0):
    return Line(optimizer, t_total, warmup_num_steps, min_lr)

def own(optimizer, total_num_steps=0, warmup_num_steps=0):
    return Own(optimizer)

def own_too(optimizer, t_max):
    return Own(optimizer)
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a module that can be imported."""
    (tmp_path / "usual_words.py").write_text(CLASSES)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def lint(folder: Path, name: str, arguments: str) -> list[str]:
    """Return what is said in a run of 100 calls at an LR of 1e-3."""
    text = "epochs: 10\nsteps_per_epoch: 10\noptimizer: {AdamW: {lr: 1e-3}}\n"
    text += f"scheduler:\n  usual_words:{name}: {{{arguments}}}\n"
    (folder / "a.yaml").write_text(text)
    done = run("lint", "a.yaml", "--allow", f"usual_words:{name}", cwd=folder)
    assert done.status in (0, 1), done.stderr
    return [line.partition(": ")[2] for line in done.text.splitlines()]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("Line", "total_steps: 100"),
        ("Line", "total_steps: 100, warmup_steps: 10"),
        ("Line", "total_steps: 100, min_lr: 1e-5"),
        ("Own", "total_steps: 100"),
        ("Own", "warmup_steps: 10"),
        ("Own", ""),
        ("line", "t_total: 100, warmup_num_steps: 10"),
        ("own", "total_num_steps: 100"),
        ("own_too", "t_max: 100"),
    ],
)
def test_one_whose_numbers_fit_the_run_is_clean(folder: Path, name: str, arguments: str) -> None:
    assert lint(folder, name, arguments) == []


@pytest.mark.parametrize(
    ("arguments", "grades", "said"),
    [
        # At the last call 201 of 290 are left.
        ("total_steps: 300, warmup_steps: 10", ("warning",), "6.93e-4"),
        ("total_steps: 50", ("warning",), "for 50 of 100 calls"),
        # After a hundred of 151.
        ("total_steps: 200, warmup_steps: 150", ("error", "warning"), "6.62e-4 of 1e-3"),
        ("total_steps: 100, min_lr: 0.1", ("warning", "note"), "0.1"),
    ],
)
def test_one_whose_curve_is_wrong_is_told_so(
    folder: Path, arguments: str, grades: tuple[str, ...], said: str
) -> None:
    lines = lint(folder, "Line", arguments)
    assert [line for line in lines if line.split()[1].rstrip(":") in grades and said in line]


@pytest.mark.parametrize(
    ("name", "argument", "value"),
    [("own", "total_num_steps", 300), ("own", "warmup_num_steps", 500), ("own_too", "t_max", 300)],
)
def test_a_function_is_told_in_its_own_words(
    folder: Path, name: str, argument: str, value: int
) -> None:
    (line,) = lint(folder, name, f"{argument}: {value}")
    assert line.split()[1] == "note:"
    assert f"usual_words:{name}.{argument}: " in line


@pytest.mark.parametrize(
    "arguments",
    [
        *("total_steps: 30", "total_steps: 300", "total_steps: 3000", "warmup_steps: 500"),
        *("total_steps: 100, warmup_steps: 200", "min_lr: 0.1", "min_lr: 2e-3"),
        *("total_steps: 0", "total_steps: 30, warmup_steps: 40, min_lr: 1.0"),
    ],
)
def test_one_whose_curve_is_sound_earns_a_note_at_most(folder: Path, arguments: str) -> None:
    for line in lint(folder, "Own", arguments):
        assert line.split()[1] == "note:", line
