"""Lines of a script, wrapped as formatters wrap them."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WIDTH = 88
INDENT = "    "

Lines = list[str]


@dataclass(frozen=True)
class Listed:
    """An argument that is a list.

    Attributes:
        name: of the argument.
        items: as they are written.
    """

    name: str
    items: Sequence[str]

    def __str__(self) -> str:
        return f"{self.name}=[{', '.join(self.items)}]"


Item = str | Listed


@dataclass(frozen=True)
class Part:
    """A part of a script.

    Attributes:
        lines: of its own.
        functions: what they call, each in lines, to be written above them.
    """

    lines: Lines
    functions: Sequence[Lines] = ()


def wrap(
    start: str, items: Sequence[Item], end: str, indent: str = "", *, bare: bool = False
) -> Iterator[str]:
    """Yield one line, or one line an item where that would be too long.

    Args:
        start: before the items.
        items: parted by commas; a list among them is wrapped in its turn.
        end: after the items.
        indent: before every line.
        bare: whether the items need parentheses only where they are wrapped.

    >>> print(*wrap("optimizer = SGD(", ["groups", "lr=0.1"], ")"))
    optimizer = SGD(groups, lr=0.1)
    """
    line = f"{indent}{start}{', '.join(map(str, items))}{end}"
    if _measure(line) <= WIDTH:
        yield line
        return
    yield f"{indent}{start}{'(' if bare else ''}"
    for item in items:
        if isinstance(item, Listed):
            yield from wrap(f"{item.name}=[", item.items, "],", indent + INDENT)
        else:
            yield f"{indent}{INDENT}{item},"
    yield f"{indent}{')' if bare else ''}{end}"


def remark(line: str, comment: str) -> Iterator[str]:
    """Yield a line with a comment behind it, or above it where that would be too long.

    >>> print(*remark("model = Linear(1, 1)", "your model"))
    model = Linear(1, 1)  # your model
    """
    comment = f"# {comment}".rstrip()
    if _measure(f"{line}  {comment}") <= WIDTH:
        yield f"{line}  {comment}"
        return
    yield f"{line[: len(line) - len(line.lstrip())]}{comment}"
    yield line


def _measure(line: str) -> int:
    """Return how many columns of a terminal a line takes, as formatters count them."""
    return sum(map(_measure_character, line))


def _measure_character(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):  # it has no place of its own
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
