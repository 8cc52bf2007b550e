"""Code of the user's as what runs: its folder's modules, its name, its arguments."""

import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib import invalidate_caches
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import ModuleType

from lrviz.system.reads import Reads, state_of
from lrviz.system.streams import keep_stdout

YOUNG = 2
"""Seconds in which a file may be saved again without Python's cache of it noticing."""


@contextmanager
def as_script(path: Path, reads: Reads) -> Iterator[None]:
    """Let code find what it would find as `python FILE.py`.

    Args:
        path: its file.
        reads: what it imports from its folder is added to it.
    """
    with _as_program(str(path), path.parent, reads):
        sys.path.insert(0, str(path.parent))
        yield


@contextmanager
def as_module(name: str, reads: Reads) -> Iterator[None]:
    """Let code be found in the current folder, where it is not installed; as `as_script`."""
    try:
        folder = Path.cwd()
    except OSError:  # it has been removed
        folder = None
    with _as_program(name, folder, reads):
        if folder is not None:
            sys.path.append(str(folder))
        yield


@contextmanager
def _as_program(name: str, folder: Path | None, reads: Reads) -> Iterator[None]:
    """Let code be what runs, with arguments of its own.

    Its folder's modules are forgotten afterwards, as another may have some of the same names.

    Args:
        name: what it finds itself called.
        folder: whose modules are its own; None for no folder.
        reads: what it imports from there is added to it.
    """
    searched, arguments, known = sys.path[:], sys.argv, set(sys.modules)
    finder = None if folder is None else _Finder(folder, reads)
    sys.argv = [name]
    if finder is not None:
        invalidate_caches()  # what has been created since may be missing in them
        sys.meta_path.insert(0, finder)
    try:
        with keep_stdout():
            yield
    finally:
        sys.path[:], sys.argv = searched, arguments
        if finder is not None:
            with suppress(ValueError):  # removed by the code itself
                sys.meta_path.remove(finder)
            finder.forget(sys.modules.keys() - known)


class _Finder(MetaPathFinder):
    """Finds modules as Python does, and names those of a folder before they are read.

    Where one is missing it names the files that it could be in.
    """

    def __init__(self, folder: Path, reads: Reads) -> None:
        from lrviz.drive import is_installed

        self._folder, self._reads, self._is_installed = folder, reads, is_installed

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None, /
    ) -> ModuleSpec | None:
        """Return where a module is, as the other finders have it."""
        places = self._places(fullname, sys.path if path is None else path)
        free = [place for place in places if state_of(place) is None]  # before it is looked for
        spec = self._ask_others(fullname, path, target)
        origin = None if spec is None else spec.origin
        if origin is None or self._is_own(origin):
            for place in free:
                self._reads.states.setdefault(place, None)
        if spec is not None and origin is not None and self._is_own(origin):
            self._reads.add(Path(origin))
            if type(spec.loader) is SourceFileLoader:
                spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec

    def forget(self, names: Iterable[str]) -> None:
        """Forget modules of the folder, however they were imported."""
        own = [name for name in names if any(map(self._is_own, _origins(sys.modules[name])))]
        for name in own:
            if file := getattr(sys.modules[name], "__file__", None):
                self._reads.add(Path(file))
            del sys.modules[name]

    def _ask_others(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None
    ) -> ModuleSpec | None:
        others = (each for each in sys.meta_path if each is not self and hasattr(each, "find_spec"))
        specs = (each.find_spec(name, path, target) for each in others)
        return next((spec for spec in specs if spec is not None), None)

    def _places(self, name: str, path: Iterable[object]) -> Iterator[Path]:
        """Yield what there could be of a module in the folder."""
        last = name.rpartition(".")[2]
        for each in filter(lambda each: isinstance(each, str), path):
            folder = Path(self._folder, str(each))
            if self._is_own(folder / "__init__.py"):
                yield from (folder / last, folder / f"{last}.py", folder / last / "__init__.py")

    def _is_own(self, file: str | Path) -> bool:
        return Path(file).is_relative_to(self._folder) and not self._is_installed(str(file))


def _origins(module: ModuleType) -> list[str]:
    """Return a module's file, or the folders that make one where it has none."""
    if file := getattr(module, "__file__", None):
        return [file]
    spec = getattr(module, "__spec__", None)
    return list(getattr(spec, "submodule_search_locations", None) or ())


class _Loader(SourceFileLoader):
    """Reads a module from its source where what is cached of it may be older.

    Python tells the age of a source in whole seconds, so that one that is saved twice in a second
    may be the same to it.
    """

    def path_stats(self, path: str) -> Mapping[str, float]:
        """Return what the cache is compared with; no cache is read or written without it."""
        stats = super().path_stats(path)
        if time.time() - stats["mtime"] < YOUNG:
            raise OSError
        return stats
