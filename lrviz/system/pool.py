"""A handful of worker processes, and what becomes of the items they are given."""

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from queue import SimpleQueue
from typing import TypeVar

from lrviz.system.worker import Worker

A = TypeVar("A")
R = TypeVar("R")

# The figures, at least, that each worker is started for, as it takes about as long as drawing them;
# and those that one is started for beside this process, which draws most of them itself.
WORTH, FEW = 8, 5

# More workers draw faster than one process drives.
MOST = 16

# How many items a worker may lie behind the parent: more would be memory and nothing else.
AHEAD = 2

# Seconds for a worker to end by itself.
PATIENCE = 0.5


def count_workers(wanted: int | None, figures: int) -> int:
    """Return how many workers draw so many figures; None leaves it to what the machine has.

    None does where this process is as quick by itself.

    >>> count_workers(8, 1000), count_workers(8, 3), count_workers(1, 1000)
    (8, 3, 0)
    """
    if wanted is None:
        mine = getattr(os, "sched_getaffinity", None)  # not every system says which are for whom
        processors = len(mine(0)) if mine else os.cpu_count() or 1
        worth = max(figures // WORTH, figures >= FEW)
        return 0 if processors == 1 else min(processors, MOST, worth)
    count = min(wanted, figures)
    return count if count > 1 else 0


class Workers(AbstractContextManager["Workers"]):
    """Processes that work while their parent does something else, torch for example.

    They are started when this is made, so that they import what draws while the parent imports
    what drives. They are new interpreters, never forks, and know nothing of the current folder.
    Used as a context: at its end, however it comes, no process is left.

    Args:
        wanted: how many, as `count_workers` has it; of none, everything happens in the parent.
            Beside a single one, where it is left to the machine, the parent does its share.
        figures: how many there are to draw, at most.
    """

    def __init__(self, wanted: int | None, figures: int = MOST) -> None:
        count = count_workers(wanted, figures)
        self._shares = count == 1
        self._workers: list[Worker] = []
        self._idle: SimpleQueue[Worker] = SimpleQueue()
        self._attendants = ThreadPoolExecutor(max(1, count))
        try:
            while len(self._workers) < count:
                self._workers.append(Worker())
                self._idle.put(self._workers[-1])
        except OSError:  # as where a user may have no more of them
            return
        except BaseException:
            self.close()
            raise

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pids(self) -> tuple[int, ...]:
        """The numbers of the processes."""
        return tuple(worker.process.pid for worker in self._workers)

    def map(
        self, function: Callable[[A], R], items: Iterable[A]
    ) -> Iterator[tuple[A, R | BaseException]]:
        """Yield every item and what the function gives for it, in the order of the items.

        The items are taken one by one, a few ahead of what is yielded. An exception of the
        function, or `WorkerDied`, is the result of the item that caused it and of no other.

        Args:
            function: of a module that does not import torch.
            items: what is pickled to be given to it. This process, which has more to lose, does
                itself what says that it `is_light`, while a single worker is busy.
        """
        if not self._workers:
            for item in items:
                yield item, _call(function, item)
            return
        ahead = AHEAD * len(self._workers)
        most = AHEAD * MOST if self._shares else ahead
        under_way: deque[tuple[A, Future[R | BaseException]]] = deque()
        for item in items:
            future: Future[R | BaseException] = Future()
            waiting = sum(not each.done() for _, each in under_way) if self._shares else 0
            if self._shares and waiting >= ahead and getattr(item, "is_light", False):
                future.set_result(_call(function, item))
            else:
                future = self._attendants.submit(_call, self._work_off, function, item)
            under_way.append((item, future))
            while under_way and (len(under_way) >= most or under_way[0][1].done()):
                yield _finish(*under_way.popleft())
        while under_way:
            yield _finish(*under_way.popleft())

    def close(self) -> None:
        """End the processes, and drop what they have not begun."""
        self._attendants.shutdown(wait=False, cancel_futures=True)
        for worker in self._workers:
            worker.stop()
        deadline = time.monotonic() + PATIENCE
        for worker in self._workers:
            worker.join(deadline - time.monotonic())
        self._attendants.shutdown()

    def _work_off(self, function: Callable[[A], R], item: A) -> R:
        worker = self._idle.get()
        try:
            result: R = worker.call(function, item)
            return result
        finally:
            self._idle.put(worker)


def _call(function: Callable[..., R], *arguments: object) -> R | BaseException:
    try:
        return function(*arguments)
    except MemoryError:
        return MemoryError()  # a traceback would hold what is to be freed
    except Exception as error:
        return error


def _finish(item: A, future: Future[R | BaseException]) -> tuple[A, R | BaseException]:
    return item, future.result()  # nothing here holds what has been yielded
