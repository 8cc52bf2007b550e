"""What is made of axolotl's config: its counts are written out here, the curve is transformers'.

axolotl counts the steps of a run itself, over all epochs, and hands them to the Trainer.
"""

import math
from typing import Any

import numpy as np
import pytest
import torch
import transformers
import yaml

import lrviz
from lrviz.reading.trainers.draft import Asked
from lrviz.reading.trainers.families import import_config
from lrviz.spec.parse import parse_spec
from tests.support.specs import EXAMPLES

FOLDER = EXAMPLES / "import/axolotl"


def drive(lr: float, steps: int, build: Any) -> list[float]:
    optimizer = torch.optim.AdamW(torch.nn.Linear(1, 1).parameters(), lr=lr)
    scheduler = build(optimizer)
    values = []
    for _ in range(steps):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return values


def by_name(name: str, warmup: int, steps: int, **more: float) -> Any:
    return lambda optimizer: transformers.get_scheduler(
        name, optimizer, warmup, steps, scheduler_specific_kwargs=more
    )


def one_cycle(steps: int, share: float) -> Any:
    cycle = torch.optim.lr_scheduler.OneCycleLR
    return lambda optimizer: cycle(optimizer, max_lr=3e-4, total_steps=steps, pct_start=share)


@pytest.mark.parametrize(
    ("name", "known", "lr", "steps", "build"),
    [
        # 51,760 less 2,588 are 49,172; x 4 / (2 x 4 x 2) is 12,293, and a tenth 1,229.3
        (
            "qlora.yml",
            {"examples": 51_760, "processes": 2},
            2e-4,
            12_293,
            by_name("cosine", 1229, 12_293),
        ),
        # 1,001 less 51 are 950; x 4 / 8 is 475, where the Trainer's epochs of 119 make 476
        ("qlora.yml", {"examples": 1_001, "processes": 1}, 2e-4, 475, by_name("cosine", 47, 475)),
        # 101 batches / 2 are 50 steps, x 1.5
        ("packed.yml", {"batches": 101}, 2e-5, 75, by_name("linear", 10, 75)),
        # of packed sequences: 405 / (2 x 2 x 1) = 101 steps, x 1.5 rounded down
        ("packed.yml", {"examples": 405, "processes": 1}, 2e-5, 151, by_name("linear", 10, 151)),
        # 1,000 x 3 / 16 = 187.5; 0.03 of 188 are 5.64
        (
            "floor.yml",
            {"examples": 1_000, "processes": 1},
            1e-4,
            188,
            by_name("cosine_with_min_lr", 5, 188, min_lr_rate=0.1),
        ),
        # 0.03 of 7,500 are more than 100
        (
            "floor.yml",
            {"examples": 40_000, "processes": 1},
            1e-4,
            7_500,
            by_name("cosine_with_min_lr", 100, 7_500, min_lr_rate=0.1),
        ),
        ("one_cycle.yml", {}, 3e-4, 200, one_cycle(200, 40 / 200)),
    ],
    ids=lambda each: str(each) if isinstance(each, str | int) else "",
)
def test_the_spec_of_a_config_has_the_curve_of_its_scheduler(
    name: str, known: dict[str, Any], lr: float, steps: int, build: Any
) -> None:
    text, _ = import_config((FOLDER / name).read_bytes(), name, Asked(**known))
    ours = lrviz.simulate(parse_spec(text)).curves[0].lr[0]
    theirs = drive(lr, steps, build)
    assert len(ours) == steps
    assert np.abs(ours - theirs).max() <= 1e-12 * lr


TEXT = "base_model: m\nlearning_rate: 1.0\nlr_scheduler: linear\nmicro_batch_size: 2\n"


def made(more: str, **asked: Any) -> dict[str, Any]:
    text, _ = import_config(f"{TEXT}{more}".encode(), "a.yml", Asked(**asked))
    tree = yaml.safe_load(text)
    assert isinstance(tree, dict)
    return tree


def warmup_of(more: str, **asked: Any) -> int:
    text, _ = import_config(f"{TEXT}{more}".encode(), "a.yml", Asked(**asked))
    return list(lrviz.simulate(parse_spec(text)).curves[0].lr[0].tolist()).index(1.0)


def test_a_length_that_the_spec_counts_alike_is_left_to_it() -> None:
    data = {"examples": 64, "batch_size": 2, "processes": 4, "accumulate": 1}
    tree = made("num_epochs: 3\n", examples=64, processes=4)
    assert (tree["epochs"], tree["data"]) == (3, data)
    assert made("num_epochs: 3\n", examples=65, processes=4)["steps"] == math.ceil(65 * 3 / 8) == 25


@pytest.mark.parametrize(
    ("held_out", "examples", "steps"),
    [("0.1", 100, 45), ("0.1", 101, 45), ("0.1", 111, 50), ("20", 100, 40), ("0", 100, 50)],
)
def test_what_is_held_out_comes_off_the_examples_first(
    held_out: str, examples: int, steps: int
) -> None:
    """A tenth of 101 is 11, rounded up as `datasets` splits: 90 are left."""
    tree = made(f"num_epochs: 1\nval_set_size: {held_out}\n", examples=examples, processes=1)
    assert (tree["epochs"], math.ceil(tree["data"]["examples"] / 2)) == (1, steps)


@pytest.mark.parametrize(
    ("keys", "steps", "warmup"),
    [
        ("warmup_ratio: 0.1", 100, 10),
        ("warmup_ratio: 0.1", 109, 10),  # the Trainer has 11
        ("warmup_ratio: 0.05", 20, 2),  # 1, of which axolotl makes 2
        ("warmup_ratio: 0.04", 20, 0),
        ("warmup_steps: 1", 100, 2),
        ("warmup_steps: 3", 100, 3),
        ("warmup_steps: 0", 100, 0),
        ("sequence_len: 8", 200, 6),  # by default 0.03
        ("sequence_len: 8", 5_000, 100),  # and 100 at most
    ],
)
def test_a_share_of_warmup_is_rounded_down(keys: str, steps: int, warmup: int) -> None:
    assert warmup_of(f"{keys}\nmax_steps: {steps}\n") == warmup


def test_a_packed_epoch_s_last_batch_may_be_dropped() -> None:
    packed = "sample_packing: true\nnum_epochs: 3\n"
    assert made(packed, batches=10)["epochs"] == 3
    assert made(f"{packed}dataloader_drop_last: true\n", batches=10)["steps"] == 30 - 3


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("lr_scheduler: rex", "a.yml:3:1: lr_scheduler: is axolotl's own formula; write it as a"),
        ("cosine_constant_lr_ratio: 0.8", "a.yml:5:1: cosine_constant_lr_ratio: bends the curve"),
        ("learning_rate:", "a.yml:1:1: learning_rate is missing, of which axolotl has no default"),
    ],
)
def test_what_no_library_draws_is_refused(more: str, told: str) -> None:
    name = more.partition(":")[0]
    kept = [line for line in TEXT.splitlines() if not line.startswith(f"{name}:")]
    place = next((i for i, line in enumerate(TEXT.splitlines()) if line.startswith(name)), 4)
    kept.insert(place, more)
    text = "\n".join([*kept, "max_steps: 3"])
    with pytest.raises(lrviz.SpecError) as caught:
        import_config(text.encode(), "a.yml", Asked())
    assert str(caught.value).startswith(told)


@pytest.mark.parametrize(("whole", "accumulate"), [(16, 8), (17, 8), (1, 1)])
def test_the_batches_of_a_step_follow_from_the_examples_of_one(whole: int, accumulate: int) -> None:
    """It is batch_size // micro_batch_size, which is 2."""
    tree = made(f"num_epochs: 1\nbatch_size: {whole}\n", examples=160, processes=1)
    assert tree["data"]["accumulate"] == accumulate
