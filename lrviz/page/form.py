"""A spec's tree as the controls of a page: every value that can be turned, whatever stands there.

They follow from what JSON Schema is made of: the signatures of what is installed, and the catalog's
meanings and roles.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache, cached_property, partial
from importlib.util import find_spec

from lrviz.drive.installed import Found, NoSchedulerError, find_scheduler
from lrviz.drive.signatures import installed_optimizer_arguments, optimizer_class
from lrviz.errors import KeyPath, UsageError
from lrviz.linter.rules.composites import ABSOLUTE
from lrviz.linter.rules.cycles import BOTH
from lrviz.page.controls import Field, list_others, list_totals
from lrviz.page.fields import list_fields, list_optimizer_fields, list_scheduler_fields
from lrviz.page.sections import Row, Section, Sections, act
from lrviz.spec.catalog import CATALOG, COMPOSITES, OPTIMIZERS, SCHEDULERS, THIRD_PARTY
from lrviz.spec.catalog.external import External, find_entry_point, list_entry_points, parse_allowed
from lrviz.spec.keys import CALL_KEYS
from lrviz.spec.length import LENGTH_KEYS
from lrviz.spec.parse import DEFAULT_OPTIMIZER
from lrviz.spec.sweep import CURVE_KEYS, split_name
from lrviz.spec.tree import Tree, find_below, holds
from lrviz.spec.yamltree import MAX_DEPTH

# Of a figure, what is turned often.
_OFTEN = ("style", "x", "yscale", "markers", "legend", "grid")

_LABEL = Field("name", "text", help="what figures call the group")

# They stay what they are, and one form may ask for the same of 64 curves.
_list_installed = cache(installed_optimizer_arguments)


def build_form(
    tree: Mapping[str, Tree], calls: int, steps: int, others: Sequence[str] = ()
) -> list[Section]:
    """Return the controls of a spec, in sections.

    Args:
        tree: its plain data, in its own spelling; it may be wrong anywhere.
        calls: of the run, or the best guess.
        steps: of the run, or the best guess.
        others: the schedulers that may be named beside the catalog, as `--allow` names them.

    >>> tree = {"epochs": 4, "scheduler": {"StepLR": {"step_size": 2}}}
    >>> [section["title"] for section in build_form(tree, 4, 4)]
    ['Run', 'Optimizer', 'Scheduler', 'Figure']
    """
    totals = {**list_totals(tree, calls), "total_steps": float(steps)}
    return _Form(dict(tree), totals, others).build()


@cache
def find_installed(name: str) -> Found | None:
    """Return the scheduler of the catalog that has a name; None where it is not installed."""
    try:
        return find_scheduler(name)
    except NoSchedulerError:
        return None


@cache
def list_schedulers() -> Sequence[str]:
    """Return the schedulers of the catalog that are installed; other libraries stay unopened."""
    there = {package for package in THIRD_PARTY.packages if find_spec(package)}
    others = [name for name in THIRD_PARTY if name.partition(".")[0] in there]
    return [*(name for name in SCHEDULERS if find_installed(name)), *others]


@cache
def list_nesting(composite: str) -> Sequence[str]:
    """Return those of them that may stand anywhere inside a composite, and go with the others.

    >>> "OneCycleLR" in list_nesting("SequentialLR")
    False
    """
    apart = {*COMPOSITES, *(BOTH if composite == "SequentialLR" else ABSOLUTE)}
    entries = [CATALOG[name] for name in list_schedulers() if name not in apart]
    return [each.name for each in entries if each.package != "timm" and not each.takes_metric]


class _Form(Sections):
    """Builds the sections of one spec.

    Args:
        tree: of the spec.
        totals: of the run.
        others: the schedulers that may be named beside the catalog.
    """

    def __init__(
        self, tree: dict[str, Tree], totals: Mapping[str, float], others: Sequence[str]
    ) -> None:
        super().__init__(tree, totals)
        self._others = parse_allowed(others)

    @cached_property
    def _listed(self) -> Mapping[str, Sequence[External]]:
        return list_entry_points()

    def build(self) -> list[Section]:
        """Return all sections, in their order."""
        curves, parts = self.tree.get("curves"), list[Section]()
        own = [*curves.values()] if isinstance(curves, dict) else [{}]
        run, figure = self._run(), self._figure()
        # What is inside the scheduler is more important than what is inside the optimizer.
        if not all(holds(each, "scheduler") for each in own):
            parts.append(self._scheduler(("scheduler",), "Scheduler"))
        if not all(holds(each, "optimizer") for each in own):
            parts.insert(0, self._optimizer(("optimizer",), "Optimizer"))
        if "curves" in self.tree:
            parts.append(self._curves(curves))
        elif "sweep" not in self.tree:
            parts[-1]["actions"].append(act("Add a curve", "add", ("curves",)))
        if "sweep" in self.tree:
            swept = self.tree["sweep"]
            fields = [Field(key) for key in swept] if isinstance(swept, dict) else []
            parts.append(self.mapping("Sweep", ("sweep",), fields))
        self.fill()
        return [run, *parts, figure]

    def _run(self) -> Section:
        known, tree, data = list_fields(), self.tree, self.tree.get("data")
        is_plain = "steps" not in tree and "data" not in tree
        meant = {"epochs": "steps" not in tree, "steps_per_epoch": is_plain}
        names = [each for each in LENGTH_KEYS if each in tree or meant.get(each)]
        rows: list[Row] = [((), [known[each] for each in names if each != "data"])]
        if isinstance(data, dict):
            rows.append((("data",), list_others([*list_fields("Data").values()], data)))
        elif "data" in tree:
            rows.append(((), [known["data"]]))
        title = replace(known["title"], seldom=True)
        rest = list_others([*(known[each] for each in CALL_KEYS), title], tree, *known)
        return self.section("Run", (), *rows, ((), rest))

    def _figure(self) -> Section:
        fields = [
            replace(each, seldom=each.name not in _OFTEN)
            for each in list_fields("FigureOptions").values()
        ]
        # Where none is given, that of the page: light or dark.
        return self.mapping("Figure", ("figure",), [replace(fields[0], default=""), *fields[1:]])

    def _optimizer(self, key: KeyPath, title: str) -> Section:
        usual, usually = split_name(DEFAULT_OPTIMIZER) or ("", {})
        name, given = split_name(find_below(self.tree, key)) or ("", {})
        name = name if self.holds(key) else usual
        known = _list_installed(name) if name in OPTIMIZERS else []
        fields = list_optimizer_fields(known)
        if not self.holds(key):
            fields = [self.inherit(each, usually) for each in fields]
        at, (inside, groups) = (*key, name), _split_list(given, "param_groups")
        section = self.section(title, key, (at, list_others(fields, given, *inside)))
        names = [each for each in OPTIMIZERS if optimizer_class(each)]
        section["choose"] = self.choose(key, names, "" if self.holds(key) else usual)
        if known:
            section["actions"].append(act("Add a param group", "add", (*at, "param_groups")))
        own = [self.inherit(replace(each, seldom=each.name != "lr"), given) for each in fields]
        keys = [(*at, *inside, place) for place in range(groups)]
        self.put_inside(section, [partial(self._group, each, own) for each in keys])
        return section

    def _group(self, key: KeyPath, fields: Sequence[Field]) -> Section:
        name = find_below(self.tree, (*key, "name"))
        title = name if name and isinstance(name, str) else f"Group {key[-1]}"
        section = self.mapping(title, key, [_LABEL, *fields])
        section["actions"].append(act("Remove", "remove", key))
        return section

    def _scheduler(self, key: KeyPath, title: str) -> Section:
        name, given = split_name(find_below(self.tree, key)) or ("", {})
        found, at, is_child = self._find(name), (*key, name), isinstance(key[-1], int)
        fields = list_scheduler_fields(found, given, self.totals) if found else []
        inside, children = _split_list(given if len(key) < MAX_DEPTH else {}, "schedulers")
        rows: list[Row] = [(at, list_others(fields, given, *inside))]
        if not is_child:
            rows += self._metric(key[:-1], found)
        about = CATALOG[name].summary if name in CATALOG else ""
        section = self.section(title, key, *rows, about=about)
        names = list_nesting(str(key[-3])) if is_child else [*list_schedulers(), *self._others]
        section["choose"] = self.choose(key, names)
        keys = [(*at, *inside, place) for place in range(children)]
        self.put_inside(section, [partial(self._child, each) for each in keys])
        if name in COMPOSITES and (inside or "schedulers" not in given):
            action = act("Add a scheduler", "add", (*at, "schedulers"), list_nesting(name))
            section["actions"].append(action)
        return section

    def _child(self, key: KeyPath) -> Section:
        siblings = find_below(self.tree, key[:-1])
        name, _ = split_name(find_below(self.tree, key)) or ("?", {})
        section = self._scheduler(key, f"{int(key[-1]) + 1}. {name}")
        if isinstance(siblings, list) and len(siblings) > 1:
            section["actions"].append(act("Remove", "remove", key))
        return section

    def _metric(self, at: KeyPath, found: Found | None) -> list[Row]:
        """Return the metric, where it stands or is missing."""
        is_taken = found is not None and found.takes_metric
        is_missing = is_taken and not self.holds(("metric",))
        if not is_missing and not self.holds((*at, "metric")):
            return []
        return [(at, [replace(list_fields()["metric"], required=is_taken)])]

    def _curves(self, curves: Tree) -> Section:
        labels = [*curves] if isinstance(curves, dict) else []
        section = self.mapping("Curves", ("curves",), [], *labels)
        section["actions"].append(act("Add a curve", "add", ("curves",)))
        self.put_inside(section, [partial(self._curve, label, len(labels)) for label in labels])
        return section

    def _curve(self, label: str, curves: int) -> Section:
        key, known = ("curves", label), list_fields()
        fields = [self.inherit(replace(known[each], seldom=True), self.tree) for each in CALL_KEYS]
        builders = {"optimizer": self._optimizer, "scheduler": self._scheduler}
        own = [each for each in builders if self.holds((*key, each))]
        if "scheduler" not in own and self.holds((*key, "metric")):
            fields.append(known["metric"])
        section = self.mapping(label, key, fields, *CURVE_KEYS)
        if curves > 1:
            section["actions"].append(act("Remove", "remove", key))
        inside = [partial(builders[each], (*key, each), each.capitalize()) for each in own]
        self.put_inside(section, inside)
        return section

    def _find(self, name: str) -> Found | None:
        """Return the installed scheduler that a name stands for; None where there is none."""
        with suppress(NoSchedulerError, UsageError):
            if name in CATALOG:
                return find_installed(name)
            foreign = self._others.get(name) or (name and find_entry_point(name, self._listed))
            if foreign:
                from lrviz.drive.foreign import find_foreign  # behind all of torch

                return find_foreign(foreign)
        return None


def _split_list(given: Mapping[str, Tree], name: str) -> tuple[list[str], int]:
    """Return the name of an argument that is a list, alone, and its length; nothing for others."""
    items = given.get(name)
    return ([name], len(items)) if isinstance(items, list) else ([], 0)
