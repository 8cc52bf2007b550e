import errno
import fcntl
import io
import os
import pty
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from lrviz.errors import FileError, UsageError
from lrviz.system import writing
from lrviz.system.files import read_file, write_stdout
from lrviz.system.writing import sweep_litter

PICTURE = b"\x89PNG\r\n\x1a\n picture"

write_file = partial(writing.write_file, overwrite=True)
"""How a file is replaced; `test_own.py` has which may be."""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def python(code: str, *arguments: object, **options: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, **options)  # type: ignore[call-overload, no-any-return]


def finish(child: subprocess.Popen[bytes]) -> tuple[bytes, bytes, int]:
    out, err = child.communicate(timeout=60)
    return out or b"", err or b"", child.returncode


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def permissions(path: Path) -> str:
    return oct(path.stat().st_mode & 0o7777)


# Writing


@pytest.mark.parametrize("size", [0, 1, 3_000_000])
def test_a_file_holds_what_was_written_and_nothing_lies_beside_it(
    tmp_path: Path, size: int
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    write_file(path, bytes(size))
    assert path.read_bytes() == bytes(size)
    assert names(tmp_path) == ["a.png"]


def test_a_path_in_the_current_folder_may_be_a_bare_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_file(Path("a.png"), b"new")
    assert names(tmp_path) == ["a.png"]


@pytest.mark.parametrize(
    "name", ["a" * 251 + ".png", "é" * 125 + ".png", " [*]?\n.png", "-", "a.tmp"]
)
def test_any_name_that_a_file_may_have_can_be_written(tmp_path: Path, name: str) -> None:
    write_file(tmp_path / name, b"new")
    assert names(tmp_path) == [name]


@pytest.mark.parametrize(("mask", "mode"), [(0o022, "0o644"), (0o077, "0o600"), (0, "0o666")])
def test_a_new_file_has_the_permissions_that_the_umask_leaves(
    tmp_path: Path, mask: int, mode: str
) -> None:
    with umask(mask):
        write_file(tmp_path / "a", b"new")
    assert permissions(tmp_path / "a") == mode


@pytest.mark.parametrize("mode", [0o600, 0o444, 0o666, 0o755])
def test_an_existing_file_keeps_its_permissions(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(mode)
    with umask(0o022):
        write_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert permissions(path) == oct(mode)


def test_a_symbolic_link_is_replaced_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"old")
    other.chmod(0o600)
    for target in ("other", "nowhere"):
        link = tmp_path / f"link to {target}"
        link.symlink_to(tmp_path / target)
        with umask(0o022):
            write_file(link, b"new")
        assert not link.is_symlink()
        assert link.read_bytes() == b"new"
        assert permissions(link) == "0o644"
    assert other.read_bytes() == b"old"
    assert not (tmp_path / "nowhere").exists()


def test_another_name_of_a_file_keeps_the_old_content(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "b").hardlink_to(tmp_path / "a")
    write_file(tmp_path / "a", b"new")
    assert (tmp_path / "b").read_bytes() == b"old"


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(path.read_bytes()))
    reader.start()
    write_file(path, bytes(200_000))  # more than a pipe holds
    reader.join(timeout=60)
    assert got == [bytes(200_000)]
    assert path.is_fifo()
    assert names(tmp_path) == ["fifo"]


def test_a_device_is_written_to(tmp_path: Path) -> None:
    before = Path("/dev/null").lstat()
    write_file(Path("/dev/null"), PICTURE)
    assert Path("/dev/null").lstat().st_ino == before.st_ino
    with pytest.raises(FileError, match=r"^/dev/full: cannot write: no space left on device$"):
        write_file(Path("/dev/full"), PICTURE)


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_the_name_of_standard_output_is_written_to_even_where_it_is_a_file(
    tmp_path: Path, name: str
) -> None:
    code = "import sys; from lrviz.system.writing import *; from pathlib import Path\n"
    code += "write_file(Path(sys.argv[1]), b'new')"
    out = tmp_path / "out"
    out.write_bytes(b"old, ")
    inode = out.stat().st_ino
    with out.open("ab") as file:
        assert finish(python(code, name, stdout=file))[2] == 0
    assert out.read_bytes() == b"old, new"
    assert out.stat().st_ino == inode
    assert Path("/dev/stdout").is_symlink()
    assert finish(python(code, name, stdout=subprocess.PIPE)) == (b"new", b"", 0)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing/a.png", "no such folder"),
        ("file/a.png", "no such folder"),
        ("folder", "is a folder"),
        ("link", "is a folder"),
        (".", "is a folder"),
        ("n" * 256, "file name too long"),
    ],
)
def test_what_cannot_be_written_is_said_and_leaves_nothing(
    tmp_path: Path, name: str, reason: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(FileError) as caught:
        write_file(tmp_path / name, b"new")
    error = caught.value
    assert (error.path, error.action, error.reason) == (str(tmp_path / name), "write", reason)
    assert error.exit_status == 3
    assert isinstance(error.__cause__, OSError)
    assert names(tmp_path) == ["file", "folder", "link"]
    assert names(tmp_path / "folder") == []
    assert (tmp_path / "link").is_symlink()


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS])
def test_a_folder_that_may_not_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    real = os.open

    def refuse(path: object, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_CREAT:
            raise OSError(code, os.strerror(code))
        return real(str(path), flags, mode)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(FileError) as caught:
        write_file(tmp_path / "a", b"new")
    assert caught.value.reason == os.strerror(code).lower()
    assert names(tmp_path) == []


def test_a_full_disk_leaves_the_old_file() -> None:
    """A limit on a file's size stops the writing half-way, as a full disk does."""
    code = """
import resource, tempfile
from pathlib import Path
from lrviz.system.writing import *
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "a"
    path.write_bytes(b"old")
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    try:
        write_file(path, bytes(2000), overwrite=True)
    except OSError as error:
        print(error.reason, path.read_bytes(), [each.name for each in Path(folder).iterdir()])
"""
    out, err, status = finish(python(code, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
    assert (out, err, status) == (b"file too large b'old' ['a']\n", b"", 0)


@pytest.mark.parametrize("operation", ["write", "fsync", "replace"])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space"), KeyboardInterrupt()])
def test_a_failure_or_an_interrupt_leaves_the_old_file_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, operation: str, error: BaseException
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(os, operation, fail)
    with pytest.raises(FileError if isinstance(error, OSError) else KeyboardInterrupt):
        write_file(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_a_folder_that_cannot_be_synced_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = os.fsync, []

    def fail_second(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(errno.EINVAL, "no")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fail_second)
    write_file(tmp_path / "a", b"new")
    assert len(calls) == 2
    assert (tmp_path / "a").read_bytes() == b"new"


KILLED = """
import os, signal, sys
from pathlib import Path
from lrviz.system.writing import write_file

path, point, count = Path(sys.argv[1]), int(sys.argv[2]), 0

def reach():
    global count
    if count == point:
        os.kill(os.getpid(), signal.SIGKILL)
    count += 1

def watched(real):
    def call(*arguments, **options):
        reach()
        result = real(*arguments, **options)
        reach()
        return result
    return call

real_write = os.write
os.write = lambda descriptor, data: real_write(descriptor, data[:4096])  # many a part
names = "open write fchown fchmod fsync replace rename close unlink scandir".split()
for name in names:
    setattr(os, name, watched(getattr(os, name)))
write_file(path, bytes(10_000), overwrite=True)
real_write(1, b"%d" % count)
"""


def test_a_kill_at_any_point_leaves_the_old_file_or_the_new_one_and_the_next_run_no_litter(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a"
    points = int(finish(python(KILLED, path, -1, stdout=subprocess.PIPE))[0])
    assert points >= 20  # both sides of: open, 3 writes, fchmod, fsync, replace, close, …
    seen = set()
    for old in (b"old", None):
        children = []
        for point in range(points):
            folder = tmp_path / f"{old!r} {point}"
            folder.mkdir()
            if old is not None:
                (folder / "a").write_bytes(old)
            children.append((folder / "a", python(KILLED, folder / "a", point)))
        for target, child in children:
            status = finish(child)[2]
            # A new file has no permissions to keep: its run has fewer points.
            assert status == -signal.SIGKILL or (old is None and status == 0)
            content = target.read_bytes() if target.exists() else None
            assert content in (old, bytes(10_000))
            seen.add((content, len(names(target.parent)) - (content is not None)))
            write_file(target, b"next")
            assert names(target.parent) == ["a"]
    litter, done = 1, bytes(10_000)
    assert seen == {(b"old", 0), (b"old", litter), (None, 0), (None, litter), (done, 0)}


# Litter


def litter(folder: Path, name: str = ".a.png.lrviz-0123456789abcdef.tmp") -> Path:
    path = folder / name
    path.write_bytes(b"half a pic")
    return path


def test_litter_of_killed_writers_is_swept_and_nothing_else(tmp_path: Path) -> None:
    litter(tmp_path)
    litter(tmp_path, ".b\n.lrviz-fedcba9876543210.tmp")
    kept = [
        "a.png.lrviz-0123456789abcdef.tmp",
        ".a.png.lrviz-0123456789abcde.tmp",
        ".a.png.lrviz-notes.tmp",
        ".a.png.lrviz-0123456789abcdef",
        ".a.png.tmp",
    ]
    for name in kept:
        litter(tmp_path, name)
    folder = tmp_path / ".f.lrviz-0123456789abcdef.tmp"
    folder.mkdir()
    link = tmp_path / ".l.lrviz-0123456789abcdef.tmp"
    link.symlink_to("a.png.lrviz-0123456789abcdef.tmp")
    sweep_litter(tmp_path)
    assert names(tmp_path) == sorted([*kept, folder.name, link.name])


def test_a_writer_sweeps_what_was_left_of_its_own_file_only(tmp_path: Path) -> None:
    litter(tmp_path)
    other = litter(tmp_path, ".b.png.lrviz-0123456789abcdef.tmp")
    write_file(tmp_path / "a.png", b"new")
    assert names(tmp_path) == [other.name, "a.png"]


@pytest.mark.parametrize("age", [0, 1_000_000])
def test_what_another_writes_now_is_not_swept_however_old_it_is(tmp_path: Path, age: int) -> None:
    path = litter(tmp_path)
    os.utime(path, (time.time() - age,) * 2)
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        sweep_litter(tmp_path)
        assert path.exists()
    sweep_litter(tmp_path)
    assert not path.exists()


def test_where_files_cannot_be_locked_they_are_written_and_nothing_is_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(errno.ENOLCK, "no locks")

    path = litter(tmp_path)
    monkeypatch.setattr(fcntl, "flock", unsupported)
    write_file(tmp_path / "b", b"new")
    sweep_litter(tmp_path)
    assert path.exists()
    assert (tmp_path / "b").read_bytes() == b"new"


def test_a_writer_whose_file_is_swept_before_it_is_locked_takes_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, attempts = fcntl.flock, []

    def meet_a_sweeper(descriptor: int, operation: int) -> None:
        attempts.append(descriptor)
        if len(attempts) == 1:
            for path in tmp_path.iterdir():
                path.unlink()
        real(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", meet_a_sweeper)
    write_file(tmp_path / "a", b"new")
    assert len(attempts) == 2
    assert names(tmp_path) == ["a"]


def test_many_writers_and_sweepers_in_one_folder_never_lose_a_file(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from lrviz.system.writing import *
path = Path(sys.argv[1])
for i in range(60):
    write_file(path, bytes([65 + i]) * 50_000, overwrite=True)
    sweep_litter(path.parent)
    assert len(set(path.read_bytes())) == 1
"""
    children = [
        python(code, tmp_path / name, stderr=subprocess.PIPE) for name in ("a", "a", "b", "c")
    ]
    assert [finish(child)[1:] for child in children] == [(b"", 0)] * 4
    assert names(tmp_path) == ["a", "b", "c"]
    assert (tmp_path / "b").read_bytes() == b"|" * 50_000  # 65 + 59


def test_a_missing_folder_has_no_litter(tmp_path: Path) -> None:
    sweep_litter(tmp_path / "missing")
    assert names(tmp_path) == []


def test_litter_that_may_not_be_opened_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    path = litter(tmp_path)
    monkeypatch.setattr(writing, "_remove_abandoned", refuse)
    sweep_litter(tmp_path)
    assert path.exists()


# Standard output

WRITE_STDOUT = "import sys; from lrviz.system.files import write_stdout; write_stdout(%s)"


def test_standard_output_is_given_the_bytes_after_what_was_printed() -> None:
    code = "print('first'); " + WRITE_STDOUT % repr(PICTURE)
    assert finish(python(code, stdout=subprocess.PIPE)) == (b"first\n" + PICTURE, b"", 0)


class Terminal(io.TextIOWrapper):
    """A terminal that keeps what it was shown."""

    def isatty(self) -> bool:
        """Say that it is one."""
        return True


def test_a_picture_is_not_written_to_a_terminal_and_a_text_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", Terminal(screen))
    with pytest.raises(UsageError) as caught:
        write_stdout(PICTURE)
    assert str(caught.value) == "refusing to write a picture to a terminal; give -o FILE"
    assert caught.value.exit_status == 2
    write_stdout(b"<svg/>")
    assert screen.getvalue() == b"<svg/>"


def test_a_picture_is_not_written_to_a_terminal_by_its_name() -> None:
    ours, theirs = pty.openpty()
    try:
        with pytest.raises(UsageError, match=r"^refusing to write a picture to a terminal"):
            write_file(Path(os.ttyname(theirs)), PICTURE)
        write_file(Path(os.ttyname(theirs)), b"<svg/>")
        assert os.read(ours, 100) == b"<svg/>"
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_reader_that_stops_reading_is_no_error() -> None:
    code = "import sys; sys.stdin.readline(); " + WRITE_STDOUT % "bytes(300_000)"
    child = python(code, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdout.close()
    child.stdin.write(b"the reader is gone\n")
    child.stdin.close()
    assert child.stderr is not None
    with child.stderr:
        assert child.stderr.read() == b""
    assert child.wait(timeout=60) == 0


def test_standard_output_on_a_full_disk_is_an_error_said_once() -> None:
    code = "from lrviz.errors import FileError; import sys\n"
    code += "try:\n " + (WRITE_STDOUT % repr(PICTURE)).replace("; ", "\n ")
    code += "\nexcept FileError as error: sys.stderr.write(str(error))"
    with Path("/dev/full").open("wb") as full:
        out = finish(python(code, stdout=full, stderr=subprocess.PIPE))
    assert out == (b"", b"standard output: cannot write: no space left on device", 0)


def test_standard_output_that_is_closed_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(FileError, match=r"^standard output: cannot write: it is closed$"):
        write_stdout(b"")


# Reading


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    assert read_file(path, 5) == read_file(str(path), 6) == b"12345"
    with pytest.raises(FileError) as caught:
        read_file(path, 4)
    assert caught.value.reason == "larger than 4 bytes"


def test_a_file_without_end_is_read_no_further_than_its_limit() -> None:
    with pytest.raises(FileError, match=r"^/dev/zero: cannot read: larger than 256,000 bytes$"):
        read_file("/dev/zero", 256_000)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing", "no such file"),
        ("missing/a", "no such file"),
        ("file/a", "no such file"),
        ("dangling", "no such file"),
        ("folder", "is a folder"),
        ("round", "too many levels of symbolic links"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    (tmp_path / "dangling").symlink_to("missing")
    (tmp_path / "round").symlink_to("round")
    with pytest.raises(FileError) as caught:
        read_file(tmp_path / name, 10)
    error = caught.value
    assert (error.path, error.action, error.reason) == (str(tmp_path / name), "read", reason)
    assert error.exit_status == 3


def test_a_file_that_may_not_be_read_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(FileError, match=r"^a: cannot read: permission denied$"):
        read_file("a", 10)


def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)

    def write() -> None:
        with path.open("wb", buffering=0) as pipe:
            for part in (b"epochs:", b" 4"):
                pipe.write(part)
                time.sleep(0.05)

    writer = threading.Thread(target=write)
    writer.start()
    assert read_file(path, 100) == b"epochs: 4"
    writer.join(timeout=60)


@pytest.mark.parametrize("name", ["-", "/dev/stdin", "/dev/fd/0"])
def test_standard_input_is_read(name: str) -> None:
    code = "import sys; from lrviz.system.files import read_file; print(read_file(sys.argv[1], 9))"
    child = python(code, name, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.communicate(b"epochs: 4", timeout=60)[0] == b"b'epochs: 4'\n"


def test_standard_input_has_the_same_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"12345")))
    with pytest.raises(FileError, match=r"^-: cannot read: larger than 4 bytes$"):
        read_file("-", 4)


def test_standard_input_that_is_closed_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(FileError, match=r"^-: cannot read: it is closed$"):
        read_file("-", 4)
