"""Files that one may not read or write, root neither."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def locked(path: str, mode: int = 0) -> Iterator[None]:
    """Be somebody who may not do with a file or folder what its mode leaves out."""
    before, is_root = Path(path).stat().st_mode, os.geteuid() == 0
    Path(path).chmod(mode)
    try:
        if is_root:  # whom no permission stops
            _become_nobody()
        yield
    finally:
        if is_root:
            os.seteuid(0)
        Path(path).chmod(before)


def _become_nobody() -> None:
    try:
        os.seteuid(65534)
    except OSError:
        pytest.skip("there is no other user here, and no permission stops this one")
