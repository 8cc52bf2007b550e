"""torch's own schedulers without the rest of torch, which takes a second to import.

The files of the installed `torch/optim` calculate with Python's floats. Here they are imported by
themselves, and what they name of the rest of torch is stood in for: by what `USABLE` lists, of no
consequence to a number, and by traps. A trap may be imported and stand in an annotation; whoever
calls, compares or calculates with one, or looks at its truth, needs torch: what was under way is
dropped and done again with the whole of it. So is what torch refuses, for its words.

What cannot be seen is who only asks whether something is there: while the files are imported, by
`hasattr`; and later in `sys.modules` or a module's dictionary. The tests look for such questions.

Nobody else meets any of it: the stand-in is among the imported modules only while a call that uses
torch is under way, and only in a process that is lrviz's own.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, NoReturn

from lrviz.system.process import quick_imports

# What is imported of the installed torch as it is: nothing of it imports what is compiled.
_INSTALLED = ("torch.optim", "torch.version")


class Touched(BaseException):
    """Something of torch was used that is not here; no `except Exception` is to hold it up."""


class _Guard(type):
    """Of a class whose use is seen: it may stand in an annotation, and `isinstance` ask for it."""

    def __getattr__(cls, name: str) -> Any:
        if name in _SPELLED or (STAND_IN.imports and name.startswith("__")):
            raise AttributeError(name)  # which `typing` asks of every class
        return STAND_IN.give(f"{cls.__module__}.{cls.__qualname__}", name)

    def __eq__(cls, other: object) -> bool:
        if other is None or isinstance(other, type) or type(other).__module__ in _FORMS:
            return cls is other  # as a union finds what it has twice, which torch makes at any step
        _touch(cls)

    __hash__ = type.__hash__


class _Trap(_Guard):
    """Of a class that stands for anything; it may have heirs."""


def _touch(whose: Any, *_: object, **__: object) -> NoReturn:
    name = vars(whose)["__name__"] if type(whose) is _Module else type(whose).__name__
    STAND_IN.touch(type.__getattribute__(whose, "__qualname__") if _is_class(whose) else name)


def _is_class(whose: object) -> bool:
    return issubclass(type(whose), type)  # `isinstance` would ask what it must not


class Tensor(metaclass=_Guard):
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


class _Module(ModuleType):
    """A module of torch's of which nothing was imported."""

    def __getattr__(self, name: str) -> Any:
        if name in _ASKED:  # by whoever looks at all modules
            raise AttributeError(name)
        return STAND_IN.give(self.__name__, name)


_ASKED = ("__file__", "__path__", "__spec__", "__loader__", "__cached__", "__warningregistry__")
_FORMS = ("typing", "types")  # whose classes make annotations
_SPELLED = ("__origin__", "__args__")  # of what stands in an annotation, as that is spelt
_OPERATIONS = """
    call ne bool len iter contains getitem setitem delitem lt le gt ge int float index complex neg
    pos abs invert add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod divmod
    rdivmod pow rpow matmul rmatmul lshift rlshift rshift rrshift and rand xor rxor round trunc
    floor ceil enter exit next reversed str repr format
"""
for _operation in _OPERATIONS.split():
    for _kind in (_Guard, _Parameter, _Module):
        if (_kind, _operation) != (_Module, "repr"):  # which is asked where an import fails
            setattr(_kind, f"__{_operation}__", _touch)
for _operation in ("instancecheck", "subclasscheck"):
    setattr(_Trap, f"__{_operation}__", _touch)


def _decorate(function: Any = None, **_: object) -> Any:
    """Stand for a decorator, with arguments or without."""
    if function is None or callable(function):
        return _decorate if function is None else function
    _touch(Tensor)


def _make(*shape: int, **more: object) -> _Parameter:
    """Return the parameter that `lrviz.drive.plan` asks for."""
    if shape == (1, 1) and more == {"device": "cpu"}:
        return _Parameter()
    _touch(Tensor)


# All that may be used of what stands in.
USABLE: dict[str, object] = {
    "torch.Tensor": Tensor,
    "torch.inf": float("inf"),
    "torch.nan": float("nan"),
    "torch.no_grad": _decorate,
    "torch._disable_dynamo": _decorate,
    "torch._C._log_api_usage_once": lambda *_: None,
    "torch.empty": _make,
}


class StandIn:
    """Finds the modules of torch: those of `_INSTALLED` as they are, all others as stand-ins."""

    def __init__(self) -> None:
        self.modules: dict[str, ModuleType] = {}
        self.touched = ""
        self.imports = False

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
        if self not in sys.meta_path:  # as of who looks at a class while nothing is driven
            raise AttributeError(full)
        if full in USABLE:
            return USABLE[full]
        if any(each.startswith(f"{full}.") for each in USABLE):
            return _Module(full)
        if not self.imports:
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
        _forget()  # what an import of torch that failed has left
        sys.meta_path.insert(0, self)
        sys.modules.update(self.modules)
        try:
            if not self.modules:
                self._load()
            yield
        finally:
            _forget()
            sys.meta_path.remove(self)

    def _load(self) -> None:
        self.imports = True
        try:
            with quick_imports():
                import_module("torch.optim.swa_utils")  # and with it all of `torch.optim`
                version = import_module("torch.version").__version__
                vars(sys.modules["torch"])["__version__"] = version
        finally:
            self.imports = False
        self.modules = {name: sys.modules[name] for name in _list_modules()}


def _list_modules() -> list[str]:
    return [name for name in sys.modules if name == "torch" or name.startswith("torch.")]


def _forget() -> None:
    for name in _list_modules():
        del sys.modules[name]


STAND_IN = StandIn()
