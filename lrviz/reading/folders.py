"""The files of a folder: which of them are specs, which are left out, and what is said of that."""

import os
import re
import shlex
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path, PurePath

from lrviz.errors import FileError, Problem, SpecError, UsageError, spec_error
from lrviz.spec.origin import MARK, SPEC_ENDINGS
from lrviz.spell import spell_plural

# A spec has one of these words at least, be it misspelt elsewhere.
_WORDS = re.compile(rb"epoch|sched|optim", re.IGNORECASE)
_READ = 1 << 18

# So many files are named in a remedy one by one.
_MOST_NAMED = 4

_NO_SPEC = "no spec: it has none of a spec's keys"

# In order of name, and what is wrong with one already.
Files = list[tuple[Path, FileError | SpecError | None]]


def scan_specs(source: str, exclude: Sequence[str]) -> tuple[Files, Problem | None]:
    """Return the files of a folder that are to be specs, and what is worth saying of the others.

    Raises:
        UsageError: there are none.
    """
    folder = Path(source)
    every = list(iter_files(folder, SPEC_ENDINGS))
    kept = [each for each in every if not is_excluded(_place(each), folder, exclude)]
    if not kept:
        why = f"--exclude leaves out all {len(every)}" if every else "specs end in .yaml or .yml"
        raise UsageError(f"{source}: no spec in this folder; {why}")
    files: Files = [(_place(each), each if isinstance(each, FileError) else None) for each in kept]
    marked = [each for each in files if each[1] or each[0].stem.endswith(MARK)]
    if any(error is None for _, error in marked):
        others = spell_plural(len(files) - len(marked), "other YAML file")
        note = f"{others} left out, as specs are called NAME{MARK}.yaml here"
        return marked, _remark(source, note) if len(files) > len(marked) else None
    strange = [path for path, error in files if error is None and _is_other(path)]
    for path in strange:
        files[files.index((path, None))] = path, spec_error(str(path), _NO_SPEC)
    return files, _advise(source, strange, len(files))


def _place(found: Path | FileError) -> Path:
    return Path(found.path) if isinstance(found, FileError) else found


def is_excluded(path: Path, folder: Path, patterns: Sequence[str]) -> bool:
    """Whether a pattern fits a file below a folder, one of the folders in between, or a name alone.

    >>> [is_excluded(Path(each), Path("a"), ["b/*.yml"]) for each in ("a/b/c.yml", "a/c.yml")]
    [True, False]
    """
    below = path.relative_to(folder)
    places = (below, *below.parents[:-1]) if patterns else ()
    names = {text for each in places for text in (each.as_posix(), each.name)}
    wanted = [PurePath(each).as_posix().removeprefix("**/") for each in patterns]
    return any(fnmatch(name, each) for each in wanted for name in (*names, path.as_posix()))


def _is_other(path: Path) -> bool:
    """Whether a file is no spec at a glance, as those of other tools are."""
    try:
        with path.open("rb") as file:
            data = file.read(_READ).replace(b"\0", b"")
    except OSError:  # reading it will say so
        return False
    return bool(data.strip()) and not _WORDS.search(data)


def _advise(source: str, strange: Sequence[Path], total: int) -> Problem | None:
    """Return what leaves out the files that are no specs; None where there are none."""
    if not strange:
        return None
    names = [path.relative_to(source).as_posix() for path in strange]
    options = shlex.join(word for name in names for word in ("--exclude", name))
    remedy = options if len(names) <= _MOST_NAMED else "--exclude PATTERN"
    count = f"{len(names)} of {spell_plural(total, 'YAML file')}"
    others = f"or call specs NAME{MARK}.yaml, and no others are read"
    return _remark(source, f"no spec in {count}; leave out with {remedy}, {others}")


def _remark(source: str, text: str) -> Problem:
    return Problem(source, (), text, grade="note")


def iter_files(folder: Path, endings: Sequence[str]) -> Iterator[Path | FileError]:
    """Yield the regular files below a folder that end in one of the endings, in order of name.

    What is hidden, be it a file or a folder, is left out, and so are links. A folder that cannot be
    read stands for itself, as an error.
    """
    waiting = [(folder, True)]
    while waiting:
        path, is_folder = waiting.pop()
        if not is_folder:
            yield path
            continue
        try:
            with os.scandir(path) as entries:
                children = sorted(entries, key=lambda entry: entry.name, reverse=True)
        except OSError as cause:
            yield FileError.from_os_error(path, "read", cause)
            continue
        for entry in children:
            below, is_folder = Path(entry.path), entry.is_dir(follow_symlinks=False)
            is_wanted = below.suffix.lower() in endings and entry.is_file(follow_symlinks=False)
            if (is_folder or is_wanted) and not entry.name.startswith("."):
                waiting.append((below, is_folder))
