"""The installed scheduler that a name stands for: imported, and how it is built and stepped."""

import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from lrviz.drive.blame import failures, spell_cause
from lrviz.drive.signatures import Argument, arguments_of
from lrviz.errors import UsageError
from lrviz.spec.catalog import CATALOG, Entry, Fill, spell_install
from lrviz.spec.catalog.external import External
from lrviz.spec.model import Node
from lrviz.system.process import ONE_AT_A_TIME, admit_guests, quick_imports

# What an argument is called that is a metric.
METRICS = frozenset({"metric", "metrics", "loss", "val_loss"})


def list_parameters(of: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return what a class, function or method takes; nothing where that is not known."""
    try:
        return list(inspect.signature(of).parameters.values())
    except Exception:  # compiled and silent about its arguments, or wrong about them
        return []


def read_step(step: Callable[..., Any], skip: int = 0) -> tuple[str, bool]:
    """Return what a `step` must be given first, empty for nothing, and whether it offers a metric.

    >>> read_step(lambda *rest, epoch=None, metrics: None)
    ('metrics', False)
    >>> read_step(lambda metrics=None: None)
    ('', True)
    """
    parameters = list_parameters(step)[skip:]
    names = [each.name for each in parameters if is_required(each)]
    return next(iter(names), ""), bool(parameters) and parameters[0].name in METRICS


def is_required(parameter: inspect.Parameter) -> bool:
    """Whether an argument must be given."""
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return parameter.default is parameter.empty and parameter.kind not in variadic


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


def _import_foreign(foreign: External) -> type:
    """Return the class that was allowed.

    Raises:
        NoSchedulerError: it cannot be imported, or is no scheduler.
    """
    top = foreign.module.partition(".")[0]
    if top not in sys.modules and find_spec(top) is None:
        raise NoSchedulerError(f"no module '{top}'; install it, or put its folder on PYTHONPATH")
    admit_guests()
    text = f"{foreign.module} cannot be imported"
    with failures(lambda error: NoSchedulerError(f"{text}: {spell_cause(error)}")):
        found = getattr(import_module(foreign.module), foreign.attribute, None)
    if found is None:
        raise NoSchedulerError(f"{foreign.module} has no {foreign.attribute}")
    if not isinstance(found, type):
        raise NoSchedulerError("is no class; a scheduler is one")
    if why := _why_no_scheduler(found):
        raise NoSchedulerError(f"is no scheduler: {why}")
    return found


def _why_no_scheduler(found: type) -> str:
    """Return why a class is no scheduler; empty for one that is."""
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler

    if inspect.isabstract(found) or found is LRScheduler:
        return "it is abstract"
    if issubclass(found, LRScheduler):
        later = [each.name for each in list_parameters(found)[1:]]
        return "it does not take an optimizer first" if "optimizer" in later else ""
    if not callable(getattr(found, "step", None)):
        return "it has no step()"
    first = list_parameters(found)[:1]
    kinds = [str(getattr(each.annotation, "__name__", each.annotation)) for each in first]
    if not (kinds and (first[0].name == "optimizer" or kinds[0].endswith("Optimizer"))):
        return "it does not take an optimizer first"
    return "it is an optimizer itself" if issubclass(found, Optimizer) else ""


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


def find_scheduler(node: Node) -> Found:
    """Return the installed scheduler that a node names; it is imported only now.

    Raises:
        NoSchedulerError: there is none, or not in this version.
    """
    if node.foreign:
        return _find_foreign(node.foreign)
    entry = CATALOG[node.name]
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


def _find_foreign(foreign: External) -> Found:
    from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

    found = _import_foreign(foreign)
    try:
        arguments = arguments_of(found)
    except Exception as error:  # a signature of its own making
        raise NoSchedulerError(f"its arguments are not known: {spell_cause(error)}") from error
    step = getattr(found, "step")  # noqa: B009 - not every class has one
    wanted, offers_metric = read_step(step, skip=1)
    takes_metric = issubclass(found, ReduceLROnPlateau) or wanted in METRICS
    if wanted and not takes_metric:
        raise NoSchedulerError(f"its step() wants {wanted}, which lrviz cannot give it")
    return Found(
        lambda optimizer, **given: found(optimizer, **given),
        arguments,
        foreign,
        {},
        takes_metric=takes_metric,
        offers_metric=offers_metric,
        nests=issubclass(found, LRScheduler) and not takes_metric,
        moves=("momentum", "weight_decay"),
    )


def installed_arguments(name: str, foreign: External | None = None) -> list[Argument]:
    """Return every argument that a spec may give a scheduler, in its own order.

    Args:
        name: of the catalog, unless it is a foreign one's.
        foreign: what is to be imported in place of the catalog's.

    Raises:
        UsageError: it is not installed, or not in this version.
    """
    try:
        found = find_scheduler(Node(name, (), {}, foreign=foreign))
    except NoSchedulerError as error:
        raise UsageError(f"{name}: {error}") from None
    return list(found.arguments.values())
