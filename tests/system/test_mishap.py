"""Whatever is raised for one spec, on purpose or not, costs no other spec its outcome."""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from lrviz.commands import checking as check_work
from lrviz.commands.batch import batching as work
from lrviz.commands.batch.batching import iter_batch
from lrviz.commands.batch.pairs import Options, plan_batch
from lrviz.commands.lint import linting
from lrviz.commands.results import Block
from tests.support import pooled
from tests.support.checking import check
from tests.support.folders import files, small
from tests.support.lrvizrun import run
from tests.support.pooled import MISHAPS
from tests.support.slow import slow_but

GOOD = ("a", "n", "z")
NAMES = sorted((*GOOD, *MISHAPS))
REMEDY = "; name this spec alone to see where"

# What a place in the parent is called with, as far as it tells the spec.
SOURCES: dict[str, Callable[..., str]] = {
    "load_named": lambda source, *_: source,
    "read_source": lambda source, *_: source,
    "is_current": lambda path, *_: str(path),
    "write_file": lambda path, *_: str(path),
    "write_below": lambda root, path, *_: str(path),
    "drive_spec": lambda spec, *_: spec.source.name,
    "simulate": lambda spec, *_: spec.source.name,
    "list_failures": lambda run, *_: run.spec.source.name,
    "lint_run": lambda run, *_: run.spec.source.name,
    "render_run": lambda run, *_: run.spec.source.name,
    "gather_facts": lambda source, *_: source,
}


def reason(name: str, remedy: str = REMEDY) -> str:
    """Return what is to be said of a spec that is called after a mishap."""
    text = MISHAPS[name][1]
    return text if name == "memory" else f"{text}{remedy}"


@pytest.fixture
def specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with good specs, and with one that is called after every mishap."""
    folder = tmp_path / "specs"
    folder.mkdir()
    for index, name in enumerate(NAMES):
        (folder / f"{name}.yaml").write_text(small(0.5 + index / 100))
    monkeypatch.chdir(tmp_path)
    return folder


def break_here(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """Have a function of this process raise what the spec is called after that it is given."""
    module, _, name = place.rpartition(".")
    real = getattr(import_module(module), name)

    def broken(*arguments: Any, **options: Any) -> Any:
        pooled.have_mishap(SOURCES[name](*arguments))
        return real(*arguments, **options)

    monkeypatch.setattr(place, broken)


# A batch

IN_PARENT = (
    *("lrviz.commands.batch.batching.load_named", "lrviz.commands.batch.batching.is_current"),
    *("lrviz.commands.results.drive_spec", "lrviz.linter.engine.list_failures"),
)
IN_WORKER = (
    *("lrviz.figure.image.draw_pixels", "lrviz.figure.image.build_record"),
    *("lrviz.figure.image.encode_image", "lrviz.commands.batch.drawing.write_below"),
)


@pytest.mark.parametrize(
    ("place", "jobs"),
    slow_but(
        {("lrviz.commands.results.drive_spec", 1), ("lrviz.figure.image.draw_pixels", 2)},
        [
            *((place, 1) for place in (*IN_PARENT, *IN_WORKER)),
            *((place, 2) for place in ("lrviz.commands.results.drive_spec", *IN_WORKER)),
        ],
    ),
)
@pytest.mark.usefixtures("specs")
def test_in_a_batch_every_other_spec_is_drawn(
    monkeypatch: pytest.MonkeyPatch, place: str, jobs: int
) -> None:
    if place in IN_PARENT:
        break_here(monkeypatch, place)
    else:
        monkeypatch.setattr(work, "draw_job", partial(pooled.draw_with_mishap, place))
    options = Options("figures", jobs=jobs)
    *blocks, _ = iter_batch(plan_batch(["specs"], options), options)
    expected = {name: Block(path=f"figures/{name}.webp") for name in GOOD} | {
        name: Block(lines=(f"specs/{name}.yaml: {reason(name)}",), status=3) for name in MISHAPS
    }
    assert blocks == [expected[name] for name in NAMES]
    assert list(files(Path("figures"))) == [f"{name}.webp" for name in GOOD]


@pytest.mark.usefixtures("specs")
def test_a_batch_tells_mishaps_with_the_highest_status(monkeypatch: pytest.MonkeyPatch) -> None:
    break_here(monkeypatch, "lrviz.commands.results.drive_spec")
    Path("specs/wrong.yaml").write_text("epochs: none\n")
    done = run("batch", "specs", "-o", "figures", "-j", 1)
    assert done.status == 3
    assert done.text.splitlines() == [f"figures/{name}.webp" for name in GOOD]
    assert done.stderr.splitlines()[-1] == "9 specs: 3 drawn, 1 wrong, 5 failed"


@pytest.mark.parametrize(
    ("name", "jobs"),
    slow_but({("odd", 1)}, [*((name, 1) for name in MISHAPS), ("memory", 2), ("odd", 2)]),
)
def test_a_sheet_that_comes_to_nothing_is_an_outcome_of_its_own(
    specs: Path, monkeypatch: pytest.MonkeyPatch, name: str, jobs: int
) -> None:
    for mishap in MISHAPS:
        (specs / f"{mishap}.yaml").unlink()
    broken = partial(pooled.draw_sheet_with_mishap, name)
    monkeypatch.setattr(work, "draw_sheet_job", broken)
    done = run("batch", "specs", "-o", "figures", "-j", jobs, "--sheet", "all.png")
    assert (done.status, done.text) == (3, "".join(f"figures/{each}.webp\n" for each in GOOD))
    assert done.stderr.splitlines() == [
        f"all.png: {reason(name, '; draw the sheet of one spec to see where')}",
        "3 specs: 3 drawn",
    ]


@pytest.mark.usefixtures("specs")
def test_a_sheet_shows_what_had_no_mishap_and_is_drawn_again_when_that_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patched:
        break_here(patched, "lrviz.commands.batch.batching.load_named")
        done = run("batch", "specs", "-o", "figures", "-j", 1, "--sheet", "all.png")
        assert (done.status, done.text.splitlines()[-1]) == (3, "all.png")
    done = run("batch", "specs", "-o", "figures", "-j", 1, "--sheet", "all.png")
    assert (done.status, done.text.splitlines()[-1]) == (0, "all.png")
    assert done.stderr == "8 specs: 5 drawn, 3 up to date\n"


# A check

CHECK_PARENT = (
    *("lrviz.commands.checking.load_named", "lrviz.commands.checking.drive_spec"),
    *("lrviz.commands.checking.gather_facts", "lrviz.commands.checking.write_below"),
)
CHECK_WORKER = ("lrviz.check.examine.draw_pixels", "lrviz.check.examine.encode_drawing")


@pytest.mark.parametrize(
    ("place", "jobs"),
    slow_but(
        {("lrviz.commands.checking.drive_spec", 1), ("lrviz.check.examine.draw_pixels", 2)},
        [
            *((place, 1) for place in (*CHECK_PARENT, *CHECK_WORKER)),
            *((place, 2) for place in ("lrviz.commands.checking.drive_spec", *CHECK_WORKER)),
        ],
    ),
)
@pytest.mark.usefixtures("specs")
def test_in_a_check_every_other_spec_is_judged(
    monkeypatch: pytest.MonkeyPatch, place: str, jobs: int
) -> None:
    if place in CHECK_PARENT:
        break_here(monkeypatch, place)
    else:
        monkeypatch.setattr(check_work, "examine_facts", partial(pooled.examine_with_mishap, place))
    checked = check(Path("specs"), Path("figures"), adds=True, jobs=jobs)
    found = {Path(each.source).stem: each for each in checked.verdicts}
    assert list(found) == NAMES
    assert {(found[name].outcome, found[name].action) for name in GOOD} == {("missing", "added")}
    told = {name: (found[name].outcome, found[name].reason) for name in MISHAPS}
    assert told == {name: ("failed", reason(name)) for name in MISHAPS}
    assert checked.exit_status == 3


@pytest.mark.parametrize("jobs", slow_but({1}, [1, 2]))
@pytest.mark.usefixtures("specs")
def test_a_figure_whose_decoding_has_a_mishap_costs_no_other_its_verdict(
    monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    assert check(Path("specs"), Path("figures"), adds=True).exit_status == 0
    broken = partial(pooled.examine_with_mishap, "lrviz.check.examine.decode_image")
    monkeypatch.setattr(check_work, "examine_facts", broken)
    done = run("check", "specs", "--baselines", "figures", "-j", jobs)
    assert done.status == 3
    assert done.text.splitlines() == [
        *(f"specs/{name}.yaml: {reason(name)}" for name in sorted(MISHAPS)),
        "8 specs: 3 match, 5 failed",
    ]


# The commands that work alone


@pytest.mark.parametrize("name", ["read_source", "drive_spec", "lint_run"])
@pytest.mark.usefixtures("specs")
def test_in_a_lint_every_other_spec_is_linted(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    break_here(monkeypatch, f"lrviz.commands.lint.linting.{name}")
    linted = list(linting.iter_linted(linting.Request(["specs"])))
    assert [(Path(each.source).stem, each.state) for each in linted] == [
        (name, "failed" if name in MISHAPS else "clean") for name in NAMES
    ]
    done = run("lint", "specs")
    assert done.status == 3
    assert done.text.splitlines() == [
        f"specs/{name}.yaml: {reason(name)}" for name in sorted(MISHAPS)
    ]
    assert done.stderr == "8 specs: 3 clean, 5 failed\n"


@pytest.mark.parametrize(
    "place",
    [
        *(
            "lrviz.commands.plot.load_named",
            "lrviz.commands.results.drive_spec",
            "lrviz.linter.engine.list_failures",
        ),
        *("lrviz.figure.image.render_run", "lrviz.commands.results.write_file"),
    ],
)
@pytest.mark.usefixtures("specs")
def test_in_a_plot_of_several_every_other_spec_is_drawn(
    monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    break_here(monkeypatch, place)
    done = run("plot", *(f"specs/{name}.yaml" for name in NAMES))
    assert (done.status, done.text.splitlines()) == (3, [f"{name}.png" for name in GOOD])
    assert done.stderr.splitlines() == [
        f"specs/{name}.yaml: {reason(name)}" for name in sorted(MISHAPS)
    ]


@pytest.mark.parametrize("name", ["load_named", "drive_spec"])
@pytest.mark.usefixtures("specs")
def test_a_comparison_tells_the_mishap_of_every_spec(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    break_here(monkeypatch, f"lrviz.commands.compare.comparing.{name}")
    done = run("compare", *(f"specs/{name}.yaml" for name in NAMES))
    assert (done.status, done.text) == (3, "")
    assert done.stderr.splitlines() == [
        f"specs/{name}.yaml: {reason(name, '; plot this spec to see where')}"
        for name in sorted(MISHAPS)
    ]


# One spec alone

ALONE = {
    "plot": ("lrviz.commands.results.drive_spec", ()),
    "batch": ("lrviz.commands.results.drive_spec", ("-o", "figures", "-j", 2)),
    "check": ("lrviz.commands.checking.drive_spec", ("--baselines", "figures", "-j", 2)),
    "lint": ("lrviz.commands.lint.linting.drive_spec", ()),
}


@pytest.mark.parametrize("command", ALONE)
@pytest.mark.usefixtures("specs")
def test_of_one_spec_alone_a_bug_is_a_traceback_and_memory_a_line(
    monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    Path("figures").mkdir()
    place, options = ALONE[command]
    break_here(monkeypatch, place)
    with pytest.raises(ZeroDivisionError) as caught:
        run(command, "specs/division.yaml", *options)
    assert caught.traceback[-1].name == "have_mishap"  # where it was raised
    done = run(command, "specs/memory.yaml", *options)
    assert done.status == 3
    assert "specs/memory.yaml: ran out of memory\n" in done.text + done.stderr


def test_a_command_that_runs_out_of_memory_ends_with_a_line(
    specs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_out(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("lrviz.commands.export.drive_spec", run_out)
    done = run("export", specs / "a.yaml")
    assert (done.status, done.text, done.stderr) == (3, "", "lrviz: ran out of memory\n")


@pytest.mark.parametrize(
    ("command", "place"), [(command, place) for command, (place, _) in ALONE.items()]
)
@pytest.mark.usefixtures("specs")
def test_an_interrupt_is_no_outcome(
    monkeypatch: pytest.MonkeyPatch, command: str, place: str
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    Path("figures").mkdir()
    monkeypatch.setattr(place, interrupt)
    sources = ("specs/a.yaml", "specs/n.yaml")
    assert run(command, *sources, *ALONE[command][1]).status == 130


# Code that is not lrviz's

EXHAUSTED = """
from torch.optim.lr_scheduler import LRScheduler

class Greedy(LRScheduler):
    def get_lr(self):
        if self.last_epoch == WHEN:
            raise MemoryError
        return [group["lr"] for group in self.optimizer.param_groups]

def make(optimizer):
    return Greedy(optimizer)
"""


@pytest.mark.parametrize("when", [0, 2])
@pytest.mark.parametrize("kind", ["class", "factory"])
def test_memory_that_runs_out_in_somebodys_code_is_the_machines_failure(
    specs: Path, monkeypatch: pytest.MonkeyPatch, kind: str, when: int
) -> None:
    module = f"greedy_{kind}_{when}"
    Path(f"{module}.py").write_text(EXHAUSTED.replace("WHEN", str(when)))
    monkeypatch.syspath_prepend(specs.parent)
    name = f"{module}:Greedy"
    Path("greedy.yaml").write_text(f"epochs: 4\nscheduler: {{'{name}': {{}}}}\n")
    source, options = {
        "class": ("greedy.yaml", ("--allow", name)),
        "factory": (f"{module}.py:make", ("--epochs", 4)),
    }[kind]
    done = run("plot", source, "specs/a.yaml", *options)
    assert (done.status, done.text) == (3, "a.png\n")
    assert f"{source}: ran out of memory\n" in done.stderr
