"""Arguments as a spec writes them, checked against installed signatures, turned into values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from lrviz.drive.conversion import WrongError, read_items, read_one, read_tuple, suggest_formula
from lrviz.drive.signatures import Argument, Kind
from lrviz.errors import KeyPath
from lrviz.spec.catalog import Fill
from lrviz.spec.expression import ExpressionError, evaluate, parse_expression
from lrviz.spec.origin import Problems
from lrviz.spec.tree import EXPRESSIONS, Tree
from lrviz.spec.wording import spell, suggest

Function = Callable[[float], float]

_NOTHING: Mapping[str, Fill] = {}


@dataclass(frozen=True)
class Bound:
    """Checked arguments.

    Attributes:
        given: what a spec gives, as torch takes it.
        shown: every argument, defaults included, as a spec would write it.
    """

    given: dict[str, object]
    shown: dict[str, object]


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
                is_required = argument.required and not argument.is_passed_on
                if is_required and argument.name not in {**arguments, **filling}:
                    self.problems.say(key, f"{argument.name} is missing")
        if len(self.problems.found) > before:
            return None
        shown = {name: _plain(argument.default) for name, argument in known.items()}
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
            return self._read(argument, value, names)
        except WrongError as error:
            at, wrong = key, value
            if error.index is not None and isinstance(value, list):
                at, wrong = (*key, error.index), value[error.index]
            is_text = str(wrong).startswith("=") or str(wrong).endswith("%")
            is_length = kind.counts == "calls" or (kind.base in ("whole", "list") and is_text)
            remedy = suggest_formula(wrong, names, self.run) if is_length else ""
            self.problems.say(at, f"{error.text}{remedy}")
        return None

    def _read(self, argument: Argument, value: Tree, names: Mapping[str, float]) -> object:
        kind = argument.kind
        if kind.base == "expression":
            return self._functions(argument.name, kind, value)
        if kind.base == "list":
            return read_items(value, replace(kind, base="whole", optional=False), names)
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


def _plain(default: object) -> object:
    """Return a default as a spec could write it; what none could, in words."""
    items = default if isinstance(default, list | tuple) else [default]
    if all(each is None or type(each) in (bool, int, float, str) for each in items):
        return default
    return f"a {type(default).__name__}"


def _shown(value: object, written: Tree) -> object:
    """Return a converted value as a spec would write it: a function as its text."""
    if callable(value) or (isinstance(value, list) and any(map(callable, value))):
        return written
    return value
