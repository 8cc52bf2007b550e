"""The versions that a figure's record names, told without importing what they are of."""

import platform
import re
import sys
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from lrviz import __version__

DISTRIBUTIONS = ("torch", "matplotlib", "pillow")

# What drew a figure: name to version, `fonts` to families.
Versions = dict[str, str | list[str]]

# What every figure names as the program that made it.
CREATOR = "lrviz"

# Stands behind the fonts of a figure that lack a character: one may be installed that has it.
NO_FONT = "none"

# What is imported of a distribution, where it is called otherwise.
_MODULES = {"pillow": "PIL"}

# How the version of a checkout ends, which stays while its code moves; a nightly has its date.
_MOVING = re.compile(r"(a0|\.dev\d{1,7})$")


def versions(packages: Sequence[str] = ()) -> dict[str, str]:
    """Return the versions of lrviz and of what drives, draws and encodes for it.

    Only the public part: `2.13.0+cpu` drives as `2.13.0` does.

    Args:
        packages: whose schedulers are driven beside torch's.

    >>> sorted(versions())
    ['lrviz', 'matplotlib', 'pillow', 'torch']
    """
    names = dict.fromkeys((*DISTRIBUTIONS, *packages))
    return {"lrviz": __version__} | {name: _public_version(name) for name in names}


def installation(packages: Sequence[str] = ()) -> dict[str, str]:
    """Return everything that the numbers of a run depend on: versions, and the platform."""
    return versions(packages) | {"platform": platform_tag()}


def platform_tag() -> str:
    """Return the operating system and processor, for example `linux-x86_64`.

    >>> platform_tag() == platform_tag().lower()
    True
    """
    return f"{sys.platform}-{platform.machine()}".lower()


@cache
def is_release(name: str) -> bool:
    """Whether a distribution's version tells what its code is.

    It does not where a folder or a repository was installed, editable or not, where the code is
    found elsewhere than it was installed, or where the version is that of a checkout.

    >>> is_release("no-such-distribution")
    False
    """
    from importlib import metadata  # it brings the whole of `email`: not every command asks

    try:
        found = metadata.distribution(name)
        module = find_spec(_MODULES.get(name, name))
    except (metadata.PackageNotFoundError, ValueError):  # or a module that says nothing of itself
        return False
    origin = found.read_text("direct_url.json")  # as PEP 610 has it; an archive holds one version
    if module is None or not module.origin or (origin and '"archive_info"' not in origin):
        return False
    is_there = Path(module.origin).is_relative_to(str(found.locate_file("")))
    return is_there and _MOVING.search(_public_version(name)) is None


@cache
def _public_version(name: str) -> str:
    from importlib import metadata

    try:
        return metadata.version(name).partition("+")[0]
    except metadata.PackageNotFoundError:
        return "none"
