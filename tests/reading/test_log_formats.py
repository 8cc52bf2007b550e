"""A log is read whoever wrote it, and what is no log is told by its content."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn, optim
from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler

from lrviz.errors import SpecError, UsageError
from lrviz.reading.logs.opening import find_log
from lrviz.run.log import Log
from tests.support.specs import CONFIGS, EXAMPLES

LOGS = EXAMPLES / "logs"
OTHERS = (path for path in sorted(EXAMPLES.rglob("*.*")) if path.suffix not in (".csv", ".md"))
READERS = EXAMPLES / "docs/trainer_state.json"
NO_LOGS = [*CONFIGS, *(path for path in OTHERS if path != READERS and LOGS not in path.parents)]
STATE = {"global_step": 4, "log_history": [{"step": 2, "learning_rate": 0.5, "epoch": 0.1}]}


def read(text: str, columns: Sequence[str] = ()) -> Log:
    log = find_log("run.log", columns, data=text.encode())
    assert log is not None
    return log


def told(log: Log) -> dict[str, list[tuple[int, float]]]:
    pairs = ((each.name, zip(each.steps.tolist(), each.values, strict=True)) for each in log.series)
    return {name: list(points) for name, points in pairs}


def problem(text: str | bytes, columns: Sequence[str] = ()) -> str:
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(SpecError) as caught:
        find_log("run.log", columns, data=data)
    (line,) = caught.value.lines
    assert line.startswith("run.log: ")
    return line.removeprefix("run.log: ")


def drive(scheduler: LRScheduler, steps: int, group: int = 0) -> list[float]:
    values = []
    for _ in range(steps):
        values.append(float(scheduler.optimizer.param_groups[group]["lr"]))
        scheduler.optimizer.step()
        scheduler.step()
    return values


def sgd(*rates: float) -> optim.SGD:
    return optim.SGD([{"params": [nn.Parameter(torch.zeros(1))], "lr": rate} for rate in rates])


@pytest.mark.parametrize("every", [1, 5])
def test_what_the_trainer_saves_is_read_and_its_index_is_the_step_before(
    every: int, tmp_path: Path
) -> None:
    transformers = pytest.importorskip("transformers")
    arguments = transformers.TrainingArguments(
        str(tmp_path), max_steps=30, logging_steps=every, learning_rate=0.01, report_to=[],
        lr_scheduler_type="cosine", warmup_steps=4, use_cpu=True, save_steps=10, disable_tqdm=True,
        dataloader_pin_memory=False,
    )  # fmt: skip

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(1, 1)

        def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
            return {"loss": self.layer(x).pow(2).mean()}

    data = [{"x": torch.ones(1)}] * 40
    transformers.Trainer(Model(), arguments, train_dataset=data).train()
    optimizer = optim.AdamW([nn.Parameter(torch.zeros(1))], lr=0.01)
    scheduler = transformers.get_cosine_schedule_with_warmup(optimizer, 4, 30)
    plan = drive(scheduler, 30)
    log = find_log(str(tmp_path))
    assert log is not None
    assert log.writer == "trainer_state.json of Hugging Face"
    assert log.precision.words == ""
    assert log.files == (str(tmp_path / "checkpoint-30" / "trainer_state.json"),)
    steps = range(every, 31, every)
    assert told(log) == {"learning_rate": [(step, plan[step - 1]) for step in steps]}


def test_lightning_s_rows_of_rates_and_of_losses_are_told_apart() -> None:
    log = find_log(str(LOGS / "lightning"))
    assert log is not None
    assert log.writer == "metrics.csv of Lightning"
    assert log.notes == ("read from version_0/metrics.csv",)
    scheduler = CosineAnnealingLR(sgd(0.1, 0.01), 30)
    first = drive(scheduler, 30)
    second = drive(CosineAnnealingLR(sgd(0.1, 0.01), 30), 30, group=1)
    for name, plan in {"lr-SGD/pg1": first, "lr-SGD/pg2": second}.items():
        steps, values = zip(*told(log)[name], strict=True)
        assert steps == tuple(range(4, 30, 5))
        assert values == pytest.approx([plan[step] for step in steps], rel=1e-12)


def test_timm_logs_a_row_an_epoch() -> None:
    log = find_log(str(LOGS / "timm"))
    assert log is not None
    assert (log.writer, log.unit, log.precision.words) == ("summary.csv of timm", "epoch", "")
    cosine = [0.05 * (1 + math.cos(math.pi * epoch / 10)) / 2 for epoch in range(2, 10)]
    values = [1e-4, 1e-4 + (0.05 - 1e-4) / 2, *cosine]
    steps, logged = zip(*told(log)["lr"], strict=True)
    assert steps == tuple(range(10))
    assert logged == pytest.approx(values, rel=1e-9)


def test_ultralytics_pads_its_columns_and_tells_six_digits() -> None:
    text = """                  epoch,         train/loss,      lr/pg0,    lr/pg1
              1,            2.5,    0.00330033,    0.0700033
              2,            2.4,    0.00663366,    0.0401337
    """.rstrip()
    log = read(text)
    assert (log.writer, log.unit) == ("results.csv of ultralytics", "epoch")
    assert log.precision.relative == pytest.approx(5e-6)
    assert told(log)["lr/pg0"] == [(1, 0.00330033), (2, 0.00663366)]


def test_json_lines_of_mmengine_and_of_detectron2_are_read() -> None:
    mm = [{"lr": 0.01, "base_lr": 0.02, "loss": 1.0, "epoch": 1, "iter": 10, "step": 10}]
    mm += [{"coco/bbox_mAP": 0.1, "step": 1}]
    log = read("\n".join(map(json.dumps, mm)))
    assert (log.writer, told(log)) == ("scalars.json of mmengine", {"lr": [(10, 0.01)]})
    d2 = [{"iteration": step, "lr": 0.02 / (step + 1), "loss": 1} for step in (19, 39)]
    log = read("\n".join(map(json.dumps, d2)))
    assert (log.writer, log.unit) == ("metrics.json of detectron2", "step")
    assert told(log) == {"lr": [(19, 0.02 / 20), (39, 0.02 / 40)]}


def test_what_megatron_and_deepspeed_print_is_found_among_other_lines() -> None:
    line = " iteration {:8d}/      50 | consumed samples: 80 | learning rate: {} | batch size: 8 |"
    log = read("using 1 GPU\n" + line.format(10, "3.000E-04") + "\n" + line.format(20, "2.9E-04"))
    assert told(log) == {"learning rate": [(10, 3e-4), (20, 2.9e-4)]}
    assert log.precision.relative == pytest.approx(5e-4)
    log = read("[INFO] step=10, skipped=2, lr=[0.001, np.float64(0.01)], mom=[(0.9, 0.999)]\n")
    assert told(log) == {"lr 0": [(10, 0.001)], "lr 1": [(10, 0.01)]}
    assert log.notes == ("2 of its steps were skipped, and called no scheduler",)


@pytest.mark.parametrize("quote", ["", "'"])
@pytest.mark.parametrize("before", ["", "***** Running training *****\n"])
def test_what_the_trainer_prints_is_found_and_its_rows_are_counted(quote: str, before: str) -> None:
    rates, q = ("4.9e-05", "2.5e-05", "1e-06"), quote
    lines = [
        f"{{'loss': {q}{2 - row}.5{q}, 'grad_norm': {q}0.5{q}, 'learning_rate': {q}{rate}{q}, "
        f"'epoch': {q}{(row + 1) / 3:.2f}{q}}}\n{{'eval_loss': {q}1.5{q}, 'epoch': {q}0.5{q}}}"
        for row, rate in enumerate(rates)
    ]
    log = read(before + "\n".join(lines))
    assert (log.writer, log.unit) == ("the output of Hugging Face's Trainer", "row")
    assert told(log) == {"learning_rate": [(0, 4.9e-5), (1, 2.5e-5), (2, 1e-6)]}
    text = "its epochs are fractions; rows are counted in their place"
    assert log.notes == (f"{text}, and --columns STEP,LR chooses others",)


@pytest.mark.parametrize("row", ["Step,run - lr\n{},{}\n{},{}\n", '"Step";"lr"\n{};{}\n{};{}\n'])
def test_any_csv_is_read_and_what_was_guessed_is_said(row: str) -> None:
    log = read(row.format(5, "1e-3", 6, "9e-4"))
    (points,) = told(log).values()
    assert points == [(5, 1e-3), (6, 9e-4)]
    assert (log.writer, log.unit) == ("csv", "step")
    (note,) = log.notes
    assert note.startswith("steps are 'Step', learning rates '")


def test_a_comma_is_a_decimal_point_between_semicolons() -> None:
    assert told(read("step;lr;x\n1;0,5;2,5\n"))["lr"] == [(1, 0.5)]
    assert told(read("epoch;lr;x\n0,5;1,000;7\n1,125;0,975;7\n"))["lr"] == [(0, 1.0), (1, 0.975)]


def test_a_step_whose_comma_may_be_between_thousands_is_left_out_and_said() -> None:
    """1,000 would be read as 1, after 999."""
    log = read("step;lr\n998;0,5\n999;0,25\n1,000 ;0,125\n12,345,678;0,1\n")
    assert told(log)["lr"] == [(998, 0.5), (999, 0.25)]
    first, *_, last = log.notes
    assert first == "steps may have a comma between thousands; a number has a point, and no comma"
    assert last == "left out, as step or learning rate is no finite number: 2 of them"


def test_columns_that_are_named_are_taken_and_nothing_is_guessed() -> None:
    text = "Wall time,Step,Value\n1700.5,0,0.1\n1700.6,10,0.05\n"
    log = read(text, ("Step", "Value"))
    assert (told(log), log.notes) == ({"Value": [(0, 0.1), (10, 0.05)]}, ())
    assert problem(text) == (
        "holds no learning rate; it has Wall time, Step and Value; choose with --columns STEP,LR"
    )
    assert problem(text, ("Step", "Valeu")) == "has no column 'Valeu'; did you mean 'Value'?"
    with pytest.raises(UsageError, match="STEP,LR"):
        find_log("a", ("Step",), data=b"Step,lr\n1,1\n")


def test_where_nothing_counts_rows_do_and_epochs_where_no_step_does() -> None:
    assert (read("loss,lr\n1,0.5\n1,0.25\n").unit) == "row"
    assert told(read("loss,lr\n1,0.5\n1,0.25\n")) == {"lr": [(0, 0.5), (1, 0.25)]}
    assert read("epoch,lr\n1,0.5\n").unit == "epoch"
    log = read('{"epoch": 0.5, "lr": 1}\n{"epoch": 1.0, "lr": 2}\n')
    assert (log.unit, told(log)) == ("row", {"lr": [(0, 1), (1, 2)]})


@pytest.mark.parametrize("name", ["my_step", "it", "step_num", "n_steps", "batch", "numUpdates"])
def test_a_column_that_rises_counts_the_steps_whatever_it_is_called(name: str) -> None:
    """Every 10 steps a row; a constant, what falls and what is no whole number count nothing."""
    rows = [f"8,{step},{0.5 - step / 1000},{1.5 + step},{40 - step}" for step in (0, 10, 20)]
    log = read("\n".join([f"batch_size,{name},lr_now,loss,left", *rows]))
    assert (log.unit, told(log)) == ("step", {"lr_now": [(0, 0.5), (10, 0.49), (20, 0.48)]})
    assert log.notes == (f"steps are '{name}', learning rates 'lr_now'; --columns chooses others",)
    lines = [json.dumps({name: step, "lr": 1 - step / 100}) for step in (0, 10, 20)]
    assert told(read("\n".join(lines))) == {"lr": [(0, 1), (10, 0.9), (20, 0.8)]}


def test_a_column_that_rises_is_before_epochs_that_repeat_and_not_before_those_that_do_not() -> (
    None
):
    log = read("epoch,my_step,lr\n0,0,0.5\n0,10,0.4\n1,20,0.3\n")
    assert (log.unit, told(log)) == ("step", {"lr": [(0, 0.5), (10, 0.4), (20, 0.3)]})
    log = read("epoch,my_step,lr\n0,9,0.5\n1,19,0.4\n")
    assert (log.unit, told(log)) == ("epoch", {"lr": [(0, 0.5), (1, 0.4)]})


@pytest.mark.parametrize(
    ("names", "why"),
    [
        ("a,b", "they may be 'a' and 'b'"),
        ("my_step,batch", "they may be 'my_step' and 'batch'"),
        ("seconds,tokens", "no column counts them"),
    ],
)
def test_where_it_is_not_clear_what_counts_rows_do_and_that_is_said(names: str, why: str) -> None:
    log = read(f"{names},lr\n5,50,0.5\n9,70,0.4\n")
    assert (log.unit, told(log)) == ("row", {"lr": [(0, 0.5), (1, 0.4)]})
    guess = f"rows are counted, as {why}, learning rates 'lr'; --columns chooses others"
    assert log.notes == (guess,)


def test_a_step_told_twice_is_one_and_going_back_is_a_run_that_was_resumed() -> None:
    log = read("step,lr\n1,0.5\n1,0.5\n2,0.25\n")
    assert told(log) == {"lr": [(1, 0.5), (2, 0.25)]}
    assert (log.starts, len(log.notes)) == ((), 1)
    log = read("step,lr\n1,0.5\n1,0.4\n2,0.25\n")
    assert told(log) == {"lr": [(1, 0.4), (2, 0.25)]}
    assert "tells a step twice, differently; the later one stands" in log.notes
    log = read("step,lr\n10,1\n20,2\n30,3\n15,4\n25,5\n")
    assert told(log) == {"lr": [(10, 1), (15, 4), (25, 5)]}
    assert log.starts == (15,)
    assert (
        "goes back to step 15; what was logged later stands, in place of 2 logged before"
        in log.notes
    )


def test_a_log_that_tells_its_newest_row_first_loses_nothing() -> None:
    log = read("step,lr\n30,3\n20,2\n10,1\n")
    assert (told(log), log.starts) == ({"lr": [(10, 1), (20, 2), (30, 3)]}, ())
    assert log.notes[1:] == ("its steps descend; read from its last row on",)


def test_steps_and_rates_that_are_named_the_wrong_way_round_are_refused() -> None:
    rows = [f"{step},{0.1 * (1 - step / 200)}" for step in range(200)]
    told = problem("\n".join(["my_step,lr_now", *rows]), ("lr_now", "my_step"))
    assert told == (
        "no steps, as the step is no whole number for most rows; choose with --columns STEP,LR"
    )


def test_of_a_folder_of_checkpoints_the_newest_is_read(tmp_path: Path) -> None:
    for step in (9, 10, 100):
        folder = tmp_path / f"checkpoint-{step}"
        folder.mkdir()
        rows = [{"step": each, "learning_rate": 1 / each} for each in range(1, step + 1)]
        (folder / "trainer_state.json").write_text(json.dumps({"log_history": rows}))
    log = find_log(str(tmp_path))
    assert log is not None
    assert (log.points, log.name) == (100, str(tmp_path))
    (tmp_path / "trainer_state.json").symlink_to(tmp_path / "checkpoint-9" / "trainer_state.json")
    again = find_log(str(tmp_path))
    assert again is not None
    assert again.files == (str(tmp_path / "checkpoint-100" / "trainer_state.json"),)


def test_how_exactly_numbers_are_told_is_read_off_them() -> None:
    def words(*cells: str) -> str:
        return read(
            "step,lr\n" + "".join(f"{i},{c}\n" for i, c in enumerate(cells))
        ).precision.words

    assert words("0.001", "0.0009990133642141358") == ""
    assert words("0.0003", "0.0002", "0.0001") == "4 decimals"
    assert words("0.1", "0.01", "0.001") == "4 digits"
    assert words("1.234e-04", "1.230e-04") == "4 digits"
    assert words(*(repr(float(np.float32(0.1 / each))) for each in (1, 3, 7))) == "float32"
    text = read("step,lr\n1,0.00123457\n2,0.0123457\n3,0.123457\n").precision
    assert text.words == "6 digits"
    assert text.relative == pytest.approx(5e-6)


@pytest.mark.parametrize("form", ["%.2g", "%.3g", "%.1e", "%.2e", "%.4f", "%.6f", "%.12f", "%.17g"])
@pytest.mark.parametrize("largest", [0.1, 3e-3])
@pytest.mark.parametrize("every", [1, 7, 10])
def test_what_a_format_rounds_is_within_the_precision_that_is_read_off_it(
    form: str, largest: float, every: int
) -> None:
    """And no number is known less exactly than by a half of its format's last place, ten times."""
    plan = np.array(drive(CosineAnnealingLR(sgd(largest), 100), 100)[::every])
    rows = [f"{step},{form % value}" for step, value in enumerate(plan)]
    log = read("\n".join(["step,lr", *rows]))
    slack = log.precision.tolerance(plan)
    assert (np.abs(log.series[0].values - plan) <= slack).all()
    digits = int(form[2:-1])
    last = 10.0**-digits if form.endswith("f") else 10.0 ** (1 - digits - form.endswith("e"))
    assert slack[0] <= 10 * max(last, 1e-12) * (1 if form.endswith("f") else largest)


@pytest.mark.parametrize("path", NO_LOGS, ids=lambda path: path.name)
def test_no_spec_and_no_config_is_taken_for_a_log(path: Path) -> None:
    assert find_log(str(path)) is None
    assert find_log("renamed/metrics.csv", data=path.read_bytes()) is None


def test_a_log_is_told_by_its_content_and_not_by_its_name() -> None:
    log = find_log("spec.yaml", data=json.dumps(STATE, indent=2).encode())
    assert log is not None
    assert told(log) == {"learning_rate": [(2, 0.5)]}


@pytest.mark.parametrize(
    "data",
    [b"", b"\n", b"a", b"{", b"{}", b"[]", b"\x00" * 100, b"step,lr\n", b"a,b\n1,2\n", b"\xff\xfe"],
)
def test_what_is_neither_is_no_log(data: bytes) -> None:
    assert find_log("a", data=data) is None


def test_no_file_no_pipe_and_no_empty_folder_is_a_log(tmp_path: Path) -> None:
    assert find_log(str(tmp_path / "nowhere")) is None
    assert find_log("x" * 5000) is None
    assert find_log(str(tmp_path)) is None
    assert find_log("/dev/null") is None
