"""A handful of workers, and what becomes of the items they are given."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any, Self, TypeVar

from lrviz.errors import WorkerDied
from lrviz.system.pool.process import WorkerProcess

A = TypeVar("A")
R = TypeVar("R")

AHEAD = 2
"""How many items a worker may lie behind the parent: more would be memory and nothing else."""

ATTEMPTS = 3
"""How often in a row a worker may fail to start, or to begin with an item."""

PATIENCE = 0.5
"""Seconds for a worker to end by itself."""


@dataclass(eq=False)
class _Ticket:
    """An item on its way through a worker."""

    function: Callable[..., object]
    item: object
    result: object = None
    done: Event = field(default_factory=Event)


class Workers:
    """Processes that work while their parent does something else, torch for example.

    They are started when this is made, so that they import what draws while the parent imports
    what drives. They are new interpreters, never forks, and know nothing of the current folder.
    Used as a context: at its end, however it comes, no process is left.

    Args:
        count: how many; with 1, everything happens in the parent and no process is started.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._tickets: SimpleQueue[_Ticket | None] = SimpleQueue()
        self._lock = Lock()
        self._is_closed = False
        self._failures = 0
        self._processes: list[WorkerProcess] = []
        self._threads: list[Thread] = []
        try:
            for _ in range(count if count > 1 else 0):
                if (process := self._start()) is None:  # fewer do, or this one alone
                    break
                attendant = Thread(target=self._attend, args=(process,), daemon=True)
                self._threads.append(attendant)
                attendant.start()
            self._count = len(self._threads)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pids(self) -> tuple[int, ...]:
        """The numbers of the processes that were started and have not been found dead."""
        with self._lock:
            return tuple(process.pid for process in self._processes)

    def map(
        self, function: Callable[[A], R], items: Iterable[A]
    ) -> Iterator[tuple[A, R | BaseException]]:
        """Yield every item and what the function gives for it, in the order of the items.

        The items are taken one by one, a few ahead of what is yielded. An exception of the
        function, or `WorkerDied`, is the result of the item that caused it and of no other.

        Args:
            function: of a module that does not import torch.
            items: what is pickled to be given to it.
        """
        if not self._threads:
            for item in items:
                yield item, _call(function, item)
            return
        under_way: deque[tuple[A, _Ticket]] = deque()
        for item in items:
            ticket = _Ticket(function, item)
            self._tickets.put(ticket)
            under_way.append((item, ticket))
            while under_way and (
                len(under_way) >= self._count * AHEAD or under_way[0][1].done.is_set()
            ):
                yield _finish(*under_way.popleft())
        while under_way:
            yield _finish(*under_way.popleft())

    def close(self) -> None:
        """End the processes, and drop what they have not begun."""
        with self._lock:
            self._is_closed = True
            processes = tuple(self._processes)
        for _ in self._threads:
            self._tickets.put(None)
        for process in processes:
            process.stop()
        deadline = time.monotonic() + PATIENCE
        for process in processes:
            process.join(max(0.0, deadline - time.monotonic()))

        for thread in self._threads:
            thread.join(PATIENCE)

    def _attend(self, process: WorkerProcess | None) -> None:
        """Give one process item after item; a new one takes the place of one that died."""
        while (ticket := self._tickets.get()) is not None:
            try:
                process = self._work_off(ticket, process)
            except Exception as error:  # what is never done would be waited for
                ticket.result = error
            ticket.done.set()
            del ticket  # with what may be a large item

    def _work_off(self, ticket: _Ticket, process: WorkerProcess | None) -> WorkerProcess | None:
        """Give an item its result, and return the process that the next one is given to."""
        for _ in range(ATTEMPTS):
            process = self._make_ready(process)
            ticket.result = WorkerDied("could not be started")
            if process is None:
                break
            ticket.result = _call(process.call, ticket.function, ticket.item)
            if process.has_begun:  # or what ended it was not this item
                break
        return process

    def _make_ready(self, process: WorkerProcess | None) -> WorkerProcess | None:
        """Return a process that can be given work; None where none can be started."""
        while process is not None and not process.become_ready():
            self._failures += not process.is_ready
            with self._lock:
                self._processes.remove(process)
            process.join(PATIENCE)
            process = self._start() if self._failures < ATTEMPTS else None
        if process is not None:
            self._failures = 0
        return process

    def _start(self) -> WorkerProcess | None:
        """Return a new process; None once the workers are to end, or where there can be none."""
        with self._lock:
            if self._is_closed:
                return None
            try:
                process = WorkerProcess()
            except OSError:  # as where a user may have no more of them
                return None
            self._processes.append(process)
            return process


def _call(function: Callable[..., R], *arguments: object) -> R | BaseException:
    try:
        return function(*arguments)
    except MemoryError:
        return MemoryError()  # a traceback would hold what is to be freed
    except Exception as error:
        return error


def _finish(item: A, ticket: _Ticket) -> tuple[A, Any]:
    ticket.done.wait()
    return item, ticket.result
