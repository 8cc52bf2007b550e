"""Text in any language: which font is put behind, and what is said where none has it."""

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped]
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]
from matplotlib import font_manager

from lrviz.draw import fonts
from lrviz.draw.fonts import choose_fonts, explain_missing
from lrviz.draw.outputs import draw_pixels, plot
from lrviz.draw.vector import draw_vector
from tests.support.figures import STEP, make_run, spread

Install = Callable[[str, str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Return a function that installs a font of squares for some characters beside DejaVu."""

    def make(family: str, characters: str) -> None:
        pen = TTGlyphPen(None)
        pen.moveTo((100, 0))
        for corner in ((100, 800), (900, 800), (900, 0)):
            pen.lineTo(corner)
        pen.closePath()
        square = pen.glyph()
        names = {ord(char): f"u{ord(char):X}" for char in characters}
        builder = FontBuilder(1000, isTTF=True)
        builder.setupGlyphOrder([".notdef", *names.values()])
        builder.setupCharacterMap(names)
        builder.setupGlyf(dict.fromkeys([".notdef", *names.values()], square))
        builder.setupHorizontalMetrics(dict.fromkeys([".notdef", *names.values()], (1000, 100)))
        builder.setupHorizontalHeader(ascent=800, descent=-200)
        builder.setupNameTable({"familyName": family, "styleName": "Regular"})
        builder.setupOS2(usWeightClass=400)
        builder.setupPost()
        path = tmp_path / f"{family}.ttf"
        builder.save(path)
        installed.append(str(path))
        fonts._learn_fonts.cache_clear()

    manager, installed = font_manager.fontManager, list[str]()
    own = [entry for entry in manager.ttflist if entry.name.startswith("DejaVu")]
    monkeypatch.setattr(manager, "ttflist", own)
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: installed)
    for cached in (manager._findfont_cached, fonts._learn_fonts):  # type: ignore[attr-defined]
        cached.cache_clear()
    yield make
    for cached in (manager._findfont_cached, fonts._learn_fonts):  # type: ignore[attr-defined]
        cached.cache_clear()


def test_a_family_that_has_what_the_style_lacks_is_put_behind(install: Install) -> None:
    install("Noto Sans CJK SC", "学习")
    choice = choose_fonts(["DejaVu Sans"], "lr 学习")
    assert choice.families == choice.used == ("DejaVu Sans", "Noto Sans CJK SC")
    assert choice.missing == ""
    assert choose_fonts(["DejaVu Sans"], "lr").families == ("DejaVu Sans",)


def test_of_two_that_have_a_character_the_first_in_the_list_is_taken(install: Install) -> None:
    install("Malgun Gothic", "학习")
    install("WenQuanYi Zen Hei", "习")
    choice = choose_fonts([], "习")
    assert choice.families == ("DejaVu Sans", "WenQuanYi Zen Hei")
    choice = choose_fonts([], "학习")
    assert choice.families == ("DejaVu Sans", "WenQuanYi Zen Hei", "Malgun Gothic")


def test_a_font_of_the_style_comes_before_all_others(install: Install) -> None:
    install("New Sans", "0123456789.,-e\u2212lr…学")
    assert choose_fonts(["New Sans", "Nowhere"], "学").used == ("New Sans",)
    assert choose_fonts(["New Sans", "Nowhere"], "学").families == ("New Sans", "DejaVu Sans")


def test_a_damaged_font_is_passed_over(install: Install, tmp_path: Path) -> None:
    install("FreeSans", "学")
    (tmp_path / "FreeSans.ttf").write_bytes(b"no font")
    install("SimHei", "学")
    assert choose_fonts([], "学").families == ("DejaVu Sans", "SimHei")


def test_the_fallback_is_what_is_drawn(install: Install) -> None:
    run = make_run(STEP, title="学习 $x$", style="light")
    without = draw_pixels(run)
    install("Noto Sans CJK SC", "学习")
    drawing = draw_pixels(run)
    assert drawing.fonts == ("DejaVu Sans", "Noto Sans CJK SC")
    assert drawing.warnings == ()
    assert not np.array_equal(drawing.pixels, without.pixels)
    assert np.array_equal(draw_pixels(run).pixels, drawing.pixels)


@pytest.mark.usefixtures("install")
def test_what_no_font_has_earns_one_line_and_none_of_matplotlib() -> None:
    run = make_run(*spread(STEP, 2), title="学习", xlabel="学", groups=("习", "b"))
    expected = (
        "no installed font has '学习'; install one, "
        "for example Noto Sans CJK (Debian: fonts-noto-cjk)"
    )
    assert draw_pixels(run).warnings == (expected,)
    assert draw_vector(run, "svg")[1] == (expected,)
    assert draw_vector(run, "pdf")[1] == (expected,)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        figure = plot(run)
        figure.draw_without_rendering()
    assert [str(each.message) for each in caught] == [expected]


@pytest.mark.usefixtures("install")
def test_line_breaks_joiners_and_selectors_need_no_glyph() -> None:
    text = "two\nlines\u200b\u200d\ufe0f\u2066"
    assert draw_pixels(make_run(STEP, title=text)).warnings == ()


def test_punctuation_of_full_width_comes_with_a_cjk_font() -> None:
    remedy = "for example Noto Sans CJK (Debian: fonts-noto-cjk)"
    assert explain_missing("学\uff1a").endswith(remedy)


def test_other_scripts_are_not_sent_to_a_cjk_font() -> None:
    assert explain_missing("\U00013000") == (
        "no installed font has '\U00013000'; "
        "install one of Noto Sans, or name a font that has them in the style"
    )


def test_a_long_list_of_missing_characters_is_cut() -> None:
    text = explain_missing("".join(map(chr, range(0x4E00, 0x4E40))))
    assert text.startswith("no installed font has '一")
    assert "…'; install one" in text
    assert len(text) < 120
