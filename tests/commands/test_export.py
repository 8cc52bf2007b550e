"""`lrviz export`: a run's numbers as a table, read back exactly."""

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.support.lrvizrun import run
from tests.support.specs import WriteSpec

COLUMNS = ["step", "epoch", "curve", "group", "lr", "momentum", "weight_decay"]
THIRD = "{OneCycleLR: {max_lr: 0.3, total_steps: =total_calls}}"


def read_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def read_json(data: bytes) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(data)
    return rows


def train() -> list[tuple[float, float]]:
    """Learning rate and first beta of every step, as a training loop reads them."""
    optimizer = torch.optim.AdamW(torch.nn.Linear(1, 1).parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.3, total_steps=12)
    read = []
    for _ in range(12):
        group = optimizer.param_groups[0]
        read.append((float(group["lr"]), float(group["betas"][0])))
        optimizer.step()
        scheduler.step()
    return read


def test_a_row_a_step_in_exactly_these_words(write_spec: WriteSpec) -> None:
    spec = write_spec("epochs: 2\nsteps_per_epoch: 2\nscheduler: {ExponentialLR: {gamma: 0.5}}\n")
    result = run("export", spec)
    assert (result.status, result.stderr) == (0, "")
    assert result.text == (
        "step,epoch,curve,group,lr,momentum,weight_decay\n"
        "0,0,,,0.001,0.0,0.0\n"
        "1,0,,,0.0005,0.0,0.0\n"
        "2,1,,,0.00025,0.0,0.0\n"
        "3,1,,,0.000125,0.0,0.0\n"
    )
    assert run("export", spec, "-f", "json").text == (
        "[\n"
        '{"step": 0, "epoch": 0, "curve": "", "group": "",'
        ' "lr": 0.001, "momentum": 0.0, "weight_decay": 0.0},\n'
        '{"step": 1, "epoch": 0, "curve": "", "group": "",'
        ' "lr": 0.0005, "momentum": 0.0, "weight_decay": 0.0},\n'
        '{"step": 2, "epoch": 1, "curve": "", "group": "",'
        ' "lr": 0.00025, "momentum": 0.0, "weight_decay": 0.0},\n'
        '{"step": 3, "epoch": 1, "curve": "", "group": "",'
        ' "lr": 0.000125, "momentum": 0.0, "weight_decay": 0.0}\n'
        "]\n"
    )


def test_floats_are_read_back_as_the_very_ones_of_a_training_loop(write_spec: WriteSpec) -> None:
    spec = write_spec(
        f"epochs: 3\nsteps_per_epoch: 4\noptimizer: {{AdamW: {{lr: 0.1}}}}\nscheduler: {THIRD}\n"
    )
    expected = train()
    rows = read_csv(run("export", spec).stdout)
    assert [(float(row["lr"]), float(row["momentum"])) for row in rows] == expected
    items = read_json(run("export", spec, "-f", "json").stdout)
    assert [(item["lr"], item["momentum"]) for item in items] == expected
    assert [item["weight_decay"] for item in items] == [0.01] * 12
    assert [item["epoch"] for item in items] == [0] * 4 + [1] * 4 + [2] * 4


def test_param_groups_have_a_row_each_and_their_names_are_quoted(write_spec: WriteSpec) -> None:
    spec = write_spec(
        "epochs: 2\n"
        "optimizer: {SGD: {lr: 0.1, param_groups: "
        """[{name: 'a, "b"'}, {lr: 0.01, weight_decay: 0.5}]}}\n"""
        "scheduler: {ExponentialLR: {gamma: 0.5}}\n"
    )
    result = run("export", spec)
    assert '0,0,,"a, ""b""",0.1,0.0,0.0\n' in result.text
    rows = read_csv(result.stdout)
    assert list(rows[0]) == COLUMNS
    assert [(row["step"], row["group"], row["lr"]) for row in rows] == [
        ("0", 'a, "b"', "0.1"),
        ("0", "group 1", "0.01"),
        ("1", 'a, "b"', "0.05"),
        ("1", "group 1", "0.005"),
    ]
    assert [row["weight_decay"] for row in rows] == ["0.0", "0.5"] * 2


def test_a_quantity_that_the_optimizer_lacks_has_no_column(write_spec: WriteSpec) -> None:
    spec = write_spec(
        "epochs: 1\noptimizer: {LBFGS: {lr: 1}}\nscheduler: {ExponentialLR: {gamma: 0.5}}\n"
    )
    assert run("export", spec).text == "step,epoch,curve,group,lr\n0,0,,,1.0\n"


def test_the_metric_stands_where_a_call_follows_and_is_empty_elsewhere(
    write_spec: WriteSpec,
) -> None:
    spec = write_spec(
        "epochs: 3\nsteps_per_epoch: 2\ninterval: epoch\n"
        "scheduler: ReduceLROnPlateau\nmetric: [0.5, .nan, 0.25]\n"
    )
    rows = read_csv(run("export", spec).stdout)
    assert list(rows[0]) == [*COLUMNS, "metric"]
    assert [row["metric"] for row in rows] == ["", "0.5", "", "nan", "", "0.25"]
    items = read_json(run("export", spec, "-f", "json").stdout)
    assert [item["metric"] for item in items] == [None, 0.5, None, ".nan", None, 0.25]


def test_every_number_of_json_is_one_that_json_has(write_spec: WriteSpec) -> None:
    spec = write_spec(
        "epochs: 2\nscheduler: ReduceLROnPlateau\nmetric: [.inf, .nan]\n"
        "optimizer: {SGD: {lr: 1e-320}}\n"
    )
    data = run("export", spec, "-f", "json").stdout

    def refuse(name: str) -> None:
        raise AssertionError(name)

    items = json.loads(data, parse_constant=refuse)
    assert [item["lr"] for item in items] == [1e-320, 1e-320]
    assert [item["metric"] for item in items] == [".inf", ".nan"]


def test_the_ending_names_the_format_and_f_overrules_it(step: Path, tmp_path: Path) -> None:
    shown = {format: run("export", step, "-f", format).stdout for format in ("csv", "json")}
    for arguments, name, format in (
        (["-o", "a.csv"], "a.csv", "csv"),
        (["-o", "a.JSON"], "a.JSON", "json"),
        (["-o", "b.csv", "-f", "json"], "b.csv", "json"),
        (["-o", "plain", "-f", "csv"], "plain", "csv"),
    ):
        result = run("export", step, *arguments, cwd=tmp_path)
        assert (result.status, result.stdout, result.stderr) == (0, b"", "")
        assert (tmp_path / name).read_bytes() == shown[format]


def test_a_figure_and_standard_input_and_settings_are_specs_here_too(
    step: Path, tmp_path: Path
) -> None:
    run("plot", step, cwd=tmp_path)
    table = run("export", step).stdout
    assert run("export", "step.png", cwd=tmp_path).stdout == table
    assert run("export", "-", stdin=step.read_bytes()).stdout == table
    halved = read_csv(run("export", step, "--set", "optimizer.SGD.lr=5e-4").stdout)
    assert [float(row["lr"]) * 2 for row in halved] == [float(row["lr"]) for row in read_csv(table)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["step.yaml", "-o", "x.txt"],
            "-o x.txt: no known ending (known: .csv, .json); give -o x.csv, or the format with -f",
        ),
        (
            ["step.yaml", "-o", "./step.yaml", "-f", "csv"],
            "step.yaml: is also an input; name another file with -o",
        ),
        (["step.csv.png"], "step.csv.png: no such figure; did you mean -o step.csv.png?"),
    ],
)
def test_what_makes_no_sense_is_refused(
    arguments: list[str], message: str, step: Path, tmp_path: Path
) -> None:
    before = step.read_bytes()
    result = run("export", *arguments, cwd=tmp_path)
    assert (result.status, result.stdout, result.stderr) == (2, b"", f"{message}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["step.yaml"]
    assert step.read_bytes() == before


def test_a_long_table_is_whole(write_spec: WriteSpec) -> None:
    spec = write_spec("epochs: 10000\nscheduler: {ExponentialLR: {gamma: 0.999}}\n")
    rows = read_csv(run("export", spec).stdout)
    assert [int(row["step"]) for row in rows] == list(range(10_000))
    assert math.isclose(float(rows[-1]["lr"]), 1e-3 * 0.999**9999, rel_tol=1e-9)


def test_a_warning_goes_to_standard_error_only(write_spec: WriteSpec) -> None:
    spec = write_spec("epochs: 1\nscheduler: ReduceLROnPlateau\nmetric: [1, 2]\n")
    result = run("export", spec)
    assert result.status == 0
    assert result.stderr.endswith("has 2 values for 1 calls; the rest is not used\n")
    assert b"warning" not in result.stdout
