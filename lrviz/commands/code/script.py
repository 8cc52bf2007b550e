"""A whole script: what it imports, and every schedule's optimizer, scheduler and loop."""

import ast
from collections.abc import Iterator, Mapping, Sequence

from lrviz.commands.code.functions import spell_argument, spell_metric
from lrviz.commands.code.imports import Imported, name_imports, write_imports
from lrviz.commands.code.layout import INDENT, Item, Lines, Listed, Part, wrap
from lrviz.commands.code.optimizer import write_optimizer
from lrviz.commands.code.values import spell_value
from lrviz.curve import SchedulerFacts
from lrviz.run.driven import Run
from lrviz.spec.catalog import THIRD_PARTY
from lrviz.spec.model import Schedule

Names = Mapping[Imported, str]

_OPTIMIZERS = "torch.optim"


def write_code(run: Run) -> str:
    """Return a script that builds and steps what a run was driven with.

    It runs as it stands, on a model that stands for the reader's own, and gives the run's numbers.
    Several schedules follow one another. It is written as formatters would have it.
    """
    pairs = list(zip(run.spec.schedules, run.schedulers, strict=True))
    names = name_imports(_iter_imported(pairs))
    bodies = []
    for schedule, facts in pairs:
        heading = [f"# {schedule.label}".rstrip()] if len(pairs) > 1 else []
        bodies.append("\n".join([*heading, _write_schedule(schedule, facts, names)]))
    body = "\n\n".join(bodies)
    imports = "\n".join(write_imports(names))
    standard = "import math\n\n" if _needs_math(body) else ""
    return f"{standard}{imports}\n\n{body}\n"


def _iter_imported(
    pairs: Sequence[tuple[Schedule, SchedulerFacts]],
) -> Iterator[Imported]:
    for schedule, facts in pairs:
        yield _OPTIMIZERS, schedule.optimizer.name
        for each in facts.walk():
            yield each.module, each.attribute


def _needs_math(body: str) -> bool:
    """Whether code names `math`; a group in it may be called so, too."""
    nodes = ast.walk(ast.parse(body))
    return any(isinstance(node, ast.Name) and node.id == "math" for node in nodes)


def _write_schedule(schedule: Schedule, facts: SchedulerFacts, names: Names) -> str:
    scheduler = _build_scheduler(facts, schedule, "scheduler", names)
    loop = _build_loop(schedule, facts)
    functions = [*scheduler.functions, *loop.functions]
    optimizer = write_optimizer(schedule, names[_OPTIMIZERS, schedule.optimizer.name])
    blocks = [
        list(_write_constants(schedule, facts)),
        *functions,
        [*optimizer, *scheduler.lines, "", *loop.lines],
    ]
    gap = "\n\n\n" if functions else "\n\n"
    return gap.join("\n".join(lines) for lines in blocks)


def _write_constants(schedule: Schedule, facts: SchedulerFacts) -> Iterator[str]:
    yield f"EPOCHS = {schedule.epochs}"
    yield f"STEPS_PER_EPOCH = {schedule.steps_per_epoch}"
    if facts.takes_metric and isinstance(schedule.metric, tuple):
        yield from wrap("METRIC = [", [spell_value(value) for value in schedule.metric], "]")


def _build_scheduler(facts: SchedulerFacts, schedule: Schedule, name: str, names: Names) -> Part:
    """Return the lines that build a scheduler, those inside it first, as torch wants them."""
    children = [f"{name}_{index}" for index in range(len(facts.children))]
    inside = [
        _build_scheduler(child, schedule, child_name, names)
        for child, child_name in zip(facts.children, children, strict=True)
    ]
    given: list[Item] = []
    functions: list[Lines] = []
    for argument, value in facts.arguments.items():
        if argument in facts.given:
            suffix = name.removeprefix("scheduler")
            item, own = spell_argument(argument, value, facts, schedule, suffix)
            given.append(item)
            functions += own
    listed = [Listed("schedulers", children)] if children else []
    items: list[Item] = ["optimizer", *listed, *given]
    if facts.name == "ChainedScheduler":  # the one that takes its optimizer last
        items = [*listed, "optimizer=optimizer"]
    lines = wrap(f"{name} = {names[facts.module, facts.attribute]}(", items, ")")
    return Part(
        [*(line for part in inside for line in part.lines), *lines],
        [*(each for part in inside for each in part.functions), *functions],
    )


def _build_loop(schedule: Schedule, facts: SchedulerFacts) -> Part:
    by_step = schedule.interval == "step"
    indent = INDENT * (2 if by_step else 1)
    closure = "lambda: 0.0" if schedule.optimizer.name == "LBFGS" else ""
    lines = [
        "for epoch in range(EPOCHS):",
        f"{INDENT}for step in range(STEPS_PER_EPOCH):",
        f"{INDENT * 2}# forward and backward pass",
        f"{INDENT * 2}optimizer.step({closure})",
    ]
    step, given = "scheduler.step", []
    if facts.name in THIRD_PARTY and THIRD_PARTY[facts.name].package == "timm":
        step = "scheduler.step_update" if by_step else "scheduler.step"
        given = ["epoch * STEPS_PER_EPOCH + step + 1" if by_step else "epoch + 1"]
    if not facts.takes_metric:
        return Part([*lines, f"{indent}{step}({', '.join(given)})"])
    lines.append(f"{indent}call = {'epoch * STEPS_PER_EPOCH + step' if by_step else 'epoch'}")
    metric = spell_metric(schedule, indent)
    called = f"{indent}{step}({', '.join([*given, 'metric'])})"
    return Part([*lines, *metric.lines, called], metric.functions)
