"""What makes the command quick: how torch and matplotlib are imported, and how it ends.

A library is a good guest and leaves the collector and the current folder alone, so all of it
happens only once the command has said that the process is its own.
"""

import atexit
import gc
import os
import re
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from threading import RLock, get_ident
from types import FrameType
from typing import Any, NoReturn

# What asks a process to end, as far as the system has it.
_ENDINGS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]

_owned = False
_has_guests = False
# The signal that asked the process to end; 0 while none has.
_ended_by = 0


def own_process() -> None:
    """Say that the process is lrviz's own."""
    global _owned
    _owned = True
    gc.disable()


def heed_signals() -> None:
    """Have what asks the command to end be as Ctrl-C: no file that is half written is left."""
    for number in _ENDINGS:
        if signal.getsignal(number) is signal.SIG_DFL:  # else as `nohup` wants it
            signal.signal(number, _end)


def _end(signum: int, frame: FrameType | None) -> NoReturn:
    global _ended_by
    _ended_by = signum
    raise KeyboardInterrupt


def end_again(seconds: float) -> None:
    """Ask the process to end as it was asked before, once whatever swallowed that has returned."""

    def ask() -> None:
        number = _ended_by or signal.SIGINT
        if hasattr(signal, "pthread_kill"):  # a wait of the main thread ends with its own signals
            signal.pthread_kill(threading.main_thread().ident or 0, number)
        else:
            signal.raise_signal(number)

    timer = threading.Timer(seconds, ask)
    timer.daemon = True
    timer.start()


def admit_guests() -> None:
    """Say that the process runs code that is not lrviz's: it may have something left to do."""
    global _has_guests
    _has_guests = True


def warn_caller(text: str) -> None:
    """Warn whoever called lrviz, from however deep in it."""
    frame: FrameType | None = sys._getframe()
    level = 1
    while frame and str(frame.f_globals.get("__name__")).startswith("lrviz."):
        frame, level = frame.f_back, level + 1
    warnings.warn(text, UserWarning, stacklevel=level)


def is_alone() -> bool:
    """Whether all code that runs here is lrviz's own, or what it has imported."""
    return _owned and not _has_guests


def leave(status: object) -> NoReturn:
    """End the process as `sys.exit` does, but without taking torch apart, which takes a while.

    Where somebody else's code may count on an orderly end, there is one: that of guests, of a
    thread that Python waits for, and of a profiler, a debugger or a prompt.
    """
    status = 128 + _ended_by if _ended_by else status  # as the shell tells it
    is_watched = sys.getprofile() or sys.gettrace() or sys.flags.interactive
    has_threads = sum(not each.daemon for each in threading.enumerate()) > 1
    if _has_guests or is_watched or has_threads or not isinstance(status, int):
        sys.exit(status)  # type: ignore[arg-type]
    atexit._run_exitfuncs()
    try:
        for stream in filter(None, (sys.stdout, sys.stderr)):  # one closed from the start is None
            stream.flush()
    except (OSError, ValueError):
        sys.exit(status)  # Python has words for it
    os._exit(status)


@contextmanager
def quick_imports() -> Iterator[None]:
    """Import heavy modules inside; without effect in a process that is not lrviz's own.

    The collector would walk the growing heap of torch again and again: it is off while importing,
    and what has been imported is frozen. matplotlib reads a `matplotlibrc` in the current folder
    before any other: it is imported where there is none.
    """
    if not _owned:
        yield
        return
    gc.disable()
    known = len(sys.modules)
    try:
        with _quick_interrupts(), same_folder():
            os.chdir(Path(__file__).parent)
            yield
    finally:
        if len(sys.modules) > known:  # else what has been drawn since would be frozen too
            gc.freeze()
        gc.enable()


@contextmanager
def same_folder() -> Iterator[None]:
    """Be in the current folder afterwards, even if it has been renamed or removed meanwhile."""
    by_number = os.chdir in os.supports_fd
    here = os.open(".", getattr(os, "O_PATH", os.O_RDONLY)) if by_number else str(Path.cwd())
    try:
        yield
    finally:
        os.chdir(here)
        if isinstance(here, int):
            os.close(here)


@contextmanager
def _quick_interrupts() -> Iterator[None]:
    """Let Ctrl-C, and what else asks for it, end the process at once.

    Compiled modules turn the KeyboardInterrupt of their start into an ImportError. Nothing is
    being written here, so nothing is left behind.
    """
    ours = (_end, signal.default_int_handler)
    handlers = {number: each for number in _ENDINGS if (each := signal.getsignal(number)) in ours}
    for number in handlers:
        signal.signal(number, lambda number, _: os._exit(128 + number))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


_OUT, _ERR = 1, 2


@contextmanager
def keep_stdout() -> Iterator[None]:
    """Run other code inside: a table or picture that follows must not begin with its words.

    It may print, write to the descriptor or start a process that does; in a process that is not
    lrviz's own it may do so.
    """
    if not _owned or sys.stderr is None:
        yield
        return
    with redirect_stdout(sys.stderr), redirect_stderr(sys.stderr), ExitStack() as stack:
        with suppress(OSError):  # one of the two is closed
            saved = os.dup(_OUT)
            stack.callback(os.close, saved)
            stack.callback(os.dup2, saved, _OUT)
            os.dup2(_ERR, _OUT)
        yield


# Held by whoever changes what all threads have in common, until it is as it was.
ONE_AT_A_TIME = RLock()


@contextmanager
def hide_warnings(pattern: str = "") -> Iterator[None]:
    """Hide what code inside warns of; other threads are heard.

    `warnings.catch_warnings` hides theirs too, puts back the filters of its own beginning whatever
    another thread has set since, and has what has been warned of once be warned of again.

    Args:
        pattern: which a warning's text begins with.
    """
    filters: Any = warnings.filters
    text = _OwnText(pattern)
    hidden = ("ignore", text, Warning, None, 0)
    filters.insert(0, hidden)
    try:
        yield
    finally:
        text.thread = 0  # filters that another thread has set aside meanwhile keep it
        current: Any = warnings.filters
        for each in (filters, current):
            with suppress(ValueError):
                each.remove(hidden)


class _OwnText:
    """Takes the place of a filter's regular expression; it matches in one thread only."""

    def __init__(self, pattern: str) -> None:
        self.thread = get_ident()
        self._pattern = re.compile(pattern, re.IGNORECASE)

    def match(self, text: str) -> bool:
        """Whether a warning is one of those."""
        return get_ident() == self.thread and self._pattern.match(text) is not None
