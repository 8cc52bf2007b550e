"""Specs as the command line names them, factories of training code among them.

Naming a factory on the command line is the consent to run it; nothing else in lrviz does.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from importlib import import_module
from itertools import count
from pathlib import Path
from types import ModuleType

from lrviz.errors import Problem, SpecError
from lrviz.factoryname import FILE_ENDINGS, FactoryName, split_factory
from lrviz.files import read_file
from lrviz.record import Record
from lrviz.run import Run
from lrviz.sources import load
from lrviz.spec import Factory, Source, Spec, parse_factory
from lrviz.spec.nodes import suggest
from lrviz.startup import quick_imports
from lrviz.streams import keep_stdout

MAX_CODE_BYTES = 10_000_000

Function = Callable[..., object]

_numbers = count()


def load_named(
    source: str,
    *,
    overrides: Sequence[tuple[str, str]] = (),
    allow: Sequence[str] = (),
    drawn: Record | None = None,
) -> Spec:
    """Return the spec in a file, as `load`, or the one that a factory stands for.

    The factory's code is not run yet: driving the spec does that.

    Args:
        source: what `load` takes; or `FILE.py:NAME`, or `package.module:NAME`.
        overrides: (key path, YAML value) pairs, applied in order; they say how long the schedule
            of a factory is.
        allow: the scheduler classes beside the catalog that a spec may name.
        drawn: what a figure says of itself; where it was drawn from the same factory, of as long a
            run, and of the same optimizer.

    Raises:
        FileError: a file cannot be read.
        SpecError: what it holds is no spec, or the overrides make none; or nothing says how long
            the schedule of a factory is.
    """
    named = split_factory(source)
    if named is None:
        return load(source, overrides=overrides, allow=allow)
    if _is_other_file(named):
        raise _problem(named.place, "holds no factory; the file of one ends in .py")
    factory = _find(named, source)
    tree = dict(drawn.spec) if drawn else {}
    if tree.pop("factory", None) != factory.name:
        tree = {}
    if "epochs" not in tree and not any(key == "epochs" for key, _ in overrides):
        raise _problem(source, "epochs is missing; give --epochs N")
    return parse_factory(factory, tree, Source(source), overrides)


def drive_spec(spec: Spec) -> Run:
    """Return what a spec gives, as `simulate`.

    torch is imported only now: a spec that is wrong needs none to be said so.
    """
    return _load_driver()(spec)


@cache
def _load_driver() -> Callable[[Spec], Run]:
    with quick_imports():
        from lrviz.drive import simulate
    return simulate


def _is_other_file(named: FactoryName) -> bool:
    """Whether a module is called as a file that is there, a spec or a figure; a library may be."""
    return _has_ending(named.place) and os.path.isfile(named.place)  # noqa: PTH113


def _has_ending(place: str) -> bool:
    return place.rpartition(".")[2].lower() in FILE_ENDINGS


def _find(named: FactoryName, source: str) -> Factory:
    if named.is_file:
        code = read_file(named.place, MAX_CODE_BYTES)
        path = Path(named.place).resolve()
        run = cache(partial(_run_file, path, code))
        name = f"{path.name}:{named.attribute}"
        files = {str(path)}
        return Factory(name, partial(_pick, named, run), partial(_as_script, path, files), files)
    run = cache(partial(_import, named.place))
    files = set[str]()
    guard = partial(_beside_us, named.place, files)
    return Factory(source, partial(_pick, named, run), guard, files)


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
        file = f"{name.replace('.', '/')}.py"
        remedy = f"a file is named with its ending, {file}"
        if _has_ending(name):
            remedy = "the file of a factory ends in .py"
        raise _problem(name, f"no such module; {remedy}") from None


def _pick(named: FactoryName, run: Callable[[], ModuleType]) -> Function:
    """Return the function that a module holds under a name."""
    found: object = run()
    for part in named.attribute.split("."):
        if not hasattr(found, part):
            known = _list_functions(found)
            remedy = f"; {suggest(part, known)}" if known else ""
            raise _problem(named.place, f"no '{named.attribute}'{remedy}")
        found = getattr(found, part)
    if not callable(found):
        kind = type(found).__name__
        raise _problem(named.place, f"{named.attribute} must be a function, is {kind}")
    return found


def _list_functions(owner: object) -> tuple[str, ...]:
    """Return the names that a module or class has for functions: its own, if there are any."""
    values = getattr(owner, "__dict__", {})
    found = [name for name, value in values.items() if callable(value)]
    home = getattr(owner, "__name__", None)
    own = [name for name in found if getattr(values[name], "__module__", None) == home]
    return tuple(own or found)


def _problem(place: str, text: str) -> SpecError:
    return SpecError([Problem(place, (), text)])


@contextmanager
def _as_script(path: Path, files: set[str]) -> Iterator[None]:
    """Let code find what it would find as `python FILE.py`: its folder's modules, its name."""
    with _as_program(str(path), path.parent, files):
        sys.path.insert(0, str(path.parent))
        yield


@contextmanager
def _beside_us(name: str, files: set[str]) -> Iterator[None]:
    """Let code be found in the current folder, where it is not installed."""
    try:
        folder = Path.cwd()
    except OSError:  # it has been removed
        folder = None
    with _as_program(name, folder, files):
        if folder is not None:
            sys.path.append(str(folder))
        yield


@contextmanager
def _as_program(name: str, folder: Path | None, files: set[str]) -> Iterator[None]:
    """Let code be what runs, with arguments of its own.

    Its folder's modules are forgotten afterwards, as another may have some of the same names.

    Args:
        name: what it finds itself called.
        folder: whose modules are its own; None for no folder.
        files: theirs are added to it.
    """
    from lrviz.drive import is_installed

    searched, arguments, known = sys.path[:], sys.argv, set(sys.modules)
    sys.argv = [name]
    try:
        with keep_stdout():
            yield
    finally:
        sys.path[:], sys.argv = searched, arguments
        for each in sys.modules.keys() - known if folder else ():
            file = getattr(sys.modules[each], "__file__", None) or ""
            if folder and Path(file).is_relative_to(folder) and not is_installed(file):
                files.add(file)
                del sys.modules[each]
