"""Arguments as a spec writes them, checked against installed signatures, turned into values."""

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType

from lrviz.drive.signatures import Argument, Kind
from lrviz.errors import KeyPath
from lrviz.spec.catalog import Fill
from lrviz.spec.expression import ExpressionError, evaluate, parse_expression
from lrviz.spec.nodes import EXPRESSIONS
from lrviz.spec.problems import Problems
from lrviz.spec.tree import Tree
from lrviz.spec.wording import spell, suggest

_NUMBERS = ("whole", "number")


class WrongError(ValueError):
    """A value that is not of its argument's kind.

    Attributes:
        text: what is wrong with it.
        index: of the item that is wrong; None where it is no list's.
    """

    def __init__(self, text: str, index: int | None = None) -> None:
        self.text, self.index = text, index
        super().__init__(text)


def read_items(value: Tree, kind: Kind, names: Mapping[str, float]) -> list[object]:
    """Return the items of a list, each as `read_one`; of whole numbers none is infinite."""
    if not isinstance(value, list):
        raise WrongError(f"must be a list of numbers, got {spell(value)}")
    items = []
    for index, item in enumerate(value):
        try:
            read = read_one(item, kind, names)
            if kind.base == "whole" and isinstance(read, float) and not math.isfinite(read):
                raise WrongError(f"must be {_describe(kind)}, got {spell(item)}")
            items.append(read)
        except WrongError as error:
            raise WrongError(error.text, index) from None
    return items


def read_tuple(value: Tree, default: object, names: Mapping[str, float]) -> tuple[object, ...]:
    """Return as many numbers as the default has; null only where the default has None."""
    if not isinstance(value, list):
        raise WrongError(f"must be a list of numbers, got {spell(value)}")
    pattern = default if isinstance(default, tuple) else (0.0,) * len(value)
    if len(value) != len(pattern):
        raise WrongError(f"must be a list of {len(pattern)} numbers, got {spell(value)}")
    empty = [item is None and usual is None for item, usual in zip(value, pattern, strict=True)]
    filled = [0 if none else item for item, none in zip(value, empty, strict=True)]
    items = read_items(filled, Kind("number"), names)
    return tuple(None if none else item for item, none in zip(items, empty, strict=True))


def read_one(value: Tree, kind: Kind, names: Mapping[str, float]) -> object:
    """Return one value, its kind's type first: 1 is 1.0 for a number, 8.0 is 8 for a whole one."""
    formula = isinstance(value, str) and value.startswith("=")
    if formula and kind.base in ("whole", "number", "any"):
        value = _formula(str(value), kind, names)
    match kind.base, value:
        case "whole" | "number", bool():
            pass
        case "whole", int():
            return value
        case "whole", float() if value.is_integer():
            return int(value)
        case "whole", float() if not kind.strict:
            return value
        case "number", int() | float():
            return float(value)
        case "flag", bool():
            return value
        case "text", str():
            return value
        case "choice", str() if value in kind.choices or not kind.choices:
            return value
        case "any", _:
            return value
    raise WrongError(f"must be {_describe(kind)}, got {spell(value)}{_hint(value, kind, names)}")


def _hint(value: Tree, kind: Kind, names: Mapping[str, float]) -> str:
    """Return the remedy for a formula without its sign; empty for anything else."""
    if isinstance(value, str) and any(name in value for name in names):
        with suppress(ExpressionError):
            parse_expression(value, (), names.keys())
            return f"; a formula begins with a sign: ={value}" if kind.base in _NUMBERS else ""
    return ""


def _formula(text: str, kind: Kind, names: Mapping[str, float]) -> float:
    try:
        value = evaluate(text[1:], names)
    except ExpressionError as error:
        raise WrongError(error.reason) from None
    if kind.base == "whole":
        if abs(value - round(value)) > 1e-9:
            raise WrongError(f"must be a whole number, '{text}' is {value:g}")
        return float(round(value))
    return value


def _describe(kind: Kind) -> str:
    words = {
        "whole": "a whole number",
        "number": "a number",
        "flag": "true or false",
        "text": "a text",
        "choice": f"one of {', '.join(kind.choices)}",
    }
    return words.get(kind.base, kind.base) + (" or null" if kind.optional else "")


def refuse_count(value: object, written: Tree, kind: Kind) -> None:
    """Raise a WrongError where an argument that counts something counts none.

    Args:
        value: as the library would be given it, one or several.
        written: the same as a spec has it.
        kind: of the argument.
    """
    if not isinstance(value, list) or not isinstance(written, list):
        _refuse_one(value, written, kind)
        return
    for index, (each, text) in enumerate(zip(value, written, strict=True)):
        try:
            _refuse_one(each, text, kind)
        except WrongError as error:
            raise WrongError(error.text, index) from None


def _refuse_one(value: object, written: Tree, kind: Kind) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongError(f"must be a number, got {spell(written)}")
    if kind.role == "cycles":
        if not value > 0:
            least = "at least 1" if kind.base == "whole" else "more than 0"
            raise WrongError(f"must be {least}, {_got(value, written)}")
    elif not value >= 0:
        raise WrongError(f"must be at least 0, {_got(value, written)}")
    elif 0 < value < 1:
        raise WrongError(f"must be at least 1, {_got(value, written)}")


def _got(value: float, written: Tree) -> str:
    if isinstance(written, str):
        return f"'{written}' is {value:g}"
    return f"got {spell(written)}"


def suggest_formula(written: Tree, names: Mapping[str, float], run: str) -> str:
    """Return the remedy for a length that is no whole number of calls; empty where none is sure.

    Args:
        written: the length as a spec has it.
        names: what its formula may name.
        run: which of them is the length of the run, counted as the length is.

    >>> suggest_formula(0.03, {}, "total_steps")
    '; for 3 % of the run write =ceil(0.03 * total_steps)'
    >>> suggest_formula("=total_steps / 7", {"total_steps": 100.0}, "total_steps")
    '; write =ceil(total_steps / 7)'
    """
    if isinstance(written, str) and written.startswith("="):
        if any(name in written for name in names):
            return f"; write =ceil({written[1:].strip()})" if _is_above_0(written, names) else ""
        written = _evaluate(written, names)
    if isinstance(written, bool) or not isinstance(written, int | float) or not 0 < written < 1:
        return ""
    share = f"{spell(written)} * {run}"
    return f"; for {100 * written:g} % of the run write =ceil({share})"


def _is_above_0(written: str, names: Mapping[str, float]) -> bool:
    value = _evaluate(written, names)
    return value is not None and value > 0


def _evaluate(written: str, names: Mapping[str, float]) -> float | None:
    try:
        return evaluate(written[1:], names)
    except ExpressionError:
        return None


Function = Callable[[float], float]

_NOTHING: Mapping[str, Fill] = MappingProxyType({})


@dataclass(frozen=True)
class Bound:
    """Checked arguments.

    Attributes:
        given: what a spec gives, as torch takes it.
        shown: every argument, defaults included, as a spec would write it.
    """

    given: dict[str, object]
    shown: dict[str, object]

    def __getitem__(self, name: str) -> object:
        """Return an argument's value, the default where it was not given."""
        return self.given.get(name, self.shown.get(name))


@dataclass
class Binder:
    """Binds the arguments of one spec and collects what is wrong.

    Attributes:
        problems: what is wrong with the spec.
        groups: how many param groups the optimizer has.
        totals: the run totals, by name.
        run: which of them is the length of the run, as schedulers count it.
    """

    problems: Problems
    groups: int
    totals: Mapping[str, float]
    run: str = "total_calls"

    def bind(
        self,
        known: Mapping[str, Argument],
        arguments: Mapping[str, Tree],
        key: KeyPath,
        constants: Mapping[str, float] | None = None,
        *,
        fills: Mapping[str, Fill] = _NOTHING,
        calls: int = 0,
        partial: bool = False,
    ) -> Bound | None:
        """Return checked arguments, or None where a problem was added.

        Args:
            known: what the installed class takes.
            arguments: as a spec writes them.
            key: their key path.
            constants: what formulas may name beside the totals.
            fills: what missing arguments are filled in with.
            calls: of the run that are the scheduler's own; it is to know of no others.
            partial: whether required arguments may be missing, as in a param group.
        """
        before = len(self.problems.found)
        values: dict[str, object] = {}
        names = {**self.totals, **(constants or {})}
        for name, value in arguments.items():
            if name in known:
                values[name] = self._convert(known[name], value, (*key, name), names)
            else:
                accepts = ", ".join(known) or "none"
                close = suggest(name, tuple(known))
                remedy = f"; {close}" if close.startswith("did") else ""
                self.problems.say((*key, name), f"no such argument{remedy} (accepts: {accepts})")
        filling = {name: fill for name, fill in fills.items() if name in known}
        if not partial:
            for argument in known.values():
                if argument.required and argument.name not in {**arguments, **filling}:
                    self.problems.say(key, f"{argument.name} is missing")
        if len(self.problems.found) > before:
            return None
        shown = {name: argument.plain_default for name, argument in known.items()}
        shown.update({name: _shown(value, arguments[name]) for name, value in values.items()})
        told = {name for name, value in values.items() if value is not None}
        for name, fill in filling.items():
            if not {name, *fill.unless} & told:
                values[name] = shown[name] = self._fill(fill, (*key, name), shown, calls)
        return (
            None if len(self.problems.found) > before else Bound(values, {} if partial else shown)
        )

    def _fill(self, fill: Fill, key: KeyPath, shown: Mapping[str, object], calls: int) -> object:
        """Return what is left of a run; a whole number where it is one, as libraries want."""
        numbers = {
            name: float(each) for name, each in shown.items() if isinstance(each, int | float)
        }
        try:
            value = evaluate(fill.formula, {**numbers, **self.totals, "total_calls": float(calls)})
        except ExpressionError as error:
            self.problems.say(key, error.reason)
            return None
        return int(value) if value.is_integer() else value

    def _convert(
        self, argument: Argument, value: Tree, key: KeyPath, names: Mapping[str, float]
    ) -> object:
        kind = argument.kind
        try:
            if value is None and (kind.optional or kind.base == "any"):
                return None
            read = self._read(argument, value, names)
            if kind.role:
                refuse_count(read, value, kind)
            return read
        except WrongError as error:
            at, wrong = key, value
            if error.index is not None and isinstance(value, list):
                at, wrong = (*key, error.index), value[error.index]
            remedy = suggest_formula(wrong, names, self.run) if kind.role == "length" else ""
            self.problems.say(at, f"{error.text}{remedy}")
        return None

    def _read(self, argument: Argument, value: Tree, names: Mapping[str, float]) -> object:
        kind = argument.kind
        if kind.base == "expression":
            return self._functions(argument.name, kind, value)
        if kind.base == "list":
            return read_items(value, Kind("whole", strict=kind.strict), names)
        if kind.base == "tuple":
            return read_tuple(value, argument.default, names)
        if kind.per_group and isinstance(value, list):
            self._count(value)
            return read_items(value, kind, names)
        if kind.base == "any" and isinstance(value, list):
            return read_items(value, kind, names)
        return read_one(value, kind, names)

    def _count(self, values: Sequence[object]) -> None:
        if len(values) != self.groups:
            groups = "group" if self.groups == 1 else "groups"
            raise WrongError(
                f"must have one value a param group, {self.groups} {groups}, got {len(values)}"
            )

    def _functions(self, name: str, kind: Kind, value: Tree) -> Function | list[Function]:
        parameters = EXPRESSIONS.get(name, ("x",))
        if isinstance(value, list) and kind.per_group:
            self._count(value)
            return [self._function(item, parameters) for item in value]
        return self._function(value, parameters)

    def _function(self, value: Tree, parameters: Sequence[str]) -> Function:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise WrongError(f"must be an expression in {parameters[0]}, got {spell(value)}")
        if not isinstance(value, str):
            constant = float(value)
            return lambda _: constant
        try:
            expression = parse_expression(value.removeprefix("="), parameters, self.totals.keys())
        except ExpressionError as error:  # of an argument that only its annotation tells
            raise WrongError(error.reason) from None
        return expression.bind(self.totals)


def _shown(value: object, written: Tree) -> object:
    """Return a converted value as a spec would write it: a function as its text."""
    if callable(value) or (isinstance(value, list) and any(map(callable, value))):
        return written
    return value
