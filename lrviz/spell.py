"""How numbers read in titles and at ticks, in a figure and in a terminal."""

import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from itertools import chain, takewhile

import numpy as np

MOST_DIGITS = 9

MOST_PLACES = 6
"""The characters of a number on a log axis before all of its numbers have exponents."""

SIGNIFICANT = 6


def spell_number(value: float) -> str:
    """Return a number in as few characters as six significant digits need.

    >>> [spell_number(each) for each in (0.5, 1e-4, 0.01, 0.00025, 32, 1e300)]
    ['0.5', '1e-4', '0.01', '2.5e-4', '32', '1e300']
    """
    if isinstance(value, int) or not math.isfinite(value):
        return str(value)
    rounded = float(f"{value:.6g}")
    positional = np.format_float_positional(rounded, trim="-")
    return min(positional, spell_scientific(rounded, SIGNIFICANT), key=len)


def spell_floor(floor: float) -> str:
    """Return what marks of a log axis are called, which has no place for so little.

    >>> spell_floor(0.0), spell_floor(2e-20)
    ('0 or less', '2e-20 or less')
    """
    return f"{f'{floor:.0e}' if floor else '0'} or less"


def spell_ticks(values: Sequence[float]) -> list[str]:
    """Return tick labels in one notation, with just the digits that tell them apart.

    >>> spell_ticks([0.0, 0.00025, 0.0005, 0.00075])
    ['0', '2.5e-4', '5e-4', '7.5e-4']
    >>> spell_ticks([0.85, 0.9, 0.95])
    ['0.85', '0.90', '0.95']
    """
    largest = max(map(abs, values), default=0.0)
    if not math.isfinite(largest):
        return [str(value) for value in values]
    if 0.01 <= largest < 1e5:
        digits = count_digits(values, "f")
        return [f"{value:.{digits}f}" if value else "0" for value in values]
    digits = count_digits(values, "e")
    return [spell_scientific(value, digits) for value in values]


def spell_magnitudes(values: Sequence[float]) -> list[str]:
    """Return tick labels of a log axis in one notation.

    >>> spell_magnitudes([0.1, 0.01, 0.001]), spell_magnitudes([0.1, 0.01, 1e-7])
    (['0.1', '0.01', '0.001'], ['1e-1', '1e-2', '1e-7'])
    """
    positional = [np.format_float_positional(float(f"{x:.6g}"), trim="-") for x in values]
    if max(map(len, positional), default=0) <= MOST_PLACES:
        return positional
    return [spell_scientific(x, SIGNIFICANT) for x in values]


def spell_steps(values: Sequence[float]) -> list[str]:
    """Return tick labels of steps or epochs: whole where they are, thousands apart.

    >>> spell_steps([0, 50_000, 100_000]), spell_steps([0, 0.25, 0.5])
    (['0', '50,000', '100,000'], ['0', '0.25', '0.50'])
    """
    largest = max(map(abs, values), default=0.0)
    digits = count_digits(values, "f")
    apart = "," if largest >= 10_000 else ""
    return [f"{value:{apart}.{digits}f}" if value else "0" for value in values]


def count_digits(values: Sequence[float], kind: str) -> int:
    """Return how many digits after the point tell values apart, at most 9.

    Args:
        values: any numbers.
        kind: `f` without exponents, `e` with them.

    >>> count_digits([0.5, 0.25], "f"), count_digits([0.5, 0.25], "e")
    (2, 1)
    """
    slack = 1e-10 * max(map(abs, values), default=0.0)
    return next(
        (
            digits
            for digits in range(MOST_DIGITS)
            if all(abs(float(f"{value:.{digits}{kind}}") - value) <= slack for value in values)
        ),
        MOST_DIGITS,
    )


def spell_scientific(value: float, digits: int) -> str:
    """Return a number with its exponent in as few characters as so many digits need.

    >>> spell_scientific(0.00025, 6), spell_scientific(2.0, 6)
    ('2.5e-4', '2')
    """
    if not value:
        return "0"
    text = np.format_float_scientific(value, precision=digits, unique=False, trim="-", exp_digits=1)
    return text.replace(".e", "e").removesuffix("e+0").replace("e+", "e")


# Behind what is between two words; a point or a dash before a digit may be a number's.
_WORD = re.compile(r"(?<=[_/ ])|(?<=[.-])(?!\d)|(?<=[A-Za-z_]\.)")
_BETWEEN = "._/ ,-"
# Between two settings, not between two items of a list or of a mapping.
_SETTING = re.compile(r", (?![^\[{]*[\]}])")


def part_settings(names: Sequence[str]) -> tuple[str, list[str]] | None:
    """Return what settings are of, once for all of them, and their values.

    Args:
        names: each as many settings, parted by commas; there is nothing to part where they are
            not all of the same.

    >>> part_settings(["gamma 0.5, lr 1e-3", "gamma 0.9, lr 1e-3"])
    ('gamma, lr', ['0.5, 1e-3', '0.9, 1e-3'])
    >>> part_settings(["milestones [4, 8]", "milestones [6, 8]"])
    ('milestones', ['[4, 8]', '[6, 8]'])
    >>> part_settings(["gamma 0.5", "one of its own"])
    """
    pairs = [[each.partition(" ") for each in _SETTING.split(name)] for name in names]
    heads = {tuple(head for head, _, _ in each) for each in pairs}
    if len(names) < 2 or len(heads) > 1 or not all(rest for each in pairs for _, _, rest in each):
        return None
    return ", ".join(heads.pop()), [", ".join(rest for _, _, rest in each) for each in pairs]


def shorten_apart(
    names: Sequence[str], shorten: Callable[[str], str], ellipsis: str = "…"
) -> list[str]:
    """Return names cut to fit; those that would look the same then lose first what they share.

    What still looks the same is numbered by its place.

    Args:
        names: in any order.
        shorten: cuts a name, if it has to, and may put it in lines.
        ellipsis: in the place of what they share.

    >>> names = ["block.10.attention", "block.11.attention", "head"]
    >>> shorten_apart(names, lambda name: name if len(name) < 10 else "…")
    ['block.10…', 'block.11…', 'head']
    """
    alike = _find_alike([shorten(name) for name in names])
    for places in (alike, [sorted(chain(*alike))]):  # what is elided apart may be alike again
        texts = list(names)
        for each in places:
            elided = _elide([names[place] for place in each], shorten, ellipsis)
            for place, text in zip(each, elided, strict=True):
                texts[place] = text
        left = _find_alike([shorten(text) for text in texts])
        if not left:
            break
    for place in chain(*left):
        texts[place] = f"{place + 1}: {texts[place]}"
    return [shorten(text) for text in texts]


def measure(text: str) -> int:
    """Return how many columns of a terminal a text takes.

    >>> measure("abc"), measure("学習率")
    (3, 6)
    """
    return sum(
        0 if unicodedata.combining(each) else 1 + (unicodedata.east_asian_width(each) in "WF")
        for each in text
    )


def _find_alike(texts: Sequence[str]) -> list[list[int]]:
    """Return the places of every text that there is more than once."""
    places: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        places.setdefault(text, []).append(place)
    return [each for each in places.values() if len(each) > 1]


def _elide(names: Sequence[str], shorten: Callable[[str], str], ellipsis: str) -> list[str]:
    """Return names without what they share, and without any word of it where that is too long."""
    whole = elide_shared(names, ellipsis)
    if all(shorten(name).replace("\n", " ") == name for name in whole):
        return whole
    return elide_shared(names, ellipsis, context=0)


def elide_shared(names: Sequence[str], ellipsis: str = "…", context: int = 1) -> list[str]:
    """Return names without the words that all of them begin with, and end with.

    Args:
        names: in any order.
        ellipsis: in the place of those words.
        context: how many words before the rest are kept all the same.

    >>> elide_shared(["encoder.layers.1.attention.bias", "encoder.layers.2.attention.bias"])
    ['…layers.1…', '…layers.2…']
    >>> elide_shared(["gamma 0.1, lr 1e-3", "gamma 0.5, lr 1e-3"], context=0)
    ['…0.1…', '…0.5…']
    >>> elide_shared(["one name"])
    ['one name']
    """
    if len(set(names)) < 2:
        return list(names)
    words = [_WORD.split(name) for name in names]
    most = min(map(len, words)) - 1
    before = min(_count_shared(words), most)
    after = min(_count_shared([each[::-1] for each in words]), most - before)
    first = max(before - context, 0)
    return [
        ellipsis * bool(first)
        + "".join(each[first : len(each) - after]).rstrip(_BETWEEN * bool(after))
        + ellipsis * bool(after)
        for each in words
    ]


def _count_shared(words: Sequence[Sequence[str]]) -> int:
    """Return how many words all begin with."""
    columns = zip(*words, strict=False)
    return sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, columns))
