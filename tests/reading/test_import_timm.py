"""timm's args.yaml: the curve is that of timm's own factory, driven as its training script does."""

import math
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import yaml

from lrviz.reading.trainers.draft import Asked
from lrviz.reading.trainers.families import import_config
from tests.support.imported import CONFIGS, curve_of, imported, is_same, lines_of, spec_text

FILES = sorted((CONFIGS / "timm").glob("*.yaml"))
METRIC = "exp(-call / 2) + 0.1"


def load(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text())
    return found


def drive(timm: Any, args: Mapping[str, Any], lr: float, batches: int) -> list[float]:
    """Return what every update has, with timm's factory and the calls of its training script."""
    accumulate = args.get("grad_accum_steps", 1)
    updates = (batches + accumulate - 1) // accumulate
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    factory = timm.scheduler_factory
    kwargs = factory.scheduler_kwargs(SimpleNamespace(**args))
    scheduler, epochs = factory.create_scheduler_v2(optimizer, **kwargs, updates_per_epoch=updates)
    values = []
    for epoch in range(epochs):
        done = epoch * updates
        for _ in range(updates):
            values.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            done += 1
            scheduler.step_update(num_updates=done, metric=0.0)
        scheduler.step(epoch + 1, math.exp(-epoch / 2) + 0.1)
    return values


@pytest.mark.filterwarnings("ignore:PlateauLRScheduler is deprecated")
@pytest.mark.parametrize("batches", [1, 12, 13])
@pytest.mark.parametrize("path", FILES, ids=lambda each: each.stem)
def test_the_curve_is_that_of_the_factory(path: Path, batches: int, timm: Any) -> None:
    """Every update of the whole run has the LR that timm's own scheduler gives it."""
    args = load(path)
    # With four processes: 0.1 x 128 x 4 x 2 / 256, and 0.002 x the root of 128 x 4 / 4096.
    lr = args["lr"] or {"step_base": 0.4, "multistep_sqrt": 0.002 * (1 / 8) ** 0.5}[path.stem]
    found = curve_of(path, batches=batches, processes=4, metric=METRIC)
    assert is_same(found, drive(timm, args, lr, batches))


def test_there_is_a_config_of_every_schedule() -> None:
    """All that the factory knows is here."""
    assert {load(each)["sched"] for each in FILES} == {
        *("cosine", "tanh", "poly", "step", "multistep", "constant", "plateau", "wsd", "rsqrt")
    }
    assert len(FILES) >= 8


def test_what_counts_epochs_needs_no_data(timm: Any) -> None:
    """Where the LR moves once an epoch, one point an epoch is all of the curve."""
    path = CONFIGS / "timm" / "cosine.yaml"
    assert is_same(curve_of(path), drive(timm, load(path), 0.001, 1))


@pytest.mark.parametrize(
    ("examples", "processes", "updates"),
    [
        (1280, 1, 5),  # 10 batches of 128, two an update
        (1279, 1, 5),  # 9: the last is not full, and left out; 9 / 2 rounded up
        (1024, 1, 4),
        (1023, 1, 4),  # 7
        (896, 1, 4),
        (895, 1, 3),  # 6
        (511, 2, 1),  # the sampler fills up to 256 each: 2 batches
        (509, 2, 1),  # 255 each: 1 batch
        (513, 4, 1),  # 129 each: 1 batch
        (1537, 4, 2),  # 385 each: 3 batches
        (1532, 4, 1),  # 383 each: 2 batches
    ],
)
def test_updates_are_rounded_up_and_batches_down(
    examples: int, processes: int, updates: int
) -> None:
    """Every process has a full share, of which what fills no batch is dropped."""
    path = CONFIGS / "timm" / "cosine_updates.yaml"
    spec = imported(path, examples=examples, processes=processes)
    assert spec.schedules[0].steps_per_epoch == updates


@pytest.mark.usefixtures("timm")
def test_the_lr_follows_from_the_whole_batch_where_it_is_null() -> None:
    """Linearly, or with its root for what is called like Adam or LAMB; or as the file says."""
    args = "sched: cosine\nepochs: 4\nlr: null\nlr_base: 0.1\nlr_base_size: 256\nbatch_size: 64\n"
    args += "warmup_epochs: 0\ngrad_accum_steps: 2\n"
    for more, ratio in (
        ("opt: sgd\n", 2.0),  # 64 x 4 x 2 / 256
        ("opt: AdamW\n", 2.0**0.5),
        ("opt: lamb\n", 2.0**0.5),
        ("opt: adamw\nlr_base_scale: linear\n", 2.0),
        ("opt: sgd\nlr_base_scale: sqrt\n", 2.0**0.5),
    ):
        assert curve_of(args + more, processes=4)[0] == pytest.approx(0.1 * ratio, rel=1e-15)


def test_every_line_says_where_it_comes_from() -> None:
    """Each line with a value ends in a comment that names the key, or timm's default."""
    for path in FILES:
        lines = spec_text(path, batches=3, processes=4, metric=METRIC).splitlines()[1:]
        assert all("  # " in line for line in lines if not line.endswith(":"))


def test_a_key_that_is_not_there_is_what_the_factory_takes(timm: Any) -> None:
    """An args.yaml of an older timm lacks keys; the factory has its own for them."""
    args = {"sched": "step", "epochs": 40, "opt": "sgd", "lr": 0.1, "min_lr": 0.0}
    assert is_same(curve_of(yaml.safe_dump(args)), drive(timm, args, 0.1, 1))


@pytest.mark.parametrize("sched", ["step", "wsd", "rsqrt"])
def test_a_decay_of_null_is_what_the_factory_makes_of_it(sched: str, timm: Any) -> None:
    """90 epochs for one, a fifth of the run for another."""
    args = {"sched": sched, "epochs": 100, "opt": "sgd", "lr": 0.1, "decay_epochs": None}
    args |= {"min_lr": 0.0, "warmup_epochs": 7}
    assert is_same(curve_of(yaml.safe_dump(args)), drive(timm, args, 0.1, 1))


@pytest.mark.parametrize("more", ["lr_cycle_mul: 9\nlr_cycle_limit: 999999999", "epochs: 1e308"])
def test_numbers_beyond_all_bounds_earn_one_line(more: str) -> None:
    """Neither time nor a traceback."""
    args = "sched: wsd\nopt: sgd\nlr: 0.1\nmin_lr: 0\nsched_on_updates: true\n"
    args = args.replace("wsd", "cosine") if "cycle" in more else args
    assert len(lines_of(args + more, batches=9)) == 1


@pytest.mark.parametrize(
    ("name", "asked", "wanted"),
    [
        ("cosine_updates", {}, "--batches N (as sched_on_updates counts"),
        ("step_base", {}, "--processes N (as lr is null"),
        ("plateau", {}, "--metric EXPRESSION (the loss, call after call"),
        ("cosine_updates", {"examples": 9000}, "--processes N (how many train at once"),
    ],
)
def test_what_no_file_holds_is_asked_for(name: str, asked: dict[str, int], wanted: str) -> None:
    """One line names the option, and why."""
    (line,) = lines_of(CONFIGS / "timm" / f"{name}.yaml", **asked)
    assert wanted in line


def test_what_the_factory_does_not_know_is_refused() -> None:
    """Neither is anything looked up by that name."""
    args = "opt: sgd\nlr: 0.1\nepochs: 3\nwarmup_epochs: 0\nsched: "
    assert "a.yaml:5:1: sched: unknown schedule; known: " in lines_of(f"{args}os.system")[0]
    assert lines_of(f"{args}none") == [
        "a.yaml:5:1: sched: no schedule: the LR stays as it is; write a spec with ConstantLR and "
        "factor 1, got 'none'"
    ]
    assert "a.yaml:5:1: sched: unknown schedule; known: cosine, " in lines_of(f"{args}null")[0]
    (line,) = lines_of(f"{args}plateau\nsched_on_updates: true", metric=METRIC)
    assert line.startswith("a.yaml:6:1: sched_on_updates: a plateau is looked for epoch by epoch")


def test_layers_with_an_lr_of_their_own_are_said_to_be_left_out() -> None:
    """How many layers there are, only the model knows."""
    args = b"opt: adamw\nlr: 0.1\nepochs: 3\nmin_lr: 0\nsched: cosine\nlayer_decay: 0.75\n"
    notes = import_config(args, "a.yaml", Asked())[1].notes
    assert [each.text for each in notes] == [
        "left out: the LR of each layer is a share of this one"
    ]


@pytest.mark.parametrize(
    "given",
    [
        {"sched": "cosine", "lr_cycle_limit": 2, "lr_cycle_decay": 0.5, "lr_noise": [0.4, 0.9]},
        {
            "sched": "multistep",
            "decay_milestones": [4, 8],
            "decay_rate": 0.5,
            "warmup_prefix": True,
        },
        {"sched": "wsd", "decay_epochs": 0.3, "warmup_epochs": 3},
    ],
    ids=lambda each: each["sched"],
)
def test_numbers_in_quotes_are_numbers(given: dict[str, Any], timm: Any) -> None:
    """What a tool wrote as text is what the factory gets as numbers."""
    args = {"epochs": 20, "opt": "sgd", "lr": 0.1, "min_lr": 1e-6, **given}
    texts = {
        name: list(map(str, each)) if isinstance(each, list) else str(each)
        for name, each in args.items()
    }
    assert is_same(curve_of(yaml.safe_dump(texts)), drive(timm, args, 0.1, 1))


@pytest.mark.parametrize(
    "given", ["lr_cycle_decay: ${x}", "lr_noise: ['0.4', '${x}']", "warmup_lr: often"]
)
def test_what_is_no_number_is_refused(given: str) -> None:
    """Nothing of it comes into a spec."""
    args = "opt: sgd\nlr: 0.1\nepochs: 3\nmin_lr: 0\nsched: cosine\n"
    (line,) = lines_of(args + given)
    assert line.startswith(f"a.yaml:6:1: {given.partition(':')[0]}: must be a number, got ")


def test_a_comment_tells_no_null() -> None:
    """What is not there is told as timm's default, wherever a comment speaks of it."""
    args = "opt: sgd\nlr: 0.1\nmin_lr: 0\nwarmup_prefix: true\neval_metric: null\nsched: "
    for sched in ("cosine", "step", "wsd", "plateau"):
        text = spec_text(args + sched, metric=METRIC)
        assert "null" not in text
        assert "after timm's default warmup_epochs 5" in text
