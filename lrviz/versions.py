"""The versions that a figure's record names, told without importing what they are of."""

import platform
import sys
from collections.abc import Sequence
from functools import cache
from importlib import metadata

from lrviz import __version__

DISTRIBUTIONS = ("torch", "matplotlib", "pillow")


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


def platform_tag() -> str:
    """Return the operating system and processor, for example `linux-x86_64`.

    >>> platform_tag() == platform_tag().lower()
    True
    """
    return f"{sys.platform}-{platform.machine()}".lower()


@cache
def _public_version(name: str) -> str:
    try:
        return metadata.version(name).partition("+")[0]
    except metadata.PackageNotFoundError:
        return "none"
