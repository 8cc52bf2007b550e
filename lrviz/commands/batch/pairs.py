"""Which spec of a batch goes to which figure, and whether that is up to date already."""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lrviz.commands.results import find_sharing, refuse_inputs
from lrviz.errors import LrvizError, Problem, UsageError
from lrviz.figure import Format
from lrviz.figure.chunks import MAX_FILE, is_intact, read_record
from lrviz.figure.record import build_sheet_record
from lrviz.figure.stored import parse_record
from lrviz.reading.sources import AS_WRITTEN, Found, Reading, collect_specs
from lrviz.spec.catalog.external import say_missing_package
from lrviz.spec.model import Spec
from lrviz.spec.origin import FIGURE_ENDINGS, source_file
from lrviz.spec.tree import is_same_spec
from lrviz.spell import printable
from lrviz.system.files import find_status, read_file, sniff
from lrviz.system.own import find_link
from lrviz.system.versions import DISTRIBUTIONS, NO_FONT, installation, is_release

SHEET_STYLE = "light"


@dataclass(frozen=True)
class Item:
    """One spec of a batch and where its figure goes.

    Attributes:
        source: the spec as the user named it.
        name: what a sheet calls it: the path of its figure below the folder, without an ending.
        path: the figure's file.
        error: why it is not drawn, where that is known already: it is a folder that cannot be read,
            other specs would go to the same file.
        note: what is worth saying of the folder that it was found in; None for nothing.
    """

    source: str
    name: str
    path: Path
    error: LrvizError | None = None
    note: Problem | None = None

    def title(self, spec: Spec) -> str:
        """What a sheet writes above it."""
        return spec.title or printable(self.name)


@dataclass(frozen=True)
class Options:
    """How a batch is worked off.

    Attributes:
        folder: what the figures are written below, as the user named it.
        format: of every figure.
        sheet: the file of the contact sheet; None for none.
        reading: of every spec.
        jobs: workers; None for as many as there are processors and use for them.
        force: whether what is up to date is drawn, too.
        overwrite: whether files are replaced, too, that lrviz did not write.
    """

    folder: str
    format: Format = "webp"
    sheet: Path | None = None
    reading: Reading = AS_WRITTEN
    jobs: int | None = None
    force: bool = False
    overwrite: bool = False

    @property
    def root(self) -> Path:
        """The folder that the figures lie below."""
        return Path(self.folder)

    @property
    def style(self) -> str:
        """The style of the sheet: the one that the command line names for all figures."""
        named = [each.value for each in self.reading.overrides if each.option == "--style"]
        return named[0] if named else SHEET_STYLE


def plan_batch(sources: Sequence[str], options: Options) -> tuple[Item, ...]:
    """Return where every spec's figure goes, in the order they are drawn in.

    Args:
        sources: specs, and folders of specs whose structure is kept.
        options: where the figures and the sheet go; their folder need not exist.

    Raises:
        UsageError: a figure, or the sheet, would be written over a spec; the sheet over a figure;
            or what is named is no folder.

    >>> [str(item.path) for item in plan_batch(["configs/steplr.yaml"], Options("figures"))]
    ['figures/steplr.webp']
    """
    if options.folder in ("", "-") or (find_status(options.root) and not options.root.is_dir()):
        raise UsageError(f"-o {options.folder}: not a folder; batch writes a file a spec")
    found = collect_specs(sources, options.reading.exclude)
    items = _list_items(found, options.root, options.format)
    outputs = [item.path for item in items]
    if options.sheet is not None:
        _refuse_sheet(options.sheet, outputs)
        outputs.append(options.sheet)
    refuse_inputs(outputs, (source_file(item.source) for item in items), "folder")
    return items


def _list_items(found: Sequence[Found], root: Path, format: Format) -> tuple[Item, ...]:
    paths = [root / (each.name if each.error else f"{each.name}.{format}") for each in found]
    pairs = list(zip(found, paths, strict=True))
    shared = find_sharing((each.source, path) for each, path in pairs if each.error is None)
    return tuple(
        Item(each.source, str(each.name), path, each.error or shared.get(path), each.note)
        for each, path in pairs
    )


def _refuse_sheet(sheet: Path, figures: Sequence[Path]) -> None:
    if sheet.suffix.lower() not in FIGURE_ENDINGS:
        raise UsageError(f"--sheet {sheet}: must end in {' or '.join(FIGURE_ENDINGS)}")
    if _place(sheet) in map(_place, figures):
        raise UsageError(f"--sheet {sheet}: is also the figure of a spec; name another file")


def list_folders(items: Sequence[Item], options: Options) -> list[Path]:
    """Return every folder that something is written to, in order of name."""
    paths = [item.path for item in items if item.error is None]
    own = [path for path in paths if find_link(options.root, path) is None]
    return sorted({path.parent for path in [*own, *filter(None, [options.sheet])]})


def _place(path: Path) -> str:
    """Return a path by which the same place has one name, whether there is a file or not."""
    return os.path.normcase(os.path.join(os.path.realpath(path.parent), path.name))  # noqa: PTH118 - a loop of links is a place, too


def picture_format(path: Path) -> Literal["png", "webp"]:
    """Return the format that a sheet's name ends in."""
    return "png" if path.suffix.lower() == ".png" else "webp"


def find_missing(spec: Spec) -> Problem | None:
    """Return what is said of the first scheduler whose package is not installed; None for none.

    A package that lists schedulers of its own is: what it lacks makes it a broken one. And without
    torch nothing is drawn, which is no spec's own matter.
    """
    for node in (node for schedule in spec.schedules for node in schedule.scheduler.walk()):
        is_listed = node.foreign is not None and node.foreign.giver != "--allow"
        if (
            node.package != "torch"
            and not is_listed
            and (text := say_missing_package(node.package))
        ):
            return spec.source.problem(node.key, text, "note")
    return None


def is_current(path: Path, format: Format, spec: Spec) -> bool:
    """Whether a file is the whole figure of a spec as it would be drawn here and now.

    A vector format carries nothing that tells. FreeType comes with matplotlib's version.
    """
    text = _read_whole(path, format)
    if text is None or is_code(spec):
        return False
    try:
        record = parse_record(text)
    except LrvizError:
        return False
    now = installation(spec.packages)
    if record.versions != record.versions | now or not is_same_spec(record.spec, spec.canonical):
        return False
    swept, wanted = (repr(tree.get("sweep")) for tree in (record.spec, spec.canonical))
    # The values of a sweep name its curves: 1 is not 1.0 there.
    return NO_FONT not in record.versions.get("fonts", ()) and swept == wanted


def is_code(spec: Spec) -> bool:
    """Whether code has a part in its figure that may have changed under the same version.

    That is a factory's, a class's of no catalog, and a library's that is no release of it.
    """
    nodes = (node for schedule in spec.schedules for node in schedule.scheduler.walk())
    is_own = "factory" in spec.tree or any(node.foreign for node in nodes)
    return is_own or not all(map(is_release, (*DISTRIBUTIONS, *spec.packages)))


def is_current_sheet(path: Path, digest: str) -> bool:
    """Whether a file is the whole sheet with this digest."""
    return _read_whole(path, picture_format(path)) == build_sheet_record(digest)


def _read_whole(path: Path, format: Format) -> str | None:
    """Return the record of a regular file that is a whole picture of a format, or None."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        data = read_file(path, MAX_FILE)
        is_whole = (sniff(data) or "").lower() == format and is_intact(data)
        return read_record(data) if is_whole else None
    except (OSError, LrvizError):
        return None
