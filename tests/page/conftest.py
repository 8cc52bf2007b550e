"""One browser for all tests of pages."""

from collections.abc import Iterator

import pytest

from tests.page.pointing import resize
from tests.page.turning import SPEC, Bench, address_of
from tests.support.browser import Browser, open_browser
from tests.support.exploring import explore


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


@pytest.fixture(scope="module")
def served(started: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """The page of a spec's file, as `lrviz explore` serves it."""
    file = tmp_path_factory.mktemp("explored") / "a.yaml"
    file.write_text(SPEC)
    with explore(file, "--no-browser") as explored:
        yield Bench(started, address_of(explored), file)
