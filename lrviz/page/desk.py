"""Work that many threads ask for and the main thread does, one piece after another.

torch, matplotlib, signals and warnings are the main thread's own, and Ctrl-C ends what it does at
once; whoever listens to a network only asks, and waits.
"""

import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Condition, Event, main_thread
from types import FrameType
from typing import Any, NoReturn, TypeVar

from lrviz.system.process import end_again

T = TypeVar("T")

# The most jobs that wait.
MOST_WAITING = 32

# The kinds of jobs of which a tab wants none but the newest.
SUPERSEDED = ("draw", "lint")

# Seconds after which a job that nobody waits for is interrupted again.
_AGAIN = 0.05

# What puts things in order, imports modules or forgets what is gone: it is not left half done.
_DELICATE = ("__enter__", "__exit__", "__del__")
_IMPORTING = "<frozen importlib"
_FORGETTING = ("weakref", "_weakrefset")


class Superseded(KeyboardInterrupt):
    """A newer job of its kind has come from the same tab: nobody waits for this one.

    As Ctrl-C it passes through whatever explains the failures of others' code.
    """


class Busy(Exception):  # noqa: N818 - as `queue.Full`
    """More jobs wait than will be done in a reasonable time."""


@dataclass(eq=False)
class _Job:
    tab: str
    kind: str
    call: Callable[[], Any]
    done: Event = field(default_factory=Event)
    stale: bool = False
    answer: Any = None
    error: BaseException | None = None


class Conflict(Exception):  # noqa: N818 - what happened, and no error
    """What was to be changed is not what it was any more.

    Attributes:
        body: what there is now.
    """

    def __init__(self, body: Mapping[str, object]) -> None:
        self.body = body
        super().__init__("the file has changed")


class Desk:
    """Takes jobs from any thread, and has them done by the main one.

    A signal says that a job is superseded, and it says no more than "look": its handler looks at
    the job that is open, and raises only where that very job is stale. A job is marked before the
    signal is sent and never unmarked, so one that comes late, twice or while the next job runs
    finds nothing to do. The handler runs in the main thread between two of its steps, so what it
    reads of `_open` is what that thread wrote last; it takes no lock, which the main thread might
    hold. `_open` is set inside the `try` that catches what is raised, and is empty once the handler
    has raised, or the job has ended: nothing is ever raised into the desk itself.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._waiting = deque[_Job]()
        self._running: _Job | None = None
        self._open: _Job | None = None

    def ask(self, tab: str, kind: str, call: Callable[[], T]) -> T:
        """Have something done, and return what it gives; from any thread but the main one.

        Args:
            tab: who asks.
            kind: of some only the newest of a tab is wanted; see `SUPERSEDED`.
            call: does it.

        Raises:
            BaseException: what the call raised.
            Busy: too much is to be done already.
            Superseded: a newer one has been asked for.
        """
        job = _Job(tab, kind, call)
        with self._changed:
            self._supersede(job)
            if len(self._waiting) >= MOST_WAITING:
                raise Busy("too much is to be done already; try again")
            self._waiting.append(job)
            self._changed.notify()
        while not job.done.wait(_AGAIN):
            self._interrupt()
        if job.stale:
            raise Superseded
        if job.error is not None:
            raise job.error
        answer: T = job.answer
        return answer

    def _supersede(self, job: _Job) -> None:
        """Drop what a job takes the place of, be it running."""
        for old in list(self._iter_older(job)):
            old.stale = True
            if old is not self._running:
                self._waiting.remove(old)
                old.done.set()
        self._interrupt()

    def _iter_older(self, job: _Job) -> Iterator[_Job]:
        if job.kind in SUPERSEDED:
            for old in (self._running, *self._waiting):
                if old is not None and (old.tab, old.kind) == (job.tab, job.kind):
                    yield old

    def _interrupt(self) -> None:
        """Have the main thread look at what it does, where nobody waits for that.

        Where the system has no such signal, it just comes to its end.
        """
        with self._changed:  # as long as it is held, nothing that runs ends
            thread = main_thread().ident
            if self._running and self._running.stale and thread and hasattr(signal, "SIGUSR1"):
                signal.pthread_kill(thread, signal.SIGUSR1)

    def _look(self, signum: int, frame: FrameType | None) -> None:
        """Give up what is open, if nobody waits for it, and nothing is left half done."""
        if self._open is not None and self._open.stale and not _is_delicate(frame):
            self._open = None
            raise Superseded

    def _hear(self, lost: "sys.UnraisableHookArgs") -> None:
        """Look again at what is open, where what was raised ended in a callback of C.

        So may a Ctrl-C have ended there, which is to end all of this.
        """
        if lost.exc_type is Superseded:
            self._open = self._running
        elif lost.exc_type is KeyboardInterrupt:
            end_again(_AGAIN)
        else:
            sys.__unraisablehook__(lost)

    def work(self, idle: Callable[[], None], every: float) -> NoReturn:
        """Do what is asked for until interrupted; in the main thread.

        Args:
            idle: is called about as often as `every` says, however much there is to do.
            every: seconds.

        Raises:
            KeyboardInterrupt: somebody wants it to end.
        """
        if hasattr(signal, "SIGUSR1"):  # it stays: the system would end the process for a late one
            signal.signal(signal.SIGUSR1, self._look)
            signal.siginterrupt(signal.SIGUSR1, False)
        sys.unraisablehook = self._hear
        due = time.monotonic()
        while True:
            if time.monotonic() >= due:
                idle()
                due = time.monotonic() + every
            if job := self._take(due - time.monotonic()):
                self._do(job)

    def _take(self, seconds: float) -> _Job | None:
        """Return the next job; None after a time: on some systems no Ctrl-C ends a wait."""
        with self._changed:
            if not self._waiting:
                self._changed.wait(max(seconds, 0))
            self._running = self._waiting.popleft() if self._waiting else None
            return self._running

    def _do(self, job: _Job) -> None:
        try:
            try:
                self._open = job
                job.answer = job.call()
            finally:
                self._open = None
        except Superseded:
            pass  # it is stale
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # whoever asked knows what to make of it
            job.error = error
        with self._changed:
            self._running = None
        job.done.set()


def _is_delicate(frame: FrameType | None) -> bool:
    """Whether what runs must not be left half done, as this process goes on."""
    while frame is not None:
        code = frame.f_code
        if code.co_name in _DELICATE or code.co_filename.startswith(_IMPORTING):
            return True
        if frame.f_globals.get("__name__") in _FORGETTING:
            return True
        frame = frame.f_back
    return False
