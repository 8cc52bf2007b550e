"""Schedulers as JSON Schema.

Other libraries' signatures are read, not imported; of a library that is not installed the schema
knows the names of the arguments.
"""

from lrviz.commands.schema.arguments import describe_argument, spell_default
from lrviz.commands.schema.limits import COUNTS, LIMITS, NEEDS
from lrviz.commands.schema.names import OTHERS, arguments_of, named, swept
from lrviz.commands.schema.parts import Schema, refer
from lrviz.commands.schema.paths import scheduler_paths
from lrviz.commands.schema.source_code import declared_arguments
from lrviz.drive import Argument, installed_arguments
from lrviz.spec.catalog import CATALOG, Entry
from lrviz.spec.catalog.external import list_entry_points


def scheduler_definitions() -> dict[str, Schema]:
    """Return `scheduler`, `child` (of a composite) and what they name, and what a sweep changes."""
    schedulers = {name: _scheduler(entry) for name, entry in CATALOG.items()} | _entry_points()
    alone = {name for name, entry in CATALOG.items() if entry.package == "timm"}
    nested = {name: schema for name, schema in schedulers.items() if name not in alone}
    # torch gives those no metric there, which a rule of the linter explains.
    silent = [name for name, entry in CATALOG.items() if entry.takes_metric and name in nested]
    return {
        "scheduler": named(schedulers, foreign=True),
        "child": named(nested, foreign=True, silent=silent),
        "swept_scheduler": swept(schedulers, foreign=True),
        "scheduler_paths": scheduler_paths(schedulers),
        **schedulers,
    }


def _scheduler(entry: Entry) -> Schema:
    """Return the schema of a scheduler's arguments: where none are known, of their names."""
    description = f"{entry.summary}\n{entry.address}"
    own = entry.package == "torch"
    arguments = installed_arguments(entry.name) if own else declared_arguments(entry)
    if arguments is None:
        names = {name: {"description": meaning} for name, meaning in entry.arguments.items()}
        return arguments_of(entry.name, description, names, [])
    properties = {each.name: _argument(each, entry) for each in arguments}
    must = [each.name for each in arguments if each.required and each.name not in entry.fills]
    needs = NEEDS.get(entry.name, {})
    required = None if needs and not must else must
    return {**arguments_of(entry.name, description, properties, required), **needs}


def _argument(argument: Argument, entry: Entry) -> Schema:
    meaning = entry.arguments.get(argument.name, "")
    if argument.name == "schedulers":
        items = {"type": "array", "minItems": 1, "items": refer("child")}
        return {**items, "description": meaning}
    default = spell_default(argument)
    told = f"{meaning} (default {default})" if default else meaning
    limits = LIMITS.get(entry.name, {}).get(argument.name) or COUNTS.get(argument.kind.role)
    return describe_argument(argument, told, limits)


def _entry_points() -> dict[str, Schema]:
    """Return the names that installed packages add; what two of them add a spec cannot name."""
    return {
        name: {
            **OTHERS,
            "title": f"arguments of {name}",
            "description": f"{found[0].attribute} of {found[0].module}",
        }
        for name, found in list_entry_points().items()
        if len(found) == 1
    }
