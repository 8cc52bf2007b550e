"""The choice between torch's own schedulers by themselves and the whole of torch."""

import os
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TypeVar

from lrviz.drive.standin import STAND_IN, Touched
from lrviz.errors import LrvizError, Mishap
from lrviz.system.mishap import spell_exception
from lrviz.system.process import is_alone, quick_imports

# Set to anything that does not say no, it has the whole torch imported always.
VARIABLE = "LRVIZ_WHOLE_TORCH"

_INSTALL = "; pip install torch (without a GPU its CPU build, as pytorch.org says)"

R = TypeVar("R")


def with_torch(call: Callable[[], R], needs: str = "", place: str = "lrviz") -> R:
    """Return what a call gives that uses torch: its schedulers alone, where these are enough.

    Args:
        call: has no effect but what it returns, as it may be made twice.
        needs: what is known to need the whole torch; empty where nothing is.
        place: what a message begins with, a spec.

    Raises:
        Mishap: the whole torch is needed, and cannot be imported.
    """
    if STAND_IN in sys.meta_path:  # within such a call
        return STAND_IN.touch(needs) if needs else call()
    refused: LrvizError | None = None
    if not needs and stands_in():
        try:
            with STAND_IN.present():
                result = call()
            if not STAND_IN.touched:
                return result
        except MemoryError:
            raise
        except LrvizError as error:
            if not (error.__cause__ or STAND_IN.touched):
                raise  # in lrviz's own words
            refused = error
        except (Exception, Touched):  # once more, and what it is then is true
            pass
        needs = STAND_IN.touched
    if why := _import_whole():
        if refused and not needs:
            raise refused from refused.__cause__
        text = f"needs {needs}, and torch cannot" if needs else "torch cannot"
        text += f" be imported: {spell_exception(why)}"
        is_missing = isinstance(why, ModuleNotFoundError) and why.name == "torch"
        raise Mishap(place, text + _INSTALL * is_missing) from why
    return call()


def _import_whole() -> Exception | None:
    """Import torch; return why it cannot be."""
    try:
        with quick_imports():
            import_module("torch.optim")
    except Exception as error:
        return error
    return None


def stands_in() -> bool:
    """Whether torch's own schedulers are driven without the rest of it, here and now."""
    return is_alone() and "torch" not in sys.modules and not wants_whole()


def wants_whole() -> bool:
    """Whether who started the process wants the whole torch."""
    return os.environ.get(VARIABLE, "").lower() not in ("", "0", "false", "no")


def tell_ways() -> Iterator[str]:
    """Yield in words how torch's own schedulers are driven in this process, and all others."""
    way = "with the whole torch"
    if wants_whole():
        way += f", as {VARIABLE} says"
    elif stands_in():
        try:
            with STAND_IN.present():
                way = "by themselves, without the rest of torch"
        except (Exception, Touched) as error:
            way += f"; they cannot be imported by themselves: {spell_exception(error)}"
    yield f"torch's schedulers are driven {way}"
    why = _import_whole()
    yield f"the whole torch {f'cannot be imported: {spell_exception(why)}' if why else 'is there'}"
