"""The page of `lrviz explore`: what is turned in it, and what it shows then."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.page.pointing import in_browser, point, resize
from tests.page.turning import (
    BACKSPACE,
    CONTROL,
    END,
    ENTER,
    ESCAPE,
    GAMMA,
    SPEC,
    STEP_SIZE,
    TAB,
    Bench,
    entry,
    find_errors,
    prefer,
    slider,
)
from tests.support.browser import Browser
from tests.support.lrvizrun import run

pytestmark = [in_browser, pytest.mark.slow]


@pytest.fixture
def bench(served: Bench, browser: Browser) -> Iterator[Bench]:
    """The page, as it opens on a desktop by day."""
    prefer(browser, "light")
    served.open()
    yield served
    assert find_errors(browser.read_console()) == []
    browser.run("localStorage.clear()")


def test_it_shows_the_spec_its_controls_and_its_figure(bench: Bench) -> None:
    assert bench.browser.run("return document.title") == "a.yaml"
    keys = "epochs", "steps_per_epoch", STEP_SIZE, GAMMA
    assert [bench.read(key) for key in keys] == ["4", "8", "4", "0.5"]
    # 1e-3 halved seven times
    assert bench.go_to_end() == "step 31, epoch 3.875: Learning Rate 7.8125e-6"
    assert bench.text() == SPEC
    assert not bench.seen("#changed")


def test_the_figure_follows_a_slider_and_the_cursor_stays(bench: Bench) -> None:
    before = bench.go_to_end()
    bench.browser.type(slider(GAMMA), END)
    after = bench.wait_for_other(before)
    gamma = float(bench.read(GAMMA))
    assert after.startswith("step 31, ")
    assert float(after.split()[-1]) == pytest.approx(1e-3 * gamma**7, rel=1e-5)
    spoken = bench.browser.run(f"return document.querySelector('{slider(GAMMA)}').ariaValueText")
    assert spoken == bench.read(GAMMA)
    assert bench.seen("#changed")


def test_nothing_jumps_to_and_fro_while_a_slider_is_turned(bench: Bench) -> None:
    bench.browser.run(f"document.querySelector('{slider(GAMMA)}').focus()")
    bench.browser.run("told.textContent = 'longer '.repeat(200)")
    top = "return document.querySelector('#read').getBoundingClientRect().top"
    before = bench.browser.run(top)
    bench.browser.press(END)
    bench.browser.wait("return !told.textContent.includes('longer')")
    assert bench.browser.run(top) == pytest.approx(before, abs=1)


def test_the_figure_follows_what_is_typed_be_it_a_formula(bench: Bench) -> None:
    bench.go_to_end()
    bench.enter(GAMMA, "0.1")
    bench.wait_to_read("Learning Rate 1e-10")
    bench.enter(STEP_SIZE, "=total_calls / 2")
    bench.wait_to_read("Learning Rate 1e-4")
    assert bench.read(STEP_SIZE) == "=total_calls / 2"


def test_an_error_stands_at_its_control_until_it_is_mended(bench: Bench) -> None:
    bench.go_to_end()
    bench.enter(STEP_SIZE, "0")
    error = f'[data-key="{STEP_SIZE}"] .error'
    bench.wait_for("must be at least 1, got 0", error)
    field = f"document.querySelector('{entry(STEP_SIZE)}')"
    assert bench.browser.run(f"return {field}.ariaInvalid") == "true"
    described = bench.browser.run(
        f"return {field}.ariaDescribedByElements.map((each) => each.textContent).join(' ')"
    )
    assert "must be at least 1, got 0" in described
    assert bench.seen("#stale")
    assert bench.seen("#figure img")
    bench.enter(STEP_SIZE, "16")
    bench.wait_to_read("Learning Rate 5e-4")
    assert not bench.seen("#stale")
    assert not bench.seen(error)


def test_what_is_wrong_far_from_what_was_changed_is_said_and_found(bench: Bench) -> None:
    bench.enter(STEP_SIZE, "=steps_per_epoch - 4")
    bench.wait_for_yaml("- 4")
    bench.enter("steps_per_epoch", "4")
    bench.wait_for(f"{STEP_SIZE}: must be at least 1, got 0", "#said")
    assert str(bench.file) not in bench.browser.run("return document.body.textContent")
    bench.browser.click("#mend")
    assert bench.browser.run(f"return document.activeElement.matches('{entry(STEP_SIZE)}')")


def test_what_is_no_yaml_is_told_above_the_figure_and_keeps_the_controls(bench: Bench) -> None:
    bench.browser.run("document.querySelector('#source').open = true")
    bench.browser.type("#yaml", "{")
    bench.wait_for("not YAML", "#problems")
    assert bench.seen("#stale")
    assert bench.read(GAMMA) == "0.5"
    assert bench.browser.run(
        f"return document.querySelector('{entry(GAMMA)}').matches(':disabled')"
    )
    bench.browser.click("#undo")
    bench.browser.wait("return !document.querySelector('#problems').textContent")
    assert not bench.browser.run("return document.querySelector('#form').disabled")


def test_another_scheduler_brings_its_arguments_and_undo_the_old_ones(bench: Bench) -> None:
    bench.go_to_end()
    choose = '[data-key="scheduler"] select'
    bench.browser.type(choose, "ExponentialLR")
    bench.wait_for_yaml("ExponentialLR")
    assert bench.browser.run(f"return document.activeElement.matches('{choose}')")
    assert not bench.seen(entry(GAMMA))
    bench.enter("scheduler.ExponentialLR.gamma", "0.1")
    bench.wait_to_read("Learning Rate 1e-34")
    for _ in range(2):
        bench.browser.click("#undo")
    bench.wait_to_read("Learning Rate 7.8125e-6")
    assert bench.text() == SPEC
    assert bench.read(GAMMA) == "0.5"


def test_a_curve_is_added_by_its_name(bench: Bench) -> None:
    add = "[...document.querySelectorAll('.action > button')]"
    bench.browser.run(f"{add}.find((each) => each.textContent === 'Add a curve').click()")
    bench.browser.press("b", ESCAPE)
    assert not bench.seen(".chooser")
    bench.browser.press(ENTER, BACKSPACE, "c", ENTER)
    bench.wait_for("c", "tbody")
    bench.wait_for_yaml("  c:")


def test_what_is_entered_is_not_written_over(bench: Bench) -> None:
    field = f"document.querySelector('{entry(GAMMA)}')"
    bench.browser.run(f"{field}.select()")
    bench.browser.type(entry(GAMMA), "0.1")
    bench.browser.run(f"window.node = {field}; node.setSelectionRange(1, 2)")
    bench.wait_for_yaml("gamma: 0.1")
    bench.browser.type("#look", "dark")  # a drawing that nothing was entered for
    bench.browser.run("node.focus()")
    bench.browser.wait("return document.querySelector('#frame').style.cssText.includes('#15181d')")
    kept = "[node === document.activeElement, node.isConnected, node.value]"
    assert bench.browser.run(f"return {kept}") == [True, True, "0.1"]


def test_what_looks_wrong_is_told_and_mended(bench: Bench) -> None:
    # Of 32 calls 8 come after the minimum, in which the LR rises again.
    bench.browser.type('[data-key="scheduler"] select', "CosineAnnealingLR")
    bench.wait_for_yaml("CosineAnnealingLR")
    bench.enter("scheduler.CosineAnnealingLR.T_max", "24")
    bench.wait_for("T_max", "#findings button")
    bench.browser.click("#findings button")
    bench.wait_for_yaml("T_max: 32")
    bench.browser.wait("return !document.querySelector('#findings button')")


def test_the_axes_are_changed_in_the_spec(bench: Bench) -> None:
    bench.browser.click("[data-set=yscale][value=log]")
    bench.browser.wait("return document.querySelector('[value=log]').ariaPressed === 'true'")
    assert "yscale: log" in bench.text()


def test_a_download_has_the_bytes_that_plot_writes(bench: Bench, tmp_path: Path) -> None:
    done = run("plot", bench.file, "-o", tmp_path / "plotted.svg")
    assert done.status == 0
    bench.browser.run(
        """
        URL.createObjectURL = (blob) => {
          blob.text().then((text) => (document.body.dataset.downloaded = text));
          return "#";
        };
        """
    )
    bench.browser.click("[data-format=svg]")
    downloaded = bench.browser.wait("return document.body.dataset.downloaded")
    assert downloaded == (tmp_path / "plotted.svg").read_text("utf-8")


def test_python_is_copied(bench: Bench) -> None:
    bench.browser.click("#copy-code")
    bench.wait_for("Copied the Python.", "#note")


def test_everything_is_reached_and_turned_by_keys_alone(bench: Bench) -> None:
    bench.go_to_end()
    bench.browser.press(TAB)
    assert bench.browser.run("return document.activeElement.textContent") == "Skip to the controls"
    bench.browser.press(ENTER, TAB)
    assert bench.browser.run(f"return document.activeElement.matches('{entry('epochs')}')")
    bench.browser.press("8", TAB)  # what is there is selected
    bench.wait_for("at step 63")
    assert bench.browser.run(f"return document.activeElement.matches('{slider('epochs')}')")
    bench.browser.press(CONTROL + "z")
    bench.wait_for("at step 31")
    assert bench.read("epochs") == "4"


def test_a_phone_keeps_the_figure_in_view(bench: Bench) -> None:
    resize(bench.browser, 390)
    bench.open()
    assert bench.browser.run("return document.documentElement.scrollWidth") == 390
    bench.browser.run(f"document.querySelector('{slider(GAMMA)}').scrollIntoView()")
    top, bottom, below = bench.browser.run(
        f"""
        const figure = document.querySelector("#figure").getBoundingClientRect();
        const slider = document.querySelector('{slider(GAMMA)}').getBoundingClientRect();
        return [figure.top, figure.bottom, slider.top];
        """
    )
    assert (top, below > bottom) == (0, True)
    assert point(bench.browser, 1, "pointerdown").startswith("step 31, ")


def test_night_is_dark_unless_the_reader_wants_day(bench: Bench) -> None:
    light = read_grounds(bench)
    prefer(bench.browser, "dark")
    bench.open()
    assert read_grounds(bench) == ["rgb(15, 18, 22)", "rgb(21, 24, 29)"]
    bench.browser.type("#look", "light")
    bench.browser.wait("return document.documentElement.dataset.look === 'light'")
    bench.open()
    assert read_grounds(bench) == light


def read_grounds(bench: Bench) -> list[str]:
    """Return the colours behind the page and its figure."""
    return list(
        bench.browser.run(
            "return [document.body, document.querySelector('#frame')].map((each) => "
            "getComputedStyle(each).backgroundColor)"
        )
    )
