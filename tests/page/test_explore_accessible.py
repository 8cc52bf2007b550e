"""What axe-core finds in the pages: nothing that keeps anybody from reading or turning them."""

import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.page.pointing import CONFIGS, draw, in_browser, resize
from tests.page.turning import Bench, address_of, prefer
from tests.support.browser import Browser
from tests.support.exploring import explore

pytestmark = [in_browser, pytest.mark.slow]

AXE = "axe-core@4.11.1"
# The LR rises again after the minimum: a finding with a fix.
FOUND = "epochs: 4\nsteps_per_epoch: 8\nscheduler: {CosineAnnealingLR: {T_max: 24}}\n"
GROUPS = CONFIGS / "warmup_cosine_groups.yaml"
MANY = f"""\
steps: 20
scheduler: {{ExponentialLR: {{gamma: 0.5}}}}
sweep: {{scheduler.ExponentialLR.gamma: {[round(0.5 + each / 100, 2) for each in range(16)]}}}
"""


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The checker's script."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("needs npm, which is not installed")
    folder = tmp_path_factory.mktemp("axe")
    try:
        got = subprocess.run([npm, "pack", AXE], cwd=folder, capture_output=True, timeout=120)
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm did not bring {AXE} in time")
    packed = next(folder.glob("*.tgz"), None)
    if got.returncode or packed is None:
        pytest.skip(f"npm could not bring {AXE}")
    with tarfile.open(packed) as files:
        script = files.extractfile("package/axe.min.js")
        assert script is not None
        return script.read().decode()


@pytest.fixture
def bench(browser: Browser, tmp_path: Path) -> Iterator[Bench]:
    """The page of a spec in which something looks wrong."""
    file = tmp_path / "a.yaml"
    file.write_text(FOUND)
    prefer(browser, "light")
    with explore(file, "--no-browser") as explored:
        page = Bench(browser, address_of(explored), file)
        page.open()
        yield page
        browser.run("localStorage.clear()")
        browser.open("about:blank")


def find(browser: Browser, axe: str) -> list[str]:
    """Return what the checker finds in the page, everything unfolded."""
    browser.run(axe)  # by the driver, which the page's own policy does not bind
    browser.run("for (const each of document.querySelectorAll('details')) each.open = true")
    result: Any = browser.wait(
        """
        window.checked ??= axe.run().then((all) => {
          window.result = all;
          document.body.dataset.checked = "";
        });
        return window.result;
        """
    )
    browser.run("delete window.checked; delete window.result")
    assert "color-contrast" in {rule["id"] for rule in result["passes"]}  # it has looked
    return [
        f"{rule['impact']} {rule['id']}: {node['html']}"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_page_with_a_finding_and_with_an_error(
    bench: Bench, axe: str, look: str, width: int
) -> None:
    prefer(bench.browser, look)
    resize(bench.browser, width)
    bench.open()
    bench.wait_for("T_max", "#findings button")
    assert find(bench.browser, axe) == []
    bench.enter("scheduler.CosineAnnealingLR.T_max", "0")
    bench.wait_for("must be at least 1, got 0", "#said")
    assert find(bench.browser, axe) == []


@pytest.mark.parametrize("look", ["light", "dark"])
def test_a_page_of_sequence_and_param_groups(browser: Browser, axe: str, look: str) -> None:
    prefer(browser, look)
    with explore(GROUPS, "--no-browser") as explored:
        Bench(browser, address_of(explored), GROUPS).open()
        assert find(browser, axe) == []


def test_more_lines_than_a_phone_has_room_for(browser: Browser, axe: str, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(MANY)
    resize(browser, 390)
    with explore(file, "--no-browser") as explored:
        Bench(browser, address_of(explored), file).open()
        assert browser.run("return read.scrollHeight > read.clientHeight")
        assert find(browser, axe) == []


@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_list_to_start_from(browser: Browser, axe: str, look: str) -> None:
    prefer(browser, look)
    with explore("--no-browser") as explored:
        browser.open(address_of(explored))
        browser.wait("return document.querySelector('#groups button')")
        assert find(browser, axe) == []


def test_a_page_of_no_yaml_whose_server_has_ended(
    browser: Browser, axe: str, tmp_path: Path
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(FOUND)
    with explore(file, "--no-browser") as explored:
        bench = Bench(browser, address_of(explored), file)
        bench.open()
        file.write_text("{")
        bench.wait_for("not YAML", "#problems")
    bench.wait_for("cannot be reached", "#bars")
    assert find(browser, axe) == []


@pytest.mark.parametrize("style", ["article", "light", "dark"])
def test_a_page_of_one_figure(browser: Browser, axe: str, tmp_path: Path, style: str) -> None:
    for width in (1280, 390):
        resize(browser, width)
        browser.open(draw(GROUPS, tmp_path, style))
        assert find(browser, axe) == []
