"""What is written arrives whole, or that it did not is said; whatever ends the command."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from lrviz.system.files import write_all
from tests.support.lrvizrun import LRVIZ, run
from tests.support.processes import wait_for_sleep
from tests.support.slow import slow_but
from tests.support.specs import STEP

PRINTING = {
    "plot": ["plot", "step.yaml", "-o", "-"],
    "plot to a file": ["plot", "step.yaml"],
    "plot in characters": ["plot", "step.yaml", "--terminal"],
    "batch": ["batch", "step.yaml", "-o", "figures", "--force"],
    "check": ["check", "step.yaml", "--baselines", "baselines"],
    "compare": ["compare", "step.yaml", "half.yaml"],
    "compare to a picture": ["compare", "step.yaml", "half.yaml", "-o", "-", "-f", "svg"],
    "lint": ["lint", "step.yaml", "--output-format", "json"],
    "export": ["export", "step.yaml"],
    "code": ["code", "step.yaml"],
    "list": ["list"],
    "show": ["show", "StepLR"],
    "new": ["new", "StepLR"],
    "schema": ["schema"],
    "help": ["--help"],
    "help of a command": ["plot", "--help"],
    "completion": ["--show-completion", "bash"],
    "version": ["--version"],
}
ENVIRONMENTS: tuple[dict[str, str], ...] = ({}, {"PYTHONUNBUFFERED": "1"})

LIMIT = 100_000
"""Bytes that a file may have."""

ROOM = 5
"""How many of them are left: fewer than any command prints."""

LIMITED = f"""
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, ({LIMIT}, {LIMIT}))
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with specs, and a figure to hold one against."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    (tmp_path / "step.yaml").write_text(STEP)
    (tmp_path / "half.yaml").write_text(STEP.replace("0.5", "0.25"))
    assert run("batch", "step.yaml", "-o", "baselines", cwd=tmp_path).status == 0
    return tmp_path


def start(
    command: Sequence[str], folder: Path, environment: dict[str, str], stdout: object
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdout=stdout,
        stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize("name", slow_but({"plot", "export", "show"}, PRINTING))
def test_what_does_not_fit_into_a_file_is_an_error(folder: Path, name: str) -> None:
    """As on a full disk: the system takes a part, and then no more."""
    command = [sys.executable, "-c", LIMITED, *LRVIZ, *PRINTING[name]]
    children = []
    for number, environment in enumerate(ENVIRONMENTS):
        out = folder / f"out {number}"
        out.write_bytes(bytes(LIMIT - ROOM))
        with out.open("ab") as file:
            children.append((out, start(command, folder, environment, file)))
    for out, child in children:
        error = child.communicate(timeout=120)[1].decode()
        assert error.splitlines()[:1] == ["standard output: cannot write: file too large"]
        assert child.returncode == 3
        assert out.stat().st_size <= LIMIT


@pytest.mark.parametrize("name", slow_but({"plot", "export", "show"}, PRINTING))
def test_a_full_pipe_that_does_not_wait_is_waited_for(folder: Path, name: str) -> None:
    expected = run(*PRINTING[name], cwd=folder).stdout
    assert len(expected) > ROOM
    children = []
    for environment in ENVIRONMENTS:
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        full = sum(fill(writing))
        child = start([*LRVIZ, *PRINTING[name]], folder, environment, writing)
        os.close(writing)
        children.append((child, reading))
    for child, reading in children:
        wait_for_sleep(child.pid)  # it has found no room
        got = b"".join(drain(reading))
        os.close(reading)
        error = child.communicate(timeout=120)[1].decode()
        assert child.returncode == 0, error
        assert got[full:] == expected


def fill(pipe: int) -> Iterator[int]:
    """Write until there is no more room; yield how much."""
    for size in (4096, 1):
        try:
            while True:
                yield os.write(pipe, bytes(size))
        except BlockingIOError:
            pass


def drain(pipe: int) -> Iterator[bytes]:
    """Read to the end, some at a time."""
    while part := os.read(pipe, 5000):
        yield part


def test_a_part_that_was_taken_is_not_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, data[:3]))
    write_all(writing, b"0123456789")
    monkeypatch.undo()
    os.close(writing)
    assert b"".join(drain(reading)) == b"0123456789"
    os.close(reading)


# What ends the command

SLOW = """\
import os, time
from pathlib import Path

def fsync(descriptor, real=os.fsync):
    Path(os.environ["BEGUN"]).touch()
    time.sleep(60)
    real(descriptor)

os.fsync = fsync
"""

WRITING = {
    "plot": ["plot", "step.yaml", "-o", "out/a.png"],
    "batch": ["batch", "step.yaml", "-o", "out"],
    "batch in workers": ["batch", "step.yaml", "half.yaml", "-o", "out", "-j", "2"],
    "check": ["check", "half.yaml", "--baselines", "out", "--add-missing"],
    "compare": ["compare", "step.yaml", "half.yaml", "-o", "out/a.svg"],
    "export": ["export", "step.yaml", "-o", "out/a.csv"],
    "code": ["code", "step.yaml", "-o", "out/a.py"],
}


@pytest.mark.parametrize(
    ("name", "signum"),
    slow_but(
        {("plot", signal.SIGINT), ("batch in workers", signal.SIGTERM)},
        [
            *((name, signal.SIGTERM) for name in WRITING),
            *(("plot", each) for each in (signal.SIGINT, signal.SIGHUP)),
            ("batch in workers", signal.SIGHUP),
        ],
    ),
)
def test_what_ends_the_command_leaves_no_file_that_is_half_written(
    folder: Path, name: str, signum: signal.Signals
) -> None:
    (folder / "sitecustomize.py").write_text(SLOW)
    (folder / "out").mkdir()
    begun = folder / "begun"
    slow = {"PYTHONPATH": str(folder), "BEGUN": str(begun)}
    child = start([*LRVIZ, *WRITING[name]], folder, slow, subprocess.DEVNULL)
    while not begun.exists():
        assert child.poll() is None
        time.sleep(0.01)
    assert [path.suffix for path in (folder / "out").iterdir()][:1] == [".tmp"]
    child.send_signal(signum)
    assert child.communicate(timeout=60)[1] == b""
    assert child.returncode == 128 + signum
    assert list((folder / "out").iterdir()) == []


def test_a_signal_that_is_to_be_ignored_is(folder: Path) -> None:
    """As `nohup` has it."""
    code = "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
    code += "os.execv(sys.argv[1], sys.argv[1:])"
    (folder / "sitecustomize.py").write_text(SLOW.replace("60", "1"))
    begun = folder / "begun"
    slow = {"PYTHONPATH": str(folder), "BEGUN": str(begun)}
    command = [sys.executable, "-c", code, *LRVIZ, *WRITING["export"]]
    (folder / "out").mkdir()
    child = start(command, folder, slow, subprocess.DEVNULL)
    while not begun.exists():
        time.sleep(0.01)
    child.send_signal(signal.SIGHUP)
    assert child.communicate(timeout=60)[1] == b""
    assert child.returncode == 0
    assert [path.name for path in (folder / "out").iterdir()] == ["a.csv"]
