"""A mistake and its remedy: what `lint --fix` makes of a bad spec, or a good one of its name."""

import shutil
from contextlib import chdir
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from lrviz.commands.lint.linting import Request, iter_linted
from lrviz.commands.results import drive_spec
from lrviz.linter.findings import Linted
from lrviz.run.driven import Run
from lrviz.spec.parse import parse_spec

SIDES = ("mistake", "remedy")


@dataclass(frozen=True)
class Pair:
    """What a rule's page shows.

    Attributes:
        texts: the mistake and the remedy, two specs.
        linted: what there is to say of the mistake.
        is_fixed: whether `lint --fix` makes the one of the other.
    """

    texts: tuple[str, str]
    linted: Linted
    is_fixed: bool

    @property
    def said(self) -> list[str]:
        """What `lint` prints of the mistake."""
        lines = self.linted.error.lines if self.linted.error else ()
        return [*map(str, (*self.linted.warnings, *self.linted.findings, *lines))]

    @cached_property
    def runs(self) -> tuple[Run | None, Run]:
        """The mistake, None where torch refuses it, and the remedy, driven."""
        mistake, remedy = map(parse_spec, self.texts)
        return None if self.linted.error else drive_spec(mistake), drive_spec(remedy)


def find_pair(code: str, folder: Path) -> Pair:
    """Return the first bad spec of a rule that has a good one of its name, or else a fix.

    Where it has both the fix is shown.

    Args:
        code: of the rule.
        folder: with the specs, in `bad` and `good`.

    Raises:
        LookupError: no bad spec has either.
    """
    bad = sorted((folder / "bad").glob(f"{code}_*.yaml"))
    good = {path.name: path.read_text("utf-8") for path in (folder / "good").glob(f"{code}_*.yaml")}
    for path in sorted(bad, key=lambda each: each.name not in good):
        linted, fixed = _lint_and_fix(path)
        if remedy := fixed or good.get(path.name):
            return Pair((path.read_text("utf-8"), remedy), linted, bool(fixed))
    raise LookupError(f"{code}: `lint --fix` mends no bad spec, and no good one has the same name")


def _lint_and_fix(path: Path) -> tuple[Linted, str]:
    """Return what there is to say of a spec, and what `--fix` makes of it; empty where it fails."""
    with TemporaryDirectory() as work, chdir(work):
        copy = Path(shutil.copy(path, path.name))
        (linted,) = iter_linted(Request([copy.name]))
        (fixed,) = iter_linted(Request([copy.name], fixes=True))
        is_clean = fixed.changes and fixed.state == "clean"
        return linted, copy.read_text("utf-8") if is_clean else ""
