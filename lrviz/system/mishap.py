"""What nobody raised on purpose, as one outcome among others; a bug is told and never hidden."""

from lrviz.errors import LrvizError, Mishap
from lrviz.spell import shorten

OUT_OF_MEMORY = "ran out of memory"
MOST_LETTERS = 200


class StandInError(RuntimeError):
    """Takes the place of an exception that cannot leave its process; says its kind and text."""


def explain_mishap(
    error: BaseException, path: str, *, alone: bool = False, remedy: str = "name this spec alone"
) -> LrvizError:
    """Return why something came to nothing, whatever was raised.

    Args:
        error: what was raised.
        path: the spec, or the file that was to be written.
        alone: whether there is nothing else to do.
        remedy: what shows where a bug is: a traceback, as of what is done alone.

    Raises:
        BaseException: the error itself, where it is a bug and nothing else would be lost.

    >>> str(explain_mishap(ZeroDivisionError("division by zero"), "a.yaml"))
    'a.yaml: bug in lrviz: ZeroDivisionError: division by zero; name this spec alone to see where'
    """
    if isinstance(error, LrvizError):
        return error
    if isinstance(error, MemoryError):
        return Mishap(path, OUT_OF_MEMORY)
    if alone or not isinstance(error, Exception):
        raise error
    text = shorten(spell_exception(error), MOST_LETTERS)
    return Mishap(path, f"bug in lrviz: {text}; {remedy} to see where")


def spell_exception(error: BaseException) -> str:
    """Return an exception's kind and text, on one line.

    >>> spell_exception(KeyError("lr"))
    "KeyError: 'lr'"
    """
    try:
        text = " ".join(str(error).split())
    except Exception:  # of a class that is not ours
        text = ""
    if isinstance(error, StandInError):
        return text
    return ": ".join(filter(None, (type(error).__name__, text)))
