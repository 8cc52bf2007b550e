"""A scheduler or optimizer as a spec names it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lrviz.errors import KeyPath
from lrviz.spec.catalog import CATALOG
from lrviz.spec.catalog.external import Foreign
from lrviz.spec.tree import Tree


@dataclass(frozen=True)
class Node:
    """A scheduler or optimizer as a spec names it: `Name: {arguments}`.

    Attributes:
        name: a name of the catalog, or of what the user allowed beside it.
        key: its key path, the name included where it has arguments.
        arguments: as written; formulas and expressions as text.
        children: the parsed items of the argument `schedulers`.
        groups: the items of the argument `param_groups`.
        foreign: what is to be imported; None for what the catalog has.
    """

    name: str
    key: KeyPath
    arguments: Mapping[str, Tree]
    children: tuple["Node", ...] = ()
    groups: tuple[Mapping[str, Tree], ...] = ()
    foreign: Foreign | None = None

    @property
    def package(self) -> str:
        """The package that a scheduler is part of."""
        if self.foreign is not None:
            return self.foreign.package
        entry = CATALOG.get(self.name)
        return entry.package if entry else "torch"

    def walk(self) -> Iterator["Node"]:
        """Yield this scheduler and those inside it."""
        yield self
        for child in self.children:
            yield from child.walk()
