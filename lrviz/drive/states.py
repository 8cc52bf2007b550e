"""States as torch saves and loads them, and the arguments that they bring back."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from io import BytesIO
from typing import Any

import torch

from lrviz.drive.blame import PASSED_ON, spell_cause
from lrviz.drive.rebuilt import Live, NoWayError
from lrviz.drive.signatures import list_parameters
from lrviz.errors import UsageError
from lrviz.run.resumed import Restored
from lrviz.spec.nodes import NOT_ARGUMENTS

# What a group holds beside arguments: parameters, and what schedulers move.
_MOVED = ("params", "name", "lr", "momentum", "betas")

# The states of an optimizer and its scheduler as they are saved; or why one cannot be.
Saved = tuple[bytes | str, bytes | str]


def write_state(of: Any) -> bytes | str:
    """Return a state as torch saves it; or why it cannot be."""
    if not hasattr(of, "state_dict"):
        return f"{type(of).__name__} has no state_dict()"
    data = BytesIO()
    try:
        torch.save(_plainly(of.state_dict)(), data)
    except PASSED_ON:
        raise
    except BaseException as error:
        return f"its state cannot be saved: {spell_cause(error)}"
    return data.getvalue()


def read_state(data: bytes | str) -> Any:
    """Return a state, anew each time: some schedulers take it apart as they load it."""
    if isinstance(data, str):
        raise NoWayError(data)
    return torch.load(BytesIO(data), weights_only=False)  # written here, by what is read here


def load_optimizer(optimizer: Any, data: bytes | str) -> None:
    """Load a state into an optimizer.

    Raises:
        UsageError: it is another class's and has not all that torch's next step reads.
    """
    defaults = getattr(optimizer, "defaults", {})  # to which loading may add
    own = [name for name in defaults if any(name in each for each in optimizer.param_groups)]
    _plainly(optimizer.load_state_dict)(read_state(data))
    missing = [name for name in own if any(name not in each for each in optimizer.param_groups)]
    if missing:
        text = f"optimizer.step() needs {', '.join(missing)}, which the loaded state has not"
        raise UsageError(text)


def _plainly(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method of an optimizer as torch has written it.

    Around it torch has put what its compiler is to leave alone, and that imports the compiler.
    """
    around: Mapping[str, object] = getattr(method, "__globals__", {})
    if around.get("__name__") != "torch._compile":
        return method
    return partial(getattr(method, "__wrapped__"), getattr(method, "__self__"))  # noqa: B009


def list_restored(fresh: Live, loaded: Live, *, loads_scheduler: bool) -> Restored:
    """Return the arguments that are not those which a scheduler and its optimizer were given.

    Args:
        fresh: as they were built.
        loaded: what a state has been loaded into.
        loads_scheduler: whether that of the scheduler has; else its arguments are its own.
    """
    before, after = (
        dict((*(_iter_own(live.scheduler) if loads_scheduler else ()), *_iter_groups(live)))
        for live in (fresh, loaded)
    )
    return tuple(
        (name, value, after[name])
        for name, value in before.items()
        if name in after and after[name] != value
    )


def _iter_own(scheduler: Any, place: str = "") -> Iterator[tuple[str, object]]:
    """Yield the arguments of a scheduler, and of those inside it, by their places."""
    place, own = f"{place}{type(scheduler).__name__}.", getattr(scheduler, "__dict__", {})
    names = [each.name for each in list_parameters(type(scheduler))]
    for name in (*names, "total_size"):  # CyclicLR's, of both its ways
        value = own.get(name, own.get(f"_{name}"))
        value = sorted(value.elements()) if isinstance(value, Counter) else value
        items = value if isinstance(value, list | tuple) else [value]
        plain = all(isinstance(item, bool | int | float | str) for item in items)
        if plain and name not in NOT_ARGUMENTS:
            yield f"{place}{name}", value
    for index, each in enumerate(getattr(scheduler, "_schedulers", ())):
        yield from _iter_own(each, f"{place}schedulers.{index}.")


def _iter_groups(live: Live) -> Iterator[tuple[str, object]]:
    """Yield the arguments of an optimizer's groups."""
    groups = live.optimizer.param_groups
    for index, group in enumerate(groups):
        place = f"param_groups.{index}." if len(groups) > 1 else ""
        for name in (each for each in group if each not in _MOVED):
            yield f"{type(live.optimizer).__name__}.{place}{name}", group[name]
