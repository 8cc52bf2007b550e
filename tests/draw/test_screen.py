"""A run on the screen of a terminal, which it fills and never overfills."""

import os
import re
import subprocess
import sys
from pathlib import Path
from select import select
from signal import SIGINT

import pytest

import lrviz
from lrviz.draw.terminal.picture import CLEAR, Screen, draw_screen, find_screen
from tests.support.lrvizrun import LRVIZ, run
from tests.support.specs import ROOT

CONFIGS = ROOT / "configs"
LATE = "epochs: %d\nscheduler: {StepLR: {step_size: 30}}\n"
WARNING = (
    "a.yaml:2:22: LR008 warning: scheduler.StepLR.step_size: the first drop would come after 30"
    " calls, there are %d calls; set step_size to 1, a third of the run"
)
posix = pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")


def rows(text: str, columns: int) -> int:
    """Return how many rows lines of narrow characters take."""
    return sum(max(1, -(-len(line) // columns)) for line in text.splitlines())


@pytest.mark.parametrize("beside", [(), ("a.png",), ("w" * 81, "a.png")], ids=len)
@pytest.mark.parametrize("heading", ["", "configs/" + "a" * 60 + ".yaml"], ids=len)
@pytest.mark.parametrize("size", [(40, 30), (80, 24), (132, 50)])
@pytest.mark.parametrize("name", ["steplr", "sequentiallr", "onecyclelr_sweep"])
def test_it_is_filled_but_for_the_row_of_the_cursor(
    name: str, size: tuple[int, int], heading: str, beside: tuple[str, ...]
) -> None:
    drawn = lrviz.simulate(lrviz.load(CONFIGS / f"{name}.yaml"))
    text = draw_screen(drawn, Screen(*size), heading, beside)
    assert text.splitlines()[-1] == str(drawn)
    assert rows(text, size[0]) + sum(rows(line, size[0]) for line in beside) + 1 == size[1]


def test_what_is_spelt_out_takes_the_room_of_its_spelling() -> None:
    assert Screen(10, 24).count_rows("学習率 · é") == 1
    # \u5b66\u7fd2\u7387 \xb7 \xe9
    assert Screen(10, 24, ascii_only=True).count_rows("学習率 · é") == 3


def test_a_closed_stream_takes_text_alone() -> None:
    screen = find_screen(None)
    assert (screen.is_capable, screen.has_colors, screen.ascii_only) == (False, False, False)


# The command


class Terminal:
    """The command in a terminal of 80 columns and 24 rows."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        import pty
        import termios

        self.leader, follower = pty.openpty()
        termios.tcsetwinsize(follower, (24, 80))
        env = {key: os.environ[key] for key in os.environ.keys() - {"COLUMNS", "LINES"}}
        self.process = subprocess.Popen(
            [*LRVIZ, "plot", *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=follower,
            stderr=follower,
            env=env | {"TERM": "xterm", "PYTHONIOENCODING": "utf-8"},
        )
        os.close(follower)
        self.data = b""

    def wait(self, said: str) -> str:
        """Return what the screen has been shown since it was emptied, once something is said."""
        while said not in self.data.decode(errors="replace"):
            assert select([self.leader], [], [], 60)[0], self.data
            self.data += os.read(self.leader, 65536)
        shown = self.data.decode().rpartition(CLEAR)[2]
        return re.sub(r"\x1b\[\d+m", "", shown).replace("\r", "")

    def close(self) -> None:
        """End the command."""
        self.process.send_signal(SIGINT)
        self.process.wait(timeout=60)
        os.close(self.leader)


@posix
@pytest.mark.parametrize("output", [(), ("-o", "a.png")], ids=["alone", "and a figure"])
def test_what_is_said_of_a_spec_that_is_watched_stays_on_the_screen(
    tmp_path: Path, output: tuple[str, ...]
) -> None:
    spec = tmp_path / "a.yaml"
    spec.write_text(LATE % 4, "utf-8")
    terminal = Terminal(tmp_path, "a.yaml", "--watch", "--terminal", *output)
    last = "a.png\n" if output else ""
    try:
        shown = terminal.wait(f"StepLR: 1e-3 for 4 steps\n{last}".replace("\n", "\r\n"))
        assert shown.startswith(f"{WARNING % 4}\n")
        assert shown.endswith(f"\nStepLR: 1e-3 for 4 steps\n{last}")
        assert rows(shown, 80) == 23
        spec.write_text(LATE % 5, "utf-8")
        again = terminal.wait("StepLR: 1e-3 for 5 steps\r\n")
        assert again.startswith(f"{WARNING % 5}\n")
    finally:
        terminal.close()


def test_a_closed_standard_output_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("epochs: 4\nscheduler: {StepLR: {step_size: 2}}\n", "utf-8")
    command = ["sh", "-c", '"$@" >&-', "sh", *LRVIZ, "plot", "--terminal", "a.yaml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (3, "standard output: cannot write: it is closed\n")


def test_a_format_without_a_figure_is_refused(step: Path) -> None:
    done = run("plot", step, "--terminal", "-f", "pdf")
    message = "-f pdf: nothing is drawn without a file; name one with -o\n"
    assert (done.status, done.stdout, done.stderr) == (2, b"", message)


NO_STEP = "warning: a.yaml: xlim: no step of the run is in view"
NO_VALUE = "warning: a.yaml: ylim: no value is in view"


@pytest.mark.parametrize(
    ("figure", "note"),
    [
        ("xlim: [100, 200]", NO_STEP),
        ("xlim: [-9, -3]", NO_STEP),
        ("xlim: [0.2, 0.8]", NO_STEP),
        ("xlim: [100, 200], x: epoch", NO_STEP),
        ("ylim: [0.1, 0.2]", NO_VALUE),
        ("ylim: [0.2, 0.1], yscale: log", NO_VALUE),
        ("xlim: [0, 9], ylim: [0, 4e-4]", NO_VALUE),  # 1e-3, then 5e-4 from step 10 on
        ("xlim: [100, 200], ylim: [0.1, 0.2]", NO_STEP),
        ("xlim: [19, 200], ylim: [4e-4, 0.2]", None),
        ("xlim: [20, 0], yscale: log", None),
    ],
)
@pytest.mark.parametrize("output", [(), ("-o", "a.png")], ids=len)
def test_an_empty_picture_earns_the_warning_of_an_empty_figure_once(
    figure: str, note: str | None, output: tuple[str, ...], tmp_path: Path
) -> None:
    scheduler = "scheduler: {StepLR: {step_size: 10, gamma: 0.5}}"
    (tmp_path / "a.yaml").write_text(f"epochs: 20\n{scheduler}\nfigure: {{{figure}}}\n", "utf-8")
    shown = run("plot", "a.yaml", "--terminal", *output, cwd=tmp_path)
    drawn = run("plot", "a.yaml", "-o", "b.png", cwd=tmp_path)
    assert (shown.status, drawn.status) == (0, 0)
    assert shown.stderr == drawn.stderr == ("" if note is None else f"{note}\n")


def test_limits_of_another_panel_leave_the_picture_of_the_learning_rate_as_it_is(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.yaml").write_text(
        "epochs: 20\noptimizer: {SGD: {lr: 1e-3, momentum: 0.9}}\n"
        "scheduler: {StepLR: {step_size: 10}}\n"
        "figure: {panels: [momentum, lr], ylim: [2, 3]}\n",
        "utf-8",
    )
    assert run("plot", "a.yaml", "--terminal", cwd=tmp_path).stderr == ""
    assert run("plot", "a.yaml", "-o", "a.png", cwd=tmp_path).stderr == f"{NO_VALUE}\n"
