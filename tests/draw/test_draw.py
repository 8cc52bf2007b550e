"""The article's recipe by plain pyplot, caller's settings, options and what a figure shows."""

import io
import re
import subprocess
import sys
import textwrap
import warnings
from dataclasses import replace
from itertools import pairwise, product

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.axes._secondary_axes import SecondaryAxis
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import MultipleLocator
from matplotlib.typing import ColorType
from numpy.typing import NDArray
from PIL import Image

import lrviz
from lrviz.draw.fonts import drawing_versions
from lrviz.draw.outputs import draw_pixels, plot
from lrviz.draw.vector import draw_vector
from lrviz.errors import Position, SpecError, UsageError
from lrviz.figure.image import decode_image, render_run
from lrviz.spec.origin import Source
from lrviz.spec.style import styles
from tests.support.figures import COSINE, ONE_CYCLE, STEP, STRANGE, make_run, spread
from tests.support.slow import slow_but
from tests.support.specs import ROOT


def decode(figure: Figure) -> NDArray[np.uint8]:
    """Return the pixels of a figure that is saved as PNG."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi="figure")
    return np.array(Image.open(file).convert("RGBA"))


def draw_by_recipe(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return the pixels of the article's own script."""
    with mpl.rc_context(), warnings.catch_warnings():
        mpl.rcdefaults()
        pyplot.switch_backend("Agg")
        figure, axes = pyplot.subplots(figsize=(10, 5))
        axes.plot(range(32), values, color="black", marker="o")
        axes.set_xlim(0, 32)
        axes.set_ylim(0, 1.1 * max(values.max(), 1e-3))
        axes.set_xlabel("Steps")
        axes.set_ylabel("Learning Rate")
        axes.spines["top"].set_visible(False)
        axes.spines["right"].set_visible(False)
        axes.xaxis.set_major_locator(MultipleLocator(8))
        axes.xaxis.set_minor_locator(MultipleLocator(1))
        pixels = decode(figure)
        pyplot.close(figure)
    return pixels


def list_texts(figure: Figure) -> list[Text]:
    """Return every text that a drawn figure shows."""
    figure.draw_without_rendering()
    texts = []
    for axes in figure.axes:
        legend = axes.get_legend()
        texts += [axes.title, axes._left_title, axes.xaxis.label, axes.yaxis.label]  # type: ignore[attr-defined]
        texts += legend.get_texts() if legend else []
        texts += axes.texts
        tops = [each.xaxis for each in axes.child_axes if isinstance(each, SecondaryAxis)]
        texts += [top.label for top in tops]
        for axis in (axes.xaxis, axes.yaxis, *tops):
            low, high = sorted(axis.get_view_interval())
            ticks = axis.get_major_ticks()
            shown = [tick for tick in ticks if low <= tick.get_loc() <= high]
            texts += [label for tick in shown for label in (tick.label1, tick.label2)]
    return [text for text in texts if text.get_visible() and text.get_text().strip()]


@pytest.mark.parametrize("values", [STEP, COSINE, ONE_CYCLE, 5 * STEP], ids=str)
def test_the_article_style_has_the_very_pixels_of_the_article_recipe(
    values: NDArray[np.float64],
) -> None:
    pixels = draw_pixels(make_run(values)).pixels
    assert pixels.shape == (500, 1000, 4)
    assert np.array_equal(pixels, draw_by_recipe(values))


def test_a_figure_of_a_caller_has_the_pixels_of_the_command() -> None:
    run = make_run(STEP, STEP / 2, style="light", panels=["lr", "momentum"], momentum=COSINE)
    assert np.array_equal(decode(plot(run)), draw_pixels(run).pixels)


@pytest.mark.parametrize("style", ["article", "light"])
def test_settings_of_the_caller_change_no_pixel(style: str) -> None:
    run = make_run(STEP, style=style)
    expected = draw_pixels(run).pixels
    with mpl.rc_context(STRANGE):  # type: ignore[arg-type]
        assert np.array_equal(draw_pixels(run).pixels, expected)
        assert np.array_equal(decode(plot(run)), expected)


def test_a_figure_saved_under_other_settings_keeps_its_look() -> None:
    run = make_run(STEP, STEP / 3, style="dark", title="own")
    figure = plot(run)
    with mpl.rc_context(STRANGE):  # type: ignore[arg-type]
        assert np.array_equal(decode(figure), draw_pixels(run).pixels)


def test_settings_filters_random_state_and_pyplot_are_left_as_they_were() -> None:
    np.random.seed(3)
    state = np.random.get_state()[1].tolist()  # type: ignore[index]
    filters, settings = list(warnings.filters), dict(mpl.rcParams)
    figures = pyplot.get_fignums()
    run = make_run(*spread(STEP, 2), style="light")
    plot(run)
    draw_pixels(run)
    draw_vector(run, "svg")
    assert warnings.filters == filters
    assert dict(mpl.rcParams) == settings
    assert pyplot.get_fignums() == figures
    assert np.random.get_state()[1].tolist() == state  # type: ignore[index]


def test_drawing_does_not_import_pyplot() -> None:
    code = "import sys, lrviz.draw.outputs; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_vector_bytes_are_the_same_whatever_the_hash_seed() -> None:
    code = f"""
        import sys, hashlib, numpy
        sys.path.insert(0, {str(ROOT)!r})
        from lrviz.draw.vector import draw_vector
        from tests.support.figures import make_run, STEP
        run = make_run(STEP, STEP / 2, style="light")
        for format in ("svg", "pdf"):
            print(hashlib.sha256(draw_vector(run, format)[0]).hexdigest())
    """
    digests = {
        subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)],
            env={"PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2000")
    }
    assert len(digests) == 1
    assert [len(digest) for digest in digests.pop().split()] == [64, 64]


def test_vector_files_name_no_date_and_no_program_but_lrviz() -> None:
    run = make_run(STEP)
    svg, pdf = draw_vector(run, "svg")[0], draw_vector(run, "pdf")[0]
    assert svg.startswith(b"<?xml")
    assert pdf.startswith(b"%PDF-")
    assert not re.search(rb"<dc:date>", svg)
    creator = re.search(rb"<dc:creator>(.*)</dc:creator>", svg, re.DOTALL)
    assert creator is not None
    assert re.sub(rb"<.*?>", b"", creator[1]).split() == [b"lrviz"]
    assert not re.search(rb"/CreationDate|/Producer", pdf)
    assert re.findall(rb"/Creator \((.*?)\)", pdf) == [b"lrviz"]


def test_text_in_a_pdf_is_of_fonts_that_can_be_edited_whoever_saves_it() -> None:
    run, file, pages = make_run(STEP, style="light"), io.BytesIO(), io.BytesIO()
    with mpl.rc_context({"pdf.fonttype": 3}):
        plot(run).savefig(file, format="pdf")
        with PdfPages(pages) as several:  # opened with the caller's
            several.savefig(plot(run))
        assert mpl.rcParams["pdf.fonttype"] == 3
    for data in (draw_vector(run, "pdf")[0], file.getvalue()):
        assert b"/Subtype /CIDFontType2" in data
        assert b"/Type3" not in data
    assert b"/Type3" in pages.getvalue()
    assert b"/CIDFontType2" not in pages.getvalue()


def test_text_in_an_svg_is_paths_unless_it_is_asked_for() -> None:
    run = make_run(STEP, svg_text="text")
    assert b"<text" not in draw_vector(make_run(STEP), "svg")[0]
    assert b">Learning Rate</text>" in draw_vector(run, "svg")[0]
    file = io.BytesIO()
    plot(make_run(STEP), svg_text="text").savefig(file, format="svg")
    assert b">Learning Rate</text>" in file.getvalue()


@pytest.mark.parametrize("style", ["article", "light", "dark"])
def test_a_page_shows_through_a_transparent_figure(style: str) -> None:
    run = make_run(STEP, style=style, transparent=True)
    ground = styles()[style].background.encode()
    assert ground in draw_vector(make_run(STEP, style=style), "svg")[0]
    assert ground not in draw_vector(run, "svg")[0]
    for pixels in (decode(plot(run)), decode_image(render_run(run, "webp")[0])):
        assert (pixels[[0, 0, -1, -1], [0, -1, 0, -1], 3] == 0).all()
        assert (pixels[..., 3] == 0).mean() > 0.8
    (axes, *_) = plot(run).axes
    for color in (axes.title.get_color(), axes.xaxis.label.get_color()):
        assert min(contrast(color, page) for page in ("white", "black")) >= 4.5


def contrast(color: ColorType, page: str) -> float:
    """Return the contrast of two colours as WCAG 2 defines it."""
    channels = np.array([to_rgb(each) for each in (color, page)])
    linear = np.where(channels <= 0.03928, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    low, high = sorted(linear @ [0.2126, 0.7152, 0.0722])
    return float((high + 0.05) / (low + 0.05))


@pytest.mark.parametrize("size", [(8, 4.5), (3, 2)])
def test_text_has_the_size_that_is_asked_for_however_small_the_figure(
    size: tuple[float, float],
) -> None:
    axes = plot(make_run(STEP), style="light", size=size, font_size=12).axes[0]
    assert axes.xaxis.label.get_fontsize() == 12
    assert axes.get_xticklabels()[0].get_fontsize() == 12
    figure = axes.get_figure()
    assert figure is not None
    figure.draw_without_rendering()  # type: ignore[union-attr]
    box = axes.yaxis.label.get_window_extent()
    assert box.x0 >= 0


def test_options_come_over_those_of_the_spec() -> None:
    figure = plot(make_run(STEP, dpi=50), x="epoch", ylim=(0, 1))
    axes = figure.axes[0]
    assert (figure.dpi, axes.get_xlabel(), axes.get_ylim()) == (50, "Epochs", (0, 1))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stile": "dark"}, "stile: no such option; there are style, size, dpi, "),
        ({"style": "neon"}, "style: no style 'neon'; there are article, dark, light"),
        ({"dpi": "high"}, "dpi: must be a number"),
        (
            {"size": (800, 600)},
            "size: [800, 600] inches are 80000 x 60000 pixels at dpi 100, more than 16,383 a side "
            "or 16,000,000 in all; for 800 x 600 pixels write [8, 6]",
        ),
    ],
)
def test_a_wrong_option_is_a_wrong_usage(options: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=f"^{re.escape(message)}") as caught:
        plot(make_run(STEP), **options)
    assert "\n" not in str(caught.value)


def test_a_panel_of_what_the_optimizer_lacks_is_a_problem_of_the_spec() -> None:
    key = ("figure", "panels", 1)
    source = Source("a.yaml", {key: Position(4, 20)})
    with pytest.raises(SpecError) as caught:
        draw_pixels(make_run(STEP, panels=["lr", "momentum"], source=source))
    expected = (
        "a.yaml:4:20: figure.panels.1: the optimizer SGD has no momentum; leave the panel out"
    )
    assert str(caught.value) == expected


def test_a_panel_that_a_caller_asks_for_in_vain_is_a_wrong_usage() -> None:
    with pytest.raises(UsageError, match=r"^the optimizer SGD has no momentum; leave"):
        plot(make_run(STEP), panels=["momentum"])


def test_panels_share_the_x_axis_and_make_the_figure_taller() -> None:
    figure = plot(make_run(STEP, momentum=COSINE), panels=["lr", "momentum"])
    upper, lower = figure.axes
    assert tuple(figure.get_size_inches()) == (10, 8)
    assert (upper.get_ylabel(), lower.get_ylabel()) == ("Learning Rate", "Momentum")
    assert (upper.get_xlabel(), lower.get_xlabel()) == ("", "Steps")
    assert upper.get_xlim() == lower.get_xlim() == (0, 32)


def test_a_size_that_was_asked_for_holds_for_any_number_of_panels() -> None:
    pixels = draw_pixels(
        make_run(STEP, momentum=STEP, panels=["lr", "momentum"], size=[6, 4])
    ).pixels
    assert pixels.shape == (400, 600, 4)


def test_no_spike_of_a_long_curve_is_lost() -> None:
    values = np.full(1_000_000, 1e-3)
    values[654_321], values[123_456] = 2e-3, -1e-3
    line = plot(make_run(values, steps_per_epoch=100)).axes[0].lines[0]
    xs, ys = (np.asarray(each) for each in line.get_data())
    assert (xs[ys.argmax()], xs[ys.argmin()]) == (654_321, 123_456)
    assert (xs[0], xs[-1]) == (0, 999_999)
    assert len(xs) <= 4 * 1000


def test_a_line_of_thousands_of_spikes_shows_every_one() -> None:
    values = np.full(4000, 1e-3)
    values[20::40] = 2e-3
    run = make_run(values, steps_per_epoch=4000, style="article", ylim=(0, 2.2e-3))
    # Of 500 rows the axes have those from 60 to 445, of 1000 columns those from 125 to 900.
    black = draw_pixels(run).pixels[130:225, 130:895, 0] < 128  # between the two values
    crossed = black.all(axis=0)
    spikes = np.count_nonzero(np.diff(crossed.astype(int)) == 1)
    places = 125 + values.argsort()[-100:] * 775 / 4000
    assert spikes == np.count_nonzero((places > 131) & (places < 894))


@pytest.mark.parametrize(("count", "shown"), [(32, True), (90, True), (100, False)])
def test_markers_are_drawn_while_they_are_apart(count: int, shown: bool) -> None:
    axes = plot(make_run(np.linspace(1, 0, count), steps_per_epoch=1)).axes[0]
    assert (axes.lines[0].get_marker() == "o") is shown


@pytest.mark.parametrize(("count", "shown"), [(32, True), (90, False)])
def test_markers_of_several_lines_leave_room_for_their_patterns(count: int, shown: bool) -> None:
    values = np.linspace(1, 0, count)
    axes = plot(make_run(values, values / 2, steps_per_epoch=1)).axes[0]
    assert (axes.lines[0].get_marker() == "o") is shown


@pytest.mark.parametrize("style", ["article", "light", "dark"])
def test_equal_curves_all_show(style: str) -> None:
    count = len(styles()[style].colors)
    run = make_run(np.linspace(1, 0, 1000), style=style)
    run = replace(run, curves=run.curves * count)
    pixels = draw_pixels(run).pixels.reshape(-1, 4)[:, :3] @ np.array([0x10000, 0x100, 1])
    shown = {f"#{color:06x}" for color in np.unique(pixels)}
    assert set(styles()[style].colors) <= shown


def test_a_factor_of_the_axis_stands_alone_or_not_at_all() -> None:
    """By default `1e-9` is written at the end of the axis, where a legend or title would stand."""

    def factor(*rows: object, title: str | None = None) -> str:
        figure = plot(make_run(*rows, base_lr=1e-9, title=title))
        figure.draw_without_rendering()
        return figure.axes[0].yaxis.get_offset_text().get_text()

    values = STEP * 1e-6  # of 0.001
    assert "9" in factor(values)
    assert factor(values, values / 2) == ""
    assert factor(values, title="A title") == ""


def test_names_too_long_for_a_legend_keep_what_tells_them_apart() -> None:
    names = tuple(f"an experiment of last year {'with more words ' * 8}and lr {i}" for i in (1, 2))
    legend = plot(make_run(*spread(STEP, 2), groups=names, style="light")).axes[0].get_legend()
    assert legend is not None
    first, second = (text.get_text() for text in legend.get_texts())
    assert "…" in first
    assert (first[-4:], second[-4:]) == ("lr 1", "lr 2")


def test_names_that_differ_in_their_middle_keep_that() -> None:
    names = tuple(f"encoder.layers.{i}.{'self_attention.' * 4}weight" for i in range(14))
    legend = plot(make_run(*spread(STEP, 14), groups=names, style="light")).axes[0].get_legend()
    assert legend is not None
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts == [f"…layers.{i}…" for i in range(14)]


def test_one_long_name_costs_no_other_its_entry() -> None:
    names = ("a group with a very long name that goes on and on", *map(str, range(8)))
    legend = plot(make_run(*spread(STEP, 9), groups=names, style="light")).axes[0].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()][1:] == list(map(str, range(8)))


def test_a_line_leads_to_the_end_of_a_log_axis_where_a_value_is_zero() -> None:
    values = np.array([0.0, 1e-3, 1e-2, -1.0, 1e-3])
    with pytest.warns(UserWarning, match="2 of 5"):
        axes = plot(make_run(values, style="light", yscale="log", steps_per_epoch=1)).axes[0]
    (line, _) = axes.lines
    bottom = axes.get_ylim()[0]
    assert np.asarray(line.get_ydata()).tolist() == [bottom, 1e-3, 1e-2, bottom, 1e-3]
    assert line.get_markevery() == [1, 2, 4]


@pytest.mark.parametrize(("count", "wanted"), [(32, False), (1000, True)])
def test_markers_can_be_forced(count: int, wanted: bool) -> None:
    run = make_run(np.linspace(1, 0, count), markers=wanted, steps_per_epoch=1)
    assert (plot(run).axes[0].lines[0].get_marker() == "o") is wanted


def test_an_epoch_axis_counts_epochs() -> None:
    axes = plot(make_run(STEP, x="epoch")).axes[0]
    assert axes.get_xlim() == (0, 4)
    assert np.asarray(axes.lines[0].get_xdata())[[0, 1, 31]].tolist() == [0, 0.125, 3.875]


def test_names_that_are_too_long_for_a_legend_keep_their_ends() -> None:
    names = tuple(f"{'warmup_share_of_the_run_' * 8} {number}" for number in range(4))
    figure = plot(make_run(*spread(STEP, 4), groups=names, style="light"))
    figure.draw_without_rendering()
    legend = figure.axes[0].get_legend()
    assert legend is not None
    assert [text.get_text()[-2:] for text in legend.get_texts()] == [" 0", " 1", " 2", " 3"]
    assert figure.axes[0].get_position().width > 0.8


def test_a_legend_without_room_keeps_what_its_marks_are() -> None:
    names = tuple(f"gamma 0.{number}" for number in range(100, 160))
    values = np.array([1e-3, 0.0])
    run = make_run(*spread(values, 60), groups=names, style="light", yscale="log")
    with pytest.warns(UserWarning, match="only marks 60"):
        legend = plot(run).axes[0].get_legend()
    assert legend is not None
    *named, more, note = (text.get_text() for text in legend.get_texts())
    assert named[:2] == ["gamma 0.100", "gamma 0.101"]
    assert (more, note) == (f"… {60 - len(named)} more", "0 or less: 60 of 120 values")


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"xlim": (100, 200)}, "xlim: no step of the run is in view"),
        ({"ylim": (5, 6)}, "ylim: no value is in view"),
    ],
)
def test_limits_that_leave_nothing_to_see_are_a_warning(
    limits: dict[str, tuple[float, float]], message: str
) -> None:
    with pytest.warns(UserWarning, match=message):
        plot(make_run(STEP), **limits)


@pytest.mark.parametrize("size", [(3, 2.2), (2, 2), (8, 4.5)])
def test_the_panels_labels_stand_apart(size: tuple[float, float]) -> None:
    text = "epochs: 9\nscheduler: {StepLR: {step_size: 3}}\n"
    panels = ["lr", "momentum", "weight_decay"]
    figure = plot(lrviz.simulate(lrviz.parse_spec(text)), style="light", size=size, panels=panels)
    figure.draw_without_rendering()
    boxes = [axes.yaxis.label.get_window_extent() for axes in figure.axes]
    assert all(upper.y0 > lower.y1 for upper, lower in pairwise(boxes))


def test_one_line_has_no_legend_and_two_have_one_with_every_name() -> None:
    assert plot(make_run(STEP)).axes[0].get_legend() is None
    legend = plot(make_run(*spread(STEP, 2), groups=("_hidden", "head"))).axes[0].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["_hidden", "head"]


def test_a_legend_can_be_forced_and_left_out() -> None:
    assert plot(make_run(*spread(STEP, 2), legend=False)).axes[0].get_legend() is None
    legend = plot(make_run(STEP, legend=True)).axes[0].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["StepLR"]


@pytest.mark.parametrize("style", ["article", "light", "dark"])
@pytest.mark.parametrize("count", [2, 12, 64])
def test_a_legend_stands_above_the_curves_and_within_the_figure(style: str, count: int) -> None:
    figure = plot(make_run(*spread(STEP, count), style=style))
    figure.draw_without_rendering()
    axes = figure.axes[0]
    legend = axes.get_legend()
    assert legend is not None
    box = legend.get_window_extent()
    assert box.y0 >= axes.get_window_extent().y1
    assert (box.x1, box.y1) <= (figure.bbox.x1, figure.bbox.y1)


ALL_STYLES = ("article", "light", "dark")
SIZES = (None, (3, 2), (4, 8))
TITLES = (None, "words " * 33, "W" * 200)


def test_groups_with_equal_values_differ_in_colour_line_and_marker() -> None:
    first, second = plot(make_run(*spread(STEP, 2))).axes[0].lines
    assert first.get_color() != second.get_color()
    assert first.get_linestyle() != second.get_linestyle()
    assert first.get_markersize() > second.get_markersize()


@pytest.mark.parametrize(
    ("style", "size", "title"),
    slow_but(
        {
            (style, size, TITLES[(row + column) % 3])  # every two of them meet
            for row, style in enumerate(ALL_STYLES)
            for column, size in enumerate(SIZES)
        },
        product(ALL_STYLES, SIZES, TITLES),
    ),
)
def test_no_text_is_clipped(
    style: str, size: tuple[float, float] | None, title: str | None
) -> None:
    words = {"title": title, "xlabel": "x " * 100, "ylabel": "W" * 200}
    run = make_run(*spread(STEP, 2), momentum=STEP, **words)  # type: ignore[arg-type]
    figure = plot(run, style=style, size=size, panels=["lr", "momentum"])
    for text in list_texts(figure):
        box = text.get_window_extent()
        inside = (
            box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1
        )
        assert inside, text


@pytest.mark.parametrize("count", [1, 2, 10, 999, 123_456, 10_000_000])
@pytest.mark.parametrize("size", [(3, 2), (10, 5)])
def test_labels_of_the_x_axis_do_not_touch(count: int, size: tuple[float, float]) -> None:
    run = make_run(np.linspace(1, 0, 50), steps_per_epoch=1, style="light", size=size)
    figure = plot(run, xlim=(0, count))
    figure.draw_without_rendering()
    boxes = [
        label.get_window_extent()
        for label in figure.axes[0].get_xticklabels()
        if 0 <= label.get_position()[0] <= count
    ]
    assert len(boxes) >= 2
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))


def test_light_and_dark_say_what_is_scheduled_where_there_is_no_title() -> None:
    def read_titles(style: str, title: str | None) -> tuple[str, str]:
        axes = plot(make_run(STEP, style=style, title=title)).axes[0]
        return axes.get_title(loc="left"), axes.get_title()

    assert read_titles("light", None) == ("StepLR · step_size 4, gamma 0.5", "")
    assert read_titles("dark", "Mine") == ("Mine", "")
    assert read_titles("article", None) == ("", "")
    assert read_titles("article", "Mine") == ("", "Mine")


@pytest.mark.parametrize("style", ["article", "light"])
def test_dollars_and_backslashes_are_text(style: str) -> None:
    text = r"$\frac{1}$ \n ^_{}"
    run = make_run(*spread(STEP, 2), title=text, xlabel=text, groups=(text, "$"), style=style)
    assert draw_pixels(run).warnings == ()
    assert draw_vector(run, "svg")[0]


ODD = {
    "zero": 0 * STEP,
    "negative": -STEP,
    "huge": STEP * 1e303,
    "largest": np.full(32, 1.7e308),
    "both ends": np.array([-1.7e308, 1.7e308] * 16),
    "tiny": STEP * 1e-300,
    "denormal": np.full(32, 5e-324),
    "constant": np.full(32, 0.9),
    "wide": 10.0 ** -np.arange(0, 320, 10),
    "one step": np.array([1e-3]),
}


@pytest.mark.parametrize("values", ODD.values(), ids=ODD)
@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize("style", ["article", "light"])
def test_odd_values_are_drawn_without_a_warning_of_matplotlib(
    values: NDArray[np.float64], scale: str, style: str
) -> None:
    run = make_run(
        values,
        steps_per_epoch=1,
        base_lr=0.0,
        momentum=values,
        panels=["lr", "momentum"],
        yscale=scale,
        style=style,
    )
    notes = draw_pixels(run).warnings
    assert all("a log axis only marks" in note for note in notes)


NO_VALUE = "ylim: no value is in view"


@pytest.mark.parametrize(
    ("limits", "linear", "log"),
    [
        ((0, 0), [], []),
        ((5, 5), [NO_VALUE], [NO_VALUE]),
        # What a log axis cannot end at is its upper end, and 1 is farther up still.
        ((1, 0), [], [NO_VALUE]),
        ((-1e308, 1e308), [], []),
        ((-2, -1), *[["xlim: no step of the run is in view"]] * 2),
        # A linear axis has some room around 0; a log one ends where the smallest value is.
        ((0, 1e-320), [], [NO_VALUE]),
    ],
)
def test_odd_limits_are_drawn_and_earn_a_warning_where_there_is_nothing_to_see(
    limits: tuple[float, float], linear: list[str], log: list[str]
) -> None:
    for scale, expected in (("linear", linear), ("log", log)):
        run = make_run(STEP, xlim=limits, ylim=limits, yscale=scale, style="light")
        assert list(draw_pixels(run).warnings) == expected


def test_negative_values_are_inside_the_axes() -> None:
    assert plot(make_run(np.linspace(1e-3, -5e-4, 32))).axes[0].get_ylim() == pytest.approx(
        (-5.5e-4, 1.1e-3)
    )


def test_a_log_axis_names_how_many_values_it_cannot_show() -> None:
    drawing = draw_pixels(make_run([1e-3, 1e-4, 0, -1], yscale="log"))
    expected = "lr: a log axis only marks 2 of 4 values, which are 0 or less"
    assert drawing.warnings == (expected,)
    with pytest.warns(UserWarning, match=f"^{expected}$") as caught:
        plot(make_run([1e-3, 1e-4, 0, -1], yscale="log"))
    assert len(caught) == 1


def test_grid_option_goes_before_the_style() -> None:
    def has_grid(**options: object) -> bool:
        line = plot(make_run(STEP), **options).axes[0].xaxis.get_major_ticks()[0].gridline
        return bool(line.get_visible())

    assert (has_grid(), has_grid(grid=True)) == (False, True)
    assert (has_grid(style="light"), has_grid(style="light", grid=False)) == (True, False)


def test_a_drawing_tells_what_it_was_drawn_with() -> None:
    drawing = draw_pixels(make_run(STEP))
    assert (drawing.dpi, drawing.fonts) == (100, ("DejaVu Sans",))
    assert drawing.pixels.dtype == np.uint8
    assert re.fullmatch(r"\d+\.\d+\.\d+", str(drawing_versions([])["freetype"]))


def test_every_axis_has_a_name_of_the_spec_s_own() -> None:
    figure = {
        "xlabel": ["步数", "轮数"],
        "ylabel": ["学习率", "动量"],
        "panels": ["lr", "momentum"],
    }
    run = lrviz.simulate(
        {
            "epochs": 4,
            "steps_per_epoch": 8,
            "optimizer": {"SGD": {"momentum": 0.9}},
            "scheduler": {"StepLR": {"step_size": 4}},
            "figure": {**figure, "style": "light"},
            "title": "",
        }
    )
    upper, lower = lrviz.plot(run).axes
    (above,) = upper.child_axes
    names = above.get_xlabel(), lower.get_xlabel(), upper.get_ylabel(), lower.get_ylabel()
    assert names == ("轮数", "步数", "学习率", "动量")
    upper, lower = lrviz.plot(run, xlabel="Steps", ylabel=["LR"]).axes
    (above,) = upper.child_axes
    names = above.get_xlabel(), lower.get_xlabel(), upper.get_ylabel(), lower.get_ylabel()
    assert names == ("Epochs", "Steps", "LR", "Momentum")
