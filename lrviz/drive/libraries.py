"""Importing what a spec names: torch's, another library's of the catalog, or what was allowed."""

import inspect
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import torch
from torch.optim.lr_scheduler import LRScheduler

from lrviz.drive.stepping import find_required, list_parameters
from lrviz.spec.catalog import Entry
from lrviz.spec.catalog.entry import spell_install
from lrviz.spec.catalog.external import External
from lrviz.system.mishap import spell_exception
from lrviz.system.startup import admit_guests, quick_imports
from lrviz.system.threads import ONE_AT_A_TIME

# Importing all of timm takes seconds and torchvision; its schedulers need neither.
_IN_PARTS = frozenset({"timm"})


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
        text = f"torch {torch.__version__} has no {entry.name}; install a newer one"
    else:
        text = f"the installed {entry.package} has no {attribute}; install a newer one"
    raise NoSchedulerError(text)


def _import_library(entry: Entry, module: str) -> object:
    library = entry.package
    if library != "torch":
        admit_guests()
    try:
        with ONE_AT_A_TIME:
            if module in sys.modules:
                return sys.modules[module]
            with quick_imports():
                in_parts = library in _IN_PARTS
                return _import_part(library, module) if in_parts else import_module(module)
    except ModuleNotFoundError as error:
        missing = (error.name or library).partition(".")[0]
        needs = library if missing == library else f"{missing}, which {library} imports"
        raise NoSchedulerError(f"needs {needs}; {spell_install(missing)}") from error
    except BaseException as error:
        if isinstance(error, INTERRUPTS):
            raise
        raise NoSchedulerError(f"{library} cannot be imported: {spell_cause(error)}") from error


@cache
def _import_part(library: str, module: str) -> object:
    """Return a module of a package without importing the package itself.

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


def import_foreign(foreign: External) -> tuple[type, str]:
    """Return the class that was allowed, and what its step() must be given, if anything.

    Raises:
        NoSchedulerError: it cannot be imported, or is no scheduler.
    """
    top = foreign.module.partition(".")[0]
    if top not in sys.modules and find_spec(top) is None:
        raise NoSchedulerError(f"no module '{top}'; install it, or put its folder on PYTHONPATH")
    admit_guests()
    try:
        found = getattr(import_module(foreign.module), foreign.attribute, None)
    except BaseException as error:
        if isinstance(error, INTERRUPTS):
            raise
        text = f"{foreign.module} cannot be imported: {spell_cause(error)}"
        raise NoSchedulerError(text) from error
    if found is None:
        raise NoSchedulerError(f"{foreign.module} has no {foreign.attribute}")
    if not isinstance(found, type):
        raise NoSchedulerError("is no class; a scheduler is one")
    if why := _why_no_scheduler(found):
        raise NoSchedulerError(f"is no scheduler: {why}")
    step = getattr(found, "step")  # noqa: B009 - not every class has one
    return found, find_required(list_parameters(step)[1:])


def _why_no_scheduler(found: type) -> str:
    """Return why a class is no scheduler; empty for one that is."""
    if inspect.isabstract(found) or found is LRScheduler:
        return "it is abstract"
    if issubclass(found, LRScheduler):
        return _why_not_built(found)
    if not callable(getattr(found, "step", None)):
        return "it has no step()"
    first = next(iter(list_parameters(found)), None)
    annotation = "" if first is None else inspect.formatannotation(first.annotation)
    if first is None or not (
        first.name == "optimizer" or annotation.strip("'\"").endswith("Optimizer")
    ):
        return "it does not take an optimizer first"
    return "it is an optimizer itself" if issubclass(found, torch.optim.Optimizer) else ""


def _why_not_built(found: type) -> str:
    """Return why a scheduler cannot be given its optimizer; empty where it can."""
    later = [each.name for each in list_parameters(found)[1:]]
    return "it does not take an optimizer first" if "optimizer" in later else ""


INTERRUPTS = (KeyboardInterrupt, GeneratorExit, MemoryError)
"""What is nothing that somebody else's code has done wrong: it ends lrviz itself, or it could be
anybody's memory that ran out."""


def spell_cause(error: BaseException) -> str:
    """Return an exception's kind and text, on one line."""
    if isinstance(error, SystemExit):
        return "sys.exit(), which would end the program"
    return spell_exception(error)
