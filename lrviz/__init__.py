"""See what a PyTorch learning-rate schedule does before a run pays for it.

Functions, each of which takes and returns values and leaves the caller as it was:

- `plot(spec)` returns a figure of matplotlib's, or draws on axes of yours;
- `simulate(spec)` drives torch's own scheduler and returns a `Run`: its curves;
- `lint(spec)` returns what looks wrong in it, as `Finding`s;
- `compare(plan, log)` tells where a run's log, or another spec, parts from its plan, and why;
- `resume(spec)` tells what each way to resume does to a schedule;
- `preview(scheduler, steps=…)` tells what a live scheduler will do, which stays as it is;
- `load(path)` reads a spec, or the one that a figure was drawn from; `parse_spec(text)` one in
  YAML.

A spec is what `load` gave, a path, a YAML text or a mapping; all but `resume` take a `Run`, too.
`simulate`, `plot` and `lint` also take, with `steps=…`, a function that builds a scheduler, or a
live scheduler.

What they need is imported when they are first used: `import lrviz` costs nothing.

Several threads may call them at once. What a process has only once is changed by one of them at a
time and put back; no other may set matplotlib's settings while a figure is drawn or written, as it
would find the figure's. Reading and driving a spec changes nothing of the kind.
"""

# Not even `typing` is imported here: under `python -m lrviz` the current folder is still searched.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from lrviz.commands.compare.combined import Compared as Compared
    from lrviz.commands.face import compare as compare
    from lrviz.commands.face import lint as lint
    from lrviz.commands.face import plot as plot
    from lrviz.commands.face import resume as resume
    from lrviz.commands.face import simulate as simulate
    from lrviz.curve import Curve as Curve
    from lrviz.drive.copying import preview as preview
    from lrviz.errors import FileError as FileError
    from lrviz.errors import LrvizError as LrvizError
    from lrviz.errors import SpecError as SpecError
    from lrviz.errors import UsageError as UsageError
    from lrviz.errors import WrongTypeError as WrongTypeError
    from lrviz.linter.rule import Finding as Finding
    from lrviz.reading.sources import load as load
    from lrviz.run.driven import Run as Run
    from lrviz.spec.model import Spec as Spec
    from lrviz.spec.parse import parse_spec as parse_spec

__version__ = "0.4.0"

_ERRORS = ("FileError", "LrvizError", "SpecError", "UsageError", "WrongTypeError")
_HOMES = {
    **dict.fromkeys(("compare", "lint", "plot", "resume", "simulate"), "lrviz.commands.face"),
    **dict.fromkeys(_ERRORS, "lrviz.errors"),
    "Compared": "lrviz.commands.compare.combined",
    "Curve": "lrviz.curve",
    "Finding": "lrviz.linter.rule",
    "Run": "lrviz.run.driven",
    "Spec": "lrviz.spec.model",
    "load": "lrviz.reading.sources",
    "parse_spec": "lrviz.spec.parse",
    "preview": "lrviz.drive.copying",
}

__all__ = sorted(["__version__", *_HOMES])


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'lrviz' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
