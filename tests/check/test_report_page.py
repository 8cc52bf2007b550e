"""The report's page in headless Chromium, opened from the file system."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lrviz.check.report import write_report
from lrviz.figure.moves import Move, NumbersDifference
from tests.support.browser import CHROMIUM, DRIVER, Browser, open_browser
from tests.support.reports import every_kind, hostile, judged

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver, which are not installed"
)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with open_browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture
def browser(started: Browser, tmp_path: Path) -> Browser:
    """A browser that shows a report of every kind, as a desktop would."""
    resize(started, 1280, 900)
    started.emulate("setEmulatedMedia", features=[])
    started.read_console()
    name = "configs/" + "a_name_without_a_break_" * 20 + ".yaml"
    findings = [*every_kind(), hostile("differs"), hostile("match"), judged("wrong", name)]
    started.open(write_report(findings, tmp_path / "a report #1"))
    return started


def resize(browser: Browser, width: int, height: int) -> None:
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.emulate("setDeviceMetricsOverride", **size)


def shown(browser: Browser) -> list[str]:
    """The outcomes of the figures that can be seen."""
    script = """
        const items = [...document.querySelectorAll("main [data-outcome]")];
        return items.filter((item) => item.checkVisibility()).map((item) => item.dataset.outcome);
    """
    return [str(outcome) for outcome in browser.run(script)]


def test_a_browser_opens_the_page_without_a_complaint(browser: Browser) -> None:
    assert browser.run("return document.title") == "lrviz check: 9 of 12 figures do not match"
    assert browser.run("return document.querySelector('[role=status]').innerText") == (
        "12 of 12 shown"
    )
    assert browser.read_console() == []


def test_a_browser_decodes_every_picture(browser: Browser) -> None:
    sizes = browser.run(
        "return [...document.images].map((i) => i.closest('main') && i.naturalWidth)"
    )
    assert sizes == [60, 60, 60, 60, 60, 60, 60, 50, 60, 60, None]


def test_a_button_shows_its_outcome_only_and_all_shows_all(browser: Browser) -> None:
    everything = shown(browser)
    browser.click("button[value=orphan]")
    assert shown(browser) == ["orphan"]
    assert browser.run(
        "return [...document.querySelectorAll('[aria-pressed=true]')].map((b) => b.value)"
    ) == ["orphan"]
    browser.click("button[value=match]")
    assert shown(browser) == ["match", "match", "match"]
    browser.click("button[value='']")
    assert shown(browser) == everything
    assert len(everything) == 9


def test_typed_words_filter_by_name_reason_and_key(browser: Browser) -> None:
    browser.type("input[type=search]", "GAMMA step.yaml")
    assert shown(browser) == ["differs"]
    assert browser.run("return document.querySelector('[role=status]').innerText") == (
        "1 of 12 shown"
    )


def test_the_keyboard_reaches_and_presses_the_buttons(browser: Browser) -> None:
    browser.type("button[value=missing]", " ")
    assert shown(browser) == ["missing"]


def test_a_picture_enlarges_and_the_arrow_keys_show_its_others(browser: Browser) -> None:
    alt = "return document.querySelector('dialog[open] img')?.alt.split(' ')[0]"
    browser.click("article figure button")
    assert browser.run(alt) == "baseline"
    browser.type("dialog button[value='0']", "\ue014")
    assert browser.run(alt) == "result"
    browser.click("dialog button[value='-1']")
    assert browser.run(alt) == "baseline"
    browser.click("dialog button[value='0']")
    assert browser.run(alt) is None


def test_no_script_of_a_spec_runs(browser: Browser) -> None:
    assert browser.run("return typeof window.hacked") == "undefined"
    browser.run(
        "const script = document.createElement('script');"
        "script.textContent = 'window.hacked = 3'; document.body.append(script);"
    )
    assert browser.run("return typeof window.hacked") == "undefined"
    assert "Content Security Policy" in "".join(browser.read_console())


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_the_page_never_scrolls_sideways(browser: Browser, width: int) -> None:
    resize(browser, width, 844)
    inner, content = browser.run("return [innerWidth, document.documentElement.scrollWidth]")
    assert inner == width  # a phone zooms out for what does not fit
    assert content <= width


@pytest.mark.parametrize("width", [390, 1280])
def test_no_column_of_a_table_is_cut(browser: Browser, tmp_path: Path, width: int) -> None:
    """Numbers of all their digits, and names that are longer than a phone is wide."""
    name = "transformer.encoder.layers.11.attention.self.query.weight"
    move = Move(
        19_999, 20_000, "", 1 / 3 * 1e-5, 2 / 3 * 1e-5, 1, 20_000, "weight_decay", name, name
    )
    found = replace(
        judged("differs"),
        numbers=NumbersDifference((), (move,), steps=(move,)),
        changes={f"scheduler.SequentialLR.schedulers.0.{name}": (name, name)},
        versions={"platform": (name * 2, name * 2)},
    )
    browser.open(write_report([found], tmp_path))
    resize(browser, width, 844)
    boxes = "[...document.querySelectorAll('.scroll')]"
    assert browser.run(f"return {boxes}.length") == 3
    assert browser.run(f"return {boxes}.map((box) => box.scrollWidth - box.clientWidth)") == [0] * 3


def test_a_phone_stacks_the_pictures(browser: Browser) -> None:
    lefts = """
        const pictures = [...document.querySelectorAll("article:first-child .pictures figure")];
        return new Set(pictures.map((each) => each.getBoundingClientRect().left)).size;
    """
    assert browser.run(lefts) == 3
    resize(browser, 390, 844)
    assert browser.run(lefts) == 1


def test_the_dark_scheme_changes_the_colours(browser: Browser) -> None:
    colors = """
        const style = getComputedStyle(document.body);
        return [style.color, style.backgroundColor];
    """
    found = {}
    for scheme in ("light", "dark"):
        feature = {"name": "prefers-color-scheme", "value": scheme}
        browser.emulate("setEmulatedMedia", features=[feature])
        found[scheme] = browser.run(colors)
    assert found == {
        "light": ["rgb(28, 33, 40)", "rgb(245, 246, 248)"],
        "dark": ["rgb(223, 227, 233)", "rgb(17, 20, 24)"],
    }


def test_without_scripts_all_is_shown_and_there_are_no_filters(
    browser: Browser, tmp_path: Path
) -> None:
    browser.emulate("setScriptExecutionDisabled", value=True)
    try:
        browser.open(write_report(every_kind(), tmp_path))
        assert shown(browser).count("match") == 0  # folded
        assert len(shown(browser)) == 7
        assert browser.run("return document.forms[0].checkVisibility()") is False
        assert browser.run("return document.querySelector('dialog')") is None
    finally:
        browser.emulate("setScriptExecutionDisabled", value=False)
