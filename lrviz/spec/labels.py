"""What the curves of a sweep are called: what differs between them, and nothing else."""

from collections.abc import Mapping, Sequence
from unicodedata import normalize

from lrviz.spec.flow import spell_flow
from lrviz.spec.tree import Tree, is_same_tree

MAX_VALUE = 60
"""The longest that one value is spelt; a figure shortens a label further."""


def name_keys(keys: Sequence[str]) -> list[str]:
    """Return the end of every key path, as long as it needs to be to tell it from the others.

    >>> name_keys(["scheduler.StepLR.gamma", "epochs"])
    ['gamma', 'epochs']
    >>> name_keys(["schedulers.0.LinearLR.total_iters", "schedulers.1.ConstantLR.total_iters"])
    ['LinearLR.total_iters', 'ConstantLR.total_iters']
    >>> name_keys(["scheduler.MultiStepLR.milestones.0"])  # a place in a list says nothing alone
    ['milestones.0']
    """
    ends = [[key.split(".")[-length:] for length in range(1, key.count(".") + 2)] for key in keys]
    names = []
    for place, own in enumerate(ends):
        others = [end for other in ends[:place] + ends[place + 1 :] for end in other]
        names.append(
            ".".join(
                next((end for end in own if not end[0].isdigit() and end not in others), own[-1])
            )
        )
    return names


def name_values(name: str, values: Sequence[Tree]) -> list[str]:
    """Return what one key of a sweep makes of each of its values.

    Args:
        name: of the key.
        values: all of them; of mappings only what they do not share is told.

    >>> name_values("gamma", [0.5, 1e-5])
    ['gamma 0.5', 'gamma 1e-5']
    >>> name_values("scheduler", ["LinearLR", {"StepLR": {"step_size": 4}}])
    ['LinearLR', 'StepLR']
    """
    named = [_split_name(value) for value in values]
    if not any(isinstance(value, dict) for value in values) or not all(named):
        shared = [value for value in values if isinstance(value, dict)]
        return [f"{name} {text}" for text in _cut([_spell(value, shared) for value in values])]
    pairs = list(filter(None, named))
    alike = {head: [own for name, own in pairs if name == head] for head, _ in pairs}
    texts = _cut([_spell(arguments, alike[head]) for head, arguments in pairs])
    return [
        head if len(alike[head]) == 1 else f"{head} {text}"
        for (head, _), text in zip(pairs, texts, strict=True)
    ]


def _cut(texts: Sequence[str]) -> list[str]:
    """Return texts that are not too long; those that are the same for it are numbered.

    >>> [text[-5:] for text in _cut(["1" * 90, "1" * 80, "1" * 90])]
    ['1111…', '… (2)', '1111…']
    """
    whole: dict[str, list[str]] = {}
    cut = []
    for text in texts:
        short = text if len(text) <= MAX_VALUE else f"{text[: MAX_VALUE - 1]}…"
        known = whole.setdefault(short, [])
        if text not in known:
            known.append(text)
        place = known.index(text)
        cut.append(f"{short} ({place + 1})" if place else short)
    return cut


def find_twins(labels: Sequence[str]) -> dict[int, int]:
    """Return the places of the labels that read like an earlier one, and for each that one's.

    >>> find_twins(["a b", "c", "a  b "])
    {2: 0}
    """
    seen: dict[str, int] = {}
    firsts = [seen.setdefault(_plain(label), index) for index, label in enumerate(labels)]
    return {index: first for index, first in enumerate(firsts) if first != index}


def _plain(label: str) -> str:
    """Return a label as it reads: letters one with their accents, and no spaces unseen."""
    return " ".join(normalize("NFC", label).split())


def _split_name(value: Tree) -> tuple[str, dict[str, Tree]] | None:
    """Return name and arguments of `Name: {arguments}` or the bare name; None for anything else."""
    if isinstance(value, str):
        return value, {}
    if isinstance(value, dict) and len(value) == 1:
        ((name, arguments),) = value.items()
        if arguments is None or isinstance(arguments, dict):
            return name, arguments or {}
    return None


def _spell(value: Tree, alike: Sequence[Mapping[str, Tree]]) -> str:
    """Return a value; of a mapping what others like it do not share with it."""
    if isinstance(value, dict):
        own = {key: each for key, each in value.items() if not _is_shared(key, alike)}
        return ", ".join(f"{key} {_spell(each, ())}" for key, each in own.items()) or "{}"
    plain = isinstance(value, str) and value.isprintable()
    return str(value) if plain else spell_flow(value)


def _is_shared(key: str, alike: Sequence[Mapping[str, Tree]]) -> bool:
    first = alike[0][key] if alike and key in alike[0] else None
    return len(alike) > 1 and all(key in each and is_same_tree(each[key], first) for each in alike)
