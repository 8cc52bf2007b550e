"""Processes, seen from outside."""

import time
from collections.abc import Iterable
from pathlib import Path


def is_running(pid: int) -> bool:
    """Whether a process runs; one that has ended and that nobody asked about does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def processes_of_group(group: int) -> list[int]:
    """Return the running processes of a process group."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(fields[2]) == group and fields[0] not in "ZX":
                found.append(int(entry.name))
    return found


def wait_for_sleep(pid: int) -> None:
    """Wait until a process waits for something, as for room in a pipe, or has ended."""
    asleep = 0
    while asleep < 10 and is_running(pid):
        status = Path(f"/proc/{pid}/stat").read_text()
        asleep = asleep + 1 if status.rpartition(")")[2].split()[0] == "S" else 0
        time.sleep(0.02)


def wait_for_end(pids: Iterable[int], seconds: float) -> list[int]:
    """Wait until processes have ended; return those that have not."""
    deadline = time.monotonic() + seconds
    left = list(pids)
    while left and time.monotonic() < deadline:
        time.sleep(0.01)
        left = [pid for pid in left if is_running(pid)]
    return left
