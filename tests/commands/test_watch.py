"""Waiting for files to be saved, and drawing again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from threading import Timer

import pytest

import lrviz
from lrviz.commands.plot import PlotRequest, iter_plots
from lrviz.commands.results import Block
from lrviz.commands.watch import Watch
from lrviz.errors import UsageError
from lrviz.reading.sources import Reading, load_named
from lrviz.spec.assign import Override
from lrviz.system.files import Reads, state_of
from tests.support.lrvizrun import LRVIZ, run

SPEC = "epochs: 4\nscheduler: {ExponentialLR: {gamma: %s}}\n"
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals are other ones there")


def watch(*sources: Path | str) -> Iterator[list[str]]:
    return Watch(list(map(str, sources)), interval=0.001).iter_saves()


def test_every_source_comes_first_and_then_what_was_saved(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    one.write_text("1", "utf-8")
    two.write_text("2", "utf-8")
    saves = watch(one, two)
    assert next(saves) == [str(one), str(two)]
    two.write_text("two", "utf-8")
    assert next(saves) == [str(two)]
    one.write_text("one", "utf-8")
    assert next(saves) == [str(one)]


def test_a_file_that_another_takes_the_place_of_was_saved(tmp_path: Path) -> None:
    spec, other = tmp_path / "spec.yaml", tmp_path / "other"
    spec.write_text("1", "utf-8")
    saves = watch(spec)
    next(saves)
    spec.unlink()  # missing for a moment, as some editors have it
    other.write_text("2", "utf-8")
    other.rename(spec)
    assert next(saves) == [str(spec)]


def test_a_file_that_is_being_written_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lrviz.commands.watch.PATIENCE", 60)
    spec = tmp_path / "spec.yaml"
    spec.write_text("1", "utf-8")
    saves = watch(spec)
    next(saves)
    spec.write_text("", "utf-8")
    Timer(0.1, spec.write_text, ["whole"]).start()
    assert next(saves) == [str(spec)]
    assert spec.read_text("utf-8") == "whole"


def test_a_file_that_stays_empty_has_been_saved_so(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text("1", "utf-8")
    saves = watch(spec)
    next(saves)
    spec.write_text("", "utf-8")
    assert next(saves) == [str(spec)]


def test_a_factory_is_watched_by_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "package").mkdir()
    for name in ("train.py", "package/module.py"):
        (tmp_path / name).write_text("", "utf-8")
    saves = watch("train.py:make", "package.module:make")
    assert next(saves) == ["train.py:make", "package.module:make"]
    (tmp_path / "package/module.py").write_text("changed", "utf-8")
    assert next(saves) == ["package.module:make"]


def test_what_else_a_source_is_read_from_is_watched_with_it(tmp_path: Path) -> None:
    spec, losses = tmp_path / "spec.yaml", tmp_path / "losses.csv"
    spec.write_text("1", "utf-8")
    losses.write_text("1", "utf-8")
    watched, reads = Watch([str(spec)], interval=0.001), Reads()
    saves = watched.iter_saves()
    next(saves)
    reads.add(losses)
    losses.write_text("22", "utf-8")  # after it has been read, and before that is known
    watched.keep(str(spec), reads)
    assert next(saves) == [str(spec)]
    watched.keep(str(spec), Reads())
    losses.write_text("333", "utf-8")  # which it is no longer read from
    spec.write_text("22", "utf-8")
    assert next(saves) == [str(spec)]


def test_a_file_that_was_missed_is_waited_for(tmp_path: Path) -> None:
    spec, losses = tmp_path / "spec.yaml", tmp_path / "losses.csv"
    spec.write_text("1", "utf-8")
    watched, reads = Watch([str(spec)], interval=0.001), Reads()
    saves = watched.iter_saves()
    next(saves)
    reads.add(losses)
    watched.keep(str(spec), reads)
    losses.write_text("1", "utf-8")
    assert next(saves) == [str(spec)]


def test_a_file_that_is_gone_for_long_is_still_watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lrviz.commands.watch.PATIENCE", 0)
    spec = tmp_path / "spec.yaml"
    spec.write_text("1", "utf-8")
    states = iter([(1, 1, 1), (2, 2, 2), None, (3, 3, 3)])  # it vanishes while it is waited for
    monkeypatch.setattr("lrviz.commands.watch.state_of", lambda _: next(states))
    saves = watch(spec)
    assert [next(saves), next(saves), next(saves)] == [[str(spec)]] * 3


def test_a_file_that_is_written_without_a_pause_keeps_no_other_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy, other = tmp_path / "busy.yaml", tmp_path / "other.yaml"
    for spec in (busy, other):
        spec.write_text("1", "utf-8")
    states = ((number, 1, 1) for number in count())
    monkeypatch.setattr(
        "lrviz.commands.watch.state_of",
        lambda path: next(states) if path == busy else state_of(path),
    )
    saves = watch(busy, other)
    next(saves)
    other.write_text("two", "utf-8")
    assert next(saves) == [str(busy), str(other)]
    assert next(saves) == [str(busy)]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("-", "-: cannot be watched; --watch needs a file"),
        (".", ".: cannot be watched; --watch needs a file"),
        ("torch.optim:SGD", "cannot be watched; it is no module of this folder"),
    ],
)
def test_what_has_no_file_cannot_be_watched(source: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        watch(source)


def test_what_is_not_there_is_not_waited_for(tmp_path: Path) -> None:
    done = run("plot", "nowhere.yaml", "--watch", cwd=tmp_path)
    assert (done.status, done.stderr) == (3, "nowhere.yaml: cannot read: no such file\n")


def test_no_watch_is_told_of_that_has_not_begun(step: Path) -> None:
    done = run("plot", step, "--watch", "-o", "-")
    message = "--watch -o -: one picture would follow another; name a file\n"
    assert (done.status, done.stderr) == (2, message)
    done = run("plot", "-", "--watch")
    assert (done.status, done.stderr) == (2, "-: cannot be watched; --watch needs a file\n")


@pytest.mark.parametrize("option", ["--watch", "--terminal"])
def test_pictures_do_not_follow_one_another_on_standard_output(step: Path, option: str) -> None:
    done = run("plot", step, option, "-o", "-")
    assert (done.status, done.stdout) == (2, b"")
    assert "name a file" in done.stderr


# Drawing again


PLATEAU = (
    "epochs: 3\nmetric: {csv: losses.csv, column: loss}\n"
    "scheduler: {ReduceLROnPlateau: {patience: 0}}\n"
)
TRAIN = """\
from torch.optim.lr_scheduler import ExponentialLR
from {module} import GAMMA
def make(optimizer):
    return ExponentialLR(optimizer, GAMMA)
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


EPOCHS = Reading([Override("epochs", "3")])


def draw(*sources: str) -> Iterator[Block]:
    """Yield what becomes of sources whenever they are saved."""
    blocks = iter_plots(PlotRequest(sources, reading=EPOCHS, watch=True))
    next(blocks)  # says that it watches
    return blocks


def reason(block: Block) -> str:
    """Return why nothing was drawn."""
    assert block.status
    return "\n".join(map(str, block.lines))


@pytest.mark.parametrize(
    ("before", "message"),
    [
        (None, "metric.csv: cannot read it: no such file or directory"),
        ("loss\n1\nx\n", "metric.csv: row 2 has no number in that column"),
        ("less\n1\n", "metric.column: the csv has no column 'loss'"),
    ],
    ids=["missing", "no number", "no column"],
)
def test_a_metric_that_stopped_a_figure_is_watched(
    here: Path, before: str | None, message: str
) -> None:
    (here / "a.yaml").write_text(PLATEAU, "utf-8")
    if before is not None:
        (here / "losses.csv").write_text(before, "utf-8")
    outcomes = draw("a.yaml")
    assert message in reason(next(outcomes))
    (here / "losses.csv").write_text("loss\n1\n2\n", "utf-8")
    assert next(outcomes).path == "a.png"


def test_a_metric_that_a_save_has_named_is_watched(here: Path) -> None:
    (here / "a.yaml").write_text(SPEC % 0.5, "utf-8")
    (here / "losses.csv").write_text("loss\nx\n", "utf-8")
    outcomes = draw("a.yaml")
    assert next(outcomes).path == "a.png"
    (here / "a.yaml").write_text(PLATEAU, "utf-8")
    assert "row 1 has no number" in reason(next(outcomes))
    (here / "losses.csv").write_text("loss\n1\n2\n", "utf-8")
    assert next(outcomes).path == "a.png"


@pytest.mark.parametrize(
    ("module", "file"),
    [
        ("helper", "helper.py"),
        ("helper", "helper/__init__.py"),
        ("package.part", "package/part.py"),
    ],
)
@pytest.mark.parametrize(
    ("before", "message"),
    [(None, "ModuleNotFoundError"), ("GAMMA = \n", "SyntaxError"), ("1 / 0\n", "ZeroDivision")],
    ids=["missing", "no Python", "raises"],
)
def test_a_module_that_stopped_a_figure_is_watched(
    here: Path, module: str, file: str, before: str | None, message: str
) -> None:
    place = here / file
    (here / "package").mkdir()
    place.parent.mkdir(exist_ok=True)
    if before is not None:
        place.write_text(before, "utf-8")
    elif place.parent.name == "helper":
        place.parent.rmdir()
    (here / "train.py").write_text(TRAIN.format(module=module), "utf-8")
    outcomes = draw("train.py:make")
    assert message in reason(next(outcomes))
    beside = here / "beside"
    beside.mkdir()
    (beside / place.name).write_text("GAMMA = 0.5\n", "utf-8")
    if place.parent.exists():
        (beside / place.name).rename(place)
    else:
        beside.rename(place.parent)
    assert next(outcomes).path == "make.png"


def test_a_module_that_a_save_has_imported_is_watched(here: Path) -> None:
    for name in ("one.py", "two.py"):
        (here / name).write_text("GAMMA = 0.5\n", "utf-8")
    (here / "train.py").write_text(TRAIN.format(module="one"), "utf-8")
    outcomes = draw("train.py:make")
    assert next(outcomes).path == "make.png"
    for module, fix in (("two", "two.py"), ("three", "three.py")):
        (here / "two.py").write_text("GAMMA = \n", "utf-8")
        (here / "train.py").write_text(TRAIN.format(module=module), "utf-8")
        assert "importing it fails with" in reason(next(outcomes))
        (here / fix).write_text("GAMMA = 0.25\n", "utf-8")
        assert next(outcomes).path == "make.png"


def test_a_module_of_a_module_that_stopped_a_figure_is_watched(here: Path) -> None:
    (here / "package").mkdir()
    (here / "package/__init__.py").write_text("", "utf-8")
    (here / "package/train.py").write_text(TRAIN.format(module=".part"), "utf-8")
    outcomes = draw("package.train:make")
    assert "no module named 'package.part'" in reason(next(outcomes)).lower()
    (here / "package/part.py").write_text("GAMMA = 0.5\n", "utf-8")
    assert next(outcomes).path == "make.png"


@pytest.mark.parametrize(
    ("source", "saved", "text", "rates"),
    [
        ("a.yaml", "losses.csv", "loss\n3\n2\n1\n", [0.001, 0.001, 0.001]),
        ("train.py:make", "helper.py", "GAMMA = 0.1\n", [0.001, 0.0001, 0.00001]),
    ],
)
def test_no_save_while_a_figure_is_drawn_is_lost(
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    saved: str,
    text: str,
    rates: list[float],
) -> None:
    (here / "a.yaml").write_text(PLATEAU, "utf-8")
    (here / "losses.csv").write_text("loss\n1\n", "utf-8")
    (here / "train.py").write_text(TRAIN.format(module="helper"), "utf-8")
    (here / "helper.py").write_text("GAMMA = 0.5\n", "utf-8")
    drive, runs = lrviz.simulate, []

    def save_meanwhile(spec: lrviz.Spec, *_: object) -> lrviz.Run:
        runs.append(drive(spec))
        if len(runs) == 1:
            (here / saved).write_text(text, "utf-8")
        return runs[-1]

    monkeypatch.setattr("lrviz.commands.results.drive_spec", save_meanwhile)
    outcomes = draw(source)
    next(outcomes)
    next(outcomes)
    assert runs[0].lr[0].tolist() != pytest.approx(rates)
    assert runs[1].lr[0].tolist() == pytest.approx(rates)


def test_a_module_saved_twice_within_a_second_is_read_twice(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    helper = here / "helper.py"
    (here / "train.py").write_text(TRAIN.format(module="helper"), "utf-8")
    now = time.time_ns() + 3_600_000_000_000  # as fresh as it was, however slow this is
    drawn = []
    for gamma in ("0.5", "0.7"):
        helper.write_text(f"GAMMA = {gamma}\n", "utf-8")
        os.utime(helper, ns=(now, now))
        run("plot", "train.py:make", "--epochs", "3")
        drawn.append(lrviz.load("make.png"))
    rates = [lrviz.simulate(spec).lr.tolist() for spec in drawn]
    assert rates == [[[0.001, 0.0005, 0.00025]], [[0.001, 0.0007, 0.00049]]]


class Watched:
    """The command, watching in a folder."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self.stdout, self.stderr = folder / "stdout", folder / "stderr"
        with self.stdout.open("wb") as out, self.stderr.open("wb") as err:
            self.process = subprocess.Popen(
                [*LRVIZ, "plot", *arguments, "--watch"], cwd=folder, stdout=out, stderr=err
            )

    def wait(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds; a test that hangs is ended."""
        end = time.monotonic() + 60
        while not holds():
            assert self.process.poll() is None, self.stderr.read_text("utf-8")
            assert time.monotonic() < end
            time.sleep(0.01)

    def gamma(self) -> float:
        """Return what the figure was last drawn from; 0 where there is none."""
        try:
            return float(lrviz.simulate(lrviz.load(self.folder / "a.png")).lr[0, 1]) * 1000
        except lrviz.LrvizError:
            return 0.0

    def stop(self) -> tuple[int, str]:
        """Interrupt it, and return its exit status and what it said."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=60), self.stderr.read_text("utf-8")


def test_all_that_a_module_may_be_is_watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is there may be taken for a package that is written later."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "helper.py").write_text("GAMMA = 0.5\n", "utf-8")
    (tmp_path / "train.py").write_text(
        "from torch.optim.lr_scheduler import ExponentialLR\nfrom helper import GAMMA\n"
        "def make(optimizer):\n    return ExponentialLR(optimizer, GAMMA)\n",
        "utf-8",
    )
    reads = Reads()
    lrviz.simulate(load_named("train.py:make", EPOCHS, reads=reads))
    found = {path for path in reads if path.is_relative_to(tmp_path)}
    names = ("train.py", "helper.py", "helper", "helper/__init__.py")
    assert {tmp_path / name for name in names} <= found


@posix
def test_every_save_draws_again_and_an_error_leaves_the_last_figure(tmp_path: Path) -> None:
    spec = tmp_path / "a.yaml"
    spec.write_text(SPEC % 0.5, "utf-8")
    command = Watched(tmp_path, "a.yaml")
    try:
        command.wait(lambda: command.gamma() == pytest.approx(0.5))
        spec.write_text(SPEC % 0.25, "utf-8")
        command.wait(lambda: command.gamma() == pytest.approx(0.25))
        drawn = (tmp_path / "a.png").read_bytes()
        spec.write_text(SPEC % "fast", "utf-8")
        command.wait(lambda: "'fast'\n" in command.stderr.read_text("utf-8"))
        assert (tmp_path / "a.png").read_bytes() == drawn
        beside = tmp_path / "beside"
        beside.write_text(SPEC % 0.75, "utf-8")
        beside.replace(spec)
        command.wait(lambda: command.gamma() == pytest.approx(0.75))
    finally:
        status, err = command.stop()
    assert status == 130
    assert err.splitlines() == [
        "watching a.yaml; Ctrl-C ends it",
        "a.yaml:2:29: scheduler.ExponentialLR.gamma: must be a number, got 'fast'",
    ]


@posix
def test_a_metric_and_a_module_beside_a_factory_are_watched_too(tmp_path: Path) -> None:
    (tmp_path / "losses.csv").write_text("loss\n1\n1\n1\n", "utf-8")
    (tmp_path / "a.yaml").write_text(
        "epochs: 3\nmetric: {csv: losses.csv, column: loss}\n"
        "scheduler: {ReduceLROnPlateau: {patience: 0}}\n",
        "utf-8",
    )
    (tmp_path / "helper.py").write_text("GAMMA = 0.5\n", "utf-8")
    (tmp_path / "train.py").write_text(
        "from torch.optim.lr_scheduler import ExponentialLR\nfrom helper import GAMMA\n"
        "def make(optimizer):\n    return ExponentialLR(optimizer, GAMMA)\n",
        "utf-8",
    )
    command = Watched(tmp_path, "a.yaml", "train.py:make", "--epochs", "3")
    figures = tmp_path / "a.png", tmp_path / "make.png"
    try:
        command.wait(lambda: len(command.stdout.read_text("utf-8").splitlines()) == 2)
        for saved, text, figure in (
            ("losses.csv", "loss\n1\n2\n3\n4\n", figures[0]),
            ("helper.py", "GAMMA = 0.25  # less\n", figures[1]),
        ):
            before = figure.read_bytes()
            (tmp_path / saved).write_text(text, "utf-8")
            command.wait(lambda figure=figure, before=before: figure.read_bytes() != before)  # type: ignore[misc]
    finally:
        status, _ = command.stop()
    assert status == 130
