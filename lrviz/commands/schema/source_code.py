"""What other libraries declare that their schedulers take, read in their sources.

An editor's schema tells of every scheduler there is; none of them is imported for that.
"""

import ast
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from inspect import Parameter
from pathlib import Path

from lrviz.drive.signatures import Argument, arguments_from, arguments_of
from lrviz.spec.catalog import Entry

# Stands for a default that is no literal.
_UNTOLD = ...

Definition = ast.FunctionDef | ast.ClassDef


def declared_arguments(entry: Entry) -> list[Argument] | None:
    """Return every argument that a spec may give a scheduler, in its own order.

    Returns:
        The arguments; None where the library is not installed, or has it somewhere else.
    """
    module, _, name = (entry.signature or f"{entry.module}:{entry.attribute}").partition(":")
    if module.startswith("torch."):
        found = getattr(import_module(module), name)
        return list(arguments_of(found, entry).values())
    definition = _find_definition(module, name)
    if definition is None:
        return None
    return list(arguments_from(_iter_parameters(definition), entry).values())


def _find_definition(module: str, name: str) -> Definition | None:
    """Return a function or class of a module, or of the module that it takes it from."""
    path = _find_source(module)
    for node in ast.parse(path.read_bytes()).body if path else ():
        if isinstance(node, Definition) and node.name == name:
            return node
        if isinstance(node, ast.ImportFrom) and any(each.name == name for each in node.names):
            # `from .cosine_lr import CosineLRScheduler`, as packages have it.
            return _find_definition(f"{module}.{node.module}", name) if node.level == 1 else None
    return None


def _find_source(module: str) -> Path | None:
    top, *below = module.split(".")
    spec = find_spec(top)  # of a name without dots it imports nothing
    for folder in (spec.submodule_search_locations if spec else None) or ():
        path = Path(folder, *below)
        for source in (path.with_suffix(".py"), path / "__init__.py"):
            if source.is_file():
                return source
    return None


def _iter_parameters(definition: Definition) -> Iterator[Parameter]:
    if isinstance(definition, ast.ClassDef):
        made = (each for each in definition.body if isinstance(each, ast.FunctionDef))
        definition = next(each for each in made if each.name == "__init__")
    given = definition.args
    usual = [*given.posonlyargs, *given.args]
    required = [None] * (len(usual) - len(given.defaults))
    yield from map(_parameter, usual, [*required, *given.defaults])
    yield from map(_parameter, given.kwonlyargs, given.kw_defaults)


def _parameter(argument: ast.arg, default: ast.expr | None) -> Parameter:
    """Return what is declared; by keyword, as a spec gives all of them."""
    told = argument.annotation
    annotation = Parameter.empty if told is None else ast.unparse(told)
    found = Parameter(argument.arg, Parameter.KEYWORD_ONLY, annotation=annotation)
    return found if default is None else found.replace(default=_evaluate(default))


def _evaluate(default: ast.expr) -> object:
    try:
        return ast.literal_eval(default)
    except ValueError:
        return _UNTOLD
