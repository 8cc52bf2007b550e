"""A whole script: what it imports, and every schedule's optimizer, scheduler and loop."""

from collections.abc import Iterator, Sequence
from textwrap import fill

from lrviz.commands.code.construction import (
    INDENT,
    WIDTH,
    build_optimizer,
    build_scheduler,
    name_module,
    spell_expression,
)
from lrviz.curve import SchedulerFacts
from lrviz.run.driven import Run
from lrviz.spec.catalog import THIRD_PARTY
from lrviz.spec.model import MetricExpression, Schedule
from lrviz.spell import spell_python


def write_code(run: Run) -> str:
    """Return a script that builds and steps what a run was driven with.

    It runs as it stands, on a model that stands for the reader's own, and gives the run's numbers.
    Several schedules follow one another.
    """
    pairs = list(zip(run.spec.schedules, run.schedulers, strict=True))
    parts = []
    for schedule, facts in pairs:
        heading = [f"# {schedule.label}".rstrip()] if len(pairs) > 1 else []
        parts.append("\n".join([*heading, *_write_schedule(schedule, facts)]))
    body = "\n\n".join(parts)
    imports = "\n".join(_write_imports(run.schedulers, body))
    return f"{imports}\n\n{body}\n"


def _write_imports(schedulers: Sequence[SchedulerFacts], body: str) -> Iterator[str]:
    if "math." in body:
        yield "import math\n"
    yield "import torch"
    for module in sorted({each.module for facts in schedulers for each in facts.walk()}):
        name = name_module(module)
        if not name.startswith("torch."):
            yield f"import {module}" + (f" as {name}" if name != module else "")


def _write_schedule(schedule: Schedule, facts: SchedulerFacts) -> Iterator[str]:
    yield f"EPOCHS = {schedule.epochs}"
    yield f"STEPS_PER_EPOCH = {schedule.steps_per_epoch}"
    if facts.takes_metric and isinstance(schedule.metric, tuple):
        yield _spell_metric(schedule.metric)
    yield ""
    yield from build_optimizer(schedule)
    yield from build_scheduler(facts, schedule)
    yield ""
    yield from _write_loop(schedule, facts)


def _spell_metric(values: Sequence[float]) -> str:
    line = f"METRIC = {spell_python(list(values))}"
    if len(line) <= WIDTH:
        return line
    items = ", ".join(map(spell_python, values))
    return f"METRIC = [\n{fill(items, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT)}\n]"


def _write_loop(schedule: Schedule, facts: SchedulerFacts) -> Iterator[str]:
    by_step = schedule.interval == "step"
    indent = INDENT * (2 if by_step else 1)
    call = "epoch * STEPS_PER_EPOCH + step" if by_step else "epoch"
    closure = "lambda: 0.0" if schedule.optimizer.name == "LBFGS" else ""
    yield "for epoch in range(EPOCHS):"
    yield f"{INDENT}for step in range(STEPS_PER_EPOCH):"
    yield f"{INDENT * 2}# forward and backward pass"
    yield f"{INDENT * 2}optimizer.step({closure})"
    method, given = "step", []
    if facts.name in THIRD_PARTY and THIRD_PARTY[facts.name].package == "timm":
        method = "step_update" if by_step else "step"
        given = [f"{call} + 1"]
    if facts.takes_metric:
        yield f"{indent}call = {call}"
        yield f"{indent}metric = {_spell_call(schedule)}  # your validation loss"
        given.append("metric")
    yield f"{indent}scheduler.{method}({', '.join(given)})"


def _spell_call(schedule: Schedule) -> str:
    """Return what gives each call its metric."""
    if isinstance(schedule.metric, MetricExpression):
        return spell_expression(schedule.metric.expression, ("call", "step"), schedule)
    return "METRIC[min(call, len(METRIC) - 1)]"
