"""Standard output is lrviz's own: what other code prints meanwhile goes to standard error."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from typing import TextIO

from lrviz.system.startup import is_own_process

_OUT, _ERR = 1, 2


@contextmanager
def keep_stdout() -> Iterator[None]:
    """Run other code inside: a table or picture that follows must not begin with its words.

    It may print, write to the descriptor or start a process that does; in a process that is not
    lrviz's own it may do so.
    """
    if not is_own_process() or sys.stderr is None:
        yield
        return
    errors = sys.stderr
    with redirect_stdout(errors), _redirected():
        try:
            yield
        finally:
            sys.stderr = errors


@contextmanager
def _redirected() -> Iterator[None]:
    """Have the descriptor of standard output be that of standard error, if both are open."""
    saved = None
    with suppress(OSError):
        os.fstat(_ERR)
        saved = os.dup(_OUT)
        os.dup2(_ERR, _OUT)
    try:
        yield
    finally:
        if saved is not None:
            os.dup2(saved, _OUT)
            os.close(saved)


def descriptor_of(stream: TextIO) -> int | None:
    """Return what the system knows a stream by; None where it is Python's alone.

    On Windows, where a console takes text and no bytes, all of them are left to Python.
    """
    if sys.platform == "win32":
        return None
    try:
        return stream.fileno()
    except OSError:
        return None
