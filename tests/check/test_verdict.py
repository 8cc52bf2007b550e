import pickle

import numpy as np
import pytest

from lrviz.check.examine import compare_pixels
from lrviz.check.pictures import mark_pixels
from lrviz.check.verdict import EXIT_STATUS, OUTCOMES, Pictures, PixelsDifference, Verdict
from lrviz.figure.difference import compare_numbers
from lrviz.figure.stored import parse_numbers
from lrviz.spec.parse import parse_spec
from lrviz.spec.tree import Tree, iter_differing_keys
from tests.support.specs import ROOT

NAN = float("nan")


def test_every_outcome_has_its_exit_status() -> None:
    assert dict(EXIT_STATUS) == {
        "match": 0,
        "differs": 1,
        "missing": 1,
        "orphan": 1,
        "unreadable": 1,
        "inconclusive": 1,
        "wrong": 2,
        "failed": 3,
    }
    assert tuple(EXIT_STATUS) == OUTCOMES


def test_a_verdict_crosses_to_another_process_as_it_is() -> None:
    pictures = Pictures(baseline=b"png")
    verdict = Verdict("differs", "a.yaml", "a.webp", "why", keys=("epochs",), pictures=pictures)
    assert pickle.loads(pickle.dumps(verdict)) == verdict


@pytest.mark.parametrize(
    ("difference", "text"),
    [
        (
            PixelsDifference(1204, 500_000, 38, (1000, 500), (1000, 500)),
            "1,204 of 500,000 pixels differ, by up to 38 of 255",
        ),
        (
            PixelsDifference(1, 500_000, 0, (800, 400), (1000, 500)),
            "the picture was 800 x 400 pixels, is 1000 x 500",
        ),
    ],
)
def test_pixels_that_differ_are_told_in_one_line(difference: PixelsDifference, text: str) -> None:
    assert str(difference) == text


# Keys


@pytest.mark.parametrize(
    ("old", "new", "keys"),
    [
        ({"a": 1}, {"a": 1.0}, []),
        ({"a": NAN}, {"a": NAN}, []),
        ({"a": [NAN, 1]}, {"a": [NAN, 1.0]}, []),
        ({"a": 1}, {"a": True}, [("a",)]),
        ({"a": [1, 2]}, {"a": [1, 3]}, [("a",)]),
        ({"a": [1, 2]}, {"a": [1]}, [("a",)]),
        ({"a": "1"}, {"a": 1}, [("a",)]),
        ({"a": {}}, {"a": "b"}, [("a",)]),
        ({"a": 1, "b": 2}, {"c": 3, "b": 1}, [("c",), ("b",), ("a",)]),
        ({"a": None}, {}, [("a",)]),
        (
            {"s": [{"A": {"x": 1}}, {"B": {"y": 1}}]},
            {"s": [{"A": {"x": 1}}, {"B": {"y": 2}}]},
            [("s", 1, "B", "y")],
        ),
        ({"s": [{"A": {}}]}, {"s": [{"A": {}}, {"B": {}}]}, [("s",)]),
        ({"s": ["A"]}, {"s": [{"A": {"x": 1}}]}, [("s", 0)]),
    ],
)
def test_the_keys_that_differ(old: Tree, new: Tree, keys: list[object]) -> None:
    assert list(iter_differing_keys(old, new)) == keys


@pytest.mark.parametrize("changed", ["epochs: 4", "epochs: 5", "epochs: 4.0", "title: ''"])
def test_specs_without_a_differing_key_are_the_equal_ones(changed: str) -> None:
    first = parse_spec("{epochs: 4, scheduler: ConstantLR}")
    second = parse_spec("{epochs: 4, scheduler: ConstantLR}", overrides=[_split(changed)])
    keys = list(iter_differing_keys(first.canonical, second.canonical))
    assert (not keys) is (first == second)


def _split(text: str) -> tuple[str, str]:
    key, _, value = text.partition(": ")
    return key, value


# Pixels


def test_the_part_that_one_picture_lacks_differs() -> None:
    old, new = np.zeros((2, 3, 4), np.uint8), np.zeros((3, 2, 4), np.uint8)
    new[0, 0, 3] = 7
    assert compare_pixels(old, new) == PixelsDifference(3, 6, 7, (3, 2), (2, 3))
    assert mark_pixels(old, new) is None


def test_0_and_255_are_255_apart() -> None:
    old, new = np.zeros((1, 2, 4), np.uint8), np.zeros((1, 2, 4), np.uint8)
    new[0, 1, 2] = 255
    assert compare_pixels(old, new) == PixelsDifference(1, 2, 255, (2, 1), (2, 1))
    assert compare_pixels(new, old) == PixelsDifference(1, 2, 255, (2, 1), (2, 1))


def test_marks_stand_out_from_what_is_the_same() -> None:
    old = np.full((1, 2, 4), 255, np.uint8)
    new = old.copy()
    new[0, 0] = [0, 0, 0, 255]
    marked = mark_pixels(old, new)
    assert marked is not None
    assert marked.tolist() == [[[220, 0, 0, 255], [255, 255, 255, 255]]]
    assert new.tolist()[0][0] == [0, 0, 0, 255]


# Moves


def test_the_first_moves_of_all_series_are_listed_in_order() -> None:
    curve = {"label": "", "groups": ["a", "b"], "steps": 3, "block": 1}
    old = parse_numbers({"curves": [{**curve, "lr": [1.0, 1.0]}]})
    new = parse_numbers({"curves": [{**curve, "lr": [[1.0, 2.0, 3.0], [2.0, 1.0, 2.0]]}]})
    difference = compare_numbers(old, new)
    assert difference is not None
    found = [(move.start, move.group, move.new) for move in difference.steps]
    assert found == [(0, "b", 2.0), (1, "a", 2.0), (2, "a", 3.0), (2, "b", 2.0)]
    assert [move.start for move in difference.moves] == [0, 1]


def test_the_documented_outcomes_are_all_of_them() -> None:
    told = (ROOT / "docs" / "output.md").read_text(encoding="utf-8")
    assert all(f"`{outcome}`" in told for outcome in OUTCOMES)
