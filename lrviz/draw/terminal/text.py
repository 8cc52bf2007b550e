"""Text that is to fit a terminal: how wide it is, and what is left of it where it is too wide."""

from lrviz.spell import measure as measure
from lrviz.spell import printable


def clean(text: str, *, ascii_only: bool) -> str:
    r"""Return a text of a spec as one line, with what a terminal cannot show spelt out.

    >>> clean("a\nb · é\x1b", ascii_only=True)
    'a b - \\xe9\\x1b'
    """
    line = printable(" ".join(text.split()))
    if not ascii_only:
        return line
    return line.replace("·", "-").replace("…", "...").encode("ascii", "backslashreplace").decode()


def count_rows(text: str, width: int) -> int:
    """Return how many rows a line takes, which a terminal breaks where it is full.

    >>> count_rows("", 6), count_rows("abcdef", 6), count_rows("abcdefg", 6)
    (1, 1, 2)
    >>> count_rows("学習率", 5)
    2
    """
    rows, used = 1, 0
    for character in text:
        wide = measure(character)
        if used + wide > width:
            rows, used = rows + 1, 0
        used += wide
    return rows


def fit(text: str, width: int, ellipsis: str) -> str:
    """Return a text without its middle, as far as it does not fit.

    What tells two names apart stands at their end more often than not.

    >>> fit("exponential_fast", 9, "…"), fit("step", 9, "…"), fit("exponential", 2, "...")
    ('expo…fast', 'step', '..')
    """
    if measure(text) <= width:
        return text
    room = width - len(ellipsis)
    if room < 2:
        return ellipsis[:width]
    tail = _take(text[::-1], room // 2)[::-1]
    return f"{_take(text, room - measure(tail)).rstrip()}{ellipsis}{tail.lstrip()}"


def _take(text: str, width: int) -> str:
    """Return as much of a text's beginning as fits."""
    used = 0
    for end, character in enumerate(text):
        used += measure(character)
        if used > width:
            return text[:end]
    return text


def pad(text: str, width: int) -> str:
    """Return a text with blanks behind it."""
    return text + " " * (width - measure(text))
