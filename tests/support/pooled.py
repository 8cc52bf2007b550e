"""What workers are given in tests; nothing here imports torch, nor what draws unless it does."""

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

from lrviz.errors import FileError, Problem, SpecError

if TYPE_CHECKING:
    from lrviz.check.baselines import Facts
    from lrviz.check.examine import Examined
    from lrviz.commands.batch.drawing import Job, Panel, SheetJob
    from lrviz.commands.results import Block


def square(number: int) -> int:
    return number * number


def process_number(_: object) -> int:
    return os.getpid()


class Weighed(NamedTuple):
    """An item that says whether it is light."""

    number: int
    is_light: bool


def process_number_slowly(_: object) -> int:
    time.sleep(0.02)
    return os.getpid()


def loaded_modules(_: object) -> list[str]:
    return sorted(sys.modules)


def search_path(_: object) -> list[str]:
    return sys.path


def face_color(_: object) -> str:
    import matplotlib

    return str(matplotlib.rcParams["axes.facecolor"])


def double(data: bytes) -> bytes:
    return data * 2


def say(text: str) -> str:
    print(text, flush=True)
    return text


def sleep(seconds: float) -> None:
    time.sleep(seconds)


def fail(text: str) -> str:
    match text:
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "crashed":
            os.abort()
        case "ended":
            os._exit(7)
        case "value":
            raise ValueError("no such value")
        case "spec":
            raise SpecError([Problem("a.yaml", ("epochs",), "wrong")])
        case "file":
            raise FileError("a.webp", "write", "no space left on device")
        case "odd":
            raise OddError(1, 2)
        case "lambda":
            return lambda: text  # type: ignore[return-value]
    return text


class OddError(Exception):
    """An exception that cannot be pickled and read again."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def draw_or_die(job: "Job") -> "tuple[Block, Panel | None]":
    from lrviz.commands.batch.drawing import draw_job

    if Path(job.item.source).stem == "deadly":
        os.kill(os.getpid(), signal.SIGKILL)
    return draw_job(job)


def draw_wrongly(job: "Job") -> "tuple[Block, Panel | None]":
    raise ZeroDivisionError(f"a bug in drawing {job.item.name}")


class MuteError(Exception):
    """An exception that has nothing to say of itself."""

    def __str__(self) -> str:
        raise ValueError


MISHAPS: Mapping[str, tuple[Callable[[], Exception], str]] = {
    "memory": (lambda: MemoryError("Unable to allocate 9 GiB"), "ran out of memory"),
    "recursion": (lambda: RecursionError("too deep"), "bug in lrviz: RecursionError: too deep"),
    "division": (lambda: ZeroDivisionError("a\nb"), "bug in lrviz: ZeroDivisionError: a b"),
    "odd": (lambda: OddError(1, 2), "bug in lrviz: OddError: 1 and 2"),
    "mute": (MuteError, "bug in lrviz: MuteError"),
}
"""What is raised for specs that are called so, and what is to be said of it."""


def have_mishap(source: str | Path) -> None:
    """Raise what a spec is called after."""
    if Path(source).stem in MISHAPS:
        raise MISHAPS[Path(source).stem][0]()


def draw_with_mishap(place: str, job: "Job") -> "tuple[Block, Panel | None]":
    """Draw a job of a batch; what stands at a place raises what the spec is called after."""
    from lrviz.commands.batch.drawing import draw_job

    with _broken(place, job.item.source):
        return draw_job(job)


def examine_with_mishap(place: str, facts: "Facts", **wishes: Any) -> "Examined":
    """Examine a figure in a check; as `draw_with_mishap`."""
    from lrviz.check.examine import examine

    with _broken(place, facts.source):
        return examine(facts, **wishes)


def draw_sheet_with_mishap(name: str, job: "SheetJob") -> "Block":
    from lrviz.commands.batch.drawing import draw_sheet_job

    have_mishap(name)
    return draw_sheet_job(job)


def _broken(place: str, source: str) -> AbstractContextManager[object]:
    if Path(source).stem not in MISHAPS:
        return nullcontext()
    return patch(place, side_effect=lambda *_, **__: have_mishap(source))
