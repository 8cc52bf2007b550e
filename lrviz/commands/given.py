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
    if not os.path.lexists(text):
        if "\n" in text or ": " in text:
            return parse_data(text.encode(errors="surrogatepass"), _NAME)
        if text in CATALOG:
            remedy = f"{called}({{'epochs': 10, 'scheduler': {{'{text}': {{}}}}}})"
            raise UsageError(f"{text}: a scheduler's name, and no file; give a spec: {remedy}")
        if named := split_factory(text):
            remedy = f"import it: {called}({named.attribute}, steps=1000)"
            raise UsageError(f"{text}: names code, and no file; {remedy}")
    return load_named(text, _ANY)


def _refuse(given: object, called: str) -> WrongTypeError:
    """Return an error on what is nothing that is taken; it says what may have been meant."""
    code = {"into": "", "resume": ", a factory"}.get(called, ", a factory, a live scheduler")
    remedy = ""
    if hasattr(given, "param_groups"):
        remedy = f"; give its scheduler: {called}(scheduler, steps=1000)"
    elif isinstance(given, list | tuple | set | frozenset):
        remedy = f"; one by one: [{called}(each) for each in …]"
    return WrongTypeError(f"{called} takes a path, a YAML text, a mapping{code}", given, remedy)


def drive_given(called: str, given: object, options: Mapping[str, Any]) -> Run:
    """Return the run of what a function was called with, and warn of what is worth saying."""
    if isinstance(given, Run):
        for name in options:
            raise UsageError(f"{name}: a Run has been driven; it is an option of code")
        return given
    from lrviz.drive.runs import simulate, warn

    if is_live(given):
        return _look_ahead(called, given, options)
    if isinstance(given, type):
        _refuse_class(given, called)
    spec = given if callable(given) else read_given(given, called)
    run = simulate(spec, **options)
    if isinstance(spec, Spec) and spec is not given:
        warn(run)
    return run


def _refuse_class(given: type, called: str) -> None:
    """Refuse a scheduler's class without the arguments that it needs, and an optimizer's.

    Raises:
        UsageError: it is such.
    """
    name, text = given.__name__, ""
    if hasattr(given, "add_param_group"):
        text = f"an optimizer; {called}(factory, optimizer={name}, steps=1000)"
    elif hasattr(given, "step"):
        taken = signature(given).parameters.values()
        wanted = [each.name for each in taken if each.default is each.empty]
        given_by_name = ", ".join(f"{each}=…" for each in wanted[1:])
        if given_by_name:
            make = f"lambda optimizer: {name}(optimizer, {given_by_name})"
            text = f"a class; {called}({make}, steps=1000)"
    if text:
        raise UsageError(f"{name} is {text}")


def _look_ahead(called: str, scheduler: object, options: Mapping[str, Any]) -> Run:
    from lrviz.drive.copying import preview
    from lrviz.spec.wording import suggest

    known = tuple(signature(preview).parameters)[1:]
    if options.get("steps") is None:
        text = "a live scheduler does not say how far to look ahead"
        raise UsageError(f"{text}; {called}(scheduler, steps=1000)")
    for name in options:
        if name not in known:
            what = "no option of a live scheduler's"
            raise UsageError(f"{name}: {what}; {suggest(name, known)}")
    return preview(scheduler, **options)


def open_given(given: object, options: Mapping[str, Any]) -> Run | Spec:
    """Return what is to be compared: a run, or a log as it is read."""
    if isinstance(given, Run):
        if any(curve.at is not None for curve in given.curves):
            raise UsageError("compare takes a log by its path, not its Run")
    elif not is_code(given):
        from lrviz.commands.compare.comparing import is_log

        given = read_given(given, "compare")
        if is_log(given):
            return given
    return drive_given("compare", given, options)


def list_options() -> tuple[str, ...]:
    """Return what can be said of the run of code."""
    from lrviz.drive.training import Options

    return (*Options.__annotations__, "start")
