"""A spec whose package is not installed is skipped by a batch, and by nothing else."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lrviz.drive import installed
from tests.support.folders import files, fill
from tests.support.lrvizrun import Result, run, run_process
from tests.support.specs import STEP

WARMUP = """epochs: 4
steps_per_epoch: 4
scheduler:
  transformers.get_linear_schedule_with_warmup: {num_warmup_steps: 4}
"""
KEY = "scheduler.transformers.get_linear_schedule_with_warmup"
NOTE = f"note: specs/warm.yaml:4:3: {KEY}: needs transformers; pip install transformers"
TIMM = "epochs: 4\nscheduler: {timm.StepLRScheduler: {decay_t: 2}}\n"
MINE = 'epochs: 4\nscheduler: "absent_package.lr:Mine"\n'

Uninstall = Callable[..., None]


@pytest.fixture
def uninstall(monkeypatch: pytest.MonkeyPatch) -> Uninstall:
    """A function that has packages not be importable."""

    def hide(*packages: str) -> None:
        for name in [name for name in sys.modules if name.partition(".")[0] in packages]:
            monkeypatch.delitem(sys.modules, name)
        for package in packages:
            monkeypatch.setitem(sys.modules, package, None)
        # It remembers what it has imported before.
        monkeypatch.setattr(installed, "_import_part", installed._import_part.__wrapped__)

    return hide


@pytest.fixture
def specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two specs that torch is enough for, and one that names transformers."""
    monkeypatch.chdir(tmp_path)
    folder = fill(tmp_path / "specs", 2)
    (folder / "warm.yaml").write_text(WARMUP)
    return folder


def batch(*more: object) -> Result:
    """Draw the folder of specs in this process."""
    return run("batch", "specs", "-o", "figures", "-j", 1, *more)


@pytest.mark.usefixtures("specs")
def test_it_is_told_in_one_line_and_counted_and_no_failure(uninstall: Uninstall) -> None:
    uninstall("transformers")
    got = batch()
    assert (got.status, got.text) == (0, "figures/a.webp\nfigures/b.webp\n")
    assert got.stderr.splitlines() == [NOTE, "3 specs: 2 drawn, 1 skipped"]
    again = batch()
    assert (again.status, again.text) == (0, "")
    assert again.stderr.splitlines() == [NOTE, "3 specs: 2 up to date, 1 skipped"]


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        (TIMM, (), ":2:13: scheduler.timm.StepLRScheduler: needs timm; pip install --no-deps timm"),
        (
            MINE,
            ("--allow", "absent_package.lr:Mine"),
            ":2:1: scheduler: no module 'absent_package'; "
            "install it, or put its folder on PYTHONPATH",
        ),
        (  # where two schedulers want of the same
            "epochs: 4\ncurves:\n  one: {scheduler: transformers.get_constant_schedule}\n"
            "  two: {scheduler: transformers.get_constant_schedule}\n",
            (),
            ":3:9: curves.one.scheduler: needs transformers; pip install transformers",
        ),
        (
            "epochs: 4\nscheduler:\n  ChainedScheduler:\n    schedulers:\n    - ConstantLR\n"
            "    - transformers.get_constant_schedule\n",
            (),
            ":6:7: scheduler.ChainedScheduler.schedulers.1: needs transformers; "
            "pip install transformers",
        ),
    ],
    ids=["timm", "allowed", "two curves", "inside another"],
)
def test_what_is_said_is_what_plot_says(
    specs: Path, uninstall: Uninstall, text: str, options: tuple[str, ...], said: str
) -> None:
    uninstall("transformers", "timm")
    (specs / "warm.yaml").write_text(text)
    got = batch(*options)
    assert (got.status, got.stderr.splitlines()[-1]) == (0, "3 specs: 2 drawn, 1 skipped")
    assert got.stderr.splitlines()[:-1] == [f"note: specs/warm.yaml{said}"]
    plotted = run("plot", "specs/warm.yaml", *options)
    assert plotted.status == 2
    assert f"specs/warm.yaml{said}" in plotted.stderr.splitlines()


@pytest.mark.parametrize(
    "command",
    [
        ("plot", "specs/warm.yaml"),
        ("check", "specs/warm.yaml", "--baselines", "figures"),
        ("lint", "specs/warm.yaml"),
        ("export", "specs/warm.yaml"),
        ("code", "specs/warm.yaml"),
        ("compare", "specs/a.yaml", "specs/warm.yaml"),
        ("resume", "specs/warm.yaml"),
    ],
    ids=lambda command: command[0],
)
@pytest.mark.usefixtures("specs", "transformers")
def test_every_other_command_fails(command: tuple[str, ...], uninstall: Uninstall) -> None:
    """A check that skips would be no check."""
    batch()
    uninstall("transformers")
    got = run(*command)
    assert got.status == 2
    assert "needs transformers; pip install transformers" in got.text + got.stderr


def test_only_what_is_skipped_starts_nothing(specs: Path) -> None:
    """Neither torch nor a figure, nor a folder, nor a sheet."""
    for path in specs.iterdir():
        path.write_text(WARMUP)
    code = (
        "import sys; sys.modules['transformers'] = None\n"
        "sys.argv[0] = 'lrviz'\nfrom lrviz.__main__ import main\n"
        "try: main()\nfinally: print('torch' in sys.modules, file=sys.stderr)\n"
    )
    arguments = ("batch", "specs", "-o", "figures", "--sheet", "all.png")
    got = run_process(*arguments, command=(sys.executable, "-c", code))
    assert (got.status, got.text) == (0, "")
    assert got.stderr.splitlines()[3:] == ["3 specs: 3 skipped", "False"]
    assert list(files(specs.parent)) == ["specs/a.yaml", "specs/b.yaml", "specs/warm.yaml"]


@pytest.mark.usefixtures("transformers")
def test_its_figure_stays_and_is_not_taken_to_be_up_to_date(
    specs: Path, uninstall: Uninstall
) -> None:
    assert batch().stderr == "3 specs: 3 drawn\n"
    before = files(specs.parent)
    uninstall("transformers")
    for options in ((), ("--force",), ("--overwrite",)):
        got = batch(*options)
        assert (got.status, got.stderr.splitlines()[0]) == (0, NOTE)
        assert got.stderr.endswith(", 1 skipped\n")
    assert files(specs.parent) == before
    figure = run("batch", "figures/warm.webp", "-o", "again")
    assert (figure.status, figure.stderr.splitlines()) == (
        0,
        [NOTE.replace("specs/warm.yaml:4:3", "figures/warm.webp"), "1 spec: 1 skipped"],
    )


@pytest.mark.usefixtures("transformers")
def test_a_sheet_lacks_it_and_is_drawn_again_once_it_is_there(
    specs: Path, monkeypatch: pytest.MonkeyPatch, uninstall: Uninstall
) -> None:
    sheet = ("--sheet", "all.png")
    uninstall("transformers")
    assert batch(*sheet).text.splitlines()[-1] == "all.png"
    two = Path("all.png").read_bytes()
    assert batch(*sheet).text == ""
    monkeypatch.undo()
    monkeypatch.chdir(specs.parent)
    assert batch(*sheet).text.splitlines() == ["figures/warm.webp", "all.png"]
    assert Path("all.png").read_bytes() != two
    assert batch(*sheet).text == ""
    uninstall("transformers")
    assert batch(*sheet).text == "all.png\n"
    assert Path("all.png").read_bytes() == two


def test_a_sheet_without_what_was_allowed_stays_up_to_date(specs: Path) -> None:
    """Where it is installed, its code may have changed, and all is drawn every time."""
    (specs / "warm.yaml").write_text(MINE)
    options = ("--allow", "absent_package.lr:Mine", "--sheet", "all.png")
    assert batch(*options).text == "figures/a.webp\nfigures/b.webp\nall.png\n"
    assert batch(*options).text == ""


def test_what_is_wrong_besides_decides_the_status(specs: Path, uninstall: Uninstall) -> None:
    uninstall("transformers")
    (specs / "a.yaml").write_text(STEP.replace("StepLR", "StopLR"))
    got = batch()
    assert (got.status, got.stderr.splitlines()[-1]) == (2, "3 specs: 1 drawn, 1 skipped, 1 wrong")


@pytest.mark.parametrize("broken", ["import missing_helper", "raise RuntimeError('no operator')"])
def test_a_package_that_is_installed_and_broken_is_not_skipped(
    specs: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "transformers"]:
        monkeypatch.delitem(sys.modules, name)
    (specs.parent / "path/transformers").mkdir(parents=True)
    (specs.parent / "path/transformers/__init__.py").write_text(broken)
    monkeypatch.syspath_prepend(specs.parent / "path")
    got = batch()
    assert (got.status, got.stderr.splitlines()[-1]) == (2, "3 specs: 2 drawn, 1 wrong")


def test_a_batch_without_torch_is_no_success(tmp_path: Path) -> None:
    fill(tmp_path / "specs", 1)
    hidden = "import sys; sys.modules['torch'] = None; from lrviz.__main__ import run; run()"
    program = (sys.executable, "-c", hidden)
    got = run_process("batch", "specs", "-o", "figures", command=program, cwd=tmp_path)
    assert got.status == 3
    assert "torch" in got.stderr
    assert "1 spec: 1 failed" in got.stderr
    assert files(tmp_path / "figures") == {}
