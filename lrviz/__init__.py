"""See what a PyTorch learning-rate schedule does before a run pays for it.

Five functions, each of which takes and returns values and leaves the caller as it was:

- `load(path)` reads a spec, or the one that a figure was drawn from;
- `simulate(spec)` drives torch's own scheduler and returns a `Run`: its curves; it takes a
  function that builds a scheduler, too;
- `preview(scheduler, steps=…)` tells what a live scheduler will do, which stays as it is;
- `resume(spec)` tells what each way to resume does to a schedule;
- `plot(run)` returns a figure of matplotlib's.

What they need is imported when they are first used: `import lrviz` costs nothing.

Several threads may call them at once. What a process has only once is changed by one of them at a
time and put back; no other may set matplotlib's settings while a figure is drawn or written, as it
would find the figure's. Reading and driving a spec changes nothing of the kind.
"""

# Not even `typing` is imported here: under `python -m lrviz` the current folder is still searched.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from lrviz.curve import Curve as Curve
    from lrviz.draw.outputs import plot as plot
    from lrviz.drive.copying import preview as preview
    from lrviz.drive.resuming import resume as resume
    from lrviz.drive.runs import simulate as simulate
    from lrviz.errors import FileError as FileError
    from lrviz.errors import LrvizError as LrvizError
    from lrviz.errors import SpecError as SpecError
    from lrviz.errors import UsageError as UsageError
    from lrviz.reading.sources import load as load
    from lrviz.run.driven import Run as Run
    from lrviz.spec.model import Spec as Spec
    from lrviz.spec.parse import parse_spec as parse_spec

__version__ = "0.2.0"

_HOMES = {
    "Curve": "lrviz.curve",
    "Run": "lrviz.run.driven",
    "Spec": "lrviz.spec.model",
    **dict.fromkeys(("FileError", "LrvizError", "SpecError", "UsageError"), "lrviz.errors"),
    "load": "lrviz.reading.sources",
    "parse_spec": "lrviz.spec.parse",
    "plot": "lrviz.draw.outputs",
    "preview": "lrviz.drive.copying",
    "resume": "lrviz.drive.resuming",
    "simulate": "lrviz.drive.runs",
}

__all__ = sorted(["__version__", *_HOMES])


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'lrviz' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
