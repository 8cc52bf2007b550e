"""Paths to classes in Lightning CLI's, hydra's and torchtune's configs: the catalog has them."""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch.optim import lr_scheduler
from torch.optim.lr_scheduler import CosineAnnealingLR, ExponentialLR, OneCycleLR, StepLR

from lrviz.reading.trainers.draft import Asked
from lrviz.reading.trainers.families import import_config
from lrviz.reading.trainers.naming import DOUBLES, Target
from lrviz.spec.catalog import CATALOG
from tests.support.imported import CONFIGS, curve_of, imported, is_same, lines_of, spec_text

FOLDER = CONFIGS / "targets"
METRIC = "[0.9, 0.8, 0.8, 0.8, 0.8, 0.7, 0.7, 0.7, 0.7, 0.7]"


def sgd(lr: float) -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)


def drive(scheduler: Any, steps: int, every: int = 1, *given: list[float]) -> list[float]:
    """Return the LR of each step, with one call after every so many steps."""
    optimizer, values = scheduler.optimizer, []
    metrics = iter(given[0] if given else ())
    for step in range(1, steps + 1):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step % every == 0:
            scheduler.step(*([next(metrics)] if given else []))
    return values


def cosine(name: str, lr: float, *arguments: float) -> Any:
    """Return a schedule of transformers by hand."""
    from transformers import optimization

    return getattr(optimization, f"get_{name}_schedule_with_warmup")(sgd(lr), *arguments)


def sequential(optimizer: torch.optim.Optimizer) -> lr_scheduler.SequentialLR:
    warm = lr_scheduler.LinearLR(optimizer, start_factor=0.01, total_iters=3)
    drops = StepLR(optimizer, step_size=4, gamma=0.3)
    return lr_scheduler.SequentialLR(optimizer, [warm, drops], milestones=[3])


def test_lightnings_cli_calls_its_scheduler_once_an_epoch() -> None:
    """25 batches, 4 accumulated, are 7 steps an epoch."""
    expected = drive(CosineAnnealingLR(sgd(0.002), 12, eta_min=1e-5), 84, 7)
    assert is_same(curve_of(FOLDER / "cli_cosine.yaml"), expected)


def test_lightnings_own_plateau_is_torchs() -> None:
    """Its `monitor` is no argument of the schedule; what it is given is asked for."""
    path = FOLDER / "cli_plateau.yaml"
    (line,) = lines_of(path)
    assert "give --metric EXPRESSION" in line
    plateau = lr_scheduler.ReduceLROnPlateau(sgd(0.1), mode="min", factor=0.5, patience=2)
    given = [*json.loads(METRIC), *[0.7] * 5]
    assert is_same(curve_of(path, metric=METRIC), drive(plateau, 15, 1, given))


def test_schedulers_are_nested() -> None:
    """A run that max_steps ends has its last epoch cut short: 90 / 7 are 13 of them."""
    expected = drive(sequential(sgd(0.4)), 13 * 7, 7)
    assert is_same(curve_of(FOLDER / "cli_sequential.yaml"), expected)


def test_keys_beside_a_scheduler_say_when_it_is_called() -> None:
    """As Lightning reads them: `interval` and `frequency`."""
    found = curve_of(FOLDER / "cli_model_onecycle.yaml")
    cycle = OneCycleLR(sgd(0.001), max_lr=0.01, total_steps=60, pct_start=0.25)
    # The last call of all is no step of the cycle.
    assert is_same(found, [*drive(cycle, 59), cycle.optimizer.param_groups[0]["lr"]])
    every_fourth = drive(ExponentialLR(sgd(0.05), 0.8), 60, 4)
    assert is_same(curve_of(FOLDER / "hydra_frequency.yaml"), every_fourth)


def test_hydra_does_not_say_when_a_scheduler_is_called() -> None:
    """So it is asked for, and no more than is needed: by epochs, their steps change nothing."""
    path = FOLDER / "hydra_step.yaml"
    (line,) = lines_of(path)
    assert line.endswith(
        "give --interval epoch|step (when your code calls scheduler.step(); "
        "Lightning's default is epoch)"
    )
    assert is_same(curve_of(path, interval="epoch"), drive(StepLR(sgd(0.001), 3, 0.5), 10))
    (line,) = lines_of(path, interval="step")
    assert "--batches N" in line
    found = curve_of(path, interval="step", batches=2)
    assert is_same(found, drive(StepLR(sgd(0.001), 3, 0.5), 20))


def test_interpolations_are_resolved() -> None:
    """What another key of the same file has, an argument has."""
    found = curve_of(FOLDER / "hydra_interpolated.yaml")
    assert is_same(found, drive(cosine("linear", 5e-4, 6, 48), 48))


def test_a_schedule_of_timm_knows_when_it_is_called(timm: Any) -> None:
    """Nothing is asked for: it counts epochs."""
    scheduler = timm.CosineLRScheduler(
        sgd(0.0005), t_initial=30, lr_min=1e-6, warmup_t=5, warmup_lr_init=1e-6
    )
    expected = []
    for epoch in range(30):
        expected.append(scheduler.optimizer.param_groups[0]["lr"])
        scheduler.step(epoch + 1)
    assert is_same(curve_of(FOLDER / "hydra_timm.yaml"), expected)


@pytest.mark.parametrize(
    ("name", "asked", "steps", "arguments"),
    [
        ("torchtune_lora", {"examples": 1000, "processes": 4}, 3 * 15, (7,)),  # 125 / 8
        ("torchtune_lora", {"batches": 24}, 3 * 3, (7,)),
        ("torchtune_lora", {"batches": 23}, 3 * 2, (7,)),  # what fills no step is no step
        ("torchtune_capped", {}, 2 * 25, (10, 1.5)),
        ("torchtune_capped", {"batches": 24}, 2 * 24, (10, 1.5)),
        ("torchtune_capped", {"batches": 26}, 2 * 25, (10, 1.5)),
        ("torchtune_dpo", {"examples": 24, "processes": 1}, 2 * 2, (5,)),  # 6 batches / 3
        ("torchtune_dpo", {"examples": 23, "processes": 1}, 2 * 1, (5,)),  # 5 / 3
        ("torchtune_dpo", {"examples": 23, "processes": 2}, 2 * 1, (5,)),  # filled up: 12 each
    ],
)
def test_torchtune_counts_downwards(
    name: str, asked: Mapping[str, int], steps: int, arguments: tuple[float, ...]
) -> None:
    """floor(batches / accumulation), capped, times the epochs, which the schedule is told."""
    lr = {"torchtune_lora": 3e-4, "torchtune_capped": 2e-5, "torchtune_dpo": 5e-4}[name]
    warm, *cycles = arguments
    expected = drive(cosine("cosine", lr, warm, steps, *cycles), steps)
    assert is_same(curve_of(FOLDER / f"{name}.yaml", **asked), expected)


@pytest.mark.parametrize(
    ("batches", "accumulate", "steps"), [(12, 4, 3), (13, 4, 4), (1, 4, 1), (16, 4, 4), (17, 4, 5)]
)
def test_lightning_counts_upwards(batches: int, accumulate: int, steps: int) -> None:
    """The last batches of an epoch make a step of their own."""
    config = (
        f"trainer: {{max_epochs: 2, accumulate_grad_batches: {accumulate}}}\n"
        "optimizer: {class_path: torch.optim.SGD}\n"
        "lr_scheduler: {class_path: torch.optim.lr_scheduler.StepLR, init_args: {step_size: 1}}\n"
    )
    assert imported(config, batches=batches).schedules[0].steps_per_epoch == steps


@pytest.mark.parametrize(("limit", "steps"), [(29, 29), (30, 30), (31, 30)])
def test_the_first_of_two_ends_a_run(limit: int, steps: int) -> None:
    """Of max_steps and max_epochs."""
    config = (
        f"trainer: {{max_epochs: 3, max_steps: {limit}, limit_train_batches: 10}}\n"
        "optimizer: {_target_: torch.optim.SGD}\n"
        "scheduler: {_target_: torch.optim.lr_scheduler.StepLR, step_size: 7}\n"
    )
    assert imported(config, interval="step").schedules[0].total_steps == steps


@pytest.mark.parametrize(
    ("examples", "steps"), [(128, 2), (129, 3)], ids=["as many as fill them", "one more"]
)
def test_a_dataloader_of_ones_own_keeps_its_last_batch(examples: int, steps: int) -> None:
    """Devices and nodes of the file are its processes: 2 x 1 of 32."""
    found = imported(FOLDER / "cli_cosine.yaml", examples=examples)
    assert found.schedules[0].steps_per_epoch == 1  # 2 or 3 batches, 4 accumulated
    config = (FOLDER / "cli_cosine.yaml").read_text().replace("_batches: 4", "_batches: 1")
    found = imported(config.replace("limit_train_batches: 25", ""), examples=examples)
    assert found.schedules[0].steps_per_epoch == steps


def test_a_share_of_the_batches_is_asked_for() -> None:
    """Lightning cuts a share of the dataloader's length, which is not that of the examples."""
    config = (FOLDER / "cli_cosine.yaml").read_text().replace("batches: 25", "batches: 0.5")
    (line,) = lines_of(config, examples=640)
    assert "--batches N (as limit_train_batches leaves some out)" in line
    found = imported(config, batches=100)
    assert found.schedules[0].steps_per_epoch == 13  # int(100 x 0.5) / 4, rounded up
    found = imported(config, batches=9)
    assert found.schedules[0].steps_per_epoch == 1  # int(4.5) / 4
    whole = imported(config.replace("batches: 0.5", "batches: 1.0"), batches=9)
    assert whole.schedules[0].steps_per_epoch == 3  # a float is a share: 9 / 4
    one = imported(config.replace("batches: 0.5", "batches: 1"), batches=9)
    assert one.schedules[0].steps_per_epoch == 1  # a whole number is a count


@pytest.mark.usefixtures("timm")
def test_a_schedule_of_timm_that_counts_updates_needs_to_know_them() -> None:
    """Its lengths are in updates, so an epoch must have as many as in the run."""
    config = (FOLDER / "hydra_timm.yaml").read_text() + "  t_in_epochs: false\n"
    (line,) = lines_of(config)
    assert "--batches N" in line
    assert len(curve_of(config, batches=4)) == 120


DOUBLED = json.loads((FOLDER / "doubles.numbers.json").read_text())


@pytest.mark.parametrize("double", DOUBLED, ids=lambda each: each["target"])
def test_a_double_gives_what_its_own_library_gave(double: Mapping[str, Any]) -> None:
    """The numbers are those of the other's function, driven by hand over 32 steps."""
    config = {
        "epochs": 1,
        "optimizer": {"_target_": "torch.optim.SGD", "lr": 0.1},
        "scheduler": {"_target_": double["target"], **double["arguments"]},
    }
    found = curve_of(json.dumps(config), batches=32, interval="step")
    assert is_same(found, double["lr"])


def test_every_double_is_tested() -> None:
    """Lightning's has torch's class for its base, and only adds what it watches."""
    of_torch = {each for each, name in DOUBLES.items() if name == "ReduceLROnPlateau"}
    assert {each["target"] for each in DOUBLED} | of_torch == set(DOUBLES)


@pytest.mark.parametrize("name", CATALOG)
def test_every_name_of_the_catalog_is_known_by_its_path(name: str) -> None:
    """By the module that has it, and by what its library shows of it."""
    entry = CATALOG[name]
    assert Target(f"{entry.module}.{entry.attribute}").name == name
    if entry.package != "torch":
        assert (
            Target(f"{entry.module.removesuffix('.optimization')}.{entry.attribute}").name == name
        )


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("torch.optim.AdamW", "AdamW"),
        ("torch.optim.adamw.AdamW", "AdamW"),
        ("bitsandbytes.optim.PagedAdamW8bit", "AdamW"),
        ("deepspeed.ops.adam.FusedAdam", "AdamW"),
        ("transformers.AdamW", "AdamW"),
        ("torch.optim.Optimizer", ""),
        ("torch.optim.lr_scheduler.LRScheduler", ""),
        ("torch.StepLR", ""),
        ("torch.optim.lr_scheduler.os.StepLR", ""),
        ("mine.torch.optim.lr_scheduler.StepLR", ""),
        ("StepLR", ""),
        ("transformers.get_scheduler", ""),
        ("diffusers.optimization.get_piecewise_constant_schedule", ""),
        ("torchtune.training.get_lr", ""),
        ("transformersevil.get_constant_schedule", ""),
        ("timm.scheduler.cosine_lr.CosineLRScheduler", "timm.CosineLRScheduler"),
        ("timm.scheduler.multistep_lr.MultiStepLRScheduler", "timm.MultiStepLRScheduler"),
        ("timm.scheduler.wsd_lr.WSDLRScheduler", "timm.WSDLRScheduler"),
        ("timm.scheduler.evil.StepLRScheduler", ""),
        ("timm.scheduler.cosine_lr.StepLRScheduler", ""),
        ("", ""),
    ],
)
def test_what_a_path_names(path: str, name: str) -> None:
    """Nothing but what the catalog and torch.optim have, whatever is near it."""
    assert Target(path).name == name


SOUND = "{class_path: torch.optim.SGD}"
STEP = "{class_path: torch.optim.lr_scheduler.StepLR, init_args: {step_size: 1}}"
UNRESOLVED = STEP.replace("1", '"${len:data}"')
HOSTILE = [
    (
        f"optimizer: {SOUND}\nlr_scheduler: {{class_path: subprocess.Popen, args: ls}}",
        "a.yaml:2:16: lr_scheduler.class_path: no scheduler that is known here, and nothing is "
        "imported, got subprocess.Popen",
    ),
    (
        f"optimizer: {{_target_: os.system, command: ls}}\nscheduler: {STEP}",
        "a.yaml:1:13: optimizer._target_: no optimizer that is known here, and nothing is "
        "imported, got os.system",
    ),
    (
        f"optimizer: {SOUND}\nlr_scheduler: {{_component_: '; rm -rf /'}}",
        "a.yaml:2:16: lr_scheduler._component_: no scheduler that is known here, and nothing is "
        "imported, got ; rm -rf /",
    ),
    (
        f"optimizer: {SOUND}\nlr_scheduler: {{_target_: flying.Wrapper, scheduler: {STEP}}}",
        "a.yaml:2:16: lr_scheduler._target_: no scheduler that is known here, and nothing is "
        "imported, got flying.Wrapper; write a spec with flying:Wrapper by hand, and plot it "
        "with --allow flying:Wrapper",
    ),
    (
        f"optimizer: {SOUND}\nlr_scheduler:\n"
        "  class_path: torch.optim.lr_scheduler.ChainedScheduler\n"
        "  init_args: {schedulers: [{class_path: antigravity.fly}]}",
        "a.yaml:4:29: lr_scheduler.init_args.schedulers.0.class_path: no scheduler that is known "
        "here, and nothing is imported, got antigravity.fly",
    ),
]


WATCHED = """
import json, sys
from lrviz.errors import SpecError
from lrviz.reading.trainers.draft import Asked
from lrviz.reading.trainers.families import import_config
seen, said = [], []
sys.addaudithook(lambda event, details: seen.append(f"{event} {details[:1]}"))
for config in json.load(sys.stdin):
    try:
        import_config(config.encode(), "a.yaml", Asked(epochs=3))
    except SpecError as error:
        said.append(list(error.lines))
words = ("antigravity", "flying", "os.system", "subprocess", "os.exec", "os.spawn", "socket")
print(json.dumps([said, [each for each in seen if any(word in each for word in words)]]))
"""


def test_what_is_not_known_is_refused_and_never_imported() -> None:
    """One line names it; an audit hook sees that nothing of that name is looked for."""
    configs = json.dumps([config for config, _ in HOSTILE])
    command = [sys.executable, "-c", WATCHED]
    done = subprocess.run(command, input=configs, capture_output=True, text=True, check=True)
    said, seen = json.loads(done.stdout)
    assert said == [[line] for _, line in HOSTILE]
    assert seen == []


@pytest.mark.parametrize(
    ("config", "line"),
    [
        (
            f"optimizer: {SOUND}",
            "a.yaml:1:1: names no scheduler by class_path, _target_, _component_",
        ),
        (
            f"scheduler: {STEP}",
            "a.yaml:1:1: names no optimizer by class_path, _target_, _component_",
        ),
        (
            f"optimizer: {SOUND}\nlr_scheduler: {STEP}\nmodel: {{scheduler: {UNRESOLVED}}}",
            "a.yaml:3:9: model.scheduler: a second scheduler; leave one",
        ),
        (
            f"optimizer: {SOUND}\nlr_scheduler: {STEP.replace('step_size: 1', 'step_sz: 1')}",
            "a.yaml:2:73: lr_scheduler.init_args.step_sz: no argument of StepLR; did you "
            "mean 'step_size'?",
        ),
        (
            f"optimizer: {SOUND}\nlr_scheduler: {UNRESOLVED}",
            "a.yaml:2:73: lr_scheduler.init_args.step_size: must be said in this file, "
            "got '${len:data}'; write the value out",
        ),
    ],
)
def test_what_makes_no_spec_earns_one_line(config: str, line: str) -> None:
    """It says where."""
    assert lines_of(config, epochs=3) == [line]


def test_partials_are_what_they_are_partial_to() -> None:
    """`functools.partial` and hydra's `_partial_` change nothing of a schedule."""
    config = (
        "optimizer: {_target_: functools.partial, _args_: [torch.optim.SGD], lr: 0.5}\n"
        "scheduler: {_target_: torch.optim.lr_scheduler.StepLR, _partial_: true, step_size: 2}\n"
    )
    found = curve_of(config, epochs=4, interval="epoch")
    assert is_same(found, drive(StepLR(sgd(0.5), 2), 4))


def test_every_line_says_where_it_comes_from() -> None:
    """Each line with a value ends in a comment."""
    for path in FOLDER.glob("*.yaml"):
        interval = {} if "timm" in path.stem else {"interval": "step"}
        lines = spec_text(path, batches=30, metric=METRIC, **interval).splitlines()[1:]
        assert all("  # " in line for line in lines if not line.endswith(":"))


def test_there_are_configs_of_every_program() -> None:
    """Three of each, and eight at least."""
    names = [each.stem.partition("_")[0] for each in FOLDER.glob("*.yaml")]
    assert len(names) >= 8
    assert all(names.count(each) >= 3 for each in ("cli", "hydra", "torchtune"))


SGD = "optimizer: {_target_: torch.optim.SGD, lr: 0.1}\n"
OF_TORCH = "torch.optim.lr_scheduler"


def test_numbers_in_quotes_are_numbers() -> None:
    """Counts, and arguments: 12 batches of which 4 make a step, called after each second."""
    config = (
        'trainer: {max_epochs: "10", max_steps: "-1", accumulate_grad_batches: "4"}\n'
        'model:\n  optimizer: {_target_: torch.optim.SGD, lr: "0.1"}\n  frequency: "2"\n'
        f"  scheduler: {{_target_: {OF_TORCH}.MultiStepLR, milestones: ['2', 5], gamma: '0.5'}}\n"
    )
    expected = drive(lr_scheduler.MultiStepLR(sgd(0.1), [2, 5], gamma=0.5), 30, 2)
    assert is_same(curve_of(config, batches=12, interval="step"), expected)


@pytest.mark.parametrize("off", ["-1", '"-1"', "0", "null", "false"])
def test_a_count_may_be_off(off: str) -> None:
    """So it is as if it were not there: 3 epochs of 9."""
    config = f"trainer: {{max_epochs: 3, max_steps: {off}}}\n{SGD}scheduler: {STEP}"
    assert imported(config, interval="step", batches=9).schedules[0].total_steps == 27


@pytest.mark.parametrize("name", ["max_epochs", "max_steps", "accumulate_grad_batches"])
@pytest.mark.parametrize("value", ["${oc.env:X}", "[4]", "often", "-4", "2.5"])
def test_no_count_is_left_out_in_silence(name: str, value: str) -> None:
    """What it is cannot be told, or it is none: one line says so, and nothing else is asked."""
    given = {"max_epochs": "3", name: value}
    counts = "".join(f"  {key}: {each}\n" for key, each in given.items())
    (line,) = lines_of(f"trainer:\n{counts}{SGD}lr_scheduler: {STEP}", batches=8)
    assert f"trainer.{name}: must be a " in line


@pytest.mark.parametrize("value", ["0", "0.0", "-1"])
def test_a_run_of_no_batches_is_refused(value: str) -> None:
    """Where other counts are off, this one trains nothing."""
    config = f"trainer: {{max_epochs: 3, limit_train_batches: {value}}}\n{SGD}lr_scheduler: {STEP}"
    (line,) = lines_of(config, batches=8)
    assert "limit_train_batches: must be a whole number of at least 1, got " in line


@pytest.mark.parametrize("name", ["overfit_batches: 0.1", "fast_dev_run: true"])
def test_what_makes_a_run_shorter_is_noted(name: str) -> None:
    """A whole run is drawn."""
    config = f"trainer: {{max_epochs: 3, {name}}}\n{SGD}lr_scheduler: {STEP}"
    notes = import_config(config.encode(), "a.yaml", Asked())[1].notes
    assert [each.text for each in notes] == ["left out: a run without it is drawn"]


@pytest.mark.parametrize(
    ("config", "line"),
    [
        (
            f"{SGD}scheduler: {{_target_: {OF_TORCH}.StepLR, _args_: [3, 0.5]}}",
            "scheduler._args_: order tells no names: write the arguments by name, got [3, 0.5]",
        ),
        (
            f"{SGD}scheduler: {{_target_: functools.partial, _args_: [{OF_TORCH}.StepLR, 3]}}",
            "scheduler._args_: order tells no names: write the arguments by name, got ",
        ),
        (
            f"{SGD.replace('lr:', 'lrr:')}scheduler: {STEP}",
            "optimizer.lrr: no argument of SGD; did you mean 'lr'?",
        ),
        (
            f"{SGD.replace('lr:', 'weightdecay:')}scheduler: {STEP}",
            "optimizer.weightdecay: no argument of SGD; did you mean 'weight_decay'?",
        ),
        (
            f"optimizer: {{_target_: torch.optim.AdamWW}}\nscheduler: {STEP}",
            "got torch.optim.AdamWW; did you mean 'torch.optim.AdamW'?",
        ),
        (
            f"{SGD}scheduler: {{_target_: {OF_TORCH}.CosineAnnealingLR, Tmax: 30}}",
            "scheduler.Tmax: no argument of CosineAnnealingLR; did you mean 'T_max'?",
        ),
        (
            f"{SGD}scheduler: {{_target_: {OF_TORCH}.CosineAnnealingLR, T_max: '${{max_epoch}}'}}",
            "scheduler.T_max: no such key in this file, got '${max_epoch}'; write the value",
        ),
        (
            f"{SGD}scheduler: {{_target_: {OF_TORCH}.CosineAnealingLR}}",
            f"did you mean '{OF_TORCH}.CosineAnnealingLR'?",
        ),
        (
            f"{SGD}scheduler: {{_target_: CosineAnnealingLR}}",
            f"got CosineAnnealingLR; write {OF_TORCH}.CosineAnnealingLR",
        ),
        (
            f"{SGD}scheduler: {{_target_: transformers.get_cosine_schedule}}",
            "did you mean 'transformers.get_cosine_schedule_with_warmup'?",
        ),
        (
            f"{SGD}scheduler: {{_target_: timm.scheduler.evil.StepLRScheduler}}",
            "did you mean 'timm.scheduler.StepLRScheduler'?",
        ),
        (
            f"{SGD}scheduler: {{_target_: transformers.get_constant_schedule, momentum: 1}}",
            "scheduler.momentum: no argument of transformers.get_constant_schedule; known: ",
        ),
    ],
)
def test_what_is_near_is_told(config: str, line: str) -> None:
    """One line names what was written and what may have been meant."""
    (found,) = lines_of(f"{config}\nepochs: 3", interval="epoch")
    assert line in found


def test_an_optimizer_of_another_package_is_scheduled_alike() -> None:
    """Of its arguments those that torch's AdamW has are taken; one without an LR is noted."""
    config = f"epochs: 4\nscheduler: {STEP}\noptimizer: {{_target_: lion_pytorch.Lion, %s}}"
    found = curve_of(config % "lr: 0.5, betas: ['0.9', 0.99], use_triton: true")
    assert is_same(found, drive(StepLR(sgd(0.5), 1), 4))
    notes = import_config((config % "betas: [0.9, 0.99]").encode(), "a.yaml", Asked())[1].notes
    assert [each.text for each in notes] == ["not there: the optimizer's own default is taken"]


def test_a_schedule_may_be_named_to_its_function() -> None:
    """transformers.get_scheduler takes the name that the Trainer takes."""
    config = (
        f"max_steps: 30\n{SGD}scheduler:\n  _target_: transformers.get_scheduler\n"
        "  name: cosine\n  num_warmup_steps: 3\n  num_training_steps: 30\n"
    )
    assert is_same(curve_of(config, interval="step"), drive(cosine("cosine", 0.1, 3, 30), 30))
    constant = config.replace("cosine", "constant")  # to which it does not hand the steps
    assert curve_of(constant, interval="step") == [0.1] * 30


def test_what_a_schedule_is_made_of_may_stand_elsewhere() -> None:
    """References to it repeat it: there is one schedule, which stands as the scheduler."""
    config = (
        f"epochs: 9\nwarm: {{_target_: {OF_TORCH}.LinearLR, start_factor: 0.01, total_iters: 3}}\n"
        f"cool: {{_target_: {OF_TORCH}.StepLR, step_size: 4, gamma: 0.3}}\n{SGD}"
        f"whole: {{_target_: {OF_TORCH}.SequentialLR, schedulers: ['${{warm}}', '${{cool}}'], "
        "milestones: [3]}\nscheduler: ${whole}\n"
    )
    assert is_same(curve_of(config, interval="epoch"), drive(sequential(sgd(0.1)), 9))


def test_where_a_batch_size_is_looked_for() -> None:
    """100 / 2 are 5 of 10; where there is none, it is said that there is none."""
    config = f"max_epochs: 3\n{SGD}scheduler: {{_target_: {OF_TORCH}.StepLR, step_size: 1}}\n"
    asked = {"examples": 100, "processes": 2, "interval": "step"}
    (line,) = lines_of(config, **asked)
    assert "give --batches N (as no batch_size is at the top, nor in trainer, data, " in line
    for name in ("datamodule", "data_module", "dataloader", "loader", "dataset"):
        found = imported(f"{config}{name}: {{batch_size: 10}}\n", **asked)
        assert found.schedules[0].steps_per_epoch == 5


def test_batches_that_make_no_step_are_refused() -> None:
    """Nothing is asked for again that was given."""
    (line,) = lines_of(FOLDER / "torchtune_lora.yaml", batches=7)
    assert line.endswith("7 batches make no step of 8")


def test_packed_sequences_are_counted() -> None:
    """A note says so, as how many they are the file does not."""
    config = (FOLDER / "torchtune_lora.yaml").read_text().replace("packed: false", "packed: true")
    notes = import_config(config.encode(), "a.yaml", Asked(examples=900, processes=1))[1].notes
    assert [each.text for each in notes] == [
        "on: --examples is taken for the count of packed sequences"
    ]
