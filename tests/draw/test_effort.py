"""No spec draws for minutes or fills the memory: what it asks for is bounded, or refused."""

import math
from collections.abc import Mapping

import numpy as np
import pytest
from matplotlib.text import Text
from numpy.typing import NDArray

import lrviz
from lrviz.draw.lines import Exactly, choose_look, list_dashes
from lrviz.draw.outputs import draw_pixels, plot
from lrviz.errors import Position, SpecError, UsageError
from lrviz.spec.options import FigureOptions
from lrviz.spec.origin import Source
from lrviz.spec.style import Style, styles
from tests.support.figures import STEP, make_run, spread

LIGHT = styles()["light"].model_dump(mode="json")
ABSURD = (1e-12, 1e12, math.nan, math.inf, -1, 0)
DASHES: dict[str, object] = {
    "a dash": [[0, ["?", 1]]],
    "a gap": [[0, [1, "?"]]],
    "its start": [["?", [1, 1]]],
}
PLACES: dict[str, Mapping[str, object]] = {
    **{
        key: {"style": LIGHT | {key: "?"}}
        for key in ("dpi", "linewidth", "marker_size", "font_size")
    },
    **{key: {"style": LIGHT | {"linestyles": dashes}} for key, dashes in DASHES.items()},
    "a style's width": {"style": LIGHT | {"size": ["?", 3]}},
    "a style's height": {"style": LIGHT | {"size": [3, "?"]}},
    "a figure's dpi": {"dpi": "?"},
    "a figure's width": {"size": ["?", 3]},
    "a figure's height": {"size": [3, "?"]},
    "both": {"size": ["?", "?"]},
    "xlim": {"xlim": ["?", 3]},
    "ylim": {"ylim": [3, "?"]},
}


def spell(value: object) -> str:
    """Return a value as YAML."""
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {spell(each)}" for key, each in value.items()) + "}"
        case list() | tuple():
            return f"[{', '.join(map(spell, value))}]"
        case str():
            return f'"{value}"'
        case bool():
            return str(value).lower()
        case float() if not math.isfinite(value):
            return f".{value}" if value > 0 or value != value else "-.inf"
    return str(value)


def test_every_number_of_a_style_has_a_place_here() -> None:
    numbers = {
        key
        for key, value in LIGHT.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    assert numbers <= set(PLACES)


@pytest.mark.parametrize("value", ABSURD, ids=str)
@pytest.mark.parametrize("place", PLACES)
def test_an_absurd_number_is_refused_at_its_place_or_drawn(place: str, value: float) -> None:
    figure = spell(PLACES[place]).replace('"?"', spell(value))
    text = f"epochs: 32\nscheduler: {{StepLR: {{step_size: 4}}}}\nfigure: {figure}\n"
    try:
        run = lrviz.simulate(lrviz.parse_spec(text, name="a.yaml"))
    except SpecError as error:
        places = [str(problem).partition(" ")[2] for problem in error.problems]
    else:
        places = [] if draw_pixels(run).pixels.size else ["nothing"]
    assert all(place.startswith("figure") for place in places)


@pytest.mark.parametrize(
    ("figure", "message"),
    [
        (
            "{dpi: 1000000, size: [0.001, 0.001]}",
            "3:10: figure.dpi: must be at most 2400 pixels an inch, got 1000000",
        ),
        (
            "{style: {linewidth: 1.0e-12}}",
            "3:18: figure.style.linewidth: must be at least 0.1 points, got 1e-12",
        ),
        (
            "{style: {linestyles: [[0, [1.0e-6, 1]]]}}",
            "3:36: figure.style.linestyles.0.1.0: must be at least 0.1, got 1e-6",
        ),
    ],
)
def test_what_is_too_small_or_too_fine_is_refused_with_the_limit(figure: str, message: str) -> None:
    rest = ", ".join(f"{key}: {spell(each)}" for key, each in LIGHT.items() if key not in figure)
    figure = (
        figure.replace("{style: {", "{style: {").replace("}}", f", {rest}}}}}")
        if "style" in figure
        else figure
    )
    with pytest.raises(SpecError) as caught:
        lrviz.parse_spec(
            f"epochs: 4\nscheduler: {{StepLR: {{step_size: 4}}}}\nfigure: {figure}\n", name="a.yaml"
        )
    assert str(caught.value) == f"a.yaml:{message}"


def test_a_caller_s_dpi_has_the_same_limit() -> None:
    with pytest.raises(UsageError, match=r"^dpi: must be at most 2400 pixels an inch, got "):
        plot(make_run(STEP), dpi=1e6)
    assert plot(make_run(STEP), dpi=2400, size=(0.1, 0.1)).dpi == 2400


@pytest.mark.parametrize("name", styles())
def test_however_many_lines_there_are_none_is_too_thin_to_be_seen(name: str) -> None:
    style = styles()[name]
    looks = [choose_look(style, index, 4096, style.dpi / 72) for index in range(4096)]
    assert min(look["linewidth"] for look in looks) >= 0.2 * style.linewidth
    assert {look["color"] for look in looks[-42:]} == set(style.colors)
    for look in looks:
        if look["linestyle"] == "-":
            continue
        period = sum(list_dashes(look["linestyle"]))
        assert period * look["linewidth"] * style.dpi / 72 >= 1


def test_a_pattern_that_no_pixel_can_show_is_a_line() -> None:
    style = Style.model_validate(LIGHT | {"linestyles": [[0, [0.1, 0.1]]], "linewidth": 1})
    assert choose_look(style, 0, 1, dot=4)["linestyle"] == "-"
    assert choose_look(style, 0, 1, dot=6)["linestyle"] == (0, (0.1, 0.1))


def noise(steps: int, seed: int = 0) -> NDArray[np.float64]:
    """Values that cross the axes from one step to the next."""
    return 1e-3 * np.random.default_rng(seed).random(steps)


def test_an_ordinary_line_is_in_one_piece() -> None:
    for values in (STEP, np.linspace(0, 1, 100_000), np.cos(np.arange(100_000) / 5000)):
        line = plot(make_run(values, style="light")).axes[0].lines[0]
        effects = line.get_path_effects() or ()
        assert all(isinstance(effect, Exactly) and effect.parts == 1 for effect in effects)


def test_lines_that_are_too_long_together_are_a_problem_of_the_figure() -> None:
    source = Source("a.yaml", {("figure",): Position(7, 1)})
    zigzag = 1e-3 * (np.arange(8000) % 2)
    run = make_run(
        *spread(zigzag, 60),
        steps_per_epoch=8000,
        source=source,
        size=(16, 9),
        style="light",
        legend=False,
    )
    expected = r"a\.yaml:7:1: figure: takes as long to draw as a line of \d{3},\d{3},\d{3} pixels"
    remedy = "more than 400,000,000; draw fewer curves or a smaller figure"
    with pytest.raises(SpecError, match=f"^{expected}, {remedy}$"):
        draw_pixels(run)


def test_a_line_that_goes_up_and_down_all_the_time_is_drawn_in_parts() -> None:
    """40 x 40 inches of 100 pixels: up to 4 points a column, half of the height apart."""
    run = make_run(noise(60_000), steps_per_epoch=60_000, style="light", size=(40, 40), dpi=100)
    (line,) = plot(run).axes[0].lines
    effects = line.get_path_effects()
    assert effects
    effect = effects[0]
    assert isinstance(effect, Exactly)
    assert effect.plain
    places = line.get_transform().transform(line.get_xydata())
    length = float(np.hypot(*np.diff(places, axis=0).T).sum())
    assert 100_000 / 2 < length / effect.parts <= 100_000


def test_a_legend_measures_no_text_twice_and_few_of_many(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = Text.get_window_extent

    def record(text: Text, *arguments: object, **named: object) -> object:
        asked.append(text.get_text())
        return real(text, *arguments, **named)  # type: ignore[arg-type]

    names = [f"{index:03}{'n' * 147}" for index in range(256)]
    run = make_run(*spread(STEP, 256), groups=names, style="light")
    monkeypatch.setattr(Text, "get_window_extent", record)
    legend = plot(run).axes[0].get_legend()
    assert legend is not None
    assert legend.get_texts()[-1].get_text().endswith(" more")
    long = [text for text in asked if "nnn" in text]
    assert len(long) < 1000
    assert len(long) - len(set(long)) <= 32  # the legend itself, of what stands in it


def test_a_legend_gives_128_names_at_most_however_much_room_there_is() -> None:
    style = LIGHT | {"font_size": 1}
    legend = plot(make_run(*spread(STEP, 300), style=style)).axes[0].get_legend()
    assert legend is not None
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts == [*(f"group {index}" for index in range(128)), "… 172 more"]


def test_a_long_axis_has_no_more_ticks_than_matplotlib_likes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """On 11,000 points there is room for a tick every 3.6, one a step."""
    figure = plot(make_run(np.linspace(1, 0, 3000), steps_per_epoch=3, size=(163.8, 9.7), dpi=100))
    figure.draw_without_rendering()
    assert len(figure.axes[0].xaxis.get_minor_ticks()) <= 1000
    assert caplog.records == []


@pytest.mark.parametrize("font_size", [1, 4, 100])
@pytest.mark.parametrize("size", [(0.5, 0.5), (300, 200)])
def test_text_that_no_font_is_small_enough_for_is_drawn_all_the_same(
    size: tuple[float, float], font_size: float
) -> None:
    style = LIGHT | {"font_size": font_size, "dpi": 10}
    run = make_run(*spread(STEP, 2), style=style, size=size, title="A title")
    assert draw_pixels(run).pixels.shape == (10 * size[1], 10 * size[0], 4)


def test_figure_options_say_their_limits_to_an_editor() -> None:
    schema = FigureOptions.model_json_schema()
    definitions = schema["$defs"]["Style"]["properties"]
    assert definitions["dpi"]["le"] == 2400
    assert (definitions["linewidth"]["ge"], definitions["marker_size"]["ge"]) == (0.1, 0.1)
