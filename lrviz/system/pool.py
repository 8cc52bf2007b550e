"""A handful of worker processes, and what becomes of the items they are given."""

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Self, TypeVar

from lrviz.errors import WorkerDied
from lrviz.system.worker import Worker

A = TypeVar("A")
R = TypeVar("R")

WORTH = 4
"""The figures, at least, that a worker is started for: it takes as long as drawing that many."""

MOST = 16
"""More workers draw faster than one process drives."""

AHEAD = 2
"""How many items a worker may lie behind the parent: more would be memory and nothing else."""

ATTEMPTS = 3
"""How often in a row workers may fail to start."""

PATIENCE = 0.5
"""Seconds for a worker to end by itself."""


def count_workers(wanted: int | None, figures: int) -> int:
    """Return how many workers draw so many figures; None leaves it to what the machine has.

    >>> count_workers(8, 1000), count_workers(8, 3)
    (8, 3)
    """
    if wanted is not None:
        return max(1, min(wanted, figures))
    mine = getattr(os, "sched_getaffinity", None)  # not every system says which are for whom
    processors = len(mine(0)) if mine else os.cpu_count() or 1
    return max(1, min(processors, MOST, -(-figures // WORTH)))


class Workers:
    """Processes that work while their parent does something else, torch for example.

    They are started when this is made, so that they import what draws while the parent imports
    what drives. They are new interpreters, never forks, and know nothing of the current folder.
    Used as a context: at its end, however it comes, no process is left.

    Args:
        count: how many; with 1, everything happens in the parent and no process is started.
    """

    def __init__(self, count: int) -> None:
        self._is_closed = False
        self._failures = 0
        self._started: list[Worker] = []
        self._idle: SimpleQueue[Worker | None] = SimpleQueue()
        self._attendants = ThreadPoolExecutor(count)
        try:
            while len(self._started) < count > 1 and (process := self._start()):
                self._idle.put(process)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pids(self) -> tuple[int, ...]:
        """The numbers of the processes that were started and have not been found dead."""
        return tuple(process.pid for process in self._started)

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
        if not self._started:
            for item in items:
                yield item, _call(function, item)
            return
        ahead = AHEAD * len(self._started)
        under_way: deque[tuple[A, Future[R | BaseException]]] = deque()
        for item in items:
            under_way.append((item, self._attendants.submit(_call, self._work_off, function, item)))
            while under_way and (len(under_way) >= ahead or under_way[0][1].done()):
                yield _finish(*under_way.popleft())
        while under_way:
            yield _finish(*under_way.popleft())

    def close(self) -> None:
        """End the processes, and drop what they have not begun."""
        self._is_closed = True
        self._attendants.shutdown(wait=False, cancel_futures=True)
        processes = tuple(self._started)
        for process in processes:
            process.stop()
        deadline = time.monotonic() + PATIENCE
        for process in processes:
            process.join(max(0.0, deadline - time.monotonic()))
        self._attendants.shutdown()

    def _work_off(self, function: Callable[[A], R], item: A) -> R:
        """Give an item to a process; a new one takes the place of one that died."""
        process = self._idle.get()
        try:
            while process is not None and not process.become_ready():
                self._failures += not process.is_ready
                self._started.remove(process)
                process.join(PATIENCE)
                process = self._start()
            if process is None:
                raise WorkerDied("could not be started")
            self._failures = 0
            result: R = process.call(function, item)
            return result
        finally:
            self._idle.put(process)

    def _start(self) -> Worker | None:
        """Return a new process; None once the workers are to end, or where there can be none."""
        if self._is_closed or self._failures >= ATTEMPTS:
            return None
        try:
            process = Worker()
        except OSError:  # as where a user may have no more of them
            return None
        self._started.append(process)
        if self._is_closed:  # since: nobody else would
            process.stop()
        return process


def _call(function: Callable[..., R], *arguments: object) -> R | BaseException:
    try:
        return function(*arguments)
    except MemoryError:
        return MemoryError()  # a traceback would hold what is to be freed
    except Exception as error:
        return error


def _finish(item: A, future: Future[R | BaseException]) -> tuple[A, R | BaseException]:
    return item, future.result()
