"""What the machine will not let be read or written is status 3, and all else is done."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.support.folders import small
from tests.support.lrvizrun import Result, run
from tests.support.permissions import locked

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no such permissions")

PLATEAU = """\
epochs: 4
scheduler: {ReduceLROnPlateau: {patience: 1}}
metric: {csv: losses.csv, column: loss}
figure: {size: [2, 1]}
"""

BATCH = ("batch", "specs", "-o", "out", "-j", "1")
CHECK = ("check", "specs", "--baselines", "figures", "-j", "1")
NO_READ, NO_WRITE = "cannot read: permission denied", "cannot write: permission denied"


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with specs, their figures, and a place for more.

    What is imported late is imported for it: another user may not look where it is installed.
    """
    home = tmp_path_factory.mktemp("ready")
    for name in ("specs/deep", "figures", "out"):
        (home / name).mkdir(parents=True)
    for name, gamma in (("a", 0.5), ("b", 0.6), ("deep/c", 0.7)):
        (home / f"specs/{name}.yaml").write_text(small(gamma))
    (home / "specs/p.yaml").write_text(PLATEAU)
    (home / "specs/losses.csv").write_text("loss\n4\n3\n2\n1\n")
    batch = ("batch", "specs", "-o", "figures", "-j", 1, "--sheet", "../sheet.png")
    compare = ("compare", "specs/a.yaml", "specs/b.yaml")
    outputs = (("export", "../one.csv"), ("code", "../one.py"), ("plot", "../one.png"))
    for command in (
        *(batch, (*CHECK, "--report", "../report"), ("lint", "specs"), compare),
        *((name, "specs/a.yaml", "-o", output) for name, output in outputs),
    ):
        assert run(*command, cwd=home).status == 0
    return home


@pytest.fixture
def folder(ready: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current folder, as it is ready; anybody may come to it, and write to `out`."""
    with TemporaryDirectory() as name:  # pytest's own are for one user
        shutil.copytree(ready, name, dirs_exist_ok=True)
        Path(name).chmod(0o755)
        Path(name, "out").chmod(0o777)
        with monkeypatch.context() as patched:
            patched.chdir(name)
            yield Path(name)


def told(done: Result) -> list[str]:
    return [*done.text.splitlines(), *done.stderr.splitlines()]


@pytest.mark.parametrize(
    ("path", "mode", "lines"),
    [
        (
            *("figures", 0),
            [
                *(f"figures/{name}.webp: failed: {NO_READ}" for name in ("a", "b", "deep/c", "p")),
                f"figures: failed: {NO_READ}",
                "nothing was compared: no spec here has a figure that can be read",
                "4 specs: 5 failed",
            ],
        ),
        ("figures", 0o111, [f"figures: failed: {NO_READ}", "4 specs: 4 match, 1 failed"]),
        (
            *("figures/deep", 0),
            [
                f"figures/deep/c.webp: failed: {NO_READ}",
                f"figures/deep: failed: {NO_READ}",
                "4 specs: 3 match, 2 failed",
            ],
        ),
        (
            *("figures/a.webp", 0),
            [f"figures/a.webp: failed: {NO_READ}", "4 specs: 3 match, 1 failed"],
        ),
        ("specs/b.yaml", 0, [f"specs/b.yaml: {NO_READ}", "4 specs: 3 match, 1 failed"]),
        ("specs/deep", 0, [f"specs/deep: {NO_READ}", "4 specs: 3 match, 1 failed"]),
        (
            *("specs/losses.csv", 0),
            [
                "figures/p.webp: failed: cannot read specs/losses.csv: permission denied",
                "4 specs: 3 match, 1 failed",
            ],
        ),
    ],
)
@pytest.mark.parametrize(
    "more", [(), pytest.param(("--add-missing", "--update"), marks=pytest.mark.slow)]
)
@pytest.mark.usefixtures("folder")
def test_a_check_judges_what_it_can_read(
    path: str, mode: int, lines: list[str], more: tuple[str, ...]
) -> None:
    with locked(path, mode):
        done = run(*CHECK, *more)
    assert (done.status, told(done)) == (3, lines)


@pytest.mark.parametrize("report", ["figures", "figures/report", "locked/report"])
@pytest.mark.usefixtures("folder")
def test_a_report_that_cannot_be_written_costs_no_verdict(report: str) -> None:
    Path("locked").mkdir()
    written = "index.html" if report == "figures" else ""
    with locked(report.partition("/")[0], 0 if "locked" in report else 0o555):
        done = run(*CHECK, "--report", report)
    assert (done.status, done.text) == (3, "4 specs: 4 match\n")
    assert done.stderr == f"{Path(report, written)}: {NO_WRITE}\n"


def test_a_report_may_go_where_nobody_may_look(folder: Path) -> None:
    with locked("out", 0o333):
        done = run(*CHECK, "--report", "out")
    assert (done.status, done.stderr) == (0, "report: out/index.html\n")
    assert (folder / "out" / "index.html").is_file()


@pytest.mark.parametrize("path", ["specs/b.yaml", "specs/losses.csv", "specs/deep"])
@pytest.mark.parametrize("command", [BATCH, ("lint", "specs")])
@pytest.mark.usefixtures("folder")
def test_a_folder_of_specs_is_worked_off_without_what_cannot_be_read(
    path: str, command: tuple[str, ...]
) -> None:
    with locked(path):
        done = run(*command)
    assert done.status == 3
    assert f"{path}: {NO_READ}" in told(done)
    counts = "3 drawn" if command == BATCH else "3 clean"
    assert done.stderr.splitlines()[-1] == f"4 specs: {counts}, 1 failed"


@pytest.mark.parametrize("path", ["specs/p.yaml", "specs/losses.csv"])
@pytest.mark.parametrize("command", ["plot", "compare", "export", "code"])
@pytest.mark.usefixtures("folder")
def test_a_spec_that_cannot_be_read_is_the_machines_failure(path: str, command: str) -> None:
    others = ["../specs/a.yaml"] if command in ("plot", "compare") else []
    with locked(path):
        done = run(command, "../specs/p.yaml", *others, cwd="out")
    assert (done.status, done.stderr) == (3, f"../{path}: {NO_READ}\n")
    assert done.text == ("a.png\n" if command == "plot" else "")


@pytest.mark.parametrize("mode", [0, 0o555])
@pytest.mark.usefixtures("folder")
def test_figures_that_cannot_be_written_are_outcomes(mode: int) -> None:
    with locked("out", mode):
        done = run(*BATCH)
    assert done.status == 3
    assert done.stderr.splitlines() == [
        f"out/a.webp: {NO_WRITE}",
        f"out/b.webp: {NO_WRITE}",
        f"out/deep: {NO_WRITE}",
        f"out/p.webp: {NO_WRITE}",
        "4 specs: 4 failed",
    ]


@pytest.mark.parametrize("sheet", ["figures/s.png", "figures/more/s.png"])
@pytest.mark.usefixtures("folder")
def test_a_sheet_that_cannot_be_written_costs_no_figure(sheet: str) -> None:
    with locked("figures", 0o555):
        done = run(*BATCH, "--sheet", sheet)
    failed = sheet if sheet == "figures/s.png" else "figures/more"
    assert (done.status, done.stderr) == (3, f"{failed}: {NO_WRITE}\n4 specs: 4 drawn\n")


# Whoever acts: names behind which nothing can be


@pytest.mark.parametrize("place", ["loop/x", "file/x", "dead/x", f"{'x' * 300}/x"])
@pytest.mark.usefixtures("folder")
def test_a_place_that_cannot_be_is_the_machines_failure_or_a_wrong_usage(place: str) -> None:
    Path("loop").symlink_to("loop")
    Path("dead").symlink_to("nowhere")
    Path("file").touch()
    asked = {
        "specs": run("batch", "specs/a.yaml", place, "-o", "out", "-j", "1"),
        "figures": run("batch", "specs/a.yaml", "-o", place, "-j", "1"),
        "sheet": run("batch", "specs/a.yaml", "-o", "out", "-j", "1", "--sheet", f"{place}/s.png"),
        "report": run(*CHECK, "--report", place),
        "plot": run("plot", "specs/a.yaml", "-o", f"{place}.png"),
    }
    assert {name: done.status for name, done in asked.items()} == dict.fromkeys(asked, 3)
    assert asked["specs"].text == "out/a.webp\n"
    assert asked["report"].text == "4 specs: 4 match\n"
    missing = place in ("file/x", "dead/x")
    checked = run("check", "specs", "--baselines", place)
    assert checked.status == (2 if missing else 3)  # a folder that is missing is a wrong usage
