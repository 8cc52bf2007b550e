"""A figure as one HTML file: what it holds, and what a browser makes of it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import lrviz
from tests.support.browser import CHROMIUM, DRIVER, Browser, open_browser
from tests.support.lrvizrun import run
from tests.support.pictures import decode
from tests.support.specs import ROOT

in_browser = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver, which are not installed"
)
CONFIGS = ROOT / "configs"
# matplotlib's own margins, as shares of the figure: left, width, bottom, height.
LEFT, WIDE, BOTTOM, TALL = 0.125, 0.775, 0.11, 0.77


def draw(spec: object, folder: Path, *options: object) -> Path:
    """The page of a spec."""
    page = folder / "a.html"
    assert run("plot", spec, "-o", page, *options).status == 0
    return page


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with open_browser(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture
def browser(started: Browser) -> Browser:
    """A browser on a desktop."""
    resize(started, 1280)
    started.read_console()
    return started


def resize(browser: Browser, width: int) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.emulate("setDeviceMetricsOverride", **size)


def told(browser: Browser) -> str:
    """What a screen reader says of the step that is chosen."""
    return str(browser.run("return document.querySelector('#figure').ariaValueText"))


def press(browser: Browser, *keys: str) -> str:
    for key in keys:
        event = "new KeyboardEvent('keydown', {key: arguments[0]})"
        browser.run(f"document.activeElement.dispatchEvent({event})", key)
    return told(browser)


def point(browser: Browser, share: float) -> str:
    """Point at a share of the figure's width."""
    browser.run(
        """
        const figure = document.querySelector("#figure");
        const box = figure.getBoundingClientRect();
        const at = {clientX: box.left + arguments[0] * box.width, bubbles: true};
        figure.dispatchEvent(new PointerEvent("pointermove", at));
        """,
        share,
    )
    return told(browser)


@in_browser
def test_the_pointer_reads_the_step_below_it(browser: Browser, tmp_path: Path) -> None:
    browser.open(draw(CONFIGS / "steplr.yaml", tmp_path))
    assert told(browser) == "no step is chosen"
    # The axis is 32 steps wide; at step 16 the LR has been halved four times.
    assert point(browser, LEFT + WIDE * 16 / 32) == "step 16, epoch 2: Learning Rate 6.25e-5"
    assert point(browser, LEFT + WIDE * 16.4 / 32).startswith("step 16,")
    assert point(browser, LEFT + WIDE * 16.6 / 32).startswith("step 17,")
    assert point(browser, 0).startswith("step 0, epoch 0: Learning Rate 0.001")
    assert point(browser, 1).startswith("step 31, epoch 3.875: ")
    assert browser.read_console() == []


@in_browser
def test_the_mark_stands_on_the_curve(browser: Browser, tmp_path: Path) -> None:
    browser.open(draw(CONFIGS / "steplr.yaml", tmp_path))
    point(browser, LEFT + WIDE * 16 / 32)
    x, y = browser.run(
        "const dot = document.querySelector('#cursor circle').getAttribute.bind("
        "document.querySelector('#cursor circle')); return [Number(dot('cx')), Number(dot('cy'))]"
    )
    assert x == pytest.approx(960 * (LEFT + WIDE / 2))
    assert y == pytest.approx(480 * (1 - BOTTOM - TALL * 6.25e-5 / 1.1e-3))


@in_browser
def test_keys_go_from_step_to_step_and_stop_at_the_ends(browser: Browser, tmp_path: Path) -> None:
    browser.open(draw(CONFIGS / "steplr.yaml", tmp_path))
    browser.run("document.querySelector('#figure').focus()")
    assert press(browser, "ArrowRight").startswith("step 0,")
    assert press(browser, "ArrowRight", "ArrowUp", "ArrowLeft").startswith("step 1,")
    assert press(browser, "PageUp").startswith("step 4, epoch 0.5: Learning Rate 5e-4")
    assert press(browser, "End", "ArrowRight").startswith("step 31,")
    assert press(browser, "Home", "ArrowLeft").startswith("step 0,")
    now = "return document.querySelector('#figure').ariaValueNow"
    assert browser.run(now) == "0"


@in_browser
def test_every_line_of_every_panel_is_read(browser: Browser, tmp_path: Path) -> None:
    spec = tmp_path / "a.yaml"
    spec.write_text(
        "epochs: 2\nsteps_per_epoch: 4\noptimizer:\n  SGD:\n    momentum: 0.9\n    param_groups:\n"
        "      - {name: low, lr: 0.1}\n      - {name: high, lr: 0.4, momentum: 0.8}\n"
        "scheduler: {StepLR: {step_size: 4, gamma: 0.5}}\n"
        "figure: {panels: [lr, momentum], yscale: log}\n"
    )
    browser.open(draw(spec, tmp_path))
    browser.run("document.querySelector('#figure').focus()")
    assert press(browser, "End") == (
        "step 7, epoch 1.75: Learning Rate, low 0.05; Learning Rate, high 0.2; "
        "Momentum, low 0.9; Momentum, high 0.8"
    )
    assert browser.run("return document.querySelectorAll('#cursor circle').length") == 4


@in_browser
def test_a_metric_is_read_where_a_call_was_given_it(browser: Browser, tmp_path: Path) -> None:
    spec = tmp_path / "a.yaml"
    spec.write_text(
        "epochs: 3\nsteps_per_epoch: 4\ninterval: epoch\n"
        "scheduler: {ReduceLROnPlateau: {patience: 0}}\nmetric: [3, 2, 2]\n"
        "figure: {panels: [lr, metric]}\n"
    )
    browser.open(draw(spec, tmp_path))
    assert point(browser, 0.5).endswith("Metric 2")
    assert point(browser, LEFT + WIDE * 3 / 12).endswith("Metric 3")
    assert point(browser, 0).endswith("Metric \u2013")  # no call has been made yet


@in_browser
def test_a_long_curve_is_read_by_its_blocks(browser: Browser, tmp_path: Path) -> None:
    spec = tmp_path / "a.yaml"
    spec.write_text("steps: 8192\nscheduler: {LambdaLR: {lr_lambda: 8192 - call}}\n")
    browser.open(draw(spec, tmp_path))
    browser.run("document.querySelector('#figure').focus()")
    # 1,024 blocks of 8 steps, from an LR of 8192 * 1e-3 down by 1e-3 a step.
    assert press(browser, "ArrowRight") == "steps 0 to 7: Learning Rate 8.185 to 8.192"
    assert press(browser, "ArrowRight") == "steps 8 to 15: Learning Rate 8.177 to 8.184"
    assert press(browser, "End") == "steps 8184 to 8191: Learning Rate 0.001 to 0.008"


@in_browser
@pytest.mark.parametrize("name", ["onecyclelr_momentum", "recipes/layerwise_decay"])
def test_a_page_fits_a_phone(name: str, browser: Browser, tmp_path: Path) -> None:
    resize(browser, 390)
    browser.open(draw(CONFIGS / f"{name}.yaml", tmp_path, "--style", "dark"))
    point(browser, 0.5)
    assert browser.run("return document.documentElement.scrollWidth") == 390
    assert (
        browser.run("return getComputedStyle(document.body).backgroundColor") == "rgb(21, 24, 29)"
    )


@in_browser
def test_nothing_of_a_spec_is_taken_for_markup(browser: Browser, tmp_path: Path) -> None:
    title = "</script></title><b>bold</b> & <!-- <script>"
    spec = tmp_path / "a.yaml"
    text = f"title: '{title}'\nepochs: 4\nscheduler: {{StepLR: {{step_size: 2}}}}\n"
    spec.write_text(text)
    browser.open(draw(spec, tmp_path))
    assert browser.run("return document.title") == title
    assert browser.run("return document.querySelectorAll('b, script:not([type])').length") == 1
    assert point(browser, 0).startswith("step 0: Learning Rate ")
    assert lrviz.load(tmp_path / "a.html").title == title
    assert browser.read_console() == []


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


def test_a_page_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    page = draw(CONFIGS / "steplr.yaml", tmp_path)
    page.write_bytes(page.read_bytes()[:-9000])
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
