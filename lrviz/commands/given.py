"""What Python code gives to be driven: what is plainly meant is taken, all else refused."""

import os
from collections.abc import Mapping
from inspect import signature
from typing import Any

from lrviz.errors import UsageError, WrongTypeError
from lrviz.reading.metricfile import with_metrics
from lrviz.reading.sources import Reading, load_named, parse_data
from lrviz.run.driven import Run
from lrviz.spec.catalog import CATALOG
from lrviz.spec.model import Spec
from lrviz.spec.origin import Source, split_factory
from lrviz.spec.parse import parse_tree
from lrviz.system.files import Reads

_NAME = "<spec>"  # of what is in no file
_ANY = Reading(columns=())  # of files, logs too


def is_live(given: object) -> bool:
    """Whether it is a scheduler with its optimizer; no optimizer is, though it wrap another."""
    if isinstance(given, type) or not callable(getattr(given, "step", None)):
        return False
    from lrviz.drive.moved import find_optimizer

    return find_optimizer(given) is not None and not hasattr(given, "param_groups")


def is_code(given: object) -> bool:
    """Whether it builds a scheduler, or is one; then it does not say how long its run is."""
    return callable(given) or is_live(given)


def read_given(given: object, called: str) -> Spec:
    """Return the spec that something is, is the path of, or holds; or the log of a path.

    Args:
        given: what a function was called with.
        called: the function's name, for what is told to type instead.

    Raises:
        LrvizError: as `load`.
        WrongTypeError: it is nothing of the kind.
    """
    match given:
        case Spec():
            return given
        case Mapping():
            from lrviz.drive.training import plain

            return with_metrics(parse_tree(plain(given), Source(_NAME)), None, Reads())
        case os.PathLike():
            return load_named(str(given), _ANY)
        case str():
            return _read_text(given, called)
    raise _refuse(given, called)


def _read_text(text: str, called: str) -> Spec:
    """Return the spec in a text, or in the file that it names."""
    if not text.strip():
        raise UsageError(f"{called} takes a path or a YAML text, and this one is empty")
    if not os.path.lexists(text):
        if "\n" in text or ": " in text:
            return parse_data(text.encode(errors="surrogatepass"), _NAME)
        if text in CATALOG:
            remedy = f"{called}({{'epochs': 10, 'scheduler': {{'{text}': {{}}}}}})"
            raise UsageError(f"{text}: a scheduler's name, and no file; give a spec: {remedy}")
        if named := split_factory(text):
            remedy = f"import it: {_spell_call(called, named.attribute)}"
            raise UsageError(f"{text}: names code, and no file; {remedy}")
    return load_named(text, _ANY)


def _refuse(given: object, called: str) -> WrongTypeError:
    """Return an error on what is nothing that is taken; it says what may have been meant."""
    code = {"into": "", "resume": ", a factory", "compare": ", what simulate gave"}
    remedy = ""
    if hasattr(given, "param_groups") and called not in ("resume", "into"):
        remedy = f"; give its scheduler: {_spell_call(called, 'scheduler')}"
    elif isinstance(given, list | tuple | set | frozenset) and called != "compare":
        remedy = f"; one by one: [{called}(each) for each in …]"
    more = code.get(called, ", a factory, a live scheduler")
    return WrongTypeError(f"{called} takes a path, a YAML text, a mapping{more}", given, remedy)


def _spell_call(called: str, code: str) -> str:
    """Return how code is given to a function; `compare` takes none, and what drives it gave."""
    how = f"({code}, steps=1000)"
    return f"compare(plan, simulate{how})" if called == "compare" else f"{called}{how}"


def drive_given(called: str, given: object, options: Mapping[str, Any]) -> Run:
    """Return the run of what a function was called with, and warn of what is worth saying.

    Raises:
        LrvizError: as `read_given`; it cannot be driven, or an option makes no sense.
    """
    if isinstance(given, Run):
        if options:
            raise UsageError(f"{next(iter(options))}: a Run has been driven; it is for code")
        return given
    from lrviz.drive.runs import simulate, warn

    if is_live(given):
        from lrviz.drive.copying import preview

        if options.get("steps") is None:
            text = "a live scheduler does not say how far to look ahead"
            raise UsageError(f"{text}; {called}(scheduler, steps=1000)")
        known = signature(preview).parameters
        for name in (each for each in options if each not in known):
            there = ", ".join(list(known)[1:])
            raise UsageError(f"{name}: no option of a live scheduler; there are {there}")
        return preview(given, **options)
    spec = given if callable(given) else read_given(given, called)
    run = simulate(spec, **options)
    if isinstance(spec, Spec) and spec is not given:
        warn(run)
    return run
