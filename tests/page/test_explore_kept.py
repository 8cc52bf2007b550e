"""The page of `lrviz explore`: nothing that is turned in it is lost."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.page.pointing import in_browser
from tests.page.turning import GAMMA, SPEC, TAB, Bench, address_of, entry, find_errors
from tests.support.browser import Browser
from tests.support.exploring import explore
from tests.support.specs import ROOT

pytestmark = [in_browser, pytest.mark.slow]

OTHER = "epochs: 2\nsteps_per_epoch: 2\nscheduler: {ExponentialLR: {gamma: 0.5}}\n"


@pytest.fixture
def bench(served: Bench, browser: Browser) -> Iterator[Bench]:
    """The page of a file that is as it was."""
    browser.open("about:blank")
    served.file.write_text(SPEC)
    served.open()
    served.wait_for_yaml(SPEC)
    yield served
    assert find_errors(browser.read_console()) == []


def test_a_save_changes_the_value_alone(bench: Bench) -> None:
    bench.enter("epochs", "5")
    bench.wait_for_yaml("epochs: 5")
    bench.browser.click("#save")
    bench.wait_for("Saved a.yaml.", "#note")
    assert bench.file.read_text() == SPEC.replace("epochs: 4", "epochs: 5")
    assert not bench.seen("#changed")


def test_what_is_wrong_is_not_saved(bench: Bench) -> None:
    bench.enter("epochs", "no")
    bench.wait_for_yaml("epochs: no")
    bench.browser.click("#save")
    bench.wait_for("epochs", "#note")
    assert bench.file.read_text() == SPEC


def test_a_file_that_changes_on_disk_is_drawn(bench: Bench) -> None:
    bench.go_to_end()
    bench.file.write_text(OTHER)
    bench.wait_to_read("Learning Rate 1.25e-4")  # 1e-3 halved three times
    assert bench.text() == OTHER


def test_two_that_changed_are_asked_about(bench: Bench) -> None:
    bench.enter(GAMMA, "0.1")
    bench.wait_for_yaml("gamma: 0.1")
    bench.file.write_text(OTHER)
    bench.wait_for("has changed on disk", "#bars")
    bench.browser.click("#bars button:last-of-type")  # keep mine
    assert "gamma: 0.1" in bench.text()
    bench.browser.click("#save")
    bench.wait_for("Saved a.yaml.", "#note")
    assert bench.file.read_text() == SPEC.replace("gamma: 0.5", "gamma: 0.1")
    bench.enter(GAMMA, "0.2")
    bench.wait_for_yaml("gamma: 0.2")
    bench.file.write_text(OTHER)
    bench.wait_for("has changed on disk", "#bars")
    bench.browser.click("#bars button")  # take the file's
    bench.wait_for_yaml(OTHER)
    assert not bench.seen("#changed")


def test_two_tabs_have_a_text_each_and_share_the_file(bench: Bench) -> None:
    browser = bench.browser
    bench.enter(GAMMA, "0.1")
    bench.wait_for_yaml("gamma: 0.1")
    first, _ = browser.open_tab()
    bench.open()
    assert bench.text() == SPEC
    browser.look_at(first)
    browser.click("#save")
    bench.wait_for("Saved a.yaml.", "#note")
    second = next(each for each in browser.list_tabs() if each != first)
    browser.look_at(second)
    bench.wait_for_yaml("gamma: 0.1")
    browser.close_tab()
    browser.look_at(first)


def test_a_page_outlives_its_server(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(SPEC)
    with explore(file, "--no-browser") as explored:
        bench = Bench(browser, address_of(explored), file)
        bench.open()
        bench.go_to_end()
        bench.enter("epochs", "5")
        bench.wait_for_yaml("epochs: 5")
    bench.wait_for("lrviz has ended or cannot be reached", "#bars")
    browser.run(f"document.querySelector('{entry(GAMMA)}').select()")
    browser.type(entry(GAMMA), "0.1" + TAB)
    port = urlsplit(bench.address).port
    with explore(file, "--no-browser", "--port", port) as explored:
        first, _ = browser.open_tab()
        again = Bench(browser, address_of(explored), file)
        again.open()
        assert again.text() == SPEC
        browser.close_tab()
        browser.look_at(first)
        bench.wait_to_read("Learning Rate 1e-10")  # at step 31: seven times a tenth of 1e-3
        assert "epochs: 5" in bench.text()
        assert not bench.seen("#bars > div")
        assert browser.run("return location.href") == again.address
        assert file.read_text() == SPEC


def test_without_a_spec_there_is_a_list_to_start_from(browser: Browser) -> None:
    with explore("--no-browser") as explored:
        bench = Bench(browser, address_of(explored), Path())
        browser.open(bench.address)
        browser.wait("return document.querySelector('#groups button')")
        browser.type("#filter", "nanogpt")
        shown = "[...document.querySelectorAll('#groups li')].filter((each) => !each.hidden)"
        assert browser.run(f"return {shown}.length") == 1
        browser.run(f"{shown}[0].querySelector('button').click()")
        bench.rest()
        assert "scheduler" in bench.text()
        assert browser.run("return document.querySelector('#save').disabled")
        assert bench.seen("#unsavable")
        browser.click("#back")
        assert bench.seen("#filter")


def test_what_cannot_be_saved_is_no_change(browser: Browser) -> None:
    figure = ROOT / "figures" / "steplr.webp"
    with explore(figure, "--no-browser") as explored:
        bench = Bench(browser, address_of(explored), figure)
        bench.open()
        assert bench.seen("#unsavable")
        assert not bench.seen("#changed")
    with explore("-", "--no-browser", stdin=SPEC) as explored:
        Bench(browser, address_of(explored), Path("-")).open()
        assert browser.run("return document.title") == "standard input"


def test_lines_end_as_they_did_where_the_yaml_is_edited(bench: Bench) -> None:
    bench.file.write_bytes(SPEC.replace("\n", "\r\n").encode())
    bench.open()
    bench.browser.run("document.querySelector('#source').open = true")
    bench.browser.type("#yaml", "# the end\n")
    bench.wait_for_yaml("# the end")
    bench.browser.click("#save")
    bench.wait_for("Saved a.yaml.", "#note")
    new = SPEC + "# the end\n"
    assert bench.file.read_bytes() == new.replace("\n", "\r\n").encode()
