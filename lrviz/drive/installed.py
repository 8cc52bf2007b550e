"""The installed scheduler that a name stands for: imported, and how it is built and stepped."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any

from lrviz.drive.blame import failures, spell_cause
from lrviz.drive.signatures import Argument, arguments_of
from lrviz.errors import UsageError
from lrviz.spec.catalog import CATALOG, Entry, Fill, spell_install
from lrviz.spec.catalog.external import External
from lrviz.system.process import ONE_AT_A_TIME, admit_guests, quick_imports

if TYPE_CHECKING:
    from torch.optim import Optimizer


class NoSchedulerError(LookupError):
    """A name behind which there is no scheduler here; its text says why, and what helps."""


def find_in_library(entry: Entry, module: str, attribute: str) -> Callable[..., Any]:
    """Return a class or function of a library of the catalog.

    Raises:
        NoSchedulerError: the library is not installed, cannot be imported, or has no such thing.
    """
    found: Callable[..., Any] | None = getattr(_import_library(entry, module), attribute, None)
    if callable(found):
        return found
    if entry.package == "torch":
        raise NoSchedulerError(say_missing(entry.name))
    raise NoSchedulerError(f"the installed {entry.package} has no {attribute}; install a newer one")


def say_missing(name: str) -> str:
    """Return what there is to say of a name that the installed torch lacks."""
    import torch

    return f"torch {torch.__version__} has no {name}; install a newer one"


def _import_library(entry: Entry, module: str) -> object:
    library = entry.package
    if library == "torch":
        return import_module(module)
    admit_guests()
    with ONE_AT_A_TIME, failures(lambda error: _explain_import(library, error)):
        if module in sys.modules:
            return sys.modules[module]
        with quick_imports():
            return _import_part(library, module) if library == "timm" else import_module(module)


def _explain_import(library: str, error: BaseException) -> NoSchedulerError:
    if not isinstance(error, ModuleNotFoundError):
        return NoSchedulerError(f"{library} cannot be imported: {spell_cause(error)}")
    missing = (error.name or library).partition(".")[0]
    needs = library if missing == library else f"{missing}, which {library} imports"
    return NoSchedulerError(f"needs {needs}; {spell_install(missing)}")


@cache
def _import_part(library: str, module: str) -> object:
    """Return a module of a package without importing the package itself.

    Importing all of timm takes seconds and torchvision; its schedulers need neither.
    Nothing of it is left behind: whoever imports the package later gets all of it.
    """
    if library in sys.modules:
        return import_module(module)
    spec = find_spec(library)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(name=library)
    sys.modules[library] = package = ModuleType(library)
    package.__path__ = list(spec.submodule_search_locations)
    try:
        return import_module(module)
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == library]:
            del sys.modules[name]


@dataclass(frozen=True, eq=False)
class Found:
    """An installed scheduler.

    Attributes:
        build: the class or function; it takes `optimizer` and arguments by name.
        arguments: what a spec may give it, in its own order.
        source: whose it is, and where it can be imported from.
        fills: the arguments that are filled in from the run.
        takes_metric: whether each call is given a metric.
        offers_metric: whether each call is given one where the spec has one.
        nests: whether it is a scheduler of torch's, which may stand inside another.
        counts: whether each call is given its number, as timm's loop does.
        moves: what it may move beside the LR, of `momentum` and `weight_decay`.
        settle: where only what it makes shows what it is: tells of it, by arguments and optimizer.
    """

    build: Callable[..., Any]
    arguments: Mapping[str, Argument]
    source: Entry | External
    fills: Mapping[str, Fill]
    takes_metric: bool = False
    offers_metric: bool = False
    nests: bool = True
    counts: bool = False
    moves: tuple[str, ...] = ()
    settle: "Callable[[Mapping[str, object], Optimizer], Found] | None" = None


def find_scheduler(name: str) -> Found:
    """Return the installed scheduler of the catalog that has a name; it is imported only now.

    Raises:
        NoSchedulerError: there is none, or not in this version.
    """
    entry = CATALOG[name]
    build = find_in_library(entry, entry.module, entry.attribute)
    takes_metric = entry.takes_metric
    taker = find_in_library(entry, *entry.signature.split(":")) if entry.signature else build
    return Found(
        build,
        arguments_of(taker, entry),
        entry,
        entry.fills,
        takes_metric=takes_metric,
        nests=entry.package != "timm" and not takes_metric,
        counts=entry.package == "timm",
        moves=("momentum",) if entry.name in ("CyclicLR", "OneCycleLR") else (),
    )


def installed_arguments(name: str) -> list[Argument]:
    """Return every argument that a spec may give a scheduler of the catalog, in its own order.

    Raises:
        UsageError: it is not installed, or not in this version.
    """
    try:
        return list(find_scheduler(name).arguments.values())
    except NoSchedulerError as error:
        raise UsageError(f"{name}: {error}") from None
