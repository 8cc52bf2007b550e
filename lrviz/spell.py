"""How numbers, names and lines of text read: to people, as YAML, as Python, on a terminal."""

import codecs
import json
import math
import unicodedata
from collections.abc import Iterator, Sequence
from typing import TextIO

_MOST_DIGITS = 9

# The characters of a number on a log axis before all of its numbers have exponents.
_MOST_PLACES = 6

SIGNIFICANT = 6

# The most characters of a value in a message or a label.
LONGEST = 60

# From here on, and below there, a number is easier to read with an exponent.
_LARGE, _SMALL = 1e4, 1e-3


def spell_number(value: float, digits: int = SIGNIFICANT) -> str:
    """Return a number for people: in as few characters as its significant digits need.

    >>> [spell_number(each) for each in (0.5, 1e-4, 0.01, 0.00025, 32, 1e300)]
    ['0.5', '1e-4', '0.01', '2.5e-4', '32', '1e300']
    >>> spell_number(0.0146123, 3), spell_number(100000.0, 3)
    ('0.0146', '1e5')
    """
    if isinstance(value, int) or not math.isfinite(value):
        return str(value)
    return min(_spell_positional(value, digits), _spell_scientific(value, digits - 1), key=len)


def spell_yaml(value: object) -> str:
    """Return a number, a truth value or nothing as YAML spells it; a number reads back equal.

    >>> [spell_yaml(each) for each in (True, None, 8, 0.001, 1e-05, 1e5, math.inf, math.nan)]
    ['true', 'null', '8', '0.001', '1e-5', '1e5', '.inf', '.nan']
    """
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case float() if math.isnan(value):
            return ".nan"
        case float() if math.isinf(value):
            return f"{'-' * (value < 0)}.inf"
        case float():
            return _spell_exact(value)
    return str(value)


def spell_json(value: float) -> float | str | None:
    """Return a number as strict JSON can hold it: NaN as nothing, infinities as YAML spells them.

    >>> spell_json(0.1), spell_json(math.nan), spell_json(-math.inf)
    (0.1, None, '-.inf')
    """
    if math.isfinite(value):
        return value
    return None if math.isnan(value) else spell_yaml(value)


def spell_python(value: object) -> str:
    """Return a value as Python spells it; a number reads back equal.

    >>> print(spell_python([1e-05, 8, True, None, "min", (0.9, float("nan"))]))
    [1e-5, 8, True, None, "min", (0.9, float("nan"))]
    """
    match value:
        case str():
            return json.dumps(value, ensure_ascii=False)
        case list():
            return f"[{', '.join(map(spell_python, value))}]"
        case tuple():
            return f"({', '.join(map(spell_python, value))}{',' * (len(value) == 1)})"
        case float():
            return _spell_exact(value) if math.isfinite(value) else f'float("{value}")'
    return repr(value)


def _spell_exact(value: float) -> str:
    """Return a float as short as it reads back equal, and as a float."""
    text = repr(float(value))
    if value == 0 or _SMALL <= abs(value) < _LARGE:
        return text
    digits = text.partition("e")[0].strip("-0.").replace(".", "")
    short = _spell_scientific(value, len(digits) - 1)
    return min(short, text, key=len) if float(short) == value else text  # half way, it rounds off


def shorten(text: str, most: int = LONGEST) -> str:
    """Return a text of so many characters at most, its end left out where it has more.

    >>> shorten("0.9 ** epoch", 8)
    '0.9 ** …'
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"


def spell_floor(floor: float) -> str:
    """Return what marks of a log axis are called, which has no place for so little.

    >>> spell_floor(0.0), spell_floor(2e-20)
    ('0 or less', 'below 2e-20')
    """
    return f"below {spell_number(floor, 2)}" if floor > 0 else "0 or less"


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
        digits = _count_digits(values, "f")
        return [f"{value:.{digits}f}" if value else "0" for value in values]
    digits = _count_digits(values, "e")
    return [_spell_scientific(value, digits) for value in values]


def spell_magnitudes(values: Sequence[float]) -> list[str]:
    """Return tick labels of a log axis in one notation.

    >>> spell_magnitudes([0.1, 0.01, 0.001]), spell_magnitudes([0.1, 0.01, 1e-7])
    (['0.1', '0.01', '0.001'], ['1e-1', '1e-2', '1e-7'])
    """
    positional = [_spell_positional(x, SIGNIFICANT) for x in values]
    if max(map(len, positional), default=0) <= _MOST_PLACES:
        return positional
    return [_spell_scientific(x, SIGNIFICANT) for x in values]


def spell_steps(values: Sequence[float]) -> list[str]:
    """Return tick labels of steps or epochs: whole where they are, thousands apart.

    >>> spell_steps([0, 50_000, 100_000]), spell_steps([0, 0.25, 0.5])
    (['0', '50,000', '100,000'], ['0', '0.25', '0.50'])
    """
    largest = max(map(abs, values), default=0.0)
    digits = _count_digits(values, "f")
    apart = "," if largest >= 10_000 else ""
    return [f"{value:{apart}.{digits}f}" if value else "0" for value in values]


def _count_digits(values: Sequence[float], kind: str) -> int:
    """Return how many digits after the point tell values apart: `f`, or `e` with exponents."""
    slack = 1e-10 * max(map(abs, values), default=0.0)
    return next(
        (
            digits
            for digits in range(_MOST_DIGITS)
            if all(abs(float(f"{value:.{digits}{kind}}") - value) <= slack for value in values)
        ),
        _MOST_DIGITS,
    )


def _spell_scientific(value: float, digits: int) -> str:
    """Return a number with its exponent in as few characters as so many digits need."""
    if not value or not math.isfinite(value):
        return str(float(value)) if value else "0"
    mantissa, _, exponent = f"{value:.{digits}e}".partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}e{int(exponent)}" if int(exponent) else mantissa


def _spell_positional(value: float, digits: int) -> str:
    """Return a number without an exponent, in so many significant digits."""
    if not math.isfinite(value):
        return str(float(value))
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    decimals = len(mantissa.lstrip("-").replace(".", "").rstrip("0")) - 1 - int(exponent)
    return f"{float(f'{value:.{digits - 1}e}'):.{max(0, decimals)}f}"


def spell_plural(number: int, what: str) -> str:
    """Return how many of something there are.

    >>> spell_plural(1, "log"), spell_plural(2000, "record")
    ('1 log', '2,000 records')
    """
    return f"{number:,} {what}{'s' * (number != 1)}"


def spell_list(texts: Sequence[str]) -> str:
    """Return texts as a list in a sentence.

    >>> spell_list(["8", "24", "28"]), spell_list(["8"])
    ('8, 24 and 28', '8')
    """
    return " and ".join(filter(None, (", ".join(texts[:-1]), *texts[-1:])))


def measure(text: str) -> int:
    """Return how many columns of a terminal a text takes.

    >>> measure("abc"), measure("学習率")
    (3, 6)
    """
    return sum(
        0 if unicodedata.combining(each) else 1 + (unicodedata.east_asian_width(each) in "WF")
        for each in text
    )


def align(rows: Sequence[Sequence[str]], words: int) -> list[str]:
    """Return a table's lines, its first columns, so many, to the left and its numbers to the right.

    >>> align([("name", "steps"), ("StepLR", "4")], 1)
    ['name    steps', 'StepLR      4']
    """
    widths = [max(map(measure, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(_pad(row, widths, words)).rstrip() for row in rows]


def _pad(row: Sequence[str], widths: Sequence[int], words: int) -> Iterator[str]:
    for place, (text, width) in enumerate(zip(row, widths, strict=True)):
        blank = " " * (width - measure(text))
        yield text + blank if place < words else blank + text


def printable(text: str) -> str:
    r"""Return a text as one line, with what would steer a terminal spelt out.

    >>> printable("a\x1b[2Jb")
    'a\\x1b[2Jb'
    """
    return "".join(
        character
        if character.isprintable()
        else character.encode("unicode_escape", "surrogatepass").decode()
        for character in text
    )


def has_unicode(stream: TextIO | None) -> bool:
    """Whether a stream can show more than its own alphabet; where it is closed, it may be."""
    return stream is None or codecs.lookup(stream.encoding).name == "utf-8"
