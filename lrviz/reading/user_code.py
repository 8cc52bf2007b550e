"""Training code: how it is named and found, and how it runs as if it were what runs.

Naming a factory on the command line is the consent to run it; nothing else in lrviz does.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache, partial
from importlib import import_module, invalidate_caches
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from itertools import count
from pathlib import Path
from types import ModuleType

from lrviz.errors import spec_error
from lrviz.spec.origin import FILE_ENDINGS, Factory, FactoryName
from lrviz.spec.wording import suggest
from lrviz.system.files import Reads, read_file, state_of
from lrviz.system.process import keep_stdout

MAX_CODE_BYTES = 10_000_000

Function = Callable[..., object]

# The method by which a module of Lightning's makes its optimizer and scheduler.
_LIGHTNING = "configure_optimizers"

_numbers = count()


def find_factory(named: FactoryName, source: str, reads: Reads) -> Factory:
    """Return what a factory's name stands for; a file is read, and no code is run yet.

    Args:
        named: where it is.
        source: the same as the user named it.
        reads: what it is read from is added to it, what it imports as it is driven.

    Raises:
        FileError: its file cannot be read.
    """
    if not named.is_file:
        run = cache(partial(_import, named.place))
        guard = partial(as_program, named.place, _current_folder(), reads)
        return Factory(source, partial(_pick, named, run), guard, reads)
    path = Path(named.place).resolve()
    reads.add(path)
    run = cache(partial(_run_file, path, read_file(named.place, MAX_CODE_BYTES)))
    guard = partial(as_program, str(path), path.parent, reads, is_script=True)
    return Factory(f"{path.name}:{named.attribute}", partial(_pick, named, run), guard, reads)


def has_file_ending(place: str) -> bool:
    """Whether a module is called as a file would be that holds no code."""
    return place.rpartition(".")[2].lower() in FILE_ENDINGS


def _current_folder() -> Path | None:
    try:
        return Path.cwd()
    except OSError:  # it has been removed
        return None


def _run_file(path: Path, code: bytes) -> ModuleType:
    """Run a script but for what stands behind `if __name__ == "__main__"`."""
    module = ModuleType(f"lrviz_factory_{next(_numbers)}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    exec(compile(code, str(path), "exec"), vars(module))
    return module


def _import(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if not f"{name}.".startswith(f"{error.name}."):
            raise  # what it imports in its turn
        remedy = f"a file is named with its ending, {name.replace('.', '/')}.py"
        if has_file_ending(name):
            remedy = "the file of a factory ends in .py"
        raise spec_error(name, f"no such module; {remedy}") from None


def _pick(named: FactoryName, run: Callable[[], ModuleType]) -> Function:
    """Return the function that a module holds under a name."""
    found: object = run()
    for part in named.attribute.split("."):
        if not hasattr(found, part):
            known = _list_functions(found)
            remedy = f"; {suggest(part, known)}" if known else ""
            raise spec_error(named.place, f"no '{named.attribute}'{remedy}")
        found = getattr(_build_owner(named, found, part), part)
    if isinstance(found, type) and hasattr(found, _LIGHTNING):  # a module of Lightning's
        found = getattr(_build_owner(named, found, _LIGHTNING), _LIGHTNING)
    if not callable(found):
        kind = type(found).__name__
        raise spec_error(named.place, f"{named.attribute} must be a function, is {kind}")
    return found


def _build_owner(named: FactoryName, owner: object, part: str) -> object:
    """Return an object of a class for one of its methods; whatever else has it stays as it is."""
    from lrviz.drive.signatures import is_required, list_parameters

    taken = list_parameters(getattr(owner, part))
    if not isinstance(owner, type) or not taken or taken[0].name != "self":
        return owner
    wanted = [each.name for each in list_parameters(owner) if is_required(each)]
    if wanted:
        text = f"{named.attribute}: {owner.__name__} wants {', '.join(wanted)}"
        raise spec_error(named.place, f"{text}; name a function that builds one and calls this")
    return owner()


def _list_functions(owner: object) -> tuple[str, ...]:
    """Return the names that a module or class has for functions: its own, if there are any."""
    values = getattr(owner, "__dict__", {})
    found = [name for name, value in values.items() if callable(value)]
    home = getattr(owner, "__name__", None)
    return tuple(n for n in found if getattr(values[n], "__module__", None) == home) or tuple(found)


@contextmanager
def as_program(
    name: str, folder: Path | None, reads: Reads, *, is_script: bool = False
) -> Iterator[None]:
    """Let code be what runs, with arguments of its own, and find its folder's modules.

    They are forgotten afterwards, as another folder may have some of the same names. Python's cache
    of them tells their age in whole seconds and may be older, so none is written.

    Args:
        name: what it finds itself called.
        folder: whose modules are its own; None for no folder.
        reads: what it imports from there is added to it.
        is_script: whether they come before those that are installed, as with `python FILE.py`.
    """
    searched, arguments, known = sys.path[:], sys.argv, set(sys.modules)
    caches, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    finder = None if folder is None else _Finder(folder, reads)
    sys.argv = [name]
    if finder is not None:
        sys.path.insert(0 if is_script else len(sys.path), str(folder))
        invalidate_caches()  # what has been created since may be missing in them
        sys.meta_path.insert(0, finder)
    try:
        with keep_stdout():
            yield
    finally:
        sys.path[:], sys.argv, sys.dont_write_bytecode = searched, arguments, caches
        if finder is not None:
            with suppress(ValueError):  # removed by the code itself
                sys.meta_path.remove(finder)
            finder.forget(sys.modules.keys() - known)


class _Finder(MetaPathFinder):
    """Finds modules as Python does, and names those of a folder before they are read.

    Where one is missing it names the files that it could be in.
    """

    def __init__(self, folder: Path, reads: Reads) -> None:
        from lrviz.drive.blame import is_installed

        self._folder, self._reads, self._is_installed = folder, reads, is_installed

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None, /
    ) -> ModuleSpec | None:
        """Return where a module is, as the other finders have it."""
        places = self._places(fullname, sys.path if path is None else path)
        free = [place for place in places if state_of(place) is None]  # before it is looked for
        others = (each for each in sys.meta_path if each is not self and hasattr(each, "find_spec"))
        specs = (each.find_spec(fullname, path, target) for each in others)
        spec = next(filter(None, specs), None)
        origin = None if spec is None else spec.origin
        if origin is None or self._is_own(origin):
            for place in free:
                self._reads.setdefault(place, None)
        if origin is not None and self._is_own(origin):
            self._reads.add(Path(origin))
        return spec

    def forget(self, names: Iterable[str]) -> None:
        """Forget modules of the folder, however they were imported."""
        own = [name for name in names if any(map(self._is_own, _origins(sys.modules[name])))]
        for name in own:
            if file := getattr(sys.modules[name], "__file__", None):
                self._reads.add(Path(file))
            del sys.modules[name]

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
