import errno
import os
import pickle
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Iterator
from itertools import count, product
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from lrviz.errors import (
    FileError,
    ImageError,
    LrvizError,
    Mishap,
    NoFigureError,
    Position,
    Problem,
    RefusedError,
    SpecError,
    UsageError,
    WorkerDied,
)
from lrviz.system import worker
from lrviz.system.pool import Workers
from tests.support import pooled
from tests.support.processes import is_running, wait_for_end
from tests.support.slow import slow_but
from tests.support.specs import ROOT

CODE = worker._CODE


@pytest.fixture(scope="module", autouse=True)
def _idle() -> Iterator[None]:
    """Have no worker load what draws where that is not meant: it takes longer than most tests."""
    light = CODE.replace("lrviz.figure.image", "lrviz.errors")
    assert light != CODE
    with patch.object(worker, "_CODE", light):
        yield


@pytest.fixture
def drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers load what they load in a batch."""
    monkeypatch.setattr(worker, "_CODE", CODE)


@pytest.fixture(scope="module")
def pair() -> Iterator[Workers]:
    """Two workers, used by one test after another."""
    with Workers(2) as workers:
        yield workers


# Results


@pytest.mark.parametrize("count", [1, 3])
def test_every_item_comes_back_with_its_result_in_the_order_of_the_items(count: int) -> None:
    with Workers(count) as workers:
        got = list(workers.map(pooled.square, range(20)))
    assert got == [(number, number * number) for number in range(20)]


def test_no_items_give_no_results(pair: Workers) -> None:
    assert list(pair.map(pooled.square, [])) == []


def test_the_same_workers_can_be_given_work_again(pair: Workers) -> None:
    first = {pid for _, pid in pair.map(pooled.process_number, range(20))}
    second = {pid for _, pid in pair.map(pooled.process_number, range(20))}
    assert first | second == set(pair.pids)


def test_beside_a_single_worker_this_process_does_its_share() -> None:
    with patch("lrviz.system.pool.count_workers", return_value=1), Workers(None) as workers:
        (other,) = workers.pids
        items = [pooled.Weighed(number, number != 9) for number in range(12)]
        got = list(workers.map(pooled.process_number_slowly, items))
    assert [item for item, _ in got] == items
    assert {pid for _, pid in got} == {other, os.getpid()}
    assert got[9][1] == other  # which alone may do what is heavy


def test_one_worker_is_this_process_and_starts_no_other() -> None:
    with Workers(1) as workers:
        assert workers.pids == ()
        assert list(workers.map(pooled.process_number, [0])) == [(0, os.getpid())]


def test_items_and_results_larger_than_any_pipe_go_both_ways_at_once(pair: Workers) -> None:
    items = [bytes([index]) * 5_000_000 for index in range(6)]
    assert all(result == item * 2 for item, result in pair.map(pooled.double, items))


@pytest.mark.parametrize("count", [1, 2])
def test_items_are_taken_only_a_few_ahead_of_what_is_yielded(count: int) -> None:
    taken, ahead = 0, 0

    def items() -> Iterator[int]:
        nonlocal taken
        for number in range(50):
            taken += 1
            yield number

    with Workers(count) as workers:
        for yielded, _ in enumerate(workers.map(pooled.square, items())):
            ahead = max(ahead, taken - yielded)
    assert taken == 50
    assert ahead <= 2 * count


def test_what_a_function_prints_does_not_disturb_its_results(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with Workers(2) as workers:
        assert list(workers.map(pooled.say, ["one"])) == [("one", "one")]
    assert capfd.readouterr() == ("", "one\n")


# Failures


def test_an_error_of_lrviz_is_the_result_of_its_item_with_all_its_facts(pair: Workers) -> None:
    got = [result for _, result in pair.map(pooled.fail, ["spec", "file", "fine"])]
    assert isinstance(got[0], SpecError)
    assert got[0].problems[0].key == ("epochs",)
    assert isinstance(got[1], FileError)
    assert (got[1].path, got[1].reason) == ("a.webp", "no space left on device")
    assert got[2] == "fine"


@pytest.mark.parametrize("count", [1, 2])
def test_any_other_exception_is_the_result_of_its_item_and_of_no_other(count: int) -> None:
    with Workers(count) as workers:
        got = [result for _, result in workers.map(pooled.fail, ["value", "fine"])]
    assert isinstance(got[0], ValueError)
    assert str(got[0]) == "no such value"
    assert got[1] == "fine"


def test_a_bug_in_a_worker_tells_where_it_is(pair: Workers) -> None:
    ((_, result),) = pair.map(pooled.fail, ["value"])
    assert isinstance(result, ValueError)
    (note,) = result.__notes__
    assert 'pooled.py", line' in note
    assert "in fail" in note


def test_an_exception_that_cannot_travel_comes_as_its_text(pair: Workers) -> None:
    ((_, result),) = pair.map(pooled.fail, ["odd"])
    assert isinstance(result, RuntimeError)
    assert "OddError: 1 and 2" in str(result)


def test_a_result_that_cannot_travel_is_an_error_of_its_item(pair: Workers) -> None:
    got = [result for _, result in pair.map(pooled.fail, ["lambda", "fine"])]
    assert isinstance(got[0], Exception)
    assert "lambda" in str(got[0])
    assert got[1] == "fine"


@pytest.mark.parametrize(
    ("how", "reason"),
    slow_but(
        {("killed", "was killed by SIGKILL; out of memory?")},
        [
            ("killed", "was killed by SIGKILL; out of memory?"),
            ("crashed", "was killed by SIGABRT"),
            ("ended", "ended with status 7"),
        ],
    ),
)
def test_a_worker_that_dies_costs_the_item_that_it_worked_at(how: str, reason: str) -> None:
    items = ["one", "two", how, "three", "four", "five"]
    with Workers(2) as workers:
        got = dict(workers.map(pooled.fail, items))
    died = got.pop(how)
    assert isinstance(died, WorkerDied)
    assert (died.reason, died.exit_status) == (reason, 3)
    assert str(died) == f"its worker process {reason}"
    assert got == {name: name for name in items if name != how}


@pytest.mark.slow
def test_every_worker_may_die_again_and_again() -> None:
    with Workers(2) as workers:
        got = list(workers.map(pooled.fail, ["killed", "killed", "killed", "killed", "fine"]))
    assert [isinstance(result, WorkerDied) for _, result in got] == [True] * 4 + [False]


def test_a_worker_killed_while_it_has_nothing_to_do_costs_nothing() -> None:
    with Workers(2) as workers:
        list(workers.map(pooled.square, range(4)))
        for pid in workers.pids:
            os.kill(pid, signal.SIGKILL)
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        assert list(workers.map(pooled.square, [2, 3])) == [(2, 4), (3, 9)]


def test_where_no_worker_can_start_every_item_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_CODE", "raise SystemExit(1)")
    with Workers(2) as workers:
        got = [result for _, result in workers.map(pooled.square, range(50))]
    assert {str(result) for result in got} == {"its worker process ended with status 1"}
    assert all(isinstance(result, LrvizError) for result in got)


@pytest.mark.parametrize("started", [0, 1])
def test_where_fewer_workers_can_be_started_than_wanted_fewer_do(
    monkeypatch: pytest.MonkeyPatch, started: int
) -> None:
    real, calls = subprocess.Popen, 0

    def start(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        nonlocal calls
        calls += 1
        if calls > started:
            raise OSError(errno.EAGAIN, "Resource temporarily unavailable")
        return real(*arguments, **options)

    monkeypatch.setattr("lrviz.system.worker.subprocess.Popen", start)
    with Workers(3) as workers:
        got = list(workers.map(pooled.process_number, range(8)))
        expected = workers.pids if started else (os.getpid(),)
    assert {number for _, number in got} == set(expected)
    assert calls == started + 1


def test_an_answer_that_was_not_read_to_its_end_is_not_taken_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read, answers = pickle.load, count()

    def load(pipe: Any) -> object:
        answer = read(pipe)
        if answer and next(answers) == 0:
            raise MemoryError
        return answer

    monkeypatch.setattr(pickle, "load", load)
    with Workers(2) as workers:
        got = list(workers.map(pooled.square, range(8)))
    failed = [(number, result) for number, result in got if result != number * number]
    assert len(failed) == 1
    assert isinstance(failed[0][1], MemoryError)


@pytest.mark.parametrize("count", [1, 2])
def test_what_befalls_an_attendant_is_the_result_of_its_item(
    monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no more threads")

    monkeypatch.setattr(worker.Worker, "call", fail)
    with Workers(count) as workers:
        got = [str(result) for _, result in workers.map(pooled.square, range(3))]
    assert got == (["0", "1", "4"] if count == 1 else ["no more threads"] * 3)


def test_memory_that_ran_out_is_free_when_the_next_item_begins() -> None:
    held: list[weakref.ref[Any]] = []

    def run_out(number: int) -> int:
        if number == 0:
            large = {1, 2}
            held.append(weakref.ref(large))
            raise MemoryError
        assert held[0]() is None
        return number

    with Workers(1) as workers:
        results = workers.map(run_out, range(2))
        _, error = next(results)
        assert isinstance(error, MemoryError)
        assert next(results) == (1, 1)


# A good child


@pytest.mark.usefixtures("drawing")
def test_a_worker_has_loaded_what_draws_and_never_loads_torch() -> None:
    with Workers(2) as workers:
        ((_, modules),) = workers.map(pooled.loaded_modules, [0])
    assert not isinstance(modules, BaseException)
    assert "lrviz.figure.image" in modules
    assert "matplotlib.backends.backend_agg" in modules
    assert "matplotlib.pyplot" not in modules
    assert [name for name in modules if name.partition(".")[0] == "torch"] == []


@pytest.mark.usefixtures("drawing")
def test_what_lies_in_the_current_folder_changes_nothing_in_a_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pickle", "subprocess", "matplotlib", "numpy", "lrviz", "queue", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('a stray module was run')")
    (tmp_path / "matplotlibrc").write_text("axes.facecolor: red\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    with Workers(2) as workers:
        ((_, path),) = workers.map(pooled.search_path, [0])
        ((_, color),) = workers.map(pooled.face_color, [0])
    assert not isinstance(path, BaseException)
    assert "" not in path
    assert str(tmp_path) not in path
    assert color == "white"


def test_lrviz_is_found_where_only_its_parent_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if Path(path) != ROOT])
    with Workers(2) as workers:
        assert list(workers.map(abs, [-3])) == [(-3, 3)]


# The end


@pytest.mark.parametrize("busy", [False, True])
def test_no_process_is_left_when_the_context_ends_however_it_ends(busy: bool) -> None:
    begun = time.monotonic()
    with pytest.raises(KeyError), Workers(3) as workers:  # noqa: PT012 - the context is the test
        pids = workers.pids
        if busy:
            list(workers.map(pooled.square, range(3)))
            next(workers.map(pooled.sleep, iter([0.0, 60, 60, 60])))
        raise KeyError
    assert len(pids) == 3
    assert not any(map(is_running, pids))
    assert time.monotonic() - begun < 55  # they were not waited for


PARENT = """
import sys, time
from lrviz.system.pool import Workers
from tests.support import pooled
if __name__ == "__main__":
    with Workers(2) as workers:
        if sys.argv[1] != "starting":
            list(workers.map(pooled.square, range(4)))
        print(*workers.pids, flush=True)
        if sys.argv[1] == "working":
            list(workers.map(pooled.sleep, [60, 60]))
        time.sleep(60)
"""


@pytest.mark.parametrize(
    ("name", "when"),
    slow_but(
        {("SIGKILL", "working"), ("SIGTERM", "idle"), ("SIGINT", "starting")},
        product(["SIGKILL", "SIGTERM", "SIGINT"], ["starting", "idle", "working"]),
    ),
)
def test_workers_end_with_their_parent(when: str, name: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, when],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert parent.stdout is not None
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    time.sleep(0.1)
    assert len(pids) == 2
    assert all(map(is_running, pids))
    parent.send_signal(signal.Signals[name])
    _, err = parent.communicate(timeout=10)
    assert wait_for_end(pids, 1.0) == []
    if name != "SIGINT":  # of which Python itself tells, in a script that does not care
        assert err == b""


def test_a_worker_does_not_hear_an_interrupt_that_its_parent_survives() -> None:
    with Workers(2) as workers:
        before = workers.pids
        assert os.getpgrp() not in map(os.getpgid, before)  # which is who hears Ctrl-C
        assert list(workers.map(pooled.square, [1, 2])) == [(1, 1), (2, 4)]
        for pid in workers.pids:
            os.kill(pid, signal.SIGINT)
        assert list(workers.map(pooled.square, [3, 4])) == [(3, 9), (4, 16)]
        assert workers.pids == before


@pytest.mark.parametrize(
    "error",
    [
        UsageError("-f pdf: nothing is drawn"),
        RefusedError("a.png", "is also an input"),
        SpecError([Problem("a.yaml", ("epochs",), "got 0", Position(2, 1))]),
        NoFigureError("a.png"),
        ImageError("not a PNG"),
        FileError("a.yaml", "read", "permission denied"),
        WorkerDied("was killed"),
        Mishap("a.yaml", "ran out of memory"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_is_the_same_in_another_process(error: LrvizError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (str(again), again.lines, vars(again)) == (str(error), error.lines, vars(error))
