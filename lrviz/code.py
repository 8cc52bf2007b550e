"""A run's schedules as Python to paste into a training script."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from lrviz.catalog import THIRD_PARTY
from lrviz.curve import SchedulerFacts
from lrviz.expression import evaluate, spell_python
from lrviz.run import Run
from lrviz.spec.model import MetricExpression, Schedule
from lrviz.spec.nodes import EXPRESSIONS

WIDTH = 88
INDENT = "    "

_MODEL = "torch.nn.Linear(1, 1, bias=False)"


@dataclass(frozen=True)
class _List:
    """An argument that is a list."""

    name: str
    items: list[str]

    def __str__(self) -> str:
        return f"{self.name}=[{', '.join(self.items)}]"


Item = str | _List


def write_code(run: Run) -> str:
    """Return a script that builds and steps what a run was driven with.

    It runs as it stands, on a model that stands for the reader's own, and gives the run's numbers.
    Several schedules follow one another.
    """
    pairs = list(zip(run.spec.schedules, run.schedulers, strict=True))
    bodies = []
    for schedule, facts in pairs:
        heading = [f"# {schedule.label}"] if len(pairs) > 1 else []
        bodies.append("\n".join([*heading, *_schedule(schedule, facts)]))
    body = "\n\n".join(bodies)
    imports = "\n".join(_imports(pairs))
    standard = "import math\n\n" if "math." in body else ""
    return f"{standard}{imports}\n\n{body}\n"


def _imports(pairs: Sequence[tuple[Schedule, SchedulerFacts]]) -> Iterator[str]:
    found: dict[str, set[str]] = {}
    for schedule, facts in pairs:
        found.setdefault("torch.optim", set()).add(schedule.optimizer.name)
        for each in _walk(facts):
            found.setdefault(each.module, set()).add(each.attribute)
    yield "import torch"
    for module in sorted(found):
        # Constants first, then classes: the order of the usual import sorters.
        names = sorted(found[module], key=lambda name: (not name.isupper(), name))
        yield from _wrap(f"from {module} import ", names, "", bare=True)


def _walk(facts: SchedulerFacts) -> Iterator[SchedulerFacts]:
    yield facts
    for child in facts.children:
        yield from _walk(child)


def _schedule(schedule: Schedule, facts: SchedulerFacts) -> Iterator[str]:
    yield f"EPOCHS = {schedule.epochs}"
    yield f"STEPS_PER_EPOCH = {schedule.steps_per_epoch}"
    if facts.takes_metric and isinstance(schedule.metric, tuple):
        yield from _wrap("METRIC = [", [_value(value) for value in schedule.metric], "]")
    yield ""
    yield from _optimizer(schedule)
    yield from _scheduler(facts, schedule, "scheduler")
    yield ""
    yield from _loop(schedule, facts)


def _optimizer(schedule: Schedule) -> Iterator[str]:
    node = schedule.optimizer
    given = [f"{name}={_argument(value, schedule)}" for name, value in node.arguments.items()]
    if node.groups:
        for index, group in enumerate(node.groups):
            name = group.get("name", f"group {index}")
            yield f"part_{index} = {_MODEL}  # your modules of {name}"
        yield "groups = ["
        for index, group in enumerate(node.groups):
            own = [f'"{name}": {_argument(value, schedule)}' for name, value in group.items()]
            items = [f'"params": part_{index}.parameters()', *own]
            yield from _wrap("{", items, "},", INDENT)
        yield "]"
    else:
        yield f"model = {_MODEL}  # your model"
    first = "groups" if node.groups else "model.parameters()"
    yield from _wrap(f"optimizer = {node.name}(", [first, *given], ")")


def _scheduler(facts: SchedulerFacts, schedule: Schedule, name: str) -> Iterator[str]:
    """Yield the lines that build a scheduler, those inside it first, as torch wants them."""
    given = [
        _scheduler_argument(argument, value, schedule)
        for argument, value in facts.arguments.items()
        if argument in facts.given
    ]
    children = [f"{name}_{index}" for index in range(len(facts.children))]
    for child, child_name in zip(facts.children, children, strict=True):
        yield from _scheduler(child, schedule, child_name)
    inside: list[Item] = [_List("schedulers", children)] if children else []
    items = ["optimizer", *inside, *given]
    if facts.name == "ChainedScheduler":  # the one that takes its optimizer last
        items = [*inside, "optimizer=optimizer"]
    yield from _wrap(f"{name} = {facts.attribute}(", items, ")")


def _scheduler_argument(name: str, value: object, schedule: Schedule) -> Item:
    spell = (
        partial(_function, name, schedule) if name in EXPRESSIONS and value is not None else _value
    )
    if isinstance(value, list):
        return _List(name, [spell(item) for item in value])
    return f"{name}={spell(value)}"


def _function(name: str, schedule: Schedule, value: object) -> str:
    parameters = EXPRESSIONS[name]
    text = str(value).removeprefix("=")
    return f"lambda {parameters[0]}: {spell_python(text, parameters, _totals(schedule))}"


def _totals(schedule: Schedule) -> Mapping[str, str]:
    steps = "(EPOCHS * STEPS_PER_EPOCH)"
    return {
        "epochs": "EPOCHS",
        "steps_per_epoch": "STEPS_PER_EPOCH",
        "total_steps": steps,
        "total_calls": steps if schedule.interval == "step" else "EPOCHS",
    }


def _loop(schedule: Schedule, facts: SchedulerFacts) -> Iterator[str]:
    by_step = schedule.interval == "step"
    indent = INDENT * (2 if by_step else 1)
    yield "for epoch in range(EPOCHS):"
    yield f"{INDENT}for step in range(STEPS_PER_EPOCH):"
    yield f"{INDENT * 2}# forward and backward pass"
    closure = "lambda: 0.0" if schedule.optimizer.name == "LBFGS" else ""
    yield f"{INDENT * 2}optimizer.step({closure})"
    step, given = "scheduler.step", []
    if facts.name in THIRD_PARTY and THIRD_PARTY[facts.name].package == "timm":
        step = "scheduler.step_update" if by_step else "scheduler.step"
        given = ["epoch * STEPS_PER_EPOCH + step + 1" if by_step else "epoch + 1"]
    if not facts.takes_metric:
        yield f"{indent}{step}({', '.join(given)})"
        return
    yield f"{indent}call = {'epoch * STEPS_PER_EPOCH + step' if by_step else 'epoch'}"
    yield f"{indent}metric = {_metric(schedule)}  # your validation loss"
    yield f"{indent}{step}({', '.join([*given, 'metric'])})"


def _metric(schedule: Schedule) -> str:
    if isinstance(schedule.metric, MetricExpression):
        totals = _totals(schedule)
        return spell_python(schedule.metric.expression, ("call", "step"), totals)
    return "METRIC[min(call, len(METRIC) - 1)]"


def _argument(value: object, schedule: Schedule) -> str:
    """Return an argument of the optimizer: a formula as its value, a pair as a tuple."""
    if isinstance(value, str) and value.startswith("="):
        return repr(evaluate(value[1:], schedule.totals))
    if isinstance(value, list):
        return f"({', '.join(_argument(item, schedule) for item in value)})"
    return _value(value)


def _value(value: object) -> str:
    match value:
        case str():
            return json.dumps(value, ensure_ascii=False)
        case float() if not math.isfinite(value):
            return f'float("{value}")'
        case list():
            return f"[{', '.join(map(_value, value))}]"
    return repr(value)


def _wrap(
    start: str, items: Sequence[Item], end: str, indent: str = "", *, bare: bool = False
) -> Iterator[str]:
    """Yield one line, or one line an item where that would be too long.

    Args:
        start: before the items.
        items: parted by commas; a list among them is wrapped in its turn.
        end: after the items.
        indent: before every line.
        bare: whether the items need parentheses only where they are wrapped.
    """
    line = f"{indent}{start}{', '.join(map(str, items))}{end}"
    if len(line) <= WIDTH:
        yield line
        return
    yield f"{indent}{start}{'(' if bare else ''}"
    for item in items:
        if isinstance(item, _List):
            yield from _wrap(f"{item.name}=[", item.items, "],", indent + INDENT)
        else:
            yield f"{indent}{INDENT}{item},"
    yield f"{indent}{')' if bare else ''}{end}"
