"""Waiting for files to be saved."""

from pathlib import Path

import pytest

from lrviz.errors import UsageError
from lrviz.watch import iter_saves


def test_every_source_comes_first_and_then_what_was_saved(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    one.write_text("1", "utf-8")
    two.write_text("2", "utf-8")
    saves = iter_saves([str(one), str(two)], interval=0.001)
    assert next(saves) == [str(one), str(two)]
    two.write_text("two", "utf-8")
    assert next(saves) == [str(two)]
    one.write_text("one", "utf-8")
    assert next(saves) == [str(one)]


def test_a_file_that_another_takes_the_place_of_was_saved(tmp_path: Path) -> None:
    spec, other = tmp_path / "spec.yaml", tmp_path / "other"
    spec.write_text("1", "utf-8")
    saves = iter_saves([str(spec)], interval=0.001)
    next(saves)
    spec.unlink()  # missing for a moment, as some editors have it
    other.write_text("2", "utf-8")
    other.rename(spec)
    assert next(saves) == [str(spec)]


def test_a_factory_is_watched_by_its_file(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text("", "utf-8")
    assert next(iter_saves([f"{script}:make"])) == [f"{script}:make"]


@pytest.mark.parametrize("source", ["-", "package.module:make", "nowhere.yaml"])
def test_what_has_no_file_cannot_be_watched(source: str) -> None:
    with pytest.raises(UsageError, match="--watch needs a file"):
        next(iter_saves([source]))
