"""Which fonts a text needs, and what is missing of it."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from lrviz.system.versions import NO_FONT

ALWAYS = "DejaVu Sans"
"""It comes with matplotlib."""

FIGURES = "0123456789.,-e\u2212"
MOST_NAMED = 20
REGIONS = (("JP", "\u3040", "\u30ff"), ("KR", "\uac00", "\ud7af"))
CJK = "\u2e80", "\ud7ff"
SPECIAL = frozenset({"Mono", "Serif", "Math", "Emoji", "Display"})
EMPTY = frozenset({"Resort", "LastResort", "Blank"})
"""Fonts that have a box, or nothing, for every character."""

IDEOGRAPHS = "\U00020000", "\U0003ffff"


class Font(NamedTuple):
    """One face of an installed font file."""

    family: str
    path: str
    face: int = 0
    regular: bool = True


@dataclass(frozen=True)
class Choice:
    """The fonts of a figure.

    Attributes:
        families: what matplotlib is given, in order.
        used: those of them that draw something, and `none` where characters are missing.
        missing: the characters that no installed font has, in the order they came.
    """

    families: tuple[str, ...]
    used: tuple[str, ...]
    missing: str


def choose_fonts(
    wanted: Sequence[str], text: str, list_fonts: Callable[[], Iterable[Font]] | None = None
) -> Choice:
    """Return the families that a text needs: those wanted, and behind them what they lack.

    Args:
        wanted: families in order of preference; those not installed are left out.
        text: everything that the figure says.
        list_fonts: what is installed; by default what the system has now.

    >>> choose_fonts(["No Such Font", "DejaVu Sans"], "StepLR").families
    ('DejaVu Sans',)
    """
    list_fonts = list_fonts or list_installed
    chosen = [font for family in (*wanted, ALWAYS) if (font := _find(family, list_fonts))]
    own = tuple(dict.fromkeys(chosen))
    left = dict.fromkeys(filter(_is_drawn, FIGURES + text))
    used = [font for font in own if _take(font, left)]
    behind = _cover(left, list_fonts() if left else ())
    families = (font.family for font in (*own, *behind))
    return Choice(
        tuple(dict.fromkeys(families)),
        (*dict.fromkeys(font.family for font in (*used, *behind)), *(NO_FONT,) * bool(left)),
        "".join(left),
    )


def explain_missing(missing: str) -> str:
    """Return the warning for characters that no installed font has.

    >>> explain_missing("\u5b66")
    "no installed font has '学'; install one, for example Noto Sans CJK (Debian: fonts-noto-cjk)"
    """
    some = missing[:MOST_NAMED] + "…" * (len(missing) > MOST_NAMED)
    if all(_between(char, CJK) or _between(char, IDEOGRAPHS) for char in missing):
        remedy = "install one, for example Noto Sans CJK (Debian: fonts-noto-cjk)"
    else:
        remedy = "install an outline font that has them"
    return f"no installed font has '{some}'; {remedy}"


@cache
def list_installed() -> tuple[Font, ...]:
    """Return every font that the system has now, whatever matplotlib's cache remembers."""
    entries = list(font_manager.fontManager.ttflist)
    known = {entry.fname for entry in entries}
    for path in sorted(set(font_manager.findSystemFonts()) - known):
        try:
            entries.append(font_manager.ttfFontProperty(FT2Font(path)))
        except (RuntimeError, OSError, ValueError, KeyError, NotImplementedError):
            continue  # a bitmap font, or a damaged one: matplotlib cannot draw with it
    return tuple(
        Font(entry.name, str(entry.fname), getattr(entry, "index", 0), _is_regular(entry))
        for entry in entries
        if not EMPTY.intersection(entry.name.split())
    )


def _is_regular(entry: font_manager.FontEntry) -> bool:
    return (entry.style, entry.variant, entry.stretch) == ("normal",) * 3 and (
        str(entry.weight) in ("400", "500", "normal", "regular", "book")
    )


def _find(family: str, list_fonts: Callable[[], Iterable[Font]]) -> Font | None:
    """Return the face that matplotlib draws a family with, None where it is not installed."""
    properties = font_manager.FontProperties(family=[family])
    try:
        path = font_manager.findfont(properties, fallback_to_default=False)
        face = getattr(path, "face_index", 0)
    except ValueError:
        known = (font for font in list_fonts() if font.family == family)
        found = min(known, key=lambda font: (not font.regular, font.path), default=None)
        if found:
            font_manager.fontManager.addfont(found.path)
        return found
    return Font(_open(str(path), face).family_name, str(path), face)


def _take(font: Font, left: dict[str, None]) -> bool:
    """Strike out the characters that a font has; return whether there were any."""
    has = _covered(font, left)
    for char in has:
        del left[char]
    return bool(has)


def _covered(font: Font, chars: Iterable[str]) -> list[str]:
    try:
        face = _open(font.path, font.face)
    except (RuntimeError, OSError):
        return []
    return [char for char in chars if face.get_char_index(ord(char))]


def _open(path: str, face: int) -> FT2Font:
    return FT2Font(path, face_index=face) if face else FT2Font(path)


def _cover(left: dict[str, None], installed: Iterable[Font]) -> list[Font]:
    """Return the fonts to put behind, each the one that has most of what is left."""
    region = _find_region(left)
    ranked = sorted(installed, key=lambda font: _rank(font, region))
    offers = [(font, has) for font in ranked if left and (has := set(_covered(font, left)))]
    behind = []
    while left and offers:
        font, has = max(offers, key=lambda offer: len(offer[1] & left.keys()))
        if not has & left.keys():
            break
        _take(font, left)
        if _find(font.family, lambda font=font: [font]):  # type: ignore[misc]
            behind.append(font)
    return behind


def _rank(font: Font, region: str) -> tuple[bool, int, bool, str, str, int]:
    """Return the place of a font among those that have the same characters."""
    words = font.family.split()
    kind = 2 if SPECIAL.intersection(words) else 0 if "Sans" in words else 1
    return not font.regular, kind, region not in words, font.family, font.path, font.face


def _find_region(chars: Iterable[str]) -> str:
    """Return which of a CJK font's regional families suits a text."""
    for char in chars:
        for region, first, final in REGIONS:
            if first <= char <= final:
                return region
    return "SC"


def _is_drawn(char: str) -> bool:
    """Whether a character needs a glyph: not a line's end, a joiner, a variation selector."""
    selectors = "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"
    return unicodedata.category(char) not in ("Cc", "Cf", "Zl", "Zp") and not selectors


def _between(char: str, ends: tuple[str, str]) -> bool:
    return ends[0] <= char <= ends[1]
