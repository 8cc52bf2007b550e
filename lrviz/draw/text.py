"""Text that fits its place."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import takewhile

Measure = Callable[[str], float]


def fit_text(text: str, width: float, lines: int, measure: Measure) -> str:
    r"""Return a text wrapped to a width, and shortened where it takes too many lines.

    Its own line breaks are kept. The width of its place is in the unit of `measure`.

    >>> fit_text("step_size 4, gamma 0.5", 12, 2, len)
    'step_size 4,\ngamma 0.5'
    >>> fit_text("step_size 4, gamma 0.5", 12, 1, len)
    'step_size 4…'
    """
    rows: list[str] = []
    for paragraph in text.split("\n"):
        rest = paragraph
        while len(rows) <= lines:
            row, rest = _cut(rest, width, measure)
            rows.append(row)
            if not rest:
                break
    if len(rows) <= lines:
        return "\n".join(rows)
    last = rows[lines - 1]
    end = _count_fitting(last, width, lambda part: measure(part + "…"))
    return "\n".join([*rows[: lines - 1], last[:end].rstrip(" ,·→+") + "…"])


def _cut(text: str, width: float, measure: Measure) -> tuple[str, str]:
    """Return what fits on a line, cut at a space where there is one, and the rest."""
    end = _count_fitting(text, width, measure)
    if end == len(text):
        return text, ""
    end = max(1, end)
    space = text.rfind(" ", 1, end + 1)
    end = space if space > end // 3 else end
    return text[:end].rstrip(), text[end:].lstrip()


def _count_fitting(text: str, width: float, measure: Measure) -> int:
    """Return how many characters from the start fit."""
    if measure(text) <= width:
        return len(text)
    return bisect_right(range(1, len(text)), width, key=lambda end: measure(text[:end]))


def fit_captions(titles: Sequence[str], width: float, lines: int, measure: Measure) -> list[str]:
    """Return titles that fit; those that still look the same are numbered by their place.

    Args:
        titles: one a panel; their line breaks are spaces.
        width: the room for a line, in the unit of measure.
        lines: how many there is room for.
        measure: the width of a text.

    >>> fit_captions(["exponential_fast", "exponential_slow", "step"], 9, 1, len)
    ['expo…fast', 'expo…slow', 'step']
    >>> fit_captions(["one", "one"], 9, 1, len)
    ['1: one', '2: one']
    """
    plain = [" ".join(title.split()) for title in titles]
    return shorten_apart(plain, lambda title: shorten(title, width, lines, measure))


def shorten(text: str, width: float, lines: int, measure: Measure) -> str:
    """Return a text wrapped, and without its middle as far as that does not fit.

    What tells two names apart stands at their end more often than not.
    """

    def keep(kept: int) -> str | None:
        tail = kept // 2
        cut = f"{text[: kept - tail].rstrip()}…{text[len(text) - tail :].lstrip()}"
        return _wrap(cut, width, lines, measure)

    wrapped = _wrap(text, width, lines, measure)
    if wrapped is not None:
        return wrapped
    kept = bisect_left(range(len(text)), True, key=lambda kept: keep(kept) is None)
    return keep(kept - 1) or "…"


def _wrap(text: str, width: float, lines: int, measure: Measure) -> str | None:
    """Return a text in lines; None where they are too many."""
    if lines == 1:
        return text if measure(text) <= width else None
    wrapped = fit_text(text, width, lines + 1, measure)
    return wrapped if wrapped.count("\n") < lines else None


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

    What still looks the same is numbered by its place. `shorten` cuts a name, if it has to, and may
    put it in lines; `ellipsis` stands in the place of what they share.

    >>> names = ["block.10.attention", "block.11.attention", "head"]
    >>> shorten_apart(names, lambda name: name if len(name) < 10 else "…")
    ['block.10…', 'block.11…', 'head']
    """
    texts = list(names)
    alike = _find_alike(names, shorten)
    elided = elide_shared([names[place] for place in alike], ellipsis)
    for place, text in zip(alike, elided, strict=True):
        texts[place] = text
    for place in _find_alike(texts, shorten):
        texts[place] = f"{place + 1}: {texts[place]}"
    return [shorten(text) for text in texts]


def _find_alike(names: Sequence[str], shorten: Callable[[str], str]) -> list[int]:
    """Return the places of all names that look like another one."""
    short = [shorten(name) for name in names]
    counts = Counter(short)
    return [place for place, text in enumerate(short) if counts[text] > 1]


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
