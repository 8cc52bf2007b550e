"""What the schedules of several files are called beside each other."""

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

from lrviz.spec.factory import split_factory
from lrviz.system.files import STDIO


def name_sources(sources: Sequence[str], titles: Sequence[str | None]) -> tuple[str, ...]:
    """Return a name for every source, no two alike.

    A file is called after its name without an ending; where several have the same, the ending and
    as many folders as tell them apart are added. Standard input is called by its spec's title.
    What still looks the same, as one file named twice does, is numbered.

    Args:
        sources: the specs as the user named them.
        titles: as many; None for a spec without one.

    >>> name_sources(["a/step.yaml", "b/step.yaml", "cos.yaml"], [None, None, None])
    ('a/step.yaml', 'b/step.yaml', 'cos')
    >>> name_sources(["step.yaml", "step.png", "step.png"], [None, None, None])
    ('step.yaml', 'step.png', 'step.png (2)')
    >>> name_sources(["a/step.yaml", "a/step.yaml"], [None, None])
    ('step', 'step (2)')
    """
    choices = {
        source: _list_choices(source, title) for source, title in zip(sources, titles, strict=True)
    }
    names = {source: choice[0] for source, choice in choices.items()}
    for length in range(1, max(map(len, choices.values()), default=0)):
        counts = Counter(names.values())
        for source, choice in choices.items():
            if counts[names[source]] > 1:
                names[source] = choice[min(length, len(choice) - 1)]
    return tuple(_number([names[source] for source in sources]))


def _list_choices(source: str, title: str | None) -> list[str]:
    """Return what a source may be called, the shortest first."""
    if source == STDIO:
        return [" ".join((title or "").split()) or "standard input"]
    if named := split_factory(source):
        return [named.attribute, source]
    path = PurePath(source)
    ends = [PurePath(*path.parts[-length:]) for length in range(1, len(path.parts) + 1)]
    return [path.stem or source, *map(str, ends)]


def _number(names: Sequence[str]) -> list[str]:
    """Return the names, each that came before with a number behind it."""
    numbered: list[str] = []
    for name in names:
        own, count = name, 1
        while own in numbered:
            count += 1
            own = f"{name} ({count})"
        numbered.append(own)
    return numbered
