"""Schedulers and optimizers as a spec names them: `Name: {arguments}`, or the bare name."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property

from lrviz.errors import KeyPath, UsageError
from lrviz.spec.catalog import CATALOG, COMPOSITES, OPTIMIZERS
from lrviz.spec.catalog.external import External, find_entry_point, list_entry_points
from lrviz.spec.expression import ExpressionError, parse_expression
from lrviz.spec.model import TOTALS, Node
from lrviz.spec.origin import Problems
from lrviz.spec.style import MAX_TEXT
from lrviz.spec.tree import EXPRESSIONS, Metric, MetricCsv, MetricExpression, Tree, is_number
from lrviz.spec.wording import spell, spell_name, suggest, unknown_scheduler

MAX_GROUPS = 64
MAX_METRIC = 16_384

# What torch's classes take and a spec does not give, and why not.
NOT_ARGUMENTS = {
    "optimizer": "is not an argument here; a spec's `optimizer` stands at its top",
    "params": "is not an argument here; lrviz makes the parameters",
    "last_epoch": "is not an argument here; a schedule is drawn from its start",
    "verbose": "is not an argument here; torch has dropped it",
}


class NodeReader:
    """Reads nodes.

    Args:
        problems: what is wrong with them is added.
        allowed: the schedulers beside the catalog that the user allowed, by name.
        totals: what formulas and expressions may name of the run.
    """

    def __init__(
        self, problems: Problems, allowed: Mapping[str, External], totals: Sequence[str]
    ) -> None:
        self._problems, self._say, self._allowed = problems, problems.say, allowed
        self._totals = totals

    @cached_property
    def _listed(self) -> Mapping[str, Sequence[External]]:
        return list_entry_points()

    def read_scheduler(self, tree: Tree, key: KeyPath) -> Node | None:
        """Return the scheduler that a tree names, or None where it names none."""
        named = self._read_name(tree, key, "scheduler")
        if named is None:
            return None
        name, path, arguments = named
        entry = CATALOG.get(name)
        foreign = None if entry else self._find_foreign(name, key, tree)
        known = entry or foreign
        if known is None:
            return None
        children: tuple[Node, ...] = ()
        if name in COMPOSITES:
            children = tuple(self._read_children(arguments, path))
            arguments = {k: v for k, v in arguments.items() if k != "schedulers"}
        self._check_arguments(arguments, path, names=(*self._totals, "lr"))
        return Node(name, path, arguments, children, foreign=foreign, package=known.package)

    def read_optimizer(self, tree: Tree, key: KeyPath) -> Node | None:
        """Return the optimizer that a tree names, or None where it names none."""
        named = self._read_name(tree, key, "optimizer")
        if named is None:
            return None
        name, path, arguments = named
        if name not in OPTIMIZERS:
            meant = _mend(tree, "optimizer", key) or f"; {suggest(name, OPTIMIZERS)}"
            self._say(key, f"unknown optimizer {spell_name(name)}{meant}")
            return None
        groups = list(self._read_groups(arguments.get("param_groups", []), (*path, "param_groups")))
        arguments = {k: v for k, v in arguments.items() if k != "param_groups"}
        self._check_arguments(arguments, path, names=self._totals)
        return Node(name, path, arguments, groups=tuple(groups))

    def _read_name(
        self, tree: Tree, key: KeyPath, kind: str
    ) -> tuple[str, KeyPath, dict[str, Tree]] | None:
        """Return the name, its key path and the arguments, or None where a problem was added."""
        if isinstance(tree, str):
            return tree, key, {}
        if not isinstance(tree, dict) or len(tree) != 1:
            got = f"{len(tree)} keys" if isinstance(tree, dict) else spell(tree)
            text = f"must name one {kind}, as `Name: {{arguments}}`, got {got}"
            self._say(key, f"{text}{_mend(tree, kind, key)}")
            return None
        ((name, given),) = tree.items()
        if given is None or isinstance(given, dict):
            return name, (*key, name), given or {}
        text = f"must be a mapping of arguments, got {spell(given)}{_mend(tree, kind, key)}"
        if name not in CATALOG and name not in OPTIMIZERS:
            example = "StepLR" if kind == "scheduler" else "SGD"
            remedy = f"arguments stand below its name, as `{example}: {{{name}: …}}`"
            text = f"names no {kind}{_mend(tree, kind, key) or f'; {remedy}'}"
        self._say((*key, name), text)
        return None

    def _find_foreign(self, name: str, key: KeyPath, tree: Tree) -> External | None:
        """Return what may be imported under a name, or None where a problem was added."""
        if name in self._allowed:
            return self._allowed[name]
        try:
            found = find_entry_point(name, self._listed)
        except UsageError as error:
            self._say(key, str(error))
            return None
        if found is None:
            meant = isinstance(tree, str) and _mend(tree, "scheduler", key)
            text = (
                f"unknown scheduler {spell_name(name)}{meant}"
                if meant
                else unknown_scheduler(name, self._allowed)
            )
            self._say(key, text)
        return found

    def _read_children(self, arguments: Mapping[str, Tree], path: KeyPath) -> Iterator[Node]:
        items = arguments.get("schedulers")
        key = (*path, "schedulers")
        if "schedulers" not in arguments:
            self._say(path, "schedulers is missing; give it a list of schedulers")
        elif not isinstance(items, list) or not items:
            self._say(key, f"must be a list of schedulers, got {spell(items)}")
        else:
            nodes = (self.read_scheduler(item, (*key, at)) for at, item in enumerate(items))
            yield from filter(None, nodes)

    def _read_groups(self, items: Tree, key: KeyPath) -> Iterator[dict[str, Tree]]:
        if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
            self._say(key, "must be a list of mappings, one a param group")
            return
        if len(items) > MAX_GROUPS:
            self._say(key, f"{len(items)} param groups are more than {MAX_GROUPS}")
        names: dict[object, int] = {}
        for index, item in enumerate(items):
            assert isinstance(item, dict)
            name = item.get("name", "")
            if not isinstance(name, str) or not name.isprintable() or len(name) > MAX_TEXT:
                self._say((*key, index, "name"), f"must be a text of at most {MAX_TEXT} characters")
            elif name and names.setdefault(name, index) != index:
                self._say((*key, index, "name"), f"'{name}' is group {names[name]}'s name already")
            self._check_arguments(item, (*key, index), names=self._totals)
            yield item

    def _check_arguments(
        self, arguments: Mapping[str, Tree], path: KeyPath, names: Sequence[str]
    ) -> None:
        split = self._find_split(arguments, path) if None in arguments.values() else ()
        for argument, value in arguments.items():
            key = (*path, argument)
            if argument in split:
                continue
            if argument in NOT_ARGUMENTS:
                self._say(key, NOT_ARGUMENTS[argument])
            elif argument in EXPRESSIONS and value is not None:
                self._check_expressions(value, key, EXPRESSIONS[argument])
            else:
                self._check_value(value, key, names)

    def _find_split(self, arguments: Mapping[str, Tree], path: KeyPath) -> Collection[str]:
        """Return the arguments that YAML has made of one value with commas; that is said."""
        from lrviz.spec.meant import find_split

        found = find_split(arguments)
        for name in filter(found.get, found):
            self._say((*path, name), found[name])
        return found

    def _check_expressions(self, value: Tree, key: KeyPath, parameters: Sequence[str]) -> None:
        for index, item in enumerate(value if isinstance(value, list) else [value]):
            at = (*key, index) if isinstance(value, list) else key
            if isinstance(item, str):
                _check_formula(item.removeprefix("="), at, self._problems, parameters, self._totals)
            elif not is_number(item):
                self._say(at, f"must be an expression in {parameters[0]}, got {spell(item)}")

    def _check_value(self, value: Tree, key: KeyPath, names: Sequence[str]) -> None:
        if isinstance(value, list):
            for index, item in enumerate(value):
                self._check_value(item, (*key, index), names)
        elif isinstance(value, dict):
            self._say(key, "must be a value or a list, got a mapping")
        elif isinstance(value, str) and value.startswith("="):
            _check_formula(value[1:], key, self._problems, (), names)
        elif isinstance(value, str) and len(value) > MAX_TEXT:
            self._say(key, f"longer than {MAX_TEXT} characters")


def _mend(tree: Tree, kind: str, key: KeyPath) -> str:
    """Return the line that names a scheduler or an optimizer; empty where nobody can tell."""
    from lrviz.spec.belonging import mend_node  # what is right needs no remedy

    return mend_node(tree, kind, in_list=isinstance(key[-1], int))


def _check_formula(
    text: str, key: KeyPath, problems: Problems, parameters: Sequence[str], names: Sequence[str]
) -> bool:
    """Whether a text is an expression; if not, that is added."""
    try:
        parse_expression(text, parameters, names)
    except ExpressionError as error:
        from lrviz.spec.meant import mend_expression  # what is right needs no remedy

        problems.say(key, f"{error.reason}{mend_expression(text, parameters, names)}")
        return False
    return True


def read_metric(
    tree: Tree, key: KeyPath, problems: Problems, totals: Sequence[str] = TOTALS
) -> Metric | None:
    """Return the metric; None, and what is wrong is added.

    >>> from lrviz.spec.origin import Source
    >>> read_metric([0.9, 0.7], ("metric",), Problems(Source()))
    (0.9, 0.7)
    """
    match tree:
        case list() if 0 < len(tree) <= MAX_METRIC:
            wrong = [index for index, item in enumerate(tree) if not is_number(item)]
            for index in wrong:
                problems.say((*key, index), f"must be a number, got {spell(tree[index])}")
            return None if wrong else tuple(map(float, tree))  # type: ignore[arg-type]
        case list():
            problems.say(key, f"must have 1 to {MAX_METRIC:,} values, got {len(tree)}")
        case {"expression": str() | int() | float() as text, **rest} if not rest or _is_cut(text):
            counts = EXPRESSIONS["expression"]
            if _check_formula(str(text), (*key, "expression"), problems, counts, totals):
                return MetricExpression(str(text))
        case {"csv": str(path), "column": str(column), **rest} if not rest:
            return MetricCsv(path, column)
        case _:
            remedy = "`{expression: …}` in `step`, or `{csv: FILE, column: NAME}`"
            problems.say(key, f"must be a list of numbers, {remedy}")
    return None


def _is_cut(text: str | float) -> bool:
    """Whether YAML has split a formula at a comma: its own message says so."""
    return isinstance(text, str) and text.count("(") != text.count(")")
