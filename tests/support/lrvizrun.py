"""Runs the command: in this process, where torch is loaded already, or in one of its own."""

import gc
import io
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, chdir, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

import typer.main

from lrviz.__main__ import main
from lrviz.system import process as startup

LRVIZ = (str(Path(sys.executable).with_name("lrviz")),)
MODULE = (sys.executable, "-m", "lrviz")


@dataclass(frozen=True)
class Result:
    """What a run of the command left behind.

    Attributes:
        status: its exit status.
        stdout: what it wrote to standard output.
        stderr: what it wrote to standard error.
    """

    status: int
    stdout: bytes
    stderr: str

    @property
    def text(self) -> str:
        """Standard output as text."""
        return self.stdout.decode()


def run(
    *arguments: object, cwd: Path | str = ".", stdin: bytes = b"", encoding: str = "utf-8"
) -> Result:
    """Run `lrviz` in this process, all of it but the interpreter's own start.

    Args:
        *arguments: of the command.
        cwd: the folder it is run in.
        stdin: what standard input holds.
        encoding: of standard output.
    """
    out, err = io.BytesIO(), io.BytesIO()
    streams: dict[str, Any] = {
        "stdin": io.TextIOWrapper(io.BytesIO(stdin), "utf-8"),
        "stdout": io.TextIOWrapper(out, encoding),
        "stderr": io.TextIOWrapper(err, "utf-8", errors="backslashreplace"),
        "argv": ["lrviz", *map(str, arguments)],
    }
    with _folder(cwd), patch.multiple(sys, **streams), _guest():
        try:
            main()
            status: object = 0
        except SystemExit as error:
            status = error.code
        for name in ("stdout", "stderr"):
            getattr(sys, name).flush()
    assert isinstance(status, int)
    return Result(status, out.getvalue(), err.getvalue().decode())


def run_process(
    *arguments: object,
    command: tuple[str, ...] = LRVIZ,
    cwd: Path | str = ".",
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
) -> Result:
    """Run the command in a process of its own."""
    done = subprocess.run(
        [*command, *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        env={**os.environ, **(env or {})},
        capture_output=True,
        timeout=120,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr.decode(errors="backslashreplace"))


def _folder(path: Path | str) -> AbstractContextManager[None]:
    return nullcontext() if path == "." else chdir(path)


@contextmanager
def _guest() -> Iterator[None]:
    """Take back what the command does to a process that it takes for its own.

    What is frozen stays so, and no more is: see `tests/conftest.py`.
    """
    program = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")  # messages would name what runs the tests
    build = patch.object(typer.main, "get_command", _build_once)
    with patch.object(startup, "_owned", False), patch.object(gc, "freeze"), build:
        try:
            yield
        finally:
            sys.modules["__main__"] = program
            gc.enable()


_get_command = typer.main.get_command


@cache
def _build(app: typer.Typer, _: str | None) -> Any:
    return _get_command(app)


def _build_once(app: typer.Typer) -> Any:
    """Build the command line of an app; a process of its own does so once, too.

    What it has for completion depends on the variable.
    """
    return _build(app, os.environ.get("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION"))
