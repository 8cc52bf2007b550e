"""Expressions in a script: a lambda where it fits, else a function of its own."""

from collections.abc import Mapping

from lrviz.commands.code.exact import Range, counts
from lrviz.commands.code.imports import RESERVED
from lrviz.commands.code.layout import INDENT, WIDTH, Item, Lines, Listed, Part
from lrviz.commands.code.spelled import Vocabulary, spell_function, spell_python
from lrviz.commands.code.values import spell_value
from lrviz.curve import SchedulerFacts
from lrviz.spec.catalog import CATALOG
from lrviz.spec.model import MetricExpression, Schedule
from lrviz.spec.nodes import EXPRESSIONS
from lrviz.spec.schedules import MAX_CALLS

_NOTE = "  # your validation loss"


def spell_argument(
    name: str, value: object, facts: SchedulerFacts, schedule: Schedule, suffix: str
) -> tuple[Item, list[Lines]]:
    """Return an argument of a scheduler, and the functions that it names.

    Args:
        name: of the argument.
        value: as a spec would write it.
        facts: of the scheduler.
        schedule: which it is part of.
        suffix: what tells the functions' names from those of other schedulers.
    """
    if name not in facts.functions:
        if isinstance(value, list):
            return Listed(name, [spell_value(item) for item in value]), []
        return f"{name}={spell_value(value)}", []
    vocabulary = _vocabulary(name, facts, schedule)
    called = f"{name}_function" if name in RESERVED - EXPRESSIONS.keys() else name
    function = f"{called}{suffix}"
    if not isinstance(value, list):
        room = WIDTH - len(f"{INDENT}{name}=,")
        text, functions = _spell(value, vocabulary, function, room)
        return f"{name}={text}", functions
    room = WIDTH - len(f"{INDENT * 2},")
    found = [
        _spell(item, vocabulary, f"{function}_{index}", room) for index, item in enumerate(value)
    ]
    return Listed(name, [text for text, _ in found]), [each for _, more in found for each in more]


def spell_metric(schedule: Schedule, indent: str) -> Part:
    """Return the line that gives each call its metric."""
    if not isinstance(schedule.metric, MetricExpression):
        return Part([f"{indent}metric = METRIC[min(call, len(METRIC) - 1)]{_NOTE}"])
    text = schedule.metric.expression
    ranges = {**_ranges(schedule), "call": counts(schedule.total_calls)}
    vocabulary = Vocabulary(("call", "step"), _names(schedule), ranges)
    line = f"{indent}metric = {spell_python(text, vocabulary)}{_NOTE}"
    if len(line) <= WIDTH:
        return Part([line])
    functions = spell_function(text, vocabulary, "metric_at", WIDTH)
    return Part([f"{indent}metric = metric_at(call){_NOTE}"], functions)


def _spell(
    value: object, vocabulary: Vocabulary, name: str, room: int
) -> tuple[str, list[list[str]]]:
    """Return a lambda, or the name of a function and its lines."""
    start = f"lambda {vocabulary.parameters[0]}: "
    if not isinstance(value, str):
        return f"{start}{spell_value(value)}", []
    text = value.removeprefix("=")
    line = f"{start}{spell_python(text, vocabulary)}"
    if len(line) <= room:
        return line, []
    return name, spell_function(text, vocabulary, name, WIDTH)


def _vocabulary(name: str, facts: SchedulerFacts, schedule: Schedule) -> Vocabulary:
    parameters = EXPRESSIONS.get(name, ("x",))
    # What else a class may call a function with is not known; of calls there are no more than so.
    values = Range(-MAX_CALLS, MAX_CALLS, integer=True)
    if name == "lr_lambda" and facts.name in CATALOG:
        values = counts(schedule.total_calls)
    return Vocabulary(parameters, _names(schedule), {**_ranges(schedule), parameters[0]: values})


def _names(schedule: Schedule) -> Mapping[str, str]:
    steps = "EPOCHS * STEPS_PER_EPOCH"
    return {
        "epochs": "EPOCHS",
        "steps_per_epoch": "STEPS_PER_EPOCH",
        "total_steps": steps,
        "total_calls": steps if schedule.interval == "step" else "EPOCHS",
    }


def _ranges(schedule: Schedule) -> Mapping[str, Range]:
    values = {"EPOCHS": schedule.epochs, "STEPS_PER_EPOCH": schedule.steps_per_epoch}
    return {name: Range(value, value, whole=True, integer=True) for name, value in values.items()}
