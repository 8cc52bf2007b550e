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
from lrviz.draw.fonts import Font, choose_fonts, explain_missing
from lrviz.draw.outputs import draw_pixels, draw_vector, plot
from tests.draw.test_draw import STEP, make_run

MakeFont = Callable[..., Font]


@pytest.fixture
def make_font(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeFont]:
    """Return a function that writes a font of squares for some characters."""

    def make(family: str, characters: str, *, regular: bool = True) -> Font:
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
        return Font(family, str(path), regular=regular)

    manager = font_manager.fontManager
    monkeypatch.setattr(manager, "ttflist", list(manager.ttflist))
    yield make
    manager._findfont_cached.cache_clear()  # type: ignore[attr-defined]


def install(monkeypatch: pytest.MonkeyPatch, *installed: Font) -> None:
    monkeypatch.setattr(fonts, "list_installed", lambda: installed)


def test_a_font_that_has_what_the_style_lacks_is_put_behind(make_font: MakeFont) -> None:
    tiny = make_font("Tiny Han", "学习")
    choice = choose_fonts(["DejaVu Sans"], "lr 学习", lambda: [tiny])
    assert choice.families == choice.used == ("DejaVu Sans", "Tiny Han")
    assert choice.missing == ""


def test_the_font_with_most_of_it_goes_first_then_regular_sans_by_name(make_font: MakeFont) -> None:
    few = make_font("A Sans", "学")
    serif = make_font("B Serif", "学习")
    bold = make_font("C Sans", "学习", regular=False)
    later = make_font("E Sans", "学习")
    sans = make_font("D Sans", "学习")
    installed = [few, serif, bold, later, sans]
    assert choose_fonts([], "学习", lambda: installed).families == ("DejaVu Sans", "D Sans")
    installed.reverse()
    assert choose_fonts([], "学习", lambda: installed).families == ("DejaVu Sans", "D Sans")


@pytest.mark.parametrize(("text", "region"), [("学习", "SC"), ("学び", "JP"), ("학습", "KR")])
def test_a_regional_family_follows_the_script(make_font: MakeFont, text: str, region: str) -> None:
    installed = [make_font(f"Han Sans {each}", "学习び학습") for each in ("JP", "KR", "SC")]
    choice = choose_fonts([], text, lambda: installed)
    assert choice.families == ("DejaVu Sans", f"Han Sans {region}")


def test_several_fonts_share_what_none_has_alone(make_font: MakeFont) -> None:
    one, other = make_font("One Sans", "学"), make_font("Other Sans", "习")
    choice = choose_fonts([], "学习", lambda: [other, one])
    assert choice.used == ("DejaVu Sans", "One Sans", "Other Sans")


def test_a_wanted_font_that_matplotlib_has_not_seen_is_found(make_font: MakeFont) -> None:
    new = make_font("New Sans", "0123456789.,-e\u2212lr…")
    choice = choose_fonts(["New Sans", "Nowhere"], "lr", lambda: [new])
    assert choice.families == ("New Sans", "DejaVu Sans")
    assert choice.used == ("New Sans",)


def test_a_damaged_font_is_passed_over(make_font: MakeFont, tmp_path: Path) -> None:
    bad = tmp_path / "bad.ttf"
    bad.write_bytes(b"no font")
    good = make_font("Good Sans", "学")
    choice = choose_fonts([], "学", lambda: [Font("Bad Sans", str(bad)), good])
    assert choice.families == ("DejaVu Sans", "Good Sans")


def test_the_fallback_is_what_is_drawn(
    make_font: MakeFont, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(STEP, title="学习 $x$", style="light")
    install(monkeypatch)
    without = draw_pixels(run)
    install(monkeypatch, make_font("Tiny Han", "学习"))
    drawing = draw_pixels(run)
    assert drawing.fonts == ("DejaVu Sans", "Tiny Han")
    assert drawing.warnings == ()
    assert not np.array_equal(drawing.pixels, without.pixels)
    assert np.array_equal(draw_pixels(run).pixels, drawing.pixels)


def test_what_no_font_has_earns_one_line_and_none_of_matplotlib(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    install(monkeypatch)
    run = make_run(STEP, STEP, title="学习", xlabel="学", groups=("习", "b"))
    expected = (
        "no installed font has '学习'; install one, "
        "for example Noto Sans CJK (Debian: fonts-noto-cjk)"
    )
    assert draw_pixels(run).warnings == (expected,)
    assert draw_vector(run, "svg").warnings == (expected,)
    assert draw_vector(run, "pdf").warnings == (expected,)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        figure = plot(run)
        figure.draw_without_rendering()
    assert [str(each.message) for each in caught] == [expected]


def test_line_breaks_joiners_and_selectors_need_no_glyph(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    text = "two\nlines\u200b\u200d\ufe0f\u2066"
    assert draw_pixels(make_run(STEP, title=text)).warnings == ()


def test_other_scripts_are_not_sent_to_a_cjk_font() -> None:
    assert explain_missing("\U00013000") == (
        "no installed font has '\U00013000'; install an outline font that has them"
    )


def test_a_long_list_of_missing_characters_is_cut() -> None:
    text = explain_missing("".join(map(chr, range(0x4E00, 0x4E40))))
    assert text.startswith("no installed font has '一")
    assert "…'; install one" in text
    assert len(text) < 120


def test_no_box_font_counts_as_having_a_character() -> None:
    assert not [font for font in fonts.list_installed() if "Resort" in font.family]
