"""torch's own schedulers without the rest of torch, which takes a second to import.

The files of the installed `torch/optim` calculate with Python's floats. Here they are imported by
themselves, and what they name of the rest of torch is stood in for: by what `USABLE` lists, of no
consequence to a number, and by traps. A trap may be imported and stand in an annotation; whoever
calls, compares or calculates with one, or looks at its truth, needs torch: what was under way is
dropped and done again with the whole of it. So is what ends with an error of torch's, for its words.

What cannot be seen is a file that asks, while it is imported, whether torch has a name: it would be
told so. The tests look for such questions in the files.

Nobody else meets any of it: the stand-in is among the imported modules only while a call that uses
torch is under way, and only in a process that is lrviz's own.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, NoReturn, TypeVar

from lrviz.errors import LrvizError, UsageError
from lrviz.system.mishap import spell_exception
from lrviz.system.process import is_alone, quick_imports

# Set to anything but 0, it has the whole torch imported always.
VARIABLE = "LRVIZ_WHOLE_TORCH"

# What is imported of the installed torch as it is: nothing of it imports what is compiled.
_INSTALLED = ("torch.optim", "torch.version")

R = TypeVar("R")


class Touched(BaseException):
    """Something of torch was used that is not here; no `except Exception` is to hold it up."""


class _Trap(type):
    """Of a class that stands for anything: a class may stand in an annotation, or have heirs."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):  # as `typing` asks every class
            raise AttributeError(name)
        return STAND_IN.give(f"{cls.__module__}.{cls.__qualname__}", name)

    def __eq__(cls, other: object) -> bool:
        if other is None or isinstance(other, type) or type(other).__module__ == "typing":
            return cls is other  # as `typing` does to find what a union has twice
        _touch(cls, other)

    __hash__ = type.__hash__


def _touch(whose: Any, *_: object, **__: object) -> NoReturn:
    STAND_IN.touch("Tensor" if type(whose) is _Parameter else whose.__qualname__)


class Tensor:
    """What is asked of a value is whether it is one; none is."""

    __module__ = "torch"  # annotations are read by their names
    __new__ = _touch


class _Parameter:
    """Of an optimizer that is never stepped: a matrix, as one of them wants."""

    ndim = 2
    is_sparse = False
    __class__ = property(_touch)  # which `isinstance` asks for
    __getattr__ = __eq__ = _touch
    __hash__ = object.__hash__
    is_complex = staticmethod(lambda: False)


_OPERATIONS = """
    call ne bool len iter contains getitem setitem instancecheck subclasscheck lt le gt ge int float
    index complex neg pos abs invert add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv
    mod rmod pow rpow matmul rmatmul and rand xor rxor
"""
for _operation in _OPERATIONS.split():
    setattr(_Trap, f"__{_operation}__", _touch)
    setattr(_Parameter, f"__{_operation}__", _touch)


def _decorate(function: Any = None, **_: object) -> Any:
    """Stand for a decorator, with arguments or without."""
    return _decorate if function is None else function


# All that may be used of what stands in.
USABLE: dict[str, object] = {
    "torch.Tensor": Tensor,
    "torch.inf": float("inf"),
    "torch.nan": float("nan"),
    "torch.no_grad": _decorate,
    "torch._disable_dynamo": _decorate,
    "torch._C._log_api_usage_once": lambda *_: None,
    "torch.empty": lambda *_, **__: _Parameter(),
}


class _Module(ModuleType):
    """A module of torch's of which nothing was imported."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return STAND_IN.give(self.__name__, name)


class StandIn:
    """Finds the modules of torch: those of `_INSTALLED` as they are, all others as stand-ins."""

    def __init__(self) -> None:
        self.modules: dict[str, ModuleType] = {}
        self.touched = ""
        self._imports = False

    def find_spec(self, name: str, path: Sequence[str] | None, *_: object) -> ModuleSpec | None:
        """Return where a module of torch's comes from; None for what the installed one lacks."""
        if name != "torch" and not name.startswith("torch."):
            return None
        others = (each for each in sys.meta_path if each is not self)
        found = next(filter(None, (each.find_spec(name, path) for each in others)), None)
        if found is None or f"{name}.".startswith(tuple(f"{each}." for each in _INSTALLED)):
            return found
        spec = ModuleSpec(name, self, origin=found.origin, is_package=True)  # type: ignore[arg-type]
        spec.submodule_search_locations = list(found.submodule_search_locations or ())
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return what stands in for a module."""
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: what a module has, it has when it is asked."""

    def give(self, place: str, name: str) -> object:
        """Return what stands in for a name; once all is imported there are no more traps."""
        full = f"{place}.{name}"
        if full in USABLE:
            return USABLE[full]
        if any(each.startswith(f"{full}.") for each in USABLE):
            return _Module(full)
        if not self._imports:
            self.touch(full)
        return _Trap(name, (), {"__module__": place})

    def touch(self, name: str) -> NoReturn:
        """Say that the whole torch is needed, and what for."""
        self.touched = name
        raise Touched(name)

    @contextmanager
    def present(self) -> Iterator[None]:
        """Be among the imported modules inside, and leave nothing there."""
        self.touched = ""
        sys.meta_path.insert(0, self)
        sys.modules.update(self.modules)
        try:
            if not self.modules:
                self._load()
            yield
        finally:
            sys.meta_path.remove(self)
            for name in _torch_modules():
                del sys.modules[name]

    def _load(self) -> None:
        self._imports = True
        try:
            with quick_imports():
                import_module("torch.optim.swa_utils")  # and with it all of `torch.optim`
                version = import_module("torch.version").__version__
                vars(sys.modules["torch"])["__version__"] = version
        finally:
            self._imports = False
        self.modules = {name: sys.modules[name] for name in _torch_modules()}


def _torch_modules() -> list[str]:
    return [name for name in sys.modules if name == "torch" or name.startswith("torch.")]


STAND_IN = StandIn()


def with_torch(call: Callable[[], R], needs: str = "") -> R:
    """Return what a call gives that uses torch: its schedulers alone, where these are enough.

    Args:
        call: has no effect but what it returns, as it may be made twice.
        needs: what is known to need the whole torch; empty where nothing is.

    Raises:
        UsageError: the whole torch is needed, and cannot be imported.
    """
    refused: LrvizError | None = None
    if not needs and stands_in():
        try:
            with STAND_IN.present():
                result = call()
            if not STAND_IN.touched:
                return result
        except MemoryError:
            raise
        except LrvizError as error:
            if not (error.__cause__ or STAND_IN.touched):
                raise  # in lrviz's own words
            refused = error
        except (Exception, Touched):  # once more, and what it is then is true
            pass
        needs = STAND_IN.touched
    try:
        with quick_imports():
            import_module("torch")
    except Exception as error:
        if refused and not needs:
            raise refused from refused.__cause__
        text = f"torch, which {needs} needs," if needs else "torch"
        raise UsageError(f"{text} cannot be imported: {spell_exception(error)}") from error
    return call()


def stands_in() -> bool:
    """Whether torch's own schedulers are driven without the rest of it, here and now."""
    return is_alone() and "torch" not in sys.modules and not wants_whole()


def wants_whole() -> bool:
    """Whether who started the process wants the whole torch."""
    return os.environ.get(VARIABLE, "0") not in ("", "0")


def tell_way() -> str:
    """Return in words which way torch's own schedulers go in this process."""
    if wants_whole():
        return f"with the whole torch, as {VARIABLE} says"
    if not stands_in():
        return "with the whole torch, which is imported already"
    try:
        with STAND_IN.present():
            return "by themselves, without the rest of torch"
    except (Exception, Touched) as error:
        return f"with the whole torch: {spell_exception(error)}"
