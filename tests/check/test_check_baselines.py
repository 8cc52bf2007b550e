"""Baselines as a repository may hold them: damaged, foreign, hostile; and how they are mended."""

import os
import re
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from lrviz.errors import FileError, UsageError
from lrviz.figure.chunks import PNG_SIGNATURE, list_chunks, read_record
from lrviz.figure.image import decode_image
from tests.support.checking import STEP, check, draw, encode, spoil_record, verdict
from tests.support.lrvizrun import run


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + _sum(name + content)


def _sum(data: bytes) -> bytes:
    return struct.pack(">I", zlib.crc32(data))


def cut(figure: Path) -> None:
    figure.write_bytes(figure.read_bytes()[:-100])


def be_a_jpeg(figure: Path) -> None:
    buffer = BytesIO()
    Image.fromarray(decode_image(figure.read_bytes())).convert("RGB").save(buffer, "jpeg")
    figure.write_bytes(buffer.getvalue())


def be_a_bomb(figure: Path) -> None:
    """50,000 x 50,000 pixels in a few bytes, with the record of a good figure."""
    text = (read_record(figure.read_bytes()) or "").encode()
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 6, 0, 0, 0)
    figure.write_bytes(
        PNG_SIGNATURE
        + chunk(b"IHDR", header)
        + chunk(b"iTXt", b"lrviz\0\0\0\0\0" + text)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


def lie_about_the_chunk(figure: Path) -> None:
    """The record's chunk says that it is longer than the file."""
    data = figure.read_bytes()
    start = next(each.start for each in list_chunks(data) if each.name == b"iTXt")
    figure.write_bytes(data[: start - 8] + struct.pack(">I", 2**31 - 1) + data[start - 4 :])


def lie_about_the_steps(figure: Path) -> None:
    def spoil(record: dict[str, Any]) -> None:
        record["numbers"]["curves"][0]["steps"] = 1000

    spoil_record(figure, spoil)


def lie_about_the_blocks(figure: Path) -> None:
    def spoil(record: dict[str, Any]) -> None:
        record["numbers"]["curves"][0]["steps"] = 10**15

    spoil_record(figure, spoil)


def damage_the_pixels(figure: Path) -> None:
    """Every chunk has the right length and sum, but the pixels in one do not inflate."""
    data = figure.read_bytes()
    chunks = [(each.name, data[each.start : each.stop]) for each in list_chunks(data)]
    figure.write_bytes(
        PNG_SIGNATURE + b"".join(chunk(n, bytes(len(c)) if n == b"IDAT" else c) for n, c in chunks)
    )


UNREADABLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "truncated": (cut, "the PNG is cut short"),
    "empty": (lambda figure: figure.write_bytes(b""), "not a picture"),
    "a text": (lambda figure: figure.write_text("epochs: 4"), "not a picture"),
    "a JPEG named .png": (be_a_jpeg, "a JPEG, not a figure that lrviz drew"),
    "a bomb": (be_a_bomb, "50000 x 50000 pixels are more than 16,383 a side or 16,000,000 in all"),
    "a chunk that lies": (lie_about_the_chunk, "the PNG is cut short"),
    "steps that lie": (
        lie_about_the_steps,
        "its numbers are damaged: lr: 32 numbers where 1000 belong",
    ),
    "steps beyond all": (
        lie_about_the_blocks,
        "its numbers are damaged: steps: not from 1 to 20,000,000",
    ),
    "a newer lrviz's": (
        lambda figure: spoil_record(figure, lambda record: record.update(format=2)),
        "drawn by a newer lrviz: its record has a format beyond 1",
    ),
}

NOT_OURS = ("a text", "a JPEG named .png")


@pytest.mark.parametrize("name", NOT_OURS)
def test_update_writes_over_no_file_that_lrviz_did_not_write(tmp_path: Path, name: str) -> None:
    spec, figures = draw(STEP, tmp_path, ending=".png")
    draw(STEP, tmp_path, "other", ending=".png")
    (spec.parent / "other.yaml").write_text(STEP.replace("0.5", "0.25"))
    UNREADABLE[name][0](figures / "step.png")
    before = (figures / "step.png").read_bytes()
    other, refused = check(spec.parent, figures, updates=True).verdicts
    assert other.action == "updated"
    assert (refused.outcome, refused.action, refused.exit_status) == ("wrong", None, 2)
    assert refused.reason == (
        f"{figures / 'step.png'}: not a figure that lrviz wrote;"
        " name another file, or insist with --overwrite"
    )
    assert (figures / "step.png").read_bytes() == before


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_figure_that_cannot_be_read_says_why_and_is_mended_by_update(
    tmp_path: Path, name: str
) -> None:
    spoil, reason = UNREADABLE[name]
    spec, figures = draw(STEP, tmp_path, ending=".png")
    figure = figures / "step.png"
    before = figure.read_bytes()
    spoil(figure)
    found = verdict(spec, figures)
    assert (found.outcome, found.reason, found.exit_status) == ("unreadable", reason, 1)
    mended = verdict(spec, figures, updates=True, overwrite=name in NOT_OURS)
    assert (mended.outcome, mended.action, mended.exit_status) == ("unreadable", "updated", 0)
    assert figure.read_bytes() == before


def test_pixels_that_cannot_be_decoded_make_a_figure_unreadable(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path, ending=".png")
    damage_the_pixels(figures / "step.png")
    found = verdict(spec, figures)
    assert (found.outcome, found.exit_status) == ("unreadable", 1)
    assert found.reason.startswith("the PNG cannot be decoded")


def test_a_bomb_of_another_matplotlib_is_unreadable_too(tmp_path: Path) -> None:
    """Its pixels would not be compared, but a match is a picture that can be seen."""
    spec, figures = draw(STEP, tmp_path, ending=".png")
    spoil_record(figures / "step.png", lambda record: record["versions"].update(matplotlib="3"))
    be_a_bomb(figures / "step.png")
    assert verdict(spec, figures).outcome == "unreadable"


def test_a_file_larger_than_any_figure_is_not_read(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    with (figures / "step.webp").open("wb") as file:
        file.truncate(80_000_001)
    assert verdict(spec, figures).reason == "larger than 80,000,000 bytes"


def test_a_png_is_a_baseline_as_a_webp_is(tmp_path: Path) -> None:
    found = verdict(*draw(STEP, tmp_path, ending=".png"))
    assert (found.outcome, found.pixels_compared) == ("match", True)


# Links, pipes, folders


def test_a_link_to_a_figure_is_followed_and_replaced_by_update(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    link, target = figures / "step.webp", tmp_path / "elsewhere.webp"
    link.rename(target)
    link.symlink_to(target)
    assert verdict(spec, figures).outcome == "match"
    before = target.read_bytes()
    spec.write_text(STEP.replace("0.5", "0.25"))
    assert verdict(spec, figures, updates=True).action == "updated"
    assert not link.is_symlink()
    assert target.read_bytes() == before
    assert verdict(spec, figures).outcome == "match"


@pytest.mark.parametrize("target", ["nowhere.webp", "step.webp"])
def test_a_link_that_leads_nowhere_is_unreadable(tmp_path: Path, target: str) -> None:
    spec, figures = draw(STEP, tmp_path)
    (figures / "step.webp").unlink()
    (figures / "step.webp").symlink_to(target)
    assert verdict(spec, figures).reason == "a link that leads nowhere"
    assert verdict(spec, figures, updates=True).action == "updated"
    assert verdict(spec, figures).outcome == "match"


def test_a_link_to_a_device_is_never_read_and_is_replaced_by_update(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    (figures / "step.webp").unlink()
    (figures / "step.webp").symlink_to("/dev/zero")
    assert verdict(spec, figures).reason == "not a regular file"
    assert verdict(spec, figures, updates=True).action == "updated"
    assert verdict(spec, figures).outcome == "match"


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_a_pipe_or_folder_is_neither_read_nor_written_to(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    spec, figures = draw(STEP, tmp_path)
    (figures / "step.webp").unlink()
    make(figures / "step.webp")
    found = verdict(spec, figures, updates=True)
    assert (found.outcome, found.action, found.exit_status) == ("unreadable", None, 1)
    assert found.reason == "not a regular file"


def test_links_are_no_orphans(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    (figures / "link.webp").symlink_to("step.webp")
    assert [each.outcome for each in check(spec.parent, figures).verdicts] == ["match"]


# What a record may hold


def test_a_record_cannot_make_torch_do_anything_but_drive_a_spec(tmp_path: Path) -> None:
    def spoil(record: dict[str, Any]) -> None:
        record["spec"] = {"epochs": 10**9, "scheduler": {"Popen": {"args": "touch x"}}}

    spec, figures = draw(STEP.replace("epochs: 4", "epochs: 1000"), tmp_path)
    spoil_record(figures / "step.webp", spoil)
    found = verdict(spec, figures)
    assert (found.outcome, found.numbers) == ("differs", None)
    assert found.keys == ("epochs", "steps_per_epoch", "scheduler.StepLR", "scheduler.Popen")


def test_what_a_record_says_is_shown_short_and_harmless(tmp_path: Path) -> None:
    def spoil(record: dict[str, Any]) -> None:
        record["spec"]["\n::error::" + "x" * 1000] = 1
        record["numbers"]["curves"][0]["groups"] = ["::error::" + "y" * 191]
        record["numbers"]["curves"][0]["label"] = "\n::error::" * 500
        record["versions"]["torch"] = "::error::" + "z" * 191

    spec, figures = draw(STEP, tmp_path)
    spoil_record(figures / "step.webp", spoil)
    found = verdict(spec, figures)
    assert len(found.reason) <= 400
    assert max(map(len, found.keys)) <= 120
    printed = run("check", spec, "--baselines", figures, "-j1").text
    assert printed.count("\n") == 2
    assert not re.search("^::", printed, re.MULTILINE)


def test_many_keys_of_a_record_are_not_all_listed(tmp_path: Path) -> None:
    def spoil(record: dict[str, Any]) -> None:
        record["spec"] |= {f"key{index}": 1 for index in range(5000)}

    spec, figures = draw(STEP, tmp_path)
    spoil_record(figures / "step.webp", spoil)
    assert len(verdict(spec, figures).keys) == 64


# --update and --add-missing


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}


def test_update_rewrites_what_differs_and_nothing_else(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    draw(STEP, tmp_path, "other", ending=".png")
    draw("title: A\n" + STEP, tmp_path, "third", ending=".png")
    (spec.parent / "third.yaml").write_text(STEP.replace("0.5", "0.25"))
    before = snapshot(figures)
    checked = check(spec.parent, figures, updates=True)
    after = snapshot(figures)
    assert [(each.outcome, each.action) for each in checked.verdicts] == [
        ("match", None),
        ("match", None),
        ("differs", "updated"),
    ]
    assert checked.exit_status == 0
    assert {name for name in before if before[name] != after[name]} == {"third.png"}
    assert set(after) == set(before)


@pytest.mark.parametrize("ending", [".png", ".webp"])
def test_an_updated_figure_is_the_one_that_plot_draws_in_the_format_it_had(
    tmp_path: Path, ending: str
) -> None:
    spec, figures = draw(STEP, tmp_path, ending=ending)
    spec.write_text(STEP.replace("0.5", "0.25"))
    assert check(spec, figures, updates=True).exit_status == 0
    drawn = tmp_path / f"plot{ending}"
    assert run("plot", spec, "-o", drawn).status == 0
    assert (figures / f"step{ending}").read_bytes() == drawn.read_bytes()
    assert [path.name for path in figures.iterdir()] == [f"step{ending}"]


def test_update_leaves_a_match_with_inconclusive_pixels_alone(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    spoil_record(figures / "step.webp", lambda record: record["versions"].update(matplotlib="3"))
    before = snapshot(figures)
    assert verdict(spec, figures, updates=True).action is None
    assert snapshot(figures) == before


def test_update_draws_what_is_inconclusive_anew(tmp_path: Path) -> None:
    def spoil(record: dict[str, Any]) -> None:
        record["numbers"] = None
        record["versions"]["matplotlib"] = "3"

    spec, figures = draw(STEP, tmp_path)
    spoil_record(figures / "step.webp", spoil)
    found = verdict(spec, figures, updates=True)
    assert (found.outcome, found.action, found.exit_status) == ("inconclusive", "updated", 0)


def test_update_adds_nothing_and_removes_nothing(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    (figures / "step.webp").rename(figures / "old.webp")
    missing, orphan = check(spec.parent, figures, updates=True).verdicts
    assert (missing.outcome, missing.exit_status) == ("missing", 1)
    assert (orphan.outcome, orphan.exit_status) == ("orphan", 1)
    assert [path.name for path in figures.iterdir()] == ["old.webp"]


def test_add_missing_writes_what_is_missing_and_nothing_else(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    spec.write_text(STEP.replace("0.5", "0.25"))
    (spec.parent / "new.yaml").write_text(STEP)
    before = snapshot(figures)
    added, differs = check(spec.parent, figures, adds=True).verdicts
    assert (added.outcome, added.action, added.exit_status) == ("missing", "added", 0)
    assert (differs.outcome, differs.action, differs.exit_status) == ("differs", None, 1)
    after = snapshot(figures)
    assert set(after) == {"step.webp", "new.webp"}
    assert after["step.webp"] == before["step.webp"]


def test_a_wrong_spec_is_not_mended(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    spec.write_text("epochs: 4\n")
    assert check(spec, figures, updates=True, adds=True).exit_status == 2


def test_a_figure_that_cannot_be_written_is_a_failure_and_the_others_are_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(root: Path, path: Path, data: bytes, *, overwrite: bool) -> None:
        if path.name == "step.webp":
            raise FileError(str(path), "write", "no space left on device")
        path.write_bytes(data)

    spec, figures = draw(STEP, tmp_path)
    draw(STEP, tmp_path, "other")
    for each in spec.parent.iterdir():
        each.write_text(STEP.replace("0.5", "0.25"))
    monkeypatch.setattr("lrviz.commands.checking.write_below", write)
    checked = check(spec.parent, figures, updates=True)
    other, failed = checked.verdicts
    assert (other.action, failed.outcome, failed.action) == ("updated", "failed", None)
    assert failed.reason == "cannot write: no space left on device"
    assert checked.exit_status == 3


def test_a_folder_that_cannot_be_made_is_a_failure(tmp_path: Path) -> None:
    folder = tmp_path / "specs/deep"
    folder.mkdir(parents=True)
    (folder / "a.yaml").write_text(STEP)
    figures = tmp_path / "figures"
    figures.mkdir()
    (figures / "deep").write_text("a file")
    found = verdict(tmp_path / "specs", figures, adds=True)
    assert (found.outcome, found.exit_status) == ("failed", 3)
    assert found.reason == f"cannot write {figures / 'deep'}: not a folder"


def test_a_figure_that_is_an_input_is_never_written_to(tmp_path: Path) -> None:
    _, figures = draw(STEP, tmp_path)
    figure = figures / "step.webp"
    assert verdict(figure, figures).outcome == "match"
    with pytest.raises(UsageError, match=r"step\.webp: is also an input"):
        check(figure, figures, updates=True)


def test_a_figure_may_be_the_spec_that_another_is_held_against(tmp_path: Path) -> None:
    spec, figures = draw(STEP, tmp_path)
    other = tmp_path / "step.png"
    other.write_bytes(encode(figures / "step.webp", ".png"))
    assert verdict(other, figures).outcome == "match"
    spec.unlink()
    spoil_record(other, lambda record: record["spec"].update(epochs=5))
    assert verdict(other, figures).keys == ("epochs",)
