"""From a spec to a whole script: what it imports, and every schedule's optimizer and loop."""

from collections.abc import Iterator, Mapping, Sequence

from lrviz.commands.code.lambdas import spell_expression
from lrviz.commands.results import Block, drive_spec, output_file, refuse_target
from lrviz.curve import SchedulerFacts
from lrviz.errors import spec_error
from lrviz.reading.sources import AS_WRITTEN, Reading, parse_data, read_source
from lrviz.run.driven import Run
from lrviz.spec.catalog import THIRD_PARTY
from lrviz.spec.model import Schedule
from lrviz.spec.origin import Problems
from lrviz.spec.tree import EXPRESSIONS, MetricExpression, Tree
from lrviz.spell import spell_python
from lrviz.system.own import sign
from lrviz.system.writing import write_file

WIDTH = 88
INDENT = "    "
_MODEL = "torch.nn.Linear(1, 1, bias=False)"
# A module of the reader's own may be called like what the script makes.
_TAKEN = frozenset({"model", "groups", "optimizer", "epoch", "step", "call", "metric"})


def save_code(
    source: str, output: str, reading: Reading = AS_WRITTEN, *, overwrite: bool = False
) -> Iterator[Block]:
    """Yield a spec as Python, or write it to a file, and yield what is worth saying.

    Args:
        source: the spec, as `load` takes it.
        output: a file; `-` for standard output.
        reading: as the command line says it.
        overwrite: whether the file is replaced, too, where lrviz did not write it.

    Raises:
        FileError: a file cannot be read or written.
        RefusedError: the output is also an input, or is not to be replaced.
        SpecError: what the source holds is no spec, or none that torch can drive.
    """
    path = output_file(output)
    spec = parse_data(read_source(source), source, reading)
    refuse_target(path, "script", [spec], overwrite=overwrite)
    run = drive_spec(spec, reading.verbose)
    code = build_code(run)
    if path is None:
        yield Block(code)  # in ASCII where the stream has no more
    else:
        write_file(path, code.encode(), overwrite=overwrite)
    yield Block(lines=run.warnings)


def build_code(run: Run) -> str:
    """Return a run as Python, in a comment of which lrviz recognises what it wrote.

    Raises:
        SpecError: a factory built its scheduler.
    """
    from lrviz.drive.whole import with_torch

    name = run.spec.source.name
    if "factory" in run.spec.tree:  # be it in a figure, which keeps the numbers
        raise spec_error(name, "drawn from a factory, which is code already")
    return sign(with_torch(lambda: write_code(run), run.spec.needs, name), "code")


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
    if schedule.derivation:
        yield f"# {schedule.derivation}"
        yield f"BATCHES_PER_EPOCH = {schedule.batches_per_epoch}"
    yield f"STEPS_PER_EPOCH = {schedule.steps_per_epoch}"
    if schedule.is_cut:
        yield f"TOTAL_STEPS = {schedule.total_steps}"
    if facts.takes_metric and isinstance(schedule.metric, tuple):
        yield _call("METRIC = [", list(map(spell_python, schedule.metric)), "]")
    yield ""
    yield from build_optimizer(schedule)
    yield from build_scheduler(facts, schedule)
    yield ""
    yield from _write_loop(schedule, facts)


def _write_loop(schedule: Schedule, facts: SchedulerFacts) -> Iterator[str]:
    by_step, is_cut = schedule.interval == "step", schedule.is_cut
    index = "epoch * STEPS_PER_EPOCH + step" if by_step else "epoch"
    index = "step" if is_cut else index
    closure = "lambda: 0.0" if schedule.optimizer.name == "LBFGS" else ""
    yield "for step in range(TOTAL_STEPS):" if is_cut else "for epoch in range(EPOCHS):"
    inner = INDENT if is_cut else INDENT * 2
    if not is_cut:
        yield f"{INDENT}for step in range(STEPS_PER_EPOCH):"
    yield f"{inner}# forward and backward pass"
    yield f"{inner}optimizer.step({closure})"
    indent, call = inner if by_step else INDENT, index
    if (every := schedule.frequency) > 1:
        yield f"{indent}if ({index} + 1) % {every} == 0:"
        indent, call = indent + INDENT, f"({index}) // {every}"
    if schedule.calls > 1:
        yield f"{indent}for again in range({schedule.calls}):"
        indent, call = indent + INDENT, f"({call}) * {schedule.calls} + again"
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


def build_optimizer(schedule: Schedule) -> Iterator[str]:
    """Yield the lines that build an optimizer, on modules that stand for the reader's own."""
    given, groups = _bind(schedule)
    own = [f"{name}={spell_python(value)}" for name, value in given.items()]
    start = f"optimizer = torch.optim.{schedule.optimizer.name}("
    if not groups:
        yield f"model = {_MODEL}  # your model"
        yield _call(start, ["model.parameters()", *own])
        return
    for index, group in enumerate(groups):
        name = group.get("name") or f"group {index}"
        yield f"part_{index} = {_MODEL}  # your modules of {name}".rstrip()
    yield "groups = ["
    yield from (f"{INDENT}{_spell_group(*each)}," for each in enumerate(groups))
    yield "]"
    yield _call(start, ["groups", *own])


def _spell_group(index: int, group: Mapping[str, object]) -> str:
    values = [f"{spell_python(key)}: {spell_python(value)}" for key, value in group.items()]
    return "{" + ", ".join([f'"params": part_{index}.parameters()', *values]) + "}"


def _bind(schedule: Schedule) -> tuple[Mapping[str, object], Sequence[Mapping[str, object]]]:
    """Return an optimizer's arguments and those of its param groups, as torch was given them."""
    from lrviz.drive.arguments import Binder
    from lrviz.drive.signatures import arguments_of, optimizer_class

    node = schedule.optimizer
    found = optimizer_class(node.name)
    assert found is not None  # it has been driven
    known = arguments_of(found)
    binder = Binder(Problems(schedule.source), schedule.groups, schedule.totals)

    def bind(arguments: Mapping[str, Tree]) -> Mapping[str, object]:
        own = {name: value for name, value in arguments.items() if name != "name"}
        bound = binder.bind(known, own, node.key, partial=True)
        assert bound is not None
        name = {"name": arguments["name"]} if "name" in arguments else {}
        return {**name, **bound.given}

    return bind(node.arguments), [bind(group) for group in node.groups]


def build_scheduler(
    facts: SchedulerFacts, schedule: Schedule, name: str = "scheduler"
) -> Iterator[str]:
    """Yield the lines that build a scheduler, those inside it first, as torch wants them."""
    children = [f"{name}_{index}" for index in range(len(facts.children))]
    for child, child_name in zip(facts.children, children, strict=True):
        yield from build_scheduler(child, schedule, child_name)
    items = ["optimizer", *([f"schedulers=[{', '.join(children)}]"] if children else [])]
    items += [
        f"{argument}={_spell_argument(argument, value, facts, schedule)}"
        for argument, value in facts.arguments.items()
        if argument in facts.given
    ]
    if facts.name == "ChainedScheduler":  # the one that takes its optimizer last
        items = [items[1], "optimizer=optimizer"]
    yield _call(f"{name} = {name_module(facts.module)}.{facts.attribute}(", items)


def name_module(module: str) -> str:
    """Return what a script calls a module: its name, or another where the script has that itself.

    >>> name_module("torch.optim.lr_scheduler"), name_module("scheduler.own")
    ('torch.optim.lr_scheduler', 'scheduler_own_module')
    """
    first = module.partition(".")[0]
    if first in _TAKEN or first.startswith(("part_", "scheduler")):
        return f"{module.replace('.', '_')}_module"
    return module


def _spell_argument(name: str, value: object, facts: SchedulerFacts, schedule: Schedule) -> str:
    if name not in facts.functions:
        return spell_python(value)
    parameters = EXPRESSIONS.get(name, ("x",))

    def spell_function(item: object) -> str:
        text = spell_expression(item, parameters, schedule)
        return f"lambda {parameters[0]}: {text}"

    if isinstance(value, list):
        return f"[{', '.join(map(spell_function, value))}]"
    return spell_function(value)


def _call(start: str, items: Sequence[str], end: str = ")") -> str:
    """Return one line, or one line an item where that would be too long."""
    line = f"{start}{', '.join(items)}{end}"
    if len(line) <= WIDTH:
        return line
    return "\n".join([start, *(f"{INDENT}{item}," for item in items), end])
