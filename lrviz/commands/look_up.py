"""What there is: schedulers by name and in a list, one on a page, and a spec to start from."""

import sys
from collections.abc import Container, Iterator, Mapping, Sequence
from importlib.resources import files
from importlib.util import find_spec
from typing import TYPE_CHECKING

from lrviz.errors import UsageError
from lrviz.spec.catalog import CATALOG, SCHEDULERS, THIRD_PARTY, Catalog, Entry, spell_install
from lrviz.spec.catalog.examples import EPOCHS, STEPS, scale_example
from lrviz.spec.catalog.external import External, find_entry_point, list_entry_points, parse_allowed
from lrviz.spell import align, has_unicode, spell_number, spell_yaml
from lrviz.system.process import quick_imports

if TYPE_CHECKING:
    from lrviz.drive.signatures import Argument

PICTURE = 60, 12  # the columns and rows of a scheduler's curve

_STEP = """\
interval: step  # scheduler.step() after every step; `epoch`: after every epoch
# frequency: 2  # only after every second one; `calls: 2`: twice each time
"""


def find_scheduler(name: str, allow: Sequence[str] = ()) -> Entry | External:
    """Return a scheduler of the catalog, or what was allowed beside it under a name.

    Raises:
        UsageError: there is none of that name, or several packages list it; or one that is allowed
            is no `package.module:Name`, or could be no scheduler's.
    """
    allowed = parse_allowed(allow)
    found = CATALOG.get(name) or allowed.get(name) or find_entry_point(name)
    if found is None:
        from lrviz.spec.wording import unknown_scheduler

        raise UsageError(unknown_scheduler(name, tuple(allowed)))
    return found


def complete_scheduler(incomplete: str) -> Iterator[tuple[str, str]]:
    """Yield the schedulers that begin like a word, with what each does."""
    for name, summary in {**CATALOG.summaries, **summarise_added()}.items():
        if name.lower().startswith(incomplete.lower()):
            yield name, summary


def summarise_added() -> Mapping[str, str]:
    """Return what other packages have listed as schedulers: by name, what of whom."""
    return {
        name: " and ".join(f"{each.module}:{each.attribute} of {each.giver}" for each in listed)
        for name, listed in list_entry_points().items()
    }


def scheduler_list() -> str:
    """Return every scheduler and what it does, one a line, torch's first.

    Whether another library is installed is told without importing it.
    """
    parts = [_list(SCHEDULERS.summaries)]
    for library in THIRD_PARTY.packages:
        is_there = find_spec(library) is not None
        heading = "installed" if is_there else f"not installed; {spell_install(library)}"
        parts.append(f"{library} ({heading})\n{_list(Catalog(library).summaries)}")
    if added := summarise_added():
        parts.append(f"added by other packages\n{_list(added)}")
    return "\n".join(parts)


def _list(summaries: Mapping[str, str]) -> str:
    return "".join(f"{line}\n" for line in align(list(summaries.items()), 2))


def describe_scheduler(found: Entry | External) -> str:
    """Return a page of text on a scheduler, as it is installed.

    Raises:
        UsageError: it is not installed, or is no scheduler.
    """
    with quick_imports():
        from lrviz.drive.installed import installed_arguments
        from lrviz.drive.whole import with_torch
    if isinstance(found, Entry):
        needs = found.name if found.package != "torch" else ""
        return with_torch(lambda: _describe_entry(found, installed_arguments(found.name)), needs)
    table = with_torch(lambda: _table(_list_foreign(found), {}), found.name)
    origin = "named by --allow" if found.giver == "--allow" else f"listed by {found.giver}"
    return f"{found.name}: {found.attribute} of {found.module}, {origin}\n\n{table}\n"


def _list_foreign(found: External) -> Sequence["Argument"]:
    from lrviz.drive.foreign import foreign_arguments  # behind all of torch

    return foreign_arguments(found)


def _describe_entry(entry: Entry, arguments: Sequence["Argument"]) -> str:
    from lrviz.draw.terminal.picture import draw_terminal
    from lrviz.drive.runs import simulate
    from lrviz.run.resumed import WAYS, tell_safe
    from lrviz.spec.parse import parse_spec

    run, ascii_only = simulate(parse_spec(spec_template(entry))), not has_unicode(sys.stdout)
    example = "\n".join(f"  {line}" for line in (entry.example or "{}").splitlines())
    picture = draw_terminal(run, *PICTURE, ascii_only=ascii_only)
    table = _table(arguments, entry.arguments, entry.fills)
    resumed = f"resume: {tell_safe({way: WAYS[way] for way in (*entry.resume, 'anew')})}"
    parts = (f"{entry.name}: {entry.summary}\n{entry.address}", table, resumed, example, picture)
    return "\n\n".join(parts) + "\n"


def _table(
    arguments: Sequence["Argument"], meanings: Mapping[str, str], filled: Container[str] = ()
) -> str:
    """Return a line an argument, in columns: its name, annotation, default and meaning."""
    rows = [
        (each.name, each.annotation, _spell_default(each, filled), meanings.get(each.name, ""))
        for each in arguments
    ]
    return "\n".join(align(rows, 4)) or "takes no arguments"


def _spell_default(argument: "Argument", filled: Container[str]) -> str:
    """Return what an argument is where a spec leaves it out."""
    if argument.name in filled:
        return "from the run"
    if argument.required:
        return "required"
    return spell_default(argument.default)


def spell_default(value: object) -> str:
    """Return a default for people."""
    return spell_number(value) if isinstance(value, float) else spell_yaml(value)


def spec_template(found: Entry | External, epochs: int = EPOCHS, each: int = STEPS) -> str:
    """Return a spec of a scheduler's example, in YAML, with a comment where one helps.

    What is in no catalog has no example: its arguments are left to be filled in.

    Args:
        found: the scheduler.
        epochs: length of the run.
        each: the steps of an epoch.

    >>> from lrviz.spec.catalog import SCHEDULERS
    >>> print(spec_template(SCHEDULERS["ExponentialLR"]))  # doctest: +ELLIPSIS
    # yaml-language-server: $schema=lrviz.schema.json
    ...
    # ExponentialLR: multiplies the LR by gamma at every call.
    ...
    """
    template = (files(__package__) / "template.yaml").read_text("utf-8")
    if isinstance(found, External):
        heading = f"# {found.name}: {found.attribute} of {found.module}.\n"
        heading += f"# `lrviz show {found.name}` tells its arguments."
        usual, scheduler, metric = SCHEDULERS["StepLR"], f"{found.name}: {{}}", ""
    else:
        heading, usual = f"# {found.name}: {found.summary}.\n# {found.address}", found
        example, given = (
            scale_example(text, epochs * each) for text in (found.example, found.metric)
        )
        arguments = (f"    {_comment(line, found)}" for line in example.splitlines())
        scheduler = "\n".join([f"{found.name}:", *arguments])
        metric = f"metric: {given}  # what the scheduler is given, a value a call\n" * bool(given)
    return template.format(
        **{"epochs": epochs, "each": each, "examples": 32 * each, "heading": heading},
        interval=_STEP * (usual.package != "timm"),  # whose schedulers know when to step
        optimizer=usual.optimizer.replace("\n", "\n  "),
        **{"scheduler": scheduler, "metric": metric},
    )


def _comment(line: str, entry: Entry) -> str:
    meaning = entry.arguments.get(line.split(":")[0])
    return f"{line}  # {meaning}" if meaning else line
