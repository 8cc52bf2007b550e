"""Examples of docstrings and of the README name files of the repository: they are run in it."""

from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _in_the_repository(request: pytest.FixtureRequest) -> Iterator[None]:
    if not isinstance(request.node, pytest.DoctestItem):
        yield
        return
    with chdir(Path(__file__).parent):
        yield
