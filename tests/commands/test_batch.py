import errno
import gc
import io
import os
import sys
import weakref
from pathlib import Path

import pytest

from lrviz.cli.progress import follow
from lrviz.commands.batch import batching as work
from lrviz.commands.batch.batching import iter_batch
from lrviz.commands.batch.drawing import SheetJob
from lrviz.commands.batch.pairs import Options, plan_batch
from lrviz.commands.results import Block
from lrviz.curve import Curve
from lrviz.drive.runs import simulate
from lrviz.errors import UsageError
from lrviz.figure.chunks import read_record
from lrviz.figure.image import decode_image
from lrviz.figure.record import is_sheet
from lrviz.figure.stored import parse_record
from lrviz.run.driven import Run
from lrviz.spec.model import Spec
from lrviz.system import writing
from lrviz.system.pool import count_workers
from lrviz.system.versions import installation
from tests.support import pooled
from tests.support.folders import files, fill, small
from tests.support.lrvizrun import Result, run, run_process
from tests.support.slow import slow_but
from tests.support.specs import STEP, Forbid, WriteSpec

WRONG = "epochs: 4\nscheduler: {StepLR: {step_size: 4, gama: 1}}\n"
UNDRIVABLE = "epochs: 4\nscheduler: {StepLR: {step_size: 0}}\n"


def batch(tmp_path: Path, *more: object, source: str = "specs") -> Result:
    """Draw a folder below the test's own, in this process."""
    return run("batch", source, "-o", "figures", "-j", 1, *more, cwd=tmp_path)


# What is drawn


@pytest.mark.parametrize("jobs", slow_but({1}, [1, 2]))
def test_every_spec_of_a_folder_is_drawn_and_the_folders_structure_is_kept(
    tmp_path: Path, jobs: int
) -> None:
    specs = fill(tmp_path / "specs", 2)
    fill(specs / "deep", 1)
    got = run("batch", "specs", "-o", "made/figures", "-j", jobs, cwd=tmp_path)
    assert got.status == 0
    assert got.text.splitlines() == [
        "made/figures/a.webp",
        "made/figures/b.webp",
        "made/figures/deep/a.webp",
    ]
    assert got.stderr == "3 specs: 3 drawn\n"
    assert list(files(tmp_path / "made")) == [
        "figures/a.webp",
        "figures/b.webp",
        "figures/deep/a.webp",
    ]


@pytest.mark.parametrize("format", ["png", "webp", "svg", "pdf"])
def test_a_figure_has_the_bytes_that_plot_gives_it(tmp_path: Path, format: str) -> None:
    specs = fill(tmp_path / "specs", 1)
    assert batch(tmp_path, "-f", format).status == 0
    run("plot", specs / "a.yaml", "-o", tmp_path / f"plotted.{format}")
    expected = (tmp_path / f"plotted.{format}").read_bytes()
    assert files(tmp_path / "figures") == {f"a.{format}": expected}


def test_a_style_and_settings_are_those_of_every_figure(tmp_path: Path) -> None:
    fill(tmp_path / "specs", 2)
    assert batch(tmp_path, "--style", "light", "--set", "epochs=7").status == 0
    figures = files(tmp_path / "figures")
    assert list(figures) == ["a.webp", "b.webp"]
    for data in figures.values():
        record = parse_record(read_record(data) or "")
        assert record.spec["epochs"] == 7
        assert record.spec["figure"]["style"]["background"] == "#ffffff"  # type: ignore[index,call-overload]


def test_a_figure_may_stand_for_its_spec(tmp_path: Path) -> None:
    fill(tmp_path / "specs", 1)
    batch(tmp_path)
    got = run("batch", "figures/a.webp", "-o", "again", "-j", 1, cwd=tmp_path)
    assert got.text == "again/a.webp\n"
    assert files(tmp_path / "again") == files(tmp_path / "figures")


def test_what_is_worth_saying_is_said_with_the_specs_name(tmp_path: Path) -> None:
    folder = tmp_path / "specs"
    folder.mkdir()
    plateau = "epochs: 2\nscheduler: {ReduceLROnPlateau: {patience: 0}}\nmetric: [1, 2, 3]\n"
    (folder / "long.yaml").write_text(plateau)
    (folder / "zero.yaml").write_text(
        'epochs: 4\nscheduler: {LambdaLR: {lr_lambda: "epoch > 2"}}\nfigure: {yscale: log}\n'
    )
    got = batch(tmp_path)
    assert got.status == 0
    assert got.stderr.splitlines() == [
        "warning: specs/long.yaml:3:1: metric: has 3 values for 2 calls; the rest is not used",
        "warning: specs/zero.yaml: lr: a log axis only marks 3 of 4 values, which are 0 or less",
        "2 specs: 2 drawn",
    ]


def test_runs_are_forgotten_as_soon_as_they_are_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    curves: list[weakref.ref[Curve]] = []

    def remember(spec: Spec, *_: object) -> Run:
        run = simulate(spec)
        curves.append(weakref.ref(run.curves[0]))
        return run

    monkeypatch.setattr("lrviz.commands.results.drive_spec", remember)
    fill(tmp_path / "specs", 16)
    options = Options(str(tmp_path / "figures"), sheet=tmp_path / "s.png", jobs=2)
    items = plan_batch([str(tmp_path / "specs")], options)
    most = 0
    for _ in iter_batch(items, options):
        gc.collect()
        most = max(most, sum(ref() is not None for ref in curves))
    assert len(curves) == 16
    assert 0 < most <= 6


# What is up to date


QUIET = """
import subprocess, sys
subprocess.Popen = None
sys.argv[0] = "lrviz"
from lrviz.__main__ import main
try:
    main()
finally:
    heavy = {"torch", "matplotlib"} & {name.partition(".")[0] for name in sys.modules}
    print("heavy:", *sorted(heavy), file=sys.stderr)
"""


def test_with_nothing_to_do_neither_torch_nor_matplotlib_is_loaded_and_nothing_is_started(
    tmp_path: Path,
) -> None:
    fill(tmp_path / "specs", 3)
    batch(tmp_path, "--sheet", "sheet.webp")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.webp")}
    got = run_process(
        "batch",
        *("specs", "-o", "figures", "--sheet", "sheet.webp"),
        command=(sys.executable, "-c", QUIET),
        cwd=tmp_path,
    )
    assert (got.status, got.text) == (0, "")
    assert got.stderr == "3 specs: 3 up to date\nheavy:\n"
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.webp")} == before
    assert len(before) == 4


def test_only_what_has_changed_is_drawn_again(tmp_path: Path) -> None:
    specs = fill(tmp_path / "specs", 3)
    batch(tmp_path)
    (specs / "b.yaml").write_text(small(0.9))
    got = batch(tmp_path)
    assert got.text == "figures/b.webp\n"
    assert got.stderr == "3 specs: 1 drawn, 2 up to date\n"


PLATEAU = "epochs: 4\nscheduler: {ReduceLROnPlateau: {patience: 1}}\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (STEP, STEP.replace("4", "4.0", 1)),
        (STEP, f"# a comment\n{STEP}"),
        (STEP, "\n".join(reversed(STEP.splitlines()))),
        (f"{PLATEAU}metric: [.nan]\n", f"{PLATEAU}metric: [.NaN]\n"),
        (f"{STEP}figure: {{style: light}}\n", f"{STEP}figure: {{style: light}}  \n"),
    ],
)
def test_a_spec_that_says_the_same_in_other_words_is_up_to_date(
    tmp_path: Path, write_spec: WriteSpec, old: str, new: str
) -> None:
    write_spec(old)
    assert batch(tmp_path, source="step.yaml").stderr.endswith("1 spec: 1 drawn\n")
    write_spec(new)
    assert batch(tmp_path, source="step.yaml").stderr == "1 spec: 1 up to date\n"


def test_values_that_are_swept_in_another_order_are_not(
    tmp_path: Path, write_spec: WriteSpec
) -> None:
    """The order of the curves is that of colours and legend."""
    write_spec(f"{STEP}sweep: {{epochs: [4, 8], steps_per_epoch: [2, 4]}}\n")
    assert batch(tmp_path, source="step.yaml").stderr == "1 spec: 1 drawn\n"
    write_spec(f"{STEP}sweep: {{steps_per_epoch: [2, 4], epochs: [4, 8]}}\n")
    assert batch(tmp_path, source="step.yaml").stderr == "1 spec: 1 drawn\n"


@pytest.mark.parametrize(
    ("setting", "state"),
    [("epochs=5", "drawn"), ("title=new", "drawn"), ("figure.dpi=50", "drawn"),
     ("lint.ignore=[LR001]", "drawn"), ("epochs=4", "up to date")],
)  # fmt: skip
def test_every_key_of_the_spec_counts(tmp_path: Path, step: Path, setting: str, state: str) -> None:
    batch(tmp_path, source="step.yaml")
    got = batch(tmp_path, "--set", setting, source="step.yaml")
    assert got.stderr == f"1 spec: 1 {state}\n"


@pytest.mark.parametrize("name", ["lrviz", "torch", "matplotlib", "pillow", "platform"])
def test_a_figure_of_another_version_is_drawn_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: Path, name: str
) -> None:
    batch(tmp_path, source="step.yaml")
    now = installation()
    module = "lrviz.commands.batch.pairs"
    monkeypatch.setattr(f"{module}.installation", lambda packages: {**now, name: "999"})
    assert batch(tmp_path, source="step.yaml").stderr == "1 spec: 1 drawn\n"


@pytest.mark.parametrize(
    "how", ["cut short", "empty", "other format", "no record", "link", "broken sum"]
)
@pytest.mark.parametrize("format", ["png", "webp"])
def test_what_is_no_whole_figure_is_drawn_again(
    tmp_path: Path, step: Path, how: str, format: str
) -> None:
    batch(tmp_path, "-f", format, source="step.yaml")
    path = tmp_path / "figures" / f"step.{format}"
    good = path.read_bytes()
    match how:
        case "cut short":
            path.write_bytes(good[:-20])
        case "empty":
            path.write_bytes(b"")
        case "other format":
            other = "webp" if format == "png" else "png"
            batch(tmp_path, "-f", other, source="step.yaml")
            path.write_bytes((tmp_path / "figures" / f"step.{other}").read_bytes())
        case "no record":
            run("plot", step, "-o", path, "--no-metadata")
        case "link":
            path.rename(tmp_path / "elsewhere")
            path.symlink_to(tmp_path / "elsewhere")
        case "broken sum":
            path.write_bytes(good.replace(b'"format":1', b'"format":!', 1))
    got = batch(tmp_path, "-f", format, source="step.yaml")
    assert got.stderr == "1 spec: 1 drawn\n"
    assert path.read_bytes() == good
    assert not path.is_symlink()


@pytest.mark.parametrize("format", ["svg", "pdf"])
def test_vector_formats_say_nothing_of_themselves_and_are_always_drawn(
    tmp_path: Path, step: Path, format: str
) -> None:
    for _ in range(2):
        got = batch(tmp_path, "-f", format, source="step.yaml")
        assert got.stderr == "1 spec: 1 drawn\n"


def test_force_draws_what_is_up_to_date(tmp_path: Path) -> None:
    fill(tmp_path / "specs", 2)
    batch(tmp_path)
    assert batch(tmp_path, "--force").stderr == "2 specs: 2 drawn\n"


# What goes wrong


@pytest.mark.parametrize("jobs", slow_but({1}, [1, 2]))
def test_a_wrong_spec_is_one_outcome_told_in_its_place(tmp_path: Path, jobs: int) -> None:
    specs = fill(tmp_path / "specs", 4)
    (specs / "b.yaml").write_text(WRONG)
    (specs / "c.yaml").write_text(UNDRIVABLE)
    options = Options(str(tmp_path / "figures"), jobs=jobs)
    *blocks, closing = iter_batch(plan_batch([str(specs)], options), options)
    assert [(Path(each.path).name, each.status) for each in blocks] == [
        *(("a.webp", 0), ("", 2), ("", 2), ("d.webp", 0))
    ]
    assert [str(block.lines[0]).partition(":")[0] for block in blocks[1:3]] == [
        *(str(specs / "b.yaml"), str(specs / "c.yaml"))
    ]
    assert closing.lines == ("4 specs: 2 drawn, 2 wrong",)
    assert list(files(tmp_path / "figures")) == ["a.webp", "d.webp"]


def test_a_wrong_spec_is_explained_and_the_others_are_drawn(tmp_path: Path) -> None:
    specs = fill(tmp_path / "specs", 2)
    (specs / "bad.yaml").write_text(WRONG)
    got = batch(tmp_path)
    assert got.status == 2
    assert got.text == "figures/a.webp\nfigures/b.webp\n"
    assert got.stderr.splitlines() == [
        "specs/bad.yaml:2:36: scheduler.StepLR.gama: no such argument; "
        "did you mean 'gamma'? (accepts: step_size, gamma)",
        "3 specs: 2 drawn, 1 wrong",
    ]


def test_a_missing_spec_is_the_machines_failure_and_the_highest_status_wins(
    tmp_path: Path, write_spec: WriteSpec
) -> None:
    write_spec(small(0.5), "good.yaml")
    write_spec(WRONG, "bad.yaml")
    got = run("batch", "gone.yaml", "bad.yaml", "good.yaml", "-o", "out", cwd=tmp_path)
    assert got.status == 3
    assert got.stderr.splitlines()[0] == "gone.yaml: cannot read: no such file"
    assert got.stderr.splitlines()[-1] == "3 specs: 1 drawn, 1 wrong, 1 failed"


def test_specs_that_would_share_a_file_are_all_wrong_and_the_others_are_drawn(
    tmp_path: Path,
) -> None:
    for name in ("one", "two"):
        fill(tmp_path / name, 2)
    (tmp_path / "one" / "a.yml").write_text(STEP)
    (tmp_path / "two" / "b.yaml").unlink()
    got = run("batch", "one", "two", "-o", "figures", "-j", 1, cwd=tmp_path)
    assert got.status == 2
    assert got.text == "figures/b.webp\n"
    sharing = "one/a.yaml and one/a.yml and two/a.yaml would be written to it"
    assert got.stderr.splitlines() == [
        f"one/a.yaml: figures/a.webp: {sharing}",
        f"one/a.yml: figures/a.webp: {sharing}",
        f"two/a.yaml: figures/a.webp: {sharing}",
        "4 specs: 1 drawn, 3 wrong",
    ]


@pytest.mark.parametrize("option", [(), ("--sheet", "figures/a.webp")])
def test_an_output_that_is_an_input_is_refused_before_anything_is_written(
    tmp_path: Path, option: tuple[str, ...]
) -> None:
    fill(tmp_path / "specs", 2)
    batch(tmp_path)
    before = files(tmp_path)
    out = "elsewhere" if option else "figures"
    got = run("batch", "specs/b.yaml", "figures/a.webp", "-o", out, *option, cwd=tmp_path)
    assert got.status == 2
    assert got.stderr == "figures/a.webp: is also an input; name another folder with -o\n"
    assert files(tmp_path) == before


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("specs/a.yaml", "-o specs/a.yaml: not a folder; batch writes a file a spec\n"),
        ("-", "-o -: not a folder; batch writes a file a spec\n"),
    ],
)
def test_an_output_that_is_no_folder_is_refused(tmp_path: Path, output: str, message: str) -> None:
    fill(tmp_path / "specs", 1)
    got = run("batch", "specs", "-o", output, cwd=tmp_path)
    assert (got.status, got.stderr) == (2, message)


def test_a_folder_that_cannot_be_read_is_one_outcome(tmp_path: Path, forbid: Forbid) -> None:
    fill(tmp_path / "specs", 2)
    forbid(tmp_path / "specs" / "b" / "secret")
    got = batch(tmp_path, "--sheet", "figures/all.png")
    assert got.status == 3
    assert got.text == "figures/a.webp\nfigures/b.webp\nfigures/all.png\n"
    assert got.stderr.splitlines() == [
        "specs/b/secret: cannot read: permission denied",
        "3 specs: 2 drawn, 1 failed",
    ]
    assert not (tmp_path / "figures" / "b").exists()


def test_folders_that_cannot_be_read_share_no_figure(tmp_path: Path, forbid: Forbid) -> None:
    fill(tmp_path / "specs", 1)
    for name in "bc":
        forbid(tmp_path / name / "secret")
    sources = ("specs", "b/secret", "c/secret")
    got = run("batch", *sources, "-o", "figures", "-j", 1, cwd=tmp_path)
    assert (got.status, got.text) == (3, "figures/a.webp\n")
    assert got.stderr.splitlines() == [
        "b/secret: cannot read: permission denied",
        "c/secret: cannot read: permission denied",
        "3 specs: 1 drawn, 2 failed",
    ]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_figure_that_cannot_be_written_is_one_outcome(tmp_path: Path, jobs: int) -> None:
    fill(tmp_path / "specs", 3)
    (tmp_path / "figures" / "b.webp").mkdir(parents=True)
    got = run("batch", "specs", "-o", "figures", "-j", jobs, cwd=tmp_path)
    assert got.status == 3
    assert got.text == "figures/a.webp\nfigures/c.webp\n"
    assert got.stderr.splitlines() == [
        "figures/b.webp: cannot write: is a folder",
        "3 specs: 2 drawn, 1 failed",
    ]


def test_a_file_where_a_folder_is_to_be_made_is_one_outcome(tmp_path: Path) -> None:
    specs = fill(tmp_path / "specs", 1)
    fill(specs / "deep", 1)
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "deep").write_text("in the way")
    got = batch(tmp_path)
    assert got.status == 3
    assert got.stderr.splitlines() == [
        "figures/deep: cannot write: not a folder",
        "2 specs: 1 drawn, 1 failed",
    ]


def test_a_full_disk_is_one_outcome_and_leaves_the_old_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path / "specs", 3)
    batch(tmp_path)
    before = files(tmp_path / "figures")
    fill(tmp_path / "specs", 3, shift=0.2)
    calls = 0

    def write_all(descriptor: int, data: bytes) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            os.write(descriptor, data[:100])
            raise OSError(errno.ENOSPC, "No space left on device")
        os.write(descriptor, data)

    monkeypatch.setattr(writing, "write_all", write_all)
    got = batch(tmp_path)
    assert got.status == 3
    assert got.stderr.splitlines() == [
        "figures/b.webp: cannot write: no space left on device",
        "3 specs: 2 drawn, 1 failed",
    ]
    after = files(tmp_path / "figures")
    assert list(after) == ["a.webp", "b.webp", "c.webp"]
    assert [after[name] == before[name] for name in after] == [False, True, False]


def test_a_killed_worker_costs_one_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    specs = fill(tmp_path / "specs", 5)
    (specs / "deadly.yaml").write_text(STEP)
    monkeypatch.setattr(work, "draw_job", pooled.draw_or_die)
    got = run("batch", "specs", "-o", "figures", "-j", 2, cwd=tmp_path)
    assert got.status == 3
    assert list(files(tmp_path / "figures")) == [f"{name}.webp" for name in "abcde"]
    assert got.stderr.splitlines() == [
        "specs/deadly.yaml: its worker process was killed by SIGKILL; out of memory?",
        "6 specs: 5 drawn, 1 failed",
    ]


@pytest.mark.parametrize("jobs", [1, 2])
def test_of_one_spec_alone_a_bug_is_not_taken_for_an_outcome(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    fill(tmp_path / "specs", 1)
    monkeypatch.setattr(work, "draw_job", pooled.draw_wrongly)
    options = Options(str(tmp_path / "figures"), jobs=jobs)
    items = plan_batch([str(tmp_path / "specs")], options)
    with pytest.raises(ZeroDivisionError, match="a bug in drawing a"):
        list(iter_batch(items, options))


def test_what_a_killed_run_left_behind_is_swept_even_where_nothing_is_drawn(tmp_path: Path) -> None:
    specs = fill(tmp_path / "specs", 1)
    fill(specs / "deep", 1)
    batch(tmp_path)
    for folder in ("figures", "figures/deep"):
        (tmp_path / folder / ".other.webp.lrviz-0123456789abcdef.tmp").write_bytes(b"half")
    assert batch(tmp_path).stderr == "2 specs: 2 up to date\n"
    assert list(files(tmp_path / "figures")) == ["a.webp", "deep/a.webp"]


# The sheet


def test_a_sheet_shows_every_spec_that_can_be_driven_and_says_that_it_is_one(
    tmp_path: Path,
) -> None:
    specs = fill(tmp_path / "specs", 3)
    (specs / "bad.yaml").write_text(UNDRIVABLE)
    got = batch(tmp_path, "--sheet", "made/sheet.webp")
    assert got.status == 2
    assert got.text.splitlines()[-1] == "made/sheet.webp"
    assert got.stderr.splitlines()[-1] == "4 specs: 3 drawn, 1 wrong"
    data = (tmp_path / "made" / "sheet.webp").read_bytes()
    assert is_sheet(read_record(data) or "")
    (specs / "bad.yaml").unlink()
    batch(tmp_path, "--sheet", "three.webp")
    assert (tmp_path / "three.webp").read_bytes() == data


@pytest.mark.parametrize("jobs", slow_but({1}, [1, 2]))
def test_a_sheet_shows_what_is_up_to_date_too_and_leaves_it_alone(
    tmp_path: Path, jobs: int
) -> None:
    fill(tmp_path / "specs", 3)
    batch(tmp_path)
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "figures").iterdir()}
    got = run("batch", "specs", "-o", "figures", "-j", jobs, "--sheet", "s.png", cwd=tmp_path)
    assert (got.status, got.text) == (0, "s.png\n")
    assert got.stderr == "3 specs: 3 up to date\n"
    assert {p.name: p.stat().st_mtime_ns for p in (tmp_path / "figures").iterdir()} == before
    pixels = decode_image((tmp_path / "s.png").read_bytes())
    assert pixels.shape[0] * pixels.shape[1] > 100_000


@pytest.mark.parametrize("change", ["value", "title", "name", "fewer", "style", "force"])
def test_a_sheet_is_drawn_again_when_anything_on_it_has_changed(
    tmp_path: Path, change: str
) -> None:
    specs = fill(tmp_path / "specs", 2)
    more: tuple[str, ...] = ()
    batch(tmp_path, "--sheet", "sheet.webp")
    assert batch(tmp_path, "--sheet", "sheet.webp").text == ""
    match change:
        case "value":
            (specs / "a.yaml").write_text(small(0.9))
        case "title":
            (specs / "a.yaml").write_text(small(0.5) + "title: another\n")
        case "name":
            (specs / "a.yaml").rename(specs / "c.yaml")
        case "fewer":
            (specs / "a.yaml").unlink()
        case "style":
            more = ("--style", "article")
        case "force":
            more = ("--force",)
    again = batch(tmp_path, "--sheet", "sheet.webp", *more)
    assert again.text.splitlines()[-1:] == ["sheet.webp"]
    assert batch(tmp_path, "--sheet", "sheet.webp", *more[:2]).text.splitlines()[-1:] == (
        ["sheet.webp"] if change == "force" else []
    )


def test_a_long_schedule_keeps_its_spike_on_the_sheet_and_little_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    specs = tmp_path / "specs"
    specs.mkdir()
    (specs / "a.yaml").write_text(
        "epochs: 100000\n"
        'scheduler: {LambdaLR: {lr_lambda: "9 if epoch == 54321 else 1 - epoch / 200000"}}\n'
    )
    seen = []

    def keep(job: SheetJob) -> Block:
        seen.append(job)
        return Block()

    monkeypatch.setattr(work, "draw_sheet_job", keep)
    batch(tmp_path, "--sheet", "sheet.webp")
    (thumbnail,) = (panel.thumbnail for panel in seen[0].panels)
    ((steps, values),) = thumbnail.rows
    assert thumbnail.steps == 100_000
    assert len(steps) == len(values) <= 2048 + 100
    assert values[list(steps).index(54321)] == pytest.approx(9e-3)
    assert (steps[0], steps[-1]) == (0, 99_999)


def test_a_name_that_is_no_text_is_spelt_out_on_the_sheet(tmp_path: Path) -> None:
    fill(tmp_path / "specs", 1)
    odd = os.fsdecode(b"a\xff\x1b.yaml")
    (tmp_path / "specs" / "a.yaml").rename(tmp_path / "specs" / odd)
    got = batch(tmp_path, "--sheet", "s.png")
    assert (got.status, got.stdout) == (0, b"figures/a\xff\x1b.webp\ns.png\n")
    assert got.stderr == "1 spec: 1 drawn\n"


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        ("sheet.svg", "--sheet sheet.svg: must end in .png or .webp"),
        ("sheet", "--sheet sheet: must end in .png or .webp"),
        ("figures/a.webp", "--sheet figures/a.webp: is also the figure of a spec"),
        ("./figures/../figures/a.webp", "is also the figure of a spec"),
    ],
)
def test_a_sheet_that_cannot_be_is_refused_before_anything_is_written(
    tmp_path: Path, sheet: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path / "specs", 1)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "figures").mkdir()
    with pytest.raises(UsageError, match=message.replace(".", r"\.")):
        plan_batch(["specs"], Options("figures", sheet=Path(sheet)))


def test_a_sheet_is_not_written_over_what_a_spec_reads(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "epochs: 2\nmetric: {csv: m.png, column: loss}\nscheduler: ReduceLROnPlateau\n"
    )
    (tmp_path / "m.png").write_text("loss\n1\n")
    got = run("batch", "a.yaml", "-o", "figures", "--sheet", "m.png", cwd=tmp_path)
    assert got.status == 2
    assert got.stderr.endswith("m.png: is also an input; name another file with -o\n")
    assert (tmp_path / "m.png").read_text() == "loss\n1\n"


def test_a_sheet_that_cannot_be_written_is_an_outcome_of_its_own(tmp_path: Path) -> None:
    fill(tmp_path / "specs", 1)
    (tmp_path / "s.png").mkdir()
    got = batch(tmp_path, "--sheet", "s.png")
    assert (got.status, got.text) == (3, "figures/a.webp\n")
    assert got.stderr == "s.png: cannot write: is a folder\n1 spec: 1 drawn\n"


# How it is told


def test_a_terminal_sees_a_bar_that_makes_way_for_every_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(screen, "isatty", lambda: True)
    for name in follow(["one", "two"], 2, screen):
        screen.write(f"{name}\n")
    clear, empty = "\r\x1b[K", "." * 30
    assert screen.getvalue() == (
        f"{clear}[{empty}] 0/2{clear}one\n"
        f"{clear}[{'#' * 15}{'.' * 15}] 1/2{clear}two\n"
        f"{clear}[{'#' * 30}] 2/2{clear}"
    )


def test_elsewhere_there_is_no_bar() -> None:
    stream = io.StringIO()
    assert list(follow(["one"], 1, stream)) == ["one"]
    assert list(follow(["one"], 1, None)) == ["one"]
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("wanted", "figures", "processors", "count"),
    [
        (None, 1000, 2, 2),
        (None, 1000, 64, 16),
        (None, 40, 64, 5),
        (None, 14, 64, 1),
        (None, 5, 8, 1),
        (None, 4, 8, 0),
        (None, 1000, 1, 0),
        (1, 1000, 64, 0),
        (50, 1000, 2, 50),
        (8, 3, 2, 3),
    ],
)
def test_there_are_as_many_workers_as_are_of_use(
    monkeypatch: pytest.MonkeyPatch, wanted: int | None, figures: int, processors: int, count: int
) -> None:
    # Not every system has it.
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(processors)), raising=False)
    assert count_workers(wanted, figures) == count


# A repository's other files


def test_of_a_repository_only_specs_are_drawn_checked_and_linted(tmp_path: Path) -> None:
    """Where they are marked, or the others left out."""
    text = "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\n"
    (tmp_path / "a").mkdir()
    (tmp_path / "a/cos.lrviz.yaml").write_text(text)
    (tmp_path / "compose.yml").write_text("services: {}\n")
    note = "note: .: 1 other YAML file left out, as specs are called NAME.lrviz.yaml here\n"
    drawn = run("batch", ".", "-o", "figures", "-j1", cwd=tmp_path)
    assert (drawn.status, drawn.text) == (0, "figures/a/cos.webp\n")
    assert drawn.stderr == f"{note}1 spec: 1 drawn\n"
    checked = run("check", ".", "--baselines", "figures", cwd=tmp_path)
    assert (checked.status, checked.text, checked.stderr) == (0, "1 spec: 1 match\n", note)
    linted = run("lint", ".", cwd=tmp_path)
    assert (linted.status, linted.stderr) == (0, f"{note}1 spec: 1 clean\n")
    (tmp_path / "a/cos.lrviz.yaml").rename(tmp_path / "a/cos.yaml")
    without = ("--exclude", "compose*.yml")
    for command in (
        ("lint", ".", *without),
        ("batch", ".", "-o", "figures", *without),
        ("check", ".", "--baselines", "figures", *without),
    ):
        done = run(*command, cwd=tmp_path)
        assert (done.status, "compose" in done.text + done.stderr) == (0, False)


def test_what_is_no_spec_is_one_line_and_the_line_to_type_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "it's.yml").write_text("services: {}\n")
    (tmp_path / "mkdocs.yml").write_text("site_name: a\n")
    for command in (("lint", "."), ("batch", ".", "-o", "figures", "-j1")):
        done = run(*command, cwd=tmp_path)
        assert done.status == 2
        assert sorted((done.text + done.stderr).splitlines()) == [
            "2 specs: 2 wrong",
            "it's.yml: no spec: it has none of a spec's keys",
            "mkdocs.yml: no spec: it has none of a spec's keys",
            """note: .: no spec in 2 of 2 YAML files; leave out with --exclude 'it'"'"'s.yml' """
            "--exclude mkdocs.yml, or call specs NAME.lrviz.yaml: then only they are read",
        ]


def test_a_figure_of_what_is_left_out_is_no_orphan(tmp_path: Path) -> None:
    text = "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\n"
    (tmp_path / "specs").mkdir()
    for name in ("a", "draft"):
        (tmp_path / f"specs/{name}.yaml").write_text(text)
    assert run("batch", "specs", "-o", "figures", "-j1", cwd=tmp_path).status == 0
    check = ("check", "specs", "--baselines", "figures", "-j1", "--exclude", "draft.yaml")
    assert run(*check, cwd=tmp_path).text == "1 spec: 1 match\n"
    (tmp_path / "figures/a.webp").unlink()
    remedy = "--exclude draft.yaml --baselines figures --add-missing`"
    assert remedy in run(*check, cwd=tmp_path).text


def test_a_marked_spec_and_another_of_its_name_are_refused(tmp_path: Path) -> None:
    text = "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\n"
    both = ("a.yaml", "a.lrviz.yaml")
    for name in both:
        (tmp_path / name).write_text(text)
    (tmp_path / "figures").mkdir()
    shared = "a.yaml and a.lrviz.yaml would be written to it"
    assert f"a.png: {shared}\n" in run("plot", *both, cwd=tmp_path).stderr
    assert f"figures/a.webp: {shared}" in run("batch", *both, "-o", "figures", cwd=tmp_path).stderr
    assert run("check", *both, "--baselines", "figures", cwd=tmp_path).stderr == (
        "figures/a.webp: both a.yaml and a.lrviz.yaml would be held against it\n"
    )
    assert run("plot", "a.lrviz.yaml", cwd=tmp_path).text == "a.png\n"
