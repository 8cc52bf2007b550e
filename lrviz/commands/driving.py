"""A spec driven and a run drawn, with torch and matplotlib imported only once there is one."""

from collections.abc import Callable
from functools import cache

from lrviz.commands.targets import Target
from lrviz.errors import Problem
from lrviz.run.driven import Run
from lrviz.spec.model import Spec
from lrviz.system.files import write_file, write_stdout
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


def write_figure(
    run: Run, target: Target, *, metadata: bool, overwrite: bool
) -> tuple[Problem, ...]:
    """Write a run's figure, and return what is worth saying of it.

    Args:
        run: what is drawn.
        target: its file, or standard output.
        metadata: whether it carries its spec; what several specs make has no such record.
        overwrite: whether a file is replaced, too, that lrviz did not write.

    Raises:
        FileError: it cannot be written.
    """
    with quick_imports():
        from lrviz.figure.image import render_run
    rendered = render_run(run, target.format, metadata=metadata)
    if target.path is None:
        write_stdout(rendered.data)
    else:
        write_file(target.path, rendered.data, overwrite=overwrite)
    return rendered.warnings
