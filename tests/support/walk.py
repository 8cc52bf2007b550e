"""How far a command walks: into which modules of the package, and how often from one to another."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import NamedTuple


class Walk(NamedTuple):
    """What one call did.

    Attributes:
        modules: those of lrviz that it entered.
        switches: how often a call or a return led from one of them into another.
    """

    modules: set[str]
    switches: int


def walk(call: Callable[[], object]) -> Walk:
    """Do something and return how far it went, in this thread."""
    modules, stack, switches = set[str](), [""], 0

    def see(frame: FrameType, event: str, _: object) -> None:
        nonlocal switches
        name = frame.f_globals.get("__name__", "")
        if name.partition(".")[0] != "lrviz":
            return
        if event == "call":
            modules.add(name)
            switches += name != stack[-1]
            stack.append(name)
        elif event == "return" and len(stack) > 1:
            switches += stack.pop() != stack[-1]

    before = sys.getprofile()
    sys.setprofile(see)
    try:
        call()
    finally:
        sys.setprofile(before)
    return Walk(modules, switches)
