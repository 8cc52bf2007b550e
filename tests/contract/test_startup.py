"""Start-up: what is loaded when, and what may lie in the current folder."""

import gc
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from lrviz.system import process as startup
from lrviz.system.process import quick_imports
from tests.support.lrvizrun import LRVIZ, MODULE, run, run_process
from tests.support.specs import ROOT, STEP, WriteSpec

HEAVY = ("torch", "matplotlib", "numpy", "PIL")

LIGHT_COMMANDS = """
import sys
from tests.support.lrvizrun import run
for arguments, status in (
    (["--help"], 0), (["plot", "--help"], 0), (["--version"], 0), (["list"], 0),
    (["new", "StepLR"], 0), (["new", "Nothing"], 2), (["show", "Nothing"], 2),
    (["plto"], 2), (["plot"], 2), (["plot", "-", "-"], 2), (["plot", "none.yaml"], 3),
    (["plot", "a.yaml", "-f", "jpg"], 2), (["plot", "none.png"], 2),
    (["export", "none.yaml", "-o", "x.txt"], 2),
    (["lint", "--help"], 0), (["lint", "--explain", "LR001"], 0), (["lint"], 2),
    (["lint", "none.yaml"], 3), (["lint", "none.yaml", "--select", "LR999"], 2),
):
    result = run(*arguments)
    assert result.status == status, (arguments, result)
    loaded = sorted(sys.modules.keys() & set(sys.argv[1:]))
    assert not loaded, (arguments, loaded)
"""

LOOK_UPS = """
import sys
from tests.support.lrvizrun import run
for arguments in (
    ["--help"], ["plot", "--help"], ["check", "--help"], ["lint", "--help"], ["--version"],
    ["list"], ["new", "StepLR"],
):
    result = run(*arguments)
    assert result.status == 0, (arguments, result)
    loaded = sorted(sys.modules.keys() & set(sys.argv[1:]))
    assert not loaded, (arguments, loaded)
"""

IMPORT = """
import sys
before = set(sys.modules)
import lrviz
new = sorted(name for name in set(sys.modules) - before if not name.startswith("lrviz"))
assert not new, new
assert "plot" in dir(lrviz) and lrviz.__version__
loaded = sorted(sys.modules.keys() & set(sys.argv[1:]))
assert not loaded, loaded
"""

STRAY = """
import pathlib
pathlib.Path(__file__).with_name("was-run").touch()
raise SystemExit("a stray module was run")
"""

# Python itself needs contextlib, importlib and warnings to run a module: they are its own affair.
STRAY_NAMES = (
    *("yaml", "torch", "numpy", "matplotlib", "PIL", "typer", "pydantic", "typing", "re"),
    *("dataclasses", "json", "csv", "stat", "gc", "signal", "pathlib", "lrviz_styles"),
)


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_what_draws_nothing_loads_neither_torch_nor_matplotlib() -> None:
    done = python(LIGHT_COMMANDS, "torch", "matplotlib")
    assert (done.returncode, done.stderr) == (0, "")


def test_what_reads_no_spec_loads_none_of_what_reads_one() -> None:
    done = python(LOOK_UPS, *HEAVY, "yaml", "lrviz.spec.parse")
    assert (done.returncode, done.stderr) == (0, "")


def test_importing_the_package_imports_nothing_else() -> None:
    done = python(IMPORT, *HEAVY, "typer", "pydantic", "yaml")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def drawn(step: Path) -> bytes:
    """The figure of the spec, drawn where nothing lies about."""
    return run("plot", step, "-o", "-").stdout


@pytest.mark.parametrize("command", [LRVIZ, MODULE], ids=["lrviz", "python -m lrviz"])
def test_stray_modules_in_the_current_folder_are_not_run(
    command: tuple[str, ...], step: Path, tmp_path: Path, drawn: bytes
) -> None:
    for name in STRAY_NAMES:
        (tmp_path / f"{name}.py").write_text(STRAY)
    result = run_process("plot", "step.yaml", command=command, cwd=tmp_path)
    assert (result.status, result.text, result.stderr) == (0, "step.png\n", "")
    assert (tmp_path / "step.png").read_bytes() == drawn
    assert not (tmp_path / "was-run").exists()


@pytest.mark.parametrize(
    ("command", "settings"),
    [
        (LRVIZ, b"figure.dpi: 37\nlines.linewidth: 9\nsavefig.dpi: 3\nbackend: module://stray\n"),
        (MODULE, b"lines.linewidth: nonsense\nno such: key\n: : :\n"),
        (LRVIZ, b"\xff\xfe\x00 not text\n"),
    ],
    ids=["valid", "invalid", "not text"],
)
def test_a_stray_matplotlibrc_changes_nothing(
    command: tuple[str, ...], settings: bytes, step: Path, tmp_path: Path, drawn: bytes
) -> None:
    (tmp_path / "matplotlibrc").write_bytes(settings)
    (tmp_path / "stray.py").write_text(STRAY)
    result = run_process("plot", "step.yaml", command=command, cwd=tmp_path)
    assert (result.status, result.text, result.stderr) == (0, "step.png\n", "")
    assert (tmp_path / "step.png").read_bytes() == drawn
    assert not (tmp_path / "was-run").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep a folder in use")
def test_a_current_folder_that_was_deleted_is_not_needed(
    step: Path, tmp_path: Path, drawn: bytes
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    remove = ("sh", "-c", 'rmdir "$PWD" && exec "$@"', "sh", *LRVIZ)
    result = run_process("plot", step, "-o", tmp_path / "x.png", command=remove, cwd=gone)
    assert (result.status, result.stderr) == (0, "")
    assert (tmp_path / "x.png").read_bytes() == drawn


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep a folder in use")
def test_in_a_current_folder_that_was_deleted_nothing_can_be_written(
    step: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    result = run("plot", step)
    assert (result.status, result.stderr) == (3, "step.png: cannot write: no such folder\n")


@pytest.mark.usefixtures("thawed")
def test_a_process_that_is_not_the_command_s_is_left_alone() -> None:
    was = (gc.isenabled(), gc.get_freeze_count(), Path.cwd(), signal.getsignal(signal.SIGINT))
    with quick_imports():
        assert gc.isenabled() == was[0]
        assert Path.cwd() == was[2]
        assert signal.getsignal(signal.SIGINT) == was[3]
    assert gc.get_freeze_count() == was[1]


@pytest.mark.usefixtures("thawed")
def test_the_command_imports_without_the_collector_and_freezes_what_it_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(startup, "_owned", True)
    here = Path.cwd()
    try:
        with quick_imports():
            assert not gc.isenabled()
        assert gc.isenabled()
        assert gc.get_freeze_count() == 0  # nothing was imported
        with quick_imports():
            monkeypatch.setitem(sys.modules, "just_imported", ModuleType("just_imported"))
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
    assert Path.cwd() == here
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


INTERRUPTED = """
import time
from lrviz.system.process import own_process, quick_imports
own_process()
with quick_imports():
    print("importing", flush=True)
    try:
        time.sleep(60)
    except KeyboardInterrupt:  # as a compiled module would
        raise ImportError("initialization failed") from None
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
def test_ctrl_c_while_importing_is_status_130_and_says_nothing() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"importing\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, b"")


@pytest.mark.usefixtures("thawed")
def test_an_interrupt_that_is_ignored_stays_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "_owned", True)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with quick_imports():
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
        gc.unfreeze()


@pytest.mark.usefixtures("thawed")
@pytest.mark.skipif(not hasattr(os, "O_PATH"), reason="only Linux can return there")
def test_a_current_folder_that_may_not_be_listed_is_returned_to(
    write_spec: WriteSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_spec(STEP)
    refused = os.open

    def refuse_listing(path: str, flags: int) -> int:
        if flags & os.O_PATH == 0:
            raise PermissionError(path)
        return refused(path, flags)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(startup, "_owned", True)
    monkeypatch.setattr(os, "open", refuse_listing)
    monkeypatch.delitem(sys.modules, "matplotlib", raising=False)
    with quick_imports():
        assert Path.cwd() != tmp_path
    gc.unfreeze()
    assert Path.cwd() == tmp_path


ENDING = """
import atexit, os, sys
from lrviz.__main__ import run

class Last:
    def __del__(self, write=os.write):
        write(1, b"orderly\\n")

last = Last()
atexit.register(print, "at exit")
print("before", end=" ")  # to be flushed
sys.argv[:] = ["lrviz", "plot", *sys.argv[1:]]
{}
run()
"""

GUEST = """
from torch.optim.lr_scheduler import StepLR

def make(optimizer):
    return StepLR(optimizer, 2)
"""


@pytest.mark.parametrize(
    ("arguments", "before", "status", "ending"),
    [
        (["step.yaml"], "", 0, "step.png\nat exit\n"),
        (["none.yaml"], "", 3, "at exit\n"),
        (["guest.py:make", "--epochs", "4"], "", 0, "make.png\nat exit\norderly\n"),
        (["none.yaml"], "sys.setprofile(lambda *_: None)", 3, "at exit\norderly\n"),
        (
            ["none.yaml"],
            "from threading import *; Thread(target=main_thread().join).start()",
            3,
            "at exit\norderly\n",
        ),
    ],
)
def test_the_command_ends_at_once_unless_others_count_on_more(
    step: Path, arguments: list[str], before: str, status: int, ending: str
) -> None:
    (step.parent / "guest.py").write_text(GUEST)
    done = subprocess.run(
        [sys.executable, "-c", ENDING.format(before), *arguments],
        cwd=step.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (status, f"before {ending}")
