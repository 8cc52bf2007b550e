"""Driving a spec, with torch imported only once there is one to drive."""

from collections.abc import Callable
from functools import cache

from lrviz.run.driven import Run
from lrviz.spec.model import Spec
from lrviz.system.process import quick_imports


def drive_spec(spec: Spec) -> Run:
    """Return what a spec gives, as `simulate`.

    torch is imported only now: a spec that is wrong needs none to be said so.
    """
    return _load_driver()(spec)


@cache
def _load_driver() -> Callable[[Spec], Run]:
    with quick_imports():
        from lrviz.drive import simulate
    return simulate
