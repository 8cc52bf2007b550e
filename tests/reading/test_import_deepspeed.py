"""DeepSpeed's JSON: the formulas give what its own classes give, and what it lacks is asked for."""

import json
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch

from lrviz.reading.trainers.draft import Asked
from lrviz.reading.trainers.families import import_config
from lrviz.spec.expression import MAX_LENGTH
from tests.support.imported import CONFIGS, curve_of, imported, is_same, lines_of, spec_text

FOLDER = CONFIGS / "deepspeed"
NUMBERS = sorted(FOLDER.glob("*.numbers.json"))
FILES = [each.with_name(each.name.replace(".numbers", "")) for each in NUMBERS]


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def asked_of(path: Path) -> dict[str, int]:
    """Return what the command line must say: how long the run is, where the file has no length."""
    length = len(read(path.with_suffix(".numbers.json"))["lr"])
    if "total_num_steps" in read(path)["scheduler"]["params"]:
        return {}
    return {"epochs": 1, "batches": length * read(path).get("gradient_accumulation_steps", 1)}


def by_class(path: Path) -> list[float]:
    """Return what DeepSpeed's own class gives every step, driven by hand."""
    config = read(path)
    kind = torch.optim.SGD if config["optimizer"]["type"] == "SGD" else torch.optim.AdamW
    optimizer = kind([torch.zeros(1, requires_grad=True)], lr=config["optimizer"]["params"]["lr"])
    module = import_module("deepspeed.runtime.lr_schedules")
    scheduler = getattr(module, config["scheduler"]["type"])(
        optimizer, **config["scheduler"]["params"]
    )
    lr = []
    for _ in read(path.with_suffix(".numbers.json"))["lr"]:
        lr.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return lr


# The class itself stands in where it can be imported, beside the numbers that it gave.
WITNESSES = ["numbers", *(["class"] if find_spec("deepspeed") else [])]


@pytest.mark.parametrize("witness", WITNESSES)
@pytest.mark.parametrize("path", FILES, ids=lambda each: each.stem)
def test_the_formula_gives_what_the_class_gives(path: Path, witness: str) -> None:
    """Every step has the LR that DeepSpeed's class gave it, to 1e-12 of the peak."""
    numbers = read(path.with_suffix(".numbers.json"))
    expected = by_class(path) if witness == "class" else numbers["lr"]
    assert numbers["deepspeed"] == "0.19.8"
    assert is_same(curve_of(path, **asked_of(path)), expected)


def test_there_are_configs_of_every_class() -> None:
    """All five classes have a config, and there are eight configs at least."""
    kinds = {read(each)["scheduler"]["type"] for each in FILES}
    assert kinds == {"WarmupLR", "WarmupDecayLR", "WarmupCosineLR", "OneCycle", "LRRangeTest"}
    assert len(FILES) >= 8


def test_every_line_says_where_it_comes_from() -> None:
    """Each line with a value ends in a comment, and the class that a formula stands for is told."""
    text = spec_text(FOLDER / "cosine_linear.json")
    assert all("  # " in line for line in text.splitlines()[1:] if not line.endswith(":"))
    assert "deepspeed.runtime.lr_schedules:WarmupCosineLR" in text
    assert "steps: 80  # scheduler.params.total_num_steps" in text


def test_a_formula_is_as_short_as_one_may_be() -> None:
    """The longest formula, every number of it with 17 digits, is still an expression."""
    ugly = 0.12345678901234567
    params = {
        "cycle_min_lr": ugly / 100,
        "cycle_max_lr": ugly,
        "cycle_first_step_size": 123456,
        "cycle_second_step_size": 234567,
        "cycle_first_stair_count": 12,
        "cycle_second_stair_count": 13,
        "decay_step_size": 1234,
        "decay_lr_rate": ugly,
    }
    config = {"scheduler": {"type": "OneCycle", "params": params}}
    found = imported(json.dumps(config), epochs=1, batches=10).schedules[0].scheduler.arguments
    assert len(str(found["lr_lambda"])) <= MAX_LENGTH


def test_momentum_is_said_to_be_left_out() -> None:
    """OneCycle moves the first beta, which no formula can: a note says so, but not of SGD."""
    for name, notes in ("onecycle_stairs", 1), ("onecycle_decay", 0):
        path = FOLDER / f"{name}.json"
        draft = import_config(path.read_bytes(), path.name, Asked(**asked_of(path)))[1]  # type: ignore[arg-type]
        assert len(draft.notes) == notes


def test_what_is_auto_is_asked_for() -> None:
    """What the Trainer fills in is told by its name there; what follows from the rest is taken."""
    params = {
        "warmup_min_lr": "auto",
        "warmup_max_lr": "auto",
        "warmup_num_steps": "auto",
        "total_num_steps": "auto",
    }
    config = {
        "optimizer": {"type": "AdamW", "params": {"lr": "auto", "betas": "auto"}},
        "scheduler": {"type": "WarmupDecayLR", "params": params},
        "gradient_accumulation_steps": "auto",
    }
    wanted = lines_of(json.dumps(config), epochs=3, batches=10)
    assert [line.split(": ", 1)[1] for line in wanted] == [
        "scheduler.params.warmup_num_steps: auto is what the Trainer has as warmup_steps; "
        "write the number",
        "gradient_accumulation_steps: auto is what the Trainer has as "
        "gradient_accumulation_steps; write the number",
        "optimizer.params.lr: auto is what the Trainer has as learning_rate; write the number",
    ]


def test_auto_is_what_the_trainer_would_fill_in() -> None:
    """A warm-up from 0 to the optimizer's LR, over as many steps as the run has."""
    params = {
        "warmup_min_lr": "auto",
        "warmup_max_lr": "auto",
        "warmup_num_steps": 4,
        "warmup_type": "linear",
        "total_num_steps": "auto",
    }
    config = {
        "optimizer": {"params": {"lr": 0.2}},
        "scheduler": {"type": "WarmupDecayLR", "params": params},
    }
    rise = [0.0, 0.0, 0.05, 0.1, 0.15]  # the class's own count begins at the second step
    fall = [0.2 * left / 6 for left in (6, 5, 4, 3, 2)]  # 10 - 4 steps, the last is not reached
    assert is_same(curve_of(json.dumps(config), epochs=2, batches=5), rise + fall)


@pytest.mark.parametrize(
    ("asked", "steps"),
    [
        ({"epochs": 3, "batches": 10}, 7),  # 30 batches / 4: what is left over is no step
        ({"epochs": 2, "batches": 10}, 5),
        ({"epochs": 1, "examples": 60, "processes": 2}, 1),  # 60 / (5 x 2) = 6 batches
        ({"epochs": 1, "examples": 71, "processes": 2}, 2),  # 7.1, rounded up: 8
    ],
)
def test_steps_are_counted_over_all_epochs(asked: dict[str, int], steps: int) -> None:
    """Batches of an epoch are rounded up, the steps of all epochs down."""
    config = {
        "scheduler": {"type": "LRRangeTest", "params": {}},
        "train_micro_batch_size_per_gpu": 5,
        "gradient_accumulation_steps": 4,
    }
    assert imported(json.dumps(config), **asked).schedules[0].total_steps == steps


@pytest.mark.parametrize(
    ("config", "line"),
    [
        ({"zero_optimization": {}}, "a.yaml: names no scheduler; the program brings its own"),
        (
            {"scheduler": {"type": "os.system"}, "zero_optimization": {}},
            "a.yaml: scheduler.type: unknown scheduler; known: WarmupLR, WarmupDecayLR, "
            "WarmupCosineLR, OneCycle, LRRangeTest",
        ),
        (
            {"scheduler": {"type": "LRRangeTest", "params": {"lr_range_test_min_lr": 0}}},
            "a.yaml: scheduler.params.lr_range_test_min_lr: must be more than 0, got 0",
        ),
        (
            {"scheduler": {"type": "OneCycle", "params": {"cycle_max_lr": [0.1, 0.2]}}},
            "a.yaml: scheduler.params.cycle_max_lr: must be a number, got [0.1, 0.2]",
        ),
    ],
)
def test_what_makes_no_schedule_earns_one_line(config: dict[str, Any], line: str) -> None:
    """Nothing that is named is looked for anywhere."""
    assert lines_of(json.dumps(config), epochs=1, batches=9) == [line]


def test_the_length_is_asked_for() -> None:
    """A schedule without an end has no length in the file."""
    (line,) = lines_of(FOLDER / "warmup_log.json")
    assert "give --epochs N and --batches N" in line


@pytest.mark.parametrize(
    ("sizes", "asked", "steps"),
    [
        # 64 // 4 // 2 = 8 a step, of 500 / 4 = 125 batches an epoch: 250 / 8.
        ((64, 4, None), {"examples": 1000, "processes": 2}, 31),
        ((64, None, None), {"examples": 1000, "processes": 2}, 32),  # 64 // 2: 16 batches an epoch
        ((64, None, 4), {"examples": 1000, "processes": 2}, 31),  # 64 // 2 // 4 = 8: 63 batches
        ((64, 4, None), {"batches": 125, "processes": 2}, 31),
        ((64, None, 4), {"batches": 125}, 62),
        ((None, 4, 8), {"examples": 1000, "processes": 2}, 31),
        ((64, 4, 8), {"examples": 1000, "processes": 2}, 31),
    ],
)
def test_of_three_batch_sizes_one_follows(
    sizes: tuple[int | None, ...], asked: dict[str, int], steps: int
) -> None:
    """The whole is that of a process x the batches of a step x the processes."""
    config = batched(*sizes)
    assert imported(config, epochs=2, **asked).schedules[0].total_steps == steps


def batched(whole: int | None, micro: int | None, accumulate: int | None) -> str:
    """Return a config with those of the three batch sizes that are given."""
    names = ("train_batch_size", "train_micro_batch_size_per_gpu", "gradient_accumulation_steps")
    given = dict(zip(names, (whole, micro, accumulate), strict=True))
    config = {"scheduler": {"type": "WarmupLR", "params": {"warmup_max_lr": 0.1}}}
    return json.dumps(config | {name: each for name, each in given.items() if each})


@pytest.mark.parametrize(
    ("sizes", "asked", "line"),
    [
        ((64, 4, None), {"batches": 9}, "give --processes N (as train_batch_size: 64"),
        ((64, None, None), {"examples": 90}, "give --processes N"),
        ((64, None, 4), {"examples": 90, "processes": 3}, "must be 5 a batch x 4 a step x 3 proc"),
        ((None, None, 4), {"examples": 90, "processes": 3}, "train_batch_size: must be there, or"),
    ],
)
def test_batch_sizes_that_deepspeed_refuses(
    sizes: tuple[int | None, ...], asked: dict[str, int], line: str
) -> None:
    """They must make the whole of them, and not all may be missing."""
    (found,) = lines_of(batched(*sizes), epochs=1, **asked)
    assert line in found


@pytest.mark.parametrize(
    ("params", "line"),
    [
        ({"warmup_steps": 500}, "warmup_steps: no argument of WarmupLR; did you mean 'warmup_num"),
        ({"total_num_steps": 50}, "total_num_steps: no argument of WarmupLR; "),
        ({"warmup_num_steps": 0}, "warmup_num_steps: must be a whole number of at least 1, got 0"),
        ({"warmup_num_steps": -5}, "warmup_num_steps: must be a whole number of at least 1, got -"),
        ({"last_batch_iteration": 9}, "last_batch_iteration: no argument of "),
    ],
)
def test_parameters_that_the_class_refuses(params: dict[str, int], line: str) -> None:
    """It raises TypeError or ValueError for them."""
    config = {"scheduler": {"type": "WarmupLR", "params": {"warmup_max_lr": 1, **params}}}
    (found,) = lines_of(json.dumps(config), epochs=1, batches=9)
    assert found.startswith(f"a.yaml: scheduler.params.{line}")


def test_a_run_from_its_start_may_be_said_to_be_one() -> None:
    """-1 is what the class takes for that; nor is it cited, as nothing is read from it."""
    params = {"warmup_max_lr": 1, "last_batch_iteration": -1}
    text = spec_text(
        json.dumps({"scheduler": {"type": "WarmupLR", "params": params}}), epochs=1, batches=9
    )
    assert "# scheduler.params: warmup_max_lr\n" in text


def test_only_one_length_is_asked_for() -> None:
    """One that is said wrong is to be mended, not given again."""
    params = {"total_num_steps": "abc", "warmup_max_lr": 1}
    config = {"scheduler": {"type": "WarmupDecayLR", "params": params}}
    assert lines_of(json.dumps(config)) == [
        "a.yaml: scheduler.params.total_num_steps: must be a number, got 'abc'"
    ]


def test_the_decay_is_as_long_as_the_file_says() -> None:
    """However long the run is: linearly from 1 at 2 steps to 0 at 10, of which 5 are driven."""
    params = {"total_num_steps": 10, "warmup_max_lr": 1, "warmup_num_steps": 2}
    config = {"scheduler": {"type": "WarmupDecayLR", "params": params}}
    found = curve_of(json.dumps(config), epochs=1, batches=5)
    assert is_same(found, [0.0, 0.0, 1.0, 1.0, 7 / 8])


def test_an_optimizers_argument_is_not_left_out_in_silence() -> None:
    """Another peak would come of it; what DeepSpeed's own Adam takes besides is no mistake."""
    params = {"lrr": 0.1, "torch_adam": True, "adam_w_mode": True, "eps": 1e-8}
    config = {
        "optimizer": {"type": "AdamW", "params": params},
        "scheduler": {"type": "WarmupLR", "params": {}},
    }
    assert lines_of(json.dumps(config), epochs=1, batches=5) == [
        "a.yaml: optimizer.params.lrr: no argument of AdamW; did you mean 'lr'?"
    ]
