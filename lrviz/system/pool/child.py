"""A worker: takes work from standard input, gives results to standard output, never loads torch.

It ends with its parent, however that ends: the system then closes the pipe that work comes from.
"""

import _thread
import os
import pickle
import signal
import sys
import time
import traceback
from queue import SimpleQueue
from threading import Thread
from types import FrameType
from typing import BinaryIO, NoReturn

from lrviz.errors import LrvizError
from lrviz.system.mishap import StandInError, spell_exception
from lrviz.system.pool.frames import READY, receive, send
from lrviz.system.startup import own_process, quick_imports

GRACE = 0.3
"""Seconds that a worker without a parent has to remove a file that it is writing."""

Work = SimpleQueue[bytes | None]


def serve() -> NoReturn:
    """Work until there is no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who is interrupted is the parent
    source, sink = _take_streams()
    work: Work = SimpleQueue()
    Thread(target=_listen, args=(source, work), daemon=True).start()
    own_process()
    with quick_imports():
        import lrviz.figure.figurefile
    del lrviz
    signal.signal(signal.SIGTERM, _stop)
    try:
        send(sink, READY)
        while (data := work.get()) is not None:
            send(sink, READY)
            send(sink, call(data))
    finally:
        os._exit(0)  # an orderly end of the interpreter takes longer, and nothing is left to do


def call(data: bytes) -> bytes:
    """Return the pickled result of a pickled (function, item), or the exception it raised.

    >>> pickle.loads(call(pickle.dumps((len, "four"))))
    (True, 4)
    """
    try:
        function, item = pickle.loads(data)
        return pickle.dumps((True, function(item)), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        return pickle.dumps((False, _portable(error)), pickle.HIGHEST_PROTOCOL)


def _portable(error: Exception) -> Exception:
    """Return an exception that can cross to another process, with its traceback as a note."""
    text = "".join(traceback.format_exception(error))
    if not isinstance(error, LrvizError):
        error.add_note(text)
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        error = StandInError(spell_exception(error))
        error.add_note(text)
    return error


def _take_streams() -> tuple[BinaryIO, BinaryIO]:
    """Return the two pipes, and put others in their place: what is printed goes to the terminal."""
    source, sink = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    try:
        os.dup2(2, 1)
    except OSError:
        os.dup2(nowhere, 1)
    return os.fdopen(source, "rb"), os.fdopen(sink, "wb")


def _listen(source: BinaryIO, work: Work) -> None:
    """Pass work on; when no more can come, end the process even in the middle of some."""
    try:
        while True:
            work.put(receive(source))
    except EOFError:
        work.put(None)
    _thread.interrupt_main(signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)


def _stop(signum: int, frame: FrameType | None) -> NoReturn:
    sys.exit()
