"""One browser for all tests of pages."""

from collections.abc import Iterator

import pytest

from tests.page.pointing import resize
from tests.support.browser import Browser, open_browser


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
