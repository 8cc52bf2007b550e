"""Text that fits its place."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile

Measure = Callable[[str], float]

BLANK = "\N{NO-BREAK SPACE}"  # between what stays on one line as long as it fits in one


def fit_text(text: str, width: float, lines: int, measure: Measure) -> str:
    r"""Return a text wrapped to a width, and shortened where it takes too many lines.

    Its own line breaks are kept. The width of its place is in the unit of `measure`.

    >>> fit_text("step_size 4, gamma 0.5", 12, 2, len)
    'step_size 4,\ngamma 0.5'
    >>> fit_text("step_size 4, gamma 0.5", 12, 1, len)
    'step_size 4…'
    >>> fit_text(f"StepLR · step_size{BLANK}4, gamma{BLANK}0.5", 22, 2, len)
    'StepLR · step_size 4,\ngamma 0.5'
    """
    rows = [row for each in text.split("\n") for row in _iter_rows(each, width, measure)]
    if len(rows) <= lines:
        return "\n".join(rows).replace(BLANK, " ")
    last = rows[lines - 1]
    end = _count_fitting(last, width, lambda part: measure(part + "…"))
    return "\n".join([*rows[: lines - 1], last[:end].rstrip(" ,·→+") + "…"]).replace(BLANK, " ")


def _iter_rows(text: str, width: float, measure: Measure) -> Iterator[str]:
    """Yield what fits on each line, cut at a space where there is one."""
    rest = text
    while (end := _count_fitting(rest, width, measure)) < len(rest):
        end = max(1, end)
        space, blank = (rest.rfind(each, 1, end + 1) for each in (" ", BLANK))
        if space < end // 3 and blank > space and measure(rest[space + 1 :].split(" ")[0]) > width:
            space = blank  # what stands between is longer than a line
        if space <= (0 if BLANK in rest[:end] else end // 3):  # no word's end: a part's of a name
            space = max(rest.rfind(each, end // 3, end) for each in "._/") + 1
        end = space or end
        yield rest[:end].rstrip(" ·")
        rest = rest[end:].lstrip()
    if rest or not text:
        yield rest


def _count_fitting(text: str, width: float, measure: Measure) -> int:
    """Return how many characters from the start fit."""
    if measure(text) <= width:
        return len(text)
    return bisect_right(range(1, len(text)), width, key=lambda end: measure(text[:end]))


def fit_captions(
    titles: Sequence[str], width: float, measure: Measure, ellipsis: str = "…"
) -> list[str]:
    """Return titles that fit; those that would look the same then lose first what they share.

    What still looks the same is numbered by its place.

    Args:
        titles: one a panel, or an entry; their line breaks are spaces.
        width: the room for each, in the unit of measure.
        measure: the width of a text.
        ellipsis: in the place of what is left out.

    >>> fit_captions(["exponential_fast", "exponential_slow", "step"], 9, len)
    ['expo…fast', 'expo…slow', 'step']
    >>> fit_captions(["one", "one"], 9, len)
    ['1: one', '2: one']
    >>> fit_captions(["block.10.attention", "block.11.attention", "head"], 10, len)
    ['block.10…', 'block.11…', 'head']
    """
    texts = [" ".join(title.split()) for title in titles]

    def cut() -> list[str]:
        return [shorten(text, width, measure, ellipsis) for text in texts]

    alike = _find_alike(cut())
    elided = elide_shared([texts[place] for place in alike], ellipsis)
    for place, text in zip(alike, elided, strict=True):
        texts[place] = text
    for place in _find_alike(cut()):
        texts[place] = f"{place + 1}: {texts[place]}"
    return cut()


def shorten(text: str, width: float, measure: Measure, ellipsis: str = "…") -> str:
    """Return a text without its middle, as far as it does not fit.

    What tells two names apart stands at their end more often than not.

    >>> shorten("exponential_fast", 9, len), shorten("step", 9, len)
    ('expo…fast', 'step')
    """

    def keep(kept: int) -> str:
        tail = kept // 2
        return f"{text[: kept - tail].rstrip()}{ellipsis}{text[len(text) - tail :].lstrip()}"

    if measure(text) <= width:
        return text
    fitting = bisect_right(range(len(text)), width, key=lambda kept: measure(keep(kept)))
    return keep(max(fitting - 1, 0))


# Behind what is between two words; a point or a dash before a digit may be a number's.
_WORD = re.compile(r"(?<=[_/ ])|(?<=[.-])(?!\d)|(?<=[A-Za-z_]\.)")
_BETWEEN = "._/ ,-"


def _find_alike(names: Sequence[str]) -> list[int]:
    """Return the places of all names that look like another one."""
    counts = Counter(names)
    return [place for place, name in enumerate(names) if counts[name] > 1]


def elide_shared(names: Sequence[str], ellipsis: str = "…") -> list[str]:
    """Return names without the words that all of them begin with, but one, and end with.

    >>> elide_shared(["encoder.layers.1.attention.bias", "encoder.layers.2.attention.bias"])
    ['…layers.1…', '…layers.2…']
    >>> elide_shared(["one name"])
    ['one name']
    """
    if len(set(names)) < 2:
        return list(names)
    words = [_WORD.split(name) for name in names]
    most = min(map(len, words)) - 1
    before = min(_count_shared(words), most)
    after = min(_count_shared([each[::-1] for each in words]), most - before)
    first = max(before - 1, 0)
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


def count_columns(width: float, longest: float, least: float, count: int, rows: int) -> int:
    """Return how many columns the entries of a legend stand in, all about as long.

    Args:
        width: the room for a line.
        longest: the widest entry and what parts it from the next.
        least: of an entry that makes room for others, as far as it can be read then, likewise.
        count: of the entries.
        rows: how many there may be.

    >>> count_columns(33, 10, 14, 4, 2), count_columns(63, 35, 14, 4, 2)
    (2, 2)
    """
    columns = int(width / longest)
    if columns * rows < count:
        columns = max(columns, min(-(-count // rows), int(width / least)))
    columns = max(1, min(columns, count))
    return -(-count // -(-count // columns))
