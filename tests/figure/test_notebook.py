"""A run and its figure in a notebook, and what a run gives to NumPy."""

import base64
import copy
import io
import pickle
from html.parser import HTMLParser
from typing import Any

import numpy as np
from PIL import Image

import lrviz

SPEC = """
epochs: 2
steps_per_epoch: 2
optimizer: {Adam: {lr: 0.8, weight_decay: 0.1, param_groups: [{name: "a<b>\\"c"}]}}
scheduler: {ExponentialLR: {gamma: 0.5}}
"""


class Images(HTMLParser):
    """Collects the attributes of images."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an image's attributes."""
        assert tag == "img"
        self.found.append(dict(attrs))


def test_shows_itself_as_its_figure_with_an_alternative_text() -> None:
    run = lrviz.simulate(lrviz.parse_spec(SPEC))
    contents, metadata = run._repr_mimebundle_()
    with Image.open(io.BytesIO(base64.b64decode(contents["image/png"]))) as image:
        assert image.size == (1000, 500)
    sentence = "ExponentialLR: 0.8, halved every step, 0.1 at step 3"
    assert contents["text/plain"] == f"<Run {sentence}>" == repr(run)
    assert metadata == {"image/png": {"alt": sentence}}
    (attributes,) = Images(contents["text/html"]).found
    assert attributes["alt"] == sentence
    assert attributes["src"] == f"data:image/png;base64,{contents['image/png']}"


def decode(contents: Any) -> Any:
    with Image.open(io.BytesIO(base64.b64decode(contents["image/png"]))) as image:
        return np.array(image.convert("RGBA"))


def test_a_figure_shows_itself_as_its_run_does() -> None:
    run = lrviz.simulate(SPEC)
    shown, metadata = run._repr_mimebundle_()
    figure: Any = lrviz.plot(run)
    for each in (figure, copy.deepcopy(figure), pickle.loads(pickle.dumps(figure))):
        contents, about = each._repr_mimebundle_(include=None, exclude=None)
        np.testing.assert_array_equal(decode(contents), decode(shown))
        assert about == metadata
        (attributes,) = Images(contents["text/html"]).found
        assert attributes["alt"] == str(run)
        assert contents["text/plain"] == "<Chart size 1000x500 with 1 Axes>"


def test_what_was_added_to_a_figure_is_shown() -> None:
    figure: Any = lrviz.plot(SPEC)
    before = decode(figure._repr_mimebundle_()[0])
    figure.axes[0].axhline(0.4, linewidth=5)
    assert (decode(figure._repr_mimebundle_()[0]) != before).any()


def test_names_from_a_spec_cannot_leave_the_attribute_they_stand_in() -> None:
    spec = SPEC.replace("[{name", '[{name: "\'><script>"}, {name')
    run = lrviz.simulate(lrviz.parse_spec(spec))
    contents, _ = run._repr_mimebundle_()
    (attributes,) = Images(contents["text/html"]).found
    assert attributes["alt"] == str(run)
    assert "'><script> and a<b>\"c" in str(run)


def test_gives_the_first_curves_values_as_arrays() -> None:
    run = lrviz.simulate(lrviz.parse_spec(SPEC))
    np.testing.assert_array_equal(run.lr, [[0.8, 0.4, 0.2, 0.1]])
    np.testing.assert_array_equal(run.momentum, [[0.9] * 4])
    np.testing.assert_array_equal(run.weight_decay, [[0.1] * 4])


def test_what_an_optimizer_has_not_is_none() -> None:
    text = "{epochs: 1, optimizer: {Rprop: {}}, scheduler: {StepLR: {step_size: 1}}}"
    run = lrviz.simulate(lrviz.parse_spec(text))
    assert run.momentum is None
    assert run.weight_decay is None
