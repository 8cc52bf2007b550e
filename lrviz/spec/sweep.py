"""The curves of a spec: its `curves`, or one a value of its `sweep`; and what they are called."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, product
from math import prod
from unicodedata import normalize

from lrviz.errors import KeyPath
from lrviz.spec.assign import MAX_DOTS, TOO_DEEP, replace_at, split_key
from lrviz.spec.length import LENGTH_KEYS
from lrviz.spec.origin import Problems
from lrviz.spec.style import MAX_TEXT
from lrviz.spec.tree import Tree, freeze, is_same_tree
from lrviz.spec.wording import spell, spell_count
from lrviz.spec.yamltree import spell_flow
from lrviz.spell import shorten

MAX_CURVES = 64

# What a sweep may change: the schedule, not how it is drawn.
SWEPT_KEYS = (*LENGTH_KEYS, "interval", "frequency", "calls", "optimizer", "scheduler")

# What a curve may have of its own; what it leaves out it takes from the top of the spec.
CURVE_KEYS = ("scheduler", "optimizer", "interval", "frequency", "calls", "metric")

# Label and tree of one curve, and where it stands what it has of its own.
Curve = tuple[str, dict[str, Tree], Mapping[str, KeyPath]]

# Label and tree of one curve, and what is wrong with it.
Variant = tuple[str, dict[str, Tree], Problems]


def iter_variants(tree: Mapping[str, Tree], problems: Problems) -> Iterator[Variant]:
    """Yield a spec without a sweep for every combination of the sweep's values.

    Args:
        tree: of the spec, its sweep included.
        problems: what is wrong with the sweep is added; then the spec without it is the only one.
    """
    axes = _read_axes(tree, problems)
    names = name_keys([key for key, _ in axes])
    told = [name_values(name, values) for name, (_, values) in zip(names, axes, strict=True)]
    before = len(problems.found)
    for (key, _), labels in zip(axes, told, strict=True):
        for index, first in find_twins(labels).items():
            text = f"is item {first} again; both curves would be called '{labels[index]}'"
            problems.say(("sweep", key, index), text)
    if len(problems.found) > before:
        return
    base = {key: value for key, value in tree.items() if key != "sweep"}
    for picked in product(*(range(len(values)) for _, values in axes)):
        changed = base
        swept: dict[KeyPath, KeyPath] = {}
        for (key, values), index in zip(axes, picked, strict=True):
            try:
                path = split_key(key, changed)
                changed = replace_at(changed, path, values[index])
            except LookupError as error:
                problems.say(("sweep", key), str(error.args[0]))
                return
            swept[path] = ("sweep", key, index)
        label = ", ".join(each[index] for each, index in zip(told, picked, strict=True))
        yield label, changed, problems.of(replace(problems.source, swept=swept))


def _read_axes(tree: Mapping[str, Tree], problems: Problems) -> list[tuple[str, list[Tree]]]:
    """Return the key paths of a sweep and their values; nothing where something is wrong."""
    sweep, before = tree["sweep"], len(problems.found)
    if not isinstance(sweep, dict) or not sweep:
        got = "none" if sweep == {} else spell(sweep)
        problems.say(("sweep",), f"must be a mapping of key paths to lists, got {got}")
        return []
    if "curves" in tree:
        problems.say(("sweep",), "cannot stand beside `curves`; write each curve out")
    axes: list[tuple[str, list[Tree]]] = []
    for key, values in sweep.items():
        at = ("sweep", key)
        if key.split(".")[0] not in SWEPT_KEYS:
            known = ", ".join(SWEPT_KEYS)
            problems.say(at, f"is not part of a schedule; it must begin with {known}")
        elif not isinstance(values, list) or not values:
            problems.say(at, f"must be a list of values, got {spell(values)}")
        elif key.count(".") > MAX_DOTS:
            problems.say(at, TOO_DEEP)
        else:
            _refuse_repeats(key, values, problems)
            axes.append((key, values))
    curves = prod(len(values) for _, values in axes)
    if curves > MAX_CURVES:
        problems.say(("sweep",), f"{spell_count(curves)} curves are more than {MAX_CURVES}")
    if len(sweep) > MAX_CURVES:
        problems.say(("sweep",), f"{len(sweep)} key paths are more than {MAX_CURVES}")
    return axes if len(problems.found) == before else []


def _refuse_repeats(key: str, values: list[Tree], problems: Problems) -> None:
    for index, first in _find_again(map(freeze, values)).items():
        text = f"is item {first} again; one curve would lie on the other"
        problems.say(("sweep", key, index), text)


def iter_curves(tree: dict[str, Tree], problems: Problems) -> Iterator[Curve]:
    """Yield every one of a spec's `curves`; what is wrong with them is added."""
    curves = tree["curves"]
    if not isinstance(curves, dict) or not curves:
        got = "none" if curves == {} else spell(curves)
        problems.say(("curves",), f"must be a mapping of labels to schedules, got {got}")
        return
    if len(curves) > MAX_CURVES:
        problems.say(("curves",), f"{len(curves)} curves are more than {MAX_CURVES}")
        return
    labels = list(curves)
    for index, first in find_twins(labels).items():
        text = f"reads like '{labels[first]}'; give it another label"
        problems.say(("curves", labels[index]), text)
    known = ", ".join(CURVE_KEYS)
    for name, given in curves.items():
        at = ("curves", name)
        if not name.isprintable() or not 0 < len(name) <= MAX_TEXT:
            problems.say(at, f"a label has 1 to {MAX_TEXT} printable characters")
        elif not isinstance(given, dict):
            problems.say(at, f"must be a mapping with {known}, got {spell(given)}")
        else:
            own = {key: value for key, value in given.items() if key in CURVE_KEYS}
            for key in (each for each in given if each not in own):
                problems.say((*at, key), f"no such key in a curve; known: {known}")
            yield name, {**tree, **own}, {key: (*at, key) for key in own}


def name_keys(keys: Sequence[str]) -> list[str]:
    """Return the end of every key path, as long as it needs to be to tell it from the others.

    >>> name_keys(["scheduler.StepLR.gamma", "epochs"])
    ['gamma', 'epochs']
    >>> name_keys(["schedulers.0.LinearLR.total_iters", "schedulers.1.ConstantLR.total_iters"])
    ['LinearLR.total_iters', 'ConstantLR.total_iters']
    >>> name_keys(["scheduler.MultiStepLR.milestones.0"])  # a place in a list says nothing alone
    ['milestones.0']
    """
    parts = [key.split(".") for key in keys]
    ends = [[".".join(own[-most:]) for most in range(1, len(own) + 1)] for own in parts]
    counts = Counter(chain(*ends))
    return [
        next((end for end in own if counts[end] == 1 and not end.split(".")[0].isdigit()), own[-1])
        for own in ends
    ]


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
    named = [split_name(value) for value in values]
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
    counts: Counter[str] = Counter()
    cut = {}
    for text in dict.fromkeys(texts):
        short = shorten(text)
        counts[short] += 1
        cut[text] = f"{short} ({counts[short]})" if counts[short] > 1 else short
    return [cut[text] for text in texts]


def find_twins(labels: Sequence[str]) -> dict[int, int]:
    """Return the places of the labels that read like an earlier one, and for each that one's.

    >>> find_twins(["a b", "c", "a  b "])
    {2: 0}
    """
    # As they read: letters one with their accents, and no spaces unseen.
    return _find_again(" ".join(normalize("NFC", label).split()) for label in labels)


def _find_again(values: Iterable[object]) -> dict[int, int]:
    seen: dict[object, int] = {}
    firsts = [seen.setdefault(value, index) for index, value in enumerate(values)]
    return {index: first for index, first in enumerate(firsts) if first != index}


def split_name(value: Tree) -> tuple[str, dict[str, Tree]] | None:
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
        own = {
            key: each
            for key, each in value.items()
            if len(alike) < 2
            or not all(key in other and is_same_tree(other[key], each) for other in alike)
        }
        return ", ".join(f"{key} {_spell(each, ())}" for key, each in own.items()) or "{}"
    plain = isinstance(value, str) and value.isprintable()
    return str(value) if plain else spell_flow(value)
