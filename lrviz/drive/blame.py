"""Whose code is at work, and at fault: the user's, or what is installed."""

import os
import sysconfig
from functools import cache
from pathlib import Path
from types import TracebackType

import torch

import lrviz
from lrviz.drive.libraries import spell_cause


def is_installed(file: str) -> bool:
    """Whether a source file came with Python or with a package."""
    return file.startswith("<frozen") or file.startswith(_installed())


def find_culprit(error: BaseException) -> str | None:
    """Return `FILE:LINE` of what raised, in the user's own code; None where none had a part."""
    if isinstance(error, SyntaxError) and error.filename and not is_installed(error.filename):
        return f"{_spell_path(error.filename)}:{error.lineno or 1}"
    found = None
    for file, line in _lines(error.__traceback__):
        if not is_installed(file) and not file.startswith("<"):
            found = f"{_spell_path(file)}:{line}"
    return found


def explain_failure(error: BaseException, what: str) -> str:
    """Return what failed, and with what, on one line."""
    if isinstance(error, SystemExit):
        return f"{what} ends the program, as sys.exit() does"
    if isinstance(error, SyntaxError):
        return f"{what} fails with SyntaxError: {error.msg}"
    return f"{what} fails with {spell_cause(error)}"


def _lines(traceback: TracebackType | None) -> list[tuple[str, int]]:
    found = []
    while traceback is not None:
        found.append((traceback.tb_frame.f_code.co_filename, traceback.tb_lineno))
        traceback = traceback.tb_next
    return found


@cache
def _installed() -> tuple[str, ...]:
    paths = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    packages = {str(Path(str(module.__file__)).parent) for module in (torch, lrviz)}
    return tuple(f"{path}{os.sep}" for path in paths | packages)


def _spell_path(file: str) -> str:
    """Return a path as short as it can be told from here."""
    try:
        return str(Path(file).relative_to(Path.cwd()))
    except (ValueError, OSError):
        return file
