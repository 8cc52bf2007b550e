"""A page that is served until interrupted."""

import os
import signal
import socket
import sys
import time
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from threading import Thread

import pytest

from lrviz.commands.exploring import _Workbench
from lrviz.errors import FileError, UsageError
from lrviz.page.answers import Answers
from lrviz.reading.sources import Reading
from lrviz.system.files import STDIO
from tests.support.exploring import PATIENCE, Answer, Explored, Page, explore, read_rest
from tests.support.lrvizrun import run

SPEC = """\
# mine
epochs: 4
steps_per_epoch: 8
scheduler:
  StepLR: {step_size: 8}  # every epoch
"""
TRAIN = """\
from torch.optim.lr_scheduler import StepLR
def make(optimizer):
    return StepLR(optimizer, 3)
"""
LONG = "steps: 10000000\nscheduler: {ExponentialLR: {gamma: 0.999999}}\n"
LOOK = {"style": "light", "narrow": False}
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals are other ones there")
served = pytest.mark.slow  # in a process of its own
pytestmark = posix


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "a.yaml"
    path.write_text(SPEC, "utf-8")
    return path


def draw(page: Page, text: str, tab: str = "1", *changes: object) -> Answer:
    """Return what is drawn of a text after changes."""
    body = {"tab": tab, "text": text, "changes": changes, "look": LOOK, "quick": True}
    return page.post("draw", body)


def listen(page: Page) -> socket.socket:
    """Return a connection that is told of the file."""
    connection = page.connect()
    connection.sendall(f"GET /{page.token}/events HTTP/1.1\r\nHost: {page.host}\r\n\r\n".encode())
    read_event(connection)
    return connection


def read_event(connection: socket.socket) -> bytes:
    """Return what comes until an empty line behind more than a sign of life."""
    read = b""
    while not read.endswith(b"\n\n") or read.endswith(b": ping\n\n"):
        data = connection.recv(65536)
        assert data, read
        read += data
    return read


def ends(explored: Explored, signum: int = signal.SIGINT) -> str:
    """End it as the system does, and return what it said."""
    status, err = explored.end(signum)
    assert status == 128 + signum
    return err


@served
def test_a_spec_is_turned_and_saved_and_the_file_is_watched(spec: Path) -> None:
    with explore("a.yaml", "--no-browser", cwd=spec.parent) as explored:
        page = explored.page
        state = page.get("state").told
        assert (state["name"], state["text"], state["unsavable"]) == ("a.yaml", SPEC, "")
        change = {"op": "set", "key": ["scheduler", "StepLR", "step_size"], "value": "4"}
        drawn = draw(page, SPEC, "1", change).told
        assert drawn["text"] == SPEC.replace("step_size: 8", "step_size: 4")
        assert drawn["problems"] == []
        with listen(page) as stream:
            saved = page.post("save", {"tab": "1", "text": drawn["text"], "seen": state["seen"]})
            assert saved.status == 200
            assert spec.read_text("utf-8") == drawn["text"]
            late = page.post("save", {"tab": "2", "text": SPEC, "seen": state["seen"]})
            assert late.status == 409
            assert late.told == {"text": drawn["text"], "seen": saved.told["seen"]}
            spec.write_text(SPEC + "title: mine\n", "utf-8")
            assert b"title: mine" in read_event(stream)
        assert ends(explored) == "exploring a.yaml; Ctrl-C ends it\n"


@served
def test_figures_and_code_are_what_other_commands_give(spec: Path) -> None:
    body = {"tab": "1", "text": SPEC}
    with explore("a.yaml", "--no-browser", cwd=spec.parent) as explored:
        for format in ("png", "svg", "pdf"):
            got = explored.page.post("figure", {**body, "format": format})
            run("plot", "a.yaml", "-f", format, cwd=spec.parent)
            assert got.body == (spec.parent / f"a.{format}").read_bytes()
            assert got.headers["Content-Disposition"].endswith(f"''a.{format}")
        code = explored.page.post("code", body).told["code"]
        assert code == run("code", "a.yaml", cwd=spec.parent).text
        begun = explored.page.post("begin", {"tab": "1", "kind": "catalog", "name": "StepLR"})
        assert begun.told["text"] == run("new", "StepLR").text
        assert ends(explored).count("\n") == 1


@served
def test_options_are_in_the_text(spec: Path) -> None:
    options = ("--set", "step_size=2", "--lr", "0.5", "--style", "dark")
    with explore("a.yaml", *options, "--no-browser", cwd=spec.parent) as explored:
        text = explored.page.get("state").told["text"]
    assert text == (
        "# mine\nepochs: 4\nsteps_per_epoch: 8\nscheduler:\n"
        "  StepLR: {step_size: 2}  # every epoch\n"
        "optimizer:\n  SGD: {lr: 0.5}\nfigure: {style: dark}\n"
    )


@served
def test_no_spec_is_needed(tmp_path: Path) -> None:
    with explore("--no-browser", cwd=tmp_path) as explored:
        state = explored.page.get("state").told
        assert (state["name"], state["text"]) == ("", "")
        assert {"kind", "name", "summary"} <= state["starts"][0].keys()
        assert draw(explored.page, SPEC).told["problems"] == []
        refused = explored.page.post("save", {"tab": "1", "text": SPEC, "seen": ""})
        assert refused.status == 422
        assert ends(explored) == "exploring a new spec; Ctrl-C ends it\n"


@served
def test_a_figure_is_its_spec(spec: Path) -> None:
    run("plot", "a.yaml", cwd=spec.parent)
    with explore("a.png", "--no-browser", cwd=spec.parent) as explored:
        state = explored.page.get("state").told
        assert state["text"].startswith("epochs: 4\nsteps_per_epoch: 8\n")
        assert "cannot be changed" in state["unsavable"]
        assert draw(explored.page, state["text"]).told["steps"] == 32


@served
def test_a_factory_is_driven_as_long_as_the_text_says(tmp_path: Path) -> None:
    code = tmp_path / "train.py"
    code.write_text(TRAIN, "utf-8")
    arguments = ("train.py:make", "--steps", 9, "--lr", "0.1", "--no-browser")
    with explore(*arguments, cwd=tmp_path) as explored:
        page = explored.page
        state = page.get("state").told
        assert state["unsavable"]
        drawn = draw(page, state["text"]).told
        assert drawn["steps"] == 9
        body = {"text": state["text"], "changes": [], "look": LOOK, "quick": False}
        form = page.post("draw", {"tab": "2", **body}).told["form"]
        assert [each["title"] for each in form] == ["Run", "Optimizer", "Figure"]
        longer = draw(page, state["text"].replace("steps: 9", "steps: 12")).told
        assert longer["steps"] == 12
        wrong = draw(page, state["text"] + "scheduler: {StepLR: {step_size: 1}}\n").told
        assert "cannot stand beside a factory" in wrong["problems"][0]["text"]
        assert draw(page, "steps: [").told["problems"][0]["line"].startswith("train.py:make:")
        (problem,) = page.post("code", {"tab": "1", "text": state["text"]}).told["problems"]
        assert problem["text"] == "drawn from a factory, which is code already"
        with listen(page) as stream:
            code.write_text(TRAIN.replace("3", "2"), "utf-8")
            assert b"steps: 9" in read_event(stream)
        assert ends(explored) == "exploring train.py:make; Ctrl-C ends it\n"


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["none.yaml"], 3, "none.yaml: cannot read: no such file"),
        (["none.png"], 2, "none.png: no such figure"),
        (["bad.yaml"], 2, "bad.yaml:2:22: scheduler.StepLR.step_size: must be at least 1, got 0"),
        (["a.yaml", "--set", "gamme=1"], 2, "--set gamme=1: no such key"),
        (["log.csv"], 2, "log.csv:"),
        (["train.py:make"], 2, "train.py:make: epochs is missing; give --epochs N or --steps N"),
        (["train.py:other", "--steps", "9"], 2, "train.py: no 'other'; known: make"),
        (["none.py:make", "--steps", "9"], 3, "none.py: cannot read: no such file"),
        (["made.png"], 2, "made.png: drawn from a factory, of which it keeps no code; name that"),
        (["data"], 2, "data: not text:"),
        ([""], 2, "SPEC is empty"),
        (["--lr", "0.1"], 2, "--lr 0.1: changes a spec; name one"),
        (["a.yaml", "--port", "99999999"], 2, "must be less than or equal to 65535"),
        (["a.yaml", "--port", "0"], 2, "must be greater than or equal to 1"),
        (["a.yaml", "--watch"], 2, "No such option: --watch"),
        (["a.yaml", "a.yaml"], 2, "unexpected extra argument"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_before_anything_is_served(
    arguments: list[str], status: int, said: str, spec: Path
) -> None:
    folder = spec.parent
    (folder / "bad.yaml").write_text("epochs: 4\nscheduler: {StepLR: {step_size: 0}}\n", "utf-8")
    (folder / "train.py").write_text(TRAIN, "utf-8")
    (folder / "log.csv").write_text("step,lr\n0,0.1\n1,0.05\n", "utf-8")
    (folder / "data").write_bytes(b"epochs: \xff\xfe\n")
    if "made.png" in arguments:
        run("plot", "train.py:make", "--steps", 9, "-o", "made.png", cwd=folder)
    result = run("explore", *arguments, "--no-browser", cwd=folder)
    assert (result.status, result.stdout) == (status, b"")
    assert said in result.stderr


def test_what_has_become_unsavable_or_has_gone_is_not_saved(spec: Path) -> None:
    answers, other = Answers(_Workbench(str(spec), Reading()).build()), spec.with_name("b.yaml")
    body = {"text": SPEC, "seen": answers.state()["seen"]}
    spec.write_text(SPEC, "utf-16")
    with pytest.raises(UsageError, match="the file is UTF-16"):
        answers.save(body)
    spec.unlink()
    with pytest.raises(FileError, match="cannot read: no such file"):
        answers.save(body)
    other.write_text(SPEC, "utf-8")
    spec.symlink_to(other)
    with pytest.raises(UsageError, match="a link is not written through"):
        answers.save(body)
    assert spec.is_symlink()


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_text, args=(SPEC,))
    writer.start()
    workbench = _Workbench(str(pipe), Reading())
    assert workbench.load() == SPEC.encode()
    writer.join()
    state = Answers(workbench.build()).state()
    assert (state["text"], state["unsavable"]) == (SPEC, "not a regular file")


@served
def test_a_run_is_explained_to_who_asks(spec: Path) -> None:
    with explore("a.yaml", "--verbose", "--no-browser", cwd=spec.parent) as explored:
        assert ends(explored) == (
            "note: a.yaml: StepLR: 1e-3, divided by 10 every 8 steps, 1e-6 at step 31\n"
            "exploring a.yaml; Ctrl-C ends it\n"
        )


def test_a_slip_is_told() -> None:
    result = run("explroe")
    assert result.status == 2
    assert "Did you mean 'explore'" in result.stderr


def test_a_port_that_is_taken_is_told(spec: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("explore", spec, "--port", port, "--no-browser")
    assert (result.status, result.stdout) == (3, b"")
    assert result.stderr == f"port {port}: cannot listen: address already in use\n"


@served
def test_standard_input_is_read_once(spec: Path) -> None:
    with explore(STDIO, "--no-browser", cwd=spec.parent, stdin=SPEC) as explored:
        for _ in range(2):
            state = explored.page.get("state").told
            assert (state["name"], state["text"]) == (STDIO, SPEC)
            assert state["unsavable"] == "standard input cannot be changed"
        assert draw(explored.page, SPEC).told["steps"] == 32


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@served
def test_it_ends_at_once_whoever_listens_and_whatever_it_does(signum: int, spec: Path) -> None:
    with explore("a.yaml", "--no-browser", cwd=spec.parent) as explored:
        page = explored.page
        with listen(page) as stream, page.connect() as idle:
            asking = Thread(target=draw_in_vain, args=(page,), daemon=True)
            asking.start()
            wait_until_it_works(explored)
            assert ends(explored, signum) == "exploring a.yaml; Ctrl-C ends it\n"
            assert read_rest(stream) == b""
            assert read_rest(idle) == b""
        asking.join(PATIENCE)
        assert not asking.is_alive()


def draw_in_vain(page: Page) -> None:
    """Ask for what takes long, and see the other end go."""
    with suppress(OSError, HTTPException):
        draw(page, LONG)


def wait_until_it_works(explored: Explored, seconds: float = 0.5) -> None:
    """Wait until the process has used so much more of a processor."""
    before, end = _used(explored), time.monotonic() + PATIENCE
    while _used(explored) - before < seconds:
        assert time.monotonic() < end
        time.sleep(0.01)


def _used(explored: Explored) -> float:
    fields = Path(f"/proc/{explored.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@served
def test_a_newer_figure_ends_the_drive_of_an_older_one(spec: Path) -> None:
    """And that is as sound as ever afterwards, however often it happens."""
    with explore("a.yaml", "--no-browser", cwd=spec.parent) as explored:
        page, dropped = explored.page, list[Answer]()
        for _ in range(5):
            thread = Thread(target=lambda: dropped.append(draw(page, LONG)), daemon=True)
            thread.start()
            wait_until_it_works(explored)
            assert draw(page, SPEC).told["steps"] == 32
            thread.join(PATIENCE)
        assert [(each.status, each.told) for each in dropped] == [(409, {"superseded": True})] * 5
        assert draw(page, SPEC, "2").told["steps"] == 32
        assert ends(explored) == "exploring a.yaml; Ctrl-C ends it\n"


@served
def test_many_figures_that_are_dropped_leave_the_process_sound(spec: Path) -> None:
    """They are interrupted wherever they happen to be, drawing too."""
    with explore("a.yaml", "--no-browser", cwd=spec.parent) as explored:
        page, statuses = explored.page, list[int]()

        def turn(gamma: float) -> None:
            statuses.append(draw(page, f"{SPEC}lr: {gamma}\n").status)

        first = page.post("figure", {"tab": "1", "text": SPEC, "format": "svg"}).body
        for number in range(60):
            thread = Thread(target=turn, args=(number,), daemon=True)
            thread.start()
            thread.join(number * 0.004)
        assert page.post("figure", {"tab": "1", "text": SPEC, "format": "svg"}).body == first
        assert {*statuses} <= {200, 409}
        assert ends(explored) == "exploring a.yaml; Ctrl-C ends it\n"


@pytest.mark.parametrize("works", [True, False])
@served
def test_the_page_is_opened_and_what_the_browser_says_is_not_heard(works: bool, spec: Path) -> None:
    browser, seen = spec.parent / "browser", spec.parent / "seen"
    browser.write_text(
        f'#!/bin/sh\necho said\necho said >&2\necho "$1" > {seen}.new\n'
        f"mv {seen}.new {seen}\nexit {0 if works else 1}\n",
        "utf-8",
    )
    browser.chmod(0o755)
    with explore("a.yaml", cwd=spec.parent, env={"BROWSER": f"{browser} %s"}) as explored:
        end = time.monotonic() + PATIENCE
        while not seen.exists():
            assert time.monotonic() < end
            time.sleep(0.01)
        assert seen.read_text("utf-8") == f"http://{explored.page.host}/{explored.page.token}/\n"
        assert ends(explored) == "exploring a.yaml; Ctrl-C ends it\n"


@served
def test_where_there_is_no_browser_nothing_is_said(spec: Path) -> None:
    with explore("a.yaml", cwd=spec.parent, env={"BROWSER": "/no/such/browser"}) as explored:
        assert draw(explored.page, SPEC).told["steps"] == 32
        assert ends(explored) == "exploring a.yaml; Ctrl-C ends it\n"
