"""Specs as the command line names them, factories of training code among them.

Naming a factory on the command line is the consent to run it; nothing else in lrviz does.
"""

import os
import sys
from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from itertools import count
from pathlib import Path
from types import ModuleType

from lrviz.errors import Problem, SpecError
from lrviz.figure.record import Record
from lrviz.reading.sources import AS_WRITTEN, Reading, parse_data, read_source
from lrviz.reading.user_code import as_module, as_script
from lrviz.run.driven import Run
from lrviz.spec.factory import FILE_ENDINGS, Factory, FactoryName, split_factory
from lrviz.spec.model import Spec
from lrviz.spec.parse import parse_tree
from lrviz.spec.problems import Source
from lrviz.spec.wording import suggest
from lrviz.system.files import read_file
from lrviz.system.reads import Reads
from lrviz.system.startup import quick_imports

MAX_CODE_BYTES = 10_000_000

Function = Callable[..., object]

_numbers = count()


def load_named(
    source: str,
    reading: Reading = AS_WRITTEN,
    *,
    drawn: Record | None = None,
    reads: Reads | None = None,
) -> Spec:
    """Return the spec in a file, as `load`, or the one that a factory stands for.

    The factory's code is not run yet: driving the spec does that.

    Args:
        source: what `load` takes; or `FILE.py:NAME`, or `package.module:NAME`.
        reading: its overrides say how long the schedule of a factory is.
        drawn: what a figure says of itself; where it was drawn from the same factory, of as long a
            run, and of the same optimizer.
        reads: what else is read is added to it, for a factory as it is driven.

    Raises:
        FileError: a file cannot be read.
        SpecError: what it holds is no spec, or the overrides make none; or nothing says how long
            the schedule of a factory is.
    """
    named = split_factory(source)
    if named is None:
        return parse_data(read_source(source), source, reading, reads=reads)
    if _is_other_file(named):
        raise _problem(named.place, "holds no factory; the file of one ends in .py")
    factory = _find(named, source, reads or Reads())
    tree = dict(drawn.spec) if drawn else {}
    if tree.pop("factory", None) != factory.name:
        tree = {}
    if "epochs" not in tree and not any(key == "epochs" for key, *_ in reading.overrides):
        raise _problem(source, "epochs is missing; give --epochs N")
    return parse_tree(tree, Source(source), overrides=reading.overrides, factory=factory)


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


def _find(named: FactoryName, source: str, reads: Reads) -> Factory:
    if named.is_file:
        path = Path(named.place).resolve()
        reads.add(path)
        code = read_file(named.place, MAX_CODE_BYTES)
        run = cache(partial(_run_file, path, code))
        name = f"{path.name}:{named.attribute}"
        return Factory(name, partial(_pick, named, run), partial(as_script, path, reads), reads)
    run = cache(partial(_import, named.place))
    guard = partial(as_module, named.place, reads)
    return Factory(source, partial(_pick, named, run), guard, reads)


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
