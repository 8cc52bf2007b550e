"""Sound schedules of every class of the catalog, built from what its arguments are to it."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from typing import Any, Literal

import torch
import yaml

from lrviz.spec.catalog import CATALOG, Entry
from tests.support.training import make_optimizer, make_scheduler

Arguments = Mapping[str, Any]
Tree = dict[str, Any]


@dataclass(frozen=True)
class Course:
    """How long a run is, when its scheduler is called, and with what LR it trains."""

    epochs: int
    steps_per_epoch: int
    interval: Literal["step", "epoch"]
    lr: float

    @property
    def calls(self) -> int:
        """The calls of the scheduler."""
        return self.epochs * (self.steps_per_epoch if self.interval == "step" else 1)

    def __str__(self) -> str:
        return f"{self.epochs}x{self.steps_per_epoch}-{self.interval}-{self.lr:g}"


COURSES: Mapping[str, tuple[Course, ...]] = {
    "torch": (Course(2, 30, "step", 0.1), Course(30, 8, "epoch", 1e-3)),
    "transformers": (
        Course(4, 50, "step", 2e-4),
        Course(3, 20, "step", 5e-5),
        Course(1, 120, "step", 1e-3),
    ),
    "timm": (
        Course(20, 10, "epoch", 0.1),
        Course(90, 4, "epoch", 1e-4),
        Course(4, 30, "step", 5e-4),
    ),
}

# The roles of what says when the LR drops by gamma; where there is none, it does so at every call.
DROPS = frozenset({"period", "milestones", "ordinals", "patience"})

# What may come after another scheduler of torch's, and ends or drops.
AFTER_A_WARMUP = frozenset(
    {
        *("CosineAnnealingLR", "CosineAnnealingWarmRestarts", "ExponentialLR", "LinearLR"),
        *("MultiStepLR", "PolynomialLR", "StepLR"),
    }
)

# What is made of others, is a function of the user's own, or has no argument that could be wrong.
WITHOUT_ROLES = frozenset(name for name, entry in CATALOG.items() if not entry.roles)


@dataclass(frozen=True)
class Recipe:
    """One scheduler in one run.

    Attributes:
        name: of the catalog.
        course: the run.
        arguments: what it is given.
        variant: what tells it from another recipe of that name and run.
        after: the calls of torch's own warm-up that come before it.
    """

    name: str
    course: Course
    arguments: Arguments
    variant: str = ""
    after: int = 0

    @property
    def entry(self) -> Entry:
        """What the catalog knows of it."""
        return CATALOG[self.name]

    @cached_property
    def roles(self) -> Mapping[str, str]:
        """Its arguments by their roles."""
        return {role: name for name, role in self.entry.roles.items()}

    def value(self, role: str, default: Any = None) -> Any:
        """Return what the argument with a role is given."""
        return self.arguments.get(self.roles.get(role, ""), default)

    def given(self, **values: Any) -> "Recipe":
        """Return it with other arguments, each named by its role; None leaves one out."""
        named = {self.roles[role]: value for role, value in values.items()}
        rest = {**self.arguments, **named}
        return replace(self, arguments={x: value for x, value in rest.items() if value is not None})

    @property
    def length(self) -> int:
        """What its length is to be: timm's own may not count the warm-up."""
        warmup = self.value("warmup", 0)
        is_left_out = self.value("prefix", False) or leaves_warmup_out(self.name)
        return self.course.calls - self.after - (warmup if is_left_out else 0)

    @property
    def optimizer(self) -> tuple[str, Arguments]:
        """What it schedules."""
        lr = self.course.lr
        return ("SGD", {"lr": lr, "momentum": 0.9}) if lr >= 0.01 else ("AdamW", {"lr": lr})

    @property
    def tree(self) -> Tree:
        """The spec."""
        name, given = self.optimizer
        course = self.course
        tree: Tree = {"epochs": course.epochs, "steps_per_epoch": course.steps_per_epoch}
        tree |= {"interval": course.interval, "optimizer": {name: dict(given)}}
        tree |= {"scheduler": self.scheduler}
        if self.entry.takes_metric:
            tree["metric"] = {"expression": f"max(exp(-4 * step / {course.calls}), 0.1)"}
        return tree

    @property
    def scheduler(self) -> Tree:
        """It and what comes before it."""
        own: Tree = {self.name: dict(self.arguments)}
        if not self.after:
            return own
        before = {"LinearLR": {"start_factor": 0.1, "total_iters": self.after}}
        return {"SequentialLR": {"schedulers": [before, own], "milestones": [self.after]}}

    @property
    def text(self) -> str:
        """The spec as people write it."""
        return yaml.safe_dump(self.tree, sort_keys=False, default_flow_style=None)

    def __str__(self) -> str:
        return "/".join(filter(None, (self.name, str(self.course), self.variant)))


def drive_by_hand(recipe: Recipe) -> list[float]:
    """Return the LR of every call as a training script with the library's own class has it."""
    calls, package = recipe.course.calls, recipe.entry.package
    name, given = recipe.optimizer
    optimizer = make_optimizer(name, given)
    step = _build_by_hand(recipe, optimizer)
    metric = [max(math.exp(-4 * call / calls), 0.1) for call in range(calls)]
    optimizer.step()  # once: torch's schedulers ask for no more
    seen = []
    for call in range(calls):
        seen.append(float(optimizer.param_groups[0]["lr"]))
        if package == "timm":
            step(call + 1, metric[call])
        else:
            step(*metric[call : call + recipe.entry.takes_metric])
    return seen


def _build_by_hand(recipe: Recipe, optimizer: torch.optim.Optimizer) -> Callable[..., None]:
    """Return what makes a call of the library's own scheduler."""
    entry, filled = recipe.entry, dict(recipe.arguments)
    if entry.package == "torch":
        return make_scheduler(optimizer, recipe.scheduler).step  # type: ignore[no-any-return]
    if "length" in recipe.roles and recipe.value("stable") is None:
        filled.setdefault(recipe.roles["length"], recipe.length)
    modules = {"timm": "timm.scheduler", "transformers": "transformers.optimization"}
    build = getattr(import_module(modules[entry.package]), entry.attribute)
    scheduler = build(optimizer, **filled)
    by_update = entry.package == "timm" and recipe.course.interval == "step"
    step: Callable[..., None] = scheduler.step_update if by_update else scheduler.step
    return step


def iter_recipes(name: str, courses: Iterable[Course] = ()) -> Iterator[Recipe]:
    """Yield sound schedules of a class: of several runs, and spelt in every way it has."""
    for course in courses or COURSES[CATALOG[name].package]:
        if course.interval == "step" and counts_epochs(name):
            continue
        plain = Recipe(name, course, _arguments(name, course.calls, course))
        yield plain
        yield from _iter_variants(plain)


def counts_epochs(name: str) -> bool:
    """Whether a class counts epochs whatever it is given."""
    return CATALOG[name].package == "timm" and "unit" not in CATALOG[name].roles.values()


def leaves_warmup_out(name: str) -> bool:
    """Whether a length never counts the warm-up, as what is filled in for it says."""
    return any(each.formula == "total_calls - warmup_t" for each in CATALOG[name].fills.values())


def _iter_variants(plain: Recipe) -> Iterator[Recipe]:
    roles, calls, lr = plain.roles, plain.course.calls, plain.course.lr
    name = plain.name
    if "length" in roles and plain.entry.package != "torch":
        yield replace(plain.given(length=None), variant="filled")
    if {"floor", "floor_share"} <= roles.keys():
        yield replace(plain.given(floor_share=None, floor=lr / 100), variant="floor")
    if "prefix" in roles:
        other = plain.given(prefix=not plain.value("prefix"))
        if "length" in roles:
            other = other.given(length=other.length)
        yield replace(other, variant="prefix" if other.value("prefix") else "no-prefix")
    if "stable" in roles:
        parts = plain.value("warmup") + plain.value("decay")
        yield replace(plain.given(length=None, stable=calls - parts), variant="parts")
    if "cycles" in roles and calls % 3 == 0:
        thirds = plain.given(cycles=3, length=calls // 3, warmup=None, start=None, prefix=False)
        yield replace(thirds, variant="cycles")
    if name in AFTER_A_WARMUP:
        warmup = calls // 10
        given = _arguments(plain.name, calls - warmup, plain.course)
        yield replace(plain, arguments=given, variant="after", after=warmup)
    if "ramp" in roles:
        up = plain.given(start_share=0.1, floor_share=1.0, ramp=calls // 10)
        yield replace(up, variant="up")


def _arguments(name: str, calls: int, course: Course) -> Arguments:
    """Return what a sound schedule of a class is given: a value for every role that it has."""
    lr, roles = course.lr, set(CATALOG[name].roles.values())
    warmup = max(1, calls // 10)
    drops = [calls // 2, 3 * calls // 4]
    values: dict[str, Any] = {
        "length": calls - leaves_warmup_out(name) * warmup,
        "warmup": warmup,
        "decay": calls // 5 if "length" in roles else calls,
        **{"hold": calls // 10, "ramp": calls, "period": calls // 3, "cycle": calls // 3},
        **{"approach": calls // 2, "aim": lr / 100},
        **{"half_cycle": calls // 6, "milestones": drops, "ordinals": drops},
        **{"patience": calls // 10, "restarts": 3, "floor": lr / 100, "start": lr / 100},
        **{"floor_share": 0.01, "start_share": 1.0 if "ramp" in roles else 0.1},
        "gamma": 0.1 if roles & DROPS else 0.01 ** (1 / calls),
        "prefix": False,
        "unit": course.interval == "epoch",
    }
    if "floor_share" in roles:
        values.pop("floor")
    given = {
        argument: values[role] for argument, role in CATALOG[name].roles.items() if role in values
    }
    return {**given, **_others(name, course)}


def _others(name: str, course: Course) -> Arguments:
    """Return what has no role and is needed: highest and lowest LRs, the sense of a metric."""
    known = CATALOG[name].arguments
    wanted = {"max_lr": course.lr * 10 if "patience" in known else course.lr}
    wanted |= {"base_lr": course.lr / 10}
    given: dict[str, Any] = {each: value for each, value in wanted.items() if each in known}
    if CATALOG[name].takes_metric:
        given["mode"] = "min"
    return given
