"""What is made of arguments of Hugging Face's Trainer has the curve that the Trainer gives them."""

import json
import math
import tomllib
import warnings
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
import yaml
from torch.utils.data import BatchSampler, DataLoader, Dataset, SequentialSampler

import lrviz
from lrviz.reading.trainers.draft import Asked
from lrviz.reading.trainers.families import find_families, import_config
from lrviz.spec.parse import parse_spec
from tests.support.specs import EXAMPLES

FOLDER = EXAMPLES / "import/huggingface"


class Case(NamedTuple):
    """A config, what is known beside it, and where in it the arguments stand."""

    name: str
    examples: int | None = None
    processes: int = 1
    at: tuple[str, ...] = ()
    held_out: int = 0
    changed: Mapping[str, Any] = MappingProxyType({})  # what it says in its own way


CASES = [
    Case("trl_sft.yaml", 51_760, 4),
    Case("trl_sft.yaml", 999, 1),
    Case("alignment_dpo.yaml", 61_135, 8),
    Case("llama_factory_lora.yaml", 1_091, 1, held_out=110),  # a tenth of 1,091, rounded up
    Case("llama_factory_lora.yaml", 1_000, 2, held_out=100),
    Case("llama_factory_pretrain.yaml"),
    Case("open_instruct.yaml", 12_345, 8),
    Case("training_arguments.json", 1_000, 2),
    Case("project.toml", 1_003, 1, at=("trainer", "args")),
    Case("inverse_sqrt.yaml", at=("training_args",), changed={"lr_scheduler_type": "inverse_sqrt"}),
    Case("wsd.yaml", 10_000, 1),
    Case("part_of_an_epoch.yaml", 1_100, 1),
    Case("constant.yaml", 100, 1),
    Case(
        "warmup_min_lr.yaml",
        1_000,
        1,
        at=("train",),
        changed={
            "learning_rate": 2e-5,
            "gradient_accumulation_steps": 3,
            "warmup_steps": 20,
            "lr_scheduler_kwargs": {"min_lr_rate": 0.1, "warmup_lr_rate": 0.25},
        },
    ),
]

# What of a config the schedule hangs on, by the names that TrainingArguments has.
OURS = (
    *("learning_rate", "lr_scheduler_type", "lr_scheduler_kwargs", "warmup_steps", "max_steps"),
    *("num_train_epochs", "per_device_train_batch_size", "gradient_accumulation_steps"),
    *("dataloader_drop_last", "weight_decay"),
)
WHOLE = ("max_steps",)


def read_by_hand(case: Case) -> dict[str, Any]:
    """The arguments of a config as the usual parsers read it, numbers in quotes converted."""
    path = FOLDER / case.name
    text = path.read_text("utf-8")
    readers = {".json": json.loads, ".toml": tomllib.loads}
    tree = readers.get(path.suffix, yaml.safe_load)(text)
    for part in case.at:
        tree = tree[part]
    found = {**{name: tree[name] for name in OURS if name in tree}, **case.changed}
    if not found.get("warmup_steps"):  # as transformers 5 has it
        found["warmup_steps"] = tree.get("warmup_ratio", 0)
    numbers = {name: each for name, each in found.items() if isinstance(each, str)}
    for name in numbers.keys() - {"lr_scheduler_type", "lr_scheduler_kwargs"}:
        found[name] = (int if name in WHOLE else float)(found[name])
    return found


class Rows(Dataset[int]):
    """So many examples."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> int:
        return index


def make_trainer(found: dict[str, Any], folder: Path) -> Any:
    from transformers import Trainer, TrainingArguments

    arguments = TrainingArguments(
        output_dir=str(folder), use_cpu=True, report_to=[], disable_tqdm=True, **found
    )
    return Trainer(torch.nn.Linear(1, 1), arguments, train_dataset=Rows(1))


def count_by_trainer(trainer: Any, examples: int, processes: int) -> int:
    """The steps that the Trainer plans for the share of the data that one process has."""
    loaders = import_module("accelerate.data_loader")
    rows, drop = Rows(examples), trainer.args.dataloader_drop_last
    batches = BatchSampler(SequentialSampler(rows), trainer.args.train_batch_size, drop)
    share = loaders.BatchSamplerShard(batches, num_processes=processes, process_index=0)
    loader: DataLoader[int] = DataLoader(rows, batch_sampler=share)
    return int(trainer.set_initial_training_values(trainer.args, loader)[-1])


def drive_by_hand(trainer: Any, steps: int) -> list[float]:
    """The LR of every step under the scheduler that the Trainer makes."""
    optimizer = torch.optim.AdamW(trainer.model.parameters(), lr=trainer.args.learning_rate)
    scheduler = trainer.create_scheduler(steps, optimizer)
    values = []
    for _ in range(steps):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return values


def curve_of(text: str) -> list[float]:
    return list(lrviz.simulate(parse_spec(text)).curves[0].lr[0].tolist())


def import_text(name: str, **asked: Any) -> str:
    return import_config((FOLDER / name).read_bytes(), name, Asked(**asked))[0]


def assert_same(ours: list[float], theirs: list[float]) -> None:
    assert len(ours) == len(theirs)
    assert np.abs(np.subtract(ours, theirs)).max() <= 1e-12 * max(theirs)


@pytest.mark.parametrize("case", CASES, ids=[f"{case.name}-{case.examples}" for case in CASES])
def test_the_spec_of_a_config_has_the_curve_of_the_trainer(case: Case, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of transformers, about itself
        trainer = make_trainer(read_by_hand(case), tmp_path)
        steps = count_by_trainer(trainer, (case.examples or 1) - case.held_out, case.processes)
        theirs = drive_by_hand(trainer, steps)
    known = {"examples": case.examples, "processes": case.processes} if case.examples else {}
    assert_same(curve_of(import_text(case.name, **known)), theirs)


def test_every_config_is_tried() -> None:
    tried = {case.name for case in CASES} | {"plateau.yaml", "plateau_in_steps.yaml"}
    assert tried == {path.name for path in FOLDER.iterdir()}
    assert len(tried) >= 12


@pytest.mark.parametrize(
    ("name", "known", "steps", "each"),
    [
        ("plateau.yaml", {"examples": 1_000, "processes": 1}, 30 * 63, 63),
        ("plateau_in_steps.yaml", {}, 400, 20),
    ],
)
def test_a_plateau_is_called_at_evaluations(
    name: str, known: dict[str, Any], steps: int, each: int
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from transformers import get_scheduler

        optimizer = torch.optim.AdamW(torch.nn.Linear(1, 1).parameters(), lr=1e-3)
        kwargs = {"factor": 0.5, "patience": 2, "threshold": 0.5}
        scheduler: Any = get_scheduler(
            "reduce_lr_on_plateau", optimizer, scheduler_specific_kwargs=kwargs
        )
        theirs = []
        for step in range(steps):
            theirs.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if (step + 1) % each == 0:
                scheduler.step(math.exp(-(step // each) / 9))
    ours = curve_of(import_text(name, metric="exp(-call / 9)", **known))
    assert min(ours) < 1e-3
    assert_same(ours, theirs)


def made(text: str, **asked: Any) -> dict[str, Any]:
    """The plain data of the spec that is made of a config's text."""
    tree = yaml.safe_load(import_config(text.encode(), "a.yaml", Asked(**asked))[0])
    assert isinstance(tree, dict)
    return tree


def steps_of(text: str, **asked: Any) -> int:
    return parse_spec(import_config(text.encode(), "a.yaml", Asked(**asked))[0]).total_steps


BASE = "num_train_epochs: {epochs}\nper_device_train_batch_size: 4\nlearning_rate: 1.0\n"


@pytest.mark.parametrize(
    ("examples", "processes", "accumulate", "drop", "steps"),
    [
        (48, 1, 4, False, 3),  # 12 batches
        (49, 1, 4, False, 4),  # 13 batches, the last of them a step
        (52, 1, 4, True, 4),  # 13 batches
        (51, 1, 4, True, 3),  # 12 and one that is dropped
        (64, 2, 1, False, 8),
        (65, 2, 1, False, 9),
        (65, 2, 1, True, 8),
        (3, 1, 8, False, 1),  # at least one
        (51_760, 4, 4, False, 809),
    ],
)
def test_batches_and_steps_are_rounded_up_unless_the_last_batch_is_dropped(
    examples: int, processes: int, accumulate: int, drop: bool, steps: int, tmp_path: Path
) -> None:
    text = BASE.format(epochs=1) + f"gradient_accumulation_steps: {accumulate}\n"
    text += f"dataloader_drop_last: {'yes' if drop else 'no'}\n"
    assert steps_of(text, examples=examples, processes=processes) == steps
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {
            "num_train_epochs": 1,
            "per_device_train_batch_size": 4,
            "gradient_accumulation_steps": accumulate,
            "dataloader_drop_last": drop,
        }
        trainer = make_trainer(found, tmp_path)
        assert count_by_trainer(trainer, examples, processes) == steps


@pytest.mark.parametrize(
    ("epochs", "batches", "total"),
    [
        ("1", 10, 10),
        ("0.5", 10, 5),
        ("0.5", 11, 6),
        ("1.1", 20, 22),
        ("1.1", 100, 111),  # 110.00000000000001 in floats
        ("1.1", 110, 122),  # 121.00000000000001 in floats
        ("3.0", 809, 2427),
    ],
)
def test_a_part_of_an_epoch_is_rounded_up_in_floats(epochs: str, batches: int, total: int) -> None:
    assert math.ceil(float(epochs) * batches) == total
    assert steps_of(BASE.format(epochs=epochs), batches=batches) == total
    assert steps_of(BASE.format(epochs=epochs), examples=batches * 4, processes=1) == total


def test_steps_that_a_spec_would_count_otherwise_are_derived_in_a_comment() -> None:
    text, _ = import_config(BASE.format(epochs=1.1).encode(), "a.yaml", Asked(batches=110))
    told = (
        "# 1.1 epochs x 110 steps are 121.00000000000001 in floats, rounded up as the Trainer does"
    )
    assert f"\nsteps: 122  {told}\n" in text


@pytest.mark.parametrize(
    ("keys", "calls", "warmup"),
    [
        ("warmup_ratio: 0.03", 100, 3),
        ("warmup_ratio: 0.03", 101, 4),
        ("warmup_ratio: 0.07", 100, 8),  # 7.000000000000001 in floats
        ("warmup_steps: 0.03", 101, 4),  # transformers 5
        ("warmup_steps: 1", 100, 1),
        ("warmup_steps: 2.9", 100, 2),
        ("warmup_steps: 5\nwarmup_ratio: 0.5", 100, 5),
        ("warmup_steps: 0\nwarmup_ratio: 0.5", 100, 50),
        ("warmup_steps: 0.0", 100, 0),
    ],
)
def test_a_share_of_warmup_is_rounded_up(keys: str, calls: int, warmup: int) -> None:
    text = f"max_steps: {calls}\nlr_scheduler_type: linear\nlearning_rate: 1.0\n{keys}\n"
    curve = curve_of(import_config(text.encode(), "a.yaml", Asked())[0])
    assert curve.index(1.0) == warmup


def test_max_steps_goes_before_epochs_where_it_is_more_than_0() -> None:
    text = BASE.format(epochs=3)
    assert steps_of(text + "max_steps: 7\n") == 7
    assert steps_of(text + "max_steps: -1\n", batches=10) == 30
    assert steps_of(text + "max_steps: 7\n", batches=10, epochs=2) == 20


def test_what_is_left_out_is_what_the_trainer_has() -> None:
    tree = made("lr_scheduler_type: linear\n", examples=800, processes=1)
    assert tree == {
        "epochs": 3,
        "data": {"examples": 800, "batch_size": 8, "processes": 1, "accumulate": 1},
        "optimizer": {"AdamW": {"lr": "5e-5", "weight_decay": 0.0}},  # to YAML 1.1 a text
        "scheduler": {"transformers.get_linear_schedule_with_warmup": {"num_warmup_steps": 0}},
    }


@pytest.mark.parametrize(
    ("optim", "name"),
    [
        ("adamw_torch_fused", "AdamW"),
        ("paged_adamw_8bit", "AdamW"),
        ("adafactor", "Adafactor"),
        ("sgd", "SGD"),
        ("adagrad", "Adagrad"),
        ("rmsprop_bnb_8bit", "RMSprop"),
        ("lion_32bit", "AdamW"),
    ],
)
def test_an_optimizer_is_torch_s_or_stands_for_another(optim: str, name: str) -> None:
    text = f"max_steps: 3\nlr_scheduler_type: linear\nlearning_rate: 2e-5\noptim: {optim}\n"
    assert list(made(text)["optimizer"]) == [name]
    assert curve_of(import_config(text.encode(), "a.yaml", Asked())[0])[0] == 2e-5


def test_every_line_says_where_it_comes_from() -> None:
    text = import_text("trl_sft.yaml", examples=51_760, processes=4)
    lines = [line for line in text.splitlines()[1:] if not line.endswith(":")]
    assert [line.partition("  # ")[2] for line in lines if "  # " not in line] == []
    assert "    lr: 2e-4  # learning_rate: 2e-4" in lines


@pytest.mark.parametrize(
    ("text", "asked", "told"),
    [
        (
            "lr_scheduler_type: linear\n",
            {},
            "a.yaml: no config holds all that is needed; give --examples N (in the "
            "dataset, before any validation split is taken off; or --batches N, the length of the "
            "dataloader); --processes N (how many train at once, one a GPU)",
        ),
        (
            "lr_scheduler_type: cosin\nmax_steps: 3\n",
            {},
            "a.yaml:1:1: lr_scheduler_type: unknown schedule; did you mean 'cosine'?, got 'cosin'",
        ),
        (
            "lr_scheduler_type: reduce_lr_on_plateau\nmax_steps: 3\n",
            {},
            "a.yaml: no config holds all that is needed; give --interval epoch (or step: "
            "eval_strategy does not say when it is called); --metric EXPRESSION (what each call is "
            "given, call after call: exp(-call / 9))",
        ),
        (
            "lr_scheduler_type: linear\nmax_steps: 3\nlearning_rate: ${oc.env:LR}\n",
            {},
            "a.yaml:3:1: learning_rate: must be a number, got '${oc.env:LR}'; write the value out",
        ),
        (
            "lr_scheduler_type: linear\nmax_steps: 3\nlearning_rate: auto\nwarmup_ratio: [1]\n",
            {},
            "a.yaml:3:1: learning_rate: must be a number, got 'auto'\n"
            "a.yaml:4:1: warmup_ratio: must be a number, got [1]",
        ),
        (
            f"lr_scheduler_type: linear\nmax_steps: 1{'0' * 20}\nwarmup_ratio: 1e999\n",
            {"examples": 8, "processes": 1},
            "a.yaml:2:1: max_steps: must be a number, got 1e20\n"
            "a.yaml:3:1: warmup_ratio: must be a number, got .inf",
        ),
        (
            "lr_scheduler_type: reduce_lr_on_plateau\nmax_steps: 3\n",
            {"interval": "step", "metric": "[1"},
            "a.yaml: metric.expression: not an expression: '[1' (in the spec made of it)",
        ),
        (
            "lr_scheduler_type: linear\nper_device_train_batch_size: 0\n",
            {"examples": 8, "processes": 1},
            "a.yaml:2:1: per_device_train_batch_size: must be a whole number of at least 1, got 0",
        ),
        (
            "lr_scheduler_type: linear\nmax_steps: 3\nlr_scheduler_kwargs: [1]\n",
            {},
            "a.yaml:3:1: lr_scheduler_kwargs: must be a mapping of arguments, got [1]",
        ),
        (
            "lr_scheduler_type: linear\nmax_steps: 3\nwarmup_steps: -1\nwarmup_ratio: 1.5\n",
            {},
            "a.yaml:3:1: warmup_steps: must be at least 0, and a ratio at most 1, got -1\n"
            "a.yaml:4:1: warmup_ratio: must be at least 0, and a ratio at most 1, got 1.5",
        ),
        (
            "lr_scheduler_type: cosine_with_min_lr\nmax_steps: 3\n"
            "lr_scheduler_kwargs: {min_lrr: 0.1, num_warmup_steps: 3}\n",
            {},
            "a.yaml:3:23: lr_scheduler_kwargs.min_lrr: no argument that "
            "transformers.get_cosine_with_min_lr_schedule_with_warmup takes; did you mean "
            "'min_lr'?\n"
            "a.yaml:3:37: lr_scheduler_kwargs.num_warmup_steps: no argument that "
            "transformers.get_cosine_with_min_lr_schedule_with_warmup takes; known: min_lr, "
            "min_lr_rate, num_cycles",
        ),
        (
            "num_train_epochs: 1\nnum_generations: 8\n",
            {"examples": 8, "processes": 1},
            "a.yaml: no config holds all that is needed; give --batches N in place of --examples, "
            "or max_steps (TRL repeats: num_generations)",
        ),
        (
            "lr_scheduler_type: linear\nmax_step: 3\n",
            {"processes": 1},
            "a.yaml: no config holds all that is needed; give --examples N (in the dataset, "
            "before any validation split is taken off; or --batches N, the length of the "
            "dataloader)\na.yaml:2:1: max_step: not read; did you mean 'max_steps'?",
        ),
    ],
)
def test_what_is_wrong_or_missing_is_said_at_once(
    text: str, asked: dict[str, Any], told: str
) -> None:
    with pytest.raises(lrviz.SpecError) as caught:
        import_config(text.encode(), "a.yaml", Asked(**asked))
    assert str(caught.value) == told


def test_what_is_easily_overlooked_is_noted() -> None:
    text = (
        "deepspeed: ds.json\npacking: true\nlr_scheduler_type: constant\n"
        "warmup_ratio: 0.1\nnum_train_epochs: 1\n"
    )
    _, draft = import_config(text.encode(), "a.yaml", Asked(examples=800, processes=1))
    assert [each.line for each in draft.notes] == [
        "note: a.yaml:1:1: learning_rate: not there: 5e-5 is the Trainer's default, TRL's own "
        "differ",
        "note: a.yaml:3:1: lr_scheduler_type: constant has no warm-up, and takes none from the "
        "config",
        "note: a.yaml:2:1: packing: packs: 800 is taken for the count of packed sequences",
        "note: a.yaml:1:1: deepspeed: a scheduler in its own config goes before this one; import "
        "that",
    ]


@pytest.mark.parametrize(
    ("keys", "count", "note"),
    [
        # 0.05 x 1,900 = 95
        ("val_size: 0.05", 1_805, "val_size: 95 of 1,900 held out (val_size: 0.05); 1,805 "),
        ("max_samples: 1000\nval_size: 0.05", 950, "val_size: 50 of 1,000 held out"),
        ("max_samples: 1000\ndataset: a,b", 1_900, ""),  # as many of each of the two
        ("stage: pt\nval_size: 0.05", 1_900, "stage: packs: 1,900 is taken for the count of"),
        ("stage: pt\npacking: false\nval_size: 0.05", 1_805, "val_size: 95 of 1,900"),
    ],
)
def test_what_of_the_examples_is_not_trained_on_is_told(keys: str, count: int, note: str) -> None:
    text = f"{BASE.format(epochs=1)}{keys}\n"
    made_of, draft = import_config(text.encode(), "a.yaml", Asked(examples=1_900, processes=1))
    assert yaml.safe_load(made_of)["data"]["examples"] == count
    assert [each.line.partition("1: ")[2][: len(note)] for each in draft.notes] == [note] * bool(
        note
    )


MISSPELT = {
    "warmup_ration": "warmup_ratio",
    "warm_up_ratio": "warmup_ratio",
    "learnin_rate": "learning_rate",
    "num_train_epoch": "num_train_epochs",
    "per_device_eval_batch_size": "",  # which is another
    "save_steps": "",
}


@pytest.mark.parametrize("key", MISSPELT)
def test_a_key_that_is_misspelt_is_told(key: str) -> None:
    text = f"lr_scheduler_type: linear\n{key}: 1\n"
    _, draft = import_config(text.encode(), "a.yaml", Asked(batches=9))
    told = [each.line for each in draft.notes if "did you mean" in each.text]
    meant = MISSPELT[key]
    line = f"note: a.yaml:2:1: {key}: not read; did you mean '{meant}'?"
    assert told == [line] * bool(meant)


@pytest.mark.parametrize(
    ("keys", "value"), [("", 0.0), ('lr_scheduler_kwargs: \'{"min_lr_rate": "0.5"}\'\n', 0.5)]
)
def test_numbers_in_quotes_are_numbers_to_a_scheduler(keys: str, value: float) -> None:
    """As TrainingArguments converts them: the last of very many steps is near the floor."""
    kind = "cosine_with_min_lr" if keys else "cosine"
    text = f"lr_scheduler_type: {kind}\nmax_steps: 1000\nlearning_rate: 1.0\n{keys}"
    curve = curve_of(import_config(text.encode(), "a.yaml", Asked())[0])
    assert curve[-1] == pytest.approx(value, abs=1e-4)


def test_a_plateau_without_a_count_is_called_as_often_as_is_logged() -> None:
    text = "lr_scheduler_type: reduce_lr_on_plateau\nmax_steps: 1000\neval_strategy: steps\n"
    assert made(text, metric="1")["frequency"] == 500  # TrainingArguments' default
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from transformers import TrainingArguments

        arguments = TrainingArguments(use_cpu=True, report_to=[], eval_strategy="steps")
    assert arguments.eval_steps == 500


TARGETS = """
trainer: {max_epochs: 6}
data: {per_device_train_batch_size: 4}
train_batch_size: 8
optimizer: {_target_: torch.optim.SGD, lr: 0.1}
scheduler: {_target_: torch.optim.lr_scheduler.StepLR, step_size: 3}
"""


@pytest.mark.parametrize(
    ("text", "family"),
    [
        (TARGETS, ["targets"]),
        (f"{TARGETS}num_train_epochs: 3\n", ["targets", "huggingface"]),
        ("data: {per_device_train_batch_size: 4}\n", []),
        ("per_device_train_batch_size: 4\ngradient_accumulation_steps: 2\n", ["huggingface"]),
        ("train_batch_size: 8\nlr: 1\n", []),
        ("train_batch_size: 8\nzero_optimization: {stage: 1}\n", ["deepspeed"]),
        ("train_batch_size: 8\nscheduler: {type: WarmupLR}\n", ["deepspeed"]),
    ],
)
def test_a_class_that_is_named_goes_before_a_stray_key(text: str, family: list[str]) -> None:
    assert find_families(yaml.safe_load(text)) == family


def test_one_of_several_rates_is_drawn() -> None:
    text = "lr_scheduler_type: linear\nlearning_rate: 1\nmax_steps: 3\nloraplus_lr_ratio: 16\n"
    _, draft = import_config(text.encode(), "a.yaml", Asked())
    assert [each.line for each in draft.notes] == [
        "note: a.yaml:4:1: loraplus_lr_ratio: some parameters have an LR of their own; one is drawn"
    ]


def test_a_guess_that_may_be_wrong_is_told_where_it_fails() -> None:
    with pytest.raises(lrviz.SpecError) as caught:
        import_config(f"{TARGETS}num_train_epochs: 3\n".encode(), "a.yaml", Asked())
    assert str(caught.value).splitlines()[-1] == (
        "a.yaml: read as paths to classes; if it is another trainer's, --as huggingface"
    )
