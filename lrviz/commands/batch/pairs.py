"""Which spec of a batch goes to which figure, and whether that is up to date already."""

import os
import stat
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lrviz.errors import LrvizError, UsageError
from lrviz.figure import Format
from lrviz.figure.chunks import MAX_FILE, is_intact, read_record
from lrviz.figure.record import build_sheet_record, parse_record
from lrviz.reading.folders import Found, collect_specs
from lrviz.reading.sources import AS_WRITTEN, Reading
from lrviz.spec.model import Spec
from lrviz.spec.origin import FIGURE_ENDINGS
from lrviz.spec.tree import Tree, is_same_spec
from lrviz.system.files import find_status, is_same_file, read_file
from lrviz.system.own import find_link, sniff
from lrviz.system.versions import DISTRIBUTIONS, NO_FONT, installation, is_release


@dataclass(frozen=True)
class Item:
    """One spec of a batch and where its figure goes.

    Attributes:
        source: the spec as the user named it.
        name: what a sheet calls it: the path of its figure below the folder, without an ending.
        path: the figure's file.
        root: the folder that it lies below, as the user named it.
        error: why it is not drawn, where that is known already: it is a folder that cannot be read,
            or other specs would go to the same file.
    """

    source: str
    name: str
    path: Path
    root: Path
    error: LrvizError | None = None


@dataclass(frozen=True)
class Options:
    """How a batch is worked off.

    Attributes:
        reading: of every spec.
        style: of the sheet; None for its default.
        jobs: workers; None for as many as there are processors and use for them.
        force: whether what is up to date is drawn, too.
        overwrite: whether files are replaced, too, that lrviz did not write.
    """

    reading: Reading = AS_WRITTEN
    style: str | None = None
    jobs: int | None = None
    force: bool = False
    overwrite: bool = False


@dataclass(frozen=True)
class Plan:
    """A batch that may be begun.

    Attributes:
        items: one a spec, in the order they are drawn in.
        format: of every figure.
        sheet: the file of the contact sheet; None for none.
    """

    items: tuple[Item, ...]
    format: Format
    sheet: Path | None = None

    @property
    def sheet_format(self) -> Literal["png", "webp"]:
        """The format that the sheet's name ends in."""
        return "png" if self.sheet and self.sheet.suffix.lower() == ".png" else "webp"

    @property
    def folders(self) -> list[Path]:
        """Every folder that something is written to, in order of name."""
        items = (item for item in self.items if item.error is None)
        paths = [item.path for item in items if find_link(item.root, item.path) is None]
        return sorted({path.parent for path in [*paths, *filter(None, [self.sheet])]})


def plan_batch(
    sources: Sequence[str], folder: str, format: Format | None = None, sheet: str | None = None
) -> Plan:
    """Return where every spec's figure goes.

    Args:
        sources: specs, and folders of specs whose structure is kept.
        folder: what the figures are written below; it need not exist.
        format: of the figures; WebP if None.
        sheet: the file of the contact sheet.

    Raises:
        UsageError: a figure, or the sheet, would be written over a spec; the sheet over a figure;
            or what is named is no folder.

    >>> [str(item.path) for item in plan_batch(["configs/steplr.yaml"], "figures").items]
    ['figures/steplr.webp']
    """
    root = Path(folder)
    if folder in ("", "-") or (_identify(root) and not root.is_dir()):
        raise UsageError(f"-o {folder}: not a folder; batch writes a file a spec")
    format = format or "webp"
    found = collect_specs(sources)
    plan = Plan(tuple(_iter_items(found, root, format)), format, Path(sheet) if sheet else None)
    _refuse_sheet(plan)
    _refuse_inputs(plan)
    return plan


def _iter_items(found: Sequence[Found], root: Path, format: Format) -> Iterator[Item]:
    sharing: dict[str, list[str]] = defaultdict(list)
    for each in found:
        if each.error is None:
            sharing[os.path.normcase(each.name)].append(each.source)
    for each in found:
        error: LrvizError | None = each.error
        path = root / each.name if error else root / f"{each.name}.{format}"
        others = [name for name in sharing[os.path.normcase(each.name)] if name != each.source]
        if others and error is None:
            error = UsageError(f"{path}: {' and '.join(others)} would be written to it, too")
        yield Item(each.source, str(each.name), path, root, error)


def _refuse_sheet(plan: Plan) -> None:
    if plan.sheet is None:
        return
    if plan.sheet.suffix.lower() not in FIGURE_ENDINGS:
        raise UsageError(f"--sheet {plan.sheet}: must end in {' or '.join(FIGURE_ENDINGS)}")
    place = _place(plan.sheet)
    if any(_place(item.path) == place for item in plan.items):
        raise UsageError(f"--sheet {plan.sheet}: is also the figure of a spec; name another file")


def _refuse_inputs(plan: Plan) -> None:
    """Raise for an output that is an input; every file is asked for once."""
    inputs = {_identify(item.source): item.source for item in plan.items}
    for path in [*(item.path for item in plan.items), *filter(None, [plan.sheet])]:
        source = inputs.get(_identify(path))
        if source is not None and is_same_file(path, source):
            raise UsageError(f"{path}: is also an input; name another folder with -o")


def _identify(path: str | Path) -> tuple[int, int] | None:
    """Return what tells a file from all others; None where there is none to be asked for."""
    status = find_status(path)
    return status and (status.st_dev, status.st_ino)


def _place(path: Path) -> str:
    """Return a path by which the same place has one name, whether there is a file or not."""
    return os.path.normcase(os.path.join(os.path.realpath(path.parent), path.name))  # noqa: PTH118 - a loop of links is a place, too


_KINDS = {"png": "PNG", "webp": "WebP"}


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
    is_whole = NO_FONT not in record.versions.get("fonts", ())
    return is_whole and _spell_sweep(record.spec) == _spell_sweep(spec.canonical)


def _spell_sweep(tree: Mapping[str, Tree]) -> str:
    """Return the values of a sweep as they name its curves: 1 is not 1.0 there."""
    return repr(tree.get("sweep"))


def is_code(spec: Spec) -> bool:
    """Whether code has a part in its figure that may have changed under the same version.

    That is a factory's, a class's of no catalog, and a library's that is no release of it.
    """
    nodes = (node for schedule in spec.schedules for node in schedule.scheduler.walk())
    is_own = "factory" in spec.tree or any(node.foreign for node in nodes)
    return is_own or not all(map(is_release, (*DISTRIBUTIONS, *spec.packages)))


def is_current_sheet(path: Path, format: Format, digest: str) -> bool:
    """Whether a file is the whole sheet with this digest."""
    return _read_whole(path, format) == build_sheet_record(digest)


def _read_whole(path: Path, format: Format) -> str | None:
    """Return the record of a regular file that is a whole picture of a format, or None."""
    try:
        if format not in _KINDS or not stat.S_ISREG(path.lstat().st_mode):
            return None
        data = read_file(path, MAX_FILE)
        whole = sniff(data) == _KINDS[format] and is_intact(data)
        return read_record(data) if whole else None
    except (OSError, LrvizError):
        return None
