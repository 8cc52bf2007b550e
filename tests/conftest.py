"""What several tests need: specs to write, and a few that stand for all."""

import errno
import gc
import os
import signal
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import hypothesis
import pytest

import lrviz
from tests.support.specs import CONFIGS, STEP, Forbid, WriteSpec
from tests.support.torchvision_standin import stand_in

# A shell that runs the tests in the background has them, and what they start, ignore Ctrl-C: what a
# test interrupts would go on.
signal.signal(signal.SIGINT, signal.default_int_handler)
# Ignored under `nohup`; children begin with what the system does, and this process goes on.
signal.signal(signal.SIGHUP, lambda *_: None)

# Hundreds of processes are started: without bytecode each would compile lrviz again, and pytest the
# tests. It lies where git ignores it.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Generated examples are the same everywhere, so that what a run says depends on the code alone.
# `--hypothesis-profile=thorough` takes ten times as many, `search` looks for new ones.
# No machine is too slow.
PATIENT = hypothesis.settings(
    deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile("same", PATIENT, derandomize=True, max_examples=30)
hypothesis.settings.register_profile("thorough", PATIENT, derandomize=True, max_examples=300)
hypothesis.settings.register_profile("search", PATIENT, print_blob=True)
hypothesis.settings.load_profile("same")


# Until all tests are there, nearly all that is made stays.
gc.disable()


def pytest_collection_finish() -> None:
    """Keep the collector from walking torch and thousands of tests again and again.

    Axes are kept as in the command's own process, where a figure after another is drawn on them.
    """
    if outputs := sys.modules.get("lrviz.draw.outputs"):
        vars(outputs)["KEEPS"] = True
    gc.enable()
    gc.collect()
    gc.freeze()


@pytest.fixture
def thawed() -> Iterator[None]:
    """Nothing is frozen, as in a process of others."""
    gc.unfreeze()
    yield
    gc.freeze()


@pytest.fixture
def write_spec(tmp_path: Path) -> WriteSpec:
    """A function that writes a spec into the test's folder and returns its path."""

    def write(text: str = STEP, name: str = "step.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def forbid(monkeypatch: pytest.MonkeyPatch) -> Forbid:
    """A function that makes a folder that nobody can look into, root neither."""
    forbidden, look = set[Path](), os.scandir

    def scandir(path: str | os.PathLike[str] = ".") -> Any:
        if Path(path).resolve() in forbidden:
            raise PermissionError(errno.EACCES, "Permission denied")
        return look(path)

    def make(folder: Path) -> None:
        folder.mkdir(parents=True)
        forbidden.add(folder.resolve())

    monkeypatch.setattr("lrviz.reading.sources.os.scandir", scandir)
    return make


@pytest.fixture
def step(write_spec: WriteSpec) -> Path:
    """A spec that draws."""
    return write_spec()


@pytest.fixture(scope="session")
def transformers() -> Any:
    """The module with transformers' schedules."""
    reason = "transformers is not installed: its schedules are not compared with their own objects"
    pytest.importorskip("transformers", reason=reason)
    return import_module("transformers.optimization")


@pytest.fixture(scope="session")
def timm() -> Any:
    """The module with timm's schedulers, loaded with a stand-in where torchvision is no help."""
    if find_spec("timm") is None:
        pytest.skip("timm is not installed: its schedulers are not compared with their own objects")
    try:
        import_module("torchvision")
    except (ImportError, RuntimeError):  # missing, or built for another torch
        with stand_in():
            return import_module("timm.scheduler")
    return import_module("timm.scheduler")


@pytest.fixture(params=CONFIGS, ids=lambda path: path.stem)
def config_path(request: pytest.FixtureRequest) -> Path:
    """Each spec of `configs/`; skipped where the library that it names is not installed."""
    path: Path = request.param
    for library in lrviz.load(path).packages:
        request.getfixturevalue(library)
    return path
