"""What each request of the page gives, without a server."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import lrviz
from lrviz.errors import FileError, SpecError, UsageError
from lrviz.figure.image import render_run
from lrviz.page.answers import Answers, Bench, Format
from lrviz.page.desk import Conflict
from lrviz.run.driven import Run
from lrviz.spec.model import Spec

TEXT = """\
# Halved twice a run.
epochs: 4
steps_per_epoch: 8
scheduler:
  StepLR:
    step_size: 4  # calls
    gamma: 0.5
"""
WRONG = "epochs: 8\nscheduler: {CosineAnnealingLR: {T_max: 3}}\n"
LIGHT = {"style": "light", "narrow": False}


def build(path: Path | None = None, text: str = TEXT, unsavable: str = "") -> Answers:
    """Answers for a file, which is written first; without one, for no spec."""
    if path:
        path.write_bytes(text.encode())
    return Answers(
        Bench(
            name=str(path or ""),
            path=path,
            why_not=lambda _: unsavable,
            others=(),
            load=_read(path),
            spell=bytes.decode,
            read=lambda text: lrviz.parse_spec(text, str(path or "page")),
            drive=lrviz.simulate,
            code=str,
            render=lambda run, format: render_run(run, format)[0],
            begin=lambda name: f"# {name}\n",
        )
    )


def _read(path: Path | None) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            return path.read_bytes() if path else b""
        except OSError as error:
            raise FileError.from_os_error(path, "read", error) from error

    return read


def draw(answers: Answers, text: str = TEXT, *changes: dict[str, Any], **more: Any) -> Any:
    """What is drawn of a text after changes."""
    body = {"tab": "a", "text": text, "changes": changes, "look": LIGHT, "quick": False}
    return answers.draw(body | more)


def put(*key: str | int, value: str) -> dict[str, Any]:
    return {"op": "set", "key": key, "value": value}


def test_a_drawing_has_torch_s_numbers_and_says_them() -> None:
    drawing = draw(build())
    (curve,) = drawing["figure"]["numbers"]["curves"]
    assert curve["lr"][0] == [0.001 * 0.5 ** (step // 4) for step in range(32)]
    assert drawing["told"] == "StepLR: 1e-3, halved every 4 steps, 7.8e-6 at step 31"
    assert (drawing["steps"], drawing["scale"], drawing["x"]) == (32, "linear", "step")
    assert drawing["problems"] == [] == drawing["warnings"]
    assert "<svg" in drawing["figure"]["svg"]


@pytest.mark.parametrize(
    ("look", "text", "background", "width"),
    [
        (LIGHT, TEXT, "#ffffff", 8 * 96),
        ({"style": "dark", "narrow": False}, TEXT, "#15181d", 10 * 96),
        ({"style": "dark", "narrow": True}, TEXT, "#15181d", 4.4 * 96),
        ({"style": "dark", "narrow": True}, f"{TEXT}figure: {{size: [6, 3]}}\n", "#15181d", 6 * 96),
        ({"style": "dark", "narrow": False}, f"{TEXT}figure: {{style: light}}", "#ffffff", 8 * 96),
        # At this resolution a light figure would be 16,800 pixels wide: it is drawn as it asks.
        (LIGHT, f"{TEXT}figure: {{dpi: 2100, size: [1, 1]}}", "#ffffff", 96),
    ],
)
def test_a_page_s_look_holds_where_the_spec_says_nothing(
    look: dict[str, Any], text: str, background: str, width: float
) -> None:
    figure = draw(build(), text, look=look)["figure"]
    assert figure["background"] == background
    assert figure["width"] == pytest.approx(width)


def test_a_change_is_made_in_the_text_whose_comments_stay() -> None:
    key = ("scheduler", "StepLR", "step_size")
    drawing = draw(build(), TEXT, put(*key, value="8"), put("epochs", value="2"))
    expected = TEXT.replace("step_size: 4", "step_size: 8").replace("epochs: 4", "epochs: 2")
    assert drawing["text"] == expected
    assert drawing["figure"]["numbers"]["curves"][0]["lr"][0] == [1e-3] * 8 + [5e-4] * 8


def test_what_is_wrong_is_told_at_its_key_and_stays_in_the_text() -> None:
    key = ("scheduler", "StepLR", "step_size")
    drawing = draw(build(), TEXT, put(*key, value="many"))
    assert drawing["text"] == TEXT.replace("step_size: 4", "step_size: many")
    (problem,) = drawing["problems"]
    assert problem["key"] == list(key)
    assert problem["line"].startswith(
        "page:6:5: scheduler.StepLR.step_size: must be a whole number"
    )
    assert drawing["figure"] is None
    titles = [section["title"] for section in drawing["form"]]
    assert {"Run", "Optimizer", "Scheduler"} <= set(titles)


def test_what_cannot_be_read_has_no_controls() -> None:
    drawing = draw(build(), "epochs: [1", put("epochs", value="2"))
    assert (drawing["form"], drawing["figure"], drawing["text"]) == (None, None, "epochs: [1")
    assert drawing["problems"]


def test_one_change_that_makes_no_sense_keeps_no_other_from_being_made() -> None:
    drawing = draw(build(), TEXT, put("epochs", value="[1"), put("steps_per_epoch", value="2"))
    assert drawing["text"] == TEXT.replace("steps_per_epoch: 8", "steps_per_epoch: 2")
    assert [each["key"] for each in drawing["problems"]] == [["epochs"]]
    assert drawing["figure"] is not None


def test_a_quick_drawing_stands_where_the_one_before_did_and_has_no_controls() -> None:
    answers = build()
    first, other = draw(answers), f"{TEXT}optimizer: {{SGD: {{lr: 5e+4}}}}\n"
    quick = draw(answers, other, quick=True)
    assert "form" not in quick
    boxes = [each["figure"]["view"]["panels"][0]["box"] for each in (first, quick)]
    assert boxes[1] == pytest.approx(boxes[0], rel=1e-12)
    elsewhere = draw(answers, other, quick=True, tab="another")
    assert elsewhere["figure"]["view"]["panels"][0]["box"] != pytest.approx(boxes[0], rel=1e-3)


def test_very_many_numbers_are_sent_in_blocks() -> None:
    answers = build()
    few, many = (f"steps: {n}\nscheduler: {{LinearLR: {{}}}}" for n in (32_768 - 2, 32_768))
    for text, block in ((few, 1), (many, 32)):  # momentum and weight decay do not move
        (curve,) = draw(answers, text)["figure"]["numbers"]["curves"]
        assert curve["block"] == block
    assert len(curve["lr"][0]["min"]) == 1024


def test_a_finding_is_told_and_fixed() -> None:
    answers = build()
    told: Any = answers.lint({"text": WRONG})
    (finding,) = told["findings"]
    key = ["scheduler", "CosineAnnealingLR", "T_max"]
    assert (finding["code"], finding["severity"], finding["key"]) == ("LR001", "warning", key)
    assert finding["fix"] == {"key": key, "label": "T_max: 8"}
    fixed = answers.fix({"text": WRONG, "code": "LR001", "key": key})
    assert fixed["text"] == WRONG.replace("T_max: 3", "T_max: 8")
    assert answers.lint({"text": fixed["text"]})["findings"] == []


def test_a_fix_that_is_there_no_more_changes_nothing() -> None:
    key = ["scheduler", "StepLR", "gamma"]
    assert build().fix({"text": TEXT, "code": "LR001", "key": key}) == {"text": TEXT, "said": []}


def test_a_figure_is_the_one_that_plot_writes() -> None:
    answers = build()
    formats: tuple[Format, ...] = ("png", "svg", "pdf")
    for format in formats:
        run = lrviz.simulate(lrviz.parse_spec(TEXT))
        assert answers.figure({"text": TEXT, "format": format}) == (
            render_run(run, format)[0],
            format,
        )


@pytest.mark.parametrize("text", [TEXT, TEXT.replace("\n", "\r\n"), f"\ufeff{TEXT}"])
def test_a_save_writes_the_text_and_nothing_else(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    answers = build(path, text)
    state = answers.state()
    assert (state["text"], state["changed"], state["unsavable"]) == (text, False, "")
    new = draw(answers, text, put("epochs", value="8"))["text"]
    seen = answers.save({"text": new, "seen": state["seen"]})["seen"]
    assert path.read_bytes() == text.replace("epochs: 4", "epochs: 8").encode()
    assert answers.look() is None
    assert answers.save({"text": text, "seen": seen})["seen"] == state["seen"]
    assert [each.name for each in tmp_path.iterdir()] == ["a.yaml"]


def test_a_save_asks_where_the_file_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    answers = build(path)
    seen = answers.state()["seen"]
    path.write_text(WRONG)
    with pytest.raises(Conflict) as conflict:
        answers.save({"text": TEXT, "seen": seen})
    assert path.read_text() == WRONG == conflict.value.body["text"]
    answers.save({"text": TEXT, "seen": conflict.value.body["seen"]})
    assert path.read_text() == TEXT


def test_what_is_written_while_a_spec_is_driven_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    answers = build(path)
    bench = answers._bench

    def drive(spec: Spec) -> Run:
        path.write_text(WRONG)
        return bench.drive(spec)

    seen = answers.state()["seen"]
    answers._bench = replace(bench, drive=drive)
    with pytest.raises(Conflict):
        answers.save({"text": TEXT, "seen": seen})
    assert path.read_text() == WRONG


def test_what_is_wrong_is_not_saved(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    answers = build(path)
    with pytest.raises(SpecError):
        answers.save({"text": "epochs: 0", "seen": answers.state()["seen"]})
    assert path.read_text() == TEXT


def test_what_cannot_be_saved_is_not(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file was named to save"):
        build(unsavable="no file was named to save").save({"text": TEXT, "seen": ""})
    answers = build(tmp_path / "a.yaml", unsavable="a link is not written through")
    with pytest.raises(UsageError, match="a link is not written through"):
        answers.save({"text": TEXT, "seen": answers.state()["seen"]})
    assert (tmp_path / "a.yaml").read_text() == TEXT


def test_a_file_that_was_changed_is_told_once_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    answers = build(path)
    assert answers.look() is None
    path.write_text(f"{TEXT}# new\n")
    assert answers.state()["text"] == f"{TEXT}# new\n"  # to who asks, before anybody is told
    path.write_text("")
    assert answers.look() is None  # it may be being written
    path.write_text(WRONG)
    assert answers.look() is None
    news = answers.look()
    assert news is not None
    assert news["text"] == WRONG
    assert news["seen"] == answers.state()["seen"]
    assert answers.look() is None
    os.utime(path, ns=(1, 1))  # touched, and not changed
    assert [answers.look(), answers.look()] == [None, None]
    path.unlink()
    assert answers.look() is None
    assert answers.look() == {"error": f"{path}: cannot read: no such file or directory"}
    assert answers.look() is None
    assert answers.state()["text"] == WRONG
    path.write_text(WRONG)
    assert answers.look() is None
    assert answers.look() == news  # it is back
    assert answers.look() is None


def test_a_spec_to_start_from_is_begun() -> None:
    answers = build()
    starts: Any = answers.state()["starts"]
    assert {each["kind"] for each in starts} == {"article", "recipe", "catalog"}
    for kind in ("article", "recipe"):
        name = next(each["name"] for each in starts if each["kind"] == kind)
        text: Any = answers.begin({"kind": kind, "name": name})["text"]
        assert draw(answers, text)["problems"] == []
    assert answers.begin({"kind": "catalog", "name": "StepLR"}) == {"text": "# StepLR\n"}
    for kind, name in (("article", "../pyproject"), ("catalog", "Nothing"), ("recipe", "steplr")):
        with pytest.raises(UsageError, match="nothing of that name"):
            answers.begin({"kind": kind, "name": name})


def test_what_depends_on_more_than_its_text_is_driven_anew(tmp_path: Path) -> None:
    driven: list[object] = []

    def drive(spec: lrviz.Spec) -> lrviz.Run:
        driven.append(spec)
        return lrviz.simulate(spec)

    answers = build()
    answers._bench = replace(answers._bench, drive=drive, read=lrviz.load)
    for name, times in (("plain", 1), ("csv", 2)):
        driven.clear()
        given = "{csv: a.csv, column: loss}" if name == "csv" else "[0.5]"
        spec = tmp_path / f"{name}.yaml"
        spec.write_text(f"epochs: 2\nmetric: {given}\nscheduler: ReduceLROnPlateau\n")
        (tmp_path / "a.csv").write_text("loss\n0.5\n0.4\n")
        for _ in range(2):
            assert answers.code({"text": str(spec)})
        assert len(driven) == times
