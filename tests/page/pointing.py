"""Pages in a browser: how they are made, pointed at and read."""

from pathlib import Path

import pytest

import lrviz
from lrviz.page.alone import render_page
from tests.support.browser import CHROMIUM, DRIVER, Browser
from tests.support.specs import ROOT

in_browser = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver, which are not installed"
)
CONFIGS = ROOT / "configs"
# matplotlib's own margins, as shares of the figure: left, width, bottom, height.
LEFT, WIDE, BOTTOM, TALL = 0.125, 0.775, 0.11, 0.77


def draw(spec: Path | str, folder: Path, style: str = "article") -> Path:
    """The page of a spec, given as a file or as its text."""
    if isinstance(spec, str):
        text, spec = spec, folder / "a.yaml"
        spec.write_text(text, "utf-8")
    page = folder / "a.html"
    run = lrviz.simulate(lrviz.load(spec, overrides=[("figure.style", style)]))
    page.write_bytes(render_page(run)[0])
    return page


def resize(browser: Browser, width: int) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.emulate("setDeviceMetricsOverride", **size)


def told(browser: Browser) -> str:
    """What a screen reader says of the step that is chosen."""
    return str(browser.run("return document.querySelector('#figure').ariaValueText"))


def press(browser: Browser, *keys: str) -> str:
    for key in keys:
        event = "new KeyboardEvent('keydown', {key: arguments[0]})"
        browser.run(f"document.querySelector('#figure').dispatchEvent({event})", key)
    return told(browser)


def point(browser: Browser, share: float, event: str = "pointermove") -> str:
    """Point at a share of the figure's width."""
    browser.run(
        """
        const figure = document.querySelector("#figure");
        const box = figure.getBoundingClientRect();
        const at = {clientX: box.left + arguments[0] * box.width, bubbles: true};
        figure.dispatchEvent(new PointerEvent(arguments[1], at));
        """,
        share,
        event,
    )
    return told(browser)


def place(browser: Browser) -> str:
    return str(browser.run("return document.querySelector('#place').textContent"))


def marks(browser: Browser) -> list[list[float]]:
    """Middle, top and bottom of every mark, in pixels of the figure."""
    return list(
        browser.run(
            """
            return [...document.querySelectorAll("#cursor rect")].map((mark) => {
              const { x, y, width, height } = mark.getBBox();
              return [x + width / 2, y + width / 2, y + height - width / 2];
            });
            """
        )
    )
