"""The schedulers that there are, for the command line: listed, found and completed by name."""

from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec

from lrviz.errors import UsageError
from lrviz.spec.catalog import CATALOG, SCHEDULERS, THIRD_PARTY, Catalog, Entry, spell_install
from lrviz.spec.catalog.external import External, find_entry_point, list_entry_points, parse_allowed


def scheduler_list() -> str:
    """Return every scheduler and what it does, one a line, torch's first.

    Whether another library is installed is told without importing it.
    """
    parts = ["".join(_lines(SCHEDULERS.summaries))]
    for library in THIRD_PARTY.packages:
        is_there = find_spec(library) is not None
        heading = "installed" if is_there else f"not installed; {spell_install(library)}"
        own = _lines(Catalog(library).summaries)
        parts.append("".join([f"\n{library} ({heading})\n", *own]))
    if added := {name: _givers(each) for name, each in list_entry_points().items()}:
        parts.append("".join(["\nadded by other packages\n", *_lines(added)]))
    return "".join(parts)


def _lines(summaries: Mapping[str, str]) -> Iterator[str]:
    width = max(map(len, summaries))
    for name, summary in summaries.items():
        yield f"{name.ljust(width)}  {summary}\n"


def _givers(listed: Sequence[External]) -> str:
    return " and ".join(f"{each.module}:{each.attribute} of {each.giver}" for each in listed)


def find_scheduler(name: str, allow: Sequence[str] = ()) -> Entry | External:
    """Return a scheduler of the catalog, or what was allowed beside it under a name.

    Raises:
        UsageError: there is none of that name, or several packages list it; or one that is allowed
            is no `package.module:Class`, or no class that could be a scheduler.
    """
    allowed = parse_allowed(allow)
    found = CATALOG.get(name) or allowed.get(name) or find_entry_point(name)
    if found is None:
        from lrviz.spec.wording import unknown_scheduler

        raise UsageError(unknown_scheduler(name, tuple(allowed)))
    return found


def complete_scheduler(incomplete: str) -> Iterator[tuple[str, str]]:
    """Yield the schedulers that begin like a word, with what each does."""
    givers = {name: _givers(each) for name, each in list_entry_points().items()}
    for name, summary in {**CATALOG.summaries, **givers}.items():
        if name.lower().startswith(incomplete.lower()):
            yield name, summary
