"""One worker process, as its parent sees it."""

import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import lrviz
from lrviz.errors import WorkerDied
from lrviz.system.pool.frames import receive, send

# The worker finds what its parent finds; lrviz's own folder, which is the current one in an
# uninstalled source tree, is on the path for lrviz alone.
_CODE = """\
import sys
home, sys.path[:] = sys.argv[1], [*sys.argv[2:], sys.argv[1]]
import lrviz
sys.path.pop()
from lrviz.system.pool.child import serve
serve()
"""


class WorkerProcess:
    """A started worker; it becomes ready while its parent goes on.

    Attributes:
        is_ready: whether it has said that it can be given work.
        has_begun: whether it has said that it began with what it was given last.
    """

    def __init__(self) -> None:
        home = str(Path(lrviz.__file__).resolve().parents[1])
        with _without_interrupts():
            self._process = subprocess.Popen(
                [sys.executable, _isolation(), "-c", _CODE, home, *filter(None, sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input, self._output = self._process.stdin, self._process.stdout
        self.is_ready = False
        self.has_begun = False

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def become_ready(self) -> bool:
        """Wait until it can be given work; return whether it still lives then."""
        if self._process.poll() is not None:
            return False
        with suppress(EOFError):
            if not self.is_ready:
                receive(self._output)
                self.is_ready = True
            return True
        return False

    def call(self, function: object, item: object) -> object:
        """Return what the function gives for the item; as `Workers.map` does.

        Raises:
            WorkerDied: instead of an answer.
        """
        self.has_begun = True  # nothing but a dead worker is worth another attempt
        data = pickle.dumps((function, item), pickle.HIGHEST_PROTOCOL)
        self.has_begun = False
        try:
            send(self._input, data)
            receive(self._output)
            self.has_begun = True
            answer = receive(self._output)
        except (EOFError, OSError):
            raise WorkerDied(_spell_end(self._process.wait())) from None
        except Exception:  # what is left in the pipes would be taken for the next answer
            self._process.kill()
            self._process.wait()
            raise
        done, result = pickle.loads(answer)
        if done:
            return result
        raise result

    def stop(self) -> None:
        """Ask it to end; a file that it is writing is left as it was."""
        self._process.terminate()

    def join(self, seconds: float) -> None:
        """Wait for its end; after so many seconds, force it."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for stream in (self._input, self._output):
            with suppress(OSError):
                stream.close()


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Let what is started inside never see Ctrl-C, not even before its own first line."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _isolation() -> str:
    """Return the interpreter's option that keeps the current folder off the path."""
    return "-I" if sys.flags.isolated else "-P"


def _spell_end(status: int) -> str:
    """Return how a process ended, in words.

    >>> _spell_end(-9)
    'was killed by SIGKILL; out of memory?'
    """
    if status >= 0:
        return f"ended with status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    return f"was killed by {name}" + ("; out of memory?" if name == "SIGKILL" else "")
