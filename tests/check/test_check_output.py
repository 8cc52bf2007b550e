"""What `lrviz check` prints, writes and exits with."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from PIL import Image

from lrviz import __version__
from lrviz.check.output import format_checked
from lrviz.check.report import build_report
from lrviz.check.verdict import NO_PICTURES, Checked, Outcome, Pictures, PixelsDifference, Verdict
from lrviz.draw.chart import Drawing
from lrviz.draw.outputs import draw_pixels, plot
from lrviz.errors import Position, Problem
from lrviz.figure.image import decode_image
from lrviz.figure.moves import Move, NumbersDifference, ShapeChange
from lrviz.run.driven import Run
from lrviz.system.annotations import Listing
from lrviz.system.versions import versions
from tests.support.checking import STEP, check, draw, spoil_pixels, spoil_record
from tests.support.lrvizrun import run, run_process

TORCH, MATPLOTLIB = versions()["torch"], versions()["matplotlib"]
# As `test_check.QUARTERED`: a step's gamma from a half to a quarter.
MOVED = (
    "gamma 0.5 -> 0.25; most at step 4: 5e-4 -> 2.5e-4, -50 %; "
    "ends 7.813e-6 -> 6.104e-8, -99.2 %; first at step 4 (28 of 32 steps differ)"
)
PNG = b"\x89PNG"


def listed(listing: Listing, *verdicts: Verdict) -> str:
    return format_checked(Checked(tuple(verdicts)), listing)


def of(outcome: Outcome, reason: str = "", **facts: Any) -> Verdict:
    given: dict[str, Any] = {"pixels_compared": True} | facts
    return Verdict(outcome, "configs/a.yaml", "figures/a.webp", reason, **given)


MATCH = of("match", block=1)


# Text


def test_a_folder_that_matches_is_one_line(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    done = run("check", spec.parent, "--baselines", figures, "-j1")
    assert (done.status, done.text, done.stderr) == (0, "1 spec: 1 match\n", "")


def test_what_does_not_match_is_told_in_detail_and_counted(tmp_path: Path) -> None:
    spec, _ = draw(STEP, tmp_path)
    draw(STEP, tmp_path, "same")
    spec.write_text(STEP.replace("0.5", "0.25"))
    (spec.parent / "new.yaml").write_text(STEP)
    (spec.parent / "wrong.yaml").write_text("epochs: 4\nscheduler: StepLr\n")
    (tmp_path / "figures/old.webp").write_bytes(b"")
    done = run("check", "specs", "--baselines", "figures", "-j1", cwd=tmp_path)
    assert (done.status, done.stderr) == (2, "")
    assert done.text.splitlines() == [
        "figures/new.webp: missing baseline; "
        "run `lrviz check specs --baselines figures --add-missing`",
        f"figures/step.webp: differs: {MOVED}",
        "specs/wrong.yaml:2:1: scheduler: unknown scheduler 'StepLr'; did you mean 'StepLR'?",
        "figures/old.webp: orphan: no spec of this check draws it; "
        "remove it, or bring back its spec",
        "4 specs: 1 match, 1 differs, 1 missing, 1 orphan, 1 wrong",
    ]


def test_pixels_that_could_not_be_compared_are_counted(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    draw(STEP, tmp_path, "other")
    spoil_record(figures / "step.webp", lambda record: record["versions"].update(matplotlib="3"))
    done = run("check", spec.parent, "--baselines", figures, "-j1")
    assert done.status == 0
    assert done.text.splitlines() == [
        f"pixels inconclusive in 1 of 2 that match: matplotlib was 3, is {MATPLOTLIB}; "
        "their numbers were compared",
        "2 specs: 2 match (1 pixels inconclusive)",
    ]


def test_where_nothing_was_compared_a_line_says_so(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    (figures / "step.webp").unlink()
    done = run("check", spec, "--baselines", figures, "-j1")
    assert done.status == 1
    assert done.text.splitlines()[1:] == [
        "nothing was compared: no spec here has a figure that can be read",
        "1 spec: 1 missing",
    ]


def test_a_torch_that_moved_is_told_of_when_its_figures_are_updated(tmp_path: Path) -> None:
    def spoil(record: dict[str, Any]) -> None:
        record["versions"]["torch"] = "2.0.0"
        record["numbers"]["curves"][0]["lr"][0][31] = 1.0

    spec, _ = draw(STEP, tmp_path)
    spoil_record(tmp_path / "figures/step.webp", spoil)
    (spec.parent / "new.yaml").write_text(STEP)
    done = run(
        *("check", "specs", "--baselines", "figures", "-j1", "--update", "--add-missing"),
        cwd=tmp_path,
    )
    assert done.status == 0
    assert done.text.splitlines() == [
        "figures/new.webp: added",
        "figures/step.webp: updated: most at step 31: 1 -> 7.813e-6, -100 %; "
        "first at step 31 (1 of 32 steps differ); "
        f"the spec is the same: torch changed from 2.0.0 to {TORCH}",
        "2 specs: 1 differs (1 updated), 1 missing (1 added)",
    ]


def test_a_failure_names_the_figure_and_what_failed() -> None:
    failed = of("failed", "cannot write: no space left on device")
    assert listed("text", failed).splitlines()[0] == (
        "figures/a.webp: failed: cannot write: no space left on device"
    )


def test_what_would_steer_a_terminal_is_spelt_out() -> None:
    assert "\\x1b[2J\\n" in listed("text", of("differs", "\x1b[2J\n"))


# JSON


def test_json_tells_everything_that_is_known() -> None:
    move = Move(4, 5, "", 0.5, float("nan"), 28, 32, "lr", "", "head")
    block = Move(16, 32, "max", float("inf"), float("-inf"), 1, 2, "metric", block=16)
    end = Move(8, 9, "", 0.5, 0.25, 1, 9, "lr", peak=0.5)
    shape = ShapeChange("groups", ("",), ("a", "b"))
    full = of(
        "differs",
        "why",
        numbers=NumbersDifference((shape, ShapeChange("steps", 8, 9)), (move, block), largest=end),
        block=16,
        keys=("title",),
        changes={"title": (None, "A")},
        pixels=PixelsDifference(1, 2, 3, (4, 5), (6, 7)),
        versions={"torch": ("1", "2")},
        position=Position(2, 3),
        action="updated",
    )
    data = json.loads(listed("json", full))
    assert data == {
        "schema": 1,
        "lrviz": __version__,
        "exit_status": 0,
        "compared": True,
        "counts": {
            **dict.fromkeys(get_args(Outcome), 0),
            "differs": 1,
            "total": 1,
            "updated": 1,
            "added": 0,
            "pixels_inconclusive": 0,
        },
        "results": [
            {
                "outcome": "differs",
                "source": "configs/a.yaml",
                "baseline": "figures/a.webp",
                "reason": "why",
                "exit_status": 0,
                "action": "updated",
                "line": 2,
                "column": 3,
                "numbers": {
                    "shape": [
                        {"kind": "groups", "curve": "", "old": [""], "new": ["a", "b"]},
                        {"kind": "steps", "curve": "", "old": 8, "new": 9},
                    ],
                    "moves": [
                        {
                            "quantity": "lr",
                            "curve": "",
                            "group": "head",
                            "start": 4,
                            "stop": 5,
                            "statistic": "",
                            "old": 0.5,
                            "new": None,
                            "moved": 28,
                            "total": 32,
                            "block": 1,
                            "peak": 0.0,
                        },
                        {
                            "quantity": "metric",
                            "curve": "",
                            "group": "",
                            "start": 16,
                            "stop": 32,
                            "statistic": "max",
                            "old": ".inf",
                            "new": "-.inf",
                            "moved": 1,
                            "total": 2,
                            "block": 16,
                            "peak": 0.0,
                        },
                    ],
                    "hidden": 0,
                    "largest": {
                        "quantity": "lr",
                        "curve": "",
                        "group": "",
                        "start": 8,
                        "stop": 9,
                        "statistic": "",
                        "old": 0.5,
                        "new": 0.25,
                        "moved": 1,
                        "total": 9,
                        "block": 1,
                        "peak": 0.5,
                    },
                    "end": None,
                },
                "block": 16,
                "keys": ["title"],
                "changes": {"title": [None, "A"]},
                "pixels": {
                    "moved": 1,
                    "total": 2,
                    "largest": 3,
                    "old_size": [4, 5],
                    "new_size": [6, 7],
                },
                "pixels_compared": True,
                "versions": {"torch": ["1", "2"]},
                "problems": [],
            }
        ],
    }


def test_json_of_an_orphan_and_of_a_wrong_spec() -> None:
    orphan = Verdict("orphan", "", "figures/b.png", "why")
    problems = (
        Problem("a.yaml", ("scheduler", "StepLR"), "x; y", Position(1, 2)),
        Problem("a.yaml", (), "z"),
    )
    data = json.loads(listed("json", orphan, of("wrong", "x", problems=problems)))
    assert data["results"][0]["source"] is None
    assert (data["results"][0]["line"], data["results"][0]["numbers"]) == (None, None)
    assert data["results"][1]["problems"] == [
        {"source": "a.yaml", "key": "scheduler.StepLR", "text": "x; y", "line": 1, "column": 2},
        {"source": "a.yaml", "key": "", "text": "z", "line": None, "column": None},
    ]
    assert (data["exit_status"], data["compared"]) == (2, False)


def test_json_is_one_line_of_ascii_even_for_names_that_are_no_text() -> None:
    text = listed("json", Verdict("match", "\udcff.yaml", "é.webp", ""))
    assert text.isascii()
    assert text.count("\n") == 1
    assert json.loads(text)["results"][0]["source"] == "\\udcff.yaml"


# GitHub


def test_annotations_stand_on_file_line_and_column(tmp_path: Path) -> None:
    spec, _ = draw(STEP, tmp_path)
    spec.write_text(STEP.replace("0.5", "0.25"))
    (spec.parent / "wrong.yaml").write_text("epochs: 4\nscheduler: StepLr\nx: 1\n")
    (tmp_path / "figures/old.webp").write_bytes(b"")
    done = run(
        *("check", "specs", "--baselines", "figures", "-j1", "--output-format", "github"),
        cwd=tmp_path,
    )
    lines = done.text.splitlines()
    assert done.status == 2
    assert lines[0] == (
        "::error file=specs/step.yaml,line=6,col=5,title=lrviz check%3A differs::"
        f"figures/step.webp: differs: {MOVED.replace('%', '%25')}"
    )
    assert lines[1] == (
        "::error file=specs/wrong.yaml,line=2,col=1,title=lrviz check%3A wrong::"
        "scheduler: unknown scheduler 'StepLr'; did you mean 'StepLR'?"
    )
    assert lines[2].startswith(
        "::error file=specs/wrong.yaml,line=3,col=1,title=lrviz check%3A wrong::x: no such key; "
    )
    assert lines[3].startswith(
        "::error file=figures/old.webp,title=lrviz check%3A orphan::figures/old.webp: orphan: "
    )
    assert lines[4:] == ["2 specs: 1 differs, 1 orphan, 1 wrong"]


def test_annotations_escape_what_would_end_them() -> None:
    odd = Verdict("differs", "a,b:c%\n.yaml", "f", "100%: a,b\r\n::error::x")
    (line, _, _) = listed("github", odd).split("\n")
    assert line == (
        "::error file=a%2Cb%3Ac%25\\n.yaml,title=lrviz check%3A differs::"
        "f: differs: 100%25: a,b\\r\\n::error::x"
    )


def test_what_was_mended_is_a_notice() -> None:
    added = of("missing", "missing baseline", action="added")
    assert listed("github", added).splitlines()[0] == (
        "::notice file=configs/a.yaml,title=lrviz check%3A added::figures/a.webp: added"
    )


def test_a_match_is_no_annotation() -> None:
    assert listed("github", MATCH) == "1 spec: 1 match\n"


# The command


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("specs",), "--baselines"),
        (("specs", "--baselines", "nowhere"), "nowhere: no such folder; --add-missing makes it"),
        (("specs", "--baselines", "figures", "-j0"), "-j"),
        (("specs", "--baselines", "figures", "--output-format", "xml"), "xml"),
        (("-", "--baselines", "figures"), "standard input has no name"),
        (("figures", "--baselines", "figures"), "no spec in this folder"),
    ],
)
def test_a_wrong_usage_is_exit_2_and_nothing_on_standard_output(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    draw(STEP, tmp_path)
    done = run("check", *arguments, cwd=tmp_path)
    assert (done.status, done.text) == (2, "")
    assert said in done.stderr


def test_warnings_go_to_standard_error(tmp_path: Path) -> None:
    arguments = "scheduler: {ReduceLROnPlateau: {patience: 1}}\nmetric: [1, 2, 3]\n"
    text = "epochs: 2\n" + arguments + "optimizer: {SGD: {lr: 0}}\nfigure: {yscale: log}\n"
    spec, figures = draw(text, tmp_path)
    done = run("check", spec, "--baselines", figures, "-j1", "--output-format", "json")
    assert json.loads(done.text)["counts"]["match"] == 1
    metric, axis = done.stderr.splitlines()
    assert metric.startswith(f"warning: {spec}:3:1: metric: has 3 values for 2 calls")
    assert axis == (
        f"warning: {spec}: lr: a log axis only marks 2 of 2 values, which are 0 or less"
    )


def test_a_spec_that_is_wrong_needs_neither_torch_nor_matplotlib(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    spec.write_text("epochs: 4\n")
    done = run_process(
        *("check", spec, "--baselines", figures), env={"PYTHONPROFILEIMPORTTIME": "1"}
    )
    assert done.status == 2
    assert "lrviz.commands.checking" in done.stderr
    assert not {"torch", "matplotlib"} & {
        line.rpartition("|")[2].strip() for line in done.stderr.splitlines()
    }


# Reports


def red(pixels: Any) -> int:
    return int(np.count_nonzero((pixels == [220, 0, 0, 255]).all(axis=2)))


def test_a_report_is_given_pictures_of_what_does_not_match(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    draw(STEP, tmp_path, "same")
    spec.write_text(STEP.replace("0.5", "0.25"))
    same, differs = check(spec.parent, figures, report=Path("report")).verdicts
    assert (same.pictures, same.numbers) == (NO_PICTURES, None)
    for picture in differs.pictures:
        assert picture is not None
        assert picture.startswith(PNG)
    assert differs.pictures.baseline is not None
    assert differs.pictures.result is not None
    assert differs.pictures.difference is not None
    old, new = decode_image(differs.pictures.baseline), decode_image(differs.pictures.result)
    moved = int(np.count_nonzero((old != new).any(axis=2)))
    assert moved > 100
    assert red(decode_image(differs.pictures.difference)) == moved
    assert differs.numbers is not None
    steps = differs.numbers.steps
    found = [(each.start, each.quantity, each.old, each.new) for each in steps[:2]]
    assert found == [(4, "lr", 0.0005, 0.00025), (5, "lr", 0.0005, 0.00025)]
    assert len(steps) == 24


def test_without_a_report_there_are_no_pictures(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    spec.write_text(STEP.replace("0.5", "0.25"))
    (found,) = check(spec, figures).verdicts
    assert found.pictures == NO_PICTURES


def test_of_a_missing_figure_only_the_result_is_shown(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    (figures / "step.webp").unlink()
    (found,) = check(spec, figures, report=Path("report")).verdicts
    assert found.pictures.result is not None
    assert found.pictures == Pictures(result=found.pictures.result)


def test_pictures_of_two_sizes_are_not_laid_over_each_other(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    spec.write_text(f"{STEP}figure: {{dpi: 50}}\n")
    (found,) = check(spec, figures, report=Path("report")).verdicts
    assert found.pictures.baseline is not None
    assert found.pictures.difference is None
    assert found.pictures.overlay is not None


def test_pixels_alone_are_marked_one_by_one(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    spoil_pixels(figures / "step.webp", lambda pixels: pixels.__setitem__((0, slice(7)), 0))
    (found,) = check(spec, figures, report=Path("report")).verdicts
    assert found.pictures.difference is not None
    assert red(decode_image(found.pictures.difference)) == 7
    assert found.numbers is None


def test_of_a_long_curve_the_table_names_blocks(tmp_path: Path) -> None:
    def spoil(record: dict[str, Any]) -> None:
        record["numbers"]["curves"][0]["lr"][0]["max"][3] = 1.0

    spec, figures = draw(STEP.replace("steps_per_epoch: 8", "steps_per_epoch: 2000"), tmp_path)
    spoil_record(figures / "step.webp", spoil)
    (found,) = check(spec, figures, report=Path("report")).verdicts
    assert found.numbers is not None
    steps = found.numbers.steps
    assert [(each.start, each.statistic, each.old) for each in steps] == [(24, "max", 1.0)]
    assert "lr, max of 8 steps" in build_report([found])
    assert found.pictures.overlay is not None


def test_now_and_then_of_a_curve_have_one_colour_in_an_overlay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Run] = []

    def record(run: Run) -> Drawing:
        drawn.append(run)
        return draw_pixels(run)

    sweep = "sweep: {scheduler.StepLR.step_size: [2, 4, 8]}\n"
    spec, figures = draw(f"{STEP}{sweep}", tmp_path)
    spec.write_text(f"{STEP}{sweep}".replace("0.5", "0.25"))
    monkeypatch.setattr("lrviz.check.pictures.draw_pixels", record)
    check(spec, figures, report=Path("report"))
    lines = plot(drawn[-1]).axes[0].lines
    colors = [line.get_color() for line in lines]
    assert colors[:3] == colors[3:]
    assert len(set(colors)) == 3
    assert [line.get_linestyle() for line in lines] == ["-"] * 3 + ["--"] * 3


@pytest.mark.parametrize("value", [1.7e308, -1.7e308, 5e-324])
def test_an_overlay_survives_whatever_numbers_a_picture_stores(
    tmp_path: Path, value: object
) -> None:
    def spoil(record: dict[str, Any]) -> None:
        record["numbers"]["curves"][0]["lr"][0][5] = value
        record["numbers"]["curves"][0]["label"] = ""

    spec, figures = draw(STEP, tmp_path)
    spoil_record(figures / "step.webp", spoil)
    (found,) = check(spec, figures, report=Path("report")).verdicts
    assert found.pictures.overlay is not None
    with Image.open(BytesIO(found.pictures.overlay)) as image:
        assert image.size == (800, 400)


def test_a_spec_that_cannot_be_read_is_named_in_every_format(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    text, data, annotation = (
        run("check", "--baselines", "out", "gone.yaml", "--output-format", listing, cwd=tmp_path)
        for listing in ("text", "json", "github")
    )
    assert (text.status, data.status, annotation.status) == (3, 3, 3)
    closing = "nothing was compared: no spec here has a figure that can be read\n1 spec: 1 failed\n"
    assert text.text == f"gone.yaml: cannot read: no such file\n{closing}"
    assert annotation.text == (
        "::error file=gone.yaml,title=lrviz check%3A failed::cannot read: no such file\n" + closing
    )
    (result,) = json.loads(data.text)["results"]
    said = {key: result[key] for key in ("outcome", "source", "baseline", "reason", "problems")}
    assert said == {
        "outcome": "failed",
        "source": "gone.yaml",
        "baseline": "out/gone.webp",
        "reason": "cannot read: no such file",
        "problems": [
            {
                "source": "gone.yaml",
                "key": "",
                "text": "cannot read: no such file",
                "line": None,
                "column": None,
            }
        ],
    }


def test_a_factory_s_file_that_cannot_be_read_is_named_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    done = run("check", "--baselines", "out", "gone.py:make", cwd=tmp_path)
    assert done.status == 3
    assert done.text.splitlines()[0] == "gone.py: cannot read: no such file"


@pytest.mark.parametrize("name", ["specs/step.yaml", "figures/step.webp", "notes.txt"])
def test_a_report_in_place_of_a_file_is_refused_before_anything_is_done(
    tmp_path: Path, name: str
) -> None:
    spec, figures = draw(STEP, tmp_path)
    (figures / "step.webp").unlink()
    (tmp_path / "notes.txt").write_text("mine")
    if name.startswith("figures"):
        (figures / "step.webp").write_bytes(b"old")
    before = sorted(tmp_path.rglob("*"))
    arguments = ("check", "specs", "--baselines", "figures", "--add-missing", "--report", name)
    done = run(*arguments, cwd=tmp_path)
    message = f"--report {name}: not a folder; the page is written below one, as index.html\n"
    assert (done.status, done.text, done.stderr) == (2, "", message)
    assert sorted(tmp_path.rglob("*")) == before
    assert spec.read_text() == STEP


def test_the_report_is_written_and_named_on_standard_error(tmp_path: Path) -> None:
    spec, _ = draw(STEP, tmp_path)
    spec.write_text(STEP.replace("0.5", "0.25"))
    done = run(
        *("check", "specs", "--baselines", "figures", "-j1", "--report", "report"), cwd=tmp_path
    )
    assert (done.status, done.stderr) == (1, "report: report/index.html\n")
    assert done.text.endswith("1 spec: 1 differs\n")
    page = (tmp_path / "report/index.html").read_text()
    assert "most at step 4: 5e-4 → 2.5e-4, -50 %" in page
    assert page.count("data:image/png;base64,") == 4
