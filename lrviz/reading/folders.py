"""The files of a folder: which of them are specs, which are left out, and what is said of that."""

import os
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path, PurePath
from shlex import quote

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
    folder, files, left = Path(source), Files(), 0
    for each in iter_files(folder, SPEC_ENDINGS):
        path = Path(each.path) if isinstance(each, FileError) else each
        if is_excluded(path, folder, exclude):
            left += 1
        else:
            files.append((path, each if isinstance(each, FileError) else None))
    if not files:
        why = f"--exclude leaves out all {left}" if left else "specs end in .yaml or .yml"
        raise UsageError(f"{source}: no spec in this folder; {why}")
    marked = [each for each in files if each[1] or each[0].stem.endswith(MARK)]
    if all(error for _, error in marked):
        return _mark_others(source, files)
    others = spell_plural(len(files) - len(marked), "other YAML file")
    note = f"{others} left out, as specs are called NAME{MARK}.yaml here"
    is_whole = len(files) == len(marked)
    return marked, None if is_whole else Problem(source, (), note, grade="note")


def is_excluded(path: Path, folder: Path, patterns: Sequence[str]) -> bool:
    """Whether a pattern fits a file below a folder, one of the folders in between, or a name alone.

    >>> [is_excluded(Path(each), Path("a"), ["b/*.yml"]) for each in ("a/b/c.yml", "a/c.yml")]
    [True, False]
    """
    below = path.relative_to(folder)
    places = [path, below, *below.parents[:-1], *map(PurePath, below.parts)]
    wanted = [PurePath(each).as_posix().removeprefix("**/") for each in patterns]
    return any(fnmatch(place.as_posix(), each) for each in wanted for place in places)


def _mark_others(source: str, files: Files) -> tuple[Files, Problem | None]:
    """Return the same files, what is no spec at a glance said to be none, and how to leave it out.

    Files of other tools are no news one by one; they are told in a line each.
    """
    others = [path for path, error in files if error is None and _is_other(path)]
    if not others:
        return files, None
    options = [f"--exclude {quote(each.relative_to(source).as_posix())}" for each in others]
    remedy = " ".join(options if len(options) <= _MOST_NAMED else ["--exclude PATTERN"])
    count = f"no spec in {len(others)} of {spell_plural(len(files), 'YAML file')}"
    marks = f"call specs NAME{MARK}.yaml: then only they are read"
    note = f"{count}; leave out with {remedy}, or {marks}"
    wrong = {path: spec_error(str(path), _NO_SPEC) for path in others}
    told = [(path, wrong.get(path, error)) for path, error in files]
    return told, Problem(source, (), note, grade="note")


def _is_other(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            data = file.read(_READ).replace(b"\0", b"")
    except OSError:  # reading it will say so
        return False
    return bool(data.strip()) and not _WORDS.search(data)


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
