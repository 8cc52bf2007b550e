"""Batches that are killed, interrupted, or not alone; and the same bytes however they are drawn."""

import json
import os
import pickle
import random
import signal
import subprocess
import sys
import time
from itertools import product
from pathlib import Path

import pytest

from lrviz.drive.runs import simulate
from lrviz.drive.whole import VARIABLE
from lrviz.reading.sources import load
from tests.support.folders import files, fill
from tests.support.lrvizrun import LRVIZ, run, run_process
from tests.support.processes import processes_of_group, wait_for_end
from tests.support.slow import slow_but
from tests.support.specs import ROOT


def start(folder: Path, *arguments: str, **env: str) -> subprocess.Popen[bytes]:
    """Start a batch as the leader of a process group of its own."""
    return subprocess.Popen(
        [*LRVIZ, "batch", *arguments],
        cwd=folder,
        env={**os.environ, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def wait_for_figure(folder: Path, child: subprocess.Popen[bytes]) -> None:
    """Wait until a batch has written its first figure."""
    begun = time.time_ns()
    while child.poll() is None:
        if any(path.stat().st_mtime_ns > begun for path in folder.rglob("*.webp")):
            return
        time.sleep(0.002)


def wait_for_torch(child: subprocess.Popen[bytes]) -> None:
    """Wait until a batch has begun to import torch."""
    maps = Path(f"/proc/{child.pid}/maps")
    while child.poll() is None and "libtorch" not in maps.read_text():
        time.sleep(0.002)


@pytest.mark.slow
@pytest.mark.parametrize("first", [0, 1])
def test_killed_at_any_file_operation_a_batch_leaves_whole_figures_and_no_litter_for_long(
    tmp_path: Path, first: int
) -> None:
    """Every second operation in one case, so that two processes share the work."""
    runs = {}
    for name, shift in (("old", 0.0), ("new", 0.2)):
        for path in fill(tmp_path / name, 2, shift=shift).iterdir():
            runs[str(path)] = simulate(load(path))
    (tmp_path / "runs").write_bytes(pickle.dumps(runs))
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.killing", str(tmp_path), str(first)],
        cwd=ROOT,
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    *killed, last = map(json.loads, done.stdout.splitlines())
    assert len(killed) >= 12
    assert {left["status"] for left in killed} == {-signal.SIGKILL}
    assert all(left["whole"] and left["again"] == 0 and left["finished"] for left in killed)
    assert max(left["litter"] for left in killed) == 1
    assert last == {"status": 0, "whole": True, "litter": 0, "again": 0, "finished": True}


@pytest.mark.slow
def test_killed_at_random_with_its_workers_a_batch_leaves_whole_figures_and_no_litter_for_long(
    tmp_path: Path,
) -> None:
    fill(tmp_path / "odd", 16)
    fill(tmp_path / "even", 16, shift=0.2)
    whole = []
    for name in ("even", "odd"):
        assert run_process("batch", name, "-o", "figures", cwd=tmp_path).status == 0
        whole.append(files(tmp_path / "figures"))
    chance = random.Random(3)
    for turn in range(6):
        child = start(tmp_path, ("even", "odd")[turn % 2], "-o", "figures", "-j", "2", "--force")
        wait_for_figure(tmp_path / "figures", child)
        time.sleep(chance.uniform(0, 0.15))
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate(timeout=10)
        assert child.returncode == -signal.SIGKILL
        left = files(tmp_path / "figures")
        assert all(left[name] in (one[name] for one in whole) for name in whole[0])
    assert run_process("batch", "odd", "-o", "figures", cwd=tmp_path).status == 0
    assert files(tmp_path / "figures") == whole[1]


def test_two_batches_into_one_folder_at_once_leave_valid_figures(tmp_path: Path) -> None:
    fill(tmp_path / "specs", 12)
    children = [start(tmp_path, "specs", "-o", "figures", "-j", "2", "--force") for _ in range(2)]
    for child in children:
        _, err = child.communicate(timeout=60)
        assert (child.returncode, err) == (0, b"12 specs: 12 drawn\n")
    together = files(tmp_path / "figures")
    assert run("batch", "specs", "-o", "alone", "-j", "1", cwd=tmp_path).status == 0
    assert together == files(tmp_path / "alone")


@pytest.mark.parametrize(
    ("jobs", "when"), slow_but({("2", "drawing")}, product(["1", "2"], ["importing", "drawing"]))
)
def test_an_interrupt_ends_a_batch_at_once_and_leaves_no_process_and_no_litter(
    tmp_path: Path, when: str, jobs: str
) -> None:
    for name in "abcdefgh":
        fill(tmp_path / "specs" / name, 26)
    arguments = ("specs", "-o", "figures", "-j", jobs, "--set", "figure.size=[9, 5]")
    child = start(tmp_path, *arguments, **({VARIABLE: "1"} if when == "importing" else {}))
    if when == "importing":
        wait_for_torch(child)
    else:
        wait_for_figure(tmp_path / "figures", child)
    os.killpg(child.pid, signal.SIGINT)
    _, err = child.communicate(timeout=60)
    assert child.returncode == 130
    assert b"Traceback" not in err
    assert wait_for_end(processes_of_group(child.pid), 60) == []
    written = files(tmp_path / "figures")
    assert all(name.endswith(".webp") for name in written)
    assert len(written) < 8 * 26


@pytest.mark.parametrize("format", slow_but({"webp"}, ["png", "webp", "svg", "pdf"]))
def test_any_number_of_workers_and_any_hash_seed_give_the_same_bytes(
    tmp_path: Path, format: str
) -> None:
    fill(tmp_path / "specs", 4)
    (tmp_path / "specs" / "many.yaml").write_text(
        "epochs: 30\n"
        "optimizer: {SGD: {lr: 0.1, param_groups: [{name: a}, {name: b, lr: 1}]}}\n"
        "sweep: {scheduler.StepLR.gamma: [0.1, 0.5, 0.9]}\n"
        "scheduler: {StepLR: {step_size: 5}}\n"
    )
    for jobs, seed in (("1", "0"), ("4", "1")):
        done = run_process(
            *("batch", "specs", "-o", f"figures {jobs}", "-f", format, "-j", jobs),
            *("--sheet", f"figures {jobs}/sheet.png"),
            cwd=tmp_path,
            env={"PYTHONHASHSEED": seed},
        )
        assert (done.status, done.stderr) == (0, "5 specs: 5 drawn\n")
    one, four = files(tmp_path / "figures 1"), files(tmp_path / "figures 4")
    assert list(one) == [
        *(f"{name}.{format}" for name in ("a", "b", "c", "d", "many")),
        "sheet.png",
    ]
    assert one == four
