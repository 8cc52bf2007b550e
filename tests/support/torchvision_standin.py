"""A stand-in for torchvision, all that timm's import needs of it.

timm's schedulers have nothing to do with torchvision, but importing them imports all of timm. Where
torchvision is not installed, or was built for another torch, timm's real schedulers load with this.
`python -m tests.support.torchvision_standin plot SPEC` is `lrviz plot SPEC` there.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

from lrviz.__main__ import main


class _Class(type):
    """A class that has every constant."""

    def __getattr__(cls, name: str) -> str:
        if name.startswith("__"):
            raise AttributeError(name)
        return name


class _Module(ModuleType):
    """A module that has every class."""

    __version__ = "0"

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        found = _Class(name, (), {"__module__": self.__name__})
        setattr(self, name, found)
        return found


class _Finder(MetaPathFinder, Loader):
    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        is_ours = name.partition(".")[0] == "torchvision"
        return ModuleSpec(name, self, is_package=True) if is_ours else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


@contextmanager
def stand_in() -> Iterator[None]:
    """Have torchvision importable inside, and forget it again."""
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
            del sys.modules[name]


if __name__ == "__main__":
    with stand_in():
        import_module("timm.scheduler")
    main()
