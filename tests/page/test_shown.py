"""A figure as one HTML file: how it is shown in a browser."""

from pathlib import Path

import pytest

import lrviz
from tests.page.pointing import CONFIGS, LEFT, WIDE, draw, in_browser, place, point, resize
from tests.support.browser import Browser

pytestmark = in_browser


def test_a_figure_without_numbers_is_shown_alone(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lrviz.figure.record.MAX_NUMBERS_TEXT", 10)
    browser.open(draw(CONFIGS / "steplr.yaml", tmp_path))
    assert place(browser) == "The numbers are too many to be in this page, so none is read."
    assert not browser.run("return document.querySelector('[role=slider], [tabindex]')")
    assert browser.read_console() == []


def test_a_tap_reads_and_fingers_still_scroll_and_zoom(browser: Browser, tmp_path: Path) -> None:
    resize(browser, 390)
    browser.open(draw(CONFIGS / "steplr.yaml", tmp_path))
    assert point(browser, LEFT + WIDE / 2, "pointerdown").startswith("step 16, ")
    style = "return getComputedStyle(document.querySelector('#figure')).touchAction"
    assert browser.run(style) == "pan-y pinch-zoom"


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves_when_values_are_read(width: int, browser: Browser, tmp_path: Path) -> None:
    resize(browser, width)
    browser.open(draw(CONFIGS / "recipes/torchtitan_wsd.yaml", tmp_path))
    boxes = (
        "return ['#figure', '#place', 'table', '#told'].map((each) => "
        "JSON.stringify(document.querySelector(each).getBoundingClientRect()))"
    )
    before = browser.run(boxes)
    for share in (0, 0.3, 0.5, 1):
        point(browser, share)
        assert browser.run(boxes) == before


@pytest.mark.parametrize("name", ["onecyclelr_momentum", "recipes/layerwise_decay"])
def test_a_page_fits_a_phone(name: str, browser: Browser, tmp_path: Path) -> None:
    resize(browser, 390)
    browser.open(draw(CONFIGS / f"{name}.yaml", tmp_path, style="dark"))
    point(browser, 0.5)
    assert browser.run("return document.documentElement.scrollWidth") == 390
    assert (
        browser.run("return getComputedStyle(document.body).backgroundColor") == "rgb(21, 24, 29)"
    )


def test_nothing_of_a_spec_is_taken_for_markup(browser: Browser, tmp_path: Path) -> None:
    title = "</script></title><b>bold</b> & <!-- <script>"
    spec = f"title: '{title}'\nepochs: 4\nscheduler: {{StepLR: {{step_size: 2}}}}\n"
    browser.open(draw(spec, tmp_path))
    assert browser.run("return document.title") == title
    assert browser.run("return document.querySelectorAll('b, script:not([type])').length") == 1
    assert point(browser, 0).startswith("step 0: Learning Rate ")
    assert lrviz.load(tmp_path / "a.html").title == title
    assert browser.read_console() == []


def test_the_figure_is_reached_and_described_by_keys_alone(
    browser: Browser, tmp_path: Path
) -> None:
    browser.open(draw(CONFIGS / "steplr.yaml", tmp_path))
    browser.type("body", "\ue004")  # the tab key
    assert browser.run("return document.activeElement.role") == "slider"
    assert browser.run("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
    described = "return document.activeElement.ariaDescribedByElements[0].textContent"
    assert browser.run(described) == "StepLR: 1e-3, halved every 4 steps, 7.8e-6 at step 31"
