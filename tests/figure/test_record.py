import json
import math
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from importlib import metadata
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import ft2font

from lrviz.curve import Curve
from lrviz.draw.fonts import drawing_versions
from lrviz.errors import ImageError
from lrviz.figure.chunks import MAX_RECORD
from lrviz.figure.record import build_record
from lrviz.figure.stored import parse_record
from lrviz.run.driven import Run
from lrviz.spec.origin import Source
from lrviz.spec.parse import parse_spec, parse_tree
from lrviz.system.versions import platform_tag, versions

SPEC = """\
title: ".nan"
epochs: 4
optimizer: {SGD: {lr: 1e-1}}
scheduler: {StepLR: {step_size: 2, gamma: =1 / 2}}
metric: [0.5, .nan, 2]
figure: {style: article, xlabel: é 😀}
"""
GOOD: dict[str, object] = {"format": 1, "spec": {}, "versions": {}, "numbers": None}


def run_of(text: str, *curves: Curve) -> Run:
    lr = np.array([[0.1, 0.1, 0.05, 0.05]])
    return Run(parse_spec(text, "a.yaml"), curves or (Curve(("",), lr, (0.1,)),), ())


def build(text: str = SPEC, *curves: Curve) -> str:
    return build_record(run_of(text, *curves), drawing_versions(["DejaVu Sans"]))


def test_a_record_is_strict_json_on_one_line_of_ascii() -> None:
    text = build()
    assert text.isascii()
    assert text.isprintable()

    def refuse(name: str) -> None:
        raise AssertionError(name)

    data = json.loads(text, parse_constant=refuse)
    assert sorted(data) == ["description", "format", "numbers", "spec", "style", "versions"]
    assert data["description"] == str(run_of(SPEC))
    assert data["format"] == 1
    assert data["spec"]["metric"] == [0.5, ".nan", 2]
    assert data["numbers"]["curves"][0]["lr"] == [[0.1, 0.1, 0.05, 0.05]]
    assert text == json.dumps(data, separators=(",", ":"))


def test_the_spec_is_read_back_as_it_was() -> None:
    canonical = run_of(SPEC).spec.canonical
    spec = parse_record(build()).spec
    metric, expected = spec.pop("metric"), canonical.pop("metric")
    assert spec == canonical
    assert repr(metric) == repr(expected) == "[0.5, nan, 2]"


def test_curves_and_what_is_swept_stay_in_their_order() -> None:
    """Colours and legend follow it, so that without it another figure would be drawn again."""
    top = "epochs: 4, scheduler: {StepLR: {step_size: 2}}"
    curves = f"{{{top}, curves: {{b: {{}}, a: {{interval: epoch}}}}}}"
    again = parse_tree(parse_record(build(curves)).spec, Source())
    assert [schedule.label for schedule in again.schedules] == ["b", "a"]
    sweep = f"{{{top}, sweep: {{steps_per_epoch: [2, 1], epochs: [4, 2]}}}}"
    again = parse_tree(parse_record(build(sweep)).spec, Source())
    assert again.schedules[1].label == "steps_per_epoch 2, epochs 2"


def test_a_name_may_be_spelt_like_a_number() -> None:
    groups = "{SGD: {param_groups: [{name: '.nan'}, {name: '-.inf', lr: 2}]}}"
    text = f"{{epochs: 4, optimizer: {groups}, scheduler: {{StepLR: {{step_size: 2}}}}}}"
    again = parse_tree(parse_record(build(text)).spec, Source())
    assert [group["name"] for group in again.optimizer.groups] == [".nan", "-.inf"]


def test_only_where_a_number_may_stand_a_text_is_turned_into_one() -> None:
    record = parse_record(build())
    assert record.spec["title"] == ".nan"
    assert math.isnan(cast("list[float]", record.spec["metric"])[1])


@pytest.mark.parametrize("key", ["optimizer", "scheduler", "metric", "curves", "sweep"])
def test_infinities_come_back(key: str) -> None:
    data = GOOD | {"spec": {key: {"a": [".inf", "-.inf", "x"]}}}
    assert parse_record(json.dumps(data)).spec == {key: {"a": [math.inf, -math.inf, "x"]}}


def test_the_same_run_has_the_same_record() -> None:
    assert build() == build()


def test_the_numbers_are_read_back() -> None:
    numbers = parse_record(build()).numbers
    assert numbers is not None
    assert numbers.curves[0].series["lr"][0].tolist() == [[0.1, 0.1, 0.05, 0.05]]


def wordy(curves: int) -> list[Curve]:
    """Curves of whose numbers each has 64 names of 200 letters: 64 * (200 * 6 + 3) = 76,992."""
    names = tuple("é" * 200 for _ in range(64))
    lr = np.full((64, 4), 0.1)
    return [Curve(names, lr, (0.1,) * 64, label=str(i)) for i in range(curves)]


def test_numbers_whose_names_are_too_long_are_left_out() -> None:
    assert parse_record(build(SPEC, *wordy(12))).numbers is not None  # 923,904 letters
    assert parse_record(build(SPEC, *wordy(13))).numbers is None  # 1,000,896


def test_numbers_that_would_make_the_record_too_long_are_left_out() -> None:
    run = run_of(SPEC, *wordy(12))
    for length, stored in ((1_000_000, True), (1_100_000, False)):
        spec = replace(run.spec, tree={"title": "x" * length})
        text = build_record(replace(run, spec=spec), {})
        assert (parse_record(text).numbers is not None) is stored


def test_a_record_names_what_drew_it() -> None:
    assert parse_record(build()).versions == {
        "fonts": ["DejaVu Sans"],
        "freetype": ft2font.__freetype_version__,
        "lrviz": metadata.version("lrviz"),
        "matplotlib": metadata.version("matplotlib"),
        "pillow": metadata.version("pillow"),
        "platform": platform_tag(),
        "torch": metadata.version("torch").split("+")[0],
    }
    assert parse_record(build()).versions == drawing_versions(["DejaVu Sans"])


def test_versions_are_told_without_importing_what_they_are_of() -> None:
    code = (
        "import sys; from lrviz.system.versions import platform_tag, versions; versions();"
        " platform_tag();"
        "print([name for name in ('torch', 'matplotlib', 'PIL', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_what_is_not_installed_has_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    versions.__globals__["_public_version"].cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(metadata, "version", missing)
        assert versions()["torch"] == "none"
    versions.__globals__["_public_version"].cache_clear()
    assert versions()["torch"] != "none"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "its record is damaged: not JSON: Expecting value: line 1 column 1 (char 0)"),
        ("[]", "its record is damaged: format: missing, or no number"),
        ('{"format": true}', "its record is damaged: format: missing, or no number"),
        ('{"format": 0}', "its record is damaged: format: less than 1"),
        ('{"format": 7}', "drawn by a newer lrviz: its record has a format beyond 1"),
        ('{"format": 1, "format": 1}', "its record is damaged: a key is given twice"),
        ('{"format": NaN}', "its record is damaged: NaN is not JSON"),
        ('{"a": -Infinity}', "its record is damaged: -Infinity is not JSON"),
        ("[" * 100_000, "its record is damaged: nested too deep"),
        ('{"a":' * 100_000, "its record is damaged: nested too deep"),
        ('{"format":1,"sheet":"c0"}', "a sheet of several figures; name one of them, or its spec"),
        (" " * (MAX_RECORD + 1), "its record is larger than 2,000,000 characters"),
    ],
)
def test_a_text_that_is_no_record_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ImageError) as caught:
        parse_record(text)
    assert str(caught.value) == reason


@pytest.mark.parametrize("number", ["1" * 5000, "-" + "9" * 4301])
def test_a_number_of_too_many_digits_is_refused(number: str) -> None:
    with pytest.raises(ImageError, match=r"^its record is damaged: not JSON: Exceeds the limit"):
        parse_record(f'{{"format": {number}}}')


def test_half_a_pair_of_surrogates_is_refused() -> None:
    good = json.dumps(GOOD | {"spec": {"title": "😀"}})
    assert parse_record(good).spec == {"title": "😀"}
    with pytest.raises(ImageError, match=r"^its record is damaged: not JSON: 'utf-8' codec"):
        parse_record(good.replace("\\ude00", ""))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"spec": None}, "its record is damaged: spec: missing, or no mapping"),
        ({"spec": []}, "its record is damaged: spec: missing, or no mapping"),
        ({"versions": None}, "its record is damaged: versions: missing, or no mapping"),
        ({"versions": {"torch": 2}}, "its record is damaged: versions: not text"),
        ({"versions": {"fonts": ["a", 2]}}, "its record is damaged: versions: not text"),
        ({"versions": {"fonts": {}}}, "its record is damaged: versions: not text"),
        ({"numbers": []}, "its numbers are damaged: curves: missing, or of a wrong type"),
    ],
)
def test_a_record_of_wrong_types_is_refused(change: dict[str, object], reason: str) -> None:
    with pytest.raises(ImageError) as caught:
        parse_record(json.dumps(GOOD | change))
    assert str(caught.value) == reason


def test_a_spec_may_be_as_deep_as_a_spec_is_and_no_deeper() -> None:
    def nested(depth: int) -> str:
        return json.dumps(GOOD).replace(
            '"spec": {}', '"spec": {"a": ' + "[" * depth + "]" * depth + "}"
        )

    assert parse_record(nested(40)).spec["a"]
    with pytest.raises(ImageError, match=r"^its record is damaged: nested too deep$"):
        parse_record(nested(41))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


@given(st.text() | json_values.map(json.dumps))
def test_garbage_is_refused_as_such(text: str) -> None:
    with pytest.raises(ImageError):
        parse_record(text)


@given(
    st.sampled_from(["format", "spec", "versions", "numbers"]), json_values | st.just([".nan", {}])
)
def test_a_record_with_garbage_inside_is_read_or_refused_as_such(key: str, value: object) -> None:
    with suppress(ImageError):
        assert isinstance(parse_record(json.dumps(GOOD | {key: value})).spec, dict)
