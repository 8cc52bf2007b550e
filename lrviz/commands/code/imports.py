"""What a script imports, and what it calls it."""

import builtins
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from lrviz.commands.code.layout import wrap

Imported = tuple[str, str]
"""A module, and what is taken from it."""

RESERVED = frozenset(
    {
        *("torch", "math", "EPOCHS", "STEPS_PER_EPOCH", "METRIC", "model", "groups", "optimizer"),
        *("scheduler", "epoch", "step", "call", "metric", "metric_at", "lr_lambda", "scale_fn"),
        *dir(builtins),
    }
)
"""What a script calls its own things, or Python its."""

_NUMBERED = re.compile(r"(part|scheduler|lr_lambda|scale_fn)_.*")


def name_imports(wanted: Iterable[Imported]) -> Mapping[Imported, str]:
    """Return what a script calls what it imports: an alias where two would have one name.

    >>> names = name_imports([("torch.optim.lr_scheduler", "StepLR"), ("own.rates", "StepLR")])
    >>> sorted(names.values())
    ['OwnRatesStepLR', 'StepLR']
    """
    names: dict[Imported, str] = {}
    # torch's own keep their names.
    for module, attribute in sorted(
        set(wanted), key=lambda each: (not each[0].startswith("torch."), each)
    ):
        name = attribute
        while name in names.values() or name in RESERVED or _NUMBERED.fullmatch(name):
            name = _prefix(module, name)
        names[module, attribute] = name
    return names


def _prefix(module: str, name: str) -> str:
    """Return a name that tells of its module, too, spelt as names of its kind are."""
    words = re.split(r"[._]+", module)
    if name[:1].isupper():
        return f"{''.join(word[:1].upper() + word[1:] for word in words)}{name}"
    return "_".join([*words, name])


def write_imports(names: Mapping[Imported, str]) -> Iterator[str]:
    """Yield the lines that import what a script needs, in the order of the usual import sorters."""
    together: dict[str, list[str]] = {}
    found: list[tuple[str, list[str]]] = []
    for (module, attribute), name in names.items():
        if name == attribute:
            together.setdefault(module, []).append(name)
        else:
            found.append((module, [f"{attribute} as {name}"]))
    found += [(module, sorted(items, key=_sorted_as)) for module, items in together.items()]
    yield "import torch"
    for module, items in sorted(
        found, key=lambda each: (_naturally(each[0]), _sorted_as(each[1][0]))
    ):
        yield from wrap(f"from {module} import ", items, "", bare=True)


def _sorted_as(item: str) -> tuple[int, Sequence[tuple[int, int]]]:
    """Return what a name is sorted by: constants first, then classes, then functions."""
    name = item.partition(" ")[0]
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, _naturally(name)


def _naturally(name: str) -> list[tuple[int, int]]:
    """Return what sorts a2 before a10, and capitals as small letters."""
    parts = re.findall(r"\d+|\D", name.lower())
    return [(ord("0"), int(part)) if part.isdigit() else (ord(part), 0) for part in parts]
