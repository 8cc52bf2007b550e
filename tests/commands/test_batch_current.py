"""What a figure was drawn from and by may change where its record does not say so."""

import sys
from importlib import invalidate_caches
from itertools import count, product
from pathlib import Path

import pytest

from lrviz.spec.parse import parse_spec
from lrviz.system.versions import DISTRIBUTIONS, is_release
from tests.support.lrvizrun import run
from tests.support.slow import slow_but
from tests.support.specs import STEP, WriteSpec

CODE = """
from torch.optim.lr_scheduler import LRScheduler

class Mine(LRScheduler):
    def get_lr(self):
        return [lr * FACTOR ** self.last_epoch for lr in self.base_lrs]
"""

# Where a spec may name a scheduler.
SHAPES = {
    "alone": "scheduler: {NAME: {}}",
    "bare": "scheduler: NAME",
    "in a sequence": "scheduler: {SequentialLR: {schedulers: [ConstantLR, NAME], milestones: [2]}}",
    "deep inside": "scheduler: {ChainedScheduler: {schedulers: [ConstantLR, "
    "{SequentialLR: {schedulers: [NAME, ConstantLR], milestones: [2]}}]}}",
    "in the last curve": "scheduler: ConstantLR\ncurves: {one: {}, two: {scheduler: NAME}}",
    "in a sweep": "sweep: {scheduler: [ConstantLR, NAME]}",
}

NUMBERS = count()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that modules and distributions are found in."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    path = tmp_path / "path"
    path.mkdir()
    monkeypatch.syspath_prepend(path)
    monkeypatch.chdir(tmp_path)
    return path


def add_class(folder: Path, given: str) -> tuple[str, tuple[str, ...]]:
    """Make a class importable; return how a spec spells it, and the options that it needs."""
    module = f"mine_{next(NUMBERS)}"
    (folder / f"{module}.py").write_text(CODE.replace("FACTOR", "0.5"))
    if given == "allowed":
        return f'"{module}:Mine"', ("--allow", f"{module}:Mine")
    info = folder / f"{module}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[lrviz.schedulers]\n{module}.Mine = {module}:Mine\n")
    return f"{module}.Mine", ()


def states(*arguments: object) -> tuple[int, str, str]:
    """Draw `a.yaml` and a sheet; return what is said of it."""
    done = run("batch", "a.yaml", "-o", "out", "-j", 1, "--sheet", "all.png", *arguments)
    return done.status, done.text, done.stderr.splitlines()[-1]


DRAWN = (0, "out/a.webp\nall.png\n", "1 spec: 1 drawn")
CURRENT = (0, "", "1 spec: 1 up to date")


@pytest.mark.parametrize(
    ("given", "shape"),
    slow_but(
        {*product(["allowed"], SHAPES), ("listed", "deep inside")},
        product(["allowed", "listed"], SHAPES),
    ),
)
def test_a_class_of_no_catalog_is_drawn_every_time_wherever_it_stands(
    folder: Path, given: str, shape: str
) -> None:
    name, options = add_class(folder, given)
    Path("a.yaml").write_text(f"epochs: 8\n{SHAPES[shape].replace('NAME', name)}\n")
    assert [states(*options) for _ in range(2)] == [DRAWN, DRAWN]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.usefixtures("folder")
def test_a_scheduler_of_torchs_in_the_same_place_is_not(shape: str) -> None:
    name = "{ExponentialLR: {gamma: 0.5}}"
    text = SHAPES[shape].replace("{NAME: {}}", name).replace("NAME", name)
    Path("a.yaml").write_text(f"epochs: 8\n{text}\n")
    assert [states() for _ in range(2)] == [DRAWN, CURRENT]


@pytest.mark.parametrize("given", ["allowed", "listed"])
def test_a_class_that_has_changed_is_drawn_as_it_is_now(folder: Path, given: str) -> None:
    name, options = add_class(folder, given)
    module = name.strip('"').replace(":", ".").partition(".")[0]
    Path("a.yaml").write_text(f"epochs: 8\nscheduler: {name}\n")
    states(*options)
    before = Path("out/a.webp").read_bytes(), Path("all.png").read_bytes()
    (folder / f"{module}.py").write_text(CODE.replace("FACTOR", "0.25"))
    del sys.modules[module]
    invalidate_caches()
    check = ("check", "a.yaml", "--baselines", "out", "-j", 1, *options)
    assert "(7 of 8 steps differ)" in run(*check).text
    assert states(*options) == DRAWN
    assert Path("out/a.webp").read_bytes() != before[0]
    assert Path("all.png").read_bytes() != before[1]
    assert run(*check).status == 0


# Whether a version tells what a library is.

PIP = {  # what installers write of where a distribution came from
    "a repository": '{"url": "https://a.b/c.git", "vcs_info": {"vcs": "git", "commit_id": "1"}}',
    "a folder": '{"url": "file:///home/me/c", "dir_info": {}}',
    "an editable folder": '{"url": "file:///home/me/c", "dir_info": {"editable": true}}',
    "a wheel": '{"url": "https://a.b/c.whl", "archive_info": {"hash": "sha256=c0ffee"}}',
    "damage": "{",
}


def install(folder: Path, version: str = "1.0", origin: str | None = None) -> str:
    """Install a distribution with a module of its name; return that."""
    name = f"library_{next(NUMBERS)}"
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text("raise RuntimeError('imported')")
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    if origin is not None:
        (info / "direct_url.json").write_text(origin)
    return name


@pytest.mark.parametrize(
    ("version", "tells"),
    [
        ("2.13.0", True),
        ("2.13.0+cpu", True),
        ("2.13.0rc1", True),
        ("2.13.0.post1", True),
        ("2.14.0.dev20260101", True),  # a nightly
        ("2.14.0.dev20260101+cu130", True),
        ("2.14.0.dev0", False),
        ("5.24.0.dev0+c0ffee", False),
        ("1.2.1.dev17+gc0ffee", False),
        ("2.14.0a0", False),
        ("2.14.0a0+gitc0ffee", False),
    ],
)
def test_the_version_of_a_checkout_tells_nothing(folder: Path, version: str, tells: bool) -> None:
    assert is_release(install(folder, version)) is tells


@pytest.mark.parametrize("origin", PIP)
def test_what_was_installed_from_a_folder_or_repository_is_no_release(
    folder: Path, origin: str
) -> None:
    assert is_release(install(folder, origin=PIP[origin])) is (origin == "a wheel")


def test_code_that_is_found_elsewhere_is_not_what_was_installed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = install(folder)
    (tmp_path / "checkout" / name).mkdir(parents=True)
    (tmp_path / "checkout" / name / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path / "checkout")  # as PYTHONPATH does
    assert not is_release(name)


def test_what_is_installed_in_name_only_is_no_release(folder: Path) -> None:
    name = install(folder)
    (folder / name / "__init__.py").unlink()
    assert not is_release(name)


def test_what_the_tests_draw_with_is_released() -> None:
    """Else nothing here would ever be up to date."""
    assert {name: is_release(name) for name in DISTRIBUTIONS} == dict.fromkeys(DISTRIBUTIONS, True)


@pytest.mark.parametrize("name", [*DISTRIBUTIONS, "transformers", "timm"])
@pytest.mark.usefixtures("folder")
def test_what_a_library_draws_that_is_no_release_is_drawn_every_time(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """One that the spec does not need has no part in it."""
    Path("a.yaml").write_text(STEP)
    monkeypatch.setattr("lrviz.commands.batch.pairs.is_release", lambda each: each != name)
    assert states() == DRAWN
    assert states() == (DRAWN if name in DISTRIBUTIONS else CURRENT)


@pytest.mark.parametrize(
    ("name", "scheduler"),
    [
        ("transformers", "transformers.get_constant_schedule"),
        ("timm", "{timm.StepLRScheduler: {decay_t: 2}}"),
    ],
)
def test_what_another_library_drives_that_is_no_release_is_drawn_every_time(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, name: str, scheduler: str
) -> None:
    request.getfixturevalue(name)
    request.getfixturevalue("folder")
    Path("a.yaml").write_text(f"epochs: 4\nscheduler: {scheduler}\n")
    assert parse_spec(Path("a.yaml").read_text()).packages == (name,)
    assert [states(), states()] == [DRAWN, CURRENT]
    monkeypatch.setattr("lrviz.commands.batch.pairs.is_release", lambda each: each != name)
    assert states() == DRAWN


# What else a figure shows


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{scheduler.StepLR.gamma: [0.5, 1]}", "{scheduler.StepLR.gamma: [0.5, 1.0]}"),
        ("{epochs: [2, 4]}", "{epochs: [2.0, 4]}"),
        (
            "{scheduler: [{StepLR: {step_size: 2, gamma: 0.5}}, {StepLR: {step_size: 3}}]}",
            "{scheduler: [{StepLR: {gamma: 0.5, step_size: 2}}, {StepLR: {step_size: 3}}]}",
        ),
    ],
)
def test_curves_of_a_sweep_that_are_called_otherwise_are_drawn_again(
    write_spec: WriteSpec, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, old: str, new: str
) -> None:
    """Their values are in the legend as they are spelt: 1 is not 1.0 there."""
    monkeypatch.chdir(tmp_path)
    for sweep in (old, new):
        write_spec(f"{STEP}sweep: {sweep}\n", "a.yaml")
        assert [states(), states()] == [DRAWN, CURRENT]


def test_what_lacks_a_character_is_drawn_again_as_a_font_may_have_been_installed(
    write_spec: WriteSpec, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    write_spec(f"{STEP}title: \U00013000\n", "a.yaml")  # as the warning says: install one
    monkeypatch.setattr("lrviz.draw.fonts.FALLBACKS", ())
    for _ in range(2):
        done = run("batch", "a.yaml", "-o", "out", "-j", 1, "--sheet", "all.png")
        assert (done.status, done.text) == DRAWN[:2]
        assert "no installed font has" in done.stderr
    write_spec(f"{STEP}title: plain\n", "a.yaml")
    assert [states(), states()] == [DRAWN, CURRENT]


@pytest.mark.parametrize(
    ("rows", "column", "expected"),
    [("1\n0.5\n", "loss", DRAWN), ("1.0\n1e0\n", "loss", CURRENT), ("1\n1\n", "other", DRAWN)],
)
def test_a_metric_counts_with_its_values(
    write_spec: WriteSpec,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    rows: str,
    column: str,
    expected: tuple[int, str, str],
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "epochs: 2\nscheduler: {ReduceLROnPlateau: {patience: 0}}\n"
    write_spec(f"{text}metric: {{csv: m.csv, column: loss}}\n", "a.yaml")
    Path("m.csv").write_text("loss\n1\n1\n")
    assert [states(), states()] == [DRAWN, CURRENT]
    other = "".join(f"{row},2\n" for row in rows.split())
    Path("m.csv").write_text(f"loss,other\n{other}")
    write_spec(f"{text}metric: {{csv: m.csv, column: {column}}}\n", "a.yaml")
    assert states() == expected
