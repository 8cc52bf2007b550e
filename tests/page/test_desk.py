"""Work that threads ask for, and that the main thread does."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Event, Thread, current_thread, main_thread
from types import FrameType
from weakref import ref

import pytest

from lrviz.page import desk as module
from lrviz.page.desk import Busy, Desk, Superseded

PATIENCE = 60  # seconds after which a test that hangs fails
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing is interrupted there")


class Done(Exception):  # noqa: N818 - what happened, and no error
    """All who asked have been answered."""


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    before, hook = signal.getsignal(signal.SIGUSR1), sys.unraisablehook
    yield
    signal.signal(signal.SIGUSR1, before)
    sys.unraisablehook = hook


class Asking(Thread):
    """Asks once, and keeps what comes of it."""

    def __init__(self, desk: Desk, tab: str, kind: str, call: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self.outcome: object = None
        self._ask: Callable[[], object] = partial(desk.ask, tab, kind, call)
        self.start()

    def run(self) -> None:
        """Ask."""
        try:
            self.outcome = self._ask()
        except BaseException as error:
            self.outcome = type(error)


def work(desk: Desk, *threads: Thread) -> None:
    """Do what is asked for, in this thread, until all have been answered."""

    def idle() -> None:
        if not any(thread.is_alive() for thread in threads):
            raise Done

    with pytest.raises(Done):
        desk.work(idle, 0.001)


def after(event: Event, call: Callable[[], object]) -> Thread:
    """Do something in a thread once something has happened."""

    def run() -> None:
        if event.wait(PATIENCE):
            call()

    thread = Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_the_main_thread_does_it_and_who_asked_has_the_answer() -> None:
    desk = Desk()
    asking = [Asking(desk, "", "save", current_thread), Asking(desk, "", "fix", lambda: 1 // 0)]
    work(desk, *asking)
    assert [each.outcome for each in asking] == [main_thread(), ZeroDivisionError]


def test_what_was_raised_is_raised_where_it_was_asked_for_with_its_traceback() -> None:
    desk, error = Desk(), ValueError("wrong")
    caught: list[ValueError] = []

    def fail() -> None:
        raise error

    def ask() -> None:
        try:
            desk.ask("", "code", fail)
        except ValueError as same:
            caught.append(same)

    thread = Thread(target=ask, daemon=True)
    thread.start()
    work(desk, thread)
    assert caught == [error]
    frames, names = error.__traceback__, []
    while frames:
        names.append(frames.tb_frame.f_code.co_name)
        frames = frames.tb_next
    assert names[-1] == "fail"


@pytest.mark.parametrize("kind", ["draw", "lint"])
def test_a_newer_one_interrupts_what_runs(kind: str) -> None:
    desk, started = Desk(), Event()

    def run() -> None:
        started.set()
        while True:
            pass

    first = Asking(desk, "tab", kind, run)
    newer: list[Asking] = []
    thread = after(started, lambda: newer.append(Asking(desk, "tab", kind, lambda: "newer")))
    work(desk, first, thread)
    work(desk, *newer)
    assert first.outcome is Superseded
    assert newer[0].outcome == "newer"


def test_of_those_that_wait_none_but_the_newest_is_done() -> None:
    desk, started, dropped = Desk(), Event(), Event()
    done: list[int] = []

    def hold() -> None:
        started.set()
        assert dropped.wait(PATIENCE)

    def ask(number: int) -> None:
        try:
            desk.ask("tab", "draw", lambda: done.append(number))
        except Superseded:
            dropped.set()

    threads = [after(started, lambda number=number: ask(number)) for number in (1, 2)]  # type: ignore[misc]
    work(desk, Asking(desk, "tab", "save", hold), *threads)
    assert len(done) == 1


@pytest.mark.parametrize(
    ("tab", "kind", "other"),
    [("other", "draw", "draw"), ("tab", "lint", "draw"), ("tab", "save", "save")],
    ids=["of another tab", "of another kind", "that is wanted always"],
)
def test_nothing_else_is_superseded(tab: str, kind: str, other: str) -> None:
    desk, started = Desk(), Event()
    waits = Event()

    def run() -> str:
        started.set()
        assert waits.wait(PATIENCE)
        return "first"

    def ask() -> None:
        second.append(Asking(desk, tab, kind, lambda: "second"))
        waits.set()

    second: list[Asking] = []
    first = Asking(desk, "tab", other, run)
    work(desk, first, after(started, ask))
    work(desk, *second)
    assert [first.outcome, second[0].outcome] == ["first", "second"]


def test_what_puts_things_in_order_is_not_left_half_done() -> None:
    desk, started = Desk(), Event()
    looks, order = list[str](), list[str]()
    look = desk._look

    def count(signum: int, frame: FrameType | None) -> None:
        looks.append("look")
        look(signum, frame)

    desk._look = count  # type: ignore[method-assign]

    @contextmanager
    def ordered() -> Iterator[None]:
        started.set()
        while len(looks) < 2:  # asked again, as nothing has come of it
            pass
        order.append("begun")
        yield
        order.append("never")

    def run() -> None:
        with ordered():
            while True:
                pass

    first = Asking(desk, "tab", "draw", run)
    second: list[Asking] = []
    thread = after(started, lambda: second.append(Asking(desk, "tab", "draw", lambda: "second")))
    work(desk, first, thread)
    work(desk, *second)
    assert order == ["begun"]
    assert [first.outcome, second[0].outcome] == [Superseded, "second"]


def test_an_interruption_that_was_lost_comes_again(capfd: pytest.CaptureFixture[str]) -> None:
    """C has nobody to hand on to what is raised in its callbacks."""
    desk, started = Desk(), Event()

    def spin(_: object) -> None:
        started.set()
        while True:
            pass

    def run() -> None:
        gone = Event()
        watched = ref(gone, spin)
        del gone
        while watched() is None:
            pass

    first = Asking(desk, "tab", "draw", run)
    second: list[Asking] = []
    thread = after(started, lambda: second.append(Asking(desk, "tab", "draw", lambda: "second")))
    work(desk, first, thread)
    work(desk, *second)
    assert [first.outcome, second[0].outcome] == [Superseded, "second"]
    assert capfd.readouterr().err == ""


def test_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 2)
    desk, started, refused = Desk(), Event(), Event()
    outcomes: list[str] = []

    def hold() -> None:
        started.set()
        assert refused.wait(PATIENCE)

    def ask() -> None:
        try:
            outcomes.append(desk.ask("", "code", lambda: "done"))
        except Busy:
            outcomes.append("busy")
            refused.set()

    work(desk, Asking(desk, "", "code", hold), *(after(started, ask) for _ in range(3)))
    assert sorted(outcomes) == ["busy", "done", "done"]


def test_an_interruption_of_the_user_ends_it_where_it_works() -> None:
    desk = Desk()
    Asking(desk, "", "draw", lambda: signal.raise_signal(signal.SIGINT))
    with pytest.raises(KeyboardInterrupt) as ended:
        desk.work(lambda: None, 0.001)
    assert ended.type is KeyboardInterrupt
    assert desk._running is not None
    desk._running.done.set()  # in a test the process goes on, and so would who asked


def test_an_interruption_of_the_user_ends_it_where_it_waits() -> None:
    waits = Event()
    after(waits, lambda: os.kill(os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        Desk().work(waits.set, 0.5)  # for a signal that comes just before it waits


def test_idle_is_called_however_much_there_is_to_do() -> None:
    desk, calls = Desk(), list[int]()

    def ask() -> None:
        while len(calls) < 3:
            desk.ask("", "code", lambda: None)

    def idle() -> None:
        calls.append(1)
        if not thread.is_alive():
            raise Done

    thread = Thread(target=ask, daemon=True)
    thread.start()
    with pytest.raises(Done):
        desk.work(idle, 0)


@pytest.mark.parametrize("kind", ["draw", "code"])
def test_many_who_ask_at_once_have_their_own_answer_or_none(kind: str) -> None:
    """An interruption meant for one job reaches no other, and nothing of the desk itself."""
    desk, wrong, answered = Desk(), list[object](), list[int]()

    def ask(first: int) -> None:
        for number in range(first, first + 60):
            try:
                answer = desk.ask(str(first % 3), kind, lambda: count_to(number))  # noqa: B023
                answered.append(number)
                if answer != number:
                    wrong.append((number, answer))
            except Superseded:
                if kind not in module.SUPERSEDED:
                    wrong.append("superseded")
            except BaseException as error:
                wrong.append(error)

    def count_to(number: int) -> int:
        for each in range(number):
            last = each
        return last + 1

    threads = [Thread(target=ask, args=(1000 * n,), daemon=True) for n in range(1, 9)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        work(desk, *threads)
    finally:
        sys.setswitchinterval(before)
    assert not wrong
    assert len(answered) >= 3 if kind == "draw" else len(answered) == 480


def test_an_end_that_a_callback_swallows_is_one_all_the_same() -> None:
    def be_interrupted_where_nothing_is_raised() -> None:
        thing = Done()
        kept = ref(thing, lambda _: signal.raise_signal(signal.SIGINT))
        del thing
        assert kept() is None
        Event().wait(PATIENCE)

    desk = Desk()
    asking = Asking(desk, "", "save", be_interrupted_where_nothing_is_raised)

    def idle() -> None:
        if not asking.is_alive():
            raise Done

    with pytest.raises(KeyboardInterrupt):
        desk.work(idle, 0.001)
