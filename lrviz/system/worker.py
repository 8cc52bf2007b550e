"""A worker process, on both sides of its two pipes: what its parent sees, and what it does.

It takes work from standard input, gives results to standard output and never loads torch. It ends
with its parent, however that ends: the system then closes the pipe that work comes from.
"""

import _thread
import os
import pickle
import signal
import subprocess
import sys
import time
import traceback
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, BinaryIO, NoReturn

import lrviz
from lrviz.errors import LrvizError, WorkerDied
from lrviz.system.mishap import StandInError, spell_exception
from lrviz.system.process import own_process, quick_imports

# Seconds that a worker without a parent has to remove a file that it is writing.
GRACE = 0.3

# What using the pipes of a process that died raises.
_BROKEN = (EOFError, OSError, pickle.UnpicklingError)

Work = SimpleQueue[bytes | None]

# A worker finds what its parent finds; lrviz's own folder, which is the current one in an
# uninstalled source tree, is on the path for lrviz alone.
_CODE = """\
import sys
home, sys.path[:] = sys.argv[1], [*sys.argv[2:], sys.argv[1]]
import lrviz
sys.path.pop()
from lrviz.system.worker import serve
serve("lrviz.figure.image")
"""


class Worker:
    """A worker as its parent sees it; a new process takes the place of one that died.

    Raises:
        OSError: no process can be started.
    """

    def __init__(self) -> None:
        self._is_stopped = False
        self._launch()

    def _launch(self) -> None:
        home = str(Path(lrviz.__file__).resolve().parents[1])
        isolation = "-I" if sys.flags.isolated else "-P"  # the current folder is not on the path
        self.process = subprocess.Popen(
            [sys.executable, isolation, "-c", _CODE, home, *filter(None, sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # who is interrupted by Ctrl-C is the parent
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._input, self._output = self.process.stdin, self.process.stdout
        if self._is_stopped:  # since: nobody else would
            self.join(0)

    def call(self, function: object, item: object) -> Any:
        """Return what the function gives for the item, or raise what it raised.

        Raises:
            WorkerDied: instead of an answer.
        """
        data = pickle.dumps((function, item), pickle.HIGHEST_PROTOCOL)
        if self.process.poll() is not None and not self._is_stopped:
            self.join(0)  # it died while it had nothing to do
            self._launch()
        try:
            answer = self._ask(data)
        except _BROKEN:
            raise WorkerDied(_spell_end(self.process.wait())) from None
        except Exception:  # what is left in the pipe would be taken for the next answer
            self.join(0)
            raise
        done, result = pickle.loads(answer)
        if done:
            return result
        raise result

    def _ask(self, data: bytes) -> bytes:
        pickle.dump(data, self._input)
        self._input.flush()
        answer: bytes = pickle.load(self._output)
        return answer

    def stop(self) -> None:
        """Ask it to end; a file that it is writing is left as it was."""
        self._is_stopped = True
        self.process.terminate()

    def join(self, seconds: float) -> None:
        """Wait for its end; after so many seconds, force it."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pipe in (self._input, self._output):
            with suppress(OSError):
                pipe.close()


def _spell_end(status: int) -> str:
    """Return how a process ended, in words.

    >>> _spell_end(-9)
    'was killed by SIGKILL; out of memory?'
    """
    if status >= 0:
        return f"ended with status {status}"
    names = {number.value: number.name for number in signal.Signals}
    name = names.get(-status, f"signal {-status}")
    return f"was killed by {name}" + ("; out of memory?" if name == "SIGKILL" else "")


def serve(imports: str) -> NoReturn:
    """Work until there is no more.

    Args:
        imports: the module to import before anything is asked for.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who is interrupted is the parent
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # what is printed is no result
    work: Work = SimpleQueue()
    Thread(target=_listen, args=(source, work), daemon=True).start()
    own_process()
    with quick_imports():
        import_module(imports)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        while (data := work.get()) is not None:
            pickle.dump(call(data), sink)
            sink.flush()
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
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        error = StandInError(spell_exception(error))
    if not isinstance(error, LrvizError):
        error.add_note(text)
    return error


def _listen(source: BinaryIO, work: Work) -> None:
    """Pass work on; when no more can come, end the process even in the middle of some."""
    try:
        while True:
            work.put(pickle.load(source))
    except (EOFError, pickle.UnpicklingError):  # nobody is there to say the rest
        work.put(None)
    _thread.interrupt_main(signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)
