"""Names shortened so that they still differ."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import takewhile

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

    Args:
        names: in any order.
        ellipsis: in the place of those words.

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
