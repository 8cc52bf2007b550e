"""What a function remembers from one call to the next, and a function that remembers on its own."""

import dis
from collections.abc import Iterator
from types import BuiltinFunctionType, CellType, CodeType, FunctionType, ModuleType
from typing import Any

import torch

from lrviz.drive.blame import is_installed

CONSTANT = (
    *(type(None), bool, int, float, complex, str, bytes),
    *(type, ModuleType, BuiltinFunctionType, torch.nn.Module),
)
_WRITES = frozenset({"STORE_GLOBAL", "DELETE_GLOBAL"})

Memory = tuple[Any, Any, dict[str, Any], dict[str, Any]]
"""A function's defaults, those by keyword, its attributes, and what it names of its module."""


def remembers(function: FunctionType, seen: frozenset[FunctionType] = frozenset()) -> bool:
    """Whether calling a function could change what it, or a scheduler, does the next time.

    >>> remembers(lambda epoch: 0.9**epoch), remembers(lambda epoch, past=[]: len(past))
    (False, True)
    """
    if function.__closure__ or _writes(function.__code__):
        return True
    defaults, keywords, attributes, names = memory_of(function)
    values = (*(defaults or ()), *(keywords or {}).values(), *attributes.values(), *names.values())
    for value in values:
        if isinstance(value, FunctionType):
            if value not in seen and remembers(value, seen | {function}):
                return True
        elif not isinstance(value, CONSTANT):
            return True
    return False


def memory_of(function: FunctionType) -> Memory:
    """Return what a function remembers, closure aside.

    What an installed function names of its module is a matter of its own.
    """
    known, names = function.__globals__, dict[str, Any]()
    if not is_installed(function.__code__.co_filename):
        names = {name: known[name] for name in list_names(function.__code__) if name in known}
    return function.__defaults__, function.__kwdefaults__, vars(function), names


def forget(
    function: FunctionType, names: dict[str, Any], closure: tuple[CellType, ...] | None
) -> FunctionType:
    """Return a function of the same code, which does not remember anything yet.

    Args:
        function: left as it is.
        names: those of its module, as the new function and others beside it see them.
        closure: of the new function.
    """
    return FunctionType(function.__code__, names, function.__name__, None, closure)


def remind(function: FunctionType, memory: Memory) -> None:
    """Give a function what it remembers."""
    function.__defaults__, function.__kwdefaults__ = memory[:2]
    vars(function).update(memory[2])
    function.__globals__.update(memory[3])


def contents(cell: CellType) -> list[object]:
    """Return what a closure's variable holds, in a list; an empty one where it has not been set."""
    try:
        return [cell.cell_contents]
    except ValueError:
        return []


def fill(cell: CellType, held: list[object]) -> None:
    """Give a closure's variable what `contents` returned."""
    for value in held:
        cell.cell_contents = value


def list_names(code: CodeType) -> Iterator[str]:
    """Yield the names of its module, and of attributes, that code could mean."""
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from list_names(inner)


def _writes(code: CodeType) -> bool:
    """Whether code writes to names of its module."""
    inner = (each for each in code.co_consts if isinstance(each, CodeType))
    return any(each.opname in _WRITES for each in dis.get_instructions(code)) or any(
        map(_writes, inner)
    )
