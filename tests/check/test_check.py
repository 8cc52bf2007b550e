"""The table of outcomes, row by row."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lrviz.check.output import format_checked
from lrviz.check.verdict import PixelsDifference
from lrviz.errors import Position, Problem, UsageError, WorkerDied
from lrviz.figure.image import Pixels, decode_image, encode_image
from lrviz.figure.moves import NumbersDifference, ShapeChange
from lrviz.system.versions import versions
from tests.support.checking import STEP, check, draw, request, spoil_pixels, spoil_record, verdict
from tests.support.lrvizrun import run
from tests.support.specs import ROOT, Forbid

TORCH = versions()["torch"]

# 1e-3 times a half after every 4 of 32 steps, and a quarter: at the end 2**-7 and 4**-7 of it.
QUARTERED = "most at step 4: 5e-4 -> 2.5e-4, -50 %; ends 7.813e-6 -> 6.104e-8, -99.2 %"


def older_torch(record: dict[str, Any]) -> None:
    """Numbers as another torch gave them: the LR was twice as high from step 4 on."""
    record["versions"]["torch"] = "2.0.0"
    row = record["numbers"]["curves"][0]["lr"][0]
    row[4:] = [2 * value for value in row[4:]]


def other_matplotlib(record: dict[str, Any]) -> None:
    record["versions"]["matplotlib"] = "3.0.0"


def no_numbers(record: dict[str, Any]) -> None:
    record["numbers"] = None


def strip(figure: Path) -> None:
    """Save a figure as another program would: nothing but its pixels."""
    figure.write_bytes(encode_image(decode_image(figure.read_bytes()), "webp", 100, None))


def blot(pixels: Pixels) -> None:
    pixels[10, 20:23] = [0, 0, 0, 255]  # three of the white ones


# Numbers and spec equal


def test_a_figure_of_the_same_spec_numbers_and_pixels_is_a_match(tmp_path: Path) -> None:
    found = verdict(*draw(STEP, tmp_path))
    assert (found.outcome, found.reason, found.exit_status) == ("match", "", 0)
    assert (found.numbers, found.keys, found.pixels, found.versions) == (None, (), None, {})
    assert found.pixels_compared


@pytest.mark.parametrize("text", [f"# a comment\n{STEP}", STEP.replace("4", "4.0")])
def test_comments_and_the_spelling_of_numbers_are_no_part_of_a_spec(
    tmp_path: Path, text: str
) -> None:
    spec, figures = draw(STEP, tmp_path)
    spec.write_text(text)
    assert verdict(spec, figures).outcome == "match"


@pytest.mark.parametrize("name", ["lrviz", "matplotlib", "freetype", "pillow", "platform", "fonts"])
def test_pixels_that_other_versions_drew_are_not_compared_and_the_numbers_are(
    tmp_path: Path, name: str
) -> None:
    spec, figures = draw(STEP, tmp_path)
    spoil_pixels(figures / "step.webp", blot)
    spoil_record(figures / "step.webp", lambda record: record["versions"].update({name: "0.1"}))
    found = verdict(spec, figures)
    assert (found.outcome, found.exit_status, found.pixels_compared) == ("match", 0, False)
    assert found.versions[name][0] == "0.1"
    assert found.reason == f"pixels inconclusive: {name} was 0.1, is {found.versions[name][1]}"


def test_numbers_that_moved_are_found_in_a_figure_of_another_matplotlib(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    spoil_record(figures / "step.webp", other_matplotlib)
    spec.write_text(STEP.replace("0.5", "0.25"))
    found = verdict(spec, figures)
    assert (found.outcome, found.exit_status, found.pixels_compared) == ("differs", 1, False)
    assert found.reason == (
        f"gamma 0.5 -> 0.25; {QUARTERED}; first at step 4 (28 of 32 steps differ)"
    )


def test_another_torch_that_gives_the_same_numbers_is_a_match(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    spoil_record(figures / "step.webp", lambda record: record["versions"].update(torch="2.0.0"))
    found = verdict(spec, figures)
    assert (found.outcome, found.pixels_compared) == ("match", True)
    assert found.versions == {"torch": ("2.0.0", TORCH)}


def test_three_pixels_that_moved_are_found(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    spoil_pixels(figures / "step.webp", blot)
    found = verdict(spec, figures)
    assert (found.outcome, found.exit_status) == ("differs", 1)
    assert found.pixels == PixelsDifference(3, 500_000, 255, (1000, 500), (1000, 500))
    assert found.reason == (
        "3 of 500,000 pixels differ, by up to 255 of 255; numbers, spec and versions are the same"
    )


def test_a_picture_of_another_size_differs(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    figure = figures / "step.webp"
    pixels = decode_image(figure.read_bytes())
    figure.write_bytes(
        encode_image(pixels[:400, :900], "webp", 100, json.dumps(_record_of(figure)))
    )
    found = verdict(spec, figures)
    assert found.outcome == "differs"
    assert found.pixels is not None
    assert (found.pixels.old_size, found.pixels.new_size) == ((900, 400), (1000, 500))
    assert (found.pixels.moved, found.pixels.total) == (140_000, 500_000)
    assert found.reason.startswith("the picture was 900 x 400 pixels, is 1000 x 500; ")


def _record_of(figure: Path) -> dict[str, Any]:
    from lrviz.figure.chunks import read_record

    record: dict[str, Any] = json.loads(read_record(figure.read_bytes()) or "")
    return record


# Spec, numbers, both


@pytest.mark.parametrize(
    ("text", "change", "place"),
    [
        ("title: A\n" + STEP, "title A added", Position(1, 1)),
        (STEP + "figure: {dpi: 50}\n", "dpi 50 added", Position(7, 10)),
        (STEP + "optimizer: {SGD: {lr: 1e-3}}\n", "optimizer {SGD} added", Position(7, 1)),
        (STEP.replace("0.5", "=1 / 2"), "gamma 0.5 -> =1 / 2", Position(6, 5)),
    ],
)
def test_a_spec_that_changed_without_moving_a_number_is_a_stale_figure(
    tmp_path: Path, text: str, change: str, place: Position
) -> None:
    spec, figures = draw(STEP, tmp_path)
    spec.write_text(text)
    found = verdict(spec, figures)
    assert (found.outcome, found.numbers, found.exit_status) == ("differs", None, 1)
    assert [key.rpartition(".")[2] for key in found.keys] == [change.split()[0]]
    assert found.reason == f"stale: {change}; the numbers are the same"
    assert found.position == place


def test_curves_in_another_order_are_a_stale_figure(tmp_path: Path) -> None:
    """The first one takes the first colour, and the legend names them in turn."""
    curves = (
        "epochs: 4\nscheduler: {StepLR: {step_size: 2}}\ncurves: {%s: {}, %s: {interval: epoch}}\n"
    )
    spec, figures = draw(curves % ("b", "a"), tmp_path)
    assert verdict(spec, figures).outcome == "match"
    spec.write_text(curves.replace("%s: {}, %s: {interval: epoch}", "a: {interval: epoch}, b: {}"))
    found = verdict(spec, figures)
    assert (found.outcome, found.numbers, found.keys) == ("differs", None, ("curves",))


def test_a_key_that_is_gone_is_named_where_its_parent_stands(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    spec.write_text(STEP.replace("    gamma: 0.5\n", ""))
    found = verdict(spec, figures)
    assert found.keys == ("scheduler.StepLR.gamma",)
    assert found.position == Position(4, 3)


def test_more_keys_than_people_read_are_counted(tmp_path: Path) -> None:
    spec, figures = draw(f"{STEP}figure: {{dpi: 50, legend: true}}\n", tmp_path)
    spec.write_text(f"title: A\n{STEP}figure: {{x: epoch, grid: true, dpi: 60}}\n")
    found = verdict(spec, figures)
    assert found.keys == ("title", "figure.x", "figure.grid", "figure.dpi", "figure.legend")
    assert found.reason == (
        "stale: title A added, x epoch added, grid true added, dpi 50 -> 60 and 1 more; "
        "the numbers are the same"
    )


def test_a_style_is_the_values_it_stands_for(tmp_path: Path) -> None:
    spec, figures = draw(f"{STEP}figure: {{style: light}}\n", tmp_path)
    light = spoil_style(figures / "step.webp", grid=False)
    assert light["grid"] is True
    found = verdict(spec, figures)
    assert (found.keys, list(found.changes)) == (("figure.style",), ["figure.style"])
    assert found.reason == "stale: style light, whose values changed; the numbers are the same"


@pytest.mark.parametrize(
    ("old", "new", "change", "key"),
    [
        ("{style: article}", "{style: light}", "style article -> light", "figure.style"),
        ("{dpi: 50}", "{dpi: 50, style: dark}", "style dark added", "figure.style"),
        ("{dpi: 50, style: dark}", "{dpi: 50}", "style dark removed", "figure.style"),
    ],
)
def test_another_style_is_named_and_not_its_values(
    tmp_path: Path, old: str, new: str, change: str, key: str
) -> None:
    spec, figures = draw(f"{STEP}figure: {old}\n", tmp_path)
    spec.write_text(f"{STEP}figure: {new}\n")
    found = verdict(spec, figures)
    assert (found.keys, list(found.changes)) == ((key,), [key])
    assert found.reason == f"stale: {change}; the numbers are the same"


def test_another_style_than_that_of_an_older_figure_is_its_values(tmp_path: Path) -> None:
    """It does not say what its style was called."""
    spec, figures = draw(f"{STEP}figure: {{style: light}}\n", tmp_path)
    spoil_record(figures / "step.webp", lambda record: record.pop("style"))
    assert verdict(spec, figures).outcome == "match"
    spec.write_text(f"{STEP}figure: {{style: dark}}\n")
    found = verdict(spec, figures)
    assert "figure.style.background" in found.keys
    assert "background #ffffff -> " in found.reason


def test_a_change_in_the_fifth_digit_is_told_in_all_of_them(tmp_path: Path) -> None:
    text = "epochs: 1\nscheduler: {ConstantLR: {factor: 1}}\noptimizer: {SGD: {lr: %s}}\n"
    spec, figures = draw(text % "1e-3", tmp_path)
    spec.write_text(text % "1.00001e-3")
    assert verdict(spec, figures).reason == (
        "lr 0.001 -> 0.00100001; most at step 0: 1e-3 -> 0.00100001, +1e-3 %; "
        "first at step 0 (1 of 1 steps differ)"
    )


def test_a_change_from_next_to_nothing_has_no_percentage(tmp_path: Path) -> None:
    """Not +inf %: a cosine from 1e-3 to 0 ends somewhere next to it."""
    text = "epochs: 5\nscheduler: {CosineAnnealingLR: {T_max: 4, eta_min: %s}}\n"
    spec, figures = draw(text % "0", tmp_path)
    spec.write_text(text % "1e-4")
    assert verdict(spec, figures).reason == (
        "eta_min 0 -> 1e-4; most at step 4: 0 -> 1e-4; first at step 1 (4 of 5 steps differ)"
    )
    run("check", spec, "--baselines", figures, "--update")
    spec.write_text(text % "2e-4")
    assert "; most at step 4: 1e-4 -> 2e-4, +100 %; " in verdict(spec, figures).reason


# Names


def test_a_spec_that_was_renamed_is_told_how_to_take_its_figure_along(tmp_path: Path) -> None:
    spec, _ = draw(STEP, tmp_path)
    spec.rename(spec.with_name("it's new.yaml"))
    done = run("check", "specs", "--baselines", "figures", "-j1", cwd=tmp_path)
    assert (done.status, done.text.splitlines()) == (
        1,
        [
            "figures/it's new.webp: missing baseline; renamed? "
            """run `mv figures/step.webp 'figures/it'"'"'s new.webp'`""",
            "figures/step.webp: orphan: the figure of specs/it's new.yaml, if that was renamed",
            "nothing was compared: no spec here has a figure that can be read",
            "1 spec: 1 missing, 1 orphan",
        ],
    )


def test_a_spec_that_was_moved_takes_the_figure_of_its_name_and_no_figure_is_taken_twice(
    tmp_path: Path,
) -> None:
    for name in "abc":
        draw(STEP, tmp_path, name, ending=".png")
    (tmp_path / "specs/deep").mkdir()
    (tmp_path / "specs/b.yaml").rename(tmp_path / "specs/deep/b.yaml")
    (tmp_path / "specs/c.yaml").rename(tmp_path / "specs/z.yaml")
    there = tmp_path / "figures"
    verdicts = check(tmp_path / "specs", there).verdicts
    deep, other = (each.reason for each in verdicts if each.outcome == "missing")
    assert deep.endswith(f"run `mkdir -p {there}/deep && mv {there}/b.png {there}/deep/b.png`")
    assert other.endswith(f"run `mv {there}/c.png {there}/z.png`")


def test_a_new_spec_with_another_curve_is_not_said_to_be_renamed(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    spec.rename(spec.with_name("new.yaml")).write_text(STEP.replace("0.5", "0.25"))
    missing, orphan = check(spec.parent, figures).verdicts
    assert "--add-missing`" in missing.reason
    assert orphan.reason == "no spec of this check draws it; remove it, or bring back its spec"


@pytest.mark.parametrize("name", ["specs/deep/a.yaml", "../x/specs/deep/a.yaml"])
def test_a_spec_alone_is_held_against_the_figure_with_the_longest_end_of_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = tmp_path / "x"
    (folder / "specs/deep").mkdir(parents=True)
    (folder / "specs/deep/a.yaml").write_text(STEP)
    monkeypatch.chdir(folder)
    assert run("check", "specs", "--baselines", "figures", "--add-missing").status == 0
    (folder / "figures/a.webp").write_bytes(b"")
    found = verdict(Path(name), Path("figures"))
    assert (found.outcome, found.baseline) == ("match", "figures/deep/a.webp")
    both = run("check", "specs", name, "--baselines", "figures", "-j1").text
    assert both.endswith("1 spec: 1 match, 1 orphan\n")
    (folder / "figures/deep/a.webp").rename(folder / "figures/deep/a.png")
    (folder / "figures/deep/a.webp").write_bytes(b"")
    with pytest.raises(UsageError) as caught:
        verdict(Path(name), Path("figures"))
    assert str(caught.value) == (
        "figures/deep/a: there are a.png and a.webp; remove the one that is stale"
    )


def test_a_figure_of_a_spec_alone_is_added_beside_those_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "specs/deep").mkdir(parents=True)
    (tmp_path / "specs/deep/a.yaml").write_text(STEP)
    (tmp_path / "specs/deep/b.yaml").write_text(STEP)
    (tmp_path / "figures/deep").mkdir(parents=True)
    found = verdict(tmp_path / "specs/deep/a.yaml", tmp_path / "figures", adds=True)
    assert (found.action, found.baseline) == ("added", str(tmp_path / "figures/deep/a.webp"))


def spoil_style(figure: Path, **values: object) -> dict[str, Any]:
    """Draw a figure with an older style of the same name; return the style it has now."""
    found: dict[str, Any] = {}

    def spoil(record: dict[str, Any]) -> None:
        found.update(record["spec"]["figure"]["style"])
        record["spec"]["figure"]["style"] |= values

    spoil_record(figure, spoil)
    return found


def test_numbers_that_moved_under_the_same_spec_are_torchs_change(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    spoil_record(figures / "step.webp", older_torch)
    found = verdict(spec, figures)
    assert (found.outcome, found.keys, found.exit_status) == ("differs", (), 1)
    assert found.versions == {"torch": ("2.0.0", TORCH)}
    assert found.reason == (
        "most at step 4: 1e-3 -> 5e-4, -50 %; ends 1.563e-5 -> 7.813e-6, -50 %; "
        "first at step 4 (28 of 32 steps differ); "
        f"the spec is the same: torch changed from 2.0.0 to {TORCH}"
    )
    assert found.position == Position(4, 3)


def test_numbers_that_moved_under_the_same_spec_and_torch_are_said_to_be_so(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    spoil_record(figures / "step.webp", older_torch)
    spoil_record(figures / "step.webp", lambda record: record["versions"].update(torch=TORCH))
    assert verdict(spec, figures).reason.endswith("; the spec and torch's version are the same")


def test_where_spec_and_torch_both_changed_both_are_named(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    spoil_record(figures / "step.webp", older_torch)
    spec.write_text(STEP.replace("0.5", "0.25"))
    found = verdict(spec, figures)
    assert found.numbers is not None
    assert found.numbers.moves[0][:7] == (4, 5, "", 0.001, 0.00025, 28, 32)
    assert found.reason.startswith(f"gamma 0.5 -> 0.25, torch 2.0.0 -> {TORCH}; most at step 4: ")


# Other shapes


def test_other_steps_are_named_and_the_common_part_is_compared(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    spec.write_text(STEP.replace("epochs: 4", "epochs: 5").replace("0.5", "0.25"))
    found = verdict(spec, figures)
    assert found.numbers is not None
    assert found.numbers.shape == (ShapeChange("steps", 32, 40),)
    assert found.reason == (
        "epochs 4 -> 5, gamma 0.5 -> 0.25; steps were 32, are 40; "
        "most at step 4: 5e-4 -> 2.5e-4, -50 %; ends 7.813e-6 -> 3.815e-9, -100 %; "
        "first at step 4 (28 of 32 steps differ)"
    )
    assert (found.outcome, found.exit_status) == ("differs", 1)


@pytest.mark.parametrize(
    ("line", "change"),
    [
        (
            "optimizer: {SGD: {lr: 1e-3, param_groups: [{name: a}, {name: b}]}}\n",
            ShapeChange("groups", ("",), ("a", "b")),
        ),
        (
            "optimizer: {Adagrad: {lr: 1e-3}}\n",
            ShapeChange("quantities", ("lr", "momentum", "weight_decay"), ("lr", "weight_decay")),
        ),
    ],
)
def test_other_groups_and_quantities_are_another_shape(
    tmp_path: Path, line: str, change: ShapeChange
) -> None:
    spec, figures = draw(STEP, tmp_path)
    spec.write_text(STEP + line)
    found = verdict(spec, figures)
    assert found.outcome == "differs"
    assert found.numbers is not None
    assert change in found.numbers.shape


CURVES = """\
epochs: 4
steps_per_epoch: 8
curves:
  fast:
    scheduler: {StepLR: {step_size: 4}}
  slow:
    scheduler: {StepLR: {step_size: 8}}
"""


def test_a_curve_that_moved_is_named(tmp_path: Path) -> None:
    spec, figures = draw(CURVES, tmp_path)
    spec.write_text(CURVES.replace("step_size: 8", "step_size: 9"))
    found = verdict(spec, figures)
    assert found.reason == (
        "curves.slow.scheduler.StepLR.step_size 8 -> 9; "
        "lr (slow) most at step 8: 1e-4 -> 1e-3, +900 %; ends the same; "
        "first at step 8 (6 of 32 steps differ)"
    )
    assert found.position == Position(7, 26)


def test_another_curve_is_another_shape(tmp_path: Path) -> None:
    spec, figures = draw(CURVES, tmp_path)
    spec.write_text(CURVES.replace("slow", "slower"))
    found = verdict(spec, figures)
    assert (found.outcome, found.exit_status) == ("differs", 1)
    assert found.reason == (
        "curves.slower {scheduler} added, curves.slow {scheduler} removed; "
        "curves were fast, slow, are fast, slower"
    )
    assert found.position == Position(6, 3)


# No numbers stored


@pytest.mark.parametrize("spoil", [strip, lambda figure: spoil_record(figure, no_numbers)])
def test_without_numbers_equal_pixels_are_a_match(tmp_path: Path, spoil: Any) -> None:
    spec, figures = draw(STEP, tmp_path)
    spoil(figures / "step.webp")
    found = verdict(spec, figures)
    assert (found.outcome, found.exit_status, found.pixels_compared) == ("match", 0, True)
    assert found.reason == "pixels only: it stores no numbers"
    text = format_checked(check(spec, figures), "text")
    assert text == "1 spec: 1 match (1 by pixels only)\n"


@pytest.mark.parametrize("spoil", [strip, lambda figure: spoil_record(figure, no_numbers)])
def test_without_numbers_other_pixels_differ(tmp_path: Path, spoil: Any) -> None:
    spec, figures = draw(STEP, tmp_path)
    spoil_pixels(figures / "step.webp", blot)
    spoil(figures / "step.webp")
    found = verdict(spec, figures)
    assert (found.outcome, found.exit_status) == ("differs", 1)
    assert found.reason == ("3 of 500,000 pixels differ, by up to 255 of 255; it stores no numbers")


def test_without_numbers_pixels_of_another_matplotlib_are_inconclusive(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    spoil_record(figures / "step.webp", no_numbers)
    spoil_record(figures / "step.webp", other_matplotlib)
    found = verdict(spec, figures)
    assert (found.outcome, found.exit_status) == ("inconclusive", 1)
    assert found.reason == (
        f"it stores no numbers, and matplotlib was 3.0.0, is {versions()['matplotlib']}"
    )


# No figure, no spec


def test_a_spec_without_a_figure_is_told_what_draws_one(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    (figures / "step.webp").unlink()
    found = verdict(spec, figures)
    assert (found.outcome, found.exit_status) == ("missing", 1)
    assert found.baseline == str(figures / "step.webp")
    assert found.reason == (
        f"missing baseline; run `lrviz check {spec} --baselines {figures} --add-missing`"
    )
    assert not check(spec, figures).compared


def test_a_figure_without_a_spec_is_an_orphan_where_a_folder_is_checked(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    (figures / "deep").mkdir()
    (figures / "deep/old.PNG").write_bytes(b"\x89PNG\r\n\x1a\n")
    (figures / "notes.txt").write_bytes(b"no figure")
    matched, orphan = check(spec.parent, figures).verdicts
    assert (matched.outcome, orphan.outcome, orphan.exit_status) == ("match", "orphan", 1)
    assert (orphan.source, orphan.baseline) == ("", str(figures / "deep/old.PNG"))
    assert check(spec, figures).exit_status == 0


def test_a_contact_sheet_is_no_orphan(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    sheet = encode_image(np.zeros((2, 2, 4), np.uint8), "webp", 100, '{"format":1,"sheet":"c0"}')
    (figures / "cheat_sheet.webp").write_bytes(sheet)
    assert [each.outcome for each in check(spec.parent, figures).verdicts] == ["match"]


def test_the_structure_of_a_folder_is_that_of_its_figures(tmp_path: Path) -> None:
    folder = tmp_path / "specs"
    (folder / "vision").mkdir(parents=True)
    (folder / "vision/a.b.yml").write_text(STEP)
    figures = tmp_path / "figures"
    assert verdict(folder, figures, adds=True).baseline == str(figures / "vision/a.b.webp")
    assert verdict(folder, figures).outcome == "match"


def test_a_figure_twice_is_a_wrong_usage(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    (figures / "step.png").write_bytes(b"")
    with pytest.raises(UsageError, match=r"there are step\.png and step\.webp; remove"):
        check(spec, figures)


def test_two_specs_for_one_figure_are_a_wrong_usage(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    spec.with_suffix(".yml").write_text(STEP)
    with pytest.raises(UsageError, match=r"step\.webp: both .*step\.yaml and .*step\.yml would"):
        check(spec.parent, figures)


def test_a_folder_of_figures_that_is_none_is_a_wrong_usage(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    with pytest.raises(UsageError, match=r"--baselines .*nowhere: no such folder"):
        check(spec, tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"--baselines .*nowhere: no such folder"):
        check(spec, tmp_path / "nowhere", updates=True)
    with pytest.raises(UsageError, match=r"--baselines .*step\.webp: not a folder"):
        check(spec, figures / "step.webp", adds=True)


# Wrong specs and failures


def test_a_wrong_spec_is_one_outcome_and_the_others_are_checked(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    (spec.parent / "shape.yaml").write_text("epochs: 4\nscheduler: {Step: {}}\nx: 1\n")
    (spec.parent / "torch.yaml").write_text(STEP.replace("step_size: 4", "step_size: 0"))
    checked = check(spec.parent, figures)
    shape, match, torch = checked.verdicts
    assert [each.outcome for each in (shape, match, torch)] == ["wrong", "match", "wrong"]
    assert (shape.exit_status, torch.exit_status, checked.exit_status) == (2, 2, 2)
    assert [each.key for each in shape.problems] == [("scheduler",), ("x",)]
    assert shape.position == shape.problems[0].position is not None
    assert torch.problems[0].key == ("scheduler", "StepLR", "step_size")


def test_a_panel_that_cannot_be_drawn_makes_a_spec_wrong(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    spec.write_text(
        f"{STEP}optimizer: {{Adagrad: {{lr: 1e-3}}}}\nfigure: {{panels: [lr, momentum]}}\n"
    )
    found = verdict(spec, figures)
    assert (found.outcome, found.exit_status) == ("wrong", 2)
    assert found.problems[0].key == ("figure", "panels", 1)


def test_a_spec_that_cannot_be_read_fails_and_the_others_are_checked(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    checked = check(spec, figures, sources=[str(tmp_path / "nowhere.yaml"), str(spec)])
    failed, match = checked.verdicts
    assert (failed.outcome, failed.exit_status, match.outcome) == ("failed", 3, "match")
    assert failed.reason == "cannot read: no such file"
    assert failed.problems == (
        Problem(str(tmp_path / "nowhere.yaml"), (), "cannot read: no such file"),
    )
    assert checked.exit_status == 3


def test_a_folder_that_cannot_be_read_fails_and_the_others_are_checked(
    tmp_path: Path, forbid: Forbid
) -> None:
    """Its figures may be of specs in it: nobody can say that they are orphans."""
    spec, figures = draw(STEP, tmp_path)
    forbid(spec.parent / "deep" / "secret")
    (figures / "deep" / "secret").mkdir(parents=True)
    (figures / "deep" / "secret" / "old.webp").write_bytes((figures / "step.webp").read_bytes())
    failed, match = check(spec.parent, figures).verdicts
    assert (failed.outcome, failed.exit_status, match.outcome) == ("failed", 3, "match")
    assert failed.problems == (
        Problem(str(spec.parent / "deep" / "secret"), (), "cannot read: permission denied"),
    )


def test_a_worker_that_dies_is_a_failure_of_its_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dying:
        def __init__(self, wanted: int, figures: int) -> None:
            assert (wanted, figures) == (2, 2)

        def __enter__(self) -> "Dying":
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def map(self, function: object, items: Any) -> Any:
            return ((item, WorkerDied("was killed by SIGKILL")) for item in items)

    spec, figures = draw(STEP, tmp_path)
    draw(STEP, tmp_path, "other")
    monkeypatch.setattr("lrviz.commands.checking.Workers", Dying)
    for found in check(spec.parent, figures, jobs=2).verdicts:
        assert (found.outcome, found.exit_status) == ("failed", 3)
        assert found.reason == "its worker process was killed by SIGKILL"


def test_two_workers_find_what_one_process_finds(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    for name in "abc":
        draw(STEP, tmp_path, name)
    spec.write_text(STEP.replace("0.5", "0.25"))
    alone, together = (
        run("check", spec.parent, "--baselines", figures, "-j", jobs, "--output-format", "json")
        for jobs in (1, 2)
    )
    assert (alone.status, alone.stderr) == (1, "")
    assert json.loads(alone.text)["counts"]["match"] == 3
    assert together == alone


@pytest.mark.usefixtures("transformers", "timm")
def test_this_repositorys_figures_match_its_specs() -> None:
    checked = check(ROOT / "configs", ROOT / "figures")
    assert {each.outcome for each in checked.verdicts} == {"match"}
    assert len(checked.verdicts) == len(list((ROOT / "configs").rglob("*.yaml")))
    assert request(ROOT / "configs", ROOT / "figures").remedy.endswith("--add-missing`")


# Long curves, whose numbers are stored in blocks

LONG = "epochs: 10\nsteps_per_epoch: 1000\nscheduler: {ExponentialLR: {gamma: 0.999}}\n"

TRAIN = """\
from torch.optim.lr_scheduler import LambdaLR

def make(optimizer):
    return LambdaLR(optimizer, lambda step: PEAK[step % 128] if step < 10_000 else 1)

PEAK = [1 + step / 16 for step in range(16)] + [2 - step / 112 for step in range(112)]
"""


def as_0_1(record: dict[str, Any]) -> None:
    """A record as version 0.1 wrote it."""
    del record["numbers"]["digest"]
    for curve in record["numbers"]["curves"]:
        for series in curve["lr"]:
            del series["order"]


def of_another_digest(record: dict[str, Any]) -> None:
    record["numbers"]["digest"] = "0" * 64


def test_a_value_that_moved_within_its_block_is_found_by_the_digest(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(TRAIN)
    command = ("check", "train.py:make", "--epochs", 16_384, "--baselines", "figures")
    assert run(*command, "--add-missing", cwd=tmp_path).status == 0
    assert run(*command, cwd=tmp_path).text == "1 spec: 1 match\n"
    (tmp_path / "train.py").write_text(f"{TRAIN}PEAK[70] *= 1 + 1e-10\n")
    done = run(*command, cwd=tmp_path)
    assert (done.status, done.text.splitlines()[0]) == (
        1,
        "figures/make.webp: differs: values moved that blocks of 16 do not show: their digest "
        "differs; torch's version is the same: what the factory builds has changed",
    )


def test_an_order_that_changed_within_blocks_is_found_under_another_torch(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(TRAIN.replace("10_000", "102_400"))
    command = ("check", "train.py:make", "--epochs", 102_400, "--baselines", "figures")
    assert run(*command, "--add-missing", cwd=tmp_path).status == 0
    figure = tmp_path / "figures" / "make.webp"
    spoil_record(figure, lambda record: record["versions"].update(torch="2.0.0"))
    assert run(*command, cwd=tmp_path).status == 0
    (tmp_path / "train.py").write_text(
        TRAIN.replace("10_000", "102_400") + "PEAK = PEAK[:1] + PEAK[:0:-1]\n"
    )
    done = run(*command, cwd=tmp_path)
    assert done.status == 1
    assert done.text.startswith("figures/make.webp: differs: most in steps ")
    assert "; first in steps 0 to 127 (800 of 800 blocks of 128 differ); the spec " in done.text


@pytest.mark.parametrize("name", ["torch", "lrviz", "platform", "matplotlib", "pillow", "fonts"])
def test_the_digest_is_compared_where_what_drives_is_the_same(tmp_path: Path, name: str) -> None:
    spec, figures = draw(LONG, tmp_path)
    spoil_record(figures / "step.webp", of_another_digest)
    assert verdict(spec, figures).numbers == NumbersDifference((), (), hidden=16)
    spoil_record(figures / "step.webp", lambda record: record["versions"].update({name: "0.0.1"}))
    found = verdict(spec, figures)
    if name in ("torch", "lrviz", "platform"):
        assert (found.outcome, found.numbers, found.block) == ("match", None, 16)
        assert found.reason.endswith("the numbers agree in blocks of 16")
    else:
        assert found.reason == (
            "values moved that blocks of 16 do not show: their digest differs; "
            "the spec and torch's version are the same"
        )


def test_a_long_curve_that_matches_to_the_last_digit_says_nothing(tmp_path: Path) -> None:
    found = verdict(*draw(LONG, tmp_path))
    assert (found.outcome, found.reason, found.block) == ("match", "", 1)


def test_pixels_that_differ_where_blocks_agree_are_said_to(tmp_path: Path) -> None:
    spec, figures = draw(LONG, tmp_path)
    spoil_record(figures / "step.webp", as_0_1)
    found = verdict(spec, figures)
    assert (found.outcome, found.reason) == ("match", "the numbers agree in blocks of 16")
    spoil_pixels(figures / "step.webp", blot)
    found = verdict(spec, figures)
    assert (found.outcome, found.reason) == (
        "differs",
        "3 of 500,000 pixels differ, by up to 255 of 255; "
        "the numbers agree in blocks of 16, the pixels do not",
    )


def test_a_stale_figure_whose_blocks_agree_is_said_to_be_so(tmp_path: Path) -> None:
    spec, figures = draw(LONG, tmp_path)
    spec.write_text(f"title: A\n{LONG}")
    assert verdict(spec, figures).reason.endswith("title A added; the numbers are the same")
    spoil_record(figures / "step.webp", as_0_1)
    assert verdict(spec, figures).reason.endswith(
        "title A added; the numbers agree in blocks of 16"
    )


def test_numbers_that_were_compared_in_blocks_alone_are_said_to_be_so(tmp_path: Path) -> None:
    spec, figures = draw(LONG, tmp_path)
    spoil_record(figures / "step.webp", as_0_1)
    spoil_record(figures / "step.webp", other_matplotlib)
    told = format_checked(check(spec, figures), "text")
    assert told.splitlines()[0].endswith("; their numbers were compared, in blocks of up to 16")


def test_pixels_that_differ_under_another_torch_are_not_those_of_the_same_versions(
    tmp_path: Path,
) -> None:
    spec, figures = draw(STEP, tmp_path)
    spoil_pixels(figures / "step.webp", blot)
    spoil_record(figures / "step.webp", lambda record: record["versions"].update(torch="2.0.0"))
    assert verdict(spec, figures).reason.endswith("; numbers and spec are the same")
