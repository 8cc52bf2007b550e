"""Kills a batch before every file operation, and looks at what it leaves.

Behind one is before the next: nothing is on the disk yet of what comes between.

It is run as a script: a process that forks must never have loaded torch, so the runs are given.
"""

import json
import os
import pickle
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

OPERATIONS = (
    *("open", "write", "close", "fsync", "replace", "rename", "unlink", "mkdir", "fchmod"),
    *("fchown", "scandir"),
)


def kill_at(moment: int) -> None:
    """Kill this process at a moment: before an operation of a file, counted from 0."""
    passed = count()

    def wrap(operation: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        if next(passed) == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        return operation(*arguments, **options)

    for name in OPERATIONS:
        setattr(os, name, partial(wrap, getattr(os, name)))


def draw(specs: Path, figures: Path, moment: int | None = None) -> int:
    """Draw a batch in a child that is killed at a moment; return how it ended."""
    pid = os.fork()
    if pid == 0:
        status = 2
        try:
            status = draw_here(specs, figures, moment)
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def draw_here(specs: Path, figures: Path, moment: int | None) -> int:
    """Draw a batch; return 0 where every figure is as it should be."""
    from lrviz.commands.batch.batching import iter_batch
    from lrviz.commands.batch.pairs import Options, plan_batch

    options = Options(str(figures), sheet=figures / "sheet.png", jobs=1)
    items = plan_batch([str(specs)], options)
    if moment is not None:
        kill_at(moment)
    return max(block.status for block in iter_batch(items, options))


def read(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def iter_moments(root: Path, first: int) -> Iterator[dict[str, object]]:
    """Yield what every second moment left, until a batch is not killed any more."""
    for name in ("old", "new"):
        assert draw(root / name, root / f"{name} figures") == 0
    old, new = read(root / "old figures"), read(root / "new figures")
    for moment in count(first, 2):
        figures = root / "figures"
        shutil.copytree(root / "old figures", figures)
        status = draw(root / "new", figures, moment)
        left = read(figures)
        again = draw(root / "new", figures)
        yield {
            "status": status,
            "whole": all(left.get(name) in (old[name], new[name]) for name in old),
            "litter": sum(name not in new for name in left),
            "again": again,
            "finished": read(figures) == new,
        }
        shutil.rmtree(figures)
        if status != -signal.SIGKILL:
            return


def main() -> None:
    """Print what every second moment left, a line each."""
    root = Path(sys.argv[1])
    runs = pickle.loads((root / "runs").read_bytes())
    drive = ModuleType("lrviz.drive.runs")
    drive.simulate = lambda spec: runs[spec.source.name]  # type: ignore[attr-defined]
    whole = ModuleType("lrviz.drive.whole")
    whole.with_torch = lambda call, *_: call()  # type: ignore[attr-defined]
    sys.modules |= {"lrviz.drive.runs": drive, "lrviz.drive.whole": whole}
    import lrviz.figure.image  # noqa: F401 - once, not in every child

    for left in iter_moments(root, int(sys.argv[2])):
        print(json.dumps(left), flush=True)


if __name__ == "__main__":
    main()
