"""What workers are given in tests; nothing here imports torch."""

import os
import signal
import sys
import time
from pathlib import Path

from lrviz.batch.job import Drawn, Job, draw_job
from lrviz.errors import FileError, Problem, SpecError


def square(number: int) -> int:
    return number * number


def process_number(_: object) -> int:
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


def draw_or_die(job: Job) -> Drawn:
    if Path(job.item.source).stem == "deadly":
        os.kill(os.getpid(), signal.SIGKILL)
    return draw_job(job)


def draw_wrongly(job: Job) -> Drawn:
    raise ZeroDivisionError(f"a bug in drawing {job.item.name}")
