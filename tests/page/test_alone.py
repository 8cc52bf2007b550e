"""A figure as one HTML file: what it holds, and where it is read."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import lrviz
from tests.support.lrvizrun import run
from tests.support.pictures import decode
from tests.support.specs import ROOT

CONFIGS = ROOT / "configs"


def draw(spec: object, folder: Path, *options: object) -> Path:
    """The page of a spec."""
    page = folder / "a.html"
    assert run("plot", spec, "-o", page, *options).status == 0
    return page


@pytest.mark.parametrize("name", ["steplr", "decays_compared", "recipes/nanogpt"])
def test_a_page_is_read_wherever_a_figure_is(name: str, tmp_path: Path) -> None:
    spec = CONFIGS / f"{name}.yaml"
    page = draw(spec, tmp_path)
    assert lrviz.load(page) == lrviz.load(spec)
    for source, target in ((spec, "spec.png"), (page, "page.png")):
        assert run("plot", source, "-o", tmp_path / target).status == 0
    old, new = (decode((tmp_path / each).read_bytes()) for each in ("spec.png", "page.png"))
    np.testing.assert_array_equal(new, old)
    assert run("export", page).text == run("export", spec).text


def test_a_page_is_small_and_loads_nothing(tmp_path: Path) -> None:
    for name in ("steplr", "warmup_cosine_groups", "decays_compared", "recipes/nanogpt"):
        data = draw(CONFIGS / f"{name}.yaml", tmp_path).read_bytes()
        assert len(data) < 200_000
        assert b"default-src 'none'; img-src data:; style-src 'sha256-" in data
        assert not re.search(rb"(src|href)=.(?!data:)", data)
        assert data == draw(CONFIGS / f"{name}.yaml", tmp_path).read_bytes()


def test_a_page_is_no_baseline(tmp_path: Path) -> None:
    draw(CONFIGS / "steplr.yaml", tmp_path).rename(tmp_path / "steplr.html")
    done = run("check", CONFIGS / "steplr.yaml", "--baselines", tmp_path)
    assert done.status == 1
    assert "1 missing" in done.stdout.decode()


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace(
            "<!doctype html>", "<!DOCTYPE html>\n<!-- saved from a colleague -->"
        ),
    ],
    ids=["carriage returns", "a mark", "saved by a browser"],
)
def test_a_page_that_came_by_another_way_is_read_and_not_replaced(
    change: Callable[[str], str], tmp_path: Path
) -> None:
    page = draw(CONFIGS / "steplr.yaml", tmp_path)
    page.write_bytes(change(page.read_text("utf-8")).encode())
    assert lrviz.load(page) == lrviz.load(CONFIGS / "steplr.yaml")
    done = run("plot", CONFIGS / "linearlr.yaml", "-o", page)
    assert done.status == 2
    assert "not a figure that lrviz wrote" in done.stderr


@pytest.mark.parametrize("after", [b'id="record">{', b'id="view">', b"<script>"])
def test_a_page_that_is_cut_short_is_refused(after: bytes, tmp_path: Path) -> None:
    page = draw(CONFIGS / "steplr.yaml", tmp_path)
    data = page.read_bytes()
    page.write_bytes(data[: data.rindex(after) + len(after)])
    done = run("plot", page, "-o", tmp_path / "b.png")
    assert done.status == 2
    assert done.stderr == f"{page}: the page is cut short\n"


def test_another_program_s_page_is_not_written_over(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text("<!doctype html>\n<title>mine</title>\n")
    done = run("plot", CONFIGS / "steplr.yaml", "-o", page)
    assert done.status == 2
    assert "not a figure that lrviz wrote" in done.stderr
    assert page.read_text() == "<!doctype html>\n<title>mine</title>\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plot", "--no-metadata"], "a page reads its values from the record; leave it out"),
        (["compare", "configs/linearlr.yaml"], "no known ending (known: .png, .webp, .svg, .pdf)"),
        (["resume"], "no known ending (known: .png, .webp, .svg, .pdf)"),
    ],
)
def test_only_plot_makes_pages_and_only_with_their_record(
    arguments: list[str], said: str, tmp_path: Path
) -> None:
    command, *options = arguments
    done = run(command, "configs/steplr.yaml", *options, "-o", tmp_path / "a.html", cwd=ROOT)
    assert done.status == 2
    assert said in done.stderr
    assert not (tmp_path / "a.html").exists()


def test_its_numbers_are_the_record_s(tmp_path: Path) -> None:
    text = draw(CONFIGS / "linearlr.yaml", tmp_path).read_text("utf-8")
    record = json.loads(text.split('id="record">')[1].split("</script>")[0])
    # From half of 1e-3 in eight equal parts, then 1e-3.
    expected = [1e-3 * (0.5 + 0.5 * min(step, 8) / 8) for step in range(32)]
    assert record["numbers"]["curves"][0]["lr"][0] == pytest.approx(expected, rel=1e-12)
