"""A spec's schedulers, checked against the installed torch: the second stage of errors."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lrviz.curve import SchedulerFacts
from lrviz.drive.arguments import Binder, Bound
from lrviz.drive.foresee import Circumstances, foresee
from lrviz.drive.installed import Found, NoSchedulerError, find_scheduler, say_missing
from lrviz.drive.signatures import arguments_of, optimizer_class
from lrviz.drive.spans import Phase, sequential_phases
from lrviz.errors import KeyPath
from lrviz.spec.catalog import COMPOSITES
from lrviz.spec.model import Node, Schedule
from lrviz.spec.origin import Problems

if TYPE_CHECKING:
    from torch.optim import Optimizer


def build_optimizer(
    found: "type[Optimizer]",
    arguments: Mapping[str, object],
    groups: Sequence[Mapping[str, object]],
) -> "Optimizer":
    """Return an optimizer of a class with the given param groups.

    It is a subclass that overrides `add_param_group` and `step` and nothing else. The first call
    of torch's own `add_param_group` imports its compiler, which takes longer than all of lrviz.
    Its `step` says that it calls hooks already, so that torch does not have it call those that
    somebody has registered for all optimizers: this is none of theirs.

    Raises:
        Exception: whatever torch's own constructor says of the arguments.
    """
    import torch

    def add_param_group(self: "Optimizer", group: dict[str, Any]) -> None:
        self.param_groups.append({**self.defaults, **group})

    def step(self: "Optimizer", closure: object = None) -> None:
        del self, closure

    step.hooked = True  # type: ignore[attr-defined]
    body = {"add_param_group": add_param_group, "step": step, "__module__": __name__}
    dummy = type(found.__name__, (found,), body)
    # Muon wants matrices; nobody looks at the values.
    params = [{"params": [torch.empty(1, 1, device="cpu")], **group} for group in groups or [{}]]
    optimizer: Optimizer = dummy(params, **arguments)
    return optimizer


@dataclass(frozen=True)
class Plan:
    """One scheduler that can be built.

    Attributes:
        node: what the spec says.
        found: what is installed under its name.
        bound: its arguments; empty for a composite but for what it takes beside its children.
        phase: the calls that reach it.
        values: those of the run that it governs.
        children: the plans of a composite's children.
    """

    node: Node
    found: Found
    bound: Bound
    phase: Phase
    values: range
    children: tuple["Plan", ...] = ()

    @property
    def functions(self) -> frozenset[str]:
        """The names of those arguments that are functions, or lists of them."""
        return frozenset(
            name
            for name, value in self.bound.given.items()
            if any(map(callable, value if isinstance(value, list) else [value]))
        )

    @property
    def moves(self) -> frozenset[str]:
        """What it and those below it may move beside the LR, of `momentum` and `weight_decay`."""
        return frozenset(name for each in self.walk() for name in each.found.moves)

    @property
    def facts(self) -> SchedulerFacts:
        """What is worth knowing of it after the run."""
        return SchedulerFacts(
            name=self.node.name,
            key=self.node.key,
            arguments=self.bound.shown,
            given=frozenset(self.bound.given),
            calls=self.phase.calls,
            values=self.values,
            module=self.found.source.module,
            attribute=self.found.source.attribute,
            takes_metric=self.found.takes_metric,
            functions=self.functions,
            kind=self.node.name,
            children=tuple(child.facts for child in self.children),
        )

    def walk(self) -> Iterator["Plan"]:
        """Yield this plan and those below it."""
        yield self
        for child in self.children:
            yield from child.walk()


def plan_optimizer(schedule: Schedule, binder: Binder) -> "Optimizer | None":
    """Return the dummy optimizer, or None where the binder has been told of a problem."""
    node = schedule.optimizer
    found = optimizer_class(node.name)
    if found is None:
        binder.problems.say(node.key, say_missing(node.name))
        return None
    known = arguments_of(found)
    bound = binder.bind(known, node.arguments, node.key)
    groups: list[dict[str, object]] = []
    for index, group in enumerate(node.groups):
        arguments = {name: value for name, value in group.items() if name != "name"}
        key = (*node.key, "param_groups", index)
        values = binder.bind(known, arguments, key, partial=True)
        if values is not None:
            groups.append(values.given)
    if bound is None or len(groups) < len(node.groups):
        return None
    try:
        return build_optimizer(found, bound.given, groups)
    except Exception as error:  # whatever torch's constructor has to say of the arguments
        binder.problems.say(node.key, f"torch refuses it: {_one_line(error)}", error)
    return None


def _find(node: Node) -> Found:
    """Return the installed scheduler that a node names; another than the catalog's needs more."""
    if node.foreign is None:
        return find_scheduler(node.name)
    from lrviz.drive.foreign import find_foreign

    return find_foreign(node.foreign)


class Planner:
    """Checks the schedulers of one schedule."""

    def __init__(self, schedule: Schedule, binder: Binder, optimizer: "Optimizer | None") -> None:
        self._schedule = schedule
        self._binder = binder
        self._optimizer = optimizer
        defaults = optimizer.defaults if optimizer else {"momentum": 0.0}
        # Where the optimizer is wrong its LR is unknown; its own problem is the one to say.
        lr = float(defaults.get("lr", 1.0))
        self._constants = {"lr": lr}
        self._has_momentum = "momentum" in defaults or "betas" in defaults

    def plan(self, node: Node, phase: Phase, *, top: bool = False) -> Plan | None:
        """Return the plan of a scheduler, or None where the binder has been told why not.

        A plan is as good as what the binder has been told of it: nothing is built from a wrong one.
        """
        say, calls = self._binder.problems.say, self._schedule.total_calls
        values = phase.values[: self._schedule.total_values - phase.values.start]
        nested = {"schedulers"} if node.name in COMPOSITES else set[str]()
        try:
            found = _find(node)
            bound = self._binder.bind(
                {name: each for name, each in found.arguments.items() if name not in nested},
                node.arguments,
                node.key,
                self._constants,
                fills=found.fills,
                calls=len(values[: calls - values.start]) or calls,
            )
            if found.settle and bound and self._optimizer:
                found = found.settle(bound.given, self._optimizer)
        except NoSchedulerError as error:
            say(node.key, str(error))
            return None
        if bound is None:
            for child in node.children:  # which calls would reach them is not known
                self.plan(child, Phase())
            return None
        if not (found.nests or top):
            why = "it is no LRScheduler of torch's, and only those can be composed"
            why = "torch gives it no metric there (LR014)" if found.takes_metric else why
            say(node.key, f"cannot stand inside another scheduler; {why}")
            return None
        at = Circumstances(
            node.arguments.keys(),
            phase,
            self._has_momentum,
            self._schedule.metric is not None,
            self._schedule.total_calls,
            self._binder.run.removeprefix("total_"),
        )
        for argument, text in foresee(node, found, bound, at):
            say((*node.key, argument) if argument in node.arguments else node.key, text)
        phases = self._phases(node, bound, phase)
        children = [self.plan(*each) for each in zip(node.children, phases, strict=True)]
        done = tuple(child for child in children if child is not None)
        return Plan(node, found, bound, phase, values, done)

    def _phases(self, node: Node, bound: Bound, phase: Phase) -> list[Phase]:
        if node.name != "SequentialLR":
            return [replace(phase, entered=False)] * len(node.children)  # all get every call
        milestones = bound.given["milestones"]
        assert isinstance(milestones, list)
        key: KeyPath = (*node.key, "milestones")
        if len(milestones) != len(node.children) - 1:
            wanted = len(node.children) - 1
            text = f"must be one fewer than the schedulers, {wanted}, got {len(milestones)}"
            self._binder.problems.say(key, text)
            return [Phase()] * len(node.children)
        composite = [child.name in COMPOSITES for child in node.children]
        phases = sequential_phases(milestones, len(node.children), composite, phase)
        for child, each, nested in zip(node.children, phases, composite, strict=True):
            if nested and each.entered:
                remedy = "put it first, or write its schedulers out in this list (LR013)"
                text = f"torch cannot start it at a milestone of a SequentialLR; {remedy}"
                self._binder.problems.say(child.key, text)
        return phases


def plan_run(schedule: Schedule) -> "tuple[Optimizer, Plan]":
    """Return a dummy optimizer and the plan of what will schedule it.

    Raises:
        SpecError: everything on which torch would raise, as far as it can be foreseen.
    """
    run = "epochs" if schedule.interval == "epoch" else "total_steps"
    run = run if schedule.total_calls == schedule.intervals else "total_calls"
    binder = Binder(Problems(schedule.source), schedule.groups, schedule.totals, run)
    optimizer = plan_optimizer(schedule, binder)
    plan = Planner(schedule, binder, optimizer).plan(
        schedule.scheduler, Phase(range(schedule.total_calls + 1)), top=True
    )
    binder.problems.refuse()
    assert optimizer is not None  # without these there was a problem
    assert plan is not None
    if schedule.metric is not None and plan.found.offers_metric:
        plan = replace(plan, found=replace(plan.found, takes_metric=True))
    return optimizer, plan


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
