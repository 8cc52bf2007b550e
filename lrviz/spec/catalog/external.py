"""Schedulers of no catalog, and who says that they may be imported.

A spec is data: it names what it likes, but what is not in the catalog is imported only where the
user named that very thing on the command line, or where a package that the user installed lists it
under the entry-point group `lrviz.schedulers`. Nothing here imports a package.
"""

import keyword
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from lrviz.errors import UsageError
from lrviz.spec.catalog import CATALOG, THIRD_PARTY, spell_install

# The entry-point group by which an installed package adds names.
GROUP = "lrviz.schedulers"

MAX_NAME = 200

# What arguments are to a schedule, as far as their names tell.
USUAL_ROLES: Mapping[str, str] = {
    **dict.fromkeys(("T_max", "t_max", "t_total", "total_num_steps"), "length"),
    **dict.fromkeys(("num_training_steps", "total_steps"), "length"),
    **dict.fromkeys(("num_warmup_steps", "warmup_steps", "warmup_num_steps"), "warmup"),
    **dict.fromkeys(("eta_min", "min_lr"), "floor"),
}

_WORD = r"[A-Za-z_][A-Za-z0-9_]*"
_DOTTED = rf"{_WORD}(?:\.{_WORD})*"
_TARGET = re.compile(rf"({_DOTTED}):({_WORD})")
_NAME = re.compile(_DOTTED)


@dataclass(frozen=True)
class External:
    """A scheduler that is in no catalog: a class, or a function that makes one of an optimizer.

    Attributes:
        name: how a spec spells it.
        module: where it is.
        attribute: what it is called there.
        giver: who says that it may be imported: `--allow`, or the package that lists it.
    """

    name: str
    module: str
    attribute: str
    giver: str

    @property
    def package(self) -> str:
        """The package that it is part of, as far as can be told without looking inside."""
        return self.module.partition(".")[0] if self.giver == "--allow" else self.giver


def say_missing_package(package: str) -> str:
    """Return what there is to say where a package is not installed; empty where it is.

    >>> say_missing_package("torch"), say_missing_package("acme")
    ('', "no module 'acme'; install it, or put its folder on PYTHONPATH")
    """
    if sys.modules.get(package) or find_spec(package):
        return ""
    if package in THIRD_PARTY.packages:
        return f"needs {package}; {spell_install(package)}"
    return f"no module '{package}'; install it, or put its folder on PYTHONPATH"


def parse_allowed(names: Sequence[str]) -> Mapping[str, External]:
    """Return what the command line allows specs to name beside the catalog, by its name there.

    Args:
        names: each a `package.module:Name`, which is also how a spec spells it.

    Raises:
        UsageError: one is no such name, or could be no scheduler's.

    >>> list(parse_allowed(["package.module:Name"]))
    ['package.module:Name']
    """
    return {name: _parse_allowed(name) for name in names}


def _parse_allowed(name: str) -> External:
    found = _TARGET.fullmatch(name)
    if found is None or len(name) > MAX_NAME:
        text = "must be package.module:Name, in letters, digits and underscores of ASCII"
        shown = name[:MAX_NAME].encode("ascii", "backslashreplace").decode()  # letter for letter
        raise UsageError(f"--allow {shown}: {text}")
    module, attribute = found.groups()
    parts = [*module.split("."), attribute]
    if private := [part for part in parts if part.startswith("_") or keyword.iskeyword(part)]:
        raise UsageError(f"--allow {name}: '{private[0]}' is no public name")
    if parts[0] in sys.stdlib_module_names:
        raise UsageError(f"--allow {name}: {parts[0]} is part of Python; it has no schedulers")
    return External(name, module, attribute, "--allow")


def list_entry_points() -> Mapping[str, Sequence[External]]:
    """Return what installed packages list, by name; more than one where packages disagree.

    A name of the catalog cannot be taken, and what is no name is left out.
    """
    from importlib import metadata  # only where a name is not known otherwise

    found: dict[str, list[External]] = {}
    for point in metadata.entry_points(group=GROUP):
        target = _TARGET.fullmatch(point.value.partition("[")[0].strip())  # extras say nothing
        if target is None or _NAME.fullmatch(point.name) is None or point.name in CATALOG:
            continue
        dist = point.dist  # a damaged installation has lost its name
        giver = dist.name if dist and "Name" in dist.metadata else "an unknown package"
        foreign = External(point.name, target[1], target[2], giver)
        same = found.setdefault(point.name, [])
        if foreign not in same:  # installed twice over, as an editable package can be
            same.append(foreign)
    return {name: tuple(found[name]) for name in sorted(found)}


def find_entry_point(
    name: str, listed: Mapping[str, Sequence[External]] | None = None
) -> External | None:
    """Return the scheduler that an installed package lists under a name; None where none does.

    Args:
        name: that a spec has.
        listed: what packages list, for who asks of many names; looked up unless given.

    Raises:
        UsageError: several packages list it.
    """
    if _NAME.fullmatch(name) is None:
        return None
    found = (list_entry_points() if listed is None else listed).get(name, ())
    if len(found) > 1:
        givers = " and ".join(dict.fromkeys(each.giver for each in found))
        raise UsageError(f"'{name}' is listed by {givers}; uninstall one of them")
    return found[0] if found else None


def remedy(name: str) -> str:
    """Return how a name that a spec may not use could be allowed; empty for what is no name."""
    try:
        parse_allowed([name])
    except UsageError:
        return ""
    return f"a class or function of your own is named on the command line, too: --allow {name}"
