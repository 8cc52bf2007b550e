"""Schedulers by name, for the command line: one found, and those that a word begins."""

from collections.abc import Iterator, Mapping, Sequence

from lrviz.errors import UsageError
from lrviz.spec.catalog import CATALOG, Entry
from lrviz.spec.catalog.external import External, find_entry_point, list_entry_points, parse_allowed


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
    for name, summary in {**CATALOG.summaries, **summarise_added()}.items():
        if name.lower().startswith(incomplete.lower()):
            yield name, summary


def summarise_added() -> Mapping[str, str]:
    """Return what other packages have listed as schedulers: by name, which classes of whom."""
    return {
        name: " and ".join(f"{each.module}:{each.attribute} of {each.giver}" for each in listed)
        for name, listed in list_entry_points().items()
    }
