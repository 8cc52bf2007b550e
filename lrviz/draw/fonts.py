"""Which fonts a text needs, what is missing of it, and how wide it is."""

import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from matplotlib import font_manager, ft2font
from matplotlib.figure import Figure, SubFigure
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

from lrviz.draw.text import Measure
from lrviz.system.versions import NO_FONT, Versions, platform_tag, versions

ALWAYS = "DejaVu Sans"  # it comes with matplotlib

# Families to try, in order, for what the wanted ones lack; matplotlib takes a glyph of the first
# that has it.
FALLBACKS = (
    *(f"Noto Sans {kind}{region}" for kind in ("CJK ", "") for region in ("SC", "JP", "KR", "TC")),
    *("Source Han Sans SC", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback"),
    *("PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "SimHei", "Yu Gothic", "Malgun Gothic"),
    *("Noto Sans", "Noto Sans Devanagari", "Noto Sans Bengali", "Noto Sans Tamil"),
    *("Noto Sans Telugu", "Noto Sans Thai", "Noto Sans Khmer", "FreeSans", "Arial Unicode MS"),
    *("Noto Sans Symbols", "Noto Sans Symbols 2", "Noto Emoji", "Symbola", "Unifont"),
)

FIGURES = "0123456789.,-e\u2212"
MOST_NAMED = 20
CJK = ("\u2e80", "\ud7ff"), ("\uff00", "\uffef"), ("\U00020000", "\U0003ffff")


@dataclass(frozen=True)
class Choice:
    """The fonts of a figure.

    Attributes:
        families: what matplotlib is given, in order.
        used: those of them that draw something, and `none` where characters are missing.
        missing: the characters that none of them has, in the order they came.
    """

    families: tuple[str, ...]
    used: tuple[str, ...]
    missing: str

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth a warning, one line each."""
        return (explain_missing(self.missing),) if self.missing else ()


def choose_fonts(wanted: Sequence[str], text: str) -> Choice:
    """Return the families that a text needs: those wanted, and behind them what they lack.

    Args:
        wanted: families in order of preference; those not installed are left out.
        text: everything that the figure says.

    >>> choose_fonts(["No Such Font", "DejaVu Sans"], "StepLR").families
    ('DejaVu Sans',)
    """
    choice = _choose(wanted, text)
    return _choose(wanted, text) if choice.missing and _learn_fonts() else choice


def _choose(wanted: Sequence[str], text: str) -> Choice:
    left = dict.fromkeys(filter(_is_drawn, FIGURES + text))
    families, used = list[str](), list[str]()
    for family in (*wanted, ALWAYS, *FALLBACKS):
        is_behind = ALWAYS in families
        if is_behind and not left:
            break
        face = _open(family)
        if face is None or face.family_name in families:
            continue
        has = [char for char in left if face.get_char_index(ord(char))]
        if has or not is_behind:
            families.append(face.family_name)
        if has:
            used.append(face.family_name)
        for char in has:
            del left[char]
    return Choice(tuple(families), (*used, *(NO_FONT,) * bool(left)), "".join(left))


def explain_missing(missing: str) -> str:
    """Return the warning for characters that no font has.

    >>> explain_missing("\u5b66")
    "no installed font has '学'; install one, for example Noto Sans CJK (Debian: fonts-noto-cjk)"
    """
    some = missing[:MOST_NAMED] + "…" * (len(missing) > MOST_NAMED)
    if all(any(low <= char <= high for low, high in CJK) for char in missing):
        remedy = "install one, for example Noto Sans CJK (Debian: fonts-noto-cjk)"
    else:
        remedy = "install one of Noto Sans, or name a font that has them in the style"
    return f"no installed font has '{some}'; {remedy}"


@cache
def _learn_fonts() -> bool:
    """Have matplotlib know what was installed since it listed its fonts; return whether any was."""
    manager = font_manager.fontManager
    count, known = len(manager.ttflist), {each.fname for each in manager.ttflist}
    for path in sorted(set(font_manager.findSystemFonts()) - known):
        with suppress(RuntimeError, OSError, ValueError, KeyError, NotImplementedError):
            manager.addfont(path)  # a bitmap font or a damaged one it cannot draw with
    return len(manager.ttflist) > count


def _open(family: str) -> FT2Font | None:
    """Return the face that matplotlib draws a family with; None where it is not installed."""
    try:
        wanted = font_manager.FontProperties(family=[family])
        path = font_manager.findfont(wanted, fallback_to_default=False)
        face = getattr(path, "face_index", 0)
        return FT2Font(path, face_index=face) if face else FT2Font(path)
    except (ValueError, OSError, RuntimeError):
        return None


def measure_with(figure: Figure | SubFigure, size: float) -> Measure:
    """Return a function from a line of text to its width in pixels.

    Args:
        figure: where the text will stand.
        size: of the font, in points.
    """
    probe = Text(fontsize=size, figure=figure)

    @cache  # a name that is shortened is asked for again and again
    def measure(text: str) -> float:
        probe.set_text(text)
        return float(probe.get_window_extent().width)

    return measure


def drawing_versions(fonts: Sequence[str], packages: Sequence[str] = ()) -> Versions:
    """Return everything beside the spec that a figure's pixels depend on.

    Args:
        fonts: the fonts that the drawing used.
        packages: whose schedulers are driven beside torch's.

    >>> drawing_versions(["DejaVu Sans"])["fonts"]
    ['DejaVu Sans']
    """
    freetype = str(ft2font.__freetype_version__)
    rest: Versions = {"fonts": list(fonts), "freetype": freetype, "platform": platform_tag()}
    return {**versions(packages), **rest}


def _is_drawn(char: str) -> bool:
    """Whether a character needs a glyph: not a line's end, a joiner, a variation selector."""
    selectors = "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"
    return unicodedata.category(char) not in ("Cc", "Cf", "Zl", "Zp") and not selectors
