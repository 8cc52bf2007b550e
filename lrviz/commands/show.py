"""One scheduler in words: what it does, what it takes, and what its curve looks like."""

from collections.abc import Container, Mapping, Sequence

from lrviz.commands.template import spec_template
from lrviz.drive import Argument, installed_arguments, simulate
from lrviz.spec.catalog import Entry
from lrviz.spec.catalog.external import External
from lrviz.spec.parse import parse_spec
from lrviz.spell import spell_number, spell_yaml

_EIGHTHS = " ▁▂▃▄▅▆▇█"


def describe_scheduler(found: Entry | External) -> str:
    """Return a page of text on a scheduler, as it is installed.

    Raises:
        UsageError: it is not installed, or is no scheduler.
    """
    return _describe_foreign(found) if isinstance(found, External) else _describe_entry(found)


def _describe_foreign(foreign: External) -> str:
    arguments = installed_arguments(foreign.name, foreign)
    origin = "named by --allow" if foreign.giver == "--allow" else f"listed by {foreign.giver}"
    return (
        f"{foreign.name}: {foreign.attribute} of {foreign.module}, {origin}\n\n"
        f"{_table(arguments, {}) or 'takes no arguments'}\n"
    )


def _describe_entry(entry: Entry) -> str:
    arguments = installed_arguments(entry.name)
    curve = simulate(parse_spec(spec_template(entry))).curves[0]
    example = "\n".join(f"  {line}" for line in (entry.example or "{}").splitlines())
    picture = "\n".join(f"  {line}".rstrip() for line in draw_text(curve.lr[0].tolist()))
    return (
        f"{entry.name}: {entry.summary}\n{entry.address}\n\n"
        f"{_table(arguments, entry.arguments, entry.fills) or 'takes no arguments'}\n\n"
        f"{example}\n\n{picture}\n"
    )


def draw_text(values: Sequence[float], rows: int = 5) -> list[str]:
    """Return a bar a value in Unicode blocks, from zero to the largest, top row first.

    >>> draw_text([0.0, 1.0, 2.0, 4.0], rows=2)
    ['   █', ' ▄██']
    """
    top = max(values) or 1.0
    heights = [max(0, round(value / top * rows * 8)) for value in values]
    return [
        "".join(_EIGHTHS[min(8, max(0, height - row * 8))] for height in heights)
        for row in reversed(range(rows))
    ]


def _table(
    arguments: Sequence[Argument], meanings: Mapping[str, str], filled: Container[str] = ()
) -> str:
    rows = [
        (
            argument.name,
            argument.annotation or "",
            _spell_default(argument, filled),
            meanings.get(argument.name, ""),
        )
        for argument in arguments
    ]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        lines.append("  ".join([*cells, row[3]]).rstrip())
    return "\n".join(lines)


def _spell_default(argument: Argument, filled: Container[str]) -> str:
    """Return what an argument is where a spec leaves it out."""
    if argument.name in filled:
        return "from the run"
    if argument.required:
        return "required"
    match argument.default:
        case float() as number:
            return spell_number(number)
    return spell_yaml(argument.default)
